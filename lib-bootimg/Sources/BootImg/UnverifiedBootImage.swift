// First step of reading an image: its structure. Nothing here is trusted yet, so payloads cannot
// be reached from this type.

public import Bytes

/// An image whose structure is right and whose origin and contents are unknown.
public struct UnverifiedBootImage: ~Escapable {
  let file: RawSpan
  let header: BootImageHeader
  /// What the image says about itself; not authenticated.
  public let manifest: BootImageManifest

  /// Checks the structure of `file`: header, section table, manifest and padding.
  ///
  /// The view keeps no copy of the file.
  ///
  /// - Parameter file: The whole file, neither more nor less.
  /// - Throws: Every `BootImageError` that docs/reference/boot-image.md lists for step 1.
  @_lifetime(copy file)
  public init(parsing file: RawSpan) throws(BootImageError) {
    header = try BootImageHeader(decoding: file)
    let layout = header.layout
    manifest = try BootImageManifest(decoding: file, at: layout.manifestOffset)
    self.file = file
    try checkTable()
    try checkPadding()
    try checkSignaturePresence()
  }

  /// Where the parts of the image stand.
  public var layout: BootImageLayout { header.layout }
  /// Size of the file in bytes.
  public var totalSize: Int { header.totalSize }
  /// SHA-256 of the public key that the image claims to be signed with; zero when not signed.
  public var keyID: FixedBytes<32> { header.keyID }
  /// Whether the image carries a signature, right or wrong.
  public var isSigned: Bool { header.keyID != FixedBytes<32>() }
  /// How many sections the image has.
  public var sectionCount: Int { header.layout.sectionCount }

  /// What the table says about a section.
  ///
  /// - Returns: `nil` when there is no section `index`.
  public func entry(at index: Int) -> SectionEntry? {
    guard index >= 0, index < sectionCount else { return nil }
    return try? checkedEntry(index)
  }

  /// Entry `index`, which is below the section count.
  ///
  /// `checkTable` decoded this very entry with a start that it compared with the offset field, so
  /// nothing is thrown in fact; callers that check the image still fail closed.
  func checkedEntry(_ index: Int) throws(BootImageError) -> SectionEntry {
    let start = try file.field(at: SectionEntry.offset(index) + 40, as: UInt64.self)
    guard let start = Int(exactly: start), start <= file.byteCount else {
      throw .misplacedSection(
        section: index, found: start, expected: UInt64(layout.dataOffset))
    }
    return try SectionEntry(decoding: file, index: index, startingAt: start)
  }
}

// MARK: Structure

extension UnverifiedBootImage {
  /// The entries are in order, adjoin each other in the file, and fill it.
  private func checkTable() throws(BootImageError) {
    var previous: SectionEntry?
    var hasBootConfig = false
    var end = layout.dataOffset
    for index in 0..<sectionCount {
      guard end <= file.byteCount else {
        throw .truncated(needed: UInt64(end), available: UInt64(file.byteCount))
      }
      let entry = try SectionEntry(decoding: file, index: index, startingAt: end)
      if let previous, !previous.precedes(entry) {
        throw entry.precedes(previous)
          ? .sectionOrder(section: index) : .duplicate(entry.family, section: index)
      }
      hasBootConfig = hasBootConfig || entry.family == .bootConfig
      end = BootImageLayout.pageEnd(entry.offset + entry.size)
      previous = entry
    }
    guard end == file.byteCount else {
      throw .wrongHeaderField(
        .totalSize, found: UInt64(file.byteCount), expected: UInt64(end))
    }
    guard hasBootConfig else { throw .missing(.bootConfig) }
  }

  /// What lies between the signature and the first section, and behind each payload, is zero.
  private func checkPadding() throws(BootImageError) {
    var end = layout.signatureOffset + BootImageLayout.signatureSize
    for index in 0..<sectionCount {
      let entry = try checkedEntry(index)
      try file.checkZero(at: end, count: entry.offset - end)
      end = entry.offset + entry.size
    }
    try file.checkZero(at: end, count: file.byteCount - end)
  }

  /// Without a key id there is no signature: an unsigned image has one form too.
  private func checkSignaturePresence() throws(BootImageError) {
    guard !isSigned else { return }
    let signature = try file.part(
      at: layout.signatureOffset, count: BootImageLayout.signatureSize)
    guard (try? signature.requireZero(at: 0, count: signature.byteCount)) != nil else {
      throw .signatureWithoutKey
    }
  }
}
