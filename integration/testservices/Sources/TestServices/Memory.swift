// Memory of processes: what is fresh is zero, what is one's own nobody else sees, what is used up
// is refused, and all of it comes back.

import Bootstrap
import CProbes
import CapABI
import IPC
import Sys

extension Test {
  private static var pattern: UInt64 { 0x5EC2_E75E_C2E7_5EC2 }
  private static var pageSize: UInt64 { 4096 }

  /// Writes the whole heap; whoever gets its frames next must not see it.
  mutating func useMemory() {
    var isZero = true
    var address = info.heapBase
    while address < info.heapBase + info.heapSize {
      for offset in stride(from: UInt64(0), to: Self.pageSize, by: 8) {
        isZero = isZero && erix_probe_read(address + offset) == 0
        erix_probe_write(address + offset, Self.pattern)
      }
      address += Self.pageSize
    }
    expect(isZero, "fresh memory is zero")
  }

  // MARK: Isolation

  /// Keeps a secret at the beginning of its heap, tells where, and looks whether who asked was
  /// ended and the secret is still there.
  mutating func guardSecret() {
    erix_probe_write(info.heapBase, Self.pattern)
    let answer = system.receive(StartupSlot.endpoint, MessageTag(label: 0))
    expect(answer.status == .ok, "asked")
    _ = system.reply(
      StartupSlot.endpoint, MessageTag(label: 0, length: 8), MessageWords(info.heapBase))
    let thief = RoleID(rawValue: 0x1006)
    let isOver = eventually { test in test.process(of: thief)?.state == .ended }
    expect(isOver, "who looked for the secret was ended")
    expect(erix_probe_read(info.heapBase) == Self.pattern, "the secret is as it was")
  }

  /// Looks where the other one keeps its secret; there is nothing at that address here.
  mutating func lookForSecret() {
    let address = system.call(Slots.other, MessageTag(label: 1)).words.word0
    tell("the secret is at", address)
    expect(erix_probe_read(address) != Self.pattern, "the secret is not here")
    expect(false, "lives on")
  }

  /// Writes to an address, lets the other one write to the same, and looks what is there.
  mutating func keepOwnValue() {
    expect(mapShared(), "has memory at the address")
    erix_probe_write(Self.sameAddress, 0x1016)
    let answer = system.receive(StartupSlot.endpoint, MessageTag(label: 0))
    expect(answer.status == .ok, "the other one wrote")
    expect(erix_probe_read(Self.sameAddress) == 0x1016, "the same address holds what was written")
    _ = system.reply(StartupSlot.endpoint, MessageTag(label: 0))
  }

  /// The other one: it finds nothing there, and its value is its own.
  mutating func keepOtherValue() {
    expect(mapShared(), "has memory at the address")
    expect(erix_probe_read(Self.sameAddress) == 0, "finds nothing of the other one's")
    erix_probe_write(Self.sameAddress, 0x1017)
    // The other one has looked when it replies.
    expect(system.call(Slots.other, MessageTag(label: 1)).status == .ok, "the other one looked")
    expect(erix_probe_read(Self.sameAddress) == 0x1017, "the same address holds what was written")
  }

  /// Far from image, stack and heap, wherever these are.
  private static var sameAddress: UInt64 { 0x123_4567_8000 }

  private mutating func mapShared() -> Bool {
    guard let pages = UserPages(base: Self.sameAddress, pageCount: 1) else { return false }
    let region = UserRegion(pages: pages, access: .readWrite, regionClass: .mapping)
    let code = code(
      of: VspacedRequest.map(owner: .none, region), to: Slots.vspaced, VspacedReply.self)
    tell("MAP ends with code", UInt64(code.rawValue))
    return code == .ok
  }

  // MARK: Quota

  /// Takes frames until memd refuses.
  mutating func exhaustMemory() {
    var count: UInt64 = 0
    var code = ResultCode.ok
    while code == .ok, count < 100_000 {
      code = self.code(
        of: MemdRequest.allocateFrame(owner: .none, order: 0), to: Slots.memd, MemdReply.self,
        landing: Slots.landing)
      guard code == .ok else { break }
      count += 1
      try? system.drop(Slots.landing)
    }
    tell("frames until the quota:", count)
    expect(count > 0 && code == .limitReached, "the quota is refused with LIMIT_REACHED")
    let again = self.code(
      of: MemdRequest.allocateFrame(owner: .none, order: 0), to: Slots.memd, MemdReply.self,
      landing: Slots.landing)
    expect(again == .limitReached, "and again")
  }

  /// Others have memory while one has used up its quota, and all of it is back after its end.
  mutating func checkAccount() {
    let hungry = RoleID(rawValue: 0x1007)
    let isOver = eventually { test in test.process(of: hungry)?.state == .ended }
    expect(isOver, "the hungry program ended")
    let account = code(
      of: MemdRequest.queryOwner(Badge(rawValue: 0x1_1007)), to: Slots.memd, MemdReply.self)
    expect(account == .notFound, "its account is closed")
    expect(freeBytes > 0, "there is memory")
    expect(serves(.timed), "timed serves")
  }

  /// How many bytes memd has left for somebody with no quota to speak of.
  ///
  /// Budgets of 1 MiB first, then single pages, so that it has slots for all of them.
  var freeBytes: UInt64 {
    mutating get {
      // Nobody sets its own quota; nothing of the system has this badge.
      let own = Badge(rawValue: 0x1_FFFF)
      _ = code(
        of: MemdRequest.setQuota(owner: own, bytes: .max), to: Slots.memd, MemdReply.self)
      var bytes: UInt64 = 0
      let orders: InlineArray<3, UInt8> = [20, 16, 12]
      for index in 0..<3 {
        while code(
          of: MemdRequest.allocateBudget(owner: own, order: orders[index]), to: Slots.memd,
          MemdReply.self, landing: Slots.landing) == .ok
        {
          bytes += 1 << UInt64(orders[index])
          try? system.drop(Slots.landing)
        }
      }
      let code = code(of: MemdRequest.reclaimOwner(own), to: Slots.memd, MemdReply.self)
      return code == .ok ? bytes : 0
    }
  }

  /// Bytes that an owner holds.
  mutating func usedBytes(of owner: Badge) -> UInt64 {
    guard
      case .queryOwner(let account)? = try? system.ask(
        MemdRequest.queryOwner(owner), of: Slots.memd, MemdReply.self, deadline: limit)
    else { return 0 }
    return account.usedBytes
  }
}
