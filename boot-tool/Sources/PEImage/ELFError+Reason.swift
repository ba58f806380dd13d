// Refusals of an ELF file in words; the rules are in docs/reference/elf.md. Addresses and codes are
// written in hexadecimal, sizes and counts in decimal.

import ELF

extension ELFError {
  /// Where in the file the refused value is; `nil` where only its address is known.
  var offset: Int? {
    switch self {
    case .truncated(let offset, _, _), .identPadding(let offset): offset
    case .notELF: 0
    case .fileClass: 4
    case .byteOrder: 5
    case .identVersion: 6
    case .osABI: 7
    case .abiVersion: 8
    case .fileType: 16
    case .machine: 18
    case .version: 20
    case .programHeaderOffset: 32
    case .flags: 48
    case .headerSize: 52
    case .programHeaderSize: 54
    case .programHeaderCount: 56
    case .interpreter(let offset): Int(exactly: offset)
    default: nil
    }
  }

  /// What is wrong, as part of a sentence.
  ///
  /// Each list below knows some of the cases; one that none knows is printed as Swift spells it.
  var reason: String {
    headerReason ?? programHeaderReason ?? segmentReason ?? imageReason ?? dynamicReason
      ?? relocationReason ?? "\(self)"
  }

  private var headerReason: String? {
    switch self {
    case .truncated(_, let needed, let available):
      "the file ends after \(available) bytes, \(needed) are needed"
    case .notELF: "not an ELF file"
    case .fileClass(let found): "file class \(found) is not 2, 64-bit"
    case .byteOrder(let found): "byte order \(found) is not 1, little-endian"
    case .identVersion(let found): "version \(found) of the identification is not 1"
    case .osABI(let found): "operating-system ABI \(found) is neither System V nor GNU"
    case .abiVersion(let found): "ABI version \(found) is not 0"
    case .identPadding: "the padding of the identification is not zero"
    case .fileType(let found):
      "type \(found) is neither an executable nor position-independent"
    case .machine(let found): "machine \(found) is not 62, x86_64"
    case .version(let found): "version \(found) is not 1"
    case .flags(let found): "processor flags \(found.hex) are not 0"
    case .headerSize(let found): "the header size \(found) is not 64"
    case .programHeaderSize(let found): "the program header size \(found) is not 56"
    case .programHeaderCount(let found, let limit):
      "\(found) program headers, there must be 1 to \(limit)"
    case .programHeaderOffset(let found): "program headers cannot stand at \(found)"
    default: nil
    }
  }

  private var programHeaderReason: String? {
    switch self {
    case .unknownProgramHeader(let type): "unknown program header type \(type.hex)"
    case .duplicateProgramHeader(let type): "two program headers of type \(type.hex)"
    case .interpreter: "the program asks for a dynamic linker"
    case .threadLocalStorage(let size): "the program has \(size) bytes of thread-local storage"
    case .executableStack(let flags): "the program's stack flags \(flags) make it executable"
    default: nil
    }
  }

  private var segmentReason: String? {
    switch self {
    case .tooManySegments(let limit): "there are more than \(limit) segments"
    case .writableAndExecutable(let address):
      "the segment at \(address.hex) is writable and executable"
    case .segmentFlags(let flags): "segment flags \(flags) are not R, RW or RX"
    case .segmentAlignment(let found, let limit):
      "segment alignment \(found) is not a power of two from 4096 to \(limit)"
    case .segmentEmpty(let address): "the segment at \(address.hex) has no memory"
    case .segmentFileSize(let size, let memorySize):
      "a segment has \(size) bytes in the file and \(memorySize) in memory"
    case .segmentFileRange(let offset, let size, let available):
      "a segment takes \(size) bytes at \(offset) from a file of \(available)"
    case .segmentAddressRange(let address, let size):
      "a segment of \(size) bytes at \(address.hex) passes the end of the address space"
    case .segmentCongruence(let address, let offset):
      "segment address \(address.hex) and file offset \(offset) disagree on their alignment"
    case .segmentOrder(let address, let previous):
      "the segment at \(address.hex) stands behind the one at \(previous.hex)"
    case .segmentOverlap(let address, let previousEnd):
      "the segment at \(address.hex) begins before \(previousEnd.hex), where another ends"
    case .sharedPage(let address): "two segments share the page at \(address.hex)"
    default: nil
    }
  }

  private var imageReason: String? {
    switch self {
    case .outsideWindow(let address, let size):
      "the \(size) bytes at \(address.hex) lie outside the allowed addresses"
    case .noSegments: "there is no segment to load"
    case .imageTooLarge(let size, let limit):
      "the image takes \(size) bytes, above the limit of \(limit)"
    case .entryNotExecutable(let address): "the entry \(address.hex) is not in code"
    case .relroRange(let address, let size):
      "the \(size) bytes at \(address.hex), read-only after relocation, do not begin a segment"
    case .baseAlignment(let base, let alignment):
      "base \(base.hex) does not fit the alignment of \(alignment)"
    case .baseFixed(let base, let expected): "base \(base.hex) is not \(expected.hex)"
    case .notInSegment(let address, let size):
      "the \(size) bytes at \(address.hex) are not inside one segment"
    default: nil
    }
  }

  private var dynamicReason: String? {
    switch self {
    case .dynamicInFixedFile(let address):
      "there is a dynamic section at \(address.hex) in a file with fixed addresses"
    case .dynamicMissing: "there is no dynamic section"
    case .dynamicRange(let address, let size):
      "the dynamic section of \(size) bytes at \(address.hex) is not inside one segment's bytes"
    case .dynamicSize(let size): "the dynamic section cannot have \(size) bytes"
    case .dynamicUnterminated: "the dynamic section has no end tag"
    case .dynamicAfterEnd(let tag): "dynamic tag \(tag.hex) stands behind the end tag"
    case .duplicateDynamicTag(let tag): "dynamic tag \(tag.hex) occurs twice"
    case .unknownDynamicTag(let tag): "unknown dynamic tag \(tag.hex)"
    case .neededLibrary: "the program needs a shared library"
    case .relocationTableKind(let tag):
      "dynamic tag \(tag.hex) gives a relocation table of a kind that is not accepted"
    case .textRelocations: "there are relocations in read-only segments"
    case .initialiser(let tag): "dynamic tag \(tag.hex) gives functions to run by themselves"
    case .dynamicFlags(let tag, let value):
      "flags \(value.hex) of dynamic tag \(tag.hex) ask for more than immediate binding"
    case .notExecutable(let flags):
      "flags \(flags.hex) say that this is a shared library and not an executable"
    default: nil
    }
  }

  private var relocationReason: String? {
    switch self {
    case .relocationTableIncomplete:
      "the relocation table lacks its address, its size or its entry size"
    case .relocationEntrySize(let found): "the relocation entry size \(found) is not 24"
    case .relocationTableSize(let found, let limit):
      "\(found) bytes are not a table of at most \(limit) relocations"
    case .relocationTableRange(let address, let size):
      "the relocation table of \(size) bytes at \(address.hex) is not inside one segment's bytes"
    case .relocationCount(let found, let actual):
      "\(found) relative relocations are announced, \(actual) are there"
    case .relocationType(let found): "relocation type \(found) is not 8, relative"
    case .relocationSymbol(let found): "a relative relocation names symbol \(found)"
    case .relocationAlignment(let target):
      "a relocation changes \(target.hex), which is no multiple of 8"
    case .relocationTarget(let target):
      "a relocation changes \(target.hex), which is not in a writable segment"
    case .relocationAddend(let value):
      "a relocation points to \(value.hex), outside the image"
    default: nil
    }
  }
}
