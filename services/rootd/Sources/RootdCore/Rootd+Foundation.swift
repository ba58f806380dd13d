// The four services that rootd makes itself: memory, address spaces, faults, processes. All their
// pages are mapped before they start, so that none of them ever waits for another's page.

import Bootstrap
import Bytes
import CapABI
import Crypto
import ELF
import Handoff
import IPC
import Load
import Runtime
import Store
import Sys

extension Rootd {
  /// Pages for the kernel objects of a process, as a power of two.
  ///
  /// All its slots, 64 to a page, and some for itself and its page tables: so it never lacks memory
  /// for a slot that it has.
  private static func poolOrder(slots: UInt32) -> UInt32 {
    UInt32(UInt32.bitWidth - (31 + slots / 64).leadingZeroBitCount)
  }
  private static var pageSize: UInt64 { ProcessLayout.pageSize }

  mutating func launchFoundation(
    _ service: ServiceEntry, at index: Int, _ config: borrowing BootConfig,
    _ start: borrowing RootStart
  ) throws(BootFailure) {
    guard let module = Self.module(of: service.role, start),
      let file = start.bytes(of: module), let image = try? ELFImage(file, limits: .program)
    else { throw .image(service.role) }
    do throws(ResultCode) {
      try make(service, at: index, image, config, start)
    } catch {
      throw .refused(service.role, error)
    }
    try awaitReady(service, config)
  }

  /// The module of a role; nil when there is none.
  static func module(of role: RoleID, _ start: borrowing RootStart) -> RootModule? {
    guard let handoff = start.handoff else { return nil }
    for index in 0..<handoff.modules.count {
      if let module = handoff.modules[index], module.key.role == role { return module }
    }
    return nil
  }

  private mutating func make(
    _ service: ServiceEntry, at index: Int, _ image: borrowing ELFImage,
    _ config: borrowing BootConfig, _ start: borrowing RootStart
  ) throws(ResultCode) {
    let process = RootdSlots.process(of: index)
    try system.control(
      .createStagedProcess(
        from: RootdSlots.memory, into: process,
        budgetOrder: Self.poolOrder(slots: service.cspaceSlots),
        slots: service.cspaceSlots, windowBase: 1, windowCount: service.cspaceSlots - 1),
      on: RootSlot.processControl.slot)
    let layout = ProcessLayout(try layoutSeed())
    let heapSize = service.budget / Self.pageSize * Self.pageSize
    guard heapSize <= ProcessLayout.maximumHeapSize else { throw .invalidArgument }
    var target = RootTarget(system: system, process: process)
    var loader = ProcessLoader(scratch: scratch)
    let bias = try loader.load(image, at: layout.imageBase, into: &target)
    try loader.map(
      layout.stackBase..<layout.stackBase + ProcessLayout.stackSize, .read | .write,
      into: &target)
    try loader.map(
      layout.heapBase..<layout.heapBase + heapSize, .read | .write, into: &target)
    try target.mapBuffer(at: layout.buffer)
    let untypeds = try installAll(
      service, at: index, process, modules: layout.modules(afterHeapOf: heapSize), config, start)
    var info = try envelopeInfo(service, index, image, layout, bias: bias)
    info.heapSize = heapSize
    try write(info, service, untypeds, config, &loader, &target, at: layout.envelope)
    try configure(service, at: index)
    try system.control(
      .start(
        process: process, entry: image.entry &+ bias, stack: layout.buffer,
        argument: layout.envelope), on: RootSlot.processControl.slot)
  }

  // MARK: Contents

  private mutating func layoutSeed() throws(ResultCode) -> LayoutSeed {
    LayoutSeed(
      region: try word(), image: try word(), stack: try word(), heap: try word())
  }

  /// Eight random bytes.
  private mutating func word() throws(ResultCode) -> UInt64 {
    var bytes = FixedBytes<8>()
    do { try random.fill(&bytes) } catch { throw .internal }
    var word: UInt64 = 0
    for index in 0..<8 { word = word << 8 | UInt64(bytes[index]) }
    return word
  }

  private mutating func envelopeInfo(
    _ service: ServiceEntry, _ index: Int, _ image: borrowing ELFImage, _ layout: ProcessLayout,
    bias: UInt64
  ) throws(ResultCode) -> EnvelopeInfo {
    var seed = FixedBytes<32>()
    do { try random.fill(&seed) } catch { throw .internal }
    let clock = try system.control(.readClock, on: RootSlot.time.slot)
    return EnvelopeInfo(
      role: service.role, instance: 1, profile: profile, cspaceSlots: service.cspaceSlots,
      processID: UInt64(index) + 1,
      image: UserImage(
        base: layout.imageBase, size: image.pages.upperBound - image.pages.lowerBound,
        entry: image.entry &+ bias),
      stackBase: layout.stackBase, stackSize: ProcessLayout.stackSize, buffer: layout.buffer,
      heapBase: layout.heapBase, heapSize: 0, budget: service.budget, seed: seed,
      priority: service.priority, syscalls: service.syscalls, affinity: service.affinity,
      startNanoseconds: clock.word1, watchdogMilliseconds: service.watchdogMilliseconds,
      switches: switches, wallOffset: wallOffset)
  }
}

extension HMACDRBG {
  /// Fills all of a value's bytes.
  mutating func fill<let count: Int>(_ value: inout FixedBytes<count>) throws(DRBGError) {
    var span = value.mutableSpan
    var bytes = span.mutableRawBytes
    try generate(into: &bytes, additionalInput: RawSpan())
  }
}
