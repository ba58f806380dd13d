// What the entry code of CKernelX86 calls. Each returns the address of the thread to go on with; 0
// for none: the processor waits for an interrupt.

import CKernelX86
import IPC
import KernelCore
import KernelX86

/// A SYSCALL instruction; number and arguments stand in the context of the current thread.
@c(Kernel_systemCall)
public func kernelSystemCall() -> UInt64 {
  withKernelState { state in
    threadAddress(of: state.systemCall(on: state.objects.bootProcessor))
  }
}

/// An interrupt, from user code or while waiting.
///
/// - Parameter vector: The vector, above 31.
/// - Returns: The address of a thread, or 0.
@c(Kernel_interrupt)
public func kernelInterrupt(_ vector: UInt32) -> UInt64 {
  withKernelState { state in
    let processor = state.objects.bootProcessor
    switch vector {
    case UInt32(VECTOR_TIMER):
      X86Machine.endInterrupt()
      return threadAddress(of: state.timerExpired(on: processor))
    case UInt32(VECTOR_FIRST_LINE)...UInt32(VECTOR_LAST_LINE):
      let line = vector - UInt32(VECTOR_FIRST_LINE)
      let thread = state.interrupt(line: line, on: processor)
      // A level is masked by now and does not come back at once.
      X86Machine.endInterrupt()
      return threadAddress(of: thread)
    default:
      // Spurious: nothing to end.
      return threadAddress(of: state.leave(on: processor))
    }
  }
}

/// An exception in user code, or a context that IRETQ refused.
///
/// - Parameters:
///   - vector: Number of the exception: Intel SDM volume 3, table 6-1.
///   - errorCode: What the processor pushed; 0 for none.
///   - address: The address that a page fault was about; meaningless for the others.
/// - Returns: The address of a thread, or 0.
@c(Kernel_exception)
public func kernelException(_ vector: UInt32, _ errorCode: UInt32, _ address: UInt64) -> UInt64 {
  withKernelState { state in
    let processor = state.objects.bootProcessor
    guard vector != ExceptionVector.fpuUnavailable else {
      return threadAddress(of: state.fpuUnavailable(on: processor))
    }
    let isPageFault = vector == ExceptionVector.page
    let fault = UserFault(
      kind: ExceptionVector.kind(of: vector), address: isPageFault ? address : 0,
      errorCode: errorCode)
    return threadAddress(of: state.fault(fault, on: processor))
  }
}

/// Where a thread is, `THREAD_CONTEXT` below its registers; 0 for no thread.
@inline(__always) func threadAddress(of thread: Ref<Thread>?) -> UInt64 {
  thread.map { UInt64($0.address) } ?? 0
}
