// What happens by time: an instance is late with READY or with its sign of life, a restart is due,
// a dependency ended. A service has one timer, and its state says what for.

import CapABI
import IPC
import Service
import Store
import Sys

extension Procd {
  /// Sets the timer of a service, 0 for none; the caller stores the service.
  mutating func arm(_ service: inout Service, _ role: RoleID, at due: UInt64) {
    if service.due != 0 { _ = timers.remove(TableKey(service.due, UInt64(role.rawValue))) }
    service.due = 0
    guard due != 0 else { return }
    // Records of timers are smaller than those of services, and their table is half as large: there
    // is room for all.
    if timers.insert(0, at: TableKey(due, UInt64(role.rawValue))) { service.due = due }
  }

  /// Does what is due at a time.
  ///
  /// What it leads to is due later, or is an end.
  mutating func runTimers<S: System>(until time: UInt64, _ system: inout S) {
    while let (key, _) = timers.first(from: TableKey(0)), key.major <= time {
      let role = RoleID(rawValue: UInt16(truncatingIfNeeded: key.minor))
      guard role != .none, var service = services[role.key] else {
        _ = timers.remove(key)
        isTellingLater = false
        reportCrashes(&system)
        tellEvents(&system)
        continue
      }
      arm(&service, role, at: 0)
      services[role.key] = service
      fire(service, role, &system)
    }
  }

  private mutating func fire<S: System>(
    _ service: Service, _ role: RoleID, _ system: inout S
  ) {
    switch service.state {
    case .starting, .running:
      guard service.isDoomed else {
        end(role, service.state == .running ? .watchdog : .notReady, &system)
        return
      }
      _ = stop(role, .killed, &system)
      // It comes back when what it needs does; that is nobody's failure.
      services[role.key]?.state = .restarting
    case .restarting:
      guard let launch = service.launch, areDependenciesRunning(of: role) else { return }
      do throws(ResultCode) {
        _ = try start(launch, &system)
        note(.started, role, &system)
      } catch {
        services[role.key]?.refusal = error
        schedule(role, &system)
      }
    case .declared, .ended, .failed: break
    }
  }

  // MARK: Restarts

  /// Plans the next start of a service that has no instance, or gives it up.
  mutating func schedule<S: System>(_ role: RoleID, _ system: inout S) {
    guard var service = services[role.key], let policy = service.launch?.restart else { return }
    guard let wait = service.nextRestart(policy, now) else {
      service.state = .failed
      services[role.key] = service
      note(.failed, role, &system)
      return
    }
    service.state = .restarting
    // Later than now, so that what is due now has an end.
    arm(&service, role, at: now + wait + 1)
    services[role.key] = service
  }
}

extension Service {
  /// Counts a restart.
  ///
  /// - Returns: Nanoseconds to wait before it; nil when there were too many.
  mutating func nextRestart(_ policy: RestartPolicy, _ now: UInt64) -> UInt64? {
    let second: UInt64 = 1_000_000_000
    let longest = UInt64(policy.longestBackOffMilliseconds) * 1_000_000
    let isOver =
      policy.maximumRestarts == 0
      // Without a window, an instance that lived longer than the longest pause ends the series.
      ? now - startNanoseconds > longest
      : now - windowNanoseconds > UInt64(policy.windowSeconds) * second
    if isOver || windowRestarts == 0 {
      windowRestarts = 0
      windowNanoseconds = now
    }
    guard policy.maximumRestarts == 0 || windowRestarts < policy.maximumRestarts else {
      return nil
    }
    let first = UInt64(policy.firstBackOffMilliseconds) * 1_000_000
    // The first pause has less than 2^52 nanoseconds.
    let wait = min(first << UInt64(min(windowRestarts, 11)), longest)
    windowRestarts = windowRestarts == .max ? .max : windowRestarts + 1
    return wait
  }
}
