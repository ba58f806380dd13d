// Refusals of a conversion in words.

import ELF

extension PEImageError {
  /// Where in the input file the error is; `nil` where the error is about addresses.
  package var offset: Int? {
    guard case .elf(let error) = self else { return nil }
    return error.offset
  }

  /// What is wrong, as part of a sentence.
  package var reason: String {
    switch self {
    case .elf(let error): error.reason
    case .notPositionIndependent: "the program has fixed addresses, and firmware chooses them"
    case .overlapsHeaders(let address, let limit):
      "a segment at \(address.hex) begins below \(limit.hex), where the headers end"
    case .imageTooLarge(let end, let limit): "the image ends at \(end.hex), above \(limit.hex)"
    case .relocationInZeroFill(let target):
      "a relocation changes \(target.hex), which has no bytes in the file"
    case .duplicateRelocation(let target): "two relocations change \(target.hex)"
    }
  }
}

extension BinaryInteger {
  /// The number in hexadecimal, as addresses and codes are written.
  var hex: String { "0x" + String(self, radix: 16) }
}
