// A small valid kernel->root handoff as values, its encoding, and the way back.

import Bytes
import CapABI
import Handoff
import HandoffTesting

/// The contents of a kernel->root handoff in arrays.
struct RootContents: Equatable {
  var info: RootInfo
  var capabilities: [RootCapability]
  var untypeds: [RootUntyped]
  var modules: [RootModule]

  /// rootd's whole inventory, two untypeds, two modules.
  static var sample: RootContents {
    var seed = FixedBytes<64>()
    seed[63] = 9
    var keyID = FixedBytes<32>()
    keyID[31] = 0xBB
    let info = RootInfo(
      cspaceSlots: 4096, firstFreeSlot: CapSlot(rawValue: 2600), bootConfigModule: 1,
      platform: .serialPort | .framebuffer,
      wallClock: RootInfo.WallClock(utcSeconds: 1_795_000_000, takenAtNanoseconds: 55),
      imageBase: 0x40_0000, imageSize: 0x2_0000, entry: 0x40_0100, stackTop: 0x7FFF_0000,
      budgetTotal: 1 << 24, budgetUsed: 1 << 20, entropy: Entropy(source: .kernel, seed: seed),
      identity: ImageIdentity(keyID: keyID, buildID: keyID, version: 1, profile: .smoke))
    return RootContents(
      info: info, capabilities: inventory,
      untypeds: [
        RootUntyped(base: 0x20_0000, slot: CapSlot(rawValue: 2560), sizeBits: 21, isDevice: false),
        RootUntyped(base: 0xFEC0_0000, slot: CapSlot(rawValue: 2561), sizeBits: 12, isDevice: true),
      ],
      modules: [
        RootModule(
          key: ModuleKey(family: .service, role: .memd, name: name("memd")), frameCount: 2,
          address: 0, size: 0x1001, firstFrame: CapSlot(rawValue: 2570)),
        RootModule(
          key: ModuleKey(family: .bootConfig, name: name("boot-config")), frameCount: 1,
          address: 0x1000_0000, size: 0x800, firstFrame: CapSlot(rawValue: 2572)),
      ])
  }

  /// What rootd's intake table lists.
  static var inventory: [RootCapability] {
    guard let table = IntakeTable(for: .rootd) else { return [] }
    return (0..<table.count).compactMap { table.entry(at: $0) }.map {
      RootCapability(
        TransferDescriptor(slot: $0.slot, type: $0.type, kind: $0.kind, rights: $0.rights))
    }
  }

  func encoded(room: Int? = nil) throws(FormatError) -> [UInt8] {
    let counts = RootHandoff.counts(
      capabilities: capabilities.count, untypeds: untypeds.count, modules: modules.count)
    let size = try RootFormat.layout.size(of: counts)
    var output = [UInt8](repeating: 0xEE, count: room ?? size)
    var target = output.mutableSpan
    var encoder = try TableEncoder<RootFormat>(
      into: target.mutableRawBytes, info: info, counts: counts)
    for capability in capabilities { try encoder.append(capability) }
    for untyped in untypeds { try encoder.append(untyped) }
    for module in modules { try encoder.append(module) }
    _ = try encoder.finish()
    return output
  }

  init(decoding file: [UInt8]) throws(FormatError) {
    let view = try RootHandoff(decoding: file.span.rawBytes)
    info = view.info
    capabilities = (0..<view.capabilities.count).compactMap { view.capabilities[$0] }
    untypeds = (0..<view.untypeds.count).compactMap { view.untypeds[$0] }
    modules = (0..<view.modules.count).compactMap { view.modules[$0] }
  }

  init(
    info: RootInfo, capabilities: [RootCapability], untypeds: [RootUntyped],
    modules: [RootModule]
  ) {
    self.info = info
    self.capabilities = capabilities
    self.untypeds = untypeds
    self.modules = modules
  }

  /// Offsets of the tables of `sample` in its encoding.
  static let capabilityOffset = 336
  static let untypedOffset = capabilityOffset + 24 * inventory.count
  static let moduleOffset = untypedOffset + 32
}
