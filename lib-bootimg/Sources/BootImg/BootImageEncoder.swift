// The deterministic writer. It checks nothing of its own that the reader checks: `finish` parses
// what was written, so both agree by construction.

public import Bytes
import Crypto

/// Writes an unsigned image into a buffer, section by section.
public struct BootImageEncoder: ~Copyable, ~Escapable {
  private var bytes: MutableRawSpan
  private let layout: BootImageLayout
  private var appendedCount = 0
  /// Where the next section begins.
  private var end: Int

  /// Starts an image.
  ///
  /// - Parameters:
  ///   - bytes: The buffer; exactly `BootImageLayout.totalSize` bytes, all of them overwritten.
  ///   - sectionCount: How many sections will be appended.
  /// - Throws: `BootImageError.sectionCountOutOfRange`; `wrongBufferSize` when the buffer does not
  ///   even hold the part before the sections.
  @_lifetime(copy bytes)
  public init(_ bytes: consuming MutableRawSpan, sectionCount: Int) throws(BootImageError) {
    let layout = try BootImageLayout(sectionCount: sectionCount)
    guard layout.dataOffset <= bytes.byteCount else {
      throw .wrongBufferSize(found: bytes.byteCount, needed: layout.dataOffset)
    }
    self.layout = layout
    end = layout.dataOffset
    self.bytes = bytes
  }

  /// Appends a section.
  ///
  /// - Parameters:
  ///   - family: What the section is for.
  ///   - role: The role id of a service or driver, 0 for others.
  ///   - name: The section's name.
  ///   - payload: Its contents, at least one byte.
  /// - Throws: `BootImageError.tooManySections`; `wrongBufferSize` when it does not fit. That the
  ///   sections are in order is checked by `finish`.
  @_lifetime(self: copy self)
  public mutating func append(
    _ family: SectionFamily, role: UInt16 = 0, name: SectionName, payload: RawSpan
  ) throws(BootImageError) {
    guard appendedCount < layout.sectionCount else {
      throw .tooManySections(limit: layout.sectionCount)
    }
    guard payload.byteCount <= bytes.byteCount - end else {
      throw .wrongBufferSize(found: bytes.byteCount, needed: end + payload.byteCount)
    }
    let entry = SectionEntry(
      family: family, role: role, name: name, offset: end, size: payload.byteCount,
      hash: SHA256.hash(payload))
    let payloadEnd = end + payload.byteCount
    do throws(BytesError) {
      try bytes.copy(payload, at: end)
      try bytes.copy(entry.encoded().rawBytes, at: SectionEntry.offset(appendedCount))
    } catch {
      throw BootImageError(error)
    }
    end = BootImageLayout.pageEnd(payloadEnd)
    try fillZero(payloadEnd..<end)
    appendedCount += 1
  }

  /// Writes manifest and header and checks the whole image.
  ///
  /// - Parameters:
  ///   - profile: What the image is built for.
  ///   - imageVersion: At least 1.
  ///   - buildID: Tells builds apart; the SHA-256 of the section table when absent.
  /// - Throws: `BootImageError.tooFewSections`; `wrongBufferSize` when the buffer is longer than
  ///   the image; else whatever a reader finds wrong with the image.
  public consuming func finish(
    profile: BootProfile, imageVersion: UInt64, buildID: FixedBytes<32>? = nil
  ) throws(BootImageError) {
    guard appendedCount == layout.sectionCount else {
      throw .tooFewSections(found: appendedCount, expected: layout.sectionCount)
    }
    guard end == bytes.byteCount else {
      throw .wrongBufferSize(found: bytes.byteCount, needed: end)
    }
    let tableHash = try tableHash()
    let manifest = BootImageManifest(
      profile: profile, imageVersion: imageVersion, buildID: buildID ?? tableHash)
    let header = BootImageHeader(layout: layout, totalSize: end, keyID: FixedBytes())
    do throws(BytesError) {
      try bytes.copy(manifest.encoded().rawBytes, at: layout.manifestOffset)
      try bytes.copy(header.encoded().rawBytes, at: 0)
    } catch {
      throw BootImageError(error)
    }
    // Zero is the signature of an unsigned image, so this is signature and padding in one.
    try fillZero(layout.signatureOffset..<layout.dataOffset)
    _ = try UnverifiedBootImage(parsing: bytes.bytes)
  }

  /// Identifies the contents: the table holds a hash of every section.
  private func tableHash() throws(BootImageError) -> FixedBytes<32> {
    let size = layout.manifestOffset - layout.tableOffset
    return SHA256.hash(try bytes.bytes.part(at: layout.tableOffset, count: size))
  }

  @_lifetime(self: copy self)
  private mutating func fillZero(_ range: Range<Int>) throws(BootImageError) {
    do throws(BytesError) { try bytes.zero(at: range.lowerBound, count: range.count) } catch {
      throw BootImageError(error)
    }
  }
}
