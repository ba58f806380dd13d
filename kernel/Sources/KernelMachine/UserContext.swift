// The registers of a thread in user mode. The entry code of CKernelX86 stores and loads them by
// offset; a host test compares the offsets in ckernelx86.h with this layout.

/// What the processor holds while a thread runs; the first seven words carry system calls.
package struct UserContext: BitwiseCopyable {
  /// Number of a system call, its status afterwards.
  package var rax: UInt64 = 0
  /// Slot of a system call, the badge afterwards; first argument of a new thread.
  package var rdi: UInt64 = 0
  /// Message tag.
  package var rsi: UInt64 = 0
  /// Message word 0.
  package var rdx: UInt64 = 0
  /// Message word 1.
  package var r10: UInt64 = 0
  /// Message word 2.
  package var r8: UInt64 = 0
  /// Message word 3.
  package var r9: UInt64 = 0
  /// Preserved by system calls.
  package var rbx: UInt64 = 0
  /// Preserved by system calls.
  package var rbp: UInt64 = 0
  /// Preserved by system calls.
  package var r12: UInt64 = 0
  /// Preserved by system calls.
  package var r13: UInt64 = 0
  /// Preserved by system calls.
  package var r14: UInt64 = 0
  /// Preserved by system calls.
  package var r15: UInt64 = 0
  /// Clobbered by system calls.
  package var rcx: UInt64 = 0
  /// Clobbered by system calls.
  package var r11: UInt64 = 0
  /// Next instruction; in a system call the one behind it.
  package var rip: UInt64 = 0
  /// Flags; only those that user code may set.
  package var rflags: UInt64 = 0x202
  /// Stack pointer.
  package var rsp: UInt64 = 0
  /// Whether all registers are restored (`iretq`), not only those that a system call preserves.
  package var isFull: UInt64 = 1
  /// Base of the FS segment.
  package var fsBase: UInt64 = 0

  /// A thread that never ran.
  package init() {}
}
