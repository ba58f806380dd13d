// Third step of reading an image: its contents. Only this type gives payloads away.

public import Bytes
import Crypto

/// An image of trusted origin with intact contents.
public struct VerifiedBootImage: ~Escapable {
  private let image: UnverifiedBootImage

  @_lifetime(copy image)
  fileprivate init(intact image: UnverifiedBootImage) {
    self.image = image
  }

  /// Checks structure, origin and contents of `file` in one call.
  ///
  /// - Throws: Every `BootImageError` of reading.
  @_lifetime(copy file)
  public init(verifying file: RawSpan, by policy: borrowing AcceptancePolicy)
    throws(BootImageError)
  {
    let authenticated = try UnverifiedBootImage(parsing: file).authenticated(by: policy)
    self = try authenticated.verified()
  }

  /// What the image says about itself.
  public var manifest: BootImageManifest { image.manifest }
  /// SHA-256 of the public key that signed the image.
  public var keyID: FixedBytes<32> { image.keyID }
  /// How many sections the image has.
  public var sectionCount: Int { image.sectionCount }

  /// A section by its place in the table.
  ///
  /// - Returns: `nil` when there is no section `index`.
  @_lifetime(copy self)
  public func section(at index: Int) -> BootImageSection? {
    guard let entry = image.entry(at: index),
      let payload = try? image.file.slice(at: entry.offset, count: entry.size)
    else { return nil }
    return BootImageSection(entry: entry, payload: payload)
  }

  /// The first section of a family; the only one if the family is unique.
  ///
  /// - Returns: `nil` when there is none.
  @_lifetime(copy self)
  public func first(_ family: SectionFamily) -> BootImageSection? {
    for index in 0..<sectionCount {
      guard image.entry(at: index)?.family == family else { continue }
      return section(at: index)
    }
    return nil
  }

  /// The first section of a family, where its absence is an error.
  ///
  /// - Throws: `BootImageError.missing`.
  @_lifetime(copy self)
  public func required(_ family: SectionFamily) throws(BootImageError) -> BootImageSection {
    guard let section = first(family) else { throw .missing(family) }
    return section
  }

  /// The section of a service or driver.
  ///
  /// - Returns: `nil` when there is none.
  @_lifetime(copy self)
  public func first(_ family: SectionFamily, role: UInt16) -> BootImageSection? {
    for index in 0..<sectionCount {
      guard let entry = image.entry(at: index), entry.family == family, entry.role == role else {
        continue
      }
      return section(at: index)
    }
    return nil
  }
}

/// A section with its payload.
public struct BootImageSection: ~Escapable {
  /// What the table says about the section.
  public let entry: SectionEntry
  /// The payload, without padding; lies in the file.
  public let payload: RawSpan

  @_lifetime(copy payload)
  init(entry: SectionEntry, payload: RawSpan) {
    self.entry = entry
    self.payload = payload
  }
}

extension AuthenticatedBootImage {
  /// Hashes every section once and compares it with the table.
  ///
  /// - Throws: `BootImageError.hashMismatch` with the first section that differs.
  @_lifetime(copy self)
  public func verified() throws(BootImageError) -> VerifiedBootImage {
    for index in 0..<image.sectionCount {
      let entry = try image.checkedEntry(index)
      let payload = try image.file.part(at: entry.offset, count: entry.size)
      let hash = SHA256.hash(payload)
      guard constantTimeEquals(hash.rawBytes, entry.hash.rawBytes) else {
        throw .hashMismatch(section: index, offset: entry.offset)
      }
    }
    return VerifiedBootImage(intact: image)
  }
}
