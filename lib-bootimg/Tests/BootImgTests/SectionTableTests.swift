// Section table: what an entry may say, and how entries stand to each other.

import BootImg
import Bytes
import Testing

struct SectionTableTests {
  private static func entry(_ index: Int) -> Int { SampleImage.entry(index) }

  @Test(arguments: [0, 7, 0xFFFF] as [UInt16])
  func `an unknown family is refused`(family: UInt16) throws {
    let image = try SampleImage().setting(family, at: Self.entry(6))
    #expect(image.parseError() == .unknownFamily(section: 6, found: family))
  }

  @Test(arguments: 0..<16) func `every section flag is refused`(bit: UInt16) throws {
    let image = try SampleImage().setting(UInt16(1) << bit, at: Self.entry(2) + 2)
    #expect(image.parseError() == .unknownSectionFlags(section: 2, found: 1 << bit))
  }

  @Test(arguments: [2, 4]) func `a service or driver without a role is refused`(index: Int) throws {
    let image = try SampleImage().setting(UInt16(0), at: Self.entry(index) + 4)
    #expect(image.parseError() == .badRole(section: index, found: 0))
  }

  @Test(arguments: [0, 1, 5, 6]) func `a role elsewhere is refused`(index: Int) throws {
    let image = try SampleImage().setting(UInt16(9), at: Self.entry(index) + 4)
    #expect(image.parseError() == .badRole(section: index, found: 9))
  }

  @Test func `an empty name is refused`() throws {
    let image = try SampleImage().setting(UInt8(0), at: Self.entry(3) + 8)
    #expect(image.parseError() == .badName(section: 3))
  }

  @Test func `a character that is not allowed is refused`() throws {
    let image = try SampleImage().setting(UInt8(ascii: "A"), at: Self.entry(3) + 8)
    #expect(image.parseError() == .badName(section: 3))
  }

  @Test func `a name that goes on after its end is refused`() throws {
    let image = try SampleImage().setting(UInt8(ascii: "a"), at: Self.entry(0) + 8 + 31)
    #expect(image.parseError() == .badName(section: 0))
  }

  @Test(arguments: [6, 7, 88, 91, 95])
  func `reserved entry bytes are zero`(offset: Int) throws {
    let place = Self.entry(4) + offset
    #expect(try SampleImage().flipping(place).parseError() == .nonzeroReserved(offset: place))
  }

  @Test(arguments: [0, 4095, 4097, 8192, UInt64.max])
  func `a section elsewhere is refused`(offset: UInt64) throws {
    let image = try SampleImage().setting(offset, at: Self.entry(0) + 40)
    #expect(
      image.parseError() == .misplacedSection(section: 0, found: offset, expected: 4096))
  }

  @Test func `a section that overlaps the one before it is refused`() throws {
    let image = try SampleImage().setting(UInt64(8192), at: Self.entry(1) + 40)
    #expect(
      image.parseError() == .misplacedSection(section: 1, found: 8192, expected: 12288))
  }

  @Test(arguments: [0, UInt64.max, 0x8000_0000_0000_0000])
  func `an empty or oversized section is refused`(size: UInt64) throws {
    let valid = try SampleImage()
    let image = try valid.setting(size, at: Self.entry(0) + 48)
    #expect(
      image.parseError()
        == .sectionSizeOutOfRange(
          section: 0, found: size, available: UInt64(valid.bytes.count - 4096)))
  }

  @Test func `one byte more than the file has is refused`() throws {
    let image = try SampleImage().setting(UInt64(4097), at: Self.entry(7) + 48)
    #expect(
      image.parseError() == .sectionSizeOutOfRange(section: 7, found: 4097, available: 4096))
  }

  @Test func `sections after the end of the file are refused`() throws {
    let valid = try SampleImage([.kernel, .bootConfig])
    let image = try valid.setting(UInt64(12288), at: Self.entry(0) + 48)
    #expect(
      image.parseError() == .misplacedSection(section: 1, found: 12288, expected: 16384))
  }

  @Test func `a padding byte that is not zero is refused`() throws {
    let valid = try SampleImage()
    for offset in [1056, 4095, 4096 + 5000, 12287, 12288 + 3, valid.bytes.count - 1] {
      #expect(valid.flipping(offset).parseError() == .nonzeroReserved(offset: offset))
    }
  }

  @Test(arguments: [SectionFamily.kernel, .rootTask, .bootConfig])
  func `two sections of a unique family are refused`(family: SectionFamily) {
    var sections = [SampleSection.bootConfig]
    if family != .bootConfig {
      sections.insert(SampleSection(family: family, name: "a", payload: [1]), at: 0)
    }
    sections.insert(SampleSection(family: family, name: "0", payload: [2]), at: 0)
    #expect(throws: BootImageError.duplicate(family, section: 1)) { try SampleImage(sections) }
  }

  @Test(arguments: [SectionFamily.earlyService, .driver])
  func `two sections of one role are refused`(family: SectionFamily) {
    let first = SampleSection(family: family, role: 9, name: "a", payload: [1])
    let second = SampleSection(family: family, role: 9, name: "b", payload: [2])
    let config = SampleSection.bootConfig
    #expect(throws: BootImageError.duplicate(family, section: 1)) {
      try SampleImage([first, second, config])
    }
  }

  @Test func `two blobs of one name are refused`() {
    let blob = SampleSection(family: .blob, name: "a", payload: [1])
    #expect(throws: BootImageError.duplicate(.blob, section: 2)) {
      try SampleImage([.bootConfig, blob, blob])
    }
  }

  @Test func `families out of order are refused`() {
    #expect(throws: BootImageError.sectionOrder(section: 1)) {
      try SampleImage([.bootConfig, .kernel])
    }
  }

  @Test func `roles out of order are refused`() {
    let first = SampleSection(family: .driver, role: 9, name: "a", payload: [1])
    let second = SampleSection(family: .driver, role: 8, name: "b", payload: [1])
    #expect(throws: BootImageError.sectionOrder(section: 1)) {
      try SampleImage([first, second, .bootConfig])
    }
  }

  @Test func `blob names out of order are refused`() {
    let first = SampleSection(family: .blob, name: "ab", payload: [1])
    let second = SampleSection(family: .blob, name: "a", payload: [1])
    #expect(throws: BootImageError.sectionOrder(section: 2)) {
      try SampleImage([.bootConfig, first, second])
    }
  }

  @Test func `an image without boot configuration is refused`() {
    #expect(throws: BootImageError.missing(.bootConfig)) { try SampleImage([.kernel]) }
  }

  @Test func `the most sections are accepted and one more is refused`() throws {
    let blobs = (0..<255).map {
      SampleSection(family: .blob, name: "blob-\(1000 + $0)", payload: [UInt8($0)])
    }
    #expect(try SampleImage([.bootConfig] + blobs).verifyError() == nil)
    let extra = SampleSection(family: .blob, name: "z", payload: [1])
    #expect(throws: BootImageError.sectionCountOutOfRange(found: 257, limit: 256)) {
      try SampleImage([.bootConfig] + blobs + [extra])
    }
  }
}
