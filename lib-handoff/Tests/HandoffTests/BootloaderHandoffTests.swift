// The bootloader->kernel handoff: golden file, round trips, damage, and every refusal.

import Bytes
import CapABI
import Foundation
import Handoff
import HandoffTesting
import Testing

struct BootloaderHandoffTests {
  let file: [UInt8]

  init() throws {
    file = try BootloaderContents.sample.encoded()
  }

  @Test func `the encoding is the golden file`() throws {
    #expect(file.count == BootloaderContents.sampleSize)
    #expect(try file == golden("bootloader", .module))
  }

  @Test func `decoding gives back what was encoded`() throws {
    #expect(try BootloaderContents(decoding: file) == .sample)
  }

  @Test func `a handoff without any optional part is accepted`() throws {
    var contents = BootloaderContents.sample
    contents.info.acpiRoot = nil
    contents.info.utcSeconds = nil
    contents.info.framebuffer = nil
    contents.info.continuity = nil
    contents.info.entropy = .absent
    contents.info.switches = CommandSwitches()
    contents.info.identity.profile = .release
    contents.reservations.removeLast()
    contents.stamps = []
    #expect(try BootloaderContents(decoding: contents.encoded()) == contents)
  }

  @Test func `every truncation is refused`() {
    for length in 0..<file.count {
      let needed = length < 112 ? 112 : file.count
      #expect(
        refusal(Array(file[..<length]), BootloaderFormat.self)
          == .truncated(needed: needed, available: length))
    }
  }

  @Test func `one byte more is refused`() {
    #expect(
      refusal(file + [0], BootloaderFormat.self) == .trailing(offset: file.count, count: 1))
  }

  @Test func `every change of a byte of header and directory is refused`() {
    for mutation in mutations(of: file, in: 0..<112) {
      #expect(
        refusal(mutation.file, BootloaderFormat.self) != nil, "byte \(mutation.offset)")
    }
  }

  @Test func `a changed byte behind the directory is refused or encodes to itself`() throws {
    for mutation in mutations(of: file, in: 112..<file.count) {
      guard let contents = try? BootloaderContents(decoding: mutation.file) else { continue }
      #expect(try contents.encoded() == mutation.file, "byte \(mutation.offset)")
    }
  }

  @Test func `random valid contents survive a round trip`() throws {
    var random = Random(state: 0x1234)
    for _ in 0..<50 {
      let contents = BootloaderContents.random(&random)
      #expect(try BootloaderContents(decoding: contents.encoded()) == contents)
    }
  }

  @Test(arguments: Refusal.header + Refusal.info + Refusal.regions + Refusal.contents)
  func `a file that breaks one rule is refused for that rule`(_ refused: Refusal) {
    #expect(refusal(refused.apply(to: file), BootloaderFormat.self) == refused.error)
  }

  @Test func `every closed set accepts each of its values`() throws {
    var contents = BootloaderContents.sample
    contents.memoryMap = MemoryRegion.Kind.allCases.enumerated().map {
      MemoryRegion(
        range: PageRange(base: UInt64($0.offset + 1) << 12, pageCount: 1), kind: $0.element)
    }
    contents.reservations += Reservation.Kind.allCases.enumerated().map {
      Reservation(
        range: PageRange(base: UInt64($0.offset) << 12 | 0x20_0000, pageCount: 1),
        kind: $0.element)
    }
    contents.stamps = PhaseStamp.Phase.allCases.map { PhaseStamp(phase: $0, ticks: 2000) }
    for format in Framebuffer.PixelFormat.allCases {
      contents.info.framebuffer?.format = format
      #expect(try BootloaderContents(decoding: contents.encoded()) == contents)
    }
  }

  @Test func `a fixed seed is refused in a release image`() {
    var contents = BootloaderContents.sample
    contents.info.entropy.source = .fixed
    #expect(throws: Never.self) { try contents.encoded() }
    contents.info.identity.profile = .release
    contents.info.switches = CommandSwitches()
    #expect(throws: FormatError.invalidValue(offset: 224, found: 3)) { try contents.encoded() }
  }

  @Test func `switches are refused outside smoke images`() {
    var contents = BootloaderContents.sample
    contents.info.identity.profile = .dev
    #expect(throws: FormatError.nonzeroReserved(offset: 376)) { try contents.encoded() }
  }

  @Test func `the last page of physical memory is in range and no more`() throws {
    var contents = BootloaderContents.sample
    let last = PageRange(base: PageRange.physicalLimit - 4096, pageCount: 1)
    contents.memoryMap.append(MemoryRegion(range: last, kind: .mmio))
    #expect(try BootloaderContents(decoding: contents.encoded()) == contents)
    contents.memoryMap[3].range.pageCount = 2
    #expect(throws: FormatError.invalidValue(offset: 392 + 72 + 8, found: 2)) {
      try contents.encoded()
    }
  }
}
