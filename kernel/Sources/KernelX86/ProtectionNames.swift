// What the marker line calls each protection: docs/reference/hardening.md.

package import Handoff

extension Protections {
  /// The name of a single protection; nil for other patterns.
  package var name: StaticString? {
    switch self {
    case .noExecute: "NX"
    case .writeProtect: "WP"
    case .smep: "SMEP"
    case .smap: "SMAP"
    case .umip: "UMIP"
    case .writeXorExecute: "WX"
    case .nullGuard: "NULL_GUARD"
    case .stackGuards: "STACK_GUARDS"
    case .fpuIsolation: "FPU_ISOLATION"
    case .separateTables: "SEPARATE_TABLES"
    case .aslr: "ASLR"
    case .pcid: "PCID"
    case .speculationControl: "SPECULATION_CONTROL"
    case .kpti: "KPTI"
    case .readOnlyTables: "READ_ONLY_TABLES"
    case .syscallFilter: "SYSCALL_FILTER"
    case .copyOnWrite: "COPY_ON_WRITE"
    case .memoryClearing: "MEMORY_CLEARING"
    default: nil
    }
  }
}
