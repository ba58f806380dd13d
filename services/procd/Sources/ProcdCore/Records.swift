// The records of procd: services by role, what they start with, what died.

import CapABI
import IPC
import Store

/// Where a service stands.
enum ServiceState: UInt8, BitwiseCopyable {
  /// Its capabilities are being added; it was never started.
  case declared
  /// Its instance runs and has not said yet that it serves.
  case starting
  /// Its instance serves.
  case running
  /// It has no instance, and none comes by itself.
  case ended
  /// It has no instance; the next comes at its time, or when its dependencies run.
  case restarting
  /// As `ended`, because it was started too often.
  case failed

  /// Whether there is an instance.
  var isAlive: Bool { self == .starting || self == .running }
}

/// A service, by its role, with one instance at most.
///
/// ## Invariants
/// - While there is an instance, `process` is its number and `slot` holds its capability; its owner
///   is in `Procd.owners`.
/// - `due` is 0, or `Procd.timers` has an entry for it.
struct Service: BitwiseCopyable {
  /// Who may say something about it.
  var launcher: Badge
  /// How it is started; nil before SPAWN_SERVICE.
  var launch: ServiceLaunch?
  var state = ServiceState.declared
  /// The latest instance.
  var process = ProcessID.none
  /// The capability to the process.
  var slot = CapSlot.null
  /// What memd, vspaced and pagerd know the instance by.
  var owner = Badge.none
  /// Starts so far.
  var instances: UInt32 = 0
  /// When the latest instance was started.
  var startNanoseconds: UInt64 = 0
  /// When the window of restarts began, and how many it has.
  var windowNanoseconds: UInt64 = 0
  var windowRestarts: UInt32 = 0
  /// When something is to be done for it, which follows from the state; 0 for nothing.
  var due: UInt64 = 0
  /// Its dependency ended, so it ends at `due`.
  var isDoomed = false
  /// How the latest instance ended.
  var cause = EndCause.killed
  var code: UInt32 = 0
  private var refusalCode = ResultCode.peerDied.rawValue
  /// Saved replies of AWAIT_READY and WAIT.
  var readyReply = CapSlot.null
  var endReply = CapSlot.null

  init(launcher: Badge) {
    self.launcher = launcher
  }

  /// Why the latest start did not serve in the end.
  var refusal: ResultCode {
    get { ResultCode(rawValue: refusalCode) }
    set { refusalCode = newValue.rawValue }
  }

  /// Whether it was prepared for a launcher and has no instance now, nor is to get one.
  var isPrepared: Bool {
    launch.map { $0.launcher != .none } == true && !state.isAlive && state != .restarting
  }

  /// How often it was started again.
  var restartCount: UInt32 { instances > 0 ? instances - 1 : 0 }
}

/// A capability that a service starts with, by role and slot: procd keeps it for restarts.
struct Custody: BitwiseCopyable {
  /// What the service finds.
  let descriptor: TransferDescriptor
  /// Whether it was added to a row that waits for its launcher, who may put another in its place.
  let isReplaceable: Bool
  /// Where procd holds what that is a copy of.
  let slot: CapSlot
}

/// A death that crashd is told of.
struct Crash: BitwiseCopyable {
  let nanoseconds: UInt64
  let details: CrashDetails
}

extension RoleID {
  /// Where the service of a role stands, and before its capabilities and dependencies.
  var key: TableKey { TableKey(UInt64(rawValue)) }

  /// Where something of a role's stands that a second number tells apart.
  func key(_ minor: UInt64) -> TableKey { TableKey(UInt64(rawValue), minor) }
}

extension ProcessID {
  /// Where a process stands.
  var key: TableKey { TableKey(UInt64(rawValue)) }
}
