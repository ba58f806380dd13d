// Where errors say that they are.

import BootImg
import Crypto
import Testing

struct ErrorOffsetTests {
  private static let anywhere: [(BootImageError, Int?)] = [
    (.truncated(needed: 128, available: 100), 100), (.trailing(count: 1), 56),
    (.badMagic(found: 0), 0), (.unsupportedVersion(major: 2, minor: 0), 8),
    (.unknownFlags(found: 1), 12), (.sectionCountOutOfRange(found: 0, limit: 256), 24),
    (.wrongHeaderField(.headerSize, found: 0, expected: 128), 16),
    (.wrongHeaderField(.entrySize, found: 0, expected: 96), 20),
    (.wrongHeaderField(.tableOffset, found: 0, expected: 128), 28),
    (.wrongHeaderField(.manifestOffset, found: 0, expected: 1), 32),
    (.wrongHeaderField(.manifestSize, found: 0, expected: 96), 36),
    (.wrongHeaderField(.signatureOffset, found: 0, expected: 1), 40),
    (.wrongHeaderField(.signatureSize, found: 0, expected: 64), 44),
    (.wrongHeaderField(.dataOffset, found: 0, expected: 4096), 48),
    (.wrongHeaderField(.totalSize, found: 0, expected: 8192), 56),
    (.fileTooLarge(size: 1, limit: 0), 56), (.nonzeroReserved(offset: 97), 97),
    (.unknownFamily(section: 1, found: 0), 224), (.unknownSectionFlags(section: 1, found: 1), 226),
    (.badRole(section: 1, found: 0), 228), (.badName(section: 1), 232),
    (.misplacedSection(section: 1, found: 0, expected: 1), 264),
    (.sectionSizeOutOfRange(section: 1, found: 0, available: 1), 272),
    (.sectionOrder(section: 1), 224), (.duplicate(.blob, section: 2), 320),
    (.missing(.bootConfig), nil), (.unsigned, 64), (.unknownKey, 64), (.keyNotAllowed(.dev), 64),
    (.unusableKey(.smallOrderKey), 64), (.hashMismatch(section: 1, offset: 8192), 8192),
    (.wrongBufferSize(found: 0, needed: 1), nil), (.tooManySections(limit: 1), nil),
    (.tooFewSections(found: 0, expected: 1), nil),
  ]

  @Test func `errors before the manifest have a place of their own`() throws {
    let layout = try BootImageLayout(sectionCount: 3)
    for (error, offset) in Self.anywhere {
      #expect(error.offset(in: nil) == offset)
      #expect(error.offset(in: layout) == offset)
    }
  }

  @Test func `errors from the manifest on need the layout`() throws {
    let layout = try BootImageLayout(sectionCount: 3)
    let errors: [(BootImageError, Int)] = [
      (.wrongManifestSize(found: 0, expected: 96), 416), (.unknownProfile(found: 0), 420),
      (.profileNotAccepted(.dev), 420), (.zeroImageVersion, 424),
      (.versionTooOld(found: 1, minimum: 2), 424), (.signatureWithoutKey, 512),
      (.badSignature(.mismatch), 512),
    ]
    for (error, offset) in errors {
      #expect(error.offset(in: nil) == nil)
      #expect(error.offset(in: layout) == offset)
    }
  }
}
