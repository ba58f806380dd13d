// Threads in tests: made without capabilities' help, entered like the entry code enters the kernel.

import CapABI
import KernelCore
import KernelMachine

extension World {
  /// A running thread of a process, with a capability to it in a slot of the process.
  func makeThread(
    priority: UInt8 = 100, of process: Ref<Process>? = nil, in slot: UInt32? = nil
  ) throws -> Ref<Thread> {
    let process = process ?? root
    guard let cspace = process.object.cspace,
      let thread = state.objects.makeThread(of: process)
    else { throw SyscallError.noMemory }
    Provoked.forget(thread)
    state.objects.setPriority(thread, to: priority)
    let free = slot ?? freeSlot(in: cspace)
    try state.grant(thread, to: cspace, slot: CapSlot(rawValue: free))
    return thread
  }

  /// The first empty slot from 2048 on.
  func freeSlot(in cspace: Ref<CSpace>) -> UInt32 {
    var index: UInt32 = cspace.object.slotCount / 2
    while slot(index, in: cspace) != nil { index += 1 }
    return index
  }

  /// A thread that is ready, or runs when nothing more urgent does.
  func startThread(priority: UInt8 = 100, of process: Ref<Process>? = nil) throws -> Ref<Thread> {
    let thread = try makeThread(priority: priority, of: process)
    guard start(thread) else { throw SyscallError.wrongState }
    return thread
  }

  /// Makes a stopped thread ready.
  func start(_ thread: Ref<Thread>) -> Bool {
    state.objects.start(thread)
  }

  /// Enters the kernel for some reason, with this world's devices.
  @discardableResult
  func enter(_ body: (inout KernelState<SimulatedMachine>) -> Ref<Thread>?) -> Ref<Thread>? {
    Devices.$current.withValue(devices) { body(&state) }
  }

  /// Leaves the kernel as after an interrupt that was for nothing.
  @discardableResult func reschedule() -> Ref<Thread>? {
    enter { $0.leave(on: cpu) }
  }

  /// Lets time pass; the timer interrupts if it was armed for that.
  func pass(_ nanoseconds: UInt64) {
    let end = devices.time + nanoseconds
    while devices.timer <= end {
      devices.time = max(devices.time, devices.timer)
      devices.timer = .max
      enter { $0.timerExpired(on: cpu) }
    }
    devices.time = end
  }

  /// Executes `syscall` on the processor; returns the status as far as the call came back.
  @discardableResult
  func call(
    _ number: Syscall, _ rdi: UInt64 = 0, _ rsi: UInt64 = 0, _ rdx: UInt64 = 0,
    _ r10: UInt64 = 0, _ r8: UInt64 = 0, _ r9: UInt64 = 0
  ) -> ResultCode? {
    guard let thread = cpu.object.current else { return nil }
    thread.object.context.rax = number.rawValue
    thread.object.context.rdi = rdi
    thread.object.context.rsi = rsi
    thread.object.context.rdx = rdx
    thread.object.context.r10 = r10
    thread.object.context.r8 = r8
    thread.object.context.r9 = r9
    thread.object.context.rip &+= 2
    Provoked.begin(number, of: thread)
    enter { $0.systemCall(on: cpu) }
    return thread.status
  }
}

extension Ref where Object == Thread {
  /// What the last system call came back with.
  var status: ResultCode {
    let code = ResultCode(rawValue: UInt16(truncatingIfNeeded: object.context.rax))
    Provoked.note(code, of: self)
    return code
  }
}
