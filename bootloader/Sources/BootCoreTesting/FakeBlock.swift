// Memory that the fake firmware gives out. Outside Swift's arrays, because a span of an array
// cannot outlive the access to it that a function makes.

public import BootCore

/// Memory of a fake machine.
///
/// ## Invariants
/// - `memory` was allocated for this block and is freed by its end alone.
@safe public struct FakeBlock: MemoryBlock, ~Copyable {
  /// Physical address of the first byte.
  public let base: UInt64
  private let memory: UnsafeMutableRawBufferPointer
  private let record: MachineRecord

  init(base: UInt64, byteCount: Int, record: MachineRecord) {
    self.base = base
    self.record = record
    // SAFETY: freed by `deinit` and nowhere else.
    unsafe memory = .allocate(byteCount: byteCount, alignment: 4096)
    // SAFETY: every offset is inside the memory just allocated.
    for offset in 0..<byteCount { unsafe memory[offset] = 0xA5 }
  }

  deinit {
    // SAFETY: allocated and filled by `init`.
    record.memory[base] = unsafe Array(memory)
    // SAFETY: this is the end of the only owner.
    unsafe memory.deallocate()
  }

  /// The bytes for reading.
  public var bytes: RawSpan {
    @inline(__always)
    @_lifetime(borrow self)
    get {
      // SAFETY: the memory lives as long as the block, and every byte was set when it was made.
      unsafe _overrideLifetime(
        RawSpan(_unsafeBytes: UnsafeRawBufferPointer(memory)), borrowing: self)
    }
  }

  /// The bytes for writing.
  @_lifetime(&self)
  public mutating func mutableBytes() -> MutableRawSpan {
    // SAFETY: the memory lives as long as the block, whose exclusive access makes this the only
    // span.
    unsafe _overrideLifetime(MutableRawSpan(_unsafeBytes: memory), mutating: &self)
  }
}
