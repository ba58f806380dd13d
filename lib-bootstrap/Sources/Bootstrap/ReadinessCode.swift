// What a service reports to its supervisor once it has started or failed to:
// docs/reference/start-envelope.md, "Readiness codes".

/// The outcome of a service's start.
///
/// An open set: a code that is unknown here is a failure. As an error it is never READY.
public struct ReadinessCode: RawRepresentable, Equatable, Error, Sendable {
  /// The code.
  public let rawValue: UInt16

  /// Wraps any code, known or not.
  public init(rawValue: UInt16) {
    self.rawValue = rawValue
  }

  /// It serves.
  public static let ready = ReadinessCode(rawValue: 0)
  /// The start envelope is malformed.
  public static let envelopeInvalid = ReadinessCode(rawValue: 1)
  /// The start envelope is for another role.
  public static let roleMismatch = ReadinessCode(rawValue: 2)
  /// The descriptors differ from the role's intake table.
  public static let intakeMismatch = ReadinessCode(rawValue: 3)
  /// A slot does not hold what its descriptor says.
  public static let capabilityMismatch = ReadinessCode(rawValue: 4)
  /// A peer that is needed for the start did not answer.
  public static let peerUnavailable = ReadinessCode(rawValue: 5)
  /// The memory budget does not cover the start.
  public static let noMemory = ReadinessCode(rawValue: 6)
  /// The driver's device does not answer.
  public static let deviceAbsent = ReadinessCode(rawValue: 7)
  /// A broken invariant of the service's own.
  public static let `internal` = ReadinessCode(rawValue: 8)
  /// The command switches of a smoke image told it to fail.
  public static let forcedFailure = ReadinessCode(rawValue: 9)

  /// The highest code defined here; all from 0 to it have a name.
  public static let last = forcedFailure

  /// What to report for a start envelope that was refused.
  public init(_ error: EnvelopeError) {
    switch error {
    case .format: self = .envelopeInvalid
    case .wrongRole: self = .roleMismatch
    case .intake: self = .intakeMismatch
    }
  }

  /// The code's name as documents write it; nil for a code that is unknown here.
  public var name: StaticString? {
    switch self {
    case .ready: "READY"
    case .envelopeInvalid: "ENVELOPE_INVALID"
    case .roleMismatch: "ROLE_MISMATCH"
    case .intakeMismatch: "INTAKE_MISMATCH"
    case .capabilityMismatch: "CAPABILITY_MISMATCH"
    case .peerUnavailable: "PEER_UNAVAILABLE"
    case .noMemory: "NO_MEMORY"
    case .deviceAbsent: "DEVICE_ABSENT"
    case .internal: "INTERNAL"
    case .forcedFailure: "FORCED_FAILURE"
    default: nil
    }
  }
}
