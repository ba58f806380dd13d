// What the services of devices answer to somebody for whom nothing was seeded, and to rootd's own
// face when it comes too late; what they found on this machine.

import CapABI
import IPC
import Sys

extension Test {
  /// Late and inexact registrations, and the lists that everybody may read.
  mutating func useDevices() {
    refuseLines()
    refuseDrivers()
    readDevices()
    let scan = code(of: ProbedRequest.readLastScan, to: Slots.probed, ProbedReply.self)
    expect(scan == .ok, "probed tells its last scan")
    let discover = code(of: ProbedRequest.discover, to: Slots.probed, ProbedReply.self)
    expect(discover == .denied, "DISCOVER of probed through the public face is DENIED")
    let event = code(of: HotplugdRequest.readLastEvent, to: Slots.hotplugd, HotplugdReply.self)
    expect(event == .notFound, "nothing was plugged in, so there is no event")
    let look = code(of: HotplugdRequest.discover, to: Slots.hotplugd, HotplugdReply.self)
    expect(look == .denied, "DISCOVER of hotplugd through the public face is DENIED")
  }

  private mutating func refuseLines() {
    let seed = IrqdRequest.seedHandler(client: Badge(rawValue: 0x1_1019), line: 3, .none)
    expect(
      code(of: seed, to: Slots.irqdSeeding, IrqdReply.self) == .sealed,
      "SEED_HANDLER after the seal is SEALED")
    expect(
      code(of: IrqdRequest.seal, to: Slots.irqdSeeding, IrqdReply.self) == .sealed,
      "a second SEAL of irqd is SEALED")
    expect(
      code(of: seed, to: Slots.irqd, IrqdReply.self) == .denied,
      "SEED_HANDLER through the public face is DENIED")
    // None of them is seeded for a program; the serial port's is for its driver.
    for line in 3...5 as ClosedRange<UInt32> {
      expect(register(line) == .notFound, "REGISTER_HANDLER of another's line is NOT_FOUND")
    }
    expect(
      code(of: IrqdRequest.acknowledge(line: 4), to: Slots.irqd, IrqdReply.self) == .notFound,
      "ACKNOWLEDGE of another's line is NOT_FOUND")
    expect(
      code(of: IrqdRequest.setMask(line: 4, isMasked: true), to: Slots.irqd, IrqdReply.self)
        == .notFound, "SET_MASK of another's line is NOT_FOUND")
  }

  private mutating func register(_ line: UInt32) -> ResultCode {
    system.send(TransferEntry(slot: StartupSlot.notification, mode: .copy, rights: .receive))
    return code(
      of: IrqdRequest.registerHandler(line: line, .none), to: Slots.irqd, IrqdReply.self)
  }

  private mutating func refuseDrivers() {
    let binding = DriverBinding(
      driver: .drvI8042, owner: .seriald, device: DeviceID(rawValue: 0x102),
      interface: DeviceInterface(rawValue: 9))
    expect(
      code(of: DevicedRequest.seedBinding(binding), to: Slots.devicedSeeding, DevicedReply.self)
        == .sealed, "SEED_BINDING after the seal is SEALED")
    expect(
      code(of: DevicedRequest.registerHAL(.serial), to: Slots.deviced, DevicedReply.self)
        == .denied, "REGISTER_HAL of another's interface is DENIED")
    expect(
      code(
        of: DevicedRequest.resolveProvider(.serial), to: Slots.deviced, DevicedReply.self,
        landing: Slots.landing) == .denied, "RESOLVE_PROVIDER of another's interface is DENIED")
    let report = DeviceReport(location: .platform(9), id: .none)
    expect(
      code(of: DevicedRequest.reportDevice(report), to: Slots.deviced, DevicedReply.self)
        == .denied, "REPORT_DEVICE of anybody but probed is DENIED")
    expect(
      code(of: DevicedRequest.stopDriver(.drvSerial), to: Slots.deviced, DevicedReply.self)
        == .denied, "STOP_DRIVER through the public face is DENIED")
  }

  /// The platform's serial port and the host bridge are there, each once.
  private mutating func readDevices() {
    var next: UInt32 = 0
    var count: UInt64 = 0
    var ports = 0
    var bridges = 0
    while case .readDevice(let report, _)? = try? system.ask(
      DevicedRequest.readDevice(cursor: next), of: Slots.deviced, DevicedReply.self,
      deadline: limit)
    {
      count += 1
      if report.location == .platform(0) { ports += 1 }
      if report.classCode >> 16 == 0x0600 { bridges += 1 }
      guard report.location.rawValue < .max else { break }
      next = report.location.rawValue + 1
    }
    tell("devices:", count)
    expect(ports == 1 && bridges == 1, "the serial port and the host bridge are there")
  }
}
