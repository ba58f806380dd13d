// What the root task finds when it starts: the kernel's handoff and the modules that it names, as
// spans, and memory of its own, which it maps itself.

public import CapABI
public import Handoff
import IPC
public import Store
public import Sys

/// The start of the root task.
@safe public struct RootStart {
  private let memory: StartMemory
  /// The fixed part of the handoff.
  public let info: RootInfo
  /// The first thread's IPC buffer.
  public let buffer: MessageBuffer

  /// Reads the handoff.
  ///
  /// - Parameter start: What the entry was called with.
  /// - Throws: What is wrong with it.
  /// - Safety: `start` is the address from the program's entry, and this is done once.
  @unsafe public init(unsafeStart start: UInt64) throws(FormatError) {
    // SAFETY: the caller passes on what the entry was called with.
    guard let memory = unsafe StartMemory(unsafeAddress: start) else {
      throw .truncated(needed: 48, available: 0)
    }
    info = try RootHandoff(decoding: memory.bytes).info
    // SAFETY: the kernel maps the buffer of the first thread in the page from the stack top on.
    guard let buffer = unsafe MessageBuffer(unsafeAddress: info.stackTop) else {
      throw .invalidValue(offset: 144, found: info.stackTop)
    }
    self.memory = memory
    self.buffer = buffer
  }

  /// The handoff.
  public var handoff: RootHandoff? {
    @inline(__always)
    @_lifetime(borrow self)
    get { try? RootHandoff(decoding: memory.bytes) }
  }

  /// The bytes of a module; nil for one that is not mapped.
  @inline(__always)
  @_lifetime(borrow self)
  public func bytes(of module: RootModule) -> RawSpan? {
    // SAFETY: the handoff is valid, so these are the bytes of a module that the kernel mapped
    // read-only for the life of the root task.
    guard module.address != 0,
      let start = unsafe UnsafeRawPointer(bitPattern: UInt(module.address))
    else { return nil }
    // SAFETY: as above: address and size are the module's.
    let bytes = unsafe UnsafeRawBufferPointer(start: start, count: Int(clamping: module.size))
    return unsafe _overrideLifetime(RawSpan(_unsafeBytes: bytes), borrowing: self)
  }

  /// The module with the boot configuration; nil when the handoff names none.
  public var bootConfiguration: RootModule? { handoff?.modules[Int(info.bootConfigModule)] }

  /// Maps fresh memory for tables, in the 1-GiB region beside the one that everything else is in.
  ///
  /// - Parameters:
  ///   - untyped: Where the memory comes from.
  ///   - order: 2^order pages.
  ///   - scratch: An empty slot, empty again afterwards.
  ///   - system: The kernel.
  /// - Returns: The memory.
  /// - Throws: What the kernel refuses.
  public func makeHeap<S: System>(
    from untyped: CapSlot, order: UInt64, scratch: CapSlot, _ system: inout S
  ) throws(ResultCode) -> Region {
    try system.control(
      .retype(untyped, order: order, into: scratch), on: RootSlot.memory.slot)
    return try map(scratch, order: order, at: heapRegion, &system)
  }

  /// Maps a frame beside the memory for tables, so that it can be filled.
  ///
  /// This is done once.
  ///
  /// - Parameters:
  ///   - frame: Its slot, empty afterwards.
  ///   - order: It has 2^order pages.
  ///   - system: The kernel.
  /// - Returns: The frame's memory.
  /// - Throws: What the kernel refuses.
  public func mapBesideHeap<S: System>(
    _ frame: CapSlot, order: UInt64, _ system: inout S
  ) throws(ResultCode) -> Region {
    try map(frame, order: order, at: heapRegion + Self.region / 2, &system)
  }

  private static var region: UInt64 { 1 << 30 }

  private var heapRegion: UInt64 {
    let next = (info.imageBase / Self.region + 1) * Self.region
    return next + Self.region < 1 << 44 ? next : next - 2 * Self.region
  }

  private func map<S: System>(
    _ frame: CapSlot, order: UInt64, at base: UInt64, _ system: inout S
  ) throws(ResultCode) -> Region {
    try system.control(
      .map(frame, into: RootSlot.vspace.slot, at: base, rights: .read | .write),
      on: RootSlot.vspaceControl.slot)
    // SAFETY: mapped just now, where nothing of the root task lies, and never unmapped.
    guard let memory = unsafe Region(unsafeAddress: base, byteCount: 4096 << Int(order)) else {
      throw .internal
    }
    return memory
  }
}
