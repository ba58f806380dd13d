// TABLE. The text of every failure, as docs/reference/boot-chain.md lists it. Exhaustive, so that a
// new error without a text does not compile.

import BootImg
import ELF
import Handoff

extension BootError {
  /// The text after `ERIX_BOOTLOADER:FAIL:`; some errors have a detail behind it.
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
    case .kernel(let error): error.kernelReason
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

extension ELFError {
  /// The text of a refused kernel.
  fileprivate var kernelReason: StaticString {
    switch self {
    case .truncated: "KERNEL_TRUNCATED"
    case .notELF: "KERNEL_NOT_ELF"
    case .fileClass: "KERNEL_CLASS"
    case .byteOrder: "KERNEL_BYTE_ORDER"
    case .identVersion: "KERNEL_IDENT_VERSION"
    case .osABI: "KERNEL_OS_ABI"
    case .abiVersion: "KERNEL_ABI_VERSION"
    case .identPadding: "KERNEL_IDENT_PADDING"
    case .fileType: "KERNEL_FILE_TYPE"
    case .machine: "KERNEL_MACHINE"
    case .version: "KERNEL_VERSION"
    case .flags: "KERNEL_FLAGS"
    case .headerSize: "KERNEL_HEADER_SIZE"
    case .programHeaderSize: "KERNEL_PROGRAM_HEADER_SIZE"
    case .programHeaderCount: "KERNEL_PROGRAM_HEADER_COUNT"
    case .programHeaderOffset: "KERNEL_PROGRAM_HEADER_OFFSET"
    case .unknownProgramHeader: "KERNEL_UNKNOWN_PROGRAM_HEADER"
    case .duplicateProgramHeader: "KERNEL_DUPLICATE_PROGRAM_HEADER"
    case .interpreter: "KERNEL_INTERPRETER"
    case .threadLocalStorage: "KERNEL_THREAD_LOCAL_STORAGE"
    case .executableStack: "KERNEL_EXECUTABLE_STACK"
    case .tooManySegments: "KERNEL_TOO_MANY_SEGMENTS"
    case .writableAndExecutable: "KERNEL_WX"
    case .segmentFlags: "KERNEL_SEGMENT_FLAGS"
    case .segmentAlignment: "KERNEL_SEGMENT_ALIGNMENT"
    case .segmentEmpty: "KERNEL_SEGMENT_EMPTY"
    case .segmentFileSize: "KERNEL_SEGMENT_FILE_SIZE"
    case .segmentFileRange: "KERNEL_SEGMENT_FILE_RANGE"
    case .segmentAddressRange: "KERNEL_SEGMENT_ADDRESS_RANGE"
    case .segmentCongruence: "KERNEL_SEGMENT_CONGRUENCE"
    case .segmentOrder: "KERNEL_SEGMENT_ORDER"
    case .segmentOverlap: "KERNEL_SEGMENT_OVERLAP"
    case .sharedPage: "KERNEL_SHARED_PAGE"
    case .outsideWindow: "KERNEL_OUTSIDE_WINDOW"
    case .noSegments: "KERNEL_NO_SEGMENTS"
    case .imageTooLarge: "KERNEL_TOO_LARGE"
    case .entryNotExecutable: "KERNEL_ENTRY"
    case .relroRange: "KERNEL_RELRO_RANGE"
    case .dynamicInFixedFile: "KERNEL_DYNAMIC_IN_FIXED_FILE"
    case .dynamicMissing: "KERNEL_DYNAMIC_MISSING"
    case .dynamicRange: "KERNEL_DYNAMIC_RANGE"
    case .dynamicSize: "KERNEL_DYNAMIC_SIZE"
    case .dynamicUnterminated: "KERNEL_DYNAMIC_UNTERMINATED"
    case .dynamicAfterEnd: "KERNEL_DYNAMIC_AFTER_END"
    case .duplicateDynamicTag: "KERNEL_DUPLICATE_DYNAMIC_TAG"
    case .unknownDynamicTag: "KERNEL_UNKNOWN_DYNAMIC_TAG"
    case .neededLibrary: "KERNEL_NEEDED_LIBRARY"
    case .relocationTableKind: "KERNEL_RELOCATION_TABLE_KIND"
    case .textRelocations: "KERNEL_TEXT_RELOCATIONS"
    case .initialiser: "KERNEL_INITIALISER"
    case .dynamicFlags: "KERNEL_DYNAMIC_FLAGS"
    case .notExecutable: "KERNEL_NOT_EXECUTABLE"
    case .relocationTableIncomplete: "KERNEL_RELOCATION_TABLE_INCOMPLETE"
    case .relocationEntrySize: "KERNEL_RELOCATION_ENTRY_SIZE"
    case .relocationTableSize: "KERNEL_RELOCATION_TABLE_SIZE"
    case .relocationTableRange: "KERNEL_RELOCATION_TABLE_RANGE"
    case .relocationCount: "KERNEL_RELOCATION_COUNT"
    case .relocationType: "KERNEL_RELOCATION_TYPE"
    case .relocationSymbol: "KERNEL_RELOCATION_SYMBOL"
    case .relocationAlignment: "KERNEL_RELOCATION_ALIGNMENT"
    case .relocationTarget: "KERNEL_RELOCATION_TARGET"
    case .relocationAddend: "KERNEL_RELOCATION_ADDEND"
    case .baseAlignment: "KERNEL_BASE_ALIGNMENT"
    case .baseFixed: "KERNEL_BASE_FIXED"
    case .notInSegment: "KERNEL_NOT_IN_SEGMENT"
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
