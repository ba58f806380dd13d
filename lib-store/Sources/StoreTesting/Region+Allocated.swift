// Memory for tables on the host.

public import Store

extension Region {
  /// A region of fresh zero bytes, for as long as the test process runs.
  public static func allocated(_ byteCount: Int) -> Region {
    // In words: a debug build takes a while for each element.
    let words = (byteCount + 7) / 8
    let memory = UnsafeMutableRawPointer.allocate(byteCount: words * 8, alignment: 4096)
    // SAFETY: allocated just now, for nobody else, and never freed.
    unsafe memory.initializeMemory(as: UInt64.self, repeating: 0, count: words)
    // SAFETY: address and size of the allocation above, which is nobody else's.
    guard
      let region = unsafe Region(
        unsafeAddress: UInt64(UInt(bitPattern: memory)), byteCount: byteCount)
    else { preconditionFailure("allocation at address 0") }
    return region
  }
}
