// The whole boot on a fake machine: success, order, and what a failing firmware leads to.

import BootCore
import BootCoreTesting
import BootImg
import Bytes
import Handoff
import Testing

struct BootSequenceTests {
  @Test func `a valid image is started with a valid handoff`() throws {
    let outcome = boot(try validMachine())
    #expect(outcome.error == nil)
    #expect(outcome.record.violations.isEmpty)
    let handoff = try outcome.handoff()
    #expect(handoff.info.kernelEntry == SampleKernel().entry)
    #expect(outcome.record.entered?.entry == SampleKernel().entry)
    #expect(handoff.info.identity.version == 7)
    #expect(handoff.info.identity.profile == .smoke)
    #expect(handoff.modules.count == 3)
    #expect(handoff.segments.count == 3)
    #expect(handoff.stamps.count == 8)
  }

  @Test func `steps are shown in order and stamps beside them`() throws {
    let steps = boot(try validMachine()).record.lines
      .filter { !$0.contains(":STAMP:") }
      .map { $0.replacing("ERIX_BOOTLOADER:", with: "") }
    #expect(
      steps == [
        "START", "IMAGE_READ", "STRUCTURE_CHECKED", "SIGNATURE_CHECKED", "HASHED_BYTES:21659",
        "CONTENTS_HASHED", "KERNEL_ACCEPTED", "KERNEL_LOADED", "NO_FRAMEBUFFER", "NO_ACPI",
        "NO_TIME", "NO_ENTROPY", "PAGE_TABLES_BUILT", "LEAVING_FIRMWARE", "BOOT_SERVICES_LEFT",
      ])
  }

  @Test func `a quiet loader shows nothing on success`() throws {
    #expect(boot(try validMachine(), isVerbose: false).record.text.isEmpty)
  }

  @Test func `a quiet loader shows why it failed`() {
    let outcome = boot(FakeMachine(), isVerbose: false)
    #expect(outcome.record.text == "ERIX_BOOTLOADER:FAIL:FILE_MISSING\n")
  }

  @Test func `the kernel's memory holds its segments and zeros`() throws {
    let outcome = boot(try validMachine())
    let physical = try #require(outcome.walk?.physical(SampleKernel.base))
    let block = try #require(outcome.record.memory[physical])
    #expect(block[0..<100].allSatisfy { $0 == 0x90 })
    #expect(block[100..<4096].allSatisfy { $0 == 0 })
    #expect(block[0x2000..<0x203C].allSatisfy { $0 == 0x22 })
    #expect(block[0x203C..<0x4000].allSatisfy { $0 == 0 })
  }

  @Test func `modules can be read where the handoff says`() throws {
    let outcome = boot(try validMachine())
    let handoff = try outcome.handoff()
    let root = handoff.modules[0]
    #expect(root.key.family == .rootTask)
    #expect(outcome.walk?.physical(root.virtual) == root.physical)
    let (base, block) = try #require(
      outcome.record.memory.first { $0.key <= root.physical && root.physical < $0.key + 0x4000 * 4 }
    )
    let offset = Int(root.physical - base)
    #expect(block[offset..<(offset + 5000)].allSatisfy { $0 == 3 })
  }

  @Test func `surroundings reach the kernel`() throws {
    var machine = try validMachine()
    machine.seed = Entropy(
      source: .rdrand, seed: FixedBytes(InlineArray<64, UInt8>(repeating: 9)))
    machine.knownSurroundings = Surroundings(
      framebuffer: RawFramebuffer(
        base: 0xC000_0000, size: 0x40_0000, width: 1024, height: 768, pixelsPerScanLine: 1024,
        pixelFormat: 1),
      cursor: ConsoleContinuity(row: 3, column: 4, generation: 0),
      acpiRoot: ACPIRoot(address: 0xFF0_0010, revision: 2),
      time: CalendarTime(year: 2000, month: 1, day: 1, hour: 0, minute: 0, second: 0))
    let handoff = try boot(machine).handoff()
    #expect(handoff.info.framebuffer?.stride == 4096)
    #expect(handoff.info.continuity?.row == 3)
    #expect(handoff.info.acpiRoot?.address == 0xFF0_0010)
    #expect(handoff.info.utcSeconds == 946_684_800)
    #expect(handoff.info.entropy.source == .rdrand)
    #expect(handoff.reservations.count == 6)
  }

  @Test func `a fixed seed takes the place of randomness`() throws {
    var image = SampleImage()
    image.sections[2].contents = SampleImage.configuration(profile: .smoke, seed: 5)
    var machine = try validMachine(image)
    machine.seed = Entropy(
      source: .rdrand, seed: FixedBytes(InlineArray<64, UInt8>(repeating: 9)))
    let handoff = try boot(machine).handoff()
    #expect(handoff.info.entropy.source == .fixed)
    #expect(handoff.info.entropy.seed[63] == 5)
  }

  @Test(arguments: 1...3) func `a stale map key is followed by a fresh map`(tries: Int) throws {
    var machine = try validMachine()
    machine.exitFailures = Array(repeating: .invalidParameter, count: tries)
    let outcome = boot(machine)
    #expect(outcome.error == nil)
    #expect(outcome.record.violations.isEmpty)
    _ = try outcome.handoff()
  }

  @Test func `the fourth stale key ends the boot`() throws {
    var machine = try validMachine()
    machine.exitFailures = Array(repeating: .invalidParameter, count: 4)
    let outcome = boot(machine)
    #expect(outcome.error == .exitRefused(status: FirmwareError.invalidParameter.status))
    #expect(outcome.record.entered == nil)
  }

  @Test func `another failure of the exit ends the boot`() throws {
    var machine = try validMachine()
    machine.exitFailures = [FirmwareError(status: 77)]
    #expect(boot(machine).error == .exitRefused(status: 77))
  }

  @Test func `the loader boots without pages of 1 GiB`() throws {
    var machine = try validMachine()
    machine.processor.hasGigabytePages = false
    machine.regions.append(FakeRegion(type: 7, base: 1 << 32, pages: 3 << 18))
    let outcome = boot(machine)
    #expect(outcome.error == nil)
    #expect(outcome.walk?.physical(0xFFFF_8000_0000_0000 + 6 << 30) == 6 << 30)
    #expect(outcome.walk?.pages.allSatisfy { $0.size <= 1 << 21 } == true)
  }
}
