// Restarts by policy: when, how often, after what pause; watchdogs; what depends on what.

import CapABI
import IPC
import ServiceTesting
import Testing

@testable import ProcdCore

struct RestartTests {
  /// Milliseconds until the next instance of timed runs.
  private func pause(_ world: World) -> UInt64? {
    let start = world.clock
    guard let due = world.procd.deadline else { return nil }
    world.advance(to: due)
    return (due - start) / 1_000_000
  }

  @Test func `a service that somebody else ended is started again`() throws {
    let world = try World()
    let first = try world.serve(.timed)
    world.lose(try #require(world.running(.timed)))
    #expect(try world.record(.timed).state == .restarting)
    world.advance(milliseconds: 200)
    try world.hear(.timed, .ready(code: 0))
    let record = try world.record(.timed)
    #expect(record.state == .running && record.process != first && record.restartCount == 1)
  }

  @Test func `pauses double, up to the longest, until the limit is reached`() throws {
    let world = try World()
    try world.serve(.timed) {
      $0.restart.maximumRestarts = 4
      $0.watchdogMilliseconds = 0
    }
    var pauses: [UInt64?] = []
    for round in 1...4 {
      try world.hear(.timed, .exit(code: 1))
      #expect(try world.record(.timed).state == .restarting)
      pauses.append(pause(world))
      #expect(try world.record(.timed).restartCount == UInt32(round))
      #expect(try world.record(.timed).process.rawValue == UInt32(round) + 1)
      try world.hear(.timed, .ready(code: 0))
    }
    #expect(pauses == [100, 200, 300, 300])
    try world.hear(.timed, .exit(code: 1))
    #expect(try world.record(.timed).state == .failed)
    #expect(world.procd.deadline == nil)
    #expect(world.refusal(.awaitReady(.timed)) == .peerDied)
    #expect(world.refusal(.restart(.timed)) == .limitReached)
    #expect(world.accounts.isEmpty && world.heldCount == 6)
  }

  @Test func `a window that is over counts no more`() throws {
    let world = try World()
    try world.serve(.timed) {
      $0.restart.maximumRestarts = 1
      $0.watchdogMilliseconds = 0
    }
    for _ in 0..<3 {
      try world.hear(.timed, .exit(code: 1))
      #expect(pause(world) == 100)
      try world.hear(.timed, .ready(code: 0))
      world.advance(milliseconds: 60_001)
    }
    try world.hear(.timed, .exit(code: 1))
    _ = pause(world)
    try world.hear(.timed, .exit(code: 1))
    #expect(try world.record(.timed).state == .failed)
    world.advance(milliseconds: 60_001)
    #expect(world.refusal(.restart(.timed)) == nil)
  }

  @Test func `without a limit a long life begins the pauses anew`() throws {
    let world = try World()
    try world.serve(.timed) {
      $0.restart.maximumRestarts = 0
      $0.restart.windowSeconds = 0
      $0.watchdogMilliseconds = 0
    }
    var pauses: [UInt64?] = []
    for _ in 0..<20 {
      try world.hear(.timed, .exit(code: 1))
      pauses.append(pause(world))
      try world.hear(.timed, .ready(code: 0))
    }
    #expect(pauses == [100, 200] + [UInt64?](repeating: 300, count: 18))
    world.advance(milliseconds: 301)
    try world.hear(.timed, .exit(code: 1))
    #expect(pause(world) == 100)
  }

  @Test(arguments: [
    (RestartMode.never, UInt32(1), false), (.never, 0, false), (.onFailure, 1, true),
    (.onFailure, 0, false), (.always, 1, true), (.always, 0, true),
  ])
  func `the mode says after which end`(mode: RestartMode, code: UInt32, isRestarted: Bool) throws {
    let world = try World()
    try world.serve(.timed) { $0.restart.mode = mode }
    try world.hear(.timed, .exit(code: code))
    world.advance(milliseconds: 100)
    world.advance(milliseconds: 1)
    #expect((world.running(.timed) != nil) == isRestarted)
  }

  @Test func `a pause of nothing is a restart at the next look`() throws {
    let world = try World()
    try world.serve(.timed) {
      $0.restart = RestartPolicy(
        mode: .always, maximumRestarts: 0, windowSeconds: 0, firstBackOffMilliseconds: 0,
        longestBackOffMilliseconds: 0)
    }
    try world.hear(.timed, .exit(code: 0))
    #expect(world.running(.timed) == nil)
    // Nothing is left to start it from: it is tried again and again, once for each look.
    world.failAt = world.callCount + 1
    world.failure = .noMemory
    world.advance(to: world.clock + 1)
    #expect(world.running(.timed) == nil)
    world.advance(to: world.clock + 2)
    #expect(world.running(.timed) != nil)
  }

  @Test func `a start that fails is a failure, and AWAIT_READY says which`() throws {
    let world = try World()
    try world.serve(.timed) { $0.restart.maximumRestarts = 2 }
    try world.hear(.timed, .exit(code: 1))
    world.failAt = world.callCount + 2
    world.failure = .limitReached
    world.advance(milliseconds: 101)
    #expect(world.refusal(.awaitReady(.timed)) == .limitReached)
    #expect(try world.record(.timed).state == .restarting)
    #expect(world.accounts.isEmpty && world.spaces.isEmpty)
    world.advance(milliseconds: 201)
    #expect(world.running(.timed) != nil)
  }

  @Test func `RESTART ends the instance, starts the next at once and counts`() throws {
    let world = try World()
    #expect(world.refusal(.restart(.timed)) == .notFound)
    try world.serve(.timed)
    let first = try #require(world.running(.timed))
    for _ in 0..<3 {
      try world.ask(.restart(.timed))
      #expect(world.running(.timed) != nil)
    }
    #expect(first.state == .dead)
    #expect(world.refusal(.restart(.timed)) == .limitReached)
    #expect(world.running(.timed) != nil && world.reported.isEmpty)
    #expect(try world.record(.timed).restartCount == 3)
  }

  @Test func `RESTART that fails is answered, and policy goes on`() throws {
    let world = try World()
    try world.serve(.timed)
    world.failAt = world.callCount + 8
    #expect(world.refusal(.restart(.timed)) == .noMemory)
    #expect(try world.record(.timed).state == .restarting)
    world.advance(milliseconds: 201)
    #expect(world.running(.timed) != nil)
  }

  @Test func `without signs of life the watchdog ends the process`() throws {
    let world = try World()
    try world.serve(.timed)
    for _ in 0..<4 {
      world.advance(milliseconds: 1999)
      try world.hear(.timed, .kickWatchdog)
    }
    #expect(try world.record(.timed).state == .running)
    world.advance(milliseconds: 2000)
    #expect(try world.record(.timed).state == .restarting)
    #expect(world.reported.map(\.cause) == [.watchdog])
  }

  @Test func `READY that does not come is an end`() throws {
    let world = try World()
    try world.spawn(.timed)
    try world.hear(.timed, .kickWatchdog)
    world.advance(milliseconds: 9_999)
    #expect(world.running(.timed) != nil)
    world.advance(milliseconds: 1)
    #expect(try world.record(.timed).state == .restarting)
    #expect(world.reported.map(\.cause) == [.notReady])
  }

  @Test func `a flood of messages does not hold up what is due`() throws {
    let world = try World()
    try world.serve(.timed)
    try world.serve(.logd)
    world.clock += 3_000_000_000
    for _ in 0..<300 { try world.hear(.logd, .kickWatchdog) }
    #expect(world.reported.map(\.cause) == [.watchdog])
    #expect(try world.record(.logd).state == .running)
  }

  // MARK: Events

  @Test func `rootd hears of starts that follow and of what is given up`() throws {
    let world = try World()
    try world.serve(.timed) { $0.restart.maximumRestarts = 1 }
    #expect(world.events.isEmpty)
    try world.hear(.timed, .exit(code: 1))
    #expect(world.events.isEmpty)
    world.advance(milliseconds: 101)
    #expect(world.events == [[18, 1]])
    try world.hear(.timed, .exit(code: 1))
    #expect(world.events == [[18, 1], [18, 2]])
    // It has no endpoint to be looked up any more.
    #expect(world.unregistered == [18])
  }

  @Test func `rootd hears when policy or a tool ends a service`() throws {
    let world = try World()
    try world.serve(.timed)
    try world.hear(.timed, .exit(code: 0))
    let named = try world.serve(.named)
    try world.ask(.restart(.named))
    try world.ask(.kill(try world.record(.named).process), as: World.tool)
    #expect(named.rawValue == 2)
    #expect(world.events == [[18, 2], [17, 1], [17, 2]])
    #expect(world.unregistered == [18])
  }

  @Test func `what rootd's ring did not hold is told later, the latest of each service`() throws {
    let world = try World()
    try world.serve(.timed) { $0.restart.maximumRestarts = 1 }
    try world.serve(.named) { $0.watchdogMilliseconds = 0 }
    world.kernel.notifyStatus = .retry
    try world.ask(.restart(.timed))
    try world.hear(.timed, .exit(code: 1))
    try world.ask(.restart(.named))
    #expect(world.events.isEmpty)
    world.kernel.notifyStatus = .ok
    world.advance(milliseconds: 100)
    #expect(world.events == [[17, 1], [18, 2]])
    #expect(world.reported.map(\.cause) == [.notReady])
  }

  // MARK: Dependencies

  /// named, timed that needs it, logd that needs both, crashd that needs nothing.
  private func chain() throws -> World {
    let world = try World()
    let unwatched = { (launch: inout ServiceLaunch) in launch.watchdogMilliseconds = 0 }
    try world.serve(.named, unwatched)
    try world.serve(.timed, after: [.named], unwatched)
    try world.serve(.logd, after: [.named, .timed], unwatched)
    try world.serve(.crashd, unwatched)
    return world
  }

  private func states(_ world: World) throws -> [ProcessState] {
    try [RoleID.named, .timed, .logd, .crashd].map { try world.record($0).state }
  }

  @Test func `what needs a service ends with it, and comes back after it in order`() throws {
    let world = try chain()
    try world.hear(.named, .exit(code: 1))
    world.advance(to: world.clock)
    #expect(try states(world) == [.restarting, .restarting, .restarting, .running])
    world.advance(milliseconds: 101)
    #expect(try states(world) == [.starting, .restarting, .restarting, .running])
    try world.hear(.named, .ready(code: 0))
    world.advance(to: world.clock)
    #expect(try states(world) == [.running, .starting, .restarting, .running])
    try world.hear(.timed, .ready(code: 0))
    world.advance(to: world.clock)
    #expect(try states(world) == [.running, .running, .starting, .running])
    #expect(world.reported.map(\.cause) == [.exit])
  }

  @Test func `ends that follow are nobody's failure`() throws {
    let world = try chain()
    for _ in 0..<3 {
      for role in [RoleID.named, .timed, .logd] {
        if role == .named { try world.hear(.named, .exit(code: 1)) }
        world.advance(milliseconds: 400)
        try world.hear(role, .ready(code: 0))
      }
    }
    #expect(try states(world) == [.running, .running, .running, .running])
    #expect(try world.record(.logd).restartCount == 3)
    try world.hear(.logd, .exit(code: 1))
    #expect(try world.record(.logd).state == .restarting)
  }

  @Test func `RESTART brings everything back that needs the service`() throws {
    let world = try chain()
    try world.ask(.restart(.named))
    #expect(try states(world) == [.starting, .restarting, .restarting, .running])
    #expect(world.refusal(.restart(.timed)) == .wrongState)
    try world.hear(.named, .ready(code: 0))
    world.advance(to: world.clock)
    #expect(try states(world) == [.running, .starting, .restarting, .running])
  }

  @Test func `what needs a service that is gone waits until it is spawned again`() throws {
    let world = try chain()
    try world.ask(.kill(try world.record(.named).process), as: World.tool)
    world.advance(milliseconds: 100_000)
    #expect(try states(world)[..<3] == [.ended, .restarting, .restarting])
    try world.ask(.spawnService(World.launch(.named)))
    try world.hear(.named, .ready(code: 0))
    world.advance(to: world.clock)
    #expect(try states(world)[..<2] == [.running, .starting])
  }

  @Test func `signs of life do not save what its dependency takes along`() throws {
    let world = try chain()
    try world.ask(.kill(try world.record(.named).process), as: World.tool)
    try world.hear(.timed, .kickWatchdog)
    #expect(world.procd.deadline == 1)
    world.advance(to: world.clock)
    #expect(try states(world)[..<3] == [.ended, .restarting, .restarting])
  }
}
