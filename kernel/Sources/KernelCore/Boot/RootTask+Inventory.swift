// What the root task starts with: itself, one endpoint of every family, and the untyped memory.

import CapABI
import Handoff
import KernelMachine

extension KernelState {
  /// Gives the root task its own objects and the family endpoints at their published slots.
  mutating func giveInventory(
    to root: RootBuilder, withTestEndpoint: Bool
  ) throws(BootFailure) {
    do throws(SyscallError) {
      try objects.placeOwn(root, under: ram)
      var slot = RootSlot.time.rawValue
      while let family = RootSlot(rawValue: slot)?.family {
        try giveEndpoint(family, at: slot, to: root)
        slot += RootBuilder.familyStep
      }
      if withTestEndpoint {
        try giveEndpoint(.testRoot, at: RootSlot.rootEndpoint.rawValue, to: root)
      }
    } catch {
      throw .refused(error)
    }
  }

  /// Makes an endpoint of the kernel; the root task may call it and copy the capability.
  private mutating func giveEndpoint(
    _ family: EndpointKind, at slot: UInt32, to root: RootBuilder
  ) throws(SyscallError) {
    let number = CapSlot(rawValue: slot)
    let create = try CreateObject(
      .endpoint(family), in: number, of: root.cspace, scope: .whole, space: &objects)
    create.invoke(in: &objects)
    try objects.occupied(number, in: root.cspace, .whole).object.attenuate(to: .send)
  }

  // MARK: Untyped memory

  /// Gives the root task all RAM in large blocks, and the address ranges where devices may be, in
  /// the order of their addresses.
  mutating func giveMemory(
    to root: inout RootBuilder, _ map: borrowing WireTable<MemoryRegion>
  ) throws(BootFailure) {
    var end: UInt64 = 0
    var nextBlock: UInt64 = 0
    for index in 0..<map.count {
      guard let region = map[index] else { continue }
      let base = region.range.base
      occupy(PhysicalAddress(truncating: base), bytes: region.range.end - base)
      try giveDevices(end..<max(end, region.range.base), to: &root)
      end = region.range.end
      nextBlock = max(nextBlock, region.range.base)
      nextBlock = try giveRAM(nextBlock..<max(nextBlock, end), to: &root)
    }
    try giveDevices(end..<max(end, RootBuilder.deviceLimit), to: &root)
    let kernel = RootBuilder.kernelDevices
    occupy(
      PhysicalAddress(truncating: kernel.lowerBound),
      bytes: kernel.upperBound - kernel.lowerBound)
  }

  /// Gives the free blocks that begin in a range; returns where the last block of it ends.
  private mutating func giveRAM(
    _ range: Range<UInt64>, to root: inout RootBuilder
  ) throws(BootFailure) -> UInt64 {
    guard let source = ram.object.object?.cast(to: Pool.self) else { return range.upperBound }
    var address = range.lowerBound
    while address < range.upperBound {
      guard let frame = objects.frames.managedFrame(at: address) else { return range.upperBound }
      let record = objects.frames[frame]
      let isHead = record.object.state != .inside
      let isLarge = record.object.order >= RootBuilder.smallestBlock
      // Others are free in the root task's own budget.
      if record.object.state == .free, record.object.owner == source, isLarge {
        try giveBlock(frame, of: source, to: &root)
      }
      // The block may have been split for the sake of its own record: then the rest comes next.
      let order = isHead ? UInt64(objects.frames[frame].object.order) : 0
      address += UInt64(frameBytes) << order
    }
    return address
  }

  /// Makes a free block untyped memory of the root task.
  private mutating func giveBlock(
    _ frame: FrameNumber, of source: Ref<Pool>, to root: inout RootBuilder
  ) throws(BootFailure) {
    guard root.hasRoom else { return }
    guard let pool = objects.makePool(of: frame, from: source) else { return }
    try objects.place(
      Slot(pool.header, type: .untyped, rights: Pool.capabilityType.meaningfulRights),
      at: CapSlot(rawValue: root.nextUntyped), under: ram, for: root)
    root.nextUntyped += 1
  }

  /// Gives a range outside the memory map, without the part that belongs to the kernel.
  private mutating func giveDevices(
    _ range: Range<UInt64>, to root: inout RootBuilder
  ) throws(BootFailure) {
    let kernel = RootBuilder.kernelDevices
    try giveAligned(range.clamped(to: 0..<kernel.lowerBound), to: &root)
    try giveAligned(range.clamped(to: kernel.upperBound..<UInt64.max), to: &root)
  }

  /// Cuts a range into the largest aligned blocks.
  private mutating func giveAligned(
    _ range: Range<UInt64>, to root: inout RootBuilder
  ) throws(BootFailure) {
    var address = range.lowerBound
    while address < range.upperBound, root.hasRoom {
      let room = range.upperBound - address
      let fitting = UInt64.bitWidth - 1 - room.leadingZeroBitCount
      let bits = min(min(address.trailingZeroBitCount, fitting), 48)
      // Both ends are page aligned, so a block has at least one page.
      let pageCount = (UInt64(1) << UInt64(bits)) >> 12
      do throws(SyscallError) {
        try grantDevices(
          at: PhysicalAddress(truncating: address), pageCount: pageCount, from: root.pool,
          to: root.cspace, slot: CapSlot(rawValue: root.nextUntyped))
      } catch {
        throw .refused(error)
      }
      root.nextUntyped += 1
      address += UInt64(1) << UInt64(bits)
    }
  }
}

extension RootBuilder {
  /// Slots from family to family.
  static let familyStep: UInt32 = 16
  /// Free blocks below 2^6 pages stay with the kernel: the objects of what is given need them.
  static let smallestBlock: UInt8 = 6
  /// Devices above this address are not reached: that is where the direct map's reach ends.
  static let deviceLimit: UInt64 = 1 << 46
  /// I/O interrupt controllers, HPET and local interrupt controllers: who writes there owns the
  /// machine (Intel SDM volume 3A, 11.4.1; ICH9 datasheet, 5.10 and 17.1).
  static let kernelDevices: Range<UInt64> = 0xFEC0_0000..<0xFEF0_0000

  /// Whether another slot is left before the family endpoints.
  var hasRoom: Bool { nextUntyped < RootSlot.time.rawValue }
}

extension ObjectSpace {
  /// The capabilities of the root task to itself.
  fileprivate mutating func placeOwn(
    _ root: RootBuilder, under ram: Ref<Slot>
  ) throws(SyscallError) {
    let process = Slot(
      root.process.header, type: .process, rights: Process.capabilityType.meaningfulRights)
    let vacancy = try vacant(
      CapSlot(rawValue: RootSlot.process.rawValue), in: root.cspace, .whole)
    place(process, in: try claim(vacancy), under: ram)
    try placeCopy(of: root.process.object.cspaceSlot, at: .cspace, for: root)
    try placeCopy(of: root.process.object.vspaceSlot, at: .vspace, for: root)
    try placeCopy(of: root.process.object.threadSlot, at: .thread, for: root)
  }

  private mutating func placeCopy(
    of hidden: Ref<Slot>, at slot: RootSlot, for root: RootBuilder
  ) throws(SyscallError) {
    guard let object = hidden.object.object else { throw .emptySlot }
    let vacancy = try vacant(CapSlot(rawValue: slot.rawValue), in: root.cspace, .whole)
    let copy = Slot(object, type: hidden.object.type, rights: hidden.object.rights)
    place(copy, in: try claim(vacancy), under: hidden)
  }
}
