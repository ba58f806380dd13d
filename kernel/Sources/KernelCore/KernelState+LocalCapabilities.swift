// The system calls on a thread's own slots: registers in, operation, registers out.
// docs/reference/syscalls.md.

import CapABI
import KernelMachine

extension CapSlot {
  /// A slot number from a register; what does not fit 32 bits is outside every CSpace.
  @inline(__always) init(register: UInt64) throws(SyscallError) {
    guard let index = UInt32(exactly: register) else { throw .slotOutOfRange }
    self.init(rawValue: index)
  }
}

extension KernelState {
  /// Deletions between two looks at pending interrupts.
  private static var revocationsPerLook: Int { 6 }

  /// QUERY_LOCAL_CAP: type in rdi, rights in rsi, family of an endpoint in r8.
  mutating func query(for thread: Ref<Thread>) throws(SyscallError) {
    let slot = try CapSlot(register: thread.object.context.rdi)
    let found = try CapabilityDescription(
      of: slot, in: thread.object.cspace, scope: .whole, space: &objects)
    thread.object.context.rdi = UInt64(found.type.rawValue)
    thread.object.context.rsi = UInt64(found.rights.rawValue)
    thread.object.context.r8 = UInt64(found.family.rawValue)
    thread.object.finish(.ok)
  }

  /// DROP_LOCAL_CAP of the slot in rdi.
  mutating func drop(for thread: Ref<Thread>) throws(SyscallError) {
    let slot = try CapSlot(register: thread.object.context.rdi)
    let operation = try DropCapability(
      slot, of: thread.object.cspace, scope: .whole, in: &objects)
    thread.object.finish(.ok)
    operation.invoke(in: &objects)
  }

  /// COPY_LOCAL_CAP: slots in rdi and rsi, rights mask in rdx, badge in r10.
  mutating func copy(for thread: Ref<Thread>) throws(SyscallError) {
    let source = try CapSlot(register: thread.object.context.rdi)
    let destination = try CapSlot(register: thread.object.context.rsi)
    guard let mask = UInt32(exactly: thread.object.context.rdx) else { throw .invalidArgument }
    let request = CopyCapability.Request(
      source: source, destination: destination, rightsMask: mask,
      badge: thread.object.context.r10)
    let cspace = thread.object.cspace
    let operation = try CopyCapability(
      request, from: cspace, scope: .whole, to: cspace, targetScope: .whole, in: &objects)
    thread.object.finish(.ok)
    operation.invoke(in: &objects)
  }

  /// MOVE_LOCAL_CAP: slots in rdi and rsi.
  mutating func move(for thread: Ref<Thread>) throws(SyscallError) {
    let source = try CapSlot(register: thread.object.context.rdi)
    let destination = try CapSlot(register: thread.object.context.rsi)
    let operation = try MoveCapability(
      from: source, to: destination, of: thread.object.cspace, scope: .whole, in: &objects)
    thread.object.finish(.ok)
    operation.invoke(in: &objects)
  }

  /// REVOKE_LOCAL_CAP of the slot in rdi, as far as it gets before an interrupt.
  mutating func revoke(for thread: Ref<Thread>) throws(SyscallError) {
    let slot = try CapSlot(register: thread.object.context.rdi)
    let operation = try RevokeCapability(
      slot, of: thread.object.cspace, scope: .whole, in: &objects)
    while operation.invoke(steps: Self.revocationsPerLook, in: &objects) == .preempted {
      guard !M.interruptPending() else { return thread.object.repeatCall() }
    }
    thread.object.finish(.ok)
  }
}

extension Thread {
  /// Makes the thread execute its system call again when it runs next.
  ///
  /// The registers are as they were; `syscall` is two bytes long.
  @inline(__always) mutating func repeatCall() {
    context.rip &-= 2
  }
}
