// Modules and handoff of the root task: docs/reference/handoff.md, "Kernel to root task".

import Bytes
import CapABI
import Handoff
import KernelMachine

extension KernelState {
  /// Maps every boot module read-only, each page as far from the window's start as it is from the
  /// start of the first module's 2-MiB page.
  ///
  /// - Returns: What to add to a module's physical address.
  mutating func mapModules(
    _ modules: borrowing WireTable<LoadedModule>, for root: RootBuilder
  ) throws(BootFailure) -> UInt64 {
    var lowest = UInt64.max
    var highest: UInt64 = 0
    for index in 0..<modules.count {
      guard let pages = modules[index]?.pages else { continue }
      lowest = min(lowest, pages.base)
      highest = max(highest, pages.end)
    }
    lowest &= ~(1 << 21 - 1)
    guard lowest < highest, highest - lowest <= RootLayout.moduleWindowBytes else {
      throw .modulesOutOfReach
    }
    // Wraps on purpose when physical addresses are higher than the window.
    let offset = root.layout.modules &- lowest
    for index in 0..<modules.count {
      guard let pages = modules[index]?.pages else { continue }
      try mapModule(pages, offset: offset, for: root)
    }
    return offset
  }

  private mutating func mapModule(
    _ pages: PageRange, offset: UInt64, for root: RootBuilder
  ) throws(BootFailure) {
    var page = pages.base
    while page < pages.end {
      let order = ObjectSpace.frameOrder(at: page, pages: (pages.end - page) >> 12)
      guard
        let frame = objects.makeDeviceFrame(
          at: PhysicalAddress(truncating: page), order: order, isUncached: false, from: root.pool)
      else { throw .noMemory }
      try objects.place(
        Slot(frame.header, type: .deviceFrame, rights: .read), at: RootBuilder.scratch,
        under: root.process.object.budget, for: root)
      try objects.mapScratch(at: page &+ offset, .read, for: root)
      page += UInt64(frameBytes) << UInt64(order)
    }
  }

  /// Writes the handoff, reads it back as the root task will, and maps it read-only.
  mutating func writeHandoff(
    _ info: RootInfo, modules: borrowing WireTable<LoadedModule>, offset: UInt64,
    for root: RootBuilder
  ) throws(BootFailure) {
    let frame: Ref<Frame>
    do throws(SyscallError) {
      frame = try objects.mapNewFrame(
        order: RootLayout.handoffOrder, at: root.layout.handoff, rights: .read, in: root.process)
    } catch {
      throw .refused(error)
    }
    do throws(FormatError) {
      try encode(info, modules: modules, offset: offset, into: frame, for: root)
    } catch {
      throw .invalidHandoff(error)
    }
  }

  private func encode(
    _ info: RootInfo, modules: borrowing WireTable<LoadedModule>, offset: UInt64,
    into frame: Ref<Frame>, for root: RootBuilder
  ) throws(FormatError) {
    let counts = RootHandoff.counts(
      capabilities: root.inventoryCount(in: objects),
      untypeds: Int(root.nextUntyped - RootBuilder.firstUntyped), modules: modules.count)
    var encoder = try TableEncoder<RootFormat>(
      into: objects.frames.bytes(of: frame.object.block), info: info, counts: counts)
    var slot: UInt32? = RootBuilder.firstOwn
    while let number = slot {
      if let descriptor = root.descriptor(number, in: objects) {
        try encoder.append(RootCapability(descriptor))
      }
      slot = RootBuilder.inventorySlot(after: number)
    }
    for number in RootBuilder.firstUntyped..<root.nextUntyped {
      guard let untyped = root.untyped(number, in: objects) else { continue }
      try encoder.append(untyped)
    }
    for index in 0..<modules.count {
      let module = try modules.entry(at: index)
      try encoder.append(
        RootModule(
          key: module.key, frameCount: 0, address: module.physical &+ offset, size: module.size,
          firstFrame: .null))
    }
    _ = try encoder.finish()
  }
}

extension RootBuilder {
  /// The lowest slot of the inventory.
  static let firstOwn = RootSlot.process.rawValue

  /// The slot of the inventory that follows, whether anything is in it or not.
  static func inventorySlot(after slot: UInt32) -> UInt32? {
    if slot < RootSlot.rootEndpoint.rawValue { return slot + 1 }
    let next = slot < RootSlot.time.rawValue ? RootSlot.time.rawValue : slot + familyStep
    return RootSlot(rawValue: next)?.rawValue
  }

  /// How many slots of the inventory are filled.
  func inventoryCount(in space: ObjectSpace) -> Int {
    var count = 0
    var slot: UInt32? = Self.firstOwn
    while let number = slot {
      if descriptor(number, in: space) != nil { count += 1 }
      slot = Self.inventorySlot(after: number)
    }
    return count
  }

  /// What a slot holds; nil for an empty one.
  func descriptor(_ slot: UInt32, in space: ObjectSpace) -> TransferDescriptor? {
    let number = CapSlot(rawValue: slot)
    // Only read; the encoder has borrowed the original.
    var space = space
    guard
      let found = try? CapabilityDescription(
        of: number, in: cspace, scope: .whole, space: &space), found.type != .null
    else { return nil }
    return TransferDescriptor(
      slot: number, type: found.type, kind: found.family, rights: found.rights)
  }

  /// The untyped memory in a slot.
  func untyped(_ slot: UInt32, in space: ObjectSpace) -> RootUntyped? {
    let number = CapSlot(rawValue: slot)
    // As in `descriptor`.
    var space = space
    guard let found = try? space.occupied(number, in: cspace, .whole),
      let object = found.object.object
    else { return nil }
    if found.object.type == .deviceUntyped {
      let device = object.cast(to: DeviceUntyped.self).object
      // A power of two of at least one page.
      let bits = UInt8(truncatingIfNeeded: device.pageCount.trailingZeroBitCount + 12)
      return RootUntyped(
        base: device.start.rawValue, slot: number, sizeBits: bits, isDevice: true)
    }
    guard let chunk = object.cast(to: Pool.self).object.base else { return nil }
    return RootUntyped(
      base: space.frames.address(of: chunk.start).rawValue, slot: number,
      sizeBits: chunk.order + 12, isDevice: false)
  }
}
