// Memory for tables on the host.

public import Store

extension Region {
  /// A region of fresh zero bytes, for as long as the test process runs.
  public static func allocated(_ byteCount: Int) -> Region {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 4096)
    // SAFETY: allocated just now, for nobody else, and never freed.
    unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
    // SAFETY: address and size of the allocation above, which is nobody else's.
    guard
      let region = unsafe Region(
        unsafeAddress: UInt64(UInt(bitPattern: memory)), byteCount: byteCount)
    else { preconditionFailure("allocation at address 0") }
    return region
  }
}
