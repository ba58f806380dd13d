// Where in the file an error was found, for messages. Knows the layout, decides nothing.

extension BootImageError {
  /// Where in the file the cause of the error is.
  ///
  /// - Parameter layout: The layout of the refused image when its section count is known; without
  ///   it, errors behind the section table have no place.
  /// - Returns: Offset in bytes of the field or byte; `nil` when there is no one place.
  public func offset(in layout: BootImageLayout?) -> Int? {
    switch self {
    case .truncated(_, let available): Int(exactly: available)
    case .badMagic: 0
    case .unsupportedVersion: 8
    case .unknownFlags: 12
    case .sectionCountOutOfRange: 24
    case .wrongHeaderField(let field, _, _): field.offset
    case .fileTooLarge, .trailing: BootImageHeaderField.totalSize.offset
    case .nonzeroReserved(let offset): offset
    case .unsigned, .unknownKey, .keyNotAllowed, .unusableKey: BootImageHeader.keyIDOffset
    case .hashMismatch(_, let offset): offset
    case .wrongBufferSize, .tooManySections, .tooFewSections, .missing: nil
    default: sectionOffset ?? manifestOffset(in: layout)
    }
  }

  /// The place of an error about a table entry.
  private var sectionOffset: Int? {
    switch self {
    case .unknownFamily(let section, _), .sectionOrder(let section), .duplicate(_, let section):
      SectionEntry.offset(section)
    case .unknownSectionFlags(let section, _): SectionEntry.offset(section) + 2
    case .badRole(let section, _): SectionEntry.offset(section) + 4
    case .badName(let section): SectionEntry.offset(section) + 8
    case .misplacedSection(let section, _, _): SectionEntry.offset(section) + 40
    case .sectionSizeOutOfRange(let section, _, _): SectionEntry.offset(section) + 48
    default: nil
    }
  }

  /// The place of an error about the manifest or the signature.
  private func manifestOffset(in layout: BootImageLayout?) -> Int? {
    guard let layout else { return nil }
    return switch self {
    case .wrongManifestSize: layout.manifestOffset
    case .unknownProfile, .profileNotAccepted: layout.manifestOffset + 4
    case .zeroImageVersion, .versionTooOld: layout.manifestOffset + 8
    case .signatureWithoutKey, .badSignature: layout.signatureOffset
    default: nil
    }
  }
}

extension BootImageHeaderField {
  /// Where the field stands in the file.
  var offset: Int {
    switch self {
    case .headerSize: 16
    case .entrySize: 20
    case .tableOffset: 28
    case .manifestOffset: 32
    case .manifestSize: 36
    case .signatureOffset: 40
    case .signatureSize: 44
    case .dataOffset: 48
    case .totalSize: 56
    }
  }
}
