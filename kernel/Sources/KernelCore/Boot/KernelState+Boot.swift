// From the loader's handoff to a root task that is ready to run: docs/reference/boot-chain.md and
// handoff.md. Called once, after all free RAM was donated.

import Bytes
import CapABI
import ELF
package import Handoff
import KernelMachine

extension KernelState {
  /// Takes over what the loader says about the machine.
  ///
  /// - Throws: `BootFailure.noMemory`.
  package mutating func prepare(
    from handoff: borrowing BootloaderHandoff
  ) throws(BootFailure) {
    var platform = Platform()
    platform.capabilities = presentDevices(handoff.info)
    platform.ownsSerial = Self.ownsSerial && platform.capabilities.contains(.serialPort)
    platform.acpiRoot = handoff.info.acpiRoot.flatMap { PhysicalAddress(exactly: $0.address) }
    if let screen = handoff.info.framebuffer, let base = PhysicalAddress(exactly: screen.base) {
      platform.screen = ScreenInfo(
        base: base, size: screen.size, width: screen.width, height: screen.height,
        stride: screen.stride, format: screen.format.rawValue)
    }
    for index in 0..<handoff.modules.count {
      guard let module = handoff.modules[index], module.isConsoleFont else { continue }
      platform.font = PhysicalAddress(exactly: module.physical)
      platform.fontBytes = module.size
    }
    guard prepare(platform) else { throw .noMemory }
    for index in 0..<handoff.memoryMap.count {
      guard let region = handoff.memoryMap[index],
        region.kind == .acpiReclaimable || region.kind == .acpiNVS
      else { continue }
      allowFirmware(
        start: region.range.base, count: region.range.pageCount * PageRange.pageSize)
    }
    findFirmwareTables()
  }

  /// Makes the root task and lets its thread run.
  ///
  /// - Parameters:
  ///   - handoff: The loader's.
  ///   - file: The root task's module.
  /// - Returns: The root task's first thread, ready.
  /// - Throws: `BootFailure`; the boot ends then.
  package mutating func makeRootTask(
    _ handoff: borrowing BootloaderHandoff, file: RawSpan
  ) throws(BootFailure) -> Ref<Thread> {
    var random = try BootRandom(handoff.info.entropy, handoff.info.identity)
    objects.processes.secret = random.next(below: 1 << 63)
    let image: ELFImage
    do throws(ELFError) { image = try ELFImage(file, limits: RootLayout.limits) } catch {
      throw .malformedRootTask(error)
    }
    let isRandom = Self.isRandom(handoff.info.switches)
    let layout = RootLayout(&random, alignment: image.alignment, isRandom: isRandom)
    let source = handoff.info.entropy.source
    platform.hasRandomLayout = isRandom && source != .none && source != .fixed
    let pages = (image.pages.upperBound - image.pages.lowerBound) >> 12
    guard
      let process = makeFirstProcess(
        budgetOrder: Self.budgetOrder(imagePages: pages), slotCount: CapSlot.defaultCount),
      var root = RootBuilder(process, layout)
    else { throw .noMemory }
    rootTask = process
    try giveInventory(
      to: root, withTestEndpoint: Self.hasTestEndpoint(handoff.info.switches))
    try objects.loadImage(image, for: root)
    try objects.makeStack(for: root)
    let offset = try mapModules(handoff.modules, for: root)
    try giveMemory(to: &root, handoff.memoryMap)
    let entry = image.entry &+ (layout.imageBase &- image.pages.lowerBound)
    let info = try describe(handoff, random.seed, root, entry: entry, imagePages: pages)
    try writeHandoff(info, modules: handoff.modules, offset: offset, for: root)
    process.object.state = .running
    ThreadStart(entry: entry, stack: layout.stackTop, argument: layout.handoff)
      .apply(to: root.thread)
    _ = objects.start(root.thread)
    return root.thread
  }

  /// Pages for the image twice over, tables, records and 4 MiB of the root task's own, as a power.
  private static func budgetOrder(imagePages: UInt64) -> UInt8 {
    let pages = imagePages * 2 + 1024
    // An image has at most 2^15 pages.
    return UInt8(truncatingIfNeeded: UInt64.bitWidth - (pages - 1).leadingZeroBitCount)
  }

  /// The fixed part of the root task's handoff.
  private func describe(
    _ handoff: borrowing BootloaderHandoff, _ seed: FixedBytes<64>, _ root: RootBuilder,
    entry: UInt64, imagePages: UInt64
  ) throws(BootFailure) -> RootInfo {
    guard let pool = root.process.object.pool else { throw .noMemory }
    var bootConfig: UInt32 = 0
    for index in 0..<handoff.modules.count
    where handoff.modules[index]?.key.family == .bootConfig {
      // There are at most 128 modules.
      bootConfig = UInt32(truncatingIfNeeded: index)
    }
    let wallClock = handoff.info.utcSeconds.map {
      RootInfo.WallClock(utcSeconds: $0, takenAtNanoseconds: M.now())
    }
    // A fixed seed and none are told apart from randomness that is worth something.
    var entropy = Entropy(source: .kernel, seed: seed)
    if handoff.info.entropy.source == .fixed { entropy.source = .fixed }
    if handoff.info.entropy.source == .none { entropy = .absent }
    return RootInfo(
      cspaceSlots: root.cspace.object.slotCount,
      firstFreeSlot: CapSlot(rawValue: RootSlot.power.rawValue + 1), bootConfigModule: bootConfig,
      platform: platform.capabilities, wallClock: wallClock, imageBase: root.layout.imageBase,
      imageSize: imagePages << 12, entry: entry, stackTop: root.layout.stackTop,
      budgetTotal: pool.object.totalBytes,
      budgetUsed: pool.object.totalBytes - pool.object.freeBytes, entropy: entropy,
      identity: handoff.info.identity, switches: handoff.info.switches)
  }

  /// Devices that answer where a PC has them.
  private func presentDevices(_ info: BootloaderInfo) -> PlatformCapabilities {
    var present = PlatformCapabilities.none
    // An absent port reads as ones.
    if M.readPort8(0x3FD) != 0xFF { present = present | .serialPort }
    if M.readPort8(0x64) != 0xFF { present = present | .keyboardController }
    if info.framebuffer != nil { present = present | .framebuffer }
    if info.acpiRoot != nil { present = present | .acpi }
    if PCIAddress(0)?.read(0, on: M.self) != .max { present = present | .pci }
    if M.interruptLines > 0 { present = present | .ioAPIC }
    return present
  }

  #if ERIX_PROFILE_RELEASE
  private static var ownsSerial: Bool { false }
  #else
  private static var ownsSerial: Bool { true }
  #endif

  #if ERIX_PROFILE_SMOKE || !hasFeature(Embedded)
  private static func isRandom(_ switches: CommandSwitches) -> Bool {
    !switches.leaveOut.contains(.aslr)
  }
  private static func hasTestEndpoint(_ switches: CommandSwitches) -> Bool {
    switches.flags.contains(.testOperations)
  }
  #else
  private static func isRandom(_ switches: CommandSwitches) -> Bool { true }
  private static func hasTestEndpoint(_ switches: CommandSwitches) -> Bool { false }
  #endif
}

extension LoadedModule {
  /// Whether this is the blob with the name `console-font`.
  fileprivate var isConsoleFont: Bool {
    let name: StaticString = "console-font"
    guard key.family == .blob else { return false }
    for index in 0..<32 {
      let expected = index < name.utf8CodeUnitCount ? name.byte(at: index) : 0
      guard key.name[index] == expected else { return false }
    }
    return true
  }
}
