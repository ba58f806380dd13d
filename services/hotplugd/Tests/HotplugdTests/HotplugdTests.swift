// Each operation of hotplugd with each of its errors, and its look at the kernel's events.

import Bootstrap
import CapABI
import HotplugdCore
import IPC
import Service
import ServiceTesting
import Testing

private let control = Badge(rawValue: 0x2_0022)
private let client = Badge(rawValue: 0x1_0051)
private let interval: UInt64 = 500_000_000

/// hotplugd with a kernel's queue and a deviced that writes down what it is told.
final class PlugWorld {
  let kernel = TestKernel()
  var hotplugd: Hotplugd
  /// Kind and address of events that wait.
  var waiting: [(UInt64, UInt64)] = []
  var reported: [DevicedRequest] = []
  var refusal: ResultCode?

  init() throws {
    var start = Start.sample(.hotplugd, startNanoseconds: 1000)
    hotplugd = try Hotplugd(&start)
    kernel.answer(ServiceSlot.control(0)) { [unowned self] message in
      guard message.tag.label == ControlOperation.waitHotplugEvent.rawValue else {
        return .refusing(.unsupported)
      }
      guard let (kind, address) = waiting.first else { return .refusing(.retry) }
      waiting.removeFirst()
      let body = [kind, address].flatMap { word in
        (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64($0 * 8)) }
      }
      return TestMessage(MessageTag(label: 0, length: 16), body)
    }
    kernel.serve(ServiceSlot.peer(0), DevicedRequest.self) {
      [unowned self] request, _ -> (DevicedReply, [TestCapability]) in
      if let refusal { throw refusal }
      reported.append(request)
      return (.reportHotplug, [])
    }
  }

  func ask(_ request: HotplugdRequest, as badge: Badge = control) throws -> HotplugdReply {
    try kernel.ask(&hotplugd, request, badge: badge).reply
  }

  func code(_ request: HotplugdRequest, as badge: Badge = control) -> ResultCode? {
    do {
      _ = try ask(request, as: badge)
      return nil
    } catch {
      return error as? ResultCode
    }
  }

  func look() {
    kernel.arriveTime()
    kernel.run(&hotplugd)
  }
}

struct HotplugdTests {
  private let world: PlugWorld
  private let place = DeviceLocation(bus: 1, device: 2, function: 0)

  init() throws {
    world = try PlugWorld()
  }

  @Test func `its faces are those of the boot configuration`() throws {
    let declared = try DeclaredService(.hotplugd)
    #expect(declared.face("control") == HotplugdFaces.control)
    #expect(declared.face("public") == HotplugdFaces.client)
  }

  @Test func `it looks twice a second`() {
    #expect(world.hotplugd.deadline == 1000 + interval)
    world.look()
    #expect(world.hotplugd.deadline == 1000 + 2 * interval)
  }

  @Test func `events are reported, the oldest first`() {
    world.waiting = [(1, 0x201), (2, 0x201)]
    world.look()
    #expect(
      world.reported == [.reportHotplug(.inserted, place), .reportHotplug(.removed, place)])
    // Severity, reserved, length, text.
    let lines = world.kernel.notified.filter { $0.slot == StartupSlot.log }
      .map { String(decoding: $0.message.body.dropFirst(4), as: UTF8.self) }
    #expect(lines == ["inserted 01:02.0", "removed 01:02.0"])
  }

  @Test func `it looks when it is signalled`() {
    world.waiting = [(1, 0x201)]
    world.kernel.arrive(signal: 1)
    world.kernel.run(&world.hotplugd)
    #expect(world.reported.count == 1)
  }

  @Test func `it looks when it is asked, and says when nothing waits`() throws {
    #expect(world.code(.discover) == .retry)
    world.waiting = [(1, 0x201), (1, 0x301)]
    let reply = try world.ask(.discover)
    #expect(reply == .discover(eventCount: 2))
  }

  @Test func `the latest event can be read`() throws {
    #expect(world.code(.readLastEvent, as: client) == .notFound)
    world.waiting = [(1, 0x201), (2, 0x201)]
    world.look()
    let reply = try world.ask(.readLastEvent, as: client)
    #expect(
      reply == .readLastEvent(HotplugEvent(number: 2, kind: .removed, location: place)))
  }

  @Test func `an event that deviced does not take is reported again`() {
    world.refusal = .retry
    world.waiting = [(1, 0x201), (2, 0x201)]
    world.look()
    #expect(world.waiting.count == 1 && world.code(.discover) == .retry)
    world.refusal = nil
    world.look()
    #expect(
      world.reported == [.reportHotplug(.inserted, place), .reportHotplug(.removed, place)])
  }

  @Test func `what is no event is passed over`() {
    world.waiting = [(3, 0x201), (1, 0x8000_0000), (1, 0xFFFF_FFFF), (1, 0x201)]
    world.look()
    #expect(world.reported == [.reportHotplug(.inserted, place)])
  }

  @Test func `a flood is taken in parts`() {
    world.waiting = Array(repeating: (1, 0x201), count: 40)
    world.look()
    #expect(world.reported.count == 32)
    world.look()
    #expect(world.reported.count == 40)
  }

  @Test func `other faces are refused`() {
    #expect(world.code(.discover, as: client) == .denied)
    #expect(world.code(.discover, as: Badge(rawValue: 0x3_0001)) == .denied)
    #expect(world.code(.readLastEvent, as: Badge(rawValue: 0x5_0024)) == .denied)
  }
}
