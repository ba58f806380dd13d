// What procd tells others by NOTIFY, so that it waits for none of them: deaths to crashd, restarts
// and failures to rootd, names without a service to named. What does not fit into a ring is told
// later.

import CapABI
import IPC
import Runtime
import Service
import Store
import Sys

extension Procd {
  /// Keeps what is known about an end that is a crash, and tells crashd.
  mutating func keepCrash<S: System>(
    of service: Service, _ fault: FaultReport?, _ system: inout S
  ) {
    guard let launch = service.launch else { return }
    var slot = CapSlot.null
    if let fault, fault.fault.kind == .forbiddenSyscall,
      let number = UInt32(exactly: fault.registers[.rdi]), number < CapSlot.maximumCount
    {
      slot = CapSlot(rawValue: number)
    }
    _ = crashes.append(
      Crash(
        nanoseconds: now,
        details: CrashDetails(
          process: service.process, role: launch.role, cause: service.cause, name: launch.name,
          slot: slot, fault: fault)))
    reportCrashes(&system)
  }

  /// Tells crashd what it was not told yet; later, when its ring is full.
  mutating func reportCrashes<S: System>(_ system: inout S) {
    unreported = max(unreported, crashes.oldest)
    while let crash = crashes[unreported] {
      let report = CrashdRequest.report(
        crash: unreported, process: crash.details.process, role: crash.details.role,
        cause: crash.details.cause, nanoseconds: crash.nanoseconds)
      do throws(ResultCode) {
        try system.tell(report, to: Self.crashd)
      } catch {
        if error == .retry { tellLater() }
        return
      }
      unreported += 1
    }
  }

  // MARK: Events

  /// Tells rootd how a service fares.
  mutating func note<S: System>(_ event: ServiceEvent, _ role: RoleID, _ system: inout S) {
    _ = events.remove(role.key)
    // As many fit as there can be services, whose records are larger.
    _ = events.insert(event.rawValue, at: role.key)
    tellEvents(&system)
  }

  /// Tells rootd, and named of what is given up, what they were not told yet.
  ///
  /// Later, when a ring is full; to be told twice does no harm.
  mutating func tellEvents<S: System>(_ system: inout S) {
    while let (key, value) = events.first(from: TableKey(0)) {
      let role = RoleID(rawValue: UInt16(truncatingIfNeeded: key.major))
      if let event = ServiceEvent(rawValue: value) {
        do throws(ResultCode) {
          try tell(event, role, &system)
        } catch {
          guard error != .retry else {
            tellLater()
            return
          }
        }
      }
      _ = events.remove(key)
    }
  }

  private func tell<S: System>(
    _ event: ServiceEvent, _ role: RoleID, _ system: inout S
  ) throws(ResultCode) {
    // A service that comes back has the endpoint that it had, so its registration stands.
    if event == .failed, role != .named, let tuple = ServiceTuple(role) {
      try system.tell(NamedRequest.unregister(tuple), to: Self.named)
    }
    try system.tell(ProcdRequest.serviceState(role, event), to: StartupSlot.supervisor)
  }

  /// Tries again in a tenth of a second.
  private mutating func tellLater() {
    guard !isTellingLater else { return }
    isTellingLater = timers.insert(0, at: TableKey(now + 100_000_000))
  }
}
