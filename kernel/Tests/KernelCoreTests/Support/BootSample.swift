// A loader's handoff and a root task's file for tests of the boot.

import Bytes
import CapABI
import Handoff
import KernelCore
import KernelMachine

/// Builds what the kernel gets from the loader.
struct BootSample {
  static let moduleBase: UInt64 = 0x20_0000
  static let kernelBase: UInt64 = 0xFFFF_FFFF_8000_0000
  var switches = CommandSwitches()
  var entropy = Entropy.Source.rdrand
  var profile = BuildProfile.smoke
  /// Pages of the module of a service.
  var servicePages: UInt64 = 5
  /// RAM of the world.
  var ram: PageRange

  static func name(_ text: String) -> FixedBytes<32> {
    var name = FixedBytes<32>()
    for (index, byte) in text.utf8.enumerated() { name[index] = byte }
    return name
  }

  private var info: BootloaderInfo {
    var seed = FixedBytes<64>()
    if entropy != .none { for index in 0..<64 { seed[index] = UInt8(index + 1) } }
    var keyID = FixedBytes<32>()
    keyID[0] = 0xAA
    return BootloaderInfo(
      directMapBase: PageRange.upperHalf, directMapSize: 1 << 30,
      kernelEntry: Self.kernelBase + 0x10, utcSeconds: 1_795_000_000,
      framebuffer: Framebuffer(
        base: 0xC000_0000, size: 0x30_0000, width: 1024, height: 768, stride: 4096,
        format: .bgra8888),
      entropy: Entropy(source: entropy, seed: seed),
      identity: ImageIdentity(keyID: keyID, buildID: keyID, version: 7, profile: profile),
      switches: switches)
  }

  private func module(
    _ family: ModuleFamily, _ role: RoleID, _ name: String, at page: UInt64, size: UInt64
  ) -> LoadedModule {
    LoadedModule(
      key: ModuleKey(family: family, role: role, name: Self.name(name)),
      physical: Self.moduleBase + page * 4096, size: size,
      virtual: 0xFFFF_C000_0000_0000 + page * 4096, hash: FixedBytes<32>())
  }

  /// The handoff's bytes.
  func encoded() throws(FormatError) -> [UInt8] {
    let map = [
      MemoryRegion(range: PageRange(base: 0x1000, pageCount: 0x9E), kind: .reserved),
      MemoryRegion(range: PageRange(base: 0x10_0000, pageCount: 0x1100), kind: .module),
      MemoryRegion(range: ram, kind: .usable),
    ]
    let reservations = [
      Reservation(range: PageRange(base: 0x10_0000, pageCount: 3), kind: .kernelImage),
      Reservation(range: PageRange(base: Self.moduleBase, pageCount: 0x1000), kind: .module),
    ]
    let modules = [
      module(.rootTask, .none, "rootd", at: 0, size: 0x1001),
      module(.service, .memd, "memd", at: 3, size: servicePages * 4096),
      module(.bootConfig, .none, "boot-config", at: 0x800, size: 100),
      module(.blob, .none, "console-font", at: 0x900, size: 5000),
    ]
    let segment = KernelSegment(
      physical: 0x10_0000, virtual: Self.kernelBase, pageCount: 2, rights: .read | .execute)
    let counts = BootloaderHandoff.counts(
      memoryMap: map.count, reservations: reservations.count, modules: modules.count,
      segments: 1, stamps: 0)
    var output = [UInt8](repeating: 0, count: try BootloaderFormat.layout.size(of: counts))
    var target = output.mutableSpan
    var encoder = try TableEncoder<BootloaderFormat>(
      into: target.mutableRawBytes, info: info, counts: counts)
    for region in map { try encoder.append(region) }
    for reservation in reservations { try encoder.append(reservation) }
    for module in modules { try encoder.append(module) }
    try encoder.append(segment)
    _ = try encoder.finish()
    return output
  }

  // MARK: The root task's file

  /// A position-independent program: constants at 0, code at 0x11C0, data at 0x21D0 of which the
  /// page up to 0x3000 is constant after relocation, zeros up to 0x33D0.
  static var program: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 0x240)
    func put(_ value: UInt64, _ count: Int, at offset: Int) {
      for index in 0..<count {
        bytes[offset + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index))
      }
    }
    let header: [(Int, Int, UInt64)] = [
      (0, 8, 0x0001_0102_464C_457F), (16, 2, 3), (18, 2, 62), (20, 4, 1), (24, 8, 0x11C0),
      (32, 8, 64), (52, 2, 64), (54, 2, 56), (56, 2, 5),
    ]
    for (offset, count, value) in header { put(value, count, at: offset) }
    let segments: [[UInt64]] = [
      [1, 4, 0, 0, 0x1C0, 0x1C0, 0x1000], [1, 5, 0x1C0, 0x11C0, 0x10, 0x10, 0x1000],
      [1, 6, 0x1D0, 0x21D0, 0x70, 0x1200, 0x1000], [2, 6, 0x1D0, 0x21D0, 0x60, 0x60, 8],
      [0x6474_E552, 4, 0x1D0, 0x21D0, 0x70, 0xE30, 1],
    ]
    for (index, row) in segments.enumerated() {
      let base = 64 + 56 * index
      put(row[0], 4, at: base)
      put(row[1], 4, at: base + 4)
      for (field, offset) in [(2, 8), (3, 16), (4, 32), (5, 40), (6, 48)] {
        put(row[field], 8, at: base + offset)
      }
    }
    let relocation: [(Int, Int, UInt64)] = [(0x190, 8, 0x2230), (0x198, 4, 8), (0x1A0, 8, 0x11C0)]
    for (offset, count, value) in relocation { put(value, count, at: offset) }
    let dynamic: [(UInt64, UInt64)] = [
      (7, 0x190), (8, 24), (9, 24), (0x6FFF_FFF9, 1), (0x6FFF_FFFB, 0x0800_0000), (0, 0),
    ]
    for (index, entry) in dynamic.enumerated() {
      put(entry.0, 8, at: 0x1D0 + 16 * index)
      put(entry.1, 8, at: 0x1D8 + 16 * index)
    }
    for index in 0..<16 { bytes[0x1C0 + index] = 0x90 }
    return bytes
  }
}
