// English for the errors of boot images.

import BootImg
import Crypto

extension BootImageError {
  /// What is wrong, as part of a sentence.
  ///
  /// Each list below knows some of the cases; one that none knows is printed as Swift spells it.
  var reason: String {
    headerReason ?? sectionReason ?? originReason ?? writerReason ?? "\(self)"
  }

  private var headerReason: String? {
    switch self {
    case .truncated(let needed, let available):
      "the file ends after \(available) bytes, \(needed) are needed"
    case .trailing(let count): "\(count) bytes follow the end of the image"
    case .badMagic: "not a boot image"
    case .unsupportedVersion(let major, let minor): "unsupported version \(major).\(minor)"
    case .unknownFlags(let found): "unknown header flags \(found)"
    case .sectionCountOutOfRange(let found, let limit):
      "\(found) sections, there must be 1 to \(limit)"
    case .wrongHeaderField(let field, let found, let expected):
      "\(field) is \(found) and must be \(expected)"
    case .fileTooLarge(let size, let limit): "\(size) bytes are above the limit of \(limit)"
    case .nonzeroReserved: "a reserved or padding byte is not zero"
    case .wrongManifestSize(let found, let expected):
      "the manifest size is \(found) and must be \(expected)"
    case .unknownProfile(let found): "unknown profile \(found)"
    case .zeroImageVersion: "the image version is 0"
    case .signatureWithoutKey: "there is a signature and no key id"
    default: nil
    }
  }

  private var sectionReason: String? {
    switch self {
    case .unknownFamily(let section, let found): "section \(section): unknown family \(found)"
    case .unknownSectionFlags(let section, let found):
      "section \(section): unknown flags \(found)"
    case .badRole(let section, let found): "section \(section): role \(found) is not allowed here"
    case .badName(let section): "section \(section): bad name"
    case .sectionSizeOutOfRange(let section, let found, let available):
      "section \(section): \(found) bytes, there must be 1 to \(available)"
    case .misplacedSection(let section, let found, let expected):
      "section \(section) begins at \(found) and must begin at \(expected)"
    case .sectionOrder(let section): "section \(section) is out of order"
    case .duplicate(let family, let section):
      "section \(section) is a duplicate in family \(family.text)"
    case .missing(let family): "there is no section of family \(family.text)"
    case .hashMismatch(let section, _): "section \(section): the contents differ from the hash"
    default: nil
    }
  }

  private var originReason: String? {
    switch self {
    case .unsigned: "the image is not signed"
    case .profileNotAccepted(let profile): "images of profile \(profile.text) are not accepted"
    case .unknownKey: "signed by an unknown key"
    case .keyNotAllowed(let profile): "the key may not sign images of profile \(profile.text)"
    case .unusableKey(let error): "the trusted key is not valid: \(error.reason)"
    case .badSignature(let error): "the signature is wrong: \(error.reason)"
    case .versionTooOld(let found, let minimum):
      "image version \(found) is below the minimum of \(minimum)"
    default: nil
    }
  }

  private var writerReason: String? {
    switch self {
    case .wrongBufferSize(let found, let needed):
      "a buffer of \(found) bytes is not the image's \(needed)"
    case .tooManySections(let limit): "more than \(limit) sections are written"
    case .tooFewSections(let found, let expected):
      "\(found) of \(expected) sections are written"
    default: nil
    }
  }
}
