// Files that a service was given as frames: whoever started it mapped them for it as well, so that
// it can read them (docs/reference/intake.md, "Module frames").

public import Bootstrap
public import CapABI
import IPC
import Store
public import Sys

/// One file.
///
/// ## Invariants
/// - `byteCount` bytes from `start` on stay mapped, and nobody writes them.
@safe public struct Module: BitwiseCopyable {
  private let start: UnsafeRawPointer
  /// Its bytes, whole pages.
  public let byteCount: Int

  /// The file at an address; nil for address 0.
  ///
  /// - Safety: The invariant of the type holds.
  @unsafe init?(unsafeAddress address: UInt64, byteCount: Int) {
    // SAFETY: only makes a pointer; the caller vouches for the bytes behind it.
    guard let start = unsafe UnsafeRawPointer(bitPattern: UInt(address)) else { return nil }
    // SAFETY: the promise of the caller is the invariant of the type.
    unsafe self.start = start
    self.byteCount = byteCount
  }

  /// The bytes.
  public var bytes: RawSpan {
    @inline(__always)
    @_lifetime(borrow self)
    get {
      // SAFETY: by the type's invariant they are mapped and do not change.
      let bytes = unsafe UnsafeRawBufferPointer(start: start, count: byteCount)
      return unsafe _overrideLifetime(RawSpan(_unsafeBytes: bytes), borrowing: self)
    }
  }
}

/// The files of a service, numbered from 0.
public struct Modules {
  private var files: Pile<Module>

  fileprivate init(in region: Region) { files = Pile(in: region) }

  fileprivate mutating func add(_ file: Module) -> Bool { files.add(file) != nil }

  /// How many there are.
  public var count: Int { files.count }

  /// A file; nil when there are not that many.
  public subscript(index: UInt32) -> Module? { files.place(at: index).map { files[$0] } }
}

extension Start {
  /// The files of a service whose run of resources are module frames.
  ///
  /// - Parameters:
  ///   - control: An endpoint of any family, to ask the kernel how large they are.
  ///   - system: The kernel.
  /// - Returns: The files.
  /// - Throws: NO_MEMORY without room for them in the heap, CAPABILITY_MISMATCH for a resource
  ///   that is no frame or that the kernel has no size for.
  public mutating func takeModules<S: System>(
    on control: CapSlot, _ system: inout S
  ) throws(ReadinessCode) -> Modules {
    let large: UInt64 = 2 << 20
    var modules = Modules(
      in: try take(Int(resourceCount) * MemoryLayout<Module>.stride))
    // As `ProcessLayout.modules(afterHeapOf:)`, with a page between.
    var address = (info.heapBase + info.heapSize + 4096 + large - 1) / large * large
    for index in 0..<resourceCount {
      let slot = CapSlot(rawValue: StartupSlot.firstResource + index)
      guard let found = try? system.control(.queryCap(slot), on: control),
        found.word0 == UInt64(CapabilityType.frame.rawValue), found.word2 > 0,
        found.word2 <= 1 << 20
      else { throw .capabilityMismatch }
      let size = found.word2 * 4096
      address = (address + size - 1) / size * size
      // SAFETY: whoever started the program mapped the frames of its run read-only, each at the
      // next multiple of its size, from this address on: docs/reference/intake.md.
      let file = unsafe Module(unsafeAddress: address, byteCount: Int(size))
      guard let file, modules.add(file) else { throw .noMemory }
      address += size
    }
    return modules
  }
}
