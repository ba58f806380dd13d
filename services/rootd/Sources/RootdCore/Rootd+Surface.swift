// What a foundation service is given: exactly the capabilities that the boot configuration
// declares, the envelope that lists them, and what its thread is.

import Bootstrap
import CapABI
import Handoff
import Load
import Runtime
import Sys

extension Rootd {
  /// Installs every declared capability, at `index` of the configuration; `modules` is where
  /// frames with images go.
  ///
  /// - Returns: How many capabilities the run of resources has.
  mutating func installAll(
    _ service: ServiceEntry, at index: Int, _ process: CapSlot, modules: UInt64,
    _ config: borrowing BootConfig, _ start: borrowing RootStart
  ) throws(ResultCode) -> UInt32 {
    let control = RootSlot.processControl.slot
    try system.control(
      .deriveInstallGrant(
        for: process, into: RootdSlots.grant, firstSlot: 1, slotCount: service.cspaceSlots - 1),
      on: control)
    let declared = config.capabilities(of: service)
    var resources: UInt32 = 0
    for place in 0..<declared.count {
      guard let capability = declared[place], !capability.flags.contains(.acquired) else {
        continue
      }
      let descriptor = capability.descriptor
      if let source = source(of: descriptor, for: index, config) {
        try system.control(
          .install(
            source, with: RootdSlots.grant, at: descriptor.slot, rights: descriptor.rights,
            badge: descriptor.badge), on: control)
      } else if descriptor.type == .untyped {
        resources = try installMemory(capability, start)
      } else if descriptor.type == .frame {
        resources = try installModules(capability, process, from: modules, config, start)
      } else {
        throw .unsupported
      }
    }
    try system.drop(RootdSlots.grant)
    return resources
  }

  /// All RAM, in the order of the handoff.
  private mutating func installMemory(
    _ capability: DeclaredCapability, _ start: borrowing RootStart
  ) throws(ResultCode) -> UInt32 {
    guard let handoff = start.handoff else { throw .internal }
    var count: UInt32 = 0
    for index in 0..<handoff.untypeds.count {
      guard let untyped = handoff.untypeds[index], !untyped.isDevice,
        count < capability.count
      else { continue }
      let slot = CapSlot(rawValue: capability.descriptor.slot.rawValue + count)
      try system.control(
        .install(
          untyped.slot, with: RootdSlots.grant, at: slot, rights: capability.descriptor.rights),
        on: RootSlot.processControl.slot)
      count += 1
    }
    return count
  }

  /// The envelope, read-only in the child.
  mutating func write(
    _ info: EnvelopeInfo, _ service: ServiceEntry, _ resources: UInt32,
    _ config: borrowing BootConfig, _ loader: inout ProcessLoader, _ target: inout RootTarget<S>,
    at address: UInt64
  ) throws(ResultCode) {
    let declared = config.capabilities(of: service)
    var total = 0
    for index in 0..<declared.count {
      guard let capability = declared[index], !capability.flags.contains(.acquired) else {
        continue
      }
      total += capability.descriptor.isResource ? Int(resources) : 1
    }
    let counts = TableCounts(total)
    guard let size = try? StartEnvelopeFormat.layout.size(of: counts) else { throw .tooLarge }
    let pages = (UInt64(size) + ProcessLayout.pageSize - 1) & ~(ProcessLayout.pageSize - 1)
    try loader.map(address..<address + pages, .read, into: &target)
    try loader.fill(address, in: &target) { bytes in
      do throws(FormatError) {
        var encoder = try TableEncoder<StartEnvelopeFormat>(
          into: bytes._mutatingExtracting(...), info: info, counts: counts)
        for index in 0..<declared.count {
          guard let capability = declared[index], !capability.flags.contains(.acquired) else {
            continue
          }
          let count = capability.descriptor.isResource ? resources : 1
          for offset in 0..<count {
            var descriptor = capability.descriptor
            descriptor.slot = CapSlot(rawValue: descriptor.slot.rawValue + offset)
            try encoder.append(StartCapability(descriptor))
          }
        }
        return try encoder.finish()
      } catch {
        return 0
      }
    }
  }

  /// The thread's endpoints, notification, priority and processors, and the process's filter.
  mutating func configure(_ service: ServiceEntry, at index: Int) throws(ResultCode) {
    let process = RootdSlots.process(of: index)
    let control = RootSlot.processControl.slot
    let thread = RootSlot.threadControl.slot
    try system.control(.setEndpoint(of: process, StartupSlot.supervisor, role: 0), on: control)
    try system.control(.setEndpoint(of: process, StartupSlot.endpoint, role: 1), on: control)
    try system.control(
      .bind(notification: RootdSlots.notification(of: index), toFirstThreadOf: process),
      on: thread)
    try system.control(.setPriority(of: process, UInt64(service.priority)), on: thread)
    try system.control(.setAffinity(of: process, service.affinity), on: thread)
    // Its end signals rootd, whatever it was that ended it; there are at most 64 services.
    try system.copy(
      RootdSlots.notification, to: RootdSlots.scratch, rights: .send,
      badge: Badge(rawValue: 1 << UInt64(index)))
    try system.control(.bind(notification: RootdSlots.scratch, to: process), on: thread)
    try system.drop(RootdSlots.scratch)
    try system.control(.setFilter(of: process, UInt64(service.syscalls.rawValue)), on: thread)
  }
}

extension TransferDescriptor {
  /// Whether it stands for a run of as many capabilities as there are.
  var isResource: Bool { slot.rawValue >= StartupSlot.firstResource }
}
