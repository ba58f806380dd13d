// Result codes of system calls, kernel-control operations and service protocols: one number space,
// 0 is success, numbers are never reused.

/// The outcome of an operation as it travels in a status register or a message tag.
///
/// An open set: a peer built later may answer with a code that is unknown here. As an error it is
/// never OK.
public struct ResultCode: RawRepresentable, Equatable, Error, Sendable {
  /// The code.
  public let rawValue: UInt16

  /// Wraps any code, known or not.
  public init(rawValue: UInt16) {
    self.rawValue = rawValue
  }

  /// Done.
  public static let ok = ResultCode(rawValue: 0)
  /// The caller's authority does not cover the request.
  public static let denied = ResultCode(rawValue: 1)
  /// An argument is malformed or outside its range.
  public static let invalidArgument = ResultCode(rawValue: 2)
  /// The named thing does not exist.
  public static let notFound = ResultCode(rawValue: 3)
  /// The thing is in use in a way that excludes the request.
  public static let busy = ResultCode(rawValue: 4)
  /// Not now; the same request may succeed later.
  public static let retry = ResultCode(rawValue: 5)
  /// The answering side broke one of its own invariants.
  public static let `internal` = ResultCode(rawValue: 6)
  /// The deadline passed first.
  public static let timedOut = ResultCode(rawValue: 7)
  /// The server took the call and will never answer it.
  public static let abandoned = ResultCode(rawValue: 8)
  /// The process behind the endpoint or the reply died.
  public static let peerDied = ResultCode(rawValue: 9)
  /// The memory budget that pays for the operation is exhausted.
  public static let noMemory = ResultCode(rawValue: 10)
  /// The slot that must hold a capability is empty.
  public static let emptySlot = ResultCode(rawValue: 11)
  /// The slot that must be empty holds a capability.
  public static let occupiedSlot = ResultCode(rawValue: 12)
  /// The slot number lies outside the CSpace or outside the window the caller may name.
  public static let slotOutOfRange = ResultCode(rawValue: 13)
  /// The capability is of another type than the operation works on.
  public static let wrongType = ResultCode(rawValue: 14)
  /// The capability lacks a right that the operation needs.
  public static let missingRight = ResultCode(rawValue: 15)
  /// The operation or system call does not exist or is not offered here.
  public static let unsupported = ResultCode(rawValue: 16)
  /// The message or object is larger than allowed.
  public static let tooLarge = ResultCode(rawValue: 17)
  /// The thing to be made is there already.
  public static let exists = ResultCode(rawValue: 18)
  /// The registry was sealed and takes no further entries.
  public static let sealed = ResultCode(rawValue: 19)
  /// The object is in a state that excludes the request.
  public static let wrongState = ResultCode(rawValue: 20)
  /// A quota or a fixed limit of the answering side is reached.
  public static let limitReached = ResultCode(rawValue: 21)
  /// The receiver offers too few empty slots for the capabilities of the message.
  public static let noReceiveSlots = ResultCode(rawValue: 22)
  /// The thread has no IPC buffer, or its frame was revoked.
  public static let noBuffer = ResultCode(rawValue: 23)
  /// A badge would replace a badge.
  public static let alreadyBadged = ResultCode(rawValue: 24)

  /// The highest code defined here; all from 0 to it have a name.
  public static let last = alreadyBadged

  /// The code's name as documents write it; nil for a code that is unknown here.
  public var name: StaticString? {
    switch self {
    case .ok: "OK"
    case .denied: "DENIED"
    case .invalidArgument: "INVALID_ARGUMENT"
    case .notFound: "NOT_FOUND"
    case .busy: "BUSY"
    case .retry: "RETRY"
    case .internal: "INTERNAL"
    case .timedOut: "TIMED_OUT"
    case .abandoned: "ABANDONED"
    case .peerDied: "PEER_DIED"
    case .noMemory: "NO_MEMORY"
    case .emptySlot: "EMPTY_SLOT"
    case .occupiedSlot: "OCCUPIED_SLOT"
    case .slotOutOfRange: "SLOT_OUT_OF_RANGE"
    case .wrongType: "WRONG_TYPE"
    case .missingRight: "MISSING_RIGHT"
    default: laterName
    }
  }

  private var laterName: StaticString? {
    switch self {
    case .unsupported: "UNSUPPORTED"
    case .tooLarge: "TOO_LARGE"
    case .exists: "EXISTS"
    case .sealed: "SEALED"
    case .wrongState: "WRONG_STATE"
    case .limitReached: "LIMIT_REACHED"
    case .noReceiveSlots: "NO_RECEIVE_SLOTS"
    case .noBuffer: "NO_BUFFER"
    case .alreadyBadged: "ALREADY_BADGED"
    default: nil
    }
  }
}
