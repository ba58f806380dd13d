// The memory that a program is started with, as a span: the one place where the address in rdi
// becomes memory.

import Handoff

/// The handoff or start envelope of the running program.
///
/// ## Invariants
/// - Whoever started the program mapped the whole file at `start`, readable and written by nobody,
///   for as long as the program lives.
@safe public struct StartMemory {
  private let start: UnsafeRawPointer
  private let length: Int

  /// The file at the address that the program was started with.
  ///
  /// Nil when it cannot be one: not aligned, or the size in its header is impossible.
  /// - Safety: `address` is the one from the program's start, so the type's invariant holds.
  @unsafe public init?(unsafeAddress address: UInt64) {
    let sizeOffset = 12
    // SAFETY: only makes a pointer; what may be read through it is argued where it is read.
    guard address.isMultiple(of: 8),
      let start = unsafe UnsafeRawPointer(bitPattern: UInt(truncatingIfNeeded: address))
    else { return nil }
    // SAFETY: the promise of the caller: a header of 32 bytes is mapped here.
    let size = unsafe start.load(fromByteOffset: sizeOffset, as: UInt32.self)
    guard let length = Int(exactly: size), length >= TableLayout.headerSize,
      length <= TableLayout.maximumSize
    else { return nil }
    // SAFETY: the caller's promise is the invariant of the type.
    unsafe self.start = start
    self.length = length
  }

  /// The bytes of the file.
  public var bytes: RawSpan {
    @inline(__always)
    @_lifetime(borrow self)
    get {
      // SAFETY: by the invariant of the type these bytes stay mapped and unchanged.
      let bytes = unsafe UnsafeRawBufferPointer(start: start, count: length)
      return unsafe _overrideLifetime(RawSpan(_unsafeBytes: bytes), borrowing: self)
    }
  }
}
