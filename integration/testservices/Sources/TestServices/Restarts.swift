// Restarts under load: every service that can be restarted, and one of them very often.

import Bootstrap
import CapABI
import IPC
import Sys

extension Test {
  /// Restarts each service, and looks whether all of them serve again.
  mutating func restartEach() {
    let roles: InlineArray<4, RoleID> = [.named, .timed, .logd, .crashd]
    for index in 0..<4 {
      let role = roles[index]
      let before = process(of: role)?.restartCount ?? 0
      expect(restart(role), "is restarted")
      for other in 0..<4 {
        let wanted = roles[other]
        expect(eventually { test in test.serves(wanted) }, "serves again")
      }
      expect((process(of: role)?.restartCount ?? 0) > before, "and procd counted it")
    }
  }

  /// Restarts crashd a thousand times; then everything is as it was.
  mutating func restartOften() {
    expect(restart(.crashd) && serves(.crashd), "crashd is restarted")
    let owner = Badge(rawValue: 0x1_0014)
    let used = usedBytes(of: owner)
    let free = freeMemory
    var isRestarted = true
    for _ in 0..<1000 where isRestarted {
      isRestarted = restart(.crashd)
    }
    expect(isRestarted, "a thousand times")
    expect(eventually { test in test.serves(.crashd) }, "serves again")
    tell("bytes of crashd:", used)
    expect(used > 0 && usedBytes(of: owner) == used, "its account is as it was")
    tell("free pieces of 64 KiB:", free)
    // logd touches the rest of its heap meanwhile, 16 pieces; a page lost at each restart is 62.
    let isBack = eventually { test in test.freeMemory + 24 >= free }
    expect(free > 0 && isBack, "free memory is as it was")
  }

  /// RESTART; a service that it depends on may be starting.
  private mutating func restart(_ role: RoleID) -> Bool {
    eventually { test in
      test.code(of: ProcdRequest.restart(role), to: Slots.procd, ProcdReply.self) == .ok
    }
  }
}
