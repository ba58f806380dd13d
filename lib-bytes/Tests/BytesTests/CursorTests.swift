// The reading and writing cursors: order, failure without movement, and agreement with each other.

import Bytes
import Testing

struct ByteReaderTests {
  private let bytes: [UInt8] = [1, 2, 0, 3, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 5, 6, 7]

  @Test func `fields are read in order`() throws {
    var reader = ByteReader(bytes.span.rawBytes)
    #expect(try reader.uint8() == 1)
    #expect(try reader.uint16() == 2)
    #expect(try reader.uint32() == 3)
    #expect(try reader.uint64() == 4)
    #expect(try reader.fixedBytes(as: FixedBytes<2>.self) == FixedBytes([5, 6]))
    #expect(reader.remaining == 1)
    #expect(try reader.take(1).integer(at: 0, as: UInt8.self) == 7)
    try reader.expectEnd()
  }

  @Test func `a failed read does not move the cursor`() throws {
    var reader = ByteReader(bytes.span.rawBytes)
    _ = try reader.take(15)
    do {
      _ = try reader.uint32()
      Issue.record("read past the end")
    } catch {
      #expect(error == .truncated(offset: 15, needed: 4, available: 3))
    }
    #expect(reader.offset == 15)
    #expect(try reader.uint16() == 0x0605)
  }

  @Test func `a take that fails does not move the cursor`() throws {
    var reader = ByteReader(bytes.span.rawBytes)
    do {
      _ = try reader.take(19).byteCount
      Issue.record("took past the end")
    } catch {
      #expect(error == .truncated(offset: 0, needed: 19, available: 18))
    }
    do {
      _ = try reader.fixedBytes(as: FixedBytes<19>.self)
      Issue.record("copied past the end")
    } catch {
      #expect(error == .truncated(offset: 0, needed: 19, available: 18))
    }
    #expect(reader.offset == 0)
  }

  @Test func `reserved bytes must be zero`() throws {
    var reader = ByteReader(bytes.span.rawBytes)
    _ = try reader.take(4)
    try reader.zeros(3)
    do {
      try reader.zeros(1)
      Issue.record("accepted a byte that is not zero")
    } catch {
      #expect(error == .nonzero(offset: 7))
    }
    #expect(reader.offset == 7)
  }

  @Test func `trailing bytes are reported`() throws {
    var reader = ByteReader(bytes.span.rawBytes)
    _ = try reader.take(16)
    do {
      try reader.expectEnd()
      Issue.record("accepted trailing bytes")
    } catch {
      #expect(error == .trailing(offset: 16, count: 2))
    }
  }
}

struct ByteWriterTests {
  @Test func `what the writer writes the reader reads`() throws {
    var bytes = [UInt8](repeating: 0xEE, count: 20)
    var span = bytes.mutableSpan
    var writer = ByteWriter(span.mutableRawBytes)
    try writer.write(UInt8(1))
    try writer.write(UInt16(2))
    try writer.write(UInt32(3))
    try writer.write(UInt64(4))
    try writer.write(FixedBytes<2>([5, 6]))
    try writer.writeZeros(2)
    try writer.write(bytes: ([7] as [UInt8]).span.rawBytes)
    #expect(writer.offset == 20)
    #expect(writer.remaining == 0)
    #expect(bytes == [1, 2, 0, 3, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 5, 6, 0, 0, 7])
  }

  @Test func `a field that does not fit is refused whole`() throws {
    var bytes = [UInt8](repeating: 0xEE, count: 3)
    var span = bytes.mutableSpan
    var writer = ByteWriter(span.mutableRawBytes)
    try writer.write(UInt8(1))
    do {
      try writer.write(UInt32(2))
      Issue.record("wrote past the end")
    } catch {
      #expect(error == .full(offset: 1, needed: 4, available: 2))
    }
    do {
      try writer.writeZeros(3)
      Issue.record("zeroed past the end")
    } catch {
      #expect(error == .full(offset: 1, needed: 3, available: 2))
    }
    #expect(writer.offset == 1)
    #expect(bytes == [1, 0xEE, 0xEE])
  }
}

struct FixedBytesTests {
  @Test func `only a span of the exact length is copied`() throws {
    let bytes: [UInt8] = [1, 2, 3]
    #expect(try FixedBytes<3>(copying: bytes.span.rawBytes) == FixedBytes([1, 2, 3]))
    #expect(throws: BytesError.truncated(offset: 0, needed: 4, available: 3)) {
      try FixedBytes<4>(copying: bytes.span.rawBytes)
    }
    #expect(throws: BytesError.trailing(offset: 2, count: 1)) {
      try FixedBytes<2>(copying: bytes.span.rawBytes)
    }
  }

  @Test func `bytes are read and written in place`() throws {
    var value = FixedBytes<4>()
    value[2] = 7
    var span = value.mutableSpan
    span[0] = 9
    #expect(value[0] == 9 && value[1] == 0 && value[2] == 7)
    #expect(try value.rawBytes.integer(at: 0, as: UInt32.self) == 0x0007_0009)
    #expect(value != FixedBytes<4>())
  }
}
