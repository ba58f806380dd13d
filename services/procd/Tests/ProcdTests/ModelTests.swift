// Random lives of services that need each other, against a reference that knows states only; and
// what must hold at all times: nothing is left over, nobody waits for ever, numbers grow.

import CapABI
import IPC
import Service
import ServiceTesting
import Store
import StoreTesting
import Testing

@testable import ProcdCore

/// What is known of services: their states, modes and needs.
private struct Reference {
  static let roles: [RoleID] = [.named, .timed, .logd, .crashd]
  static let modes: [RestartMode] = [.always, .onFailure, .onFailure, .never]
  /// Indexes of what each one needs.
  static let needs: [[Int]] = [[], [0], [0, 1], []]

  /// `blocked` waits for what it needs, `restarting` for its time.
  enum State { case starting, running, ended, restarting, blocked }
  var states: [State] = [.running, .running, .running, .running]
  var crashes = 0

  func isAlive(_ index: Int) -> Bool {
    states[index] == .starting || states[index] == .running
  }

  func hasNeeds(_ index: Int) -> Bool {
    Self.needs[index].allSatisfy { states[$0] == .running }
  }

  /// Everything that needs a service which ended waits for it.
  mutating func follow(_ index: Int) {
    for other in states.indices where Self.needs[other].contains(index) && isAlive(other) {
      states[other] = .blocked
      follow(other)
    }
  }

  mutating func end(_ index: Int, isFailure: Bool) {
    crashes += isFailure ? 1 : 0
    let isRestarted =
      Self.modes[index] == .always || (Self.modes[index] == .onFailure && isFailure)
    states[index] = isRestarted ? .restarting : .ended
    follow(index)
  }

  /// So much time passes that every pause is over.
  mutating func pass() {
    for index in states.indices where states[index] == .restarting {
      states[index] = hasNeeds(index) ? .starting : .blocked
    }
  }

  /// A service serves, so what waited for it may start.
  mutating func ready(_ index: Int) {
    states[index] = .running
    for other in states.indices where states[other] == .blocked && hasNeeds(other) {
      states[other] = .starting
    }
  }
}

/// One random life.
private struct Life {
  let world: World
  var reference = Reference()
  var random: Seeded
  let isDisturbed: Bool
  var lastNumber: UInt32 = 0

  init(seed: UInt64, isDisturbed: Bool) throws {
    world = try World()
    random = Seeded(state: seed)
    self.isDisturbed = isDisturbed
    for index in 0..<4 {
      let launch = launch(index)
      let needs = Reference.needs[index].map { Reference.roles[$0] }
      try world.serve(Reference.roles[index], after: needs) { $0 = launch }
    }
  }

  private func launch(_ index: Int) -> ServiceLaunch {
    var launch = World.launch(Reference.roles[index])
    launch.watchdogMilliseconds = 0
    launch.restart = RestartPolicy(
      mode: Reference.modes[index], maximumRestarts: 0, windowSeconds: 0,
      firstBackOffMilliseconds: 10, longestBackOffMilliseconds: 40)
    return launch
  }

  /// A few in a hundred calls fail.
  private mutating func disturb() {
    world.failAt = .max
    guard isDisturbed, random.next() % 8 == 0 else { return }
    world.failAt = world.callCount + Int(random.next() % 40) + 1
    world.failure = [.noMemory, .limitReached][Int(random.next() % 2)]
  }

  mutating func step() throws {
    let index = Int(random.next() % 4)
    let role = Reference.roles[index]
    disturb()
    switch random.next() % 9 {
    case 0: spawn(index)
    case 1:
      guard reference.isAlive(index) else { break }
      try world.hear(role, .ready(code: 0))
      if reference.states[index] == .starting { reference.ready(index) }
    case 2:
      guard reference.isAlive(index) else { break }
      let code = UInt32(random.next() % 2)
      try world.hear(role, .exit(code: code))
      reference.end(index, isFailure: code != 0)
    case 3:
      guard reference.states[index] == .starting else { break }
      try world.hear(role, .ready(code: 3))
      reference.end(index, isFailure: true)
    case 4: kill(index)
    case 5: restart(index)
    case 6:
      // Long enough for every pause, too short for anybody's READY to be late.
      world.advance(milliseconds: 50)
      reference.pass()
    case 7: try wait(index)
    default:
      guard reference.isAlive(index) else { break }
      try world.hear(role, .kickWatchdog)
    }
    world.advance(to: world.clock)
  }

  private mutating func spawn(_ index: Int) {
    let code = world.refusal(.spawnService(launch(index)))
    if reference.states[index] != .ended {
      #expect(code == .exists)
    } else if !reference.hasNeeds(index) {
      #expect(code == .wrongState)
    } else if code == nil || !isDisturbed {
      #expect(code == nil)
      reference.states[index] = .starting
    }
  }

  private mutating func kill(_ index: Int) {
    let state = reference.states[index]
    // WAIT took it out of the table.
    guard let record = try? world.record(Reference.roles[index]) else { return }
    let code = world.refusal(.kill(record.process), as: World.tool)
    #expect(code == (state == .ended ? .wrongState : nil))
    guard state != .ended else { return }
    let wasAlive = reference.isAlive(index)
    reference.states[index] = .ended
    if wasAlive { reference.follow(index) }
  }

  private mutating func restart(_ index: Int) {
    let code = world.refusal(.restart(Reference.roles[index]))
    guard reference.hasNeeds(index) else {
      #expect(code == .wrongState)
      return
    }
    reference.follow(index)
    if code == nil {
      reference.states[index] = .starting
    } else {
      #expect(isDisturbed)
      reference.states[index] = Reference.modes[index] == .never ? .ended : .restarting
    }
  }

  /// Somebody waits for the end or for READY; the rest looks after the answer.
  private mutating func wait(_ index: Int) throws {
    if random.next() % 2 == 0 {
      try world.begin(.awaitReady(Reference.roles[index]))
    } else if let record = try? world.record(Reference.roles[index]),
      reference.isAlive(index)
    {
      try world.begin(.wait(record.process), as: World.tool)
    }
  }

  /// What holds after every step.
  mutating func check(_ number: Int) {
    let running = world.processes.values.filter { $0.state == .running }
    let owners = Set(running.compactMap { $0.slots[7]?.badge.rawValue })
    #expect(running.count == owners.count, "step \(number)")
    #expect(Set(world.accounts.keys) == owners && Set(world.spaces.keys) == owners)
    let replies = world.kernel.slots.values.filter { $0.type == .reply }.count
    #expect(world.heldCount == 24 + running.count + replies, "step \(number)")
    for (index, role) in Reference.roles.enumerated() {
      guard let service = world.procd.services[role.key] else { continue }
      let state = reference.states[index]
      let isSame = Self.isSame(state, service.state, isDisturbed)
      #expect(isSame, "step \(number): \(role) is \(service.state), not \(state)")
      if service.state.isAlive {
        #expect(world.supervisorBadge(of: role).flatMap(ProcdFaces.process) == service.process)
        #expect(Reference.needs[index].isEmpty || world.procd.areDependenciesRunning(of: role))
      }
      let isWaiting = service.readyReply != .null
      #expect(!isWaiting || service.state == .starting)
      #expect(service.endReply == .null || service.state.isAlive)
    }
    #expect(world.procd.crashes.next == UInt64(reference.crashes + 1) || isDisturbed)
    #expect(world.procd.nextProcess >= lastNumber)
    lastNumber = world.procd.nextProcess
  }

  private static func isSame(
    _ expected: Reference.State, _ found: ServiceState, _ isDisturbed: Bool
  ) -> Bool {
    switch found {
    case .starting: expected == .starting
    case .running: expected == .running
    case .ended: expected == .ended
    // A start that failed in passing is tried again.
    case .restarting:
      expected == .restarting || expected == .blocked || (isDisturbed && expected == .starting)
    case .declared, .failed: false
    }
  }

  /// After a disturbed step the reference takes over what failed.
  mutating func adjust() {
    for (index, role) in Reference.roles.enumerated()
    where reference.states[index] == .starting
      && world.procd.services[role.key]?.state == .restarting
    {
      reference.states[index] = .restarting
    }
  }
}

struct ModelTests {
  @Test(arguments: 1...4)
  func `services follow the reference, and nothing is left over`(seed: UInt64) throws {
    var life = try Life(seed: seed, isDisturbed: false)
    for number in 0..<100 {
      try life.step()
      life.check(number)
    }
    #expect(life.lastNumber > 8)
  }

  @Test(arguments: 5...8)
  func `refused steps leave nothing over`(seed: UInt64) throws {
    var life = try Life(seed: seed, isDisturbed: true)
    for number in 0..<100 {
      try life.step()
      life.check(number)
      life.adjust()
    }
    #expect(life.lastNumber > 8)
  }
}
