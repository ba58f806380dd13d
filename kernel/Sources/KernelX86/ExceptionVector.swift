// What an exception of user code means. Intel SDM volume 3, table 6-1. Pure.

package import IPC

/// Exceptions by number.
package enum ExceptionVector {
  /// The FPU is used while it is off (#NM).
  package static let fpuUnavailable: UInt32 = 7
  /// A page fault (#PF).
  package static let page: UInt32 = 14

  /// What a fault message calls an exception; everything unusual is a protection fault.
  package static func kind(of vector: UInt32) -> FaultKind {
    switch vector {
    case 0: .divide
    case 1: .debug
    case 3: .breakpoint
    case 6: .invalidInstruction
    case 11, 12: .segment
    case page: .page
    case 16: .x87
    case 17: .alignment
    case 19: .simd
    default: .protection
    }
  }
}
