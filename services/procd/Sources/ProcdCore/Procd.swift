// procd: the life of processes (docs/reference/protocols/procd.md). A service is declared by its
// launcher, started, watched, and started again when it ended. procd keeps what it starts with, so
// a restart needs nobody else; it never waits for a process that it supervises.

public import Bootstrap
import Bytes
public import CapABI
import Handoff
import IPC
import Load
public import Service
import Store
public import Sys

/// The service.
public struct Procd: Server {
  /// The capability of ADD_CAPABILITY.
  public static var landingCount: UInt32 { 1 }

  static var process: CapSlot { ServiceSlot.control(0) }
  static var thread: CapSlot { ServiceSlot.control(3) }
  static var budget: CapSlot { ServiceSlot.control(4) }
  static var time: CapSlot { ServiceSlot.control(5) }
  static var memd: CapSlot { ServiceSlot.peer(0) }
  static var vspaced: CapSlot { ServiceSlot.peer(1) }
  static var pagerd: CapSlot { ServiceSlot.peer(2) }
  static var named: CapSlot { ServiceSlot.peer(3) }
  static var crashd: CapSlot { ServiceSlot.peer(4) }

  /// Its own start, whose profile, switches and clock its children get too.
  let info: EnvelopeInfo
  var loader: ProcessLoader
  let modules: Modules
  var slots: NumberPool
  /// Services by role.
  var services: OrderedTable<Service>
  /// Roles by the number of their latest process, until WAIT or the next start.
  var processes: OrderedTable<RoleID>
  /// Roles by the owner that their instance is.
  var owners: OrderedTable<RoleID>
  /// Roles of running instances, by the bit of the signal that tells of their ends.
  var watched: OrderedTable<UInt8>
  /// What a service starts with, by role and slot.
  var custody: OrderedTable<Custody>
  /// Pairs of a role and what it needs, and the same pairs turned round.
  var dependencies: OrderedTable<UInt8>
  var dependents: OrderedTable<UInt8>
  /// Roles by the time at which something is due; role 0 is what could not be told.
  var timers: OrderedTable<UInt8>
  /// Events that rootd was not told of, by role: the latest of each.
  var events: OrderedTable<UInt8>
  var crashes: Ring<Crash>
  /// The first crash that crashd was not told of.
  var unreported: UInt64 = 1
  var isTellingLater = false
  var nextProcess: UInt32 = 1
  /// The latest time that the kernel said.
  var now: UInt64
  /// Messages since timers were looked at.
  private var messageCount: UInt32 = 0

  /// A supervisor without services.
  ///
  /// - Throws: NO_MEMORY when its heap is too small for one service; what `takeModules` throws.
  public init<S: System>(_ start: inout Start, _ system: inout S) throws(ReadinessCode) {
    info = start.info
    now = start.info.startNanoseconds
    modules = try start.takeModules(on: Self.process, &system)
    slots = try start.freeSlots()
    // Whole pages, in which contents of children are prepared.
    let quarter = start.heap.byteCount / 4 / 4096 * 4096
    loader = ProcessLoader(scratch: try start.take(quarter))
    let share = start.heap.byteCount / 14
    services = OrderedTable(in: try start.take(share * 2))
    processes = OrderedTable(in: try start.take(share))
    owners = OrderedTable(in: try start.take(share))
    watched = OrderedTable(in: try start.take(share))
    custody = OrderedTable(in: try start.take(share * 2))
    dependencies = OrderedTable(in: try start.take(share))
    dependents = OrderedTable(in: try start.take(share))
    timers = OrderedTable(in: try start.take(share))
    events = OrderedTable(in: try start.take(share))
    crashes = Ring(in: try start.take(start.heap.byteCount & ~15))
    guard quarter > 0, services.capacity > 0, custody.capacity >= 4, timers.capacity > 1,
      crashes.capacity > 0
    else { throw .noMemory }
  }

  /// When the first service is due.
  public var deadline: UInt64? { timers.first(from: TableKey(0))?.key.major }

  /// Answers launchers, tools, processes and crashd.
  public mutating func answer<S: System>(
    _ message: Message, _ system: inout S
  ) throws(ResultCode) -> Reply {
    let request = try system.decode(message, as: ProcdRequest.self)
    // The request is decoded by now, so its bytes may be overwritten.
    lookAtTimers(&system)
    switch request {
    case .addCapability, .addDependency, .spawnService, .awaitReady, .startService,
      .stopService:
      guard ProcdFaces.launcher.contains(message.badge) else { throw .denied }
      return try launch(request, message.badge, &system)
    case .restart(let role):
      guard
        ProcdFaces.tools.contains(message.badge) || ProcdFaces.launcher.contains(message.badge)
      else { throw .denied }
      try restart(role, message.badge, &system)
      return .now(try system.encode(reply: ProcdReply.restart))
    case .kill, .query, .wait:
      guard
        ProcdFaces.tools.contains(message.badge) || ProcdFaces.launcher.contains(message.badge)
      else { throw .denied }
      return try inspect(request, &system)
    // SERVICE_STATE is what procd itself says.
    case .serviceState: throw .denied
    case .exit, .ready, .kickWatchdog:
      guard let process = ProcdFaces.process(message.badge) else { throw .denied }
      try hear(request, from: process, &system)
      // EXIT is never answered: its caller is gone.
      return .nothing
    case .readCrash(let number):
      guard ProcdFaces.crash.contains(message.badge) else { throw .denied }
      guard let crash = crashes[number] else { throw .notFound }
      return .now(try system.encode(reply: ProcdReply.readCrash(crash.details)))
    }
  }

  private mutating func launch<S: System>(
    _ request: ProcdRequest, _ launcher: Badge, _ system: inout S
  ) throws(ResultCode) -> Reply {
    switch request {
    case .addCapability(let role, let descriptor):
      try addCapability(descriptor, to: role, launcher, &system)
      return .now(try system.encode(reply: ProcdReply.addCapability))
    case .addDependency(let role, let dependency):
      try addDependency(of: role, on: dependency, launcher)
      return .now(try system.encode(reply: ProcdReply.addDependency))
    case .spawnService(let launch):
      let process = try spawn(launch, launcher, &system)
      return .now(try system.encode(reply: ProcdReply.spawnService(process)))
    case .awaitReady(let role):
      guard try awaitReady(role, launcher, &system) else { return .nothing }
      return .now(try system.encode(reply: ProcdReply.awaitReady))
    case .startService(let role):
      let process = try startPrepared(role, launcher, &system)
      return .now(try system.encode(reply: ProcdReply.startService(process)))
    case .stopService(let role):
      try stopPrepared(role, launcher, &system)
      return .now(try system.encode(reply: ProcdReply.stopService))
    default: throw .internal
    }
  }

  private mutating func inspect<S: System>(
    _ request: ProcdRequest, _ system: inout S
  ) throws(ResultCode) -> Reply {
    switch request {
    case .kill(let process):
      try kill(process, &system)
      return .now(try system.encode(reply: ProcdReply.kill))
    case .query(let cursor):
      return .now(try system.encode(reply: ProcdReply.query(try query(cursor))))
    case .wait(let process):
      guard let (cause, code) = try wait(process, &system) else { return .nothing }
      return .now(try system.encode(reply: ProcdReply.wait(cause, code: code)))
    default: throw .internal
    }
  }

  /// Processes ended, maybe without anybody having told procd.
  public mutating func signalled<S: System>(_ bits: UInt64, _ system: inout S) {
    endLost(bits, &system)
  }

  // MARK: Time

  /// Does what is due.
  public mutating func expired<S: System>(_ system: inout S) {
    messageCount = 0
    readClock(&system)
    runTimers(until: now, &system)
  }

  /// Looks at the timers now and then although messages keep arriving.
  ///
  /// A wait ends by its deadline only when nothing is there to receive, so that signs of life that
  /// came in time count even when procd was busy. By this many messages every one of them was read
  /// that the ring could hold at the deadline, and a flood does not hold up what is due.
  private mutating func lookAtTimers<S: System>(_ system: inout S) {
    messageCount += 1
    guard messageCount >= 256 else { return }
    expired(&system)
  }

  mutating func readClock<S: System>(_ system: inout S) {
    // It fails only if rootd gave no clock, which the intake table excludes.
    guard let answer = try? system.control(.readClock, on: Self.time) else { return }
    now = max(now, answer.word1)
  }
}
