// Each operation of irqd with each of its errors, against a kernel that keeps the state of lines.

import Bootstrap
import CapABI
import IPC
import IrqdCore
import Service
import ServiceTesting
import Testing

private let root = Badge(rawValue: 0x2_0001)
private let driver = Badge(rawValue: 0x1_0081)
private let other = Badge(rawValue: 0x1_0082)
private let tool = Badge(rawValue: 0x3_0051)
private let millisecond: UInt64 = 1_000_000

/// irqd on a machine with 24 lines.
final class IrqWorld {
  let kernel = TestKernel()
  var irqd: Irqd
  var now: UInt64 = 5_000_000_000
  /// Lines that are open, with the flags they were configured with.
  var open: [UInt64: UInt64] = [:]
  /// Events that wait.
  var waiting: [UInt64] = []
  /// Lines whose event was taken.
  var taken: Set<UInt64> = []
  static let notification = TestCapability(
    .notification, .send, badge: Badge(rawValue: 1), name: "driver's")

  init(heapBytes: Int = 1 << 16, cspaceSlots: UInt32 = 4096) throws {
    kernel.slots[StartupSlot.notification.rawValue] = TestCapability(
      .notification, .send | .receive, name: "own")
    var start = Start.sample(.irqd, heapBytes: heapBytes, cspaceSlots: cspaceSlots)
    var system = kernel.system
    irqd = try Irqd(&start, &system)
    kernel.answer(ServiceSlot.control(0)) { [unowned self] in control($0) }
  }

  private func control(_ message: TestMessage) -> TestMessage {
    let line = message.word(0) & 0xFFFF_FFFF
    switch ControlOperation(rawValue: message.tag.label) {
    case .readMonotonicClock: return words([0, now])
    case .waitInterrupt:
      guard let line = waiting.first else { return .refusing(.retry) }
      waiting.removeFirst()
      taken.insert(line)
      return words([line])
    case .configureInterruptLine:
      guard line < 24 else { return .refusing(.invalidArgument) }
      taken.remove(line)
      waiting.removeAll { $0 == line }
      let flags = message.word(0) >> 32
      open[line] = flags & 4 != 0 ? flags : nil
      return words([])
    case .acknowledgeInterrupt:
      guard taken.remove(line) != nil else { return .refusing(.wrongState) }
      open[line] = 4
      return words([])
    default: return .refusing(.unsupported)
    }
  }

  private func words(_ words: [UInt64]) -> TestMessage {
    let body = words.flatMap { word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64($0 * 8)) }
    }
    return TestMessage(MessageTag(label: 0, length: UInt16(body.count)), body)
  }

  @discardableResult
  func ask(
    _ request: IrqdRequest, as badge: Badge = driver, _ capabilities: [TestCapability] = []
  ) throws -> IrqdReply {
    try kernel.ask(&irqd, request, badge: badge, capabilities).reply
  }

  func code(
    _ request: IrqdRequest, as badge: Badge = driver, _ capabilities: [TestCapability] = []
  ) -> ResultCode? {
    do {
      try ask(request, as: badge, capabilities)
      return nil
    } catch {
      return error as? ResultCode
    }
  }

  /// Line 4, seeded for the driver, sealed.
  func seed() throws {
    try ask(.seedHandler(client: driver, line: 4, .none), as: root)
    try ask(.seal, as: root)
  }

  /// The same, with its handler.
  func register() throws {
    try seed()
    try ask(.registerHandler(line: 4, .none), as: driver, [Self.notification])
  }

  /// The line fires, if it is open.
  func fire(_ line: UInt64 = 4) {
    guard open.removeValue(forKey: line) != nil else { return }
    waiting.append(line)
    kernel.arrive(signal: 1)
    kernel.run(&irqd)
  }

  func pass(_ nanoseconds: UInt64) {
    now += nanoseconds
    guard let due = irqd.deadline, due <= now else { return }
    kernel.arriveTime()
    kernel.run(&irqd)
  }

  /// How often the driver was signalled.
  var signals: Int {
    kernel.notified.filter { $0.slot.rawValue > ServiceSlot.firstFree }.count
  }

  func record(_ cursor: UInt32 = 0) throws -> LineRecord {
    guard case .readLine(let record) = try ask(.readLine(cursor: cursor), as: tool) else {
      throw TestFailure.noReply
    }
    return record
  }

  /// So many events, each acknowledged.
  func storm(_ count: Int) throws {
    for _ in 0..<count {
      fire()
      try ask(.acknowledge(line: 4))
    }
  }
}

struct IrqdTests {
  @Test func `its faces are those of the boot configuration`() throws {
    let declared = try DeclaredService(.irqd)
    #expect(declared.face("control") == IrqdFaces.seeding)
    #expect(declared.face("public") == IrqdFaces.handler)
    #expect(declared.face("provider") == IrqdFaces.tools)
  }

  @Test func `it serves when it is sealed`() throws {
    let world = try IrqWorld()
    #expect(!world.irqd.isReady)
    let reply = try world.ask(.seal, as: root)
    #expect(reply == .seal(handlerCount: 0) && world.irqd.isReady)
    #expect(world.code(.seal, as: root) == .sealed)
  }

  @Test func `seeding the same again is no error, another is`() throws {
    let world = try IrqWorld()
    let seed = IrqdRequest.seedHandler(client: driver, line: 4, .level)
    #expect(world.code(seed, as: root) == nil && world.code(seed, as: root) == nil)
    #expect(world.code(.seedHandler(client: other, line: 4, .level), as: root) == .exists)
    #expect(world.code(.seedHandler(client: driver, line: 4, .none), as: root) == .exists)
    let reply = try world.ask(.seal, as: root)
    #expect(reply == .seal(handlerCount: 1))
    #expect(world.code(seed, as: root) == .sealed)
  }

  @Test func `seeds have a limit`() throws {
    let world = try IrqWorld(heapBytes: 1024)
    var line: UInt32 = 0
    var code: ResultCode?
    while code == nil, line < 100 {
      code = world.code(.seedHandler(client: driver, line: line, .none), as: root)
      line += 1
    }
    #expect(code == .limitReached && line > 1)
  }

  @Test(arguments: [0x1_0081, 0x3_0051, 0x4_0001, 0] as [UInt64])
  func `only rootd seeds`(badge: UInt64) throws {
    let world = try IrqWorld()
    let asker = Badge(rawValue: badge)
    #expect(
      world.code(.seedHandler(client: driver, line: 4, .none), as: asker) == .denied)
    #expect(world.code(.seal, as: asker) == .denied)
  }

  @Test(arguments: [root, tool]) func `only drivers handle lines`(badge: Badge) throws {
    let world = try IrqWorld()
    try world.seed()
    #expect(
      world.code(.registerHandler(line: 4, .none), as: badge, [IrqWorld.notification])
        == .denied)
    #expect(world.code(.acknowledge(line: 4), as: badge) == .denied)
    #expect(world.code(.setMask(line: 4, isMasked: true), as: badge) == .denied)
  }

  @Test func `a registration before the seal is too early`() throws {
    let world = try IrqWorld()
    try world.ask(.seedHandler(client: driver, line: 4, .none), as: root)
    #expect(
      world.code(.registerHandler(line: 4, .none), [IrqWorld.notification]) == .wrongState)
  }

  @Test func `a registration that is not exactly the seeded one is refused`() throws {
    let world = try IrqWorld()
    try world.seed()
    let carried = [IrqWorld.notification]
    #expect(world.code(.registerHandler(line: 4, .level), carried) == .notFound)
    #expect(world.code(.registerHandler(line: 3, .none), carried) == .notFound)
    #expect(world.code(.registerHandler(line: 4, .none), as: other, carried) == .notFound)
    #expect(world.open.isEmpty)
  }

  @Test func `a registration brings a notification to signal`() throws {
    let world = try IrqWorld()
    try world.seed()
    let request = IrqdRequest.registerHandler(line: 4, .none)
    #expect(world.code(request, [TestCapability(.endpoint, .send)]) == .wrongType)
    #expect(world.code(request, [TestCapability(.notification, .receive)]) == .missingRight)
    #expect(world.open.isEmpty)
    #expect(world.code(request, [IrqWorld.notification]) == nil)
    #expect(world.open[4] == 4)
  }

  @Test func `a line that the machine does not have is refused`() throws {
    let world = try IrqWorld()
    try world.ask(.seedHandler(client: driver, line: 99, .none), as: root)
    try world.ask(.seal, as: root)
    let request = IrqdRequest.registerHandler(line: 99, .none)
    #expect(world.code(request, [IrqWorld.notification]) == .invalidArgument)
    #expect(try world.record().state == .unused)
  }

  @Test func `flags reach the kernel`() throws {
    let world = try IrqWorld()
    try world.ask(.seedHandler(client: driver, line: 9, .level | .activeLow), as: root)
    try world.ask(.seal, as: root)
    try world.ask(
      .registerHandler(line: 9, .level | .activeLow), as: driver, [IrqWorld.notification])
    #expect(world.open[9] == 7)
  }

  @Test func `an event is delivered once, and the next after the acknowledgement`() throws {
    let world = try IrqWorld()
    try world.register()
    world.fire()
    world.fire()
    #expect(world.signals == 1)
    #expect(try world.record().state == .delivered)
    try world.ask(.acknowledge(line: 4))
    world.fire()
    #expect(world.signals == 2)
    #expect(try world.record().eventCount == 2)
  }

  @Test func `an acknowledgement may come one-way`() throws {
    let world = try IrqWorld()
    try world.register()
    world.fire()
    try world.kernel.tell(&world.irqd, IrqdRequest.acknowledge(line: 4), badge: driver)
    #expect(world.open[4] != nil)
  }

  @Test func `what was not delivered is not acknowledged`() throws {
    let world = try IrqWorld()
    try world.seed()
    #expect(world.code(.acknowledge(line: 4)) == .wrongState)
    try world.ask(.registerHandler(line: 4, .none), as: driver, [IrqWorld.notification])
    #expect(world.code(.acknowledge(line: 4)) == .wrongState)
    world.fire()
    #expect(world.code(.acknowledge(line: 4), as: other) == .notFound)
    #expect(world.code(.acknowledge(line: 5)) == .notFound)
  }

  @Test func `a masked line is closed until it is opened`() throws {
    let world = try IrqWorld()
    try world.seed()
    #expect(world.code(.setMask(line: 4, isMasked: true)) == .wrongState)
    try world.ask(.registerHandler(line: 4, .none), as: driver, [IrqWorld.notification])
    #expect(world.code(.setMask(line: 4, isMasked: true), as: other) == .notFound)
    try world.ask(.setMask(line: 4, isMasked: true))
    #expect(world.open.isEmpty)
    #expect(try world.record().state == .masked)
    try world.ask(.setMask(line: 4, isMasked: false))
    #expect(world.open[4] != nil)
  }

  @Test func `a line that is masked while its event is dealt with stays closed`() throws {
    let world = try IrqWorld()
    try world.register()
    world.fire()
    try world.ask(.setMask(line: 4, isMasked: true))
    try world.ask(.acknowledge(line: 4))
    #expect(world.open.isEmpty)
    #expect(try world.record().state == .masked)
    try world.ask(.setMask(line: 4, isMasked: false))
    world.fire()
    #expect(world.signals == 2)
  }

  @Test func `a second registration forgets the event and the mask`() throws {
    let world = try IrqWorld()
    try world.register()
    world.fire()
    try world.ask(.setMask(line: 4, isMasked: true))
    try world.ask(.registerHandler(line: 4, .none), as: driver, [IrqWorld.notification])
    #expect(world.open[4] != nil)
    #expect(try world.record().state == .open)
    #expect(world.kernel.slots.values.filter { $0.name == "driver's" }.count == 1)
  }

  @Test func `a handler that is gone closes its line`() throws {
    let world = try IrqWorld()
    try world.register()
    world.kernel.notifyStatus = .emptySlot
    world.fire()
    #expect(world.open.isEmpty)
    #expect(try world.record().state == .unused)
  }

  @Test func `lines are read in order`() throws {
    let world = try IrqWorld()
    try world.ask(.seedHandler(client: other, line: 12, .none), as: root)
    try world.seed()
    #expect(try world.record(0).line == 4)
    #expect(try world.record(5).line == 12)
    #expect(try world.record(5).client == other)
    #expect(world.code(.readLine(cursor: 13), as: tool) == .notFound)
    #expect(world.code(.readLine(cursor: 0), as: Badge(rawValue: 0x5_0001)) == .denied)
  }

  @Test func `a start without memory or slots is refused`() {
    #expect(throws: ReadinessCode.noMemory) { try IrqWorld(heapBytes: 64) }
    #expect(throws: ReadinessCode.noMemory) { try IrqWorld(cspaceSlots: 2057) }
  }
}

struct StormTests {
  @Test func `the fastest serial port is no storm`() throws {
    let world = try IrqWorld()
    try world.register()
    for _ in 0..<30 {
      // 12 000 events a second, for three seconds.
      try world.storm(1200)
      world.pass(100 * millisecond)
    }
    #expect(try world.record().stormCount == 0 && world.open[4] != nil)
  }

  @Test func `too many events make a line pause`() throws {
    let world = try IrqWorld()
    try world.register()
    try world.storm(2001)
    #expect(try world.record().state == .paused)
    #expect(world.open.isEmpty && world.irqd.deadline == world.now + 10 * millisecond)
    world.pass(10 * millisecond - 1)
    #expect(world.open.isEmpty)
    world.pass(1)
    #expect(world.open[4] != nil && world.irqd.deadline == nil)
    #expect(try world.record().stormCount == 1)
    world.fire()
    #expect(world.signals == 2002)
  }

  @Test func `the pause doubles up to its limit and begins anew after a calm second`() throws {
    let world = try IrqWorld()
    try world.register()
    for pause in [10, 20, 40, 80, 160, 320, 640, 1280, 1280] as [UInt64] {
      try world.storm(2001)
      #expect(world.irqd.deadline == world.now + pause * millisecond)
      world.pass(pause * millisecond)
    }
    world.pass(1_000 * millisecond)
    try world.storm(2001)
    #expect(world.irqd.deadline == world.now + 10 * millisecond)
  }

  @Test func `the log hears of the first pause only`() throws {
    let world = try IrqWorld()
    try world.register()
    for _ in 0..<3 {
      try world.storm(2001)
      world.pass(2_000 * millisecond)
    }
    #expect(world.kernel.notified.filter { $0.slot == StartupSlot.log }.count == 1)
  }

  @Test func `a line that is masked in its pause stays closed`() throws {
    let world = try IrqWorld()
    try world.register()
    try world.storm(2001)
    try world.ask(.setMask(line: 4, isMasked: true))
    world.pass(10 * millisecond)
    #expect(world.open.isEmpty)
    #expect(try world.record().state == .masked)
  }

  @Test func `a new handler does not end a pause`() throws {
    let world = try IrqWorld()
    try world.register()
    try world.storm(2001)
    try world.ask(.registerHandler(line: 4, .none), as: driver, [IrqWorld.notification])
    #expect(world.open.isEmpty)
    world.pass(10 * millisecond)
    #expect(world.open[4] != nil)
  }
}
