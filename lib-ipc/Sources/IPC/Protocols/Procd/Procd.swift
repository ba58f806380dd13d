// The protocol of procd: the life of processes
// (docs/reference/protocols/procd.md has Rights, Errors and Blocks of each operation). rootd
// accepts READY of this protocol as well, from the services that it supervises itself.

public import CapABI

/// Operations of procd.
public enum ProcdOperation: UInt16, ServiceOperation {
  /// Hands over one capability that a service will start with.
  case addCapability = 0x400
  /// Says that a service is of no use without another.
  case addDependency = 0x401
  /// Starts a service or driver.
  case spawnService = 0x402
  /// Ends the caller.
  case exit = 0x403
  /// Ends a process.
  case kill = 0x404
  /// Reads the process table entry by entry.
  case query = 0x405
  /// Waits for the end of a process and removes it from the table.
  case wait = 0x406
  /// Tells that the caller serves, or why it does not.
  case ready = 0x407
  /// Ends a service and starts it anew.
  case restart = 0x408
  /// Tells that the caller is alive.
  case kickWatchdog = 0x409
  /// Reads what is known about a crash.
  case readCrash = 0x40A
  /// Waits until a service that was started serves.
  case awaitReady = 0x40B
  /// Tells rootd how a service fares that it had started.
  case serviceState = 0x40C
  /// Starts a service that was prepared for the caller.
  case startService = 0x40D
  /// Ends a service that was prepared for the caller.
  case stopService = 0x40E

  /// How each operation travels.
  public var shape: OperationShape {
    switch self {
    case .addCapability: .call(.exactly(32, capabilities: 1), reply: .empty)
    case .addDependency: .call(.exactly(8), reply: .empty)
    case .spawnService:
      .call(.exactly(ServiceLaunch.size), reply: .exactly(8))
    case .exit, .kill: .call(.exactly(8), reply: .empty)
    case .query: .call(.exactly(8), reply: .exactly(ProcessRecord.size))
    case .wait: .call(.exactly(8), reply: .exactly(8))
    case .ready: .oneWay(.exactly(8))
    case .restart: .call(.exactly(8), reply: .empty)
    case .kickWatchdog: .oneWay(.empty)
    case .readCrash: .call(.exactly(8), reply: .exactly(CrashDetails.size))
    case .awaitReady: .call(.exactly(8), reply: .empty)
    case .serviceState: .oneWay(.exactly(8))
    case .startService: .call(.exactly(8), reply: .exactly(8))
    case .stopService: .call(.exactly(8), reply: .empty)
    }
  }
}

/// Faces of procd, as badges of those who call it.
///
/// The badge of a process is the one that the boot configuration declares for its role, with the
/// number of the process in its upper half: what a dead instance sent does not count for the next.
public enum ProcdFaces {
  /// crashd, which asks for details.
  public static var crash: BadgeRange { .publicFace }
  /// rootd and deviced, which start services.
  public static var launcher: BadgeRange { .controlFace }
  /// Tools, which look at processes and end them.
  public static var tools: BadgeRange { .providerFace }
  /// Processes, which speak to their supervisor; the lower half of their badges.
  public static var process: BadgeRange { .supervisorFace }

  /// The badge of the launcher of a role.
  public static func launcher(_ role: RoleID) -> Badge {
    Badge(rawValue: launcher.first + UInt64(role.rawValue))
  }

  /// The badge of one process.
  ///
  /// - Parameters:
  ///   - declared: The badge declared for its role.
  ///   - process: Its number.
  /// - Returns: Both in one word.
  public static func badge(_ declared: Badge, of process: ProcessID) -> Badge {
    let low = UInt64(UInt32(truncatingIfNeeded: declared.rawValue))
    return Badge(rawValue: low | UInt64(process.rawValue) << 32)
  }

  /// The process that a badge belongs to; nil for a badge of another face.
  public static func process(_ badge: Badge) -> ProcessID? {
    let declared = Badge(rawValue: UInt64(UInt32(truncatingIfNeeded: badge.rawValue)))
    guard process.contains(declared), badge != declared else { return nil }
    return ProcessID(rawValue: UInt32(truncatingIfNeeded: badge.rawValue >> 32))
  }
}

/// A request to procd.
public enum ProcdRequest: ServiceRequest, Equatable, Sendable {
  /// Carries the capability that `descriptor` describes; procd keeps it for restarts.
  case addCapability(role: RoleID, TransferDescriptor)
  /// When `dependency` ends, `role` is restarted after it.
  case addDependency(role: RoleID, on: RoleID)
  /// A service with the capabilities and dependencies added for its role.
  case spawnService(ServiceLaunch)
  /// The badge says who; 0 is success.
  case exit(code: UInt32)
  /// A process; its memory returns.
  case kill(ProcessID)
  /// The process with the lowest number that is at least `cursor`.
  case query(cursor: ProcessID)
  /// The reply comes when the process has ended.
  case wait(ProcessID)
  /// 0 is ready; other codes are the readiness codes of the start envelope.
  case ready(code: UInt16)
  /// A service that procd started.
  case restart(RoleID)
  /// The badge says who.
  case kickWatchdog
  /// A crash that procd reported to crashd.
  case readCrash(UInt64)
  /// The reply comes when the service serves, or will not.
  case awaitReady(RoleID)
  /// procd's own message: a service is started again, or for the last time was.
  case serviceState(RoleID, ServiceEvent)
  /// A service that was prepared for the caller.
  case startService(RoleID)
  /// A service that was prepared for the caller.
  case stopService(RoleID)

  /// What is asked for.
  public var operation: ProcdOperation {
    switch self {
    case .addCapability: .addCapability
    case .addDependency: .addDependency
    case .spawnService: .spawnService
    case .exit: .exit
    case .kill: .kill
    case .query: .query
    case .wait: .wait
    case .ready: .ready
    case .restart: .restart
    case .kickWatchdog: .kickWatchdog
    case .readCrash: .readCrash
    case .awaitReady: .awaitReady
    case .serviceState: .serviceState
    case .startService: .startService
    case .stopService: .stopService
    }
  }

  /// Reads the fields.
  public init(_ operation: ProcdOperation, from reader: inout BodyReader) throws(ProtocolError) {
    switch operation {
    case .addCapability:
      let role = try reader.role()
      try reader.reserved(6)
      self = .addCapability(role: role, try reader.descriptor())
    case .addDependency:
      let role = try reader.role()
      let start = reader.offset
      let dependency = try reader.role()
      try reader.require(dependency != role, at: start)
      try reader.reserved(4)
      self = .addDependency(role: role, on: dependency)
    case .spawnService: self = .spawnService(try ServiceLaunch(from: &reader))
    case .exit:
      self = .exit(code: try reader.integer())
      try reader.reserved(4)
    case .kill:
      self = .kill(try reader.process())
      try reader.reserved(4)
    case .query:
      self = .query(cursor: try reader.value())
      try reader.reserved(4)
    case .wait:
      self = .wait(try reader.process())
      try reader.reserved(4)
    case .ready:
      self = .ready(code: try reader.integer())
      try reader.reserved(6)
    case .restart:
      self = .restart(try reader.role())
      try reader.reserved(6)
    case .kickWatchdog: self = .kickWatchdog
    case .readCrash: self = .readCrash(try reader.integer(in: 1...UInt64.max))
    case .awaitReady:
      self = .awaitReady(try reader.role())
      try reader.reserved(6)
    case .serviceState:
      self = .serviceState(try reader.role(), try reader.value())
      try reader.reserved(5)
    case .startService:
      self = .startService(try reader.role())
      try reader.reserved(6)
    case .stopService:
      self = .stopService(try reader.role())
      try reader.reserved(6)
    }
  }

  /// Writes the fields.
  public func write(to writer: inout BodyWriter) throws(ProtocolError) {
    switch self {
    case .addCapability(let role, let descriptor):
      try writer.role(role)
      try writer.reserved(6)
      try writer.descriptor(descriptor)
    case .addDependency(let role, let dependency):
      try writer.role(role)
      try writer.require(dependency != role, at: writer.offset)
      try writer.role(dependency)
      try writer.reserved(4)
    case .spawnService(let launch): try launch.write(to: &writer)
    case .exit(let code):
      try writer.integer(code)
      try writer.reserved(4)
    case .kill(let process), .wait(let process):
      try writer.process(process)
      try writer.reserved(4)
    case .query(let cursor):
      try writer.value(cursor)
      try writer.reserved(4)
    case .ready(let code):
      try writer.integer(code)
      try writer.reserved(6)
    case .restart(let role), .awaitReady(let role), .startService(let role),
      .stopService(let role):
      try writer.role(role)
      try writer.reserved(6)
    case .readCrash(let crash): try writer.integer(crash, in: 1...UInt64.max)
    case .serviceState(let role, let event):
      try writer.role(role)
      try writer.value(event)
      try writer.reserved(5)
    case .kickWatchdog: break
    }
  }
}
