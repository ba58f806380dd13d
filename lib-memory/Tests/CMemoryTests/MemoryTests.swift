// Every size around the step of 8 bytes, and every overlap, against the plain meaning of each
// function: the same assembly that images link, under its names on a host.

import CMemory
import Testing

struct MemoryTests {
  private static let sizes = Array(0...40) + [63, 64, 65, 4095, 4096, 4097]

  /// Bytes that differ from their neighbours, and from those 256 further on.
  private func pattern(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ $0 >> 8) }
  }

  /// What is in `bytes` after `body` ran on the address of the byte at `offset`, which it returns.
  @safe private func changed(
    _ bytes: [UInt8], at offset: Int,
    _ body: (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer?
  ) -> [UInt8] {
    var bytes = bytes
    // SAFETY: each body stays inside the array, as its own comment argues.
    unsafe bytes.withUnsafeMutableBytes { buffer in
      guard let start = buffer.baseAddress else { return }
      // SAFETY: `offset` is inside the array, and the body compares no other memory.
      let isReturned = unsafe body(start + offset) == start + offset
      #expect(isReturned)
    }
    return bytes
  }

  @Test(arguments: sizes) func `memcpy copies exactly its count`(size: Int) {
    let source = pattern(size + 2)
    let copy = changed([UInt8](repeating: 0xEE, count: size + 2), at: 1) { target in
      // SAFETY: both arrays have `size + 2` bytes, and the copy leaves out the last of each.
      unsafe erix_memcpy(target, source, size)
    }
    #expect(copy == [0xEE] + source.prefix(size) + [0xEE])
  }

  @Test(arguments: sizes) func `memset fills exactly its count`(size: Int) {
    let filled = changed([UInt8](repeating: 0xEE, count: size + 2), at: 1) { target in
      // SAFETY: the array has one byte before and one behind the range.
      unsafe erix_memset(target, 0x1A5, size)
    }
    #expect(filled == [0xEE] + [UInt8](repeating: 0xA5, count: size) + [0xEE])
  }

  @Test(arguments: sizes) func `memmove keeps the bytes whatever the overlap`(size: Int) {
    for distance in [-size, -9, -8, -7, -1, 0, 1, 7, 8, 9, size] {
      let before = pattern(3 * size + 32)
      let from = size + 16
      let after = changed(before, at: from + distance) { target in
        // SAFETY: source and target keep at least 7 bytes from the ends of `3 * size + 32`.
        unsafe erix_memmove(target, target - distance, size)
      }
      var expected = before
      expected.replaceSubrange(
        from + distance..<from + distance + size, with: before[from..<from + size])
      #expect(after == expected, "distance \(distance)")
    }
  }

  @Test(arguments: [1, 7, 8, 9, 100]) func `memcmp finds the first difference`(size: Int) {
    let first = pattern(size)
    for index in 0..<size {
      for change in [UInt8(1), 0x80, 0xFF] {
        var second = first
        second[index] ^= change
        // What follows the first difference does not count.
        if index + 1 < size { second[index + 1] = ~first[index + 1] }
        // SAFETY: both arrays have `size` bytes.
        let sign = unsafe erix_memcmp(first, second, size).signum()
        #expect(sign == (first[index] < second[index] ? -1 : 1))
      }
    }
    // SAFETY: one array with itself: `size` bytes both times.
    #expect(unsafe erix_memcmp(first, first, size) == 0)
  }

  @Test func `nothing equals nothing`() {
    let first: [UInt8] = [1]
    let second: [UInt8] = [2]
    // SAFETY: a count of 0 reads neither byte.
    #expect(unsafe erix_memcmp(first, second, 0) == 0)
  }
}
