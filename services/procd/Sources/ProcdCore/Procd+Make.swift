// The parts of a process, in order: account, kernel objects, address space, memory, capabilities,
// envelope, thread. Each step is refused as a whole; `start` takes back what came before.

import Bootstrap
import Bytes
import CapABI
import Crypto
import ELF
import Handoff
import IPC
import Load
import Service
import Store
import Sys

extension Procd {
  private static var pageSize: UInt64 { ProcessLayout.pageSize }

  mutating func make<S: System>(
    _ child: Child, _ launch: ServiceLaunch, _ system: inout S
  ) throws(ResultCode) {
    guard let module = modules[launch.moduleIndex] else { throw .notFound }
    let image: ELFImage
    do { image = try ELFImage(module.bytes, limits: .program) } catch { throw .invalidArgument }
    let imageSize = image.pages.upperBound - image.pages.lowerBound
    let envelope = try envelopeLayout(of: child.role)
    let layout = ProcessLayout(layoutSeed(of: child))
    // What a process starts with comes on top of its budget.
    let fixed = imageSize + envelope.size + ProcessLayout.stackSize + Self.pageSize
    try makeProcess(child, launch, fixed, &system)
    var target = ChildTarget(system: system, child: child)
    let bias = try loader.load(image, at: layout.imageBase, into: &target)
    try target.mapOnDemand(at: layout.stackBase, size: ProcessLayout.stackSize, .stack)
    let heapSize =
      min(launch.budgetBytes, ProcessLayout.maximumHeapSize) / Self.pageSize * Self.pageSize
    try target.mapOnDemand(at: layout.heapBase, size: heapSize, .heap)
    try target.mapBuffer(at: layout.buffer)
    try installAll(child, &system)
    try mapModules(
      of: child, from: layout.modules(afterHeapOf: heapSize), &target, &system)
    let seed = random(.child, of: child)
    let facts = EnvelopeInfo(
      role: child.role, instance: (services[child.role.key]?.instances ?? 0) &+ 1,
      profile: info.profile, cspaceSlots: launch.slotCount,
      processID: UInt64(child.number.rawValue),
      image: UserImage(base: layout.imageBase, size: imageSize, entry: image.entry &+ bias),
      stackBase: layout.stackBase, stackSize: ProcessLayout.stackSize, buffer: layout.buffer,
      heapBase: layout.heapBase, heapSize: heapSize, budget: launch.budgetBytes, seed: seed,
      priority: launch.priority, syscalls: launch.syscalls, affinity: launch.affinity,
      startNanoseconds: now, watchdogMilliseconds: launch.watchdogMilliseconds,
      switches: info.switches, wallOffset: info.wallOffset)
    try writeEnvelope(facts, envelope.counts, child, at: layout.envelope, &target)
    try configure(child, launch, &system)
    try system.control(
      .start(
        process: child.slot, entry: image.entry &+ bias, stack: layout.buffer,
        argument: layout.envelope), on: Self.process)
  }

  // MARK: Kernel objects

  /// Account, budget, process, address space.
  private mutating func makeProcess<S: System>(
    _ child: Child, _ launch: ServiceLaunch, _ fixed: UInt64, _ system: inout S
  ) throws(ResultCode) {
    // Half of the memory becomes the process's own at its start, a quarter is added; a page of the
    // last quarter is used for the process itself. Half of the slots can be occupied at once.
    let pages = 32 + launch.slotCount / 128
    let order = UInt32(UInt32.bitWidth - (pages - 1).leadingZeroBitCount)
    let bytes = Self.pageSize << UInt64(order + 1)
    let quota = launch.budgetBytes.addingReportingOverflow(bytes + fixed)
    _ = try system.ask(
      MemdRequest.setQuota(owner: child.owner, bytes: quota.overflow ? .max : quota.partialValue),
      of: Self.memd, MemdReply.self)
    _ = try system.ask(
      MemdRequest.allocateBudget(
        owner: child.owner, order: UInt8(truncatingIfNeeded: order + 1 + 12)),
      of: Self.memd, MemdReply.self, landing: Child.memory)
    try system.control(
      .createStagedProcess(
        from: Child.memory, into: child.slot, budgetOrder: order, slots: launch.slotCount,
        windowBase: 1, windowCount: launch.slotCount - 1), on: Self.process)
    try system.control(
      .topUp(process: child.slot, from: Child.memory, order: UInt64(order) - 1),
      on: Self.budget)
    // memd keeps the original, which is what takes the memory back.
    try system.drop(Child.memory)
    system.send(TransferEntry(slot: child.slot, mode: .copy, rights: .manage))
    _ = try system.ask(
      VspacedRequest.attachSpace(
        owner: child.owner, placementSeed: Self.word(0, of: random(.placement, of: child))),
      of: Self.vspaced, VspacedReply.self)
  }

  /// The thread's endpoints, notification, priority and processors, and the process's filter.
  private func configure<S: System>(
    _ child: Child, _ launch: ServiceLaunch, _ system: inout S
  ) throws(ResultCode) {
    guard let notification = start(of: child.role, in: StartupSlot.notification) else {
      throw .wrongState
    }
    let slot = child.slot
    try system.control(
      .setEndpoint(of: slot, StartupSlot.supervisor, role: 0), on: Self.process)
    try system.control(.setEndpoint(of: slot, StartupSlot.endpoint, role: 1), on: Self.process)
    try system.control(.setPager(of: slot, StartupSlot.pager), on: Self.process)
    try system.control(
      .bind(notification: notification.slot, toFirstThreadOf: slot), on: Self.thread)
    // The end of the process signals procd, whatever it was that ended it.
    try system.copy(
      StartupSlot.notification, to: Child.memory, rights: .send,
      badge: Badge(rawValue: 1 << (UInt64(child.number.rawValue) % 64)))
    try system.control(.bind(notification: Child.memory, to: slot), on: Self.thread)
    try system.drop(Child.memory)
    try system.control(.setPriority(of: slot, UInt64(launch.priority)), on: Self.thread)
    try system.control(.setAffinity(of: slot, launch.affinity), on: Self.thread)
    try system.control(
      .setFilter(of: slot, UInt64(launch.syscalls.rawValue)), on: Self.thread)
  }

  // MARK: Capabilities

  /// What an instance finds for a capability in custody.
  private static func installed(_ found: Custody, in child: Child) -> TransferDescriptor {
    var descriptor = found.descriptor
    if descriptor.slot == StartupSlot.supervisor, descriptor.peer == .procd {
      descriptor.badge = ProcdFaces.badge(descriptor.badge, of: child.number)
    }
    return descriptor
  }

  /// Copies everything in custody for a role into its child.
  private func installAll<S: System>(
    _ child: Child, _ system: inout S
  ) throws(ResultCode) {
    guard let slotCount = nextSlot(behindAllOf: child.role) else { throw .wrongState }
    try system.control(
      .deriveInstallGrant(
        for: child.slot, into: Child.grant, firstSlot: 1, slotCount: slotCount - 1),
      on: Self.process)
    var next: UInt64 = 0
    while let found = nextStart(of: child.role, from: next) {
      next = UInt64(found.descriptor.slot.rawValue) + 1
      let wanted = Self.installed(found, in: child)
      do throws(ResultCode) {
        try install(found.slot, wanted, badge: wanted.badge, &system)
      } catch {
        // A launcher that has a badged capability can pass on nothing else. It would make two
        // processes one where the badge says who a process is.
        guard error == .alreadyBadged, wanted.slot != StartupSlot.supervisor,
          wanted.slot != StartupSlot.pager
        else { throw error }
        try install(found.slot, wanted, badge: .none, &system)
      }
    }
    try system.drop(Child.grant)
  }

  /// Maps the frames of a child's run of resources one after another, each at the next multiple of
  /// its size, where lib-service finds them (docs/reference/intake.md, "Module frames").
  private func mapModules<S: System>(
    of child: Child, from start: UInt64, _ target: inout ChildTarget<S>, _ system: inout S
  ) throws(ResultCode) {
    var address = start
    var next = UInt64(StartupSlot.firstResource)
    while let found = nextStart(of: child.role, from: next) {
      next = UInt64(found.descriptor.slot.rawValue) + 1
      guard found.descriptor.slot.rawValue < StartupSlot.firstDynamic else { return }
      guard found.descriptor.type == .frame else { continue }
      // A power of two of pages, as all frames are.
      let size =
        try system.control(.queryCap(found.slot), on: Self.process).word2
        * Self.pageSize
      guard size > 0, size <= ProcessLayout.maximumImageSize else { throw .wrongType }
      address = (address + size - 1) / size * size
      try target.mapShared(found.slot, at: address, size: size)
      address += size
    }
  }

  private func install<S: System>(
    _ source: CapSlot, _ wanted: TransferDescriptor, badge: Badge, _ system: inout S
  ) throws(ResultCode) {
    try system.control(
      .install(
        source, with: Child.grant, at: wanted.slot, rights: wanted.rights, badge: badge),
      on: Self.process)
  }

  /// The slot behind the last one that a role starts with.
  private func nextSlot(behindAllOf role: RoleID) -> UInt32? {
    guard let (key, last) = custody.last(upTo: role.key(.max)), key.major == role.key.major
    else { return nil }
    return last.descriptor.slot.rawValue + 1
  }

  // MARK: Envelope

  /// Whole pages for the envelope of a role, and what will be in it.
  private func envelopeLayout(
    of role: RoleID
  ) throws(ResultCode) -> (size: UInt64, counts: TableCounts) {
    let counts = TableCounts(custody.count(in: role.key..<role.key(.max)))
    guard let size = try? StartEnvelopeFormat.layout.size(of: counts) else { throw .tooLarge }
    return ((UInt64(size) + Self.pageSize - 1) & ~(Self.pageSize - 1), counts)
  }

  /// The envelope, read-only in the child.
  private mutating func writeEnvelope<S: System>(
    _ facts: EnvelopeInfo, _ counts: TableCounts, _ child: Child, at address: UInt64,
    _ target: inout ChildTarget<S>
  ) throws(ResultCode) {
    let size = try envelopeLayout(of: child.role).size
    try loader.map(address..<address + size, .read, into: &target)
    let custody = custody
    try loader.fill(address, in: &target) { bytes in
      do throws(FormatError) {
        var encoder = try TableEncoder<StartEnvelopeFormat>(
          into: bytes._mutatingExtracting(...), info: facts, counts: counts)
        var next: UInt64 = 0
        while let (key, found) = custody.first(from: child.role.key(next)),
          key.major == child.role.key.major
        {
          next = key.minor + 1
          try encoder.append(StartCapability(Self.installed(found, in: child)))
        }
        return try encoder.finish()
      } catch {
        return 0
      }
    }
  }

  // MARK: Randomness

  /// What a random value is for: values for different purposes say nothing about each other.
  private enum Purpose: UInt64 {
    case layout, child, placement
  }

  /// 32 bytes that only procd can compute, from its own seed.
  private func random(_ purpose: Purpose, of child: Child) -> FixedBytes<32> {
    var message = FixedBytes<16>()
    for index in 0..<8 {
      message[index] = UInt8(truncatingIfNeeded: purpose.rawValue >> UInt64(index * 8))
      message[index + 8] = UInt8(
        truncatingIfNeeded: UInt64(child.number.rawValue) >> UInt64(index * 8))
    }
    let seed = info.seed
    return HMACSHA256.authenticate(message.rawBytes, key: seed.rawBytes)
  }

  private func layoutSeed(of child: Child) -> LayoutSeed {
    let bytes = random(.layout, of: child)
    return LayoutSeed(
      region: Self.word(0, of: bytes), image: Self.word(1, of: bytes),
      stack: Self.word(2, of: bytes), heap: Self.word(3, of: bytes))
  }

  /// Eight of the bytes as a number.
  private static func word(_ index: Int, of bytes: FixedBytes<32>) -> UInt64 {
    var word: UInt64 = 0
    for offset in 0..<8 { word = word << 8 | UInt64(bytes[index * 8 + offset]) }
    return word
  }
}
