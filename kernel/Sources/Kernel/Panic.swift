// The end of a kernel that met a processor exception. A failed precondition of Swift is one too
// (invalid opcode), so this is also the panic handler; integration/debug/panic.py turns the
// addresses into source lines.

import CKernelX86
import CapABI
import KernelX86

/// Called by the entry code of CKernelX86; does not return.
///
/// Uses no state of the kernel.
///
/// - Parameters:
///   - frame: Registers as transitions.S pushed them: `PANIC_WORDS` words.
///   - address: The address that a page fault was about; meaningless for the others.
@c(Kernel_panic)
public func kernelPanic(_ frame: UInt64, _ address: UInt64) {
  let console = EarlyConsole()
  let registers = StackWords(at: frame)
  let vector = registers[Int(PANIC_VECTOR)]
  let instruction = registers[Int(PANIC_RIP)]
  console.panic(vector: vector, instruction: instruction, address: address)
  for index in 0..<Int(PANIC_WORDS) { console.panicDetail("REGISTER", registers[index]) }
  console.panicDetail("FRAME", instruction)
  var pointer = registers[Int(PANIC_RBP)]
  let stacks = erix_stacks_start_address()..<erix_stacks_end_address()
  // Frames lie above each other, so this ends; the bound keeps a broken chain short.
  for _ in 0..<32 where stacks.contains(pointer) && pointer % 8 == 0 {
    let words = StackWords(at: pointer)
    console.panicDetail("FRAME", words[1])
    guard words[0] > pointer else { break }
    pointer = words[0]
  }
  #if ERIX_PROFILE_SMOKE
  DebugExitDevice.exit(.kernelFailure)
  #endif
  halt()
}

/// Words on a stack of the kernel.
private struct StackWords {
  private let address: UInt64

  init(at address: UInt64) { self.address = address }

  subscript(index: Int) -> UInt64 {
    // SAFETY: the entry code pushed the words on a stack, or the address lies in the stacks, whose
    // end is followed by memory of the kernel; a guard page in it ends in a double fault.
    unsafe UnsafePointer<UInt64>(bitPattern: UInt(address) + UInt(index) * 8)?.pointee ?? 0
  }
}
