// deviced: which driver drives which device, when it starts, who may speak to it
// (docs/reference/protocols/deviced.md). It holds hardware and passes on what is declared;
// processes are procd's.

public import Bootstrap
public import CapABI
import Handoff
import IPC
public import Service
import Store
public import Sys

/// The service.
public struct Deviced: Server {
  /// REGISTER_PROVIDER brings an endpoint.
  public static var landingCount: UInt32 { 1 }

  static var log: CapSlot { ServiceSlot.control(0) }
  static var deviceFrame: CapSlot { ServiceSlot.control(1) }
  static var procd: CapSlot { ServiceSlot.peer(0) }
  static var probed: CapSlot { ServiceSlot.peer(2) }
  /// Empty between two steps.
  static var scratch: CapSlot { ServiceSlot.replyLanding }

  /// Once it is sealed: before, nobody can be served.
  public var isReady: Bool { inventory.isSealed }

  var inventory: Inventory
  var slots: NumberPool
  /// Whether the log is told of drivers that are there.
  let tellsReady: Bool
  /// Whether a scan came to its end.
  var isProbed = false

  /// deviced with nothing seeded.
  ///
  /// - Throws: NO_MEMORY when heap or CSpace have no room for one driver and one device.
  public init(_ start: inout Start) throws(ReadinessCode) {
    tellsReady = start.info.profile != .release
    slots = try start.freeSlots()
    guard slots.count > 0, let inventory = Inventory(in: &start.heap) else { throw .noMemory }
    self.inventory = inventory
  }

  /// Where deviced has what signals the owner of an interface; nil for a service that owns none.
  static func signal(of owner: RoleID) -> CapSlot? {
    owner == .seriald ? ServiceSlot.peer(1) : nil
  }

  /// Where deviced has the endpoint of a family that it passes on.
  static func source(of kind: EndpointKind) -> CapSlot? {
    switch kind {
    case .com1: ServiceSlot.control(2)
    case .i8042: ServiceSlot.control(3)
    default: nil
    }
  }

  /// Answers a request.
  public mutating func answer<S: System>(
    _ message: Message, _ system: inout S
  ) throws(ResultCode) -> Reply {
    let request: DevicedRequest = try system.decode(message)
    let asker = try Asker(message.badge)
    let reply: DevicedReply
    switch request {
    case .seedBinding, .seedCapability, .seal: reply = try seed(request, asker)
    case .registerHAL(let interface):
      try registerOwner(interface, asker, &system)
      reply = .registerHAL
    case .registerProvider(let interface):
      try registerProvider(interface, asker, &system)
      reply = .registerProvider
    case .resolveProvider(let interface): reply = try resolve(interface, asker, &system)
    case .reportDevice(let report):
      try asker.require(.probed)
      try note(report, &system)
      reply = .reportDevice
    case .probeDone(let count):
      try asker.require(.probed)
      try endScan(count, &system)
      reply = .probeDone
    case .reportHotplug(let kind, let location):
      try asker.require(.hotplugd)
      try hotplug(kind, location, &system)
      reply = .reportHotplug
    case .readDriver(let cursor):
      guard let driver = inventory.driver(from: cursor) else { throw .notFound }
      reply = .readDriver(driver.record)
    case .readDevice(let cursor):
      guard let device = inventory.device(from: cursor) else { throw .notFound }
      reply = .readDevice(device.report, driver: device.driver)
    case .startDriver(let role):
      guard asker.face != .client else { throw .denied }
      try release(role, &system)
      reply = .startDriver
    case .stopDriver(let role):
      guard asker.face != .client else { throw .denied }
      try hold(role, &system)
      reply = .stopDriver
    }
    return .now(try system.encode(reply: reply))
  }

  private mutating func seed(
    _ request: DevicedRequest, _ asker: Asker
  ) throws(ResultCode) -> DevicedReply {
    guard asker.face == .seeding else { throw .denied }
    switch request {
    case .seedBinding(let binding):
      guard Self.signal(of: binding.owner) != nil else { throw .notFound }
      try inventory.seed(binding)
      return .seedBinding
    case .seedCapability(let driver, let register, let descriptor):
      let isFrame = descriptor.type == .deviceFrame
      guard isFrame || Self.source(of: descriptor.kind) != nil else { throw .wrongType }
      guard isFrame || register == 0 else { throw .wrongType }
      try inventory.seed(HardwareRow(descriptor: descriptor, register: register), of: driver)
      return .seedCapability
    default:
      try inventory.seal()
      return .seal(driverCount: UInt32(truncatingIfNeeded: inventory.driverCount))
    }
  }
}

/// Who sent a request.
struct Asker {
  enum Face {
    case seeding
    case client
    case tools
  }

  let badge: Badge
  let face: Face

  /// - Throws: DENIED for a badge of no face.
  init(_ badge: Badge) throws(ResultCode) {
    self.badge = badge
    if DevicedFaces.client.contains(badge) {
      face = .client
    } else if DevicedFaces.seeding.contains(badge) {
      face = .seeding
    } else if DevicedFaces.tools.contains(badge) {
      face = .tools
    } else {
      throw .denied
    }
  }

  /// Whether it is a certain service or driver.
  func isOf(_ role: RoleID) -> Bool { badge == DevicedFaces.client(role) }

  /// The role of a client.
  ///
  /// - Throws: DENIED for another face.
  func role() throws(ResultCode) -> RoleID {
    guard face == .client else { throw .denied }
    return RoleID(
      rawValue: UInt16(truncatingIfNeeded: badge.rawValue - DevicedFaces.client.first))
  }

  /// - Throws: DENIED for anybody else.
  func require(_ role: RoleID) throws(ResultCode) {
    guard isOf(role) else { throw .denied }
  }
}
