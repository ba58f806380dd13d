// Converts a static position-independent executable into a UEFI application
// (docs/reference/efi-image.md). Same input, same output; no file is read or written here.

import ELF

/// Makes PE32+ images.
public enum PEWriter {
  /// Converts an executable.
  ///
  /// - Parameter elf: The whole ELF file.
  /// - Returns: The whole PE32+ file, a multiple of 512 bytes.
  /// - Throws: `PEImageError.elf` with the first rule of docs/reference/elf.md that the input
  ///   violates; `notPositionIndependent` for fixed addresses; `overlapsHeaders` for a segment
  ///   below 0x1000; `imageTooLarge` for an end above 2 GiB; `relocationInZeroFill` and
  ///   `duplicateRelocation` for pointers that firmware could not relocate.
  public static func convert(_ elf: RawSpan) throws(PEImageError) -> [UInt8] {
    // Positions are checked below: the window applies to fixed images only, which are refused.
    // Firmware promises an image no more than the alignment of its sections.
    let limits = ELFLimits(
      addresses: 0..<UInt64.max, maximumImageSize: PELayout.endLimit,
      maximumAlignment: UInt64(PELayout.sectionAlignment))
    let image: ELFImage
    do {
      image = try ELFImage(elf, limits: limits)
    } catch {
      throw .elf(error)
    }
    try checkPlace(image)
    let sections = try sections(of: image)
    // The conversion cannot fail: the entry is in a segment, and all segments end below 2 GiB.
    let headers = PEHeaders(
      entry: UInt32(image.entry), sections: sections.all, relocations: sections.relocations)
    guard headers.imageSize <= PELayout.endLimit else {
      throw .imageTooLarge(end: UInt64(headers.imageSize), limit: PELayout.endLimit)
    }
    return assemble(headers)
  }

  /// Checks what an ELF loader allows and this format does not.
  ///
  /// Relative addresses are 32 bits wide; from here on every address of the image fits.
  private static func checkPlace(_ image: borrowing ELFImage) throws(PEImageError) {
    guard image.kind == .positionIndependent else { throw .notPositionIndependent }
    let pages = image.pages
    guard pages.lowerBound >= PELayout.firstAddress else {
      throw .overlapsHeaders(address: pages.lowerBound, limit: PELayout.firstAddress)
    }
    guard pages.upperBound <= PELayout.endLimit else {
      throw .imageTooLarge(end: pages.upperBound, limit: PELayout.endLimit)
    }
  }

  /// The sections in address order with `.reloc` behind all others, and `.reloc` by itself.
  private static func sections(
    of image: borrowing ELFImage
  ) throws(PEImageError) -> (all: [PESection], relocations: PESection) {
    let table = BaseRelocations.encode(try BaseRelocations.targets(of: image))
    var sections: [PESection] = []
    for index in image.segments.indices {
      sections.append(try PESection(image.segments[index], of: image))
    }
    let relocations = PESection(
      name: ".reloc", address: UInt32(image.pages.upperBound), memorySize: UInt32(table.count),
      contents: table,
      characteristics: PESection.initializedData | PESection.discardable | PESection.read)
    return (sections + [relocations], relocations)
  }

  /// The file: headers, padded contents, and the checksum over all of it.
  private static func assemble(_ headers: PEHeaders) -> [UInt8] {
    var file = headers.encode()
    for section in headers.sections {
      let end = file.count + section.rawSize
      file += section.contents
      file.pad(to: end)
    }
    var checksum: [UInt8] = []
    checksum.appendInteger(PEChecksum.compute(file))
    file.replaceSubrange(PELayout.checksumOffset..<(PELayout.checksumOffset + 4), with: checksum)
    return file
  }
}
