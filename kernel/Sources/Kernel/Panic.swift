// The end of a kernel that met a processor exception. A failed precondition of Swift is one too
// (invalid opcode), so this is also the panic handler; the address leads to the source line.

import CapABI

/// Called by the exception stubs of CKernelX86; does not return.
///
/// - Parameters:
///   - vector: Number of the exception: Intel SDM volume 3, table 6-1.
///   - instruction: Where it happened.
///   - address: The address that a page fault was about; meaningless for the others.
@c(Kernel_exception)
public func kernelException(_ vector: UInt64, _ instruction: UInt64, _ address: UInt64) {
  let console = EarlyConsole()
  console.panic(vector: vector, instruction: instruction, address: address)
  #if ERIX_PROFILE_SMOKE
  DebugExitDevice.exit(.kernelFailure)
  #endif
  halt()
}
