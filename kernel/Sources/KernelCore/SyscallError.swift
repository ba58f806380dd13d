// Why the kernel refuses an operation of this module. docs/reference/kernel-memory.md, section 8.

package import CapABI

/// A refusal; nothing has changed.
package enum SyscallError: Error, Equatable, Sendable {
  /// Slot 0, beyond the CSpace, or outside the visible window.
  case slotOutOfRange
  /// The slot that must hold a capability is empty.
  case emptySlot
  /// The destination holds a capability.
  case occupiedSlot
  /// The capability is not of the type that the operation works on.
  case wrongType
  /// The capability lacks a right that the operation needs.
  case missingRight
  /// The type cannot be copied.
  case denied
  /// Reserved rights bits, a badge for a type without badges, a size or order out of range.
  case invalidArgument
  /// A badge for a capability that has one.
  case alreadyBadged
  /// The process is not in the state that the operation needs.
  case wrongState
  /// The pool that pays cannot give the memory.
  case noMemory

  /// The code that the caller gets.
  package var code: ResultCode {
    switch self {
    case .slotOutOfRange: .slotOutOfRange
    case .emptySlot: .emptySlot
    case .occupiedSlot: .occupiedSlot
    case .wrongType: .wrongType
    case .missingRight: .missingRight
    case .denied: .denied
    case .invalidArgument: .invalidArgument
    case .alreadyBadged: .alreadyBadged
    case .wrongState: .wrongState
    case .noMemory: .noMemory
    }
  }
}
