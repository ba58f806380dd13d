// TABLE. The text of every failure, as docs/reference/boot-chain.md lists it. Exhaustive, so that a
// new error without a text does not compile.

import BootImg
import ELF
import Handoff

extension BootError {
  /// The text after `ERIX_BOOTLOADER:FAIL:`; some errors have a detail behind it, and that of a
  /// refused kernel has `KERNEL_` before it.
  var reason: StaticString {
    switch self {
    case .processorWithoutNoExecute: "PROCESSOR_WITHOUT_NX"
    case .fiveLevelPaging: "FIVE_LEVEL_PAGING"
    case .memoryTooSmall: "MEMORY_TOO_SMALL"
    case .outOfMemory: "OUT_OF_MEMORY"
    case .fileMissing: "FILE_MISSING"
    case .fileUnreadable: "FILE_UNREADABLE"
    case .fileTruncated: "FILE_TRUNCATED"
    case .fileTooLarge: "FILE_TOO_LARGE"
    case .image(let error): error.reason
    case .hashMismatch: "HASH_MISMATCH"
    case .kernel(let error): error.name
    case .kernelNotFixed: "KERNEL_NOT_FIXED"
    case .bootConfig: "BOOT_CONFIG_INVALID"
    case .bootConfigProfile: "BOOT_CONFIG_PROFILE"
    case .memoryMap(let error): error.reason
    case .pageTables(let error): error.reason
    case .handoff: "HANDOFF_INVALID"
    case .exitRefused: "EXIT_BOOT_SERVICES"
    }
  }
}

extension BootImageError {
  /// The text of a refused image.
  fileprivate var reason: StaticString {
    switch self {
    case .truncated: "IMAGE_TRUNCATED"
    case .trailing: "IMAGE_TRAILING_BYTES"
    case .badMagic: "IMAGE_BAD_MAGIC"
    case .unsupportedVersion: "IMAGE_UNSUPPORTED_VERSION"
    case .unknownFlags: "IMAGE_UNKNOWN_FLAGS"
    case .sectionCountOutOfRange: "IMAGE_SECTION_COUNT"
    case .wrongHeaderField(let field, _, _): field.reason
    case .fileTooLarge: "IMAGE_TOO_LARGE"
    case .nonzeroReserved: "IMAGE_NONZERO_RESERVED"
    case .unknownFamily: "SECTION_UNKNOWN_FAMILY"
    case .unknownSectionFlags: "SECTION_UNKNOWN_FLAGS"
    case .badRole: "SECTION_BAD_ROLE"
    case .badName: "SECTION_BAD_NAME"
    case .sectionSizeOutOfRange: "SECTION_BAD_SIZE"
    case .misplacedSection: "SECTION_MISPLACED"
    case .sectionOrder: "SECTION_ORDER"
    case .duplicate: "SECTION_DUPLICATE"
    case .missing: "SECTION_MISSING"
    case .wrongManifestSize: "MANIFEST_BAD_SIZE"
    case .unknownProfile: "MANIFEST_UNKNOWN_PROFILE"
    case .zeroImageVersion: "MANIFEST_ZERO_VERSION"
    case .signatureWithoutKey: "SIGNATURE_WITHOUT_KEY"
    case .unsigned: "UNSIGNED"
    case .profileNotAccepted: "PROFILE_NOT_ACCEPTED"
    case .unknownKey: "KEY_UNKNOWN"
    case .keyNotAllowed: "KEY_NOT_ALLOWED"
    case .unusableKey: "KEY_UNUSABLE"
    case .badSignature: "SIGNATURE_BAD"
    case .versionTooOld: "ROLLBACK"
    case .hashMismatch: "HASH_MISMATCH"
    // A reader meets none of these.
    case .wrongBufferSize, .tooManySections, .tooFewSections: "IMAGE_WRITER"
    }
  }
}

extension BootImageHeaderField {
  /// The text of a header field with a wrong value.
  fileprivate var reason: StaticString {
    switch self {
    case .headerSize: "IMAGE_HEADER_SIZE"
    case .entrySize: "IMAGE_ENTRY_SIZE"
    case .tableOffset: "IMAGE_TABLE_OFFSET"
    case .manifestOffset: "IMAGE_MANIFEST_OFFSET"
    case .manifestSize: "IMAGE_MANIFEST_SIZE"
    case .signatureOffset: "IMAGE_SIGNATURE_OFFSET"
    case .signatureSize: "IMAGE_SIGNATURE_SIZE"
    case .dataOffset: "IMAGE_DATA_OFFSET"
    case .totalSize: "IMAGE_TOTAL_SIZE"
    }
  }
}

extension SectionFamily {
  /// The detail of a missing or doubled section.
  var detail: StaticString {
    switch self {
    case .kernel: "KERNEL"
    case .rootTask: "ROOT_TASK"
    case .earlyService: "EARLY_SERVICE"
    case .driver: "DRIVER"
    case .bootConfig: "BOOT_CONFIG"
    case .blob: "BLOB"
    }
  }
}

extension MemoryMapError {
  /// The text of a refused memory map.
  fileprivate var reason: StaticString {
    switch self {
    case .unavailable: "MEMORY_MAP_UNAVAILABLE"
    case .descriptorSize: "MEMORY_MAP_DESCRIPTOR_SIZE"
    case .length: "MEMORY_MAP_LENGTH"
    case .tooManyRegions: "MEMORY_MAP_TOO_MANY_REGIONS"
    case .grew: "MEMORY_MAP_GREW"
    case .misaligned: "MEMORY_MAP_MISALIGNED"
    case .outOfRange: "MEMORY_MAP_OUT_OF_RANGE"
    case .overlap: "MEMORY_MAP_OVERLAP"
    case .lostRange: "MEMORY_MAP_LOST_RANGE"
    case .aboveDirectMap: "MEMORY_ABOVE_DIRECT_MAP"
    }
  }
}

extension PageTableError {
  /// The text of page tables that cannot be built.
  fileprivate var reason: StaticString {
    switch self {
    case .full: "PAGE_TABLES_FULL"
    case .badRange: "PAGE_TABLES_BAD_RANGE"
    case .alreadyMapped: "PAGE_TABLES_ALREADY_MAPPED"
    }
  }
}
