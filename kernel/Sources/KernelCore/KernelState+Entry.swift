// How the kernel is entered: one function for each reason, called by the entry code with interrupts
// off. Each returns the thread to resume; nil: the processor idles.

import CapABI
package import IPC
import KernelMachine

/// An exception that user code caused.
package struct UserFault: Equatable, Sendable {
  /// What happened.
  package var kind: FaultKind
  /// The address that was accessed; 0 when there is none.
  package var address: UInt64
  /// The processor's error code; the number of a forbidden system call.
  package var errorCode: UInt32

  /// Describes an exception.
  package init(kind: FaultKind, address: UInt64 = 0, errorCode: UInt32 = 0) {
    self.kind = kind
    self.address = address
    self.errorCode = errorCode
  }
}

extension KernelState {
  /// Carries out a system call of the current thread, whose context holds number and arguments.
  @inline(__always)
  package mutating func systemCall(on cpu: Ref<Processor>) -> Ref<Thread>? {
    guard let thread = cpu.object.current else { preconditionFailure("a call of nobody") }
    return dispatch(thread, on: cpu)
  }

  /// Carries out any system call.
  @inline(never)
  mutating func generalPath(
    _ thread: Ref<Thread>, on cpu: Ref<Processor>
  ) -> Ref<Thread>? {
    cpu.object.entryPriority = Int(thread.object.priority)
    let number = thread.object.context.rax
    record(.systemCall, thread, number, on: cpu)
    guard let call = Syscall(rawValue: number) else {
      thread.object.finish(.unsupported)
      return leave(on: cpu)
    }
    guard thread.object.process.object.syscallFilter.contains(SyscallFilter(call)) else {
      // The number is one of `Syscall`, so it fits.
      let code = UInt32(truncatingIfNeeded: number)
      return fault(UserFault(kind: .forbiddenSyscall, errorCode: code), on: cpu)
    }
    do throws(SyscallError) {
      try carryOut(call, for: thread, on: cpu)
    } catch {
      thread.object.finish(error.code)
    }
    return leave(on: cpu)
  }

  /// Stops the current thread until somebody has dealt with its exception.
  package mutating func fault(_ fault: UserFault, on cpu: Ref<Processor>) -> Ref<Thread>? {
    guard let thread = cpu.object.current else { preconditionFailure("an exception of nobody") }
    record(.fault, thread, UInt64(fault.kind.rawValue), on: cpu)
    cpu.object.entryPriority = Int(thread.object.priority)
    objects.raise(fault, by: thread)
    return leave(on: cpu)
  }

  /// Gives the current thread the FPU, which it used for the first time.
  package mutating func fpuUnavailable(on cpu: Ref<Processor>) -> Ref<Thread>? {
    guard let thread = cpu.object.current else { preconditionFailure("an exception of nobody") }
    cpu.object.entryPriority = Int(thread.object.priority)
    guard giveFPU(to: thread, on: cpu) else {
      return fault(UserFault(kind: .noFPUMemory), on: cpu)
    }
    return leave(on: cpu)
  }

  /// Does what the timer was armed for.
  package mutating func timerExpired(on cpu: Ref<Processor>) -> Ref<Thread>? {
    cpu.object.entryPriority = cpu.object.topPriority
    cpu.object.timerHasExpired = true
    cpu.object.armedUntil = .max
    return leave(on: cpu)
  }

  /// Delivers an interrupt of a device.
  package mutating func interrupt(line: UInt32, on cpu: Ref<Processor>) -> Ref<Thread>? {
    record(.interrupt, cpu.object.current, UInt64(line), on: cpu)
    cpu.object.entryPriority = cpu.object.topPriority
    guard let slot = noteInterrupt(line),
      let notification = slot.object.object?.cast(to: Notification.self)
    else { return leave(on: cpu) }
    return interruptStraight(notification, slot.object.badge, on: cpu) ?? leave(on: cpu)
  }

  @inline(__always) private mutating func carryOut(
    _ call: Syscall, for thread: Ref<Thread>, on cpu: Ref<Processor>
  ) throws(SyscallError) {
    switch call {
    case .yield: yield(thread, on: cpu)
    case .queryLocalCap: try query(for: thread)
    case .dropLocalCap: try drop(for: thread)
    case .copyLocalCap: try copy(for: thread)
    case .moveLocalCap: try move(for: thread)
    case .revokeLocalCap: try revoke(for: thread)
    case .call: try self.call(thread, on: cpu)
    case .receive: try receive(thread, on: cpu)
    case .reply: try reply(thread, on: cpu)
    case .replyReceive: try replyReceive(thread, on: cpu)
    case .notify: try notify(thread, on: cpu)
    case .saveReply: try saveReply(thread)
    case .rootdReport: try report(for: thread)
    }
  }

  /// Lets the equals of the current thread have their turn.
  private mutating func yield(_ thread: Ref<Thread>, on cpu: Ref<Processor>) {
    thread.object.finish(.ok)
    guard cpu.object.ready.top >= Int(thread.object.priority) else { return }
    thread.object.quantum = Processor.quantum
    cpu.object.current = nil
    cpu.object.ready.append(thread)
  }
}
