// What may be known of the running system: AUDIT_HARDENING so far. docs/reference/control/audit.md.

import CapABI
import KernelMachine

extension KernelState {
  mutating func auditControl(_ request: ControlRequest) throws(SyscallError) -> ControlOutcome {
    switch request.operation {
    case .auditHardening:
      try request.requireZero(from: 0)
      return .words(M.hardeningInForce())
    default: throw .unsupported
    }
  }
}
