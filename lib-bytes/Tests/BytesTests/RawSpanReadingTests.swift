// Loads within bounds, and each way a read can be out of bounds.

import Bytes
import Testing

struct RawSpanReadingTests {
  private let bytes: [UInt8] = [0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x88, 0x99]

  @Test func `integers are little-endian at any alignment`() throws {
    let span = bytes.span.rawBytes
    #expect(try span.integer(at: 0, as: UInt8.self) == 0x01)
    #expect(try span.integer(at: 1, as: UInt16.self) == 0x0302)
    #expect(try span.integer(at: 3, as: UInt32.self) == 0x0706_0504)
    #expect(try span.integer(at: 1, as: UInt64.self) == 0x9988_0706_0504_0302)
    #expect(try span.integer(at: 7, as: Int16.self) == Int16(bitPattern: 0x9988))
  }

  @Test func `the last position that fits is read and the next refused`() throws {
    let span = bytes.span.rawBytes
    #expect(try span.integer(at: 5, as: UInt32.self) == 0x9988_0706)
    #expect(throws: BytesError.truncated(offset: 6, needed: 4, available: 3)) {
      try bytes.span.rawBytes.integer(at: 6, as: UInt32.self)
    }
  }

  @Test(arguments: [-1, Int.min, Int.max, 10])
  func `an offset outside the span is refused`(offset: Int) {
    #expect(throws: BytesError.truncated(offset: offset, needed: 1, available: 0)) {
      try bytes.span.rawBytes.integer(at: offset, as: UInt8.self)
    }
  }

  @Test func `nothing can be read from an empty span`() {
    #expect(throws: BytesError.truncated(offset: 0, needed: 1, available: 0)) {
      try [UInt8]().span.rawBytes.integer(at: 0, as: UInt8.self)
    }
  }

  @Test func `slices stand inside the span`() throws {
    let slice = try bytes.span.rawBytes.slice(at: 2, count: 3)
    #expect(slice.byteCount == 3)
    #expect(try slice.integer(at: 0, as: UInt8.self) == 0x03)
    #expect(try bytes.span.rawBytes.slice(at: 9, count: 0).byteCount == 0)
  }

  @Test(arguments: [(9, 1), (0, 10), (-1, 1), (3, Int.max), (Int.max, Int.max), (10, 0)])
  func `a slice that is not inside is refused`(offset: Int, count: Int) {
    #expect(throws: BytesError.self) {
      _ = try bytes.span.rawBytes.slice(at: offset, count: count).byteCount
    }
  }

  @Test func `a negative count is refused`() {
    #expect(throws: BytesError.truncated(offset: 2, needed: -1, available: 7)) {
      _ = try bytes.span.rawBytes.slice(at: 2, count: -1).byteCount
    }
  }

  @Test func `zeros are recognised and the first other byte is named`() throws {
    let mostlyZero: [UInt8] = [1, 0, 0, 0, 7, 0]
    try mostlyZero.span.rawBytes.requireZero(at: 1, count: 3)
    try mostlyZero.span.rawBytes.requireZero(at: 0, count: 0)
    #expect(throws: BytesError.nonzero(offset: 4)) {
      try mostlyZero.span.rawBytes.requireZero(at: 1, count: 5)
    }
    #expect(throws: BytesError.truncated(offset: 5, needed: 2, available: 1)) {
      try mostlyZero.span.rawBytes.requireZero(at: 5, count: 2)
    }
  }

  @Test func `comparison looks at length and every byte`() {
    var other = bytes
    #expect(same(bytes, other))
    for index in other.indices {
      other[index] ^= 0x80
      #expect(!same(bytes, other))
      other[index] ^= 0x80
    }
    other.removeLast()
    #expect(!same(bytes, other))
  }

  private func same(_ first: [UInt8], _ second: [UInt8]) -> Bool {
    first.span.rawBytes.hasSameBytes(as: second.span.rawBytes)
  }
}
