// elf2efi: a success and a refusal. The conversion itself is tested beside PEImage.

import Testing

struct ELF2EFICommandTests {
  /// A position-independent executable of one page: code, then a dynamic section.
  private static let loader: [UInt8] = {
    var file: [UInt8] = []
    func add(_ value: UInt64, _ size: Int) {
      for byte in 0..<size { file.append(UInt8(truncatingIfNeeded: value >> (8 * byte))) }
    }
    file += [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    for (value, size) in [(3, 2), (62, 2), (1, 4), (0x1000, 8), (64, 8), (0, 8), (0, 4)] {
      add(UInt64(value), size)
    }
    for value in [64, 56, 2, 0, 0, 0] { add(UInt64(value), 2) }
    for (type, flags, start, length) in [(1, 5, 0x1000, 48), (2, 4, 0x1010, 32)] {
      add(UInt64(type), 4)
      add(UInt64(flags), 4)
      for value in [start, start, start, length, length, type == 1 ? 0x1000 : 8] {
        add(UInt64(value), 8)
      }
    }
    file += Array(repeating: 0, count: 0x1000 - file.count)
    file += Array(repeating: 0xC3, count: 16)
    // DT_FLAGS_1 = DF_1_PIE, DT_NULL.
    for value in [0x6FFF_FFFB, 0x0800_0000, 0, 0] { add(UInt64(value), 8) }
    return file
  }()

  @Test func `a position-independent file becomes an application`() throws {
    let folder = try TestFolder()
    let input = try folder.write("loader.elf", Self.loader)
    let outcome = Outcome(["elf2efi", input, "-o", folder.file("loader.efi")])
    #expect(outcome == Outcome(status: 0))
    #expect(try folder.read("loader.efi").starts(with: Array("MZ".utf8)))
  }

  @Test func `a file with fixed addresses is refused`() throws {
    let folder = try TestFolder()
    var file = Self.loader
    file[16] = 2
    let input = try folder.write("loader.elf", file)
    let outcome = Outcome(["elf2efi", input, "-o", folder.file("loader.efi")])
    #expect(outcome.status == 1)
    #expect(
      outcome.errors.hasPrefix(
        "boot-tool: \(input): there is a dynamic section at 0x1010 in a file with fixed"))
    #expect(try folder.names() == ["loader.elf"])
  }

  @Test func `elf2efi names a file that is no ELF file`() throws {
    let folder = try TestFolder()
    let input = try folder.write("text", "text")
    let outcome = Outcome(["elf2efi", input, "-o", folder.file("out.efi")])
    #expect(
      outcome
        == Outcome(
          status: 1,
          errors: "boot-tool: \(input): at 0: not an ELF file\n"))
    #expect(try folder.names() == ["text"])
  }
}
