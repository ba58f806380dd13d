// Each reason for which a boot is refused, provoked, with the line that it shows. After none of
// them has the kernel been entered.

import BootCore
import BootCoreTesting
import BootImg
import Bytes
import Handoff
import Testing

struct RefusalTests {
  /// Boots and checks the last line.
  private func expect(_ reason: String, _ outcome: Outcome) {
    #expect(outcome.record.lines.last == "ERIX_BOOTLOADER:FAIL:\(reason)")
    #expect(outcome.record.entered == nil)
    #expect(!outcome.record.hasLeft)
    #expect(outcome.error != nil)
  }

  private func with(
    _ image: SampleImage = SampleImage(), _ change: (inout FakeMachine) -> Void
  ) throws -> FakeMachine {
    var machine = try validMachine(image)
    change(&machine)
    return machine
  }

  @Test func `a processor without NX`() throws {
    expect("PROCESSOR_WITHOUT_NX", boot(try with { $0.processor.hasNoExecute = false }))
  }

  @Test func `five-level paging`() throws {
    expect("FIVE_LEVEL_PAGING", boot(try with { $0.processor.usesFiveLevels = true }))
  }

  @Test func `one page less than the least memory`() throws {
    let regions = [FakeRegion(type: 7, base: 0x10_0000, pages: 0x3FFF)]
    expect("MEMORY_TOO_SMALL", boot(try with { $0.regions = regions }))
  }

  @Test func `exactly the least memory is enough`() throws {
    let regions = [FakeRegion(type: 7, base: 0x10_0000, pages: 0x4000)]
    #expect(boot(try with { $0.regions = regions }).error == nil)
  }

  @Test(arguments: 0..<6) func `no memory for an allocation`(succeeding: Int) throws {
    expect("OUT_OF_MEMORY", boot(try with { $0.allocations = succeeding }))
  }

  @Test func `no file`() {
    expect("FILE_MISSING", boot(FakeMachine()))
  }

  @Test func `a file that cannot be read`() throws {
    expect("FILE_UNREADABLE", boot(try with { $0.readFailure = FirmwareError(status: 7) }))
    expect("FILE_UNREADABLE", boot(try with { $0.sizeFailure = FirmwareError(status: 7) }))
  }

  @Test func `a file that is shorter than its size`() throws {
    expect(
      "FILE_TRUNCATED",
      boot(
        try with {
          $0.file?.removeLast()
          $0.claimedSize = 40960
        }))
  }

  @Test func `a file above the limit`() throws {
    expect("FILE_TOO_LARGE", boot(try with { $0.claimedSize = 256 << 20 | 1 }))
    expect("FILE_TOO_LARGE", boot(try with { $0.claimedSize = .max }))
  }

  @Test func `an empty file`() throws {
    expect("IMAGE_TRUNCATED", boot(FakeMachine(file: [])))
  }

  @Test func `a truncated image`() throws {
    expect("IMAGE_TRUNCATED", boot(try with { $0.file?.removeLast(4096) }))
  }

  @Test func `trailing bytes`() throws {
    expect("IMAGE_TRAILING_BYTES", boot(try with { $0.file?.append(0) }))
  }

  @Test(arguments: [
    (0, "IMAGE_BAD_MAGIC"), (8, "IMAGE_UNSUPPORTED_VERSION"), (12, "IMAGE_UNKNOWN_FLAGS"),
    (16, "IMAGE_HEADER_SIZE"), (20, "IMAGE_ENTRY_SIZE"), (28, "IMAGE_TABLE_OFFSET"),
    (32, "IMAGE_MANIFEST_OFFSET"), (36, "IMAGE_MANIFEST_SIZE"), (40, "IMAGE_SIGNATURE_OFFSET"),
    (44, "IMAGE_SIGNATURE_SIZE"), (48, "IMAGE_DATA_OFFSET"), (63, "IMAGE_TOO_LARGE"),
    (64, "KEY_UNKNOWN"), (96, "IMAGE_NONZERO_RESERVED"), (129, "SECTION_UNKNOWN_FAMILY"),
    (130, "SECTION_UNKNOWN_FLAGS"), (132, "SECTION_BAD_ROLE"), (136, "SECTION_BAD_NAME"),
    (168, "SECTION_MISPLACED"), (183, "SECTION_BAD_SIZE"), (184, "SIGNATURE_BAD"),
    (512, "MANIFEST_BAD_SIZE"), (517, "MANIFEST_UNKNOWN_PROFILE"), (520, "SIGNATURE_BAD"),
    (608, "SIGNATURE_BAD"), (672, "IMAGE_NONZERO_RESERVED"), (4096, "HASH_MISMATCH:kernel"),
    (20480, "HASH_MISMATCH:rootd"), (28672, "HASH_MISMATCH:boot-config"),
    (32768, "HASH_MISMATCH:console-font"), (36000, "IMAGE_NONZERO_RESERVED"),
  ])
  func `one wrong byte`(offset: Int, reason: String) throws {
    expect(reason, boot(try with { $0.file?[offset] ^= 0x80 }))
  }

  @Test func `an unsigned image`() throws {
    let machine = try with { machine in
      for offset in 64..<96 { machine.file?[offset] = 0 }
      for offset in 608..<672 { machine.file?[offset] = 0 }
    }
    expect("UNSIGNED", boot(machine))
  }

  @Test func `a profile that the loader does not take`() throws {
    expect("PROFILE_NOT_ACCEPTED", boot(try validMachine(), accepting: ProfileSet(.release)))
  }

  @Test func `a key that may not sign the profile`() throws {
    expect("KEY_NOT_ALLOWED", boot(try validMachine(), signing: ProfileSet(.dev)))
  }

  @Test func `an unknown key`() throws {
    expect("KEY_UNKNOWN", boot(try validMachine(), keys: []))
  }

  @Test func `a trusted key that is no key`() throws {
    let broken = TrustedKey(
      publicKey: FixedBytes(InlineArray<32, UInt8>(repeating: 0xFF)), profiles: ProfileSet(.smoke))
    var machine = try validMachine()
    let id = broken.id
    for index in 0..<32 { machine.file?[64 + index] = id[index] }
    expect("KEY_UNUSABLE", boot(machine, keys: [broken]))
  }

  @Test func `an image below the minimum version`() throws {
    expect("ROLLBACK", boot(try validMachine(), minimumVersion: 8))
    #expect(boot(try validMachine(), minimumVersion: 7).error == nil)
  }

  @Test func `an image without a kernel`() throws {
    var image = SampleImage()
    image.sections.remove(at: 0)
    expect("SECTION_MISSING:KERNEL", boot(try validMachine(image)))
  }

  @Test func `an image without a root task is the kernel's business`() throws {
    var image = SampleImage()
    image.sections.remove(at: 1)
    #expect(boot(try validMachine(image)).error == nil)
  }

  @Test func `a boot configuration that is none`() throws {
    var image = SampleImage()
    image.sections[2].contents[0] = 0
    expect("BOOT_CONFIG_INVALID", boot(try validMachine(image)))
  }

  @Test func `a boot configuration of another profile`() throws {
    var image = SampleImage()
    image.sections[2].contents = SampleImage.configuration(profile: .dev)
    expect("BOOT_CONFIG_PROFILE", boot(try validMachine(image)))
  }

  @Test func `more modules than a handoff holds`() throws {
    var image = SampleImage()
    image.sections += (0..<126).map {
      SampleSection(.blob, name: "x\(1000 + $0)", contents: [1])
    }
    expect("HANDOFF_INVALID", boot(try validMachine(image)))
  }
}
