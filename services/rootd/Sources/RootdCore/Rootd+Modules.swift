// The images of what procd starts: one frame each, filled from the module of the boot image, which
// procd holds and reads (docs/reference/boot-config.md, "launch"). The boot image itself stays
// rootd's.

import Bootstrap
import Bytes
import CapABI
import Handoff
import Load
import Runtime
import Store
import Sys

extension Rootd {
  /// Gives a service a frame with every image that procd starts, and maps them one after another,
  /// each at the next multiple of its own size behind the heap.
  ///
  /// - Parameters:
  ///   - capability: The declared run of frames.
  ///   - process: The staged service.
  ///   - base: Where the first one goes at the earliest.
  ///   - config: Says which services procd starts; their order is that of the frames.
  ///   - start: Has the modules.
  /// - Returns: How many frames there are.
  /// - Throws: NOT_FOUND for a service without an image, and what the kernel refuses.
  mutating func installModules(
    _ capability: DeclaredCapability, _ process: CapSlot, from base: UInt64,
    _ config: borrowing BootConfig, _ start: borrowing RootStart
  ) throws(ResultCode) -> UInt32 {
    var address = base
    var count: UInt32 = 0
    for index in 0..<config.services.count {
      guard let service = config.services[index], service.isStartedByProcd,
        count < capability.count
      else { continue }
      guard let module = Self.module(of: service.role, start), module.address != 0 else {
        throw .notFound
      }
      let order = Self.order(of: module.size)
      let size = ProcessLayout.pageSize << UInt64(order)
      address = (address + size - 1) & ~(size - 1)
      let frame = RootdSlots.image(Int(count))
      try system.control(
        .retype(RootdSlots.memory, order: UInt64(order), into: RootdSlots.scratch),
        on: RootSlot.memory.slot)
      // Mapping takes the capability; what procd gets is a copy.
      try system.copy(RootdSlots.scratch, to: frame, rights: capability.descriptor.rights)
      try system.control(
        .map(RootdSlots.scratch, into: process, at: address, rights: .read),
        on: RootSlot.vspaceControl.slot)
      try system.control(
        .write(to: process, at: address, from: module.address, count: module.size),
        on: RootSlot.processControl.slot)
      try system.control(
        .install(
          frame, with: RootdSlots.grant,
          at: CapSlot(rawValue: capability.descriptor.slot.rawValue + count),
          rights: capability.descriptor.rights), on: RootSlot.processControl.slot)
      address += size
      count += 1
    }
    return count
  }

  /// Copies the boot configuration into a frame, if somebody whom procd starts is given it.
  ///
  /// - Throws: What the kernel refuses.
  mutating func makeConfigurationFrame(
    _ config: borrowing BootConfig, _ bytes: RawSpan, _ start: borrowing RootStart
  ) throws(BootFailure) {
    guard Self.givesConfiguration(config) else { return }
    let order = UInt64(Self.order(of: UInt64(bytes.byteCount)))
    do throws(ResultCode) {
      try system.control(
        .retype(RootdSlots.memory, order: order, into: RootdSlots.scratch),
        on: RootSlot.memory.slot)
      try system.copy(RootdSlots.scratch, to: RootdSlots.configuration, rights: .read)
      var memory = try start.mapBesideHeap(RootdSlots.scratch, order: order, &system)
      var target = memory.mutableBytes
      do throws(BytesError) { try target.copy(bytes, at: 0) } catch { throw .tooLarge }
    } catch {
      throw .refused(.rootd, error)
    }
  }

  /// Whether a service that procd starts has a frame in its run of resources.
  private static func givesConfiguration(_ config: borrowing BootConfig) -> Bool {
    for index in 0..<config.services.count {
      guard let service = config.services[index], service.isStartedByProcd else { continue }
      let declared = config.capabilities(of: service)
      for place in 0..<declared.count {
        guard let capability = declared[place], !capability.flags.contains(.acquired) else {
          continue
        }
        if capability.descriptor.type == .frame { return true }
      }
    }
    return false
  }

  /// Pages that hold so many bytes, as a power of two.
  private static func order(of byteCount: UInt64) -> UInt8 {
    let pages = max((byteCount + ProcessLayout.pageSize - 1) / ProcessLayout.pageSize, 1)
    return UInt8(UInt64.bitWidth - (pages - 1).leadingZeroBitCount)
  }
}

extension ServiceEntry {
  /// Whether its image goes to procd: everything but rootd and the foundation.
  var isStartedByProcd: Bool { launchKind != .kernel && launchKind != .rootd }
}
