/*
 * Offsets that assembly and Swift share. KernelX86Tests compares those of the register context with
 * `UserContext`; the others are used on the assembly side alone or written through this header.
 */
#ifndef ERIX_KERNEL_LAYOUT_H
#define ERIX_KERNEL_LAYOUT_H

/* `UserContext` of KernelMachine. */
#define CONTEXT_RAX 0
#define CONTEXT_RDI 8
#define CONTEXT_RSI 16
#define CONTEXT_RDX 24
#define CONTEXT_R10 32
#define CONTEXT_R8 40
#define CONTEXT_R9 48
#define CONTEXT_RBX 56
#define CONTEXT_RBP 64
#define CONTEXT_R12 72
#define CONTEXT_R13 80
#define CONTEXT_R14 88
#define CONTEXT_R15 96
#define CONTEXT_RCX 104
#define CONTEXT_R11 112
#define CONTEXT_RIP 120
#define CONTEXT_RFLAGS 128
#define CONTEXT_RSP 136
#define CONTEXT_IS_FULL 144

/* What stands behind GS in the kernel: one per processor, in pages of its own. */
#define CPU_CONTEXT 0       /* the context of the thread that runs in user mode; 0 while idle */
#define CPU_STACK 8         /* end of the kernel stack */
#define CPU_ENTRY_STACK 16  /* end of the stack for the processor's own frame */
#define CPU_SCRATCH 24      /* the user's stack pointer, for four instructions */
#define CPU_HAS_SMAP 32     /* whether stac and clac exist and are in use */
#define CPU_SIZE 40

/* Segment selectors. SYSRET takes the user's from consecutive places. */
#define KERNEL_CODE 0x08
#define KERNEL_DATA 0x10
#define USER_DATA 0x1B
#define USER_CODE 0x23
#define TASK_STATE 0x28

/* Vectors. Those below 32 are exceptions; lines of the I/O interrupt controllers take the range. */
#define VECTOR_TIMER 0x20
#define VECTOR_FIRST_LINE 0x30
#define VECTOR_LAST_LINE 0xEF
#define VECTOR_SPURIOUS 0xFF

/* Stacks: the kernel's, and those of exceptions that must not use it. */
#define PAGE 4096
#define KERNEL_STACK_SIZE 32768
#define EXCEPTION_STACK_SIZE 8192
#define EXCEPTION_STACKS 4
/* Room for the FPU's first state: AVX-512 takes 2.7 KB. */
#define CLEAN_FPU_AREA 4096
#define STACK_OF_DOUBLE_FAULT 1
#define STACK_OF_NMI 2
#define STACK_OF_MACHINE_CHECK 3
#define STACK_OF_DEBUG 4

/* Room for `KernelState`, and where the context is in a `Thread`. */
#define KERNEL_STATE_SIZE 4096
#define THREAD_CONTEXT 32
/* Room for `MachineFacts`. */
#define MACHINE_FACTS_SIZE 1024

/* Words that `broken` pushes, the last ones by the processor. */
#define PANIC_WORDS 22
#define PANIC_RBP 6
#define PANIC_VECTOR 15
#define PANIC_RIP 17

#endif
