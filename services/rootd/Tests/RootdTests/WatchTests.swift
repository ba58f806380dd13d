// What rootd does after the start of the foundation: programs that it waits for, restarts that it
// hears of, ends that are the end of the system.

import Bootstrap
import Bytes
import CapABI
import Handoff
import IPC
import ServiceTesting
import Testing

@testable import RootdCore

struct WatchTests {
  private let world = World()

  /// What the script comes to: nothing arrives any more, and nothing was wrong.
  private static let quiet = BootFailure.refused(.rootd, .peerDied)

  /// How the watch ends, after what `prepare` does.
  private func failure(
    _ prepare: (inout Rootd<TestSystem>, borrowing BootConfig) throws -> Void = { _, _ in }
  ) throws -> BootFailure? {
    var rootd = try world.rootd()
    let bytes = World.configuration
    let config = try BootConfig(decoding: bytes.span.rawBytes)
    try prepare(&rootd, config)
    do throws(BootFailure) {
      try rootd.watch(config)
      return nil
    } catch {
      return error
    }
  }

  /// Both programs are started.
  private func start(_ rootd: inout Rootd<TestSystem>, _ config: borrowing BootConfig) throws {
    for index in [6, 7] {
      let program = try #require(config.services[index])
      try rootd.launchProgram(program, at: index, config)
    }
  }

  // MARK: Programs

  @Test func `without programs the boot is over at once`() throws {
    #expect(try failure() == Self.quiet)
    #expect(world.isReady)
  }

  @Test func `the boot is over when the last program ended with code 0`() throws {
    let found = try failure { rootd, config in
      try start(&rootd, config)
      try world.end(World.second, .exit)
    }
    #expect(found == Self.quiet && !world.isReady)
    let other = try failure { rootd, config in
      try start(&rootd, config)
      try world.end(World.second, .exit)
      try world.end(World.first, .exit)
    }
    #expect(other == Self.quiet && world.isReady)
  }

  @Test func `a program that ends with another code ends the boot`() throws {
    let found = try failure { rootd, config in
      try start(&rootd, config)
      try world.end(World.first, .exit, code: 7)
    }
    #expect(found == .program(World.first, 7))
    #expect(!world.isReady)
  }

  @Test(arguments: [EndCause.fault, EndCause.killed, EndCause.watchdog, EndCause.notReady])
  func `a program that ends otherwise ends the boot`(cause: EndCause) throws {
    let found = try failure { rootd, config in
      try start(&rootd, config)
      try world.end(World.first, cause)
    }
    #expect(found == .ended(World.first))
  }

  @Test func `a program whose end procd does not know ends the boot`() throws {
    let found = try failure { rootd, config in
      try start(&rootd, config)
      try world.arrive(World.first, .failed)
    }
    #expect(found == .ended(World.first))
  }

  @Test func `a program that cannot be started is refused with procd's code`() throws {
    world.spawnCode = .noMemory
    let bytes = World.configuration
    let config = try BootConfig(decoding: bytes.span.rawBytes)
    var rootd = try world.rootd()
    let program = try #require(config.services[6])
    #expect(throws: BootFailure.refused(World.first, .noMemory)) {
      try rootd.launchProgram(program, at: 6, config)
    }
  }

  @Test func `one that is not required is not waited for, whatever becomes of it`() throws {
    var optional = World.optionalProgram
    for code in [ResultCode.ok, .noMemory] {
      world.spawnCode = code
      let found = try failure { rootd, config in
        optional.role = World.first
        try rootd.launchProgram(optional, at: 6, config)
        try world.arrive(.crashd, .failed)
      }
      #expect(found == Self.quiet && world.isReady)
    }
  }

  // MARK: Services

  @Test func `the end of a required service is the end`() throws {
    let found = try failure { _, _ in try world.arrive(.timed, .failed) }
    #expect(found == .ended(.timed))
  }

  @Test func `others come and go`() throws {
    let found = try failure { _, _ in
      try world.arrive(.crashd, .failed)
      try world.arrive(.timed, .started)
      try world.arrive(RoleID(rawValue: 0x1FFF), .failed)
    }
    #expect(found == Self.quiet)
    #expect(world.seeded.isEmpty)
  }

  @Test func `named is seeded and sealed at each of its starts`() throws {
    let found = try failure { _, _ in
      try world.arrive(.named, .started)
      try world.arrive(.named, .started)
    }
    #expect(found == Self.quiet)
    #expect(world.seeded == [.seal, .seal])
  }

  @Test(arguments: [ResultCode.timedOut, .peerDied, .sealed])
  func `a named that ended once more is seeded at its next start`(code: ResultCode) throws {
    world.namedCode = code
    #expect(try failure { _, _ in try world.arrive(.named, .started) } == Self.quiet)
  }

  @Test func `a named that refuses what it must know ends the boot`() throws {
    world.namedCode = .denied
    let found = try failure { _, _ in try world.arrive(.named, .started) }
    #expect(found == .refused(.named, .denied))
  }

  // MARK: The foundation

  @Test func `a signal tells whose process ended`() throws {
    for (index, role) in [(1, RoleID.memd), (2, RoleID.procd)] {
      world.kernel.arrive(signal: 1 << UInt64(index))
      #expect(try failure() == .ended(role))
    }
    world.kernel.arrive(signal: 0)
    world.kernel.arrive(signal: 1 << 63)
    #expect(try failure() == Self.quiet)
  }

  @Test func `a late report of a failure is one`() throws {
    world.kernel.arrive(
      try TestMessage(
        ProcdRequest.ready(code: ReadinessCode.noMemory.rawValue), oneWay: true),
      badge: World.memd)
    #expect(try failure() == .service(.memd, .noMemory))
  }

  @Test func `a call of the foundation is its end, since none of them calls`() throws {
    world.kernel.arrive(try TestMessage(ProcdRequest.kickWatchdog), badge: World.memd)
    #expect(try failure() == .ended(.memd))
  }

  @Test func `only procd speaks about services`() throws {
    try world.arrive(.timed, .failed, from: World.memd)
    #expect(try failure() == Self.quiet)
  }

  @Test func `strangers are refused when they call, and not heard`() throws {
    try world.arrive(.timed, .failed, from: Badge(rawValue: 0x3_0005))
    world.kernel.arrive(
      try TestMessage(ProcdRequest.exit(code: 0)), badge: Badge(rawValue: 0x3_0005))
    #expect(try failure() == Self.quiet)
    #expect(world.kernel.replies.map(\.message.tag.result) == [.denied])
  }

  @Test func `nonsense from the foundation counts for nothing`() throws {
    world.kernel.arrive(
      TestMessage(MessageTag(label: 0x40C, length: 1, flags: .oneWay), [1]), badge: World.procd)
    #expect(try failure() == Self.quiet)
  }
}
