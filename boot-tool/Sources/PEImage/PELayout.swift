// Constants of the one layout that is written (docs/reference/efi-image.md).

/// Sizes and places that do not depend on the input.
enum PELayout {
  /// COFF header, Machine: x86_64.
  static let machine: UInt16 = 0x8664
  /// COFF header, Characteristics: executable image, able to lie above 2 GiB.
  static let characteristics: UInt16 = 0x0022
  /// Optional header, Magic: the form with 64-bit fields.
  static let magic: UInt16 = 0x020B
  /// Optional header, Subsystem: EFI application.
  static let subsystem: UInt16 = 10
  /// Optional header, DllCharacteristics: may be relocated (0x40), data is never executed (0x100).
  ///
  /// Firmware that enforces rights on memory refuses or maps leniently what does not promise this.
  static let dllCharacteristics: UInt16 = 0x0140
  /// Number of data directories, of which one is used.
  static let directoryCount = 16
  /// Index of the directory of base relocations.
  static let relocationDirectory = 5

  static let sectionAlignment = 4096
  static let fileAlignment = 512
  static let signatureOffset = 64
  static let optionalHeaderOffset = 88
  static let optionalHeaderSize = 240
  static let checksumOffset = optionalHeaderOffset + 64
  static let sectionTableOffset = optionalHeaderOffset + optionalHeaderSize
  static let sectionHeaderSize = 40
  /// The headers of the most sections an ELF file can give end far below one page.
  static let firstAddress: UInt64 = 0x1000
  /// Relative addresses are 32 bits wide; the upper half is left out because some readers take
  /// them for negative.
  static let endLimit: UInt64 = 0x8000_0000

  /// `value` rounded up to a multiple of `alignment`, a power of two; `value` is far from overflow.
  static func aligned(_ value: Int, to alignment: Int) -> Int {
    (value + alignment - 1) & ~(alignment - 1)
  }
}
