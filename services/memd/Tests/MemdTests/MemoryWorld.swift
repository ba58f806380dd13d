// What memd asks the kernel for, on the host: untyped memory whose blocks split and join as the
// kernel's do, and the metadata page that the first thing out of each one costs.

import CapABI
import IPC
import MemdCore
import Service
import ServiceTesting
import Sys
import Testing

/// The free blocks of one untyped capability of 2^order pages.
struct BuddyPool {
  let order: Int
  private var free: [Set<Int>]
  private var taken: [Int: Int] = [:]
  private var metadata: Int?

  init(order: Int) {
    self.order = order
    free = Array(repeating: [], count: order + 1)
    free[order] = [0]
  }

  var pageCount: UInt64 { 1 << UInt64(order) }
  var isWhole: Bool { taken.isEmpty && metadata == nil }

  func hasRoom(_ order: Int) -> Bool {
    var copy = self
    return copy.take(order) != nil
  }

  /// Takes a block for a thing, and before the first one the page for what describes things.
  mutating func take(_ order: Int) -> Int? {
    let before = self
    if metadata == nil { metadata = block(0) }
    guard metadata != nil, let start = block(order) else {
      self = before
      return nil
    }
    taken[start] = order
    return start
  }

  mutating func giveBack(_ start: Int) {
    guard let order = taken.removeValue(forKey: start) else {
      Issue.record("block \(start) was not taken")
      return
    }
    join(start, order)
    if taken.isEmpty, let page = metadata {
      metadata = nil
      join(page, 0)
    }
  }

  private mutating func block(_ order: Int) -> Int? {
    guard order <= self.order,
      var found = (order...self.order).first(where: { !free[$0].isEmpty }),
      let start = free[found].min()
    else { return nil }
    free[found].remove(start)
    while found > order {
      found -= 1
      free[found].insert(start + 1 << found)
    }
    return start
  }

  private mutating func join(_ start: Int, _ order: Int) {
    let buddy = start ^ 1 << order
    guard order < self.order, free[order].remove(buddy) != nil else {
      free[order].insert(start)
      return
    }
    join(min(start, buddy), order + 1)
  }
}

/// memd with a kernel and clients.
final class MemoryWorld {
  let kernel = TestKernel()
  var memd: Memd
  var pools: [BuddyPool]
  /// Where the thing in a slot of memd's lies.
  private(set) var homes: [UInt32: (pool: Int, start: Int)] = [:]
  /// Calls of RETYPE and SPLIT that found no block.
  private(set) var refusals = 0
  /// What the next RETYPE or SPLIT ends with instead of being done.
  var nextFailure: ResultCode?

  /// memd with untyped memory of these orders.
  init(orders: [Int] = [10], heapBytes: Int = 1 << 20, cspaceSlots: UInt32 = 4096) throws {
    pools = orders.map { BuddyPool(order: $0) }
    for index in pools.indices {
      kernel.slots[64 + UInt32(index)] = TestCapability(
        .untyped, .read | .manage, name: "untyped \(index)")
    }
    for index in UInt32(0)...2 {
      kernel.slots[8 + index] = TestCapability(.endpoint, .send, name: "control \(index)")
    }
    let sizes = pools.map(\.pageCount)
    kernel.answer(ServiceSlot.control(0)) { message in
      Self.query(message, sizes) ?? .refusing(.unsupported)
    }
    var start = Start.sample(
      .memd, heapBytes: heapBytes, cspaceSlots: cspaceSlots, resourceCount: UInt32(pools.count))
    var system = kernel.system
    memd = try Memd(&start, &system)
    kernel.answer(ServiceSlot.control(0)) { [unowned self] in make($0, .retypeUntypedToFrame) }
    kernel.answer(ServiceSlot.control(1)) { [unowned self] in make($0, .splitUntyped) }
    kernel.whenDropped = { [unowned self] slot, _ in
      guard let home = homes.removeValue(forKey: slot.rawValue) else { return }
      pools[home.pool].giveBack(home.start)
    }
  }

  private static func query(_ message: TestMessage, _ sizes: [UInt64]) -> TestMessage? {
    guard message.tag.label == ControlOperation.queryCap.rawValue else { return nil }
    let size = sizes[Int(message.word(0)) - 64]
    var body = [UInt8](repeating: 0, count: 32)
    for byte in 0..<8 { body[16 + byte] = UInt8(truncatingIfNeeded: size >> UInt64(byte * 8)) }
    return TestMessage(MessageTag(label: 0, length: 32), body)
  }

  /// RETYPE_UNTYPED_TO_FRAME or SPLIT_UNTYPED.
  private func make(_ message: TestMessage, _ expected: ControlOperation) -> TestMessage {
    guard message.tag.label == expected.rawValue else { return .refusing(.unsupported) }
    let pool = Int(message.word(0) & 0xFFFF_FFFF) - 64
    let slot = UInt32(message.word(0) >> 32)
    if let code = nextFailure {
      nextFailure = nil
      return .refusing(code)
    }
    guard kernel.slots[slot] == nil else { return .refusing(.occupiedSlot) }
    guard !kernel.unbackedSlots.contains(slot) else { return .refusing(.noMemory) }
    guard let start = pools[pool].take(Int(message.word(1))) else {
      refusals += 1
      return .refusing(.noMemory)
    }
    homes[slot] = (pool, start)
    kernel.slots[slot] =
      expected == .splitUntyped
      ? TestCapability(.untyped, .read | .manage, name: "budget \(pool).\(start)")
      : TestCapability(.frame, .read | .write | .execute | .manage, name: "frame \(pool).\(start)")
    return TestMessage(MessageTag(label: 0))
  }

  // MARK: Clients

  func ask(
    _ request: MemdRequest, as badge: Badge = MemoryWorld.control
  ) throws -> (reply: MemdReply, capabilities: [TestCapability]) {
    try kernel.ask(&memd, request, badge: badge)
  }

  /// Opens an account.
  func open(_ owner: Badge, quota: UInt64 = 1 << 30) throws {
    #expect(try ask(.setQuota(owner: owner, bytes: quota)).reply == .setQuota)
  }

  /// Takes a frame or a budget and returns its number.
  func take(
    order: UInt8, isBudget: Bool = false, owner: Badge = .none,
    as badge: Badge = MemoryWorld.client
  ) throws -> MemoryHandle {
    let reply = try ask(
      isBudget
        ? .allocateBudget(owner: owner, order: order) : .allocateFrame(owner: owner, order: order),
      as: badge
    ).reply
    switch reply {
    case .allocateFrame(let handle) where !isBudget: return handle
    case .allocateBudget(let handle) where isBudget: return handle
    default: throw TestFailure.noReply
    }
  }

  func account(of owner: Badge) throws -> MemoryAccount {
    guard case .queryOwner(let account) = try ask(.queryOwner(owner)).reply else {
      throw TestFailure.noReply
    }
    return account
  }

  /// Lets time pass until memd has nothing left to do.
  func settle() {
    while memd.deadline != nil {
      kernel.arriveTime()
      kernel.run(&memd)
    }
  }

  /// The number of things that memd keeps in its slots.
  var keptCount: Int { kernel.slots.keys.count { $0 >= ServiceSlot.firstFree } }

  static let client = Badge(rawValue: 0x1_0042)
  static let other = Badge(rawValue: 0x1_0043)
  static let control = Badge(rawValue: 0x2_0005)
}
