// Every reason why a boot image is refused, docs/reference/boot-image.md, "Errors". The order of
// the cases is the order in which a reader finds them.

public import Crypto

/// Why a boot image is refused, or cannot be written.
///
/// Payloads hold the bad value and what would have been right; `section` counts from 0.
public enum BootImageError: Error, Equatable, Sendable {
  // Structure: the header.

  /// The file ends before its header, or before the total size in its header.
  case truncated(needed: UInt64, available: UInt64)
  /// The file goes on after the total size in its header.
  case trailing(count: UInt64)
  /// The first eight bytes are not the magic.
  case badMagic(found: UInt64)
  /// Not version 1.0.
  case unsupportedVersion(major: UInt16, minor: UInt16)
  /// Header flags that this version does not have.
  case unknownFlags(found: UInt32)
  /// No section, or more than the limit.
  case sectionCountOutOfRange(found: UInt32, limit: UInt32)
  /// A size or offset in the header is not the only one possible.
  case wrongHeaderField(BootImageHeaderField, found: UInt64, expected: UInt64)
  /// The total size is above the limit.
  case fileTooLarge(size: UInt64, limit: UInt64)
  /// A reserved or padding byte is not zero.
  case nonzeroReserved(offset: Int)

  // Structure: the section table.

  /// A family that this version does not have.
  case unknownFamily(section: Int, found: UInt16)
  /// Section flags that this version does not have.
  case unknownSectionFlags(section: Int, found: UInt16)
  /// A service or driver without a role, or a role in another family.
  case badRole(section: Int, found: UInt16)
  /// A name that is empty, has a character that is not allowed, or goes on after its end.
  case badName(section: Int)
  /// A section is empty or larger than the rest of the file.
  case sectionSizeOutOfRange(section: Int, found: UInt64, available: UInt64)
  /// A section does not begin where the one before it ends.
  case misplacedSection(section: Int, found: UInt64, expected: UInt64)
  /// A section belongs before its predecessor.
  case sectionOrder(section: Int)
  /// A second section where only one may be: of a unique family, of a role, of a blob's name.
  case duplicate(SectionFamily, section: Int)
  /// A section that must be there is not.
  case missing(SectionFamily)

  // Structure: the manifest and the signature.

  /// The manifest's size field has another value than the one of this version.
  case wrongManifestSize(found: UInt32, expected: UInt32)
  /// A profile that this version does not have.
  case unknownProfile(found: UInt32)
  /// The image version is 0.
  case zeroImageVersion
  /// There is a signature and no key id.
  case signatureWithoutKey

  // Origin.

  /// The image is not signed.
  case unsigned
  /// The reader does not take images of this profile.
  case profileNotAccepted(BootProfile)
  /// The image is signed by a key that the reader does not know.
  case unknownKey
  /// The key is known, and may not sign images of this profile.
  case keyNotAllowed(BootProfile)
  /// The trusted key itself is not a valid public key.
  case unusableKey(Ed25519Error)
  /// The signature is not one of this key over this image.
  case badSignature(Ed25519Error)
  /// The image is older than the reader accepts.
  case versionTooOld(found: UInt64, minimum: UInt64)

  // Contents.

  /// A section's payload, which begins at `offset`, differs from its hash.
  case hashMismatch(section: Int, offset: Int)

  // Writing.

  /// The buffer to write has not exactly the size of the image.
  case wrongBufferSize(found: Int, needed: Int)
  /// More sections are appended than the table has entries.
  case tooManySections(limit: Int)
  /// The image is finished before all its sections are there.
  case tooFewSections(found: Int, expected: Int)
}

/// A field of the header whose value follows from other fields.
public enum BootImageHeaderField: UInt8, Equatable, Sendable {
  /// Size of the header itself.
  case headerSize
  /// Size of one table entry.
  case entrySize
  /// Where the section table begins.
  case tableOffset
  /// Where the manifest begins.
  case manifestOffset
  /// Size of the manifest.
  case manifestSize
  /// Where the signature begins.
  case signatureOffset
  /// Size of the signature.
  case signatureSize
  /// Where the first section begins.
  case dataOffset
  /// Size of the file.
  case totalSize
}
