// The offsets that assembly uses are those of the Swift types.

import CKernelX86
import KernelCore
import KernelMachine
import Testing

struct ContextLayoutTests {
  @Test func `assembly and Swift agree on the register context`() {
    let layout: [(PartialKeyPath<UserContext>, Int32)] = [
      (\.rax, CONTEXT_RAX), (\.rdi, CONTEXT_RDI), (\.rsi, CONTEXT_RSI), (\.rdx, CONTEXT_RDX),
      (\.r10, CONTEXT_R10), (\.r8, CONTEXT_R8), (\.r9, CONTEXT_R9), (\.rbx, CONTEXT_RBX),
      (\.rbp, CONTEXT_RBP), (\.r12, CONTEXT_R12), (\.r13, CONTEXT_R13), (\.r14, CONTEXT_R14),
      (\.r15, CONTEXT_R15), (\.rcx, CONTEXT_RCX), (\.r11, CONTEXT_R11), (\.rip, CONTEXT_RIP),
      (\.rflags, CONTEXT_RFLAGS), (\.rsp, CONTEXT_RSP), (\.isFull, CONTEXT_IS_FULL),
    ]
    for (field, offset) in layout {
      #expect(MemoryLayout<UserContext>.offset(of: field) == Int(offset))
    }
  }

  @Test func `the context of a thread is where the entry code looks`() {
    #expect(MemoryLayout<Thread>.offset(of: \Thread.context) == Int(THREAD_CONTEXT))
  }
}
