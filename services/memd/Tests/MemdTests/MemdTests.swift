// Each operation of memd with each of its errors, and what it does with the kernel's capabilities.

import Bootstrap
import CapABI
import IPC
import MemdCore
import Service
import ServiceTesting
import Testing

struct MemdTests {
  private let client = MemoryWorld.client
  private let other = MemoryWorld.other
  private let control = MemoryWorld.control

  private func code(_ body: () throws -> Void) -> ResultCode? {
    do {
      try body()
      return nil
    } catch {
      return error as? ResultCode
    }
  }

  // MARK: Faces

  @Test func `the faces are those of the boot configuration`() throws {
    let declared = try DeclaredService(.memd)
    #expect(declared.face("public") == MemdFaces.client)
    #expect(declared.face("control") == MemdFaces.control)
  }

  @Test(arguments: [RoleID.vspaced, .pagerd, .procd])
  func `those who act for owners come through the control face`(role: RoleID) throws {
    let badges = try DeclaredService(role).badges(at: .memd)
    #expect(!badges.isEmpty && badges.allSatisfy { MemdFaces.control.contains($0) })
  }

  @Test(arguments: [UInt64(0), 0xFFFF, 0x4_0000, 0x5_0002, .max])
  func `a badge of no face is denied everything`(badge: UInt64) throws {
    let world = try MemoryWorld()
    let badge = Badge(rawValue: badge)
    let requests: [MemdRequest] = [
      .allocateFrame(owner: .none, order: 0), .queryOwner(.none), .reclaimOwner(.none),
      .setQuota(owner: client, bytes: 1), .freeFrame(MemoryHandle(rawValue: 1)), .status,
    ]
    for request in requests {
      #expect(code { _ = try world.ask(request, as: badge) } == .denied)
    }
  }

  // MARK: STATUS and tools

  private let tool = Badge(rawValue: 0x3_0051)

  private func status(_ world: MemoryWorld, as badge: Badge) throws -> MemoryStatus {
    guard case .status(let status) = try world.ask(.status, as: badge).reply else {
      throw TestFailure.noReply
    }
    return status
  }

  @Test func `the status has the sums of all accounts, and what comes back leaves them`() throws {
    let world = try MemoryWorld(orders: [4, 6])
    try world.open(client)
    try world.open(other)
    let empty = MemoryStatus(
      totalBytes: 80 * 4096, usedBytes: 0, accountCount: 2, frameCount: 0, budgetCount: 0)
    #expect(try status(world, as: control) == empty)
    _ = try world.take(order: 1)
    _ = try world.ask(.allocateBudget(owner: other, order: 14), as: control)
    let full = MemoryStatus(
      totalBytes: 80 * 4096, usedBytes: 6 * 4096, accountCount: 2, frameCount: 1, budgetCount: 1)
    #expect(try status(world, as: tool) == full)
    _ = try world.ask(.reclaimOwner(client), as: control)
    _ = try world.ask(.reclaimOwner(other), as: control)
    #expect(try status(world, as: tool).usedBytes == 0)
    #expect(try status(world, as: tool).accountCount == 0)
  }

  @Test func `a client is told nothing of all`() throws {
    let world = try MemoryWorld()
    try world.open(client)
    #expect(code { _ = try world.ask(.status, as: client) } == .denied)
  }

  @Test func `a tool sees every account and changes none`() throws {
    let world = try MemoryWorld()
    try world.open(client, quota: 5 * 4096)
    guard case .queryOwner(let account) = try world.ask(.queryOwner(client), as: tool).reply
    else { throw TestFailure.noReply }
    #expect(account.quotaBytes == 5 * 4096)
    #expect(code { _ = try world.ask(.queryOwner(.none), as: tool) } == .notFound)
    let requests: [MemdRequest] = [
      .allocateFrame(owner: .none, order: 0), .allocateFrame(owner: client, order: 0),
      .freeFrame(MemoryHandle(rawValue: 1)), .allocateBudget(owner: client, order: 12),
      .freeBudget(MemoryHandle(rawValue: 1)), .reclaimOwner(client), .reclaimOwner(.none),
      .setQuota(owner: client, bytes: 1),
    ]
    for request in requests {
      #expect(code { _ = try world.ask(request, as: tool) } == .denied)
    }
  }

  // MARK: ALLOCATE_FRAME

  @Test func `a frame comes as a copy without the right to manage`() throws {
    let world = try MemoryWorld()
    try world.open(client)
    let (reply, capabilities) = try world.ask(.allocateFrame(owner: .none, order: 3), as: client)
    guard case .allocateFrame = reply else { throw TestFailure.noReply }
    #expect(
      capabilities == [TestCapability(.frame, .read | .write | .execute, name: "frame 0.8")])
    #expect(world.keptCount == 1)
    let account = try world.account(of: client)
    #expect(account.usedBytes == 8 * 4096 && account.frameCount == 1 && account.budgetCount == 0)
  }

  @Test func `another's frame needs the control face`() throws {
    let world = try MemoryWorld()
    try world.open(client)
    #expect(code { _ = try world.take(order: 0, owner: client, as: other) } == .denied)
    _ = try world.take(order: 0, owner: client, as: control)
    #expect(try world.account(of: client).frameCount == 1)
  }

  @Test func `an owner may name itself`() throws {
    let world = try MemoryWorld()
    try world.open(client)
    _ = try world.take(order: 0, owner: client, as: client)
    #expect(try world.account(of: client).frameCount == 1)
  }

  @Test func `an owner without an account may hold nothing`() throws {
    let world = try MemoryWorld()
    #expect(code { _ = try world.take(order: 0) } == .limitReached)
    #expect(world.keptCount == 0)
  }

  @Test func `the quota is reached exactly`() throws {
    let world = try MemoryWorld()
    try world.open(client, quota: 3 * 4096)
    _ = try world.take(order: 1)
    #expect(code { _ = try world.take(order: 1) } == .limitReached)
    _ = try world.take(order: 0)
    #expect(code { _ = try world.take(order: 0) } == .limitReached)
    #expect(try world.account(of: client).usedBytes == 3 * 4096)
  }

  @Test func `without memory nothing is counted`() throws {
    let world = try MemoryWorld(orders: [3])
    try world.open(client)
    #expect(code { _ = try world.take(order: 3) } == .noMemory)
    #expect(try world.account(of: client).peakBytes == 0)
    #expect(world.keptCount == 0)
    _ = try world.take(order: 2)
  }

  @Test func `without room for another thing the limit is reached`() throws {
    let world = try MemoryWorld(cspaceSlots: 4096)
    try world.open(client)
    for _ in 0..<(4096 - Int(ServiceSlot.firstFree)) {
      guard (try? world.take(order: 0)) != nil else { break }
    }
    #expect(code { _ = try world.take(order: 0) } == .noMemory)
    let small = try MemoryWorld(orders: [12], cspaceSlots: 2048 + 8 + 3)
    try small.open(client)
    for _ in 0..<3 { _ = try small.take(order: 0) }
    #expect(code { _ = try small.take(order: 0) } == .limitReached)
    #expect(small.keptCount == 3)
  }

  @Test func `an unexpected refusal of the kernel is an internal error, and nothing is kept`()
    throws
  {
    let world = try MemoryWorld()
    try world.open(client)
    world.nextFailure = .wrongType
    #expect(code { _ = try world.take(order: 0) } == .internal)
    #expect(try world.account(of: client).usedBytes == 0)
    _ = try world.take(order: 0)
  }

  @Test func `a slot that cannot be backed says nothing about the memory`() throws {
    let world = try MemoryWorld(orders: [4])
    try world.open(client)
    world.kernel.unbackedSlots = ServiceSlot.firstFree..<4096
    #expect(code { _ = try world.take(order: 2) } == .noMemory)
    world.kernel.unbackedSlots = 0..<0
    _ = try world.take(order: 3)
    #expect(world.refusals == 0)
  }

  @Test func `what cannot be delivered is taken back`() throws {
    let world = try MemoryWorld()
    try world.open(client)
    world.kernel.nextReplyStatus = .noReceiveSlots
    #expect(code { _ = try world.take(order: 0) } == .noReceiveSlots)
    #expect(try world.account(of: client).usedBytes == 0)
    #expect(world.keptCount == 0 && world.pools[0].isWhole)
  }

  @Test func `a reply that gave nothing takes nothing back`() throws {
    let world = try MemoryWorld()
    try world.open(client)
    _ = try world.take(order: 0)
    world.kernel.nextReplyStatus = .noBuffer
    #expect(code { _ = try world.ask(.queryOwner(.none), as: client) } == .noBuffer)
    #expect(try world.account(of: client).frameCount == 1)
  }

  // MARK: FREE_FRAME, FREE_BUDGET

  @Test(arguments: [false, true])
  func `giving back revokes every copy before the memory is free`(isBudget: Bool) throws {
    let world = try MemoryWorld()
    try world.open(client)
    let order: UInt8 = isBudget ? 14 : 2
    let handle = try world.take(order: order, isBudget: isBudget)
    let request: MemdRequest = isBudget ? .freeBudget(handle) : .freeFrame(handle)
    let reply = try world.ask(request, as: client).reply
    #expect(reply == (isBudget ? .freeBudget : .freeFrame))
    #expect(world.kernel.revoked.map(\.slot.rawValue) == [ServiceSlot.firstFree])
    #expect(world.keptCount == 0 && world.pools[0].isWhole)
    let account = try world.account(of: client)
    #expect(account.usedBytes == 0 && account.peakBytes == 4 * 4096)
    #expect(code { _ = try world.ask(request, as: client) } == .notFound)
  }

  @Test(arguments: [false, true])
  func `a frame's number is no budget's and the reverse`(isBudget: Bool) throws {
    let world = try MemoryWorld()
    try world.open(client)
    let handle = try world.take(order: isBudget ? 12 : 0, isBudget: isBudget)
    let wrong: MemdRequest = isBudget ? .freeFrame(handle) : .freeBudget(handle)
    #expect(code { _ = try world.ask(wrong, as: client) } == .notFound)
    #expect(world.keptCount == 1)
  }

  @Test func `another's number finds nothing, except through the control face`() throws {
    let world = try MemoryWorld()
    try world.open(client)
    try world.open(other)
    let handle = try world.take(order: 0)
    #expect(code { _ = try world.ask(.freeFrame(handle), as: other) } == .notFound)
    #expect(try world.ask(.freeFrame(handle), as: control).reply == .freeFrame)
  }

  @Test func `the number of something returned does not find what took its place`() throws {
    let world = try MemoryWorld()
    try world.open(client)
    let handle = try world.take(order: 0)
    _ = try world.ask(.freeFrame(handle), as: client)
    let next = try world.take(order: 0)
    #expect(next != handle)
    #expect(code { _ = try world.ask(.freeFrame(handle), as: client) } == .notFound)
    #expect(try world.account(of: client).frameCount == 1)
  }

  @Test func `a capability that is gone already is given back all the same`() throws {
    let world = try MemoryWorld()
    try world.open(client)
    let handle = try world.take(order: 0)
    world.kernel.slots[ServiceSlot.firstFree] = nil
    #expect(try world.ask(.freeFrame(handle), as: client).reply == .freeFrame)
    #expect(try world.account(of: client).usedBytes == 0)
  }

  // MARK: ALLOCATE_BUDGET

  @Test func `a budget comes as a copy that can be managed`() throws {
    let world = try MemoryWorld()
    try world.open(client)
    let (_, capabilities) = try world.ask(.allocateBudget(owner: .none, order: 16), as: client)
    #expect(capabilities == [TestCapability(.untyped, .read | .manage, name: "budget 0.16")])
    let account = try world.account(of: client)
    #expect(account.usedBytes == 65536 && account.budgetCount == 1 && account.frameCount == 0)
  }

  @Test func `budgets have the errors of frames`() throws {
    let world = try MemoryWorld(orders: [4])
    #expect(code { _ = try world.take(order: 12, isBudget: true) } == .limitReached)
    try world.open(client)
    #expect(
      code { _ = try world.take(order: 12, isBudget: true, owner: client, as: other) } == .denied)
    #expect(code { _ = try world.take(order: 16, isBudget: true) } == .noMemory)
    try world.open(client, quota: 4096)
    #expect(code { _ = try world.take(order: 13, isBudget: true) } == .limitReached)
  }

  @Test func `no budget is larger than what the kernel makes in one piece`() throws {
    let world = try MemoryWorld(orders: [21])
    try world.open(client, quota: .max)
    #expect(code { _ = try world.take(order: 33, isBudget: true) } == .noMemory)
    #expect(code { _ = try world.take(order: 40, isBudget: true) } == .noMemory)
    _ = try world.take(order: 32, isBudget: true)
  }

  // MARK: QUERY_OWNER, SET_QUOTA

  @Test func `an account has quota, use and peak`() throws {
    let world = try MemoryWorld()
    try world.open(client, quota: 1 << 20)
    let handle = try world.take(order: 2)
    _ = try world.take(order: 12, isBudget: true)
    _ = try world.ask(.freeFrame(handle), as: client)
    let expected = MemoryAccount(
      quotaBytes: 1 << 20, usedBytes: 4096, frameCount: 0, budgetCount: 1, peakBytes: 5 * 4096)
    #expect(try world.ask(.queryOwner(.none), as: client).reply == .queryOwner(expected))
    #expect(try world.ask(.queryOwner(client), as: control).reply == .queryOwner(expected))
  }

  @Test func `an account is read by its owner and by the control face`() throws {
    let world = try MemoryWorld()
    try world.open(client)
    #expect(code { _ = try world.ask(.queryOwner(client), as: other) } == .denied)
    #expect(code { _ = try world.ask(.queryOwner(other), as: control) } == .notFound)
    #expect(code { _ = try world.ask(.queryOwner(.none), as: other) } == .notFound)
  }

  @Test func `a quota below what is held takes nothing away`() throws {
    let world = try MemoryWorld()
    try world.open(client)
    let handle = try world.take(order: 2)
    try world.open(client, quota: 4096)
    #expect(try world.account(of: client).usedBytes == 4 * 4096)
    #expect(code { _ = try world.take(order: 0) } == .limitReached)
    _ = try world.ask(.freeFrame(handle), as: client)
    _ = try world.take(order: 0)
  }

  @Test func `nobody sets its own quota`() throws {
    let world = try MemoryWorld()
    for (owner, asker) in [
      (client, client), (Badge.none, client), (client, other), (.none, control),
      (control, control),
    ] {
      let request = MemdRequest.setQuota(owner: owner, bytes: 1)
      #expect(code { _ = try world.ask(request, as: asker) } == .denied)
    }
  }

  @Test func `without room for another account the limit is reached, not for those there`() throws {
    let world = try MemoryWorld(heapBytes: 4096)
    var count: UInt64 = 0
    while code({ try world.open(Badge(rawValue: 0x1_0000 + count)) }) == nil { count += 1 }
    #expect(count > 1)
    let next = MemdRequest.setQuota(owner: Badge(rawValue: 0x1_0000 + count), bytes: 1)
    #expect(code { _ = try world.ask(next) } == .limitReached)
    try world.open(Badge(rawValue: 0x1_0000), quota: 5)
    _ = try world.ask(.reclaimOwner(Badge(rawValue: 0x1_0000)))
    #expect(try world.ask(next).reply == .setQuota)
  }

  // MARK: Start

  @Test func `a heap or a CSpace without room for anything ends the start`() {
    #expect(throws: ReadinessCode.noMemory) { _ = try MemoryWorld(heapBytes: 256) }
    #expect(throws: ReadinessCode.noMemory) { _ = try MemoryWorld(cspaceSlots: 2048) }
  }

  @Test func `untyped memory without pages gives nothing`() throws {
    let world = try MemoryWorld(orders: [0, 5])
    try world.open(client)
    _ = try world.take(order: 0)
    #expect(world.refusals <= 1)
  }
}
