// What processes say, and what is asked about them.

public import CapABI
import IPC
public import Service
import Store
public import Sys

extension Procd {
  // MARK: Processes

  /// READY, KICK_WATCHDOG and EXIT.
  ///
  /// - Throws: DENIED for a process that is no more.
  mutating func hear<S: System>(
    _ request: ProcdRequest, from process: ProcessID, _ system: inout S
  ) throws(ResultCode) {
    let role = try instance(process)
    readClock(&system)
    switch request {
    case .exit(let code):
      // READY with the same code may be behind it: one-way messages wait on another queue.
      let isStart = services[role.key]?.state == .starting && code != 0
      end(role, isStart ? .notReady : .exit, code: code, &system)
    case .ready(let code): ready(role, code, &system)
    case .kickWatchdog:
      if services[role.key]?.state == .running { watch(role) }
    default: throw .internal
    }
  }

  /// Ends the process whose thread faulted; no pager resolved it.
  public mutating func fault<S: System>(
    _ message: Message, _ system: inout S
  ) throws(ResultCode) -> Reply {
    guard let process = ProcdFaces.process(message.badge) else { throw .denied }
    let buffer = system.buffer
    let report = try? FaultReport(decoding: message.tag, body: buffer.body(message.tag.length))
    end(try instance(process), .fault, fault: report, &system)
    return .nothing
  }

  /// The role of a process that runs.
  ///
  /// - Throws: DENIED.
  private func instance(_ process: ProcessID) throws(ResultCode) -> RoleID {
    guard let role = processes[process.key], services[role.key]?.state.isAlive == true else {
      throw .denied
    }
    return role
  }

  private mutating func ready<S: System>(_ role: RoleID, _ code: UInt16, _ system: inout S) {
    guard var service = services[role.key], service.state == .starting else { return }
    guard code == 0 else {
      end(role, .notReady, code: UInt32(code), &system)
      return
    }
    service.state = .running
    services[role.key] = service
    watch(role)
    answerReady(role, .ok, &system)
    wakeDependents(of: role)
  }

  /// Waits for the next sign of life, unless the end is decided.
  private mutating func watch(_ role: RoleID) {
    guard var service = services[role.key], let launch = service.launch, !service.isDoomed
    else { return }
    let milliseconds = UInt64(launch.watchdogMilliseconds)
    arm(&service, role, at: milliseconds == 0 ? 0 : now + milliseconds * 1_000_000)
    services[role.key] = service
  }

  // MARK: Launchers

  /// AWAIT_READY.
  ///
  /// - Returns: Whether it serves; when not, the reply was saved.
  /// - Throws: DENIED, NOT_FOUND, BUSY, LIMIT_REACHED, and why it does not serve.
  mutating func awaitReady<S: System>(
    _ role: RoleID, _ launcher: Badge, _ system: inout S
  ) throws(ResultCode) -> Bool {
    guard var service = try service(of: role, launcher), service.launch != nil else {
      throw .notFound
    }
    switch service.state {
    case .running: return true
    case .starting: break
    case .declared, .ended, .restarting, .failed: throw service.refusal
    }
    guard service.readyReply == .null else { throw .busy }
    service.readyReply = try saveReply(&system)
    services[role.key] = service
    return false
  }

  /// RESTART.
  ///
  /// - Throws: DENIED, NOT_FOUND, WRONG_STATE, LIMIT_REACHED, and what `start` throws.
  mutating func restart<S: System>(
    _ role: RoleID, _ caller: Badge, _ system: inout S
  ) throws(ResultCode) {
    // A tool may speak about every service, as with KILL.
    let isTool = ProcdFaces.tools.contains(caller)
    guard var service = isTool ? services[role.key] : try service(of: role, caller),
      let launch = service.launch, service.state != .declared
    else { throw .notFound }
    guard areDependenciesRunning(of: role) else { throw .wrongState }
    readClock(&system)
    guard service.nextRestart(launch.restart, now) != nil else { throw .limitReached }
    arm(&service, role, at: 0)
    if !service.state.isAlive { service.state = .ended }
    services[role.key] = service
    _ = stop(role, .killed, &system)
    // What needs it ends before it comes back.
    runTimers(until: 1, &system)
    do throws(ResultCode) {
      _ = try start(launch, &system)
      note(.started, role, &system)
    } catch {
      services[role.key]?.refusal = error
      if launch.restart.mode == .never {
        note(.failed, role, &system)
      } else {
        schedule(role, &system)
      }
      throw error
    }
  }

  // MARK: Tools

  /// The service whose latest process has a number.
  ///
  /// - Throws: NOT_FOUND.
  private func service(
    of process: ProcessID
  ) throws(ResultCode) -> (role: RoleID, service: Service) {
    guard let role = processes[process.key], let service = services[role.key] else {
      throw .notFound
    }
    return (role, service)
  }

  /// KILL.
  ///
  /// - Throws: NOT_FOUND, WRONG_STATE.
  mutating func kill<S: System>(
    _ process: ProcessID, _ system: inout S
  ) throws(ResultCode) {
    var (role, service) = try service(of: process)
    if service.state == .restarting {
      arm(&service, role, at: 0)
      service.state = .ended
      services[role.key] = service
    } else {
      guard stop(role, .killed, &system) else { throw .wrongState }
    }
    note(.failed, role, &system)
  }

  /// QUERY.
  ///
  /// - Throws: NOT_FOUND at the end.
  func query(_ cursor: ProcessID) throws(ResultCode) -> ProcessRecord {
    guard let (_, role) = processes.first(from: cursor.key), let service = services[role.key],
      let launch = service.launch
    else { throw .notFound }
    return ProcessRecord(
      process: service.process, role: role, state: service.state.shown,
      restartCount: service.restartCount,
      exitCode: service.state.isAlive ? 0 : service.knownCode,
      startNanoseconds: service.startNanoseconds, name: launch.name)
  }

  /// WAIT.
  ///
  /// - Returns: How it ended; nil when it did not, and the reply was saved.
  /// - Throws: NOT_FOUND, BUSY, LIMIT_REACHED.
  mutating func wait<S: System>(
    _ process: ProcessID, _ system: inout S
  ) throws(ResultCode) -> (EndCause, UInt32)? {
    var (role, service) = try service(of: process)
    guard service.state.isAlive else {
      _ = processes.remove(process.key)
      return (service.cause, service.knownCode)
    }
    guard service.endReply == .null else { throw .busy }
    service.endReply = try saveReply(&system)
    services[role.key] = service
    return nil
  }

  /// Saves the reply that is owed.
  ///
  /// - Throws: LIMIT_REACHED.
  private mutating func saveReply<S: System>(
    _ system: inout S
  ) throws(ResultCode) -> CapSlot {
    guard let number = slots.take() else { throw .limitReached }
    do throws(ResultCode) {
      try system.saveReply(into: CapSlot(rawValue: number))
    } catch {
      slots.giveBack(number)
      throw .limitReached
    }
    return CapSlot(rawValue: number)
  }
}

extension ServiceState {
  /// The state as QUERY shows it.
  fileprivate var shown: ProcessState {
    switch self {
    case .declared: .staged
    case .starting: .starting
    case .running: .running
    case .ended: .ended
    case .restarting: .restarting
    case .failed: .failed
    }
  }
}
