// The names that boot markers carry: fixed text for every error, as docs/reference/elf.md has it.

import ELF
import ELFTesting
import Testing

struct ELFErrorNameTests {
  /// One of each error with its name. TABLE
  private static let named: [(error: ELFError, name: String)] = [
    (.truncated(offset: 1, needed: 1, available: 1), "TRUNCATED"),
    (.notELF(1), "NOT_ELF"),
    (.fileClass(1), "CLASS"),
    (.byteOrder(1), "BYTE_ORDER"),
    (.identVersion(1), "IDENT_VERSION"),
    (.osABI(1), "OS_ABI"),
    (.abiVersion(1), "ABI_VERSION"),
    (.identPadding(offset: 1), "IDENT_PADDING"),
    (.fileType(1), "FILE_TYPE"),
    (.machine(1), "MACHINE"),
    (.version(1), "VERSION"),
    (.flags(1), "FLAGS"),
    (.headerSize(1), "HEADER_SIZE"),
    (.programHeaderSize(1), "PROGRAM_HEADER_SIZE"),
    (.programHeaderCount(1, limit: 1), "PROGRAM_HEADER_COUNT"),
    (.programHeaderOffset(1), "PROGRAM_HEADER_OFFSET"),
    (.unknownProgramHeader(type: 1), "UNKNOWN_PROGRAM_HEADER"),
    (.duplicateProgramHeader(type: 1), "DUPLICATE_PROGRAM_HEADER"),
    (.interpreter(offset: 1), "INTERPRETER"),
    (.threadLocalStorage(size: 1), "THREAD_LOCAL_STORAGE"),
    (.executableStack(flags: 1), "EXECUTABLE_STACK"),
    (.tooManySegments(limit: 1), "TOO_MANY_SEGMENTS"),
    (.writableAndExecutable(address: 1), "WX"),
    (.segmentFlags(1), "SEGMENT_FLAGS"),
    (.segmentAlignment(1, limit: 1), "SEGMENT_ALIGNMENT"),
    (.segmentEmpty(address: 1), "SEGMENT_EMPTY"),
    (.segmentFileSize(1, memorySize: 1), "SEGMENT_FILE_SIZE"),
    (.segmentFileRange(offset: 1, size: 1, available: 1), "SEGMENT_FILE_RANGE"),
    (.segmentAddressRange(address: 1, size: 1), "SEGMENT_ADDRESS_RANGE"),
    (.segmentCongruence(address: 1, offset: 1), "SEGMENT_CONGRUENCE"),
    (.segmentOrder(address: 1, previous: 1), "SEGMENT_ORDER"),
    (.segmentOverlap(address: 1, previousEnd: 1), "SEGMENT_OVERLAP"),
    (.sharedPage(1), "SHARED_PAGE"),
    (.outsideWindow(address: 1, size: 1), "OUTSIDE_WINDOW"),
    (.noSegments, "NO_SEGMENTS"),
    (.imageTooLarge(size: 1, limit: 1), "TOO_LARGE"),
    (.entryNotExecutable(1), "ENTRY"),
    (.relroRange(address: 1, size: 1), "RELRO_RANGE"),
    (.dynamicInFixedFile(address: 1), "DYNAMIC_IN_FIXED_FILE"),
    (.dynamicMissing, "DYNAMIC_MISSING"),
    (.dynamicRange(address: 1, size: 1), "DYNAMIC_RANGE"),
    (.dynamicSize(1), "DYNAMIC_SIZE"),
    (.dynamicUnterminated, "DYNAMIC_UNTERMINATED"),
    (.dynamicAfterEnd(tag: 1), "DYNAMIC_AFTER_END"),
    (.duplicateDynamicTag(1), "DUPLICATE_DYNAMIC_TAG"),
    (.unknownDynamicTag(1), "UNKNOWN_DYNAMIC_TAG"),
    (.neededLibrary(nameOffset: 1), "NEEDED_LIBRARY"),
    (.relocationTableKind(tag: 1), "RELOCATION_TABLE_KIND"),
    (.textRelocations(tag: 1), "TEXT_RELOCATIONS"),
    (.initialiser(tag: 1), "INITIALISER"),
    (.dynamicFlags(tag: 1, value: 1), "DYNAMIC_FLAGS"),
    (.notExecutable(flags: 1), "NOT_EXECUTABLE"),
    (.relocationTableIncomplete, "RELOCATION_TABLE_INCOMPLETE"),
    (.relocationEntrySize(1), "RELOCATION_ENTRY_SIZE"),
    (.relocationTableSize(1, limit: 1), "RELOCATION_TABLE_SIZE"),
    (.relocationTableRange(address: 1, size: 1), "RELOCATION_TABLE_RANGE"),
    (.relocationCount(1, actual: 1), "RELOCATION_COUNT"),
    (.relocationType(1), "RELOCATION_TYPE"),
    (.relocationSymbol(1), "RELOCATION_SYMBOL"),
    (.relocationAlignment(1), "RELOCATION_ALIGNMENT"),
    (.relocationTarget(1), "RELOCATION_TARGET"),
    (.relocationAddend(1), "RELOCATION_ADDEND"),
    (.baseAlignment(1, alignment: 1), "BASE_ALIGNMENT"),
    (.baseFixed(1, expected: 1), "BASE_FIXED"),
    (.notInSegment(address: 1, size: 1), "NOT_IN_SEGMENT"),
  ]

  @Test func `every error has the name that the reference lists`() {
    for (error, name) in Self.named {
      #expect(error.name.description == name)
    }
  }

  @Test func `no two errors share a name`() {
    #expect(Set(Self.named.map(\.name)).count == Self.named.count)
  }

  @Test func `a name does not depend on the payload`() {
    #expect(ELFError.machine(0).name.description == ELFError.machine(.max).name.description)
  }
}
