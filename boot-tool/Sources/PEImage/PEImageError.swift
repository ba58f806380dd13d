// Every reason for which an executable cannot become a firmware application; the rules are in
// docs/reference/efi-image.md.

public import ELF

/// Why a conversion is refused.
public enum PEImageError: Error, Equatable, Sendable {
  /// The input is not an executable that this project loads.
  case elf(ELFError)
  /// The input has fixed addresses; firmware chooses them.
  case notPositionIndependent
  /// A segment begins below the first address behind the image's headers.
  case overlapsHeaders(address: UInt64, limit: UInt64)
  /// The image ends above the largest relative address.
  case imageTooLarge(end: UInt64, limit: UInt64)
  /// A pointer that needs relocation lies in memory without file bytes.
  case relocationInZeroFill(target: UInt64)
  /// Two relocations for one pointer.
  case duplicateRelocation(target: UInt64)
}
