// What the loader would leave in memory: the modules of an image, the handoff that names them, and
// where the kernel finds free memory. Built in memory for every boot, with the boot's own seed.

import Bytes
import CSimulation
import CapABI
import Handoff
import KernelSimulation

/// An image in simulated RAM.
struct BootMedium {
  private static let kernelImage: UInt64 = 0x10_0000
  private static let kernelBase: UInt64 = 0xFFFF_FFFF_8000_0000
  private static let moduleBase: UInt64 = 0x20_0000
  private static let moduleWindow: UInt64 = 0xFFFF_C000_0000_0000
  private static let tables: UInt64 = 0x80_0000
  private static let free: UInt64 = 0x100_0000

  /// The compiled boot configuration.
  let configuration: [UInt8]
  /// Roles whose modules are on the image, rootd excepted.
  let roles: [RoleID]

  /// Boots a kernel from the image.
  ///
  /// - Parameters:
  ///   - seed: Decides everything that is random in the boot.
  ///   - ramSize: Bytes of RAM that the machine has.
  /// - Returns: The kernel, about to run the root task.
  /// - Throws: What keeps it from booting.
  func boot(seed: UInt64, ramSize: UInt64 = Host.ramSize) throws -> SimulatedKernel {
    Host.clear()
    var modules: [(key: ModuleKey, bytes: [UInt8])] = [
      (ModuleKey(family: .rootTask, name: Self.name("rootd")), Programs.module(of: .rootd))
    ]
    for role in roles.sorted(by: { $0.rawValue < $1.rawValue }) {
      let name = "\(role.name ?? "program")"
      modules.append(
        (
          ModuleKey(family: .service, role: role, name: Self.name(name)),
          Programs.module(of: role)
        ))
    }
    modules.append(
      (ModuleKey(family: .bootConfig, name: Self.name("boot-config")), configuration))
    let handoff = try Self.handoff(modules, seed: seed, ramSize: ramSize)
    return try Host.boot(
      PhysicalLayout(ramSize: ramSize, tables: Self.tables, free: Self.free), handoff: handoff,
      rootTask: Programs.module(of: .rootd))
  }

  /// Puts the modules into RAM and describes everything.
  private static func handoff(
    _ modules: [(key: ModuleKey, bytes: [UInt8])], seed: UInt64, ramSize: UInt64
  ) throws -> [UInt8] {
    var loaded: [LoadedModule] = []
    var offset: UInt64 = 0
    for module in modules {
      for (index, byte) in module.bytes.enumerated() {
        erix_simulation_write(moduleBase + offset + UInt64(index), byte)
      }
      loaded.append(
        LoadedModule(
          key: module.key, physical: moduleBase + offset, size: UInt64(module.bytes.count),
          virtual: moduleWindow + offset, hash: FixedBytes<32>()))
      offset += (UInt64(module.bytes.count) + 4095) & ~4095
    }
    precondition(moduleBase + offset <= tables, "modules reach into the kernel's tables")
    let map = [
      MemoryRegion(range: pages(0x1000..<0x9F000), kind: .reserved),
      MemoryRegion(range: pages(kernelImage..<free), kind: .module),
      MemoryRegion(range: pages(free..<ramSize), kind: .usable),
    ]
    let reservations = [
      Reservation(range: pages(kernelImage..<kernelImage + 0x2000), kind: .kernelImage),
      Reservation(range: pages(moduleBase..<tables), kind: .module),
    ]
    let segment = KernelSegment(
      physical: kernelImage, virtual: kernelBase, pageCount: 2, rights: .read | .execute)
    let counts = BootloaderHandoff.counts(
      memoryMap: map.count, reservations: reservations.count, modules: loaded.count, segments: 1,
      stamps: 0)
    var output = [UInt8](repeating: 0, count: try BootloaderFormat.layout.size(of: counts))
    var target = output.mutableSpan
    var encoder = try TableEncoder<BootloaderFormat>(
      into: target.mutableRawBytes, info: info(seed), counts: counts)
    for region in map { try encoder.append(region) }
    for reservation in reservations { try encoder.append(reservation) }
    for module in loaded { try encoder.append(module) }
    try encoder.append(segment)
    _ = try encoder.finish()
    return output
  }

  private static func info(_ seed: UInt64) -> BootloaderInfo {
    var random = SeededRandom(seed: seed)
    var bytes = FixedBytes<64>()
    for index in 0..<64 { bytes[index] = UInt8(truncatingIfNeeded: random.next()) }
    var keyID = FixedBytes<32>()
    keyID[0] = 0xAA
    return BootloaderInfo(
      directMapBase: PageRange.upperHalf, directMapSize: 1 << 30, kernelEntry: kernelBase + 0x10,
      utcSeconds: 1_795_000_000, framebuffer: nil,
      entropy: Entropy(source: .rdrand, seed: bytes),
      identity: ImageIdentity(keyID: keyID, buildID: keyID, version: 1, profile: .smoke),
      switches: CommandSwitches())
  }

  private static func pages(_ range: Range<UInt64>) -> PageRange {
    PageRange(base: range.lowerBound, pageCount: (range.upperBound - range.lowerBound) / 4096)
  }

  private static func name(_ text: String) -> FixedBytes<32> {
    var name = FixedBytes<32>()
    for (index, byte) in text.utf8.prefix(32).enumerated() { name[index] = byte }
    return name
  }
}
