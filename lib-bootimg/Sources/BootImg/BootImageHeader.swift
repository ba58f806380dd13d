// The 128-byte header, docs/reference/boot-image.md, "Header". Decoding accepts exactly what
// encoding can produce.

import Bytes

/// What the header says beyond constants: everything else in it follows from these.
struct BootImageHeader: Equatable, Sendable {
  static let size = 128
  static let keyIDOffset = 64
  /// `ERIXBIMG` read as a little-endian integer.
  static let magic: UInt64 = 0x474D_4942_5849_5245
  static let majorVersion: UInt16 = 1
  static let minorVersion: UInt16 = 0

  var layout: BootImageLayout
  /// Size of the whole file; at most `BootImageLayout.maximumFileSize`.
  var totalSize: Int
  /// SHA-256 of the signer's public key; zero when the image is not signed.
  var keyID: FixedBytes<32>
}

// MARK: Decoding

extension BootImageHeader {
  /// Reads and checks the header of `file`, and that the file has the size it says.
  init(decoding file: RawSpan) throws(BootImageError) {
    guard file.byteCount >= Self.size else {
      throw .truncated(needed: UInt64(Self.size), available: UInt64(file.byteCount))
    }
    try Self.checkIdentity(of: file)
    let count = try file.field(at: 24, as: UInt32.self)
    layout = try BootImageLayout(sectionCount: Int(clamping: count))
    try Self.checkLayout(of: file, against: layout)
    totalSize = try Self.totalSize(of: file)
    keyID = try file.fixedBytes(at: Self.keyIDOffset)
    try file.checkZero(at: 96, count: 32)
  }

  /// Magic, version and flags tell whether this is a file of this format at all.
  private static func checkIdentity(of file: RawSpan) throws(BootImageError) {
    let found = try file.field(at: 0, as: UInt64.self)
    guard found == magic else { throw .badMagic(found: found) }
    let major = try file.field(at: 8, as: UInt16.self)
    let minor = try file.field(at: 10, as: UInt16.self)
    guard major == majorVersion, minor == minorVersion else {
      throw .unsupportedVersion(major: major, minor: minor)
    }
    let flags = try file.field(at: 12, as: UInt32.self)
    guard flags == 0 else { throw .unknownFlags(found: flags) }
  }

  /// Every size and offset has the one value that the section count allows.
  private static func checkLayout(
    of file: RawSpan, against layout: BootImageLayout
  ) throws(BootImageError) {
    try check(file, .headerSize, size)
    try check(file, .entrySize, SectionEntry.size)
    try check(file, .tableOffset, layout.tableOffset)
    try check(file, .manifestOffset, layout.manifestOffset)
    try check(file, .manifestSize, BootImageManifest.size)
    try check(file, .signatureOffset, layout.signatureOffset)
    try check(file, .signatureSize, BootImageLayout.signatureSize)
    let dataOffset = try file.field(at: BootImageHeaderField.dataOffset.offset, as: UInt64.self)
    guard dataOffset == UInt64(layout.dataOffset) else {
      throw .wrongHeaderField(
        .dataOffset, found: dataOffset, expected: UInt64(layout.dataOffset))
    }
  }

  private static func check(
    _ file: RawSpan, _ field: BootImageHeaderField, _ expected: Int
  ) throws(BootImageError) {
    let found = try file.field(at: field.offset, as: UInt32.self)
    guard Int(found) == expected else {
      throw .wrongHeaderField(field, found: UInt64(found), expected: UInt64(expected))
    }
  }

  /// The total size, which must be the size of the file.
  private static func totalSize(of file: RawSpan) throws(BootImageError) -> Int {
    let total = try file.field(at: BootImageHeaderField.totalSize.offset, as: UInt64.self)
    let limit = UInt64(BootImageLayout.maximumFileSize)
    guard total <= limit else { throw .fileTooLarge(size: total, limit: limit) }
    let available = UInt64(file.byteCount)
    guard total <= available else { throw .truncated(needed: total, available: available) }
    guard total == available else { throw .trailing(count: available - total) }
    return Int(total)
  }
}

// MARK: Encoding

extension BootImageHeader {
  /// The header's 128 bytes.
  ///
  /// They fit by construction, so nothing is thrown in fact.
  func encoded() throws(BytesError) -> FixedBytes<128> {
    var encoded = FixedBytes<128>()
    var span = encoded.mutableSpan
    var writer = ByteWriter(span.mutableRawBytes)
    try writer.write(Self.magic)
    try writer.write(Self.majorVersion)
    try writer.write(Self.minorVersion)
    try writer.write(UInt32(0))
    try writer.write(UInt32(Self.size))
    try writer.write(UInt32(SectionEntry.size))
    try writer.write(UInt32(layout.sectionCount))
    try writer.write(UInt32(layout.tableOffset))
    try writer.write(UInt32(layout.manifestOffset))
    try writer.write(UInt32(BootImageManifest.size))
    try writer.write(UInt32(layout.signatureOffset))
    try writer.write(UInt32(BootImageLayout.signatureSize))
    try writer.write(UInt64(layout.dataOffset))
    try writer.write(UInt64(totalSize))
    try writer.write(keyID)
    try writer.writeZeros(32)
    return encoded
  }
}
