// What a smoke kernel attempts against itself at boot, to show that its protections are in force
// and not merely switched on. Other kernels do not contain it: docs/reference/hardening.md.

#if ERIX_PROFILE_SMOKE
import CKernelX86
import CapABI
package import Handoff

/// Attempts that the protections of the kernel's own memory refuse.
package struct Probes {
  private let kernelRoot: UInt64
  private let directMapBase: UInt64
  private let root: UInt64
  private let page: UInt64
  private let guards: GuardPages

  /// Where the probes' own address space has a user page: a return instruction, executable.
  private static let userPage: UInt64 = 1 << 30

  /// Makes an address space with one user page, in memory that is free all the same.
  package init(_ space: KernelSpace) {
    kernelRoot = space.root
    directMapBase = X86Machine.facts.directMapBase
    guards = space.parts.guards
    var memory = BootTables(in: space.rest, directMapBase: directMapBase)
    root = memory.makeTable()
    for index in 256..<512 {
      memory.setEntry(index, of: root, to: X86Machine.kernelEntry(index))
    }
    let open = TableBits.table | TableBits.user
    var table = root
    for shift in stride(from: 39 as UInt64, to: 12, by: -9) {
      let next = memory.makeTable()
      memory.setEntry(
        Int(truncatingIfNeeded: Self.userPage >> shift & 511), of: table, to: next | open)
      table = next
    }
    page = memory.makeTable()
    let returnInstruction: UInt64 = 0xC3
    memory.setEntry(0, of: page, to: returnInstruction)
    memory.setEntry(0, of: table, to: page | open | TableBits.noted)
  }

  /// Whether the machine refuses what a protection forbids the kernel; nil where only a user
  /// program can try.
  package func isRefused(_ protection: Protections) -> Bool? {
    switch protection {
    case .noExecute: erix_probe_run(directMapBase &+ page) == 0
    case .writeProtect: erix_probe_write(erix_system_call_address()) == 0
    case .smep: withUserPage { erix_probe_run(Self.userPage) == 0 }
    case .smap: withUserPage { erix_probe_read(Self.userPage) == 0 }
    case .nullGuard: erix_probe_read(8) == 0
    case .stackGuards: areGuardsRefused()
    case .writeXorExecute, .separateTables, .readOnlyTables:
      X86Machine.facts.shownByTables.contains(protection)
    default: nil
    }
  }

  private func areGuardsRefused() -> Bool {
    for index in 0..<GuardPages.count where erix_probe_read(guards[index]) != 0 { return false }
    return true
  }

  private func withUserPage(_ attempt: () -> Bool) -> Bool {
    erix_write_cr3(root)
    defer { erix_write_cr3(kernelRoot) }
    return attempt()
  }
}
#endif
