// Every reason for which an executable, or a request to load one, is refused. The order of checks
// and the meaning of each field are in docs/reference/elf.md. No case may hold text: callers print.

/// Why an executable is refused.
///
/// The payload is the refused value and, where one exists, the limit it passed.
public enum ELFError: Error, Equatable, Sendable {
  // MARK: File header

  /// The file ends inside its header.
  case truncated(offset: Int, needed: Int, available: Int)
  /// The first four bytes, read as a little-endian number, are not the ELF magic.
  case notELF(UInt32)
  /// Not a 64-bit file.
  case fileClass(UInt8)
  /// Not little-endian.
  case byteOrder(UInt8)
  /// The version in the identification is not 1.
  case identVersion(UInt8)
  /// An operating-system ABI other than System V and GNU.
  case osABI(UInt8)
  /// An ABI version other than 0.
  case abiVersion(UInt8)
  /// The identification's padding byte at this offset is not zero.
  case identPadding(offset: Int)
  /// Neither an executable nor a position-independent file.
  case fileType(UInt16)
  /// Not for x86_64.
  case machine(UInt16)
  /// The version in the header is not 1.
  case version(UInt32)
  /// Processor flags, of which x86_64 has none.
  case flags(UInt32)
  /// The header's own size is not 64.
  case headerSize(UInt16)
  /// The size of a program header is not 56.
  case programHeaderSize(UInt16)
  /// No program header, or more than the limit.
  case programHeaderCount(UInt16, limit: Int)
  /// The table of program headers is misplaced or passes the end of the file.
  case programHeaderOffset(UInt64)

  // MARK: Program headers

  /// A type that is neither loaded nor known to be harmless.
  case unknownProgramHeader(type: UInt32)
  /// A second header of a type that may occur once.
  case duplicateProgramHeader(type: UInt32)
  /// The program asks for a dynamic linker; its name is at this file offset.
  case interpreter(offset: UInt64)
  /// The program has a thread-local segment of this memory size.
  case threadLocalStorage(size: UInt64)
  /// The program asks for an executable stack.
  case executableStack(flags: UInt32)

  // MARK: Segments

  /// More loadable segments than the limit.
  case tooManySegments(limit: Int)
  /// A segment that would be writable and executable at once.
  case writableAndExecutable(address: UInt64)
  /// Flags other than R, R+W and R+X.
  case segmentFlags(UInt32)
  /// An alignment that is no power of two, below a page or above the limit.
  case segmentAlignment(UInt64, limit: UInt64)
  /// A segment without memory.
  case segmentEmpty(address: UInt64)
  /// More bytes in the file than in memory.
  case segmentFileSize(UInt64, memorySize: UInt64)
  /// File bytes that pass the end of the file.
  case segmentFileRange(offset: UInt64, size: UInt64, available: Int)
  /// Memory that passes the last but one page of the address space.
  case segmentAddressRange(address: UInt64, size: UInt64)
  /// Address and file offset disagree modulo the alignment.
  case segmentCongruence(address: UInt64, offset: UInt64)
  /// A segment below the one before it in the table.
  case segmentOrder(address: UInt64, previous: UInt64)
  /// A segment that begins before the end of the one before it.
  case segmentOverlap(address: UInt64, previousEnd: UInt64)
  /// Two segments use parts of the page at this address.
  case sharedPage(UInt64)
  /// Pages outside the allowed addresses.
  case outsideWindow(address: UInt64, size: UInt64)
  /// Nothing to load.
  case noSegments
  /// First to last page are further apart than the limit.
  case imageTooLarge(size: UInt64, limit: UInt64)
  /// The entry point is not in the file-backed bytes of an executable segment.
  case entryNotExecutable(UInt64)
  /// The read-only-after-relocation part is not a run of whole pages at the start of a writable
  /// segment.
  case relroRange(address: UInt64, size: UInt64)

  // MARK: Dynamic section

  /// A dynamic section in a file with fixed addresses.
  case dynamicInFixedFile(address: UInt64)
  /// A position-independent file that does not say where its relocations are.
  case dynamicMissing
  /// The dynamic section is not where its header says, inside one segment's file bytes.
  case dynamicRange(address: UInt64, size: UInt64)
  /// A size that is no multiple of an entry, or more entries than the limit.
  case dynamicSize(UInt64)
  /// No end tag.
  case dynamicUnterminated
  /// An entry after the end tag.
  case dynamicAfterEnd(tag: UInt64)
  /// A tag that occurs twice.
  case duplicateDynamicTag(UInt64)
  /// A tag that is neither used nor known to be harmless.
  case unknownDynamicTag(UInt64)
  /// The program needs a shared library.
  case neededLibrary(nameOffset: UInt64)
  /// A relocation table of another kind: without addends, packed, or for a procedure table.
  case relocationTableKind(tag: UInt64)
  /// Relocations in read-only segments.
  case textRelocations(tag: UInt64)
  /// Functions to be run before the entry or after the end.
  case initialiser(tag: UInt64)
  /// Flags other than immediate binding in `DT_FLAGS` or `DT_FLAGS_1`.
  case dynamicFlags(tag: UInt64, value: UInt64)
  /// A shared library: `DT_FLAGS_1` does not say that the file is an executable.
  case notExecutable(flags: UInt64)

  // MARK: Relocations

  /// Some but not all of address, size and entry size of the table.
  case relocationTableIncomplete
  /// An entry size other than 24.
  case relocationEntrySize(UInt64)
  /// A table size that is no multiple of an entry, or more entries than the limit.
  case relocationTableSize(UInt64, limit: Int)
  /// A table that is not inside one segment's file bytes.
  case relocationTableRange(address: UInt64, size: UInt64)
  /// The announced number of relative relocations is not the number of entries.
  case relocationCount(UInt64, actual: Int)
  /// A type other than `R_X86_64_RELATIVE`.
  case relocationType(UInt32)
  /// A relative relocation that names a symbol.
  case relocationSymbol(UInt32)
  /// A target that is no multiple of 8.
  case relocationAlignment(UInt64)
  /// A target whose 8 bytes are not inside one writable segment.
  case relocationTarget(UInt64)
  /// A value that points outside the image.
  case relocationAddend(UInt64)

  // MARK: Requests of a loader

  /// A base whose distance from the link address is no multiple of the image's alignment.
  case baseAlignment(UInt64, alignment: UInt64)
  /// A base other than the only one of a fixed image.
  case baseFixed(UInt64, expected: UInt64)
  /// A range of memory that is not inside the pages of one segment.
  case notInSegment(address: UInt64, size: Int)
}
