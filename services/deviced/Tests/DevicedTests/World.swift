// deviced with a procd and a kernel that write down what they are asked.

import Bootstrap
import CapABI
import DevicedCore
import IPC
import Service
import ServiceTesting

/// deviced and what is around it.
final class World {
  let kernel = TestKernel()
  var deviced: Deviced
  /// What procd was asked, in order.
  var asked: [ProcdRequest] = []
  /// Capabilities that procd was given, by slot.
  var given: [UInt32: TestCapability] = [:]
  /// What procd answers instead, by operation.
  var refusals: [ProcdOperation: ResultCode] = [:]
  /// What DERIVE_BAR_FRAME ends with.
  var frameCode = ResultCode.ok

  static let root = Badge(rawValue: 0x2_0001)
  static let probed = Badge(rawValue: 0x1_0023)
  static let hotplugd = Badge(rawValue: 0x1_0024)
  static let owner = Badge(rawValue: 0x1_0031)
  static let driver = Badge(rawValue: 0x1_0081)
  static let tool = Badge(rawValue: 0x3_0051)
  static let device = DeviceID(rawValue: 0x101)
  static let binding = DriverBinding(
    driver: .drvSerial, owner: .seriald, device: device, interface: .serial)
  static let port = TransferDescriptor(
    slot: CapSlot(rawValue: 8), type: .endpoint, kind: .com1, rights: .send, peer: .none,
    badge: .none)
  static let frame = TransferDescriptor(
    slot: CapSlot(rawValue: 64), type: .deviceFrame, kind: .generic, rights: .read | .write,
    peer: .none, badge: .none)
  static let endpoint = TestCapability(.endpoint, .send, name: "drv-serial")
  static let serialPort = DeviceReport(location: .platform(0), id: device)

  init(heapBytes: Int = 1 << 16, cspaceSlots: UInt32 = 4096) throws {
    var start = Start.sample(.deviced, heapBytes: heapBytes, cspaceSlots: cspaceSlots)
    deviced = try Deviced(&start)
    kernel.slots[ServiceSlot.control(2).rawValue] = TestCapability(
      .endpoint, .send, kind: .com1, name: "com1")
    kernel.slots[ServiceSlot.control(3).rawValue] = TestCapability(
      .endpoint, .send, kind: .i8042, name: "i8042")
    kernel.answer(ServiceSlot.control(0)) { _ in TestMessage(MessageTag(label: 0)) }
    kernel.answer(ServiceSlot.control(1)) { [unowned self] message in
      guard frameCode == .ok else { return .refusing(frameCode) }
      kernel.slots[UInt32(truncatingIfNeeded: message.word(0))] = TestCapability(
        .deviceFrame, .read | .write | .manage,
        name: "register \(message.word(1) >> 32) of \(message.word(1) & 0xFFFF_FFFF)")
      return TestMessage(MessageTag(label: 0, length: 8), [UInt8](repeating: 0, count: 8))
    }
    kernel.serve(ServiceSlot.peer(0), ProcdRequest.self) {
      [unowned self] request, capabilities -> (ProcdReply, [TestCapability]) in
      asked.append(request)
      if let code = refusals[request.operation] { throw code }
      switch request {
      case .addCapability(_, let descriptor):
        given[descriptor.slot.rawValue] = capabilities[0]
        return (.addCapability, [])
      case .startService: return (.startService(ProcessID(rawValue: 1)), [])
      case .stopService: return (.stopService, [])
      default: throw ResultCode.unsupported
      }
    }
  }

  @discardableResult
  func ask(
    _ request: DevicedRequest, as badge: Badge = World.root,
    _ capabilities: [TestCapability] = []
  ) throws -> DevicedReply {
    try kernel.ask(&deviced, request, badge: badge, capabilities).reply
  }

  func code(
    _ request: DevicedRequest, as badge: Badge = World.root,
    _ capabilities: [TestCapability] = []
  ) -> ResultCode? {
    do {
      try ask(request, as: badge, capabilities)
      return nil
    } catch {
      return error as? ResultCode
    }
  }

  /// The serial driver with its port, sealed.
  func seed(_ rows: [(TransferDescriptor, UInt8)] = [(World.port, 0)]) throws {
    try ask(.seedBinding(Self.binding))
    for (descriptor, register) in rows {
      try ask(.seedCapability(driver: .drvSerial, register: register, descriptor))
    }
    try ask(.seal)
  }

  /// The same, with its device, its owner, and a driver that serves.
  func serve() throws {
    try seed()
    try report(Self.serialPort)
    try ask(.registerHAL(.serial), as: Self.owner)
    try ask(.registerProvider(.serial), as: Self.driver, [Self.endpoint])
  }

  func report(_ device: DeviceReport) throws {
    try ask(.reportDevice(device), as: Self.probed)
  }

  /// Reports devices as a whole scan.
  func scan(_ devices: [DeviceReport]) throws {
    for device in devices { try report(device) }
    try ask(.probeDone(deviceCount: UInt32(devices.count)), as: Self.probed)
  }

  var flags: DriverFlags {
    guard case .readDriver(let record)? = try? ask(.readDriver(cursor: .none)) else {
      return .none
    }
    return record.flags
  }

  var starts: Int { asked.filter { $0 == .startService(.drvSerial) }.count }
  var stops: Int { asked.filter { $0 == .stopService(.drvSerial) }.count }
  /// Signals to the owner of the serial interface.
  var signals: Int { kernel.notified.filter { $0.slot == ServiceSlot.peer(1) }.count }
  /// Signals to probed.
  var rescans: Int { kernel.notified.filter { $0.slot == ServiceSlot.peer(2) }.count }
  /// Lines in the kernel's log.
  var lines: [String] {
    kernel.calls.filter { $0.slot == ServiceSlot.control(0) }
      .map { String(decoding: $0.message.body, as: UTF8.self) }
  }

  /// Locations of all devices.
  var locations: [UInt32] {
    var found: [UInt32] = []
    var next: UInt32 = 0
    while case .readDevice(let report, _)? = try? ask(.readDevice(cursor: next)) {
      found.append(report.location.rawValue)
      next = report.location.rawValue + 1
    }
    return found
  }
}
