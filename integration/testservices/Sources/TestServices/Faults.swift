// Programs that do what is forbidden, programs that do nothing at all, and the one that looks
// whether each was ended and is known to crashd.

import Bootstrap
import CProbes
import CapABI
import IPC
import Sys

extension Test {
  /// Does what its number says; every one of these ends the process.
  mutating func fault(_ number: UInt16) {
    switch number {
    case 0x1010: _ = erix_probe_read(0)
    case 0x1011: erix_probe_write(erix_probe_text(), 0)
    case 0x1012:
      // `ret`, so that a processor that executes data comes back.
      erix_probe_write(info.heapBase, 0xC3)
      erix_probe_jump(info.heapBase)
    case 0x1013: _ = erix_probe_read(0xFFFF_FFFF_8000_0000)
    case 0x1014: erix_probe_privileged()
    default: _ = SystemCall.yield()
    }
    expect(false, "lives on")
  }

  /// What crashd must say about each of them.
  private static func expectedKind(_ number: UInt16) -> FaultKind {
    switch number {
    case 0x1014: .protection
    case 0x1015: .forbiddenSyscall
    default: .page
    }
  }

  /// Waits until all of them ended, and reads what is known.
  mutating func checkCrashes() {
    for number in UInt16(0x1010)...0x1015 {
      let role = RoleID(rawValue: number)
      let isOver = eventually { test in test.process(of: role)?.state == .ended }
      expect(isOver, "procd ended it")
      let details = crash(of: role)
      expect(details?.cause == .fault, "crashd knows that it faulted")
      expect(details?.fault?.fault.kind == Self.expectedKind(number), "and how")
      expect((details?.fault?.fault.instructionPointer ?? 0) != 0, "and where")
    }
    expect(serves(.named) && serves(.timed) && serves(.logd), "the others live")
  }

  /// The first record of a role.
  private mutating func crash(of role: RoleID) -> CrashDetails? {
    var found: CrashDetails?
    _ = eventually { test in
      var cursor: UInt64 = 0
      while case .read(let record)? = try? test.system.ask(
        CrashdRequest.read(cursor: cursor), of: Slots.crashd, CrashdReply.self,
        deadline: test.limit)
      {
        if record.details.role == role {
          found = record.details
          return true
        }
        cursor = record.number + 1
      }
      return false
    }
    return found
  }

  // MARK: Silence

  /// Shows no sign of life.
  func hang() {
    while true {}
  }

  /// The same in its first life; the watchdog must bring about a second.
  mutating func hangOnce() {
    if info.instance == 1 { hang() }
    expect(info.instance == 2, "started again")
  }
}
