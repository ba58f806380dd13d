// Random valid bootloader->kernel handoffs from a fixed seed.

import Bytes
import CapABI
import Handoff
import HandoffTesting

extension BootloaderContents {
  static func random(_ random: inout Random) -> BootloaderContents {
    var contents = sample
    contents.info = randomInfo(&random)
    contents.memoryMap = []
    var next: UInt64 = 0
    for _ in 0..<Int.random(in: 1...40, using: &random) {
      next += UInt64.random(in: 0...20, using: &random)
      let pages = UInt64.random(in: 1...1000, using: &random)
      contents.memoryMap.append(
        MemoryRegion(
          range: PageRange(base: next << 12, pageCount: pages),
          kind: MemoryRegion.Kind.allCases.randomElement(using: &random) ?? .usable))
      next += pages
    }
    contents.reservations[1].range.pageCount = 0x80
    contents.reservations[2].range.base = 0x20_0000
    contents.modules = randomModules(&random)
    var ticks = contents.info.entryTicks
    contents.stamps = PhaseStamp.Phase.allCases.compactMap { phase in
      guard Bool.random(using: &random) else { return nil }
      ticks += UInt64.random(in: 0...1_000_000, using: &random)
      return PhaseStamp(phase: phase, ticks: ticks)
    }
    return contents
  }

  private static func randomInfo(_ random: inout Random) -> BootloaderInfo {
    var info = sample.info
    info.directMapSize = UInt64.random(in: 1...1000, using: &random) << 12
    info.entryTicks = UInt64.random(in: 0...1 << 40, using: &random)
    if Bool.random(using: &random) { info.acpiRoot = nil }
    if Bool.random(using: &random) { info.utcSeconds = random.next() }
    if Bool.random(using: &random) {
      info.framebuffer = nil
      info.continuity = nil
    }
    info.entropy = Entropy(source: .efiRNG, seed: random.bytes(FixedBytes<64>.self))
    info.identity.buildID = random.bytes(FixedBytes<32>.self)
    info.identity.version = random.next() | 1
    info.switches.leaveOut = Protections(rawValue: random.next()) & .all
    return info
  }

  private static func randomModules(_ random: inout Random) -> [LoadedModule] {
    let count = Int.random(in: 0...20, using: &random)
    // Each has room for four pages, behind those of the sample.
    let base: UInt64 = 0x11_4000
    var modules = (0..<count).map { index in
      LoadedModule(
        key: ModuleKey(
          family: .driver, role: RoleID(rawValue: UInt16(index + 1)), name: name("d\(index)")),
        physical: base + UInt64(index) << 14, size: UInt64.random(in: 1...0x4000, using: &random),
        virtual: windowBase + 0x1_0000 + UInt64(index) << 14,
        hash: random.bytes(FixedBytes<32>.self))
    }
    modules.append(sample.modules[1])
    for index in 0..<Int.random(in: 0...3, using: &random) {
      var blob = sample.modules[1]
      blob.key = ModuleKey(family: .blob, name: name("blob-\(index)"))
      blob.physical += UInt64(index + 21) << 14
      blob.virtual += UInt64(index + 1) << 12
      modules.append(blob)
    }
    return modules
  }
}
