// Ends of instances, and what follows from them: memory goes back, whoever waited is answered,
// what depends on the service ends too, and policy says what comes next.

import Bootstrap
import CapABI
import IPC
import Service
import Store
import Sys

extension Procd {
  /// Ends the instance of a service, if there is one, and lets its policy decide.
  mutating func end<S: System>(
    _ role: RoleID, _ cause: EndCause, code: UInt32 = 0, fault: FaultReport? = nil,
    _ system: inout S
  ) {
    guard stop(role, cause, code: code, fault: fault, &system) else { return }
    let mode = services[role.key]?.launch?.restart.mode ?? .never
    if mode == .always || (mode == .onFailure && cause.isFailure(code: code)) {
      schedule(role, &system)
    } else {
      note(.failed, role, &system)
    }
  }

  /// Ends the instance of a service.
  ///
  /// What depends on it follows in `runTimers`.
  ///
  /// - Returns: Whether there was one.
  mutating func stop<S: System>(
    _ role: RoleID, _ cause: EndCause, code: UInt32 = 0, fault: FaultReport? = nil,
    _ system: inout S
  ) -> Bool {
    guard var service = services[role.key], service.state.isAlive else { return false }
    arm(&service, role, at: 0)
    service.state = .ended
    service.isDoomed = false
    service.cause = cause
    service.code = code
    service.refusal = Self.refusal(cause, code: code)
    services[role.key] = service
    // Neither fails for a process that procd made itself.
    _ = try? system.control(.kill(process: service.slot), on: Self.process)
    try? system.drop(service.slot)
    slots.giveBack(service.slot.rawValue)
    _ = watched.remove(Self.watchKey(service.process, role))
    release(service.owner, &system)
    readClock(&system)
    if cause.isFailure(code: code) { keepCrash(of: service, fault, &system) }
    answerReady(role, service.refusal, &system)
    answerEnd(role, &system)
    doomDependents(of: role)
    return true
  }

  // MARK: Ends that nobody tells

  /// Where an instance stands among those whose ends one bit tells.
  static func watchKey(_ process: ProcessID, _ role: RoleID) -> TableKey {
    TableKey(UInt64(process.rawValue) % 64, UInt64(role.rawValue))
  }

  /// Ends the instances whose processes somebody else ended, out of those that bits stand for.
  ///
  /// That is a failure of the service, of which nothing more is known. What procd ended itself is
  /// not watched any more.
  mutating func endLost<S: System>(_ bits: UInt64, _ system: inout S) {
    for bit in 0..<UInt64(64) where bits >> bit & 1 != 0 {
      var next: UInt64 = 0
      while let (key, _) = watched.first(from: TableKey(bit, next)), key.major == bit {
        next = key.minor + 1
        let role = RoleID(rawValue: UInt16(truncatingIfNeeded: key.minor))
        guard let service = services[role.key], isGone(service, &system) else { continue }
        end(role, .fault, &system)
      }
    }
  }

  /// Whether the process of an instance is dying or dead, or was taken away with the memory that it
  /// was made from, and procd's capability with it.
  private func isGone<S: System>(_ service: Service, _ system: inout S) -> Bool {
    do throws(ResultCode) {
      try system.control(.readBudget(of: service.slot), on: Self.budget)
      return false
    } catch {
      return error == .wrongState || error == .emptySlot
    }
  }

  /// Has memd, vspaced and pagerd forget an owner whose process is gone.
  ///
  /// vspaced first, so that no region is registered after pagerd forgot them; memd last, as it
  /// gives the frames to others.
  mutating func release<S: System>(_ owner: Badge, _ system: inout S) {
    var code = ResultCode.retry
    while code == .retry {
      code = Self.code(
        of: VspacedRequest.detachSpace(owner: owner), VspacedReply.self,
        from: Self.vspaced, &system)
    }
    code = .retry
    while code == .retry {
      code = Self.code(
        of: PagerdRequest.releaseOwner(owner), PagerdReply.self,
        from: Self.pagerd, &system)
    }
    // NOT_FOUND of each says that the process never came so far.
    _ = Self.code(of: MemdRequest.reclaimOwner(owner), MemdReply.self, from: Self.memd, &system)
    _ = owners.remove(TableKey(owner.rawValue))
  }

  /// How a request ends whose reply says nothing that is needed.
  private static func code<Request: ServiceRequest, Answer: ServiceReply, S: System>(
    of request: Request, _ reply: Answer.Type, from peer: CapSlot, _ system: inout S
  ) -> ResultCode where Request.Operation == Answer.Operation {
    do throws(ResultCode) {
      _ = try system.ask(request, of: peer, reply)
      return .ok
    } catch {
      return error
    }
  }

  /// What AWAIT_READY says of a start that ended so.
  private static func refusal(_ cause: EndCause, code: UInt32) -> ResultCode {
    guard cause == .notReady else { return .peerDied }
    switch code {
    case 0: return .timedOut
    case UInt32(ReadinessCode.noMemory.rawValue): return .noMemory
    default: return .wrongState
    }
  }

  // MARK: Whoever waited

  /// Answers AWAIT_READY, if somebody asked.
  mutating func answerReady<S: System>(
    _ role: RoleID, _ code: ResultCode, _ system: inout S
  ) {
    guard var service = services[role.key], service.readyReply != .null else { return }
    let slot = service.readyReply
    service.readyReply = .null
    services[role.key] = service
    if code == .ok {
      try? system.answer(saved: slot, ProcdReply.awaitReady)
    } else {
      _ = system.reply(slot, MessageTag(refusing: code))
    }
    giveBack(reply: slot, &system)
  }

  /// Answers WAIT, if somebody asked; the process is out of the table then.
  private mutating func answerEnd<S: System>(_ role: RoleID, _ system: inout S) {
    guard var service = services[role.key], service.endReply != .null else { return }
    let slot = service.endReply
    service.endReply = .null
    services[role.key] = service
    _ = processes.remove(service.process.key)
    try? system.answer(saved: slot, ProcdReply.wait(service.cause, code: service.knownCode))
    giveBack(reply: slot, &system)
  }

  private mutating func giveBack<S: System>(reply slot: CapSlot, _ system: inout S) {
    // Empty after a reply that was taken, wanted or not.
    try? system.drop(slot)
    slots.giveBack(slot.rawValue)
  }

  // MARK: What depends on it

  /// Marks everything that needs a service which ended.
  private mutating func doomDependents(of role: RoleID) {
    var next: UInt64 = 0
    while let (key, _) = dependents.first(from: role.key(next)), key.major == role.key.major {
      next = key.minor + 1
      let dependent = RoleID(rawValue: UInt16(truncatingIfNeeded: key.minor))
      guard var service = services[dependent.key], service.state.isAlive, !service.isDoomed
      else { continue }
      service.isDoomed = true
      // Before everything that has a time.
      arm(&service, dependent, at: 1)
      services[dependent.key] = service
    }
  }

  /// Looks again at what waits for a service that serves now.
  mutating func wakeDependents(of role: RoleID) {
    var next: UInt64 = 0
    while let (key, _) = dependents.first(from: role.key(next)), key.major == role.key.major {
      next = key.minor + 1
      let dependent = RoleID(rawValue: UInt16(truncatingIfNeeded: key.minor))
      guard var service = services[dependent.key], service.state == .restarting,
        service.due == 0
      else { continue }
      arm(&service, dependent, at: max(now, 1))
      services[dependent.key] = service
    }
  }
}

extension Service {
  /// What the process itself said about its end.
  var knownCode: UInt32 { cause.hasCode ? code : 0 }
}

extension EndCause {
  /// Whether a process that ended so is a crash.
  func isFailure(code: UInt32) -> Bool {
    switch self {
    case .exit: code != 0
    case .killed: false
    case .fault, .watchdog, .notReady: true
    }
  }
}
