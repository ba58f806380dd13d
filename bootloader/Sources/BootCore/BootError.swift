// Why a boot is refused. Each case has one text in BootError+Reason.swift and one row in
// docs/reference/boot-chain.md.

public import BootImg
public import ELF
public import Handoff

/// Why the loader does not start the kernel.
public enum BootError: Error, Equatable, Sendable {
  // The machine.

  /// Pages cannot be made non-executable.
  case processorWithoutNoExecute
  /// The firmware runs with five-level page tables.
  case fiveLevelPaging
  /// Less usable memory than the system needs, in bytes.
  case memoryTooSmall(found: UInt64, minimum: UInt64)
  /// The firmware has no run of so many pages.
  case outOfMemory(pages: Int, status: UInt64)

  // The file.

  /// There is no boot image.
  case fileMissing
  /// The boot image cannot be read.
  case fileUnreadable(status: UInt64)
  /// The boot image ended before its size.
  case fileTruncated
  /// The boot image is larger than any image may be, in bytes.
  case fileTooLarge(size: UInt64, limit: UInt64)

  // The image.

  /// Structure or origin are refused.
  case image(BootImageError)
  /// A section's contents differ from its hash.
  case hashMismatch(section: SectionName)
  /// The kernel is no acceptable executable.
  case kernel(ELFError)
  /// The kernel has no fixed addresses.
  case kernelNotFixed

  /// The boot configuration breaks its form.
  case bootConfig(FormatError)
  /// The boot configuration is for another profile than the image.
  case bootConfigProfile

  // The way into the kernel.

  /// The firmware's memory map makes no sense.
  case memoryMap(MemoryMapError)
  /// The page tables cannot be built.
  case pageTables(PageTableError)
  /// The handoff cannot be written.
  case handoff(FormatError)
  /// The firmware does not end its boot services.
  case exitRefused(status: UInt64)
}
