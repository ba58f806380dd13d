// Each operation of timed with each of its errors, and its timers as time passes.

import Bootstrap
import CapABI
import IPC
import Service
import ServiceTesting
import Testing
import TimedCore

private let client = Badge(rawValue: 0x1_0013)
private let other = Badge(rawValue: 0x1_0014)
private let firstSlot = ServiceSlot.firstFree
private let millisecond: UInt64 = 1_000_000
private let notification = TestCapability(.notification, .send, name: "client's")

/// timed, with a clock that the test sets.
final class TimeWorld {
  let kernel = TestKernel()
  var timed: Timed
  var now: UInt64 = 1000
  var clockCode = ResultCode.ok

  init(heapBytes: Int = 1 << 16, wallOffset: UInt64 = 0, cspaceSlots: UInt32 = 4096) throws {
    var start = Start.sample(
      .timed, heapBytes: heapBytes, cspaceSlots: cspaceSlots, wallOffset: wallOffset)
    timed = try Timed(&start)
    kernel.answer(ServiceSlot.control(0)) { [unowned self] message in
      guard message.tag.label == ControlOperation.readMonotonicClock.rawValue else {
        return .refusing(.unsupported)
      }
      guard clockCode == .ok else { return .refusing(clockCode) }
      var body = [UInt8](repeating: 0, count: 32)
      for byte in 0..<8 { body[8 + byte] = UInt8(truncatingIfNeeded: now >> UInt64(byte * 8)) }
      return TestMessage(MessageTag(label: 0, length: 32), body)
    }
  }

  func ask(
    _ request: TimedRequest, as badge: Badge = client, _ capabilities: [TestCapability] = []
  ) throws -> TimedReply {
    try kernel.ask(&timed, request, badge: badge, capabilities).reply
  }

  func code(
    _ request: TimedRequest, as badge: Badge = client, _ capabilities: [TestCapability] = []
  ) -> ResultCode? {
    do {
      _ = try ask(request, as: badge, capabilities)
      return nil
    } catch {
      return error as? ResultCode
    }
  }

  /// Sends WAIT_UNTIL, whose reply is expected to be saved.
  func wait(_ nanoseconds: UInt64, _ flags: WaitFlags = .none, as badge: Badge = client) throws {
    let before = kernel.replies.count
    let request = TimedRequest.waitUntil(nanoseconds: nanoseconds, flags: flags)
    kernel.arrive(try TestMessage(request), badge: badge)
    kernel.run(&timed)
    #expect(kernel.replies.count == before)
  }

  /// Starts a periodic timer.
  func start(
    _ first: UInt64, every period: UInt64 = millisecond, as badge: Badge = client
  ) throws -> TimerID {
    let request = TimedRequest.setPeriodic(firstNanoseconds: first, periodNanoseconds: period)
    guard case .setPeriodic(let number) = try ask(request, as: badge, [notification]) else {
      throw TestFailure.noReply
    }
    return number
  }

  /// Lets time pass to an instant: the wait of timed ends by its deadline.
  func pass(to time: UInt64) {
    now = time
    kernel.arriveTime()
    kernel.run(&timed)
  }

  /// The times that waiters were told, in order.
  var toldTimes: [UInt64] {
    kernel.replies.filter { $0.slot != StartupSlot.endpoint }.map { $0.message.word(0) }
  }
}

struct TimedTests {
  private let world: TimeWorld

  init() throws {
    world = try TimeWorld()
  }

  // MARK: Clocks

  @Test func `the face is that of the boot configuration`() throws {
    #expect(try DeclaredService(.timed).face("public") == TimedFaces.client)
    for role in [RoleID.logd, .crashd] {
      let badges = try DeclaredService(role).badges(at: .timed)
      #expect(badges.allSatisfy(TimedFaces.client.contains))
    }
  }

  @Test(arguments: [UInt64(0), 0x2_0001, 0x5_0005, .max])
  func `a badge of another face is denied`(badge: UInt64) {
    let badge = Badge(rawValue: badge)
    #expect(world.code(.nowMonotonic, as: badge) == .denied)
    #expect(world.code(.waitUntil(nanoseconds: 0, flags: .none), as: badge) == .denied)
  }

  @Test func `the monotonic clock is the kernel's`() throws {
    #expect(try world.ask(.nowMonotonic) == .nowMonotonic(nanoseconds: 1000))
    world.now = .max
    #expect(try world.ask(.nowMonotonic) == .nowMonotonic(nanoseconds: .max))
  }

  @Test func `a clock that does not answer is an internal error`() {
    world.clockCode = .missingRight
    #expect(world.code(.nowMonotonic) == .internal)
  }

  @Test func `the wall clock is the firmware's plus the time since`() throws {
    let world = try TimeWorld(wallOffset: 1_700_000_000 * 1_000_000_000 + 999_999_500)
    #expect(
      try world.ask(.nowWall)
        == .nowWall(WallTime(seconds: 1_700_000_001, nanoseconds: 500, source: .firmware)))
  }

  @Test func `without a wall clock counting begins at 1970, and says so`() throws {
    world.now = 3_000_000_007
    #expect(
      try world.ask(.nowWall) == .nowWall(WallTime(seconds: 3, nanoseconds: 7, source: .synthetic)))
  }

  // MARK: WAIT_UNTIL

  @Test func `a time that is past is answered at once`() throws {
    for time in [UInt64(0), 999, 1000] {
      let request = TimedRequest.waitUntil(nanoseconds: time, flags: .none)
      #expect(try world.ask(request) == .waitUntil(nanoseconds: 1000))
    }
    let request = TimedRequest.waitUntil(nanoseconds: 0, flags: .relative)
    #expect(try world.ask(request) == .waitUntil(nanoseconds: 1000))
    #expect(world.timed.deadline == nil)
  }

  @Test func `a wait is answered when its time has come and not before`() throws {
    try world.wait(5000)
    #expect(world.timed.deadline == 5000)
    world.pass(to: 4999)
    #expect(world.toldTimes.isEmpty)
    world.pass(to: 5003)
    #expect(world.toldTimes == [5003])
    #expect(world.timed.deadline == nil && world.kernel.slots.isEmpty)
  }

  @Test func `a relative wait counts from its arrival`() throws {
    try world.wait(500, .relative)
    #expect(world.timed.deadline == 1500)
    try world.wait(.max, .relative)
    world.pass(to: 1500)
    #expect(world.timed.deadline == .max)
  }

  @Test func `waits end in the order of their times, those of one time all at once`() throws {
    for time in [9000, 3000, 5000, 3000, 7000] as [UInt64] { try world.wait(time) }
    world.pass(to: 3000)
    #expect(world.toldTimes == [3000, 3000])
    world.pass(to: 8000)
    #expect(world.toldTimes == [3000, 3000, 8000, 8000])
    #expect(world.timed.deadline == 9000)
  }

  @Test func `a request ends the waits that are due, so a flood holds up nobody`() throws {
    try world.wait(2000)
    world.now = 2001
    _ = try world.ask(.nowMonotonic, as: other)
    #expect(world.toldTimes == [2001])
  }

  @Test func `many that are due at once end in steps`() throws {
    let world = try TimeWorld(heapBytes: 1 << 20)
    for _ in 0..<100 { try world.wait(2000) }
    world.pass(to: 2000)
    #expect(world.toldTimes.count == 32)
    #expect(world.timed.deadline == 2000)
    for _ in 0..<3 { world.pass(to: 2000) }
    #expect(world.toldTimes.count == 100)
  }

  @Test func `a badge has an eighth of the timers, and others still get theirs`() throws {
    var count = 0
    while count < 10_000 {
      let before = world.kernel.replies.count
      let request = TimedRequest.waitUntil(nanoseconds: 5000, flags: .none)
      world.kernel.arrive(try TestMessage(request), badge: client)
      world.kernel.run(&world.timed)
      guard world.kernel.replies.count == before else { break }
      count += 1
    }
    #expect(world.kernel.replies.last?.message.tag.result == .limitReached)
    #expect(count > 10 && count < 10_000)
    for badge in UInt64(1)...7 {
      for _ in 0..<count { try world.wait(5000, as: Badge(rawValue: 0x1_0100 + badge)) }
    }
    // The division left fewer than eight over.
    var rest = 0
    while world.code(
      .setPeriodic(firstNanoseconds: 9000, periodNanoseconds: millisecond),
      as: Badge(rawValue: 0x1_0200 + UInt64(rest)), [notification]) == nil
    {
      rest += 1
    }
    #expect(rest < 8)
    while world.timed.deadline == 5000 { world.pass(to: 5000) }
    try world.wait(6000)
  }

  // MARK: Clients that are gone

  /// Waits as often as it may.
  private func waitUntilFull(_ world: TimeWorld, as badge: Badge = client) throws -> Int {
    for count in 0..<10_000 {
      let before = world.kernel.replies.count
      let request = TimedRequest.waitUntil(nanoseconds: 5000, flags: .none)
      world.kernel.arrive(try TestMessage(request), badge: badge)
      world.kernel.run(&world.timed)
      guard world.kernel.replies.count == before else { return count }
    }
    throw TestFailure.noReply
  }

  @Test func `what a client left that died is no obstacle to its next instance`() throws {
    let count = try waitUntilFull(world)
    #expect(count > 10)
    // The kernel takes the replies away that a process waited for when it ends.
    for slot in world.kernel.slots.keys { world.kernel.slots[slot] = nil }
    #expect(try waitUntilFull(world) == count)
    world.pass(to: 5000)
    while world.timed.deadline != nil { world.pass(to: 5000) }
    #expect(world.toldTimes.count == count)
  }

  @Test func `a client that waits keeps all its waits`() throws {
    let count = try waitUntilFull(world)
    for _ in 0..<count { #expect(try waitUntilFull(world) == 0) }
    while world.timed.deadline != nil { world.pass(to: 5000) }
    #expect(world.toldTimes.count == count)
  }

  @Test func `one that is gone for good is found while others add timers`() throws {
    let count = try waitUntilFull(world)
    for slot in world.kernel.slots.keys { world.kernel.slots[slot] = nil }
    for _ in 0..<count { _ = try world.start(9000, as: other) }
    // The first request looked at nothing that was gone before; two of each were.
    while world.timed.deadline == 5000 { world.pass(to: 5000) }
    #expect(world.toldTimes.isEmpty)
    #expect(world.kernel.slots.count == count)
  }

  @Test func `a periodic timer without its notification makes room too`() throws {
    var numbers: [TimerID] = []
    while let number = try? world.start(5000) { numbers.append(number) }
    world.kernel.slots[firstSlot + 1] = nil
    while (try? world.start(6000)) == nil {}
    #expect(world.code(.cancel(numbers[1])) == .notFound)
    for number in numbers where number != numbers[1] {
      #expect(try world.ask(.cancel(number)) == .cancel)
    }
  }

  // MARK: SET_PERIODIC

  @Test func `a periodic timer signals at first and then every period`() throws {
    _ = try world.start(5000)
    #expect(world.kernel.slots == [firstSlot: notification])
    #expect(world.timed.deadline == 5000)
    world.pass(to: 4999)
    #expect(world.kernel.notified.isEmpty)
    world.pass(to: 5000)
    #expect(world.kernel.notified.map(\.slot.rawValue) == [firstSlot])
    #expect(world.timed.deadline == 5000 + millisecond)
    world.pass(to: 5000 + millisecond + 1)
    #expect(world.kernel.notified.count == 2)
    #expect(world.timed.deadline == 5000 + 2 * millisecond)
  }

  @Test func `periods that were missed are not made up for`() throws {
    _ = try world.start(5000)
    world.pass(to: 5000 + 10 * millisecond + 3)
    #expect(world.kernel.notified.count == 1)
    #expect(world.timed.deadline == 5000 + 11 * millisecond)
  }

  @Test func `a first time that is past is signalled at once`() throws {
    _ = try world.start(0)
    world.pass(to: 1001)
    #expect(world.kernel.notified.count == 1)
    #expect(world.timed.deadline == millisecond)
  }

  @Test func `at the end of the clock a timer waits for ever`() throws {
    _ = try world.start(.max - 5)
    world.pass(to: .max - 5)
    #expect(world.kernel.notified.count == 1)
    #expect(world.timed.deadline == .max)
  }

  @Test func `only a notification that can be signalled is taken`() throws {
    let request = TimedRequest.setPeriodic(
      firstNanoseconds: 0, periodNanoseconds: millisecond)
    let endpoint = TestCapability(.endpoint, .send)
    #expect(world.code(request, [endpoint]) == .wrongType)
    let deaf = TestCapability(.notification, .receive)
    #expect(world.code(request, [deaf]) == .missingRight)
    #expect(world.kernel.slots.isEmpty && world.timed.deadline == nil)
  }

  @Test func `of the notification only the right to signal is kept, and its badge`() throws {
    let request = TimedRequest.setPeriodic(
      firstNanoseconds: 0, periodNanoseconds: millisecond)
    let given = TestCapability(
      .notification, .send | .receive | .manage, badge: Badge(rawValue: 4), name: "client's")
    _ = try world.ask(request, [given])
    let kept = TestCapability(
      .notification, .send, badge: Badge(rawValue: 4), name: "client's")
    #expect(world.kernel.slots == [firstSlot: kept])
  }

  @Test func `a timer ends when its notification is destroyed`() throws {
    let number = try world.start(5000)
    world.kernel.slots[firstSlot] = nil
    world.kernel.notifyStatus = .emptySlot
    world.pass(to: 5000)
    #expect(world.timed.deadline == nil)
    #expect(world.code(.cancel(number)) == .notFound)
  }

  @Test func `a slot that cannot be backed takes no timer`() throws {
    world.kernel.unbackedSlots = firstSlot..<4096
    let request = TimedRequest.setPeriodic(
      firstNanoseconds: 0, periodNanoseconds: millisecond)
    #expect(world.code(request, [notification]) == .noMemory)
    #expect(world.timed.deadline == nil)
  }

  // MARK: CANCEL

  @Test func `a cancelled timer is gone`() throws {
    let number = try world.start(5000)
    #expect(try world.ask(.cancel(number)) == .cancel)
    #expect(world.timed.deadline == nil && world.kernel.slots.isEmpty)
    #expect(world.code(.cancel(number)) == .notFound)
  }

  @Test func `only its owner cancels a timer`() throws {
    let number = try world.start(5000)
    #expect(world.code(.cancel(number), as: other) == .notFound)
    #expect(world.timed.deadline == 5000)
  }

  @Test func `a wait is not cancelled by guessing its number`() throws {
    try world.wait(5000)
    for number in UInt32(0)...4 {
      #expect(world.code(.cancel(TimerID(rawValue: number))) == .notFound)
    }
    #expect(world.timed.deadline == 5000)
  }

  // MARK: Start

  @Test func `a heap or a CSpace without room for a timer ends the start`() {
    #expect(throws: ReadinessCode.noMemory) { _ = try TimeWorld(heapBytes: 64) }
    #expect(throws: ReadinessCode.noMemory) { _ = try TimeWorld(cspaceSlots: 2048) }
  }
}
