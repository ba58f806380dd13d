// A small valid bootloader->kernel handoff as values, its encoding, and the way back.

import Bytes
import CapABI
import Handoff
import HandoffTesting

/// The contents of a bootloader->kernel handoff in arrays.
struct BootloaderContents: Equatable {
  var info: BootloaderInfo
  var memoryMap: [MemoryRegion]
  var reservations: [Reservation]
  var modules: [LoadedModule]
  var segments: [KernelSegment]
  var stamps: [PhaseStamp]

  /// Offsets of the tables of `sample` in its encoding.
  static let memoryMapOffset = 392
  static let reservationOffset = 464
  static let moduleOffset = 536
  static let segmentOffset = 728
  static let stampOffset = 792
  static let sampleSize = 824
  static let kernelBase: UInt64 = 0xFFFF_FFFF_8000_0000
  static let windowBase: UInt64 = 0xFFFF_C000_0000_0000

  static var sample: BootloaderContents {
    var seed = FixedBytes<64>()
    for index in 0..<64 { seed[index] = UInt8(index + 1) }
    var keyID = FixedBytes<32>()
    keyID[0] = 0xAA
    let info = BootloaderInfo(
      directMapBase: PageRange.upperHalf, directMapSize: 1 << 30, kernelEntry: kernelBase + 0x10,
      acpiRoot: ACPIRoot(address: 0xF_5AE0, revision: 2), utcSeconds: 1_795_000_000,
      entryTicks: 1000,
      framebuffer: Framebuffer(
        base: 0xC000_0000, size: 0x30_0000, width: 1024, height: 768, stride: 4096,
        format: .bgra8888),
      continuity: ConsoleContinuity(row: 5, column: 7, generation: 1),
      entropy: Entropy(source: .rdrand, seed: seed),
      identity: ImageIdentity(
        keyID: keyID, buildID: keyID, version: 7, profile: .smoke),
      switches: CommandSwitches(flags: .debugExit, forceFail: .memd, leaveOut: .smap))
    return BootloaderContents(
      info: info,
      memoryMap: [
        MemoryRegion(range: PageRange(base: 0x1000, pageCount: 0x9E), kind: .usable),
        MemoryRegion(range: PageRange(base: 0x10_0000, pageCount: 0x100), kind: .usable),
        MemoryRegion(range: PageRange(base: 0x20_0000, pageCount: 0x10), kind: .acpiNVS),
      ],
      reservations: [
        Reservation(range: PageRange(base: 0x10_0000, pageCount: 3), kind: .kernelImage),
        Reservation(range: PageRange(base: 0x11_0000, pageCount: 4), kind: .module),
        Reservation(range: PageRange(base: 0x12_0000, pageCount: 1), kind: .handoff),
      ],
      modules: [
        LoadedModule(
          key: ModuleKey(family: .service, role: .memd, name: name("memd")), physical: 0x11_0000,
          size: 0x1001, virtual: windowBase, hash: keyID),
        LoadedModule(
          key: ModuleKey(family: .bootConfig, name: name("boot-config")), physical: 0x11_2000,
          size: 0x800, virtual: windowBase + 0x2000, hash: keyID),
      ],
      segments: [
        KernelSegment(
          physical: 0x10_0000, virtual: kernelBase, pageCount: 2, rights: .read | .execute),
        KernelSegment(
          physical: 0x10_2000, virtual: kernelBase + 0x2000, pageCount: 1,
          rights: .read | .write),
      ],
      stamps: [
        PhaseStamp(phase: .imageRead, ticks: 1500),
        PhaseStamp(phase: .bootServicesLeft, ticks: 1500),
      ])
  }

  /// Encodes; the buffer has exactly the size needed unless `room` says otherwise.
  func encoded(room: Int? = nil) throws(FormatError) -> [UInt8] {
    let counts = BootloaderHandoff.counts(
      memoryMap: memoryMap.count, reservations: reservations.count, modules: modules.count,
      segments: segments.count, stamps: stamps.count)
    let size = try BootloaderFormat.layout.size(of: counts)
    var output = [UInt8](repeating: 0xEE, count: room ?? size)
    var target = output.mutableSpan
    var encoder = try TableEncoder<BootloaderFormat>(
      into: target.mutableRawBytes, info: info, counts: counts)
    // Interleaved on purpose: each table has its own place.
    for stamp in stamps { try encoder.append(stamp) }
    for region in memoryMap { try encoder.append(region) }
    for segment in segments { try encoder.append(segment) }
    for module in modules { try encoder.append(module) }
    for reservation in reservations { try encoder.append(reservation) }
    _ = try encoder.finish()
    return output
  }

  /// Decodes everything that the view offers.
  init(decoding file: [UInt8]) throws(FormatError) {
    let view = try BootloaderHandoff(decoding: file.span.rawBytes)
    info = view.info
    memoryMap = (0..<view.memoryMap.count).compactMap { view.memoryMap[$0] }
    reservations = (0..<view.reservations.count).compactMap { view.reservations[$0] }
    modules = (0..<view.modules.count).compactMap { view.modules[$0] }
    segments = (0..<view.segments.count).compactMap { view.segments[$0] }
    stamps = (0..<view.stamps.count).compactMap { view.stamps[$0] }
  }

  init(
    info: BootloaderInfo, memoryMap: [MemoryRegion], reservations: [Reservation],
    modules: [LoadedModule], segments: [KernelSegment], stamps: [PhaseStamp]
  ) {
    self.info = info
    self.memoryMap = memoryMap
    self.reservations = reservations
    self.modules = modules
    self.segments = segments
    self.stamps = stamps
  }
}
