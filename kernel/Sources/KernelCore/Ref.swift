// References to kernel objects in physical memory, tables of them, and raw pieces of memory on
// their way to becoming objects. One of the accessor files that may be unsafe; a reference costs
// nothing.

import KernelMachine

/// Memory that is not an object yet: cleared, aligned to its size and owned by whoever holds this.
///
/// ## Invariants
/// `start ..< start + size` is RAM behind the direct map that nothing else refers to, all zero.
@safe package struct Piece: ~Copyable {
  fileprivate let start: UnsafeMutableRawPointer
  /// The size in bytes.
  package let size: Int

  /// - Safety: The range satisfies the invariants of the type.
  @unsafe init(start: UnsafeMutableRawPointer, size: Int) {
    unsafe self.start = start
    self.size = size
  }

  /// Clears memory.
  /// - Safety: The range is RAM that nothing else refers to.
  @unsafe init(clearing start: UnsafeMutableRawPointer, size: Int) {
    // SAFETY: owned by the promise of the caller.
    unsafe start.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    unsafe self.init(start: start, size: size)
  }

  /// Cuts off the first bytes, as a piece of their own; traps when there are fewer.
  mutating func cut(_ bytes: Int) -> Piece {
    precondition(bytes >= 0 && bytes <= size, "a piece is smaller than its part")
    // SAFETY: the two parts do not overlap, and only the rest stays in this value.
    let first = unsafe Piece(start: start, size: bytes)
    self = unsafe Piece(start: start + bytes, size: size - bytes)
    return first
  }
}

/// A reference to a live kernel object, read and written in place.
///
/// ## Invariants
/// An object is freed only by the finaliser, which runs when no local variable holds a reference,
/// or by an operation that uses no reference to it afterwards. So the pointer is valid, aligned
/// and initialised as long as a `Ref` is in use.
@safe package struct Ref<Object>: Equatable {
  fileprivate let pointer: UnsafeMutablePointer<Object>

  fileprivate init(_ pointer: UnsafeMutablePointer<Object>) {
    // SAFETY: only stored; every caller in this file argues that the invariant of the type holds.
    unsafe self.pointer = pointer
  }

  /// Turns memory into an object.
  init(_ piece: consuming Piece, initial: Object) {
    precondition(MemoryLayout<Object>.size <= piece.size, "object is larger than its memory")
    // SAFETY: the piece is owned, large enough (line above), and aligned to at least 64 bytes,
    // which is more than any object asks for.
    unsafe pointer = piece.start.initializeMemory(as: Object.self, to: initial)
  }

  /// Whether both refer to the same object.
  @inline(__always) package static func == (first: Ref, second: Ref) -> Bool {
    first.address == second.address
  }

  /// The address behind the direct map; for frame lookup and tagged links, never for users.
  @inline(__always) package var address: UInt {
    // SAFETY: only the number of the pointer is taken; nothing is read through it.
    unsafe UInt(bitPattern: pointer)
  }

  /// The reference whose `address` this is; nil for 0.
  /// - Safety: `address` came from a reference to an object of this type that is alive.
  @unsafe @inline(__always) init?(address: UInt) {
    guard let pointer = unsafe UnsafeMutablePointer<Object>(bitPattern: address) else { return nil }
    // SAFETY: the promise of the caller is the invariant of the type.
    unsafe self.pointer = pointer
  }

  /// The object itself.
  @inline(__always) package var object: Object {
    // SAFETY: the invariant of the type: the object is alive while the reference is in use.
    unsafeAddress { unsafe UnsafePointer(pointer) }
    // SAFETY: as above; the kernel is entered by one processor at a time, so access is exclusive.
    nonmutating unsafeMutableAddress { unsafe pointer }
  }
}

extension Ref where Object == ObjectHeader {
  /// The object with its full type; traps when the kind in the header says otherwise.
  @inline(__always) package func cast<Full: KernelObject>(to type: Full.Type) -> Ref<Full> {
    precondition(object.kind == Full.kind, "object of another kind")
    // SAFETY: the header is the first field of every kernel object, and the kind in it (checked)
    // is written once, when an object of exactly this type is made there.
    return unsafe Ref<Full>(UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: Full.self))
  }
}

extension Ref where Object: KernelObject {
  /// The header, which is the first field of every kernel object.
  @inline(__always) package var header: Ref<ObjectHeader> {
    // SAFETY: `KernelObject` requires the header to be the first stored property: offset 0.
    unsafe Ref<ObjectHeader>(
      UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: ObjectHeader.self))
  }
}

extension Ref where Object == FPUArea {
  /// The area as memory for the machine.
  var memory: FPUMemory {
    // SAFETY: an area is made of a cleared piece or block of the machine's size, aligned to its
    // size, and nothing but the machine touches it while its thread has it.
    unsafe FPUMemory(address: address)
  }
}

/// A row of objects in memory, for which all bits zero is a valid value.
///
/// ## Invariants
/// `count` initialised elements stand behind the pointer as long as the table is in use.
@safe package struct Table<Element: ZeroInitialised> {
  private let first: UnsafeMutablePointer<Element>
  /// The number of elements.
  package let count: Int

  /// Turns cleared memory into a table of as many elements as fit.
  init(_ piece: consuming Piece) {
    count = piece.size / MemoryLayout<Element>.stride
    // SAFETY: the piece is owned, aligned and all zero, which is a valid element.
    unsafe first = piece.start.bindMemory(to: Element.self, capacity: count)
  }

  /// A reference to the first element, which stands for the memory when it is freed.
  package var start: Ref<Element> {
    // SAFETY: a table has at least one element, alive as long as the table is in use.
    unsafe Ref(first)
  }

  /// Copies `count` elements that begin at the same index in both tables.
  func copy(_ count: Int, from source: Table, at start: Int) {
    precondition(start >= 0 && count >= 0 && start <= self.count - count, "outside the table")
    precondition(start <= source.count - count, "outside the source")
    guard self.start != source.start else { return }
    // SAFETY: inside both tables (above), which are different memory; the elements are trivial.
    unsafe (first + start).initialize(from: source.first + start, count: count)
  }

  /// A reference to one element; traps outside the table.
  @inline(__always) package subscript(index: Int) -> Ref<Element> {
    precondition(index >= 0 && index < count, "index outside a kernel table")
    // SAFETY: the index is inside the table (line above).
    return unsafe Ref(first + index)
  }
}

extension Table where Element == UInt64 {
  /// Clears words; traps outside the table.
  func clear(_ start: Int, count: Int) {
    precondition(start >= 0 && count >= 0 && start + count <= self.count, "outside the frame")
    // SAFETY: the words are inside the table (line above).
    unsafe (first + start).update(repeating: 0, count: count)
  }

  /// Copies the words of a table of the same size, which may be this one.
  func copy(_ other: Table) {
    precondition(other.count == count, "tables of different sizes")
    // SAFETY: both have as many words (line above).
    unsafe first.update(from: other.first, count: count)
  }
}

/// A type without references for which all bits zero is a valid value: cleared memory needs no
/// set-up.
package protocol ZeroInitialised {}
