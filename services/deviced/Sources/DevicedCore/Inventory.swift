// What deviced knows: drivers with what they get, devices with who drives them. Pure tables; what
// follows from a change is decided in Deviced.

import CapABI
import IPC
import Store

/// A driver that was seeded.
struct Driver: BitwiseCopyable {
  /// What it drives, and for whom.
  let binding: DriverBinding
  var flags = DriverFlags.none
  /// The device that it was given; nil exactly while `flags` has no `hasDevice`.
  var location: DeviceLocation?
  /// Where its endpoint is kept; null while it has none.
  var slot = CapSlot.null

  init(_ binding: DriverBinding) {
    self.binding = binding
  }

  /// Whether all is there that it starts with.
  var isDue: Bool {
    flags.contains(.hasDevice) && flags.contains(.hasOwner) && !flags.contains(.isStarted)
      && !flags.contains(.isHeld)
  }

  /// What a reader sees.
  var record: DriverRecord { DriverRecord(binding: binding, flags: flags, location: location) }
}

/// A hardware capability that a driver gets.
struct HardwareRow: Equatable, BitwiseCopyable {
  /// What the driver finds.
  let descriptor: TransferDescriptor
  /// The base address register, for a device frame.
  let register: UInt8
}

/// A device that was reported.
struct Device: BitwiseCopyable {
  /// What probed said.
  let report: DeviceReport
  /// Who drives it, none for nobody.
  var driver = RoleID.none
  /// The scan that reported it last.
  var scan: UInt64

  init(_ report: DeviceReport, scan: UInt64) {
    self.report = report
    self.scan = scan
  }
}

/// Drivers by role, devices by location.
///
/// ## Invariants
/// - A device whose `driver` is one is that driver's `location`, and the other way round.
/// - `interfaces` and `wanted` have one entry for each driver, `kinds` one for each device.
struct Inventory {
  private var drivers: OrderedTable<Driver>
  /// Drivers by the interface that they offer.
  private var interfaces: OrderedTable<UInt16>
  /// Drivers by the kind of device that they drive.
  private var wanted: OrderedTable<UInt8>
  /// What each driver gets, by role and slot.
  private var hardware: OrderedTable<HardwareRow>
  private var devices: OrderedTable<Device>
  /// Locations by the kind of device.
  private var kinds: OrderedTable<UInt8>
  private(set) var isSealed = false
  /// The scan that is being reported, counted from 1.
  private(set) var scan: UInt64 = 1
  /// Devices that it reported so far.
  private(set) var reportedCount: UInt32 = 0

  /// Nothing; is nil when there is no room for one of each.
  init?(in heap: inout Region) {
    // Devices are many on a large machine, drivers are as many as the configuration has.
    let share = heap.byteCount / 16 & ~15
    guard let first = heap.take(share * 2), let second = heap.take(share),
      let third = heap.take(share), let fourth = heap.take(share * 3),
      let fifth = heap.take(share * 5), let sixth = heap.take(share * 4)
    else { return nil }
    drivers = OrderedTable(in: first)
    interfaces = OrderedTable(in: second)
    wanted = OrderedTable(in: third)
    hardware = OrderedTable(in: fourth)
    devices = OrderedTable(in: fifth)
    kinds = OrderedTable(in: sixth)
    guard drivers.capacity > 0, hardware.capacity > 0, devices.capacity > 0 else { return nil }
  }

  /// How many drivers there are.
  var driverCount: Int { drivers.count }

  // MARK: Seeding

  /// - Throws: SEALED, EXISTS, LIMIT_REACHED.
  mutating func seed(_ binding: DriverBinding) throws(ResultCode) {
    guard !isSealed else { throw .sealed }
    let key = TableKey(UInt64(binding.driver.rawValue))
    if let driver = drivers[key] {
      guard driver.binding == binding else { throw .exists }
      return
    }
    let interface = TableKey(UInt64(binding.interface.rawValue))
    guard interfaces[interface] == nil else { throw .exists }
    guard drivers.count < drivers.capacity, interfaces.count < interfaces.capacity,
      wanted.count < wanted.capacity
    else { throw .limitReached }
    _ = drivers.insert(Driver(binding), at: key)
    _ = interfaces.insert(binding.driver.rawValue, at: interface)
    _ = wanted.insert(
      0, at: TableKey(UInt64(binding.device.rawValue), UInt64(binding.driver.rawValue)))
  }

  /// - Throws: SEALED, NOT_FOUND, EXISTS, LIMIT_REACHED.
  mutating func seed(_ row: HardwareRow, of role: RoleID) throws(ResultCode) {
    guard !isSealed else { throw .sealed }
    guard self[role] != nil else { throw .notFound }
    let key = TableKey(UInt64(role.rawValue), UInt64(row.descriptor.slot.rawValue))
    if let seeded = hardware[key] {
      guard seeded == row else { throw .exists }
      return
    }
    guard hardware.insert(row, at: key) else { throw .limitReached }
  }

  /// - Throws: SEALED.
  mutating func seal() throws(ResultCode) {
    guard !isSealed else { throw .sealed }
    isSealed = true
  }

  // MARK: Drivers

  /// A driver that was seeded.
  subscript(role: RoleID) -> Driver? {
    get { drivers[TableKey(UInt64(role.rawValue))] }
    set {
      guard let newValue else { return }
      drivers[TableKey(UInt64(role.rawValue))] = newValue
    }
  }

  /// The driver with the lowest role from one on.
  func driver(from role: RoleID) -> Driver? {
    drivers.first(from: TableKey(UInt64(role.rawValue)))?.value
  }

  /// The driver of an interface.
  func driver(of interface: DeviceInterface) -> Driver? {
    interfaces[TableKey(UInt64(interface.rawValue))].flatMap { self[RoleID(rawValue: $0)] }
  }

  /// What a driver gets in the first slot from one on.
  func hardware(of role: RoleID, from slot: UInt64) -> HardwareRow? {
    guard let (key, row) = hardware.first(from: TableKey(UInt64(role.rawValue), slot)),
      key.major == UInt64(role.rawValue)
    else { return nil }
    return row
  }

  // MARK: Devices

  /// The device at the lowest location from one on.
  func device(from location: UInt32) -> Device? {
    devices.first(from: TableKey(UInt64(location)))?.value
  }

  /// The device at a location.
  func device(at location: DeviceLocation) -> Device? {
    devices[TableKey(UInt64(location.rawValue))]
  }

  /// Notes a device that is not known, and gives it to its driver if that has none.
  ///
  /// - Returns: The driver that it was given to.
  /// - Throws: LIMIT_REACHED.
  mutating func add(_ report: DeviceReport) throws(ResultCode) -> RoleID? {
    guard devices.count < devices.capacity, kinds.count < kinds.capacity else {
      throw .limitReached
    }
    let location = UInt64(report.location.rawValue)
    _ = devices.insert(Device(report, scan: scan), at: TableKey(location))
    _ = kinds.insert(0, at: TableKey(UInt64(report.id.rawValue), location))
    reportedCount += 1
    return give(report.location)
  }

  /// Notes that a device was reported again.
  ///
  /// - Returns: Whether it is known just so.
  mutating func confirm(_ report: DeviceReport) -> Bool {
    guard var device = device(at: report.location), device.report == report else { return false }
    if device.scan != scan { reportedCount += 1 }
    device.scan = scan
    devices[TableKey(UInt64(report.location.rawValue))] = device
    return true
  }

  /// Forgets a device.
  ///
  /// - Returns: The driver that drove it, and has none now.
  mutating func remove(_ location: DeviceLocation) -> RoleID? {
    guard let device = devices.remove(TableKey(UInt64(location.rawValue))) else { return nil }
    let report = device.report
    _ = kinds.remove(TableKey(UInt64(report.id.rawValue), UInt64(location.rawValue)))
    if device.scan == scan { reportedCount -= 1 }
    guard var driver = self[device.driver] else { return nil }
    driver.flags = driver.flags.subtracting(.hasDevice)
    driver.location = nil
    self[device.driver] = driver
    return device.driver
  }

  /// Gives a driver without a device another one of its kind.
  ///
  /// - Returns: Whether there was one.
  mutating func giveAnother(to role: RoleID) -> Bool {
    guard let driver = self[role], driver.location == nil else { return false }
    let kind = UInt64(driver.binding.device.rawValue)
    var next: UInt64 = 0
    while let (key, _) = kinds.first(from: TableKey(kind, next)), key.major == kind {
      next = key.minor + 1
      guard let location = DeviceLocation(rawValue: UInt32(truncatingIfNeeded: key.minor)) else {
        continue
      }
      if give(location) == role { return true }
    }
    return false
  }

  /// Gives a device that nobody drives to a driver of its kind that has none.
  private mutating func give(_ location: DeviceLocation) -> RoleID? {
    guard var device = device(at: location), device.driver == .none else { return nil }
    let kind = UInt64(device.report.id.rawValue)
    var next: UInt64 = 0
    while let (key, _) = wanted.first(from: TableKey(kind, next)), key.major == kind {
      next = key.minor + 1
      let role = RoleID(rawValue: UInt16(truncatingIfNeeded: key.minor))
      guard var driver = self[role], driver.location == nil else { continue }
      driver.location = location
      driver.flags = driver.flags | .hasDevice
      self[role] = driver
      device.driver = role
      devices[TableKey(UInt64(location.rawValue))] = device
      return role
    }
    return nil
  }

  // MARK: Scans

  /// A device that the scan in hand did not report, from a location on.
  func missing(from location: UInt32) -> DeviceLocation? {
    var next = UInt64(location)
    while let (key, device) = devices.first(from: TableKey(next)) {
      if device.scan != scan { return device.report.location }
      next = key.major + 1
    }
    return nil
  }

  /// Begins the next scan.
  mutating func endScan() {
    scan += 1
    reportedCount = 0
  }
}
