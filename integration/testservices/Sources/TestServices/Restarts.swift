// Restarts under load: every service that can be restarted, once, and very often in a row. A
// service that serves again and again, and an account that is as it was, show that nothing of an
// instance stays.

import Bootstrap
import CapABI
import IPC
import Sys

extension Test {
  /// Restarts each service, and looks whether all of them serve again.
  mutating func restartEach() {
    for role in 0..<4 {
      let before = process(of: Self.restartable[role])?.restartCount ?? 0
      expect(restart(Self.restartable[role]), "is restarted")
      for other in 0..<4 {
        expect(eventually { test in test.serves(Self.restartable[other]) }, "serves again")
      }
      let after = process(of: Self.restartable[role])?.restartCount ?? 0
      expect(after > before, "and procd counted it")
    }
  }

  /// Restarts each service as often as that, one after another.
  mutating func restartEach(times: UInt64) {
    let before = settledAccounts
    for role in 0..<4 { restart(Self.restartable[role], times: times) }
    compareAccounts(with: before)
  }

  /// Restarts one service as often as that; then everything is as it was.
  ///
  /// - Parameters:
  ///   - index: Which of the four.
  ///   - times: How often.
  mutating func restartOne(_ index: UInt16, times: UInt64) {
    let before = settledAccounts
    restart(Self.restartable[Int(index & 3)], times: times)
    compareAccounts(with: before)
  }

  /// Has memd take back everything that timed is made from: nobody tells procd of the end.
  mutating func takeMemoryFromTimed() {
    let count = process(of: .timed)?.restartCount ?? .max
    let owner = Badge(rawValue: 0x1_0000 + UInt64(RoleID.timed.rawValue))
    let start = now
    let code = code(of: MemdRequest.reclaimOwner(owner), to: Slots.memd, MemdReply.self)
    expect(code == .ok, "timed has no memory any more")
    expect(eventually { test in test.serves(.timed) }, "timed serves again")
    expect((process(of: .timed)?.restartCount ?? 0) > count, "and procd counted it")
    // Its watchdog would have noticed after ten seconds.
    expect(now - start < 5 * Self.second, "before its watchdog")
  }

  // MARK: Restarts

  private static var restartable: InlineArray<4, RoleID> { [.named, .timed, .logd, .crashd] }

  /// RESTART; a service that it depends on may be starting.
  private mutating func restart(_ role: RoleID) -> Bool {
    eventually { test in
      test.code(of: ProcdRequest.restart(role), to: Slots.procd, ProcdReply.self) == .ok
    }
  }

  /// Restarts a service in a row; each instance serves, what depends on it may be starting still.
  private mutating func restart(_ role: RoleID, times: UInt64) {
    let count = process(of: role)?.restartCount ?? .max
    let start = now
    var isRestarted = true
    for _ in 0..<times where isRestarted { isRestarted = restart(role) && serves(role) }
    let time = now - start
    expect(isRestarted, "restarted in a row")
    tell(UInt64(role.rawValue), "restarts:", times)
    tell(UInt64(role.rawValue), "microseconds for each:", time / 1000 / times)
    let counted = UInt64(process(of: role)?.restartCount ?? 0)
    expect(counted >= UInt64(count) &+ times, "and procd counted them")
    for other in 0..<4 {
      expect(eventually { test in test.serves(Self.restartable[other]) }, "serves again")
    }
  }

  // MARK: Accounts

  /// Seconds: every record also goes to the consoles, while somebody floods the log.
  private static var patience: UInt64 { 120 }

  /// What memd counts: bytes of each service, and what is free.
  struct Accounts {
    var used: InlineArray<4, UInt64> = [0, 0, 0, 0]
    var free: UInt64 = 0
  }

  /// The accounts when they do not change any more.
  ///
  /// Services touch their heaps as they work, logd as long as its ring is not full: the scenarios
  /// give it so small a heap that what is appended here comes round.
  private var settledAccounts: Accounts {
    mutating get {
      var accounts = Accounts()
      for role in 0..<4 {
        var used: UInt64 = 0
        var isSame = 0
        let isSettled = eventually(within: Self.patience) { test in
          test.pause(milliseconds: 100)
          test.fillJournal(of: role)
          let next = test.usedBytes(of: Self.owner(role))
          isSame = next == used ? isSame + 1 : 0
          used = next
          return isSame == 5
        }
        expect(isSettled && used > 0, "has a settled account")
        accounts.used[role] = used
      }
      accounts.free = freeBytes
      return accounts
    }
  }

  private mutating func compareAccounts(with before: Accounts) {
    for role in 0..<4 {
      tell(UInt64(Self.restartable[role].rawValue), "bytes:", before.used[role])
      let isBack = eventually(within: Self.patience) { test in
        test.fillJournal(of: role)
        return test.usedBytes(of: Self.owner(role)) == before.used[role]
      }
      expect(isBack, "its account is as it was")
    }
    // Records of objects share pages with others, which after so much coming and going can be a few
    // more. A page lost at each hundredth restart would be noticed after a thousand.
    let isBack = eventually { test in test.freeBytes + 8 * 4096 >= before.free }
    tell("free bytes before:", before.free)
    tell("free bytes after:", freeBytes)
    expect(isBack, "free memory is as it was")
  }

  /// Appends to the ring, if the service is logd.
  private mutating func fillJournal(of index: Int) {
    guard Self.restartable[index] == .logd else { return }
    for _ in 0..<100 { _ = append() }
  }

  /// The owner that memd knows a service by.
  private static func owner(_ index: Int) -> Badge {
    Badge(rawValue: 0x1_0000 + UInt64(restartable[index].rawValue))
  }
}
