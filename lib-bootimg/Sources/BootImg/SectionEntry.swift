// One entry of the section table, docs/reference/boot-image.md, "Section table entry". Checks what
// an entry says about itself; its place among the others is checked by `UnverifiedBootImage`.

public import Bytes

/// What the table says about a section.
public struct SectionEntry: Equatable, Sendable {
  static let size = 96

  /// What the section is for.
  public let family: SectionFamily
  /// The role id of a service or driver; 0 for other families.
  public let role: UInt16
  /// The section's name.
  public let name: SectionName
  /// Where the payload begins in the file, in bytes; a multiple of the page size.
  public let offset: Int
  /// Size of the payload in bytes, at least 1.
  public let size: Int
  /// SHA-256 of the payload.
  public let hash: FixedBytes<32>

  /// Where entry `index` stands in the file.
  static func offset(_ index: Int) -> Int { BootImageHeader.size + index * size }

  /// Whether the entry must stand before `next` in the table.
  ///
  /// Two entries of which neither stands before the other are duplicates.
  func precedes(_ next: Self) -> Bool {
    guard family == next.family else { return family.rawValue < next.family.rawValue }
    if family.isUnique { return false }
    return family.hasRole ? role < next.role : name < next.name
  }
}

// MARK: Decoding

extension SectionEntry {
  /// Reads and checks entry `index` of `file`.
  ///
  /// `index` is below the section count. `start` is the only place where this section may begin,
  /// and at most the length of the file.
  init(decoding file: RawSpan, index: Int, startingAt start: Int) throws(BootImageError) {
    let entry = try file.part(at: Self.offset(index), count: Self.size)
    let family = try entry.field(at: 0, as: UInt16.self)
    guard let family = SectionFamily(rawValue: family) else {
      throw .unknownFamily(section: index, found: family)
    }
    let flags = try entry.field(at: 2, as: UInt16.self)
    guard flags == 0 else { throw .unknownSectionFlags(section: index, found: flags) }
    let role = try entry.field(at: 4, as: UInt16.self)
    guard family.hasRole == (role != 0) else { throw .badRole(section: index, found: role) }
    guard let name = SectionName(padded: try entry.fixedBytes(at: 8)) else {
      throw .badName(section: index)
    }
    let range = try Self.range(
      of: entry, index: index, startingAt: start, available: file.byteCount - start)
    try file.checkZero(at: Self.offset(index) + 6, count: 2)
    try file.checkZero(at: Self.offset(index) + 88, count: 8)
    self.family = family
    self.role = role
    self.name = name
    offset = range.lowerBound
    size = range.count
    hash = try entry.fixedBytes(at: 56)
  }

  /// The payload's range, which begins at `start` and has 1 to `available` bytes.
  private static func range(
    of entry: RawSpan, index: Int, startingAt start: Int, available: Int
  ) throws(BootImageError) -> Range<Int> {
    let offset = try entry.field(at: 40, as: UInt64.self)
    guard offset == UInt64(start) else {
      throw .misplacedSection(section: index, found: offset, expected: UInt64(start))
    }
    let size = try entry.field(at: 48, as: UInt64.self)
    guard size >= 1, size <= UInt64(available) else {
      throw .sectionSizeOutOfRange(section: index, found: size, available: UInt64(available))
    }
    return start..<(start + Int(size))
  }
}

// MARK: Encoding

extension SectionEntry {
  /// The entry's 96 bytes.
  ///
  /// They fit by construction, so nothing is thrown in fact.
  func encoded() throws(BytesError) -> FixedBytes<96> {
    var encoded = FixedBytes<96>()
    var span = encoded.mutableSpan
    var writer = ByteWriter(span.mutableRawBytes)
    try writer.write(family.rawValue)
    try writer.write(UInt16(0))
    try writer.write(role)
    try writer.write(UInt16(0))
    try writer.write(name.bytes)
    try writer.write(UInt64(offset))
    try writer.write(UInt64(size))
    try writer.write(hash)
    try writer.writeZeros(8)
    return encoded
  }
}
