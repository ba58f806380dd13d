// The headers of a PE32+ image (PE Format, "COFF File Header", "Optional Header", "Section Table").
// All numbers follow from the sections; nothing comes from the machine that builds.

/// Encodes everything before the raw data.
struct PEHeaders {
  let entry: UInt32
  /// In address order; the last is `.reloc`.
  let sections: [PESection]
  let relocations: PESection

  /// Bytes of the file before the raw data.
  var size: Int {
    PELayout.aligned(
      PELayout.sectionTableOffset + sections.count * PELayout.sectionHeaderSize,
      to: PELayout.fileAlignment)
  }

  /// Bytes of memory from the image base on.
  var imageSize: Int {
    PELayout.aligned(
      Int(relocations.address) + Int(relocations.memorySize), to: PELayout.sectionAlignment)
  }

  /// The headers with a zero checksum, padded to `size`.
  func encode() -> [UInt8] {
    var bytes = Array("MZ".utf8)
    bytes.pad(to: 60)
    bytes.appendInteger(UInt32(PELayout.signatureOffset))
    appendFileHeader(to: &bytes)
    appendStandardFields(to: &bytes)
    appendWindowsFields(to: &bytes)
    appendDirectories(to: &bytes)
    appendSectionTable(to: &bytes)
    bytes.pad(to: size)
    return bytes
  }

  /// COFF File Header, 20 bytes after the signature.
  private func appendFileHeader(to bytes: inout [UInt8]) {
    bytes += Array("PE\0\0".utf8)
    bytes.appendInteger(PELayout.machine)
    bytes.appendInteger(UInt16(sections.count))
    // No time stamp and no symbol table.
    bytes.pad(to: bytes.count + 12)
    bytes.appendInteger(UInt16(PELayout.optionalHeaderSize))
    bytes.appendInteger(PELayout.characteristics)
  }

  /// Optional Header Standard Fields: sizes that loaders do not use but inspectors compare.
  private func appendStandardFields(to bytes: inout [UInt8]) {
    let code = sections.filter(\.isCode)
    let data = sections.filter { !$0.isCode }
    bytes.appendInteger(PELayout.magic)
    bytes.appendInteger(UInt16(0))
    bytes.appendInteger(UInt32(code.reduce(0) { $0 + $1.rawSize }))
    bytes.appendInteger(UInt32(data.reduce(0) { $0 + $1.rawSize }))
    bytes.appendInteger(UInt32(sections.reduce(0) { $0 + $1.zeroFill }))
    bytes.appendInteger(entry)
    bytes.appendInteger(code.first?.address ?? 0)
  }

  /// Optional Header Windows-Specific Fields, from ImageBase to NumberOfRvaAndSizes.
  private func appendWindowsFields(to bytes: inout [UInt8]) {
    // ImageBase 0 keeps link addresses and relative addresses the same numbers.
    bytes.appendInteger(UInt64(0))
    bytes.appendInteger(UInt32(PELayout.sectionAlignment))
    bytes.appendInteger(UInt32(PELayout.fileAlignment))
    // Versions and a reserved field.
    bytes.pad(to: bytes.count + 16)
    bytes.appendInteger(UInt32(imageSize))
    bytes.appendInteger(UInt32(size))
    // CheckSum, filled in when the whole file is there.
    bytes.appendInteger(UInt32(0))
    bytes.appendInteger(PELayout.subsystem)
    bytes.appendInteger(PELayout.dllCharacteristics)
    // Stack and heap sizes and the loader's flags, which firmware does not read.
    bytes.pad(to: bytes.count + 36)
    bytes.appendInteger(UInt32(PELayout.directoryCount))
  }

  /// Optional Header Data Directories; the certificates' one is left to a signing tool.
  private func appendDirectories(to bytes: inout [UInt8]) {
    for index in 0..<PELayout.directoryCount {
      let isUsed = index == PELayout.relocationDirectory
      bytes.appendInteger(isUsed ? relocations.address : 0)
      bytes.appendInteger(isUsed ? relocations.memorySize : 0)
    }
  }

  /// Section Table; raw data follows the headers in the same order without gaps.
  private func appendSectionTable(to bytes: inout [UInt8]) {
    var offset = size
    for section in sections {
      let start = bytes.count
      bytes += Array(section.name.utf8)
      bytes.pad(to: start + 8)
      bytes.appendInteger(section.memorySize)
      bytes.appendInteger(section.address)
      bytes.appendInteger(UInt32(section.rawSize))
      bytes.appendInteger(section.rawSize == 0 ? 0 : UInt32(offset))
      bytes.pad(to: bytes.count + 12)
      bytes.appendInteger(section.characteristics)
      offset += section.rawSize
    }
  }
}
