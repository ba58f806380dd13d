// Each operation of named with each of its errors.

import Bootstrap
import Bytes
import CapABI
import IPC
import NamedCore
import Service
import ServiceTesting
import Testing

private let seeder = Badge(rawValue: 0x2_0001)
private let procd = Badge(rawValue: 0x5_0005)
private let timed = NamedFaces.client(.timed)
private let logd = NamedFaces.client(.logd)
private let stranger = NamedFaces.client(.crashd)
private let seededBadge = Badge(rawValue: 0x1_0013)
private let firstSlot = ServiceSlot.firstFree

private func name(_ text: String) throws -> ServiceName {
  let bytes = Array(text.utf8)
  let name = ServiceName(bytes.span.rawBytes)
  return try #require(name)
}

private func tuple(
  _ text: String = "timed", _ role: RoleID = .timed, _ number: UInt16 = 0x530
) throws -> ServiceTuple {
  ServiceTuple(name: try name(text), role: role, protocolID: number)
}

private let endpoint = TestCapability(.endpoint, .send | .grant, name: "timed's")

struct NamedTests {
  private let kernel = TestKernel()
  private var named: Named

  init() throws {
    var start = Start.sample(.named, heapBytes: 1 << 16)
    named = try Named(&start)
  }

  private mutating func ask(
    _ request: NamedRequest, as badge: Badge, _ capabilities: [TestCapability] = []
  ) throws -> (reply: NamedReply, capabilities: [TestCapability]) {
    try kernel.ask(&named, request, badge: badge, capabilities)
  }

  private mutating func code(
    _ request: NamedRequest, as badge: Badge, _ capabilities: [TestCapability] = []
  ) -> ResultCode? {
    do {
      _ = try ask(request, as: badge, capabilities)
      return nil
    } catch {
      return error as? ResultCode
    }
  }

  /// timed may register, logd may look it up, and it is sealed.
  private mutating func seed(rights: Rights = .send, sealing: Bool = true) throws {
    _ = try ask(.seedEntry(try tuple(), rights: rights), as: seeder)
    _ = try ask(.seedClient(client: logd, name: try name("timed"), badge: seededBadge), as: seeder)
    if sealing { _ = try ask(.seal, as: seeder) }
  }

  // MARK: Faces

  @Test mutating func `it is ready when it is sealed`() throws {
    #expect(!named.isReady)
    _ = try ask(.seal, as: seeder)
    #expect(named.isReady)
  }

  @Test func `the faces are those of the boot configuration`() throws {
    let declared = try DeclaredService(.named)
    #expect(declared.face("control") == NamedFaces.seeding)
    #expect(declared.face("public") == NamedFaces.client)
    #expect(declared.face("supervisor") == NamedFaces.death)
  }

  @Test func `rootd seeds, procd reports deaths, the others come as their role`() throws {
    #expect(try DeclaredService(.rootd).badges(at: .named).allSatisfy(NamedFaces.seeding.contains))
    #expect(try !DeclaredService(.rootd).badges(at: .named).isEmpty)
    #expect(try DeclaredService(.procd).badges(at: .named).allSatisfy(NamedFaces.death.contains))
    for role in [RoleID.timed, .logd, .crashd] {
      #expect(try DeclaredService(role).badges(at: .named) == [NamedFaces.client(role)])
    }
  }

  @Test(arguments: [UInt64(0), 1, 0x3_0000, 0x6_0000, .max])
  mutating func `a badge of no face is denied everything`(badge: UInt64) throws {
    try seed()
    let badge = Badge(rawValue: badge)
    for request in [
      NamedRequest.seal, .list(index: 0), .lookup(try tuple()), .unregister(try tuple()),
      .seedEntry(try tuple(), rights: .send),
    ] {
      #expect(code(request, as: badge) == .denied)
    }
  }

  // MARK: Seeding

  @Test mutating func `only the seeding face seeds and seals`() throws {
    for badge in [timed, procd] {
      #expect(code(.seedEntry(try tuple(), rights: .send), as: badge) == .denied)
      let client = NamedRequest.seedClient(
        client: logd, name: try name("timed"), badge: seededBadge)
      #expect(code(client, as: badge) == .denied)
      #expect(code(.seal, as: badge) == .denied)
    }
  }

  @Test mutating func `seeding the same again is OK, anything else of that name is not`() throws {
    try seed(sealing: false)
    try seed(sealing: false)
    #expect(code(.seedEntry(try tuple(), rights: .send | .grant), as: seeder) == .exists)
    for other in [try tuple("timed", .logd), try tuple("timed", .timed, 0x540)] {
      #expect(code(.seedEntry(other, rights: .send), as: seeder) == .exists)
    }
    let client = NamedRequest.seedClient(
      client: logd, name: try name("timed"), badge: Badge(rawValue: 9))
    #expect(code(client, as: seeder) == .exists)
    #expect(try ask(.seal, as: seeder).reply == .seal(entryCount: 1))
  }

  @Test mutating func `a client of a name that was not seeded is not found`() throws {
    let client = NamedRequest.seedClient(client: logd, name: try name("x"), badge: seededBadge)
    #expect(code(client, as: seeder) == .notFound)
  }

  @Test mutating func `a sealed registry takes nothing`() throws {
    try seed()
    #expect(code(.seal, as: seeder) == .sealed)
    #expect(code(.seedEntry(try tuple(), rights: .send), as: seeder) == .sealed)
    let client = NamedRequest.seedClient(
      client: logd, name: try name("timed"), badge: seededBadge)
    #expect(code(client, as: seeder) == .sealed)
  }

  @Test func `entries and clients are as many as fit`() throws {
    var start = Start.sample(.named, heapBytes: 1024)
    var named = try Named(&start)
    let kernel = kernel
    func code(_ request: NamedRequest) -> ResultCode? {
      do {
        let _: (NamedReply, _) = try kernel.ask(&named, request, badge: seeder)
        return nil
      } catch {
        return error as? ResultCode
      }
    }
    var entries = 0
    while code(.seedEntry(try tuple("e\(entries)"), rights: .send)) == nil { entries += 1 }
    #expect(code(.seedEntry(try tuple("e\(entries)"), rights: .send)) == .limitReached)
    #expect(entries > 0)
    var clients: UInt64 = 1
    let first = try name("e0")
    while code(.seedClient(client: Badge(rawValue: clients), name: first, badge: logd)) == nil {
      clients += 1
    }
    let next = NamedRequest.seedClient(
      client: Badge(rawValue: clients), name: first, badge: logd)
    #expect(code(next) == .limitReached)
    #expect(clients > 2)
    #expect(code(.seedEntry(try tuple("e0"), rights: .send)) == nil)
  }

  // MARK: REGISTER

  @Test mutating func `a service registers with its exact tuple`() throws {
    try seed()
    #expect(try ask(.register(try tuple()), as: timed, [endpoint]).reply == .register)
    // Attenuated to what lookups hand out, and nothing else is kept.
    #expect(
      kernel.slots == [firstSlot: TestCapability(.endpoint, .send, name: "timed's")])
  }

  @Test mutating func `an inexact tuple registers nothing`() throws {
    try seed()
    for other in [
      try tuple("timed", .logd), try tuple("timed", .timed, 0x540), try tuple("time"),
      try tuple("timed2"),
    ] {
      let badge = NamedFaces.client(other.role)
      #expect(code(.register(other), as: badge, [endpoint]) == .notFound)
      #expect(code(.lookup(other), as: logd) == .notFound)
      #expect(code(.unregister(other), as: badge) == .notFound)
    }
    #expect(kernel.slots.isEmpty)
  }

  @Test mutating func `only the role itself registers`() throws {
    try seed()
    for badge in [logd, seeder, procd] {
      #expect(code(.register(try tuple()), as: badge, [endpoint]) == .denied)
    }
  }

  @Test mutating func `nothing registers before sealing`() throws {
    try seed(sealing: false)
    #expect(code(.register(try tuple()), as: timed, [endpoint]) == .wrongState)
  }

  @Test mutating func `an active entry is not registered again`() throws {
    try seed()
    _ = try ask(.register(try tuple()), as: timed, [endpoint])
    #expect(code(.register(try tuple()), as: timed, [endpoint]) == .exists)
    #expect(kernel.slots.count == 1)
  }

  @Test mutating func `what is brought must be an unbadged endpoint with the rights`() throws {
    try seed(rights: .send | .grant)
    let cases: [(TestCapability, ResultCode)] = [
      (TestCapability(.notification, .send | .receive), .wrongType),
      (TestCapability(.endpoint, .send, kind: .time), .wrongType),
      (TestCapability(.endpoint, .send), .missingRight),
      (TestCapability(.endpoint, .grant), .missingRight),
      (TestCapability(.endpoint, .send | .grant, badge: logd), .alreadyBadged),
    ]
    for (capability, expected) in cases {
      #expect(code(.register(try tuple()), as: timed, [capability]) == expected)
      #expect(kernel.slots.isEmpty)
    }
    _ = try ask(.register(try tuple()), as: timed, [endpoint])
  }

  @Test mutating func `after an endpoint is destroyed its service may register again`() throws {
    try seed()
    _ = try ask(.register(try tuple()), as: timed, [endpoint])
    kernel.slots[firstSlot] = nil
    #expect(code(.lookup(try tuple()), as: logd) == .retry)
    _ = try ask(.register(try tuple()), as: timed, [endpoint])
  }

  // MARK: LOOKUP

  @Test mutating func `a seeded client gets the seeded rights and badge`() throws {
    try seed(rights: .send | .grant)
    _ = try ask(.register(try tuple()), as: timed, [endpoint])
    let (reply, capabilities) = try ask(.lookup(try tuple()), as: logd)
    #expect(reply == .lookup(rights: .send | .grant))
    #expect(
      capabilities == [
        TestCapability(.endpoint, .send | .grant, badge: seededBadge, name: "timed's")
      ])
    #expect(kernel.slots.count == 1)
  }

  @Test mutating func `a client that was not seeded is denied, active or not`() throws {
    try seed()
    #expect(code(.lookup(try tuple()), as: stranger) == .denied)
    _ = try ask(.register(try tuple()), as: timed, [endpoint])
    for badge in [stranger, timed, seeder, procd] {
      #expect(code(.lookup(try tuple()), as: badge) == .denied)
    }
  }

  @Test mutating func `a service that is not there yet is to be asked for again`() throws {
    try seed()
    #expect(code(.lookup(try tuple()), as: logd) == .retry)
  }

  // MARK: UNREGISTER

  @Test(arguments: [timed, procd])
  mutating func `the role and the death face unregister`(badge: Badge) throws {
    try seed()
    _ = try ask(.register(try tuple()), as: timed, [endpoint])
    #expect(try ask(.unregister(try tuple()), as: badge).reply == .unregister)
    #expect(kernel.slots.isEmpty)
    #expect(code(.lookup(try tuple()), as: logd) == .retry)
    #expect(code(.unregister(try tuple()), as: badge) == .notFound)
    _ = try ask(.register(try tuple()), as: timed, [endpoint])
  }

  @Test mutating func `others do not unregister`() throws {
    try seed()
    _ = try ask(.register(try tuple()), as: timed, [endpoint])
    for badge in [logd, seeder] {
      #expect(code(.unregister(try tuple()), as: badge) == .denied)
    }
    #expect(kernel.slots.count == 1)
  }

  @Test mutating func `a death is told one way and never answered`() throws {
    try seed()
    _ = try ask(.register(try tuple()), as: timed, [endpoint])
    let before = kernel.replies.count
    try kernel.tell(&named, NamedRequest.unregister(try tuple()), badge: procd)
    try kernel.tell(&named, NamedRequest.unregister(try tuple()), badge: procd)
    #expect(kernel.replies.count == before && kernel.slots.isEmpty)
  }

  // MARK: LIST

  @Test mutating func `the list is in seeding order and says who is there`() throws {
    let order = ["zeta", "alpha", "timed"]
    for text in order { _ = try ask(.seedEntry(try tuple(text), rights: .send), as: seeder) }
    _ = try ask(.seal, as: seeder)
    _ = try ask(.register(try tuple()), as: timed, [endpoint])
    for (index, text) in order.enumerated() {
      let expected = RegistryEntry(
        tuple: try tuple(text), rights: .send, isActive: text == "timed")
      #expect(try ask(.list(index: UInt32(index)), as: stranger).reply == .list(expected))
    }
    for index in [3, UInt32.max] {
      #expect(code(.list(index: index), as: stranger) == .notFound)
    }
  }

  // MARK: Start

  @Test func `a heap or a CSpace without room for anything ends the start`() {
    #expect(throws: ReadinessCode.noMemory) {
      var start = Start.sample(.named, heapBytes: 64)
      _ = try Named(&start)
    }
    #expect(throws: ReadinessCode.noMemory) {
      var start = Start.sample(.named, cspaceSlots: 2048)
      _ = try Named(&start)
    }
  }
}
