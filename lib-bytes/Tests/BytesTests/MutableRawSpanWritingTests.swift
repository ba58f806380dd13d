// Stores within bounds, and that a refused store changes nothing.

import Bytes
import Testing

struct MutableRawSpanWritingTests {
  /// Runs `body` on a span over eight bytes of 0xEE and returns them afterwards.
  private func afterWriting(
    _ body: (inout MutableRawSpan) throws -> Void
  ) rethrows -> [UInt8] {
    var bytes = [UInt8](repeating: 0xEE, count: 8)
    var span = bytes.mutableSpan
    var raw = span.mutableRawBytes
    try body(&raw)
    return bytes
  }

  @Test func `integers are stored little-endian at any alignment`() throws {
    let bytes = try afterWriting {
      try $0.store(UInt32(0x0403_0201), at: 1)
      try $0.store(UInt8(9), at: 7)
    }
    #expect(bytes == [0xEE, 1, 2, 3, 4, 0xEE, 0xEE, 9])
  }

  @Test(arguments: [5, 8, 9, -1, Int.max, Int.min])
  func `a store that does not fit changes nothing`(offset: Int) {
    let bytes = afterWriting { span in
      do {
        try span.store(UInt32(1), at: offset)
        Issue.record("stored at \(offset)")
      } catch {
        let available = offset >= 0 && offset <= 8 ? 8 - offset : 0
        #expect(
          error as? BytesError == .full(offset: offset, needed: 4, available: available))
      }
    }
    #expect(bytes == [UInt8](repeating: 0xEE, count: 8))
  }

  @Test func `a copy fills exactly its range`() throws {
    let source: [UInt8] = [1, 2, 3]
    let bytes = try afterWriting { try $0.copy(source.span.rawBytes, at: 5) }
    #expect(bytes == [0xEE, 0xEE, 0xEE, 0xEE, 0xEE, 1, 2, 3])
  }

  @Test func `an empty copy is allowed up to the end`() throws {
    let bytes = try afterWriting { try $0.copy([UInt8]().span.rawBytes, at: 8) }
    #expect(bytes == [UInt8](repeating: 0xEE, count: 8))
  }

  @Test func `a copy that does not fit changes nothing`() {
    let source: [UInt8] = [1, 2, 3]
    let bytes = afterWriting { span in
      do {
        try span.copy(source.span.rawBytes, at: 6)
        Issue.record("copied past the end")
      } catch {
        #expect(error as? BytesError == .full(offset: 6, needed: 3, available: 2))
      }
    }
    #expect(bytes == [UInt8](repeating: 0xEE, count: 8))
  }

  @Test func `zeroing touches exactly its range`() throws {
    let bytes = try afterWriting { try $0.zero(at: 2, count: 3) }
    #expect(bytes == [0xEE, 0xEE, 0, 0, 0, 0xEE, 0xEE, 0xEE])
  }

  @Test(arguments: [(6, 3), (0, -1), (-1, 1), (9, 0), (1, Int.max)])
  func `zeroing outside the span is refused`(offset: Int, count: Int) {
    let bytes = afterWriting { span in
      do {
        try span.zero(at: offset, count: count)
        Issue.record("zeroed \(count) at \(offset)")
      } catch {
        #expect(error is BytesError)
      }
    }
    #expect(bytes == [UInt8](repeating: 0xEE, count: 8))
  }
}
