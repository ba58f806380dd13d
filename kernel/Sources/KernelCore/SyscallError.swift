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
  /// The type cannot be copied, the operation is reserved, or the resource is not the caller's.
  case denied
  /// Reserved rights bits, a badge for a type without badges, a size or order out of range.
  case invalidArgument
  /// A badge for a capability that has one.
  case alreadyBadged
  /// The process is not in the state that the operation needs.
  case wrongState
  /// The pool that pays cannot give the memory.
  case noMemory
  /// The operation does not exist, or the endpoint's family does not offer it.
  case unsupported
  /// There is no such thing: no device, no such object.
  case notFound
  /// In use in a way that excludes the request.
  case busy
  /// Not now; the same request may succeed later.
  case retry
  /// More than one request may carry.
  case tooLarge
  /// The thread has no IPC buffer for what does not fit into registers.
  case noBuffer
  /// Something is mapped there.
  case exists
  /// The receiver offers too few empty slots.
  case noReceiveSlots

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
    case .unsupported: .unsupported
    case .notFound: .notFound
    case .busy: .busy
    case .retry: .retry
    case .tooLarge: .tooLarge
    case .noBuffer: .noBuffer
    case .exists: .exists
    case .noReceiveSlots: .noReceiveSlots
    }
  }
}
