// Header: each field has its own refusal.

import BootImg
import Bytes
import Testing

struct BootImageHeaderTests {
  @Test func `a valid image is parsed`() throws {
    #expect(try SampleImage().parseError() == nil)
  }

  @Test(arguments: [0, 1, 127]) func `less than a header is refused`(size: Int) throws {
    var image = try SampleImage()
    image.bytes.removeLast(image.bytes.count - size)
    #expect(image.parseError() == .truncated(needed: 128, available: UInt64(size)))
  }

  @Test func `another magic is refused`() throws {
    let image = try SampleImage().setting(UInt8(0x65), at: 0)
    #expect(image.parseError() == .badMagic(found: 0x474D_4942_5849_5265))
  }

  @Test(arguments: [0, 2, 0xFFFF] as [UInt16])
  func `another major version is refused`(major: UInt16) throws {
    let image = try SampleImage().setting(major, at: 8)
    #expect(image.parseError() == .unsupportedVersion(major: major, minor: 0))
  }

  @Test func `another minor version is refused`() throws {
    let image = try SampleImage().setting(UInt16(1), at: 10)
    #expect(image.parseError() == .unsupportedVersion(major: 1, minor: 1))
  }

  @Test(arguments: 0..<32) func `every header flag is refused`(bit: UInt32) throws {
    let image = try SampleImage().setting(UInt32(1) << bit, at: 12)
    #expect(image.parseError() == .unknownFlags(found: 1 << bit))
  }

  @Test(arguments: [0, 257, UInt32.max])
  func `a section count out of range is refused`(count: UInt32) throws {
    let image = try SampleImage().setting(count, at: 24)
    #expect(image.parseError() == .sectionCountOutOfRange(found: count, limit: 256))
  }

  @Test func `another section count contradicts the offsets`() throws {
    let image = try SampleImage().setting(UInt32(7), at: 24)
    #expect(
      image.parseError()
        == .wrongHeaderField(.manifestOffset, found: 896, expected: 800))
  }

  @Test(
    arguments: [
      (BootImageHeaderField.headerSize, 16, 128), (.entrySize, 20, 96), (.tableOffset, 28, 128),
      (.manifestOffset, 32, 896), (.manifestSize, 36, 96), (.signatureOffset, 40, 992),
      (.signatureSize, 44, 64), (.dataOffset, 48, 4096),
    ] as [(BootImageHeaderField, Int, UInt64)])
  func `each size and offset has one value`(
    field: BootImageHeaderField, offset: Int, expected: UInt64
  ) throws {
    let valid = try SampleImage()
    for found in [expected - 1, expected + 1, 0, 0xFFFF_FFFF] {
      let image = try valid.setting(UInt32(found), at: offset)
      #expect(
        image.parseError() == .wrongHeaderField(field, found: found, expected: expected))
    }
  }

  @Test func `a data offset above 32 bits is refused`() throws {
    let image = try SampleImage().setting(UInt32(1), at: 52)
    #expect(
      image.parseError()
        == .wrongHeaderField(.dataOffset, found: 0x1_0000_1000, expected: 0x1000))
  }

  @Test func `the largest file size is not refused as too large`() throws {
    let valid = try SampleImage()
    let image = try valid.setting(UInt64(256 << 20), at: 56)
    #expect(
      image.parseError()
        == .truncated(needed: 256 << 20, available: UInt64(valid.bytes.count)))
  }

  @Test(arguments: [0x1000_0001, UInt64.max])
  func `a larger file size is refused`(size: UInt64) throws {
    let image = try SampleImage().setting(size, at: 56)
    #expect(image.parseError() == .fileTooLarge(size: size, limit: 256 << 20))
  }

  @Test func `a file that ends early is refused`() throws {
    var image = try SampleImage()
    let size = UInt64(image.bytes.count)
    image.bytes.removeLast()
    #expect(image.parseError() == .truncated(needed: size, available: size - 1))
  }

  @Test(arguments: [1, 4096]) func `trailing bytes are refused`(count: Int) throws {
    var image = try SampleImage()
    image.bytes += Array(repeating: 0, count: count)
    #expect(image.parseError() == .trailing(count: UInt64(count)))
  }

  @Test func `a total size that agrees with the file and not with the table is refused`() throws {
    var image = try SampleImage()
    let size = image.bytes.count
    image.bytes += Array(repeating: 0, count: 4096)
    image = try image.setting(UInt64(size + 4096), at: 56)
    #expect(
      image.parseError()
        == .wrongHeaderField(
          .totalSize, found: UInt64(size + 4096), expected: UInt64(size)))
  }

  @Test func `a total size inside the last page is refused`() throws {
    var image = try SampleImage()
    let size = UInt64(image.bytes.count)
    image.bytes.removeLast()
    image = try image.setting(size - 1, at: 56)
    #expect(
      image.parseError() == .wrongHeaderField(.totalSize, found: size - 1, expected: size))
  }

  @Test func `a total size before the last section is refused`() throws {
    var image = try SampleImage()
    let size = UInt64(image.bytes.count)
    image.bytes.removeLast(4097)
    image = try image.setting(size - 4097, at: 56)
    #expect(image.parseError() == .truncated(needed: size - 4096, available: size - 4097))
  }

  @Test(arguments: 96..<128) func `reserved header bytes are zero`(offset: Int) throws {
    #expect(try SampleImage().flipping(offset).parseError() == .nonzeroReserved(offset: offset))
  }
}
