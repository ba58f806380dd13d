// Why a boot ends, and how it is told: one line in the kernel's log.

public import Bootstrap
public import CapABI
public import Handoff
public import Runtime

/// Why the system does not come up.
public enum BootFailure: Error, Equatable, Sendable {
  /// The kernel's handoff is malformed.
  case handoff(FormatError)
  /// rootd was not given exactly its intake table.
  case inventory(IntakeError)
  /// A slot does not hold what the handoff says.
  case capability(CapSlot)
  /// The boot configuration is malformed.
  case configuration(FormatError)
  /// The boot configuration breaks a rule.
  case rule(LaunchRuleError)
  /// There is no seed, and so no randomness.
  case noSeed
  /// The image of a service is missing or no valid program.
  case image(RoleID)
  /// The kernel or procd refused a step for a service; none for rootd's own.
  case refused(RoleID, ResultCode)
  /// A required service reported that it cannot start.
  case service(RoleID, ReadinessCode)
  /// A required service did not report in time.
  case silent(RoleID)
  /// A required service faulted or ended.
  case ended(RoleID)
  /// A required program ended with another code than 0.
  case program(RoleID, UInt32)

  /// Whether a service is to blame: the final status says which kind it is.
  public var status: RootdStatus {
    switch self {
    case .service(.rootd, _): .failed
    case .service, .silent, .ended, .program: .serviceFailed
    default: .failed
    }
  }

  /// The failure as a line.
  public var line: TextLine {
    var line = TextLine("ROOTD:FAIL:")
    switch self {
    case .handoff: line.append("HANDOFF")
    case .inventory: line.append("INVENTORY")
    case .capability(let slot):
      line.append("CAPABILITY:")
      line.append(decimal: UInt64(slot.rawValue))
    case .configuration: line.append("CONFIGURATION")
    case .rule(let error):
      line.append("RULE:")
      error.describe(in: &line)
    case .noSeed: line.append("NO_SEED")
    case .image(let role): line.append("IMAGE:", role)
    case .refused(let role, let code):
      line.append("REFUSED:", role)
      line.append(":")
      line.append(code.name ?? "UNKNOWN")
    case .service(let role, let code):
      line.append("SERVICE:", role)
      line.append(":")
      line.append(code.name ?? "UNKNOWN")
    case .silent(let role): line.append("SILENT:", role)
    case .ended(let role): line.append("ENDED:", role)
    case .program(let role, let code):
      line.append("PROGRAM:", role)
      line.append(":")
      line.append(decimal: UInt64(code))
    }
    return line
  }
}

extension TextLine {
  /// Appends text and the name of a role.
  mutating func append(_ text: StaticString, _ role: RoleID) {
    append(text)
    append(role)
  }
}
