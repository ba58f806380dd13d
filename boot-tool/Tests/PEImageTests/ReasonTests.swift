// What people read of a refused conversion: words with the value and its place, no Swift.

import ELF
import PEImage
import Testing

struct ReasonTests {
  @Test(
    arguments: [
      (
        PEImageError.notPositionIndependent, nil,
        "the program has fixed addresses, and firmware "
          + "chooses them"
      ),
      (
        .overlapsHeaders(address: 0, limit: 0x1000), nil,
        "a segment at 0x0 begins below 0x1000, where the headers end"
      ),
      (
        .imageTooLarge(end: .max, limit: 0x8000_0000), nil,
        "the image ends at 0xffffffffffffffff, above 0x80000000"
      ),
      (
        .relocationInZeroFill(target: 0x2008), nil,
        "a relocation changes 0x2008, which has no bytes in the file"
      ),
      (.duplicateRelocation(target: 0x2008), nil, "two relocations change 0x2008"),
      (
        .elf(.truncated(offset: 3, needed: 64, available: 3)), 3,
        "the file ends after 3 bytes, 64 are needed"
      ),
      (.elf(.notELF(0)), 0, "not an ELF file"),
      (.elf(.machine(3)), 18, "machine 3 is not 62, x86_64"),
      (.elf(.flags(16)), 48, "processor flags 0x10 are not 0"),
      (
        .elf(.programHeaderCount(0, limit: 64)), 56, "0 program headers, there must be 1 to 64"
      ),
      (.elf(.interpreter(offset: 0x238)), 0x238, "the program asks for a dynamic linker"),
      (.elf(.interpreter(offset: .max)), nil, "the program asks for a dynamic linker"),
      (
        .elf(.writableAndExecutable(address: 0x1000)), nil,
        "the segment at 0x1000 is writable and executable"
      ),
      (.elf(.entryNotExecutable(.max)), nil, "the entry 0xffffffffffffffff is not in code"),
      (.elf(.neededLibrary(nameOffset: 1)), nil, "the program needs a shared library"),
      (.elf(.relocationType(6)), nil, "relocation type 6 is not 8, relative"),
      (.elf(.baseFixed(1, expected: 2)), nil, "base 0x1 is not 0x2"),
    ] as [(PEImageError, Int?, String)])
  func `a refusal is put into words`(error: PEImageError, offset: Int?, reason: String) {
    #expect(error.reason == reason)
    #expect(error.offset == offset)
  }
}
