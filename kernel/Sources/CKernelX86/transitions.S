/*
 * The way from user mode into the kernel and back. Registers go straight into the context of the
 * thread, whose address stands behind GS; the kernel runs on one stack per processor with
 * interrupts off, so nothing of it survives the way back.
 *
 * SYSCALL and SYSRET: Intel SDM volume 2. FMASK clears IF, DF, AC, TF and NT at entry.
 */
#include "include/layout.h"
#ifndef __linux__

/* Flags that user code may set: CF PF AF ZF SF TF DF OF RF AC ID; IF and bit 1 are always set. */
#define USER_FLAGS 0x250DD5
#define FIXED_FLAGS 0x202
#define GENERAL_PROTECTION 13

  .section .entry_text, "ax", @progbits
  .globl erix_system_call
  .type erix_system_call, @function
  .balign 64
/* rax number; rcx and r11 hold the user's rip and flags */
erix_system_call:
  swapgs
  mov %rsp, %gs:CPU_SCRATCH
  mov %gs:CPU_CONTEXT, %rsp
  mov %rax, CONTEXT_RAX(%rsp)
  mov %rdi, CONTEXT_RDI(%rsp)
  mov %rsi, CONTEXT_RSI(%rsp)
  mov %rdx, CONTEXT_RDX(%rsp)
  mov %r10, CONTEXT_R10(%rsp)
  mov %r8, CONTEXT_R8(%rsp)
  mov %r9, CONTEXT_R9(%rsp)
  mov %rbx, CONTEXT_RBX(%rsp)
  mov %rbp, CONTEXT_RBP(%rsp)
  mov %r12, CONTEXT_R12(%rsp)
  mov %r13, CONTEXT_R13(%rsp)
  mov %r14, CONTEXT_R14(%rsp)
  mov %r15, CONTEXT_R15(%rsp)
  mov %rcx, CONTEXT_RIP(%rsp)
  mov %r11, CONTEXT_RFLAGS(%rsp)
  mov %gs:CPU_SCRATCH, %rax
  mov %rax, CONTEXT_RSP(%rsp)
  movq $0, CONTEXT_IS_FULL(%rsp)
  mov %gs:CPU_STACK, %rsp
  call Kernel_systemCall
  /* fall through */

/*
 * Goes on with the thread in rax, or waits when that is 0. When it is the one that entered, and
 * did so by a system call, the registers that functions preserve still hold its values.
 */
  .globl erix_resume
erix_resume:
  test %rax, %rax
  jz idle
  add $THREAD_CONTEXT, %rax
  cmpq $0, CONTEXT_IS_FULL(%rax)
  mov %rax, %rsp
  jne resume_full
  cmp %rax, %gs:CPU_CONTEXT
  je 1f
  mov %rax, %gs:CPU_CONTEXT
  mov CONTEXT_RBX(%rsp), %rbx
  mov CONTEXT_RBP(%rsp), %rbp
  mov CONTEXT_R12(%rsp), %r12
  mov CONTEXT_R13(%rsp), %r13
  mov CONTEXT_R14(%rsp), %r14
  mov CONTEXT_R15(%rsp), %r15
1:
  mov CONTEXT_RAX(%rsp), %rax
  mov CONTEXT_RDI(%rsp), %rdi
  mov CONTEXT_RSI(%rsp), %rsi
  mov CONTEXT_RDX(%rsp), %rdx
  mov CONTEXT_R10(%rsp), %r10
  mov CONTEXT_R8(%rsp), %r8
  mov CONTEXT_R9(%rsp), %r9
  mov CONTEXT_RIP(%rsp), %rcx
  mov CONTEXT_RFLAGS(%rsp), %r11
  mov CONTEXT_RSP(%rsp), %rsp
  swapgs
  sysretq
  .size erix_system_call, . - erix_system_call

/* Loads every register, by IRETQ. */
  .type resume_full, @function
resume_full:
  mov %rax, %gs:CPU_CONTEXT
  mov %gs:CPU_ENTRY_STACK, %rsp
  push $USER_DATA
  push CONTEXT_RSP(%rax)
  mov CONTEXT_RFLAGS(%rax), %rcx
  and $USER_FLAGS, %ecx
  or $FIXED_FLAGS, %ecx
  push %rcx
  push $USER_CODE
  push CONTEXT_RIP(%rax)
  mov CONTEXT_RDI(%rax), %rdi
  mov CONTEXT_RSI(%rax), %rsi
  mov CONTEXT_RDX(%rax), %rdx
  mov CONTEXT_R10(%rax), %r10
  mov CONTEXT_R8(%rax), %r8
  mov CONTEXT_R9(%rax), %r9
  mov CONTEXT_RBX(%rax), %rbx
  mov CONTEXT_RBP(%rax), %rbp
  mov CONTEXT_R12(%rax), %r12
  mov CONTEXT_R13(%rax), %r13
  mov CONTEXT_R14(%rax), %r14
  mov CONTEXT_R15(%rax), %r15
  mov CONTEXT_RCX(%rax), %rcx
  mov CONTEXT_R11(%rax), %r11
  mov CONTEXT_RAX(%rax), %rax
  swapgs
  .globl erix_return_instruction
erix_return_instruction:
  iretq
  .size resume_full, . - resume_full

/* Waits for an interrupt; the handler does not come back here. */
  .type idle, @function
idle:
  movq $0, %gs:CPU_CONTEXT
  mov %gs:CPU_STACK, %rsp
1:
  sti
  hlt
  cli
  jmp 1b
  .size idle, . - idle

/*
 * Saves the registers of user code. The processor's frame stands on the stack, below it what the
 * stub pushed; rax is saved by the caller of the macro.
 */
.macro save_from_user
  swapgs
  lfence                        /* no speculation with the user's GS */
  cld
  cmpq $0, %gs:CPU_HAS_SMAP
  je 1f
  clac
1:
  push %rax
  mov %gs:CPU_CONTEXT, %rax
  mov %rdi, CONTEXT_RDI(%rax)
  mov %rsi, CONTEXT_RSI(%rax)
  mov %rdx, CONTEXT_RDX(%rax)
  mov %r10, CONTEXT_R10(%rax)
  mov %r8, CONTEXT_R8(%rax)
  mov %r9, CONTEXT_R9(%rax)
  mov %rbx, CONTEXT_RBX(%rax)
  mov %rbp, CONTEXT_RBP(%rax)
  mov %r12, CONTEXT_R12(%rax)
  mov %r13, CONTEXT_R13(%rax)
  mov %r14, CONTEXT_R14(%rax)
  mov %r15, CONTEXT_R15(%rax)
  mov %rcx, CONTEXT_RCX(%rax)
  mov %r11, CONTEXT_R11(%rax)
  movq $1, CONTEXT_IS_FULL(%rax)
  popq CONTEXT_RAX(%rax)
.endm

/* Saves the processor's frame; rax is the context. */
.macro save_frame
  popq CONTEXT_RIP(%rax)
  pop %rcx
  popq CONTEXT_RFLAGS(%rax)
  popq CONTEXT_RSP(%rax)
  mov %gs:CPU_STACK, %rsp
.endm

/* The stack holds the vector less 128, sign-extended, and the processor's frame. */
  .type interrupt, @function
interrupt:
  testb $3, 16(%rsp)
  jz interrupt_from_kernel
  save_from_user
  pop %rdi
  save_frame
2:
  sub $-128, %edi
  call Kernel_interrupt
  /* What functions preserve is not the user's any more. */
  movq $0, %gs:CPU_CONTEXT
  jmp erix_resume
interrupt_from_kernel:
  lfence                        /* no speculation with the user's GS, had it been user code */
  /* Interrupts are on in `idle` alone, which keeps nothing on its stack. */
  mov (%rsp), %rdi
  mov %gs:CPU_STACK, %rsp
  jmp 2b
  .size interrupt, . - interrupt

/* The stack holds vector, error code and the processor's frame. */
  .type exception, @function
exception:
  testb $3, 24(%rsp)
  jz exception_from_kernel
  save_from_user
  pop %rdi
  pop %rsi
  save_frame
  mov %cr2, %rdx
  call Kernel_exception
  movq $0, %gs:CPU_CONTEXT
  jmp erix_resume

exception_from_kernel:
  push %rax
  push %rcx
  mov 32(%rsp), %rax            /* rip */
  lea erix_return_instruction(%rip), %rcx
  cmp %rcx, %rax
  je return_failed
#ifdef ERIX_PROFILE_SMOKE
  cmp erix_probe_target(%rip), %rax
  je probe_run_refused
  lea erix_probe_begin(%rip), %rcx
  cmp %rcx, %rax
  jb 1f
  lea erix_probe_end(%rip), %rcx
  cmp %rcx, %rax
  jb probe_refused
1:
#endif
  lea erix_copy_begin(%rip), %rcx
  cmp %rcx, %rax
  jb 2f
  lea erix_copy_end(%rip), %rcx
  cmp %rcx, %rax
  jae 2f
  /* The user's page is gone: the copy says so. */
  lea erix_copy_failed(%rip), %rcx
continue_elsewhere:
  mov %rcx, 32(%rsp)
  pop %rcx
  pop %rax
  add $16, %rsp
  iretq
#ifdef ERIX_PROFILE_SMOKE
/* The protection that the kernel tried is in force: probes.S. */
probe_refused:
  lea erix_probe_refused(%rip), %rcx
  jmp continue_elsewhere
probe_run_refused:
  lea erix_probe_run_refused(%rip), %rcx
  jmp continue_elsewhere
#endif
2:
  pop %rcx
  pop %rax
  jmp broken

/* IRETQ refused the context of a thread: the thread has a fault. GS is the user's already. */
return_failed:
  mov 24(%rsp), %rsi
  swapgs
  mov %gs:CPU_STACK, %rsp
  mov $GENERAL_PROTECTION, %edi
  xor %edx, %edx
  call Kernel_exception
  movq $0, %gs:CPU_CONTEXT
  jmp erix_resume
  .size exception, . - exception

/* A debug exception has a stack of its own, because it can come at the first instruction of the
 * kernel. From the kernel it means nothing: no breakpoint is ever set. */
  .type debug_exception, @function
debug_exception:
  testb $3, 24(%rsp)
  jnz exception
  add $16, %rsp
  andq $~0x100, 16(%rsp)
  iretq
  .size debug_exception, . - debug_exception

/* The kernel itself failed, or the machine did. Uses nothing but the stack: GS may be anyone's. */
  .type broken, @function
broken:
  push %r15
  push %r14
  push %r13
  push %r12
  push %r11
  push %r10
  push %r9
  push %r8
  push %rbp
  push %rdi
  push %rsi
  push %rdx
  push %rcx
  push %rbx
  push %rax
  cld
  mov %rsp, %rdi
  mov %cr2, %rsi
  and $-16, %rsp
  call Kernel_panic
  ud2
  .size broken, . - broken

/* One stub per exception. Those without an error code push 0 in its place. */
  .globl erix_exception_stubs
  .balign 16
erix_exception_stubs:
  .set vector, 0
  .rept 32
  .balign 16
  .set has_code, (vector == 8 || vector == 17 || vector == 21 || vector == 29 || vector == 30)
  .if !(has_code || (vector >= 10 && vector <= 14))
  push $0
  .endif
  push $vector
  .if vector == 1
  jmp debug_exception
  .elseif vector == 2 || vector == 8 || vector == 18
  jmp broken
  .else
  jmp exception
  .endif
  .set vector, vector + 1
  .endr

/* One stub of eight bytes per other vector. */
  .globl erix_interrupt_stubs
  .balign 8
erix_interrupt_stubs:
  .set vector, 32
  .rept 256 - 32
  .balign 8
  push $vector - 128
  jmp interrupt
  .set vector, vector + 1
  .endr

/*
 * Copies from user memory: rdi destination, rsi source, rdx count. Returns 1, or 0 when a page of
 * the source cannot be read. User memory is open to the kernel between stac and clac alone.
 */
  .section .text.erix_copy_from_user, "ax", @progbits
  .globl erix_copy_from_user
  .type erix_copy_from_user, @function
erix_copy_from_user:
  cmpq $0, %gs:CPU_HAS_SMAP
  je 1f
  stac
1:
  mov %rdx, %rcx
  shr $3, %rcx
  and $7, %edx
  .globl erix_copy_begin, erix_copy_end, erix_copy_failed
erix_copy_begin:
  rep movsq
  mov %edx, %ecx
  rep movsb
erix_copy_end:
  mov $1, %eax
2:
  cmpq $0, %gs:CPU_HAS_SMAP
  je 3f
  clac
3:
  ret
erix_copy_failed:
  xor %eax, %eax
  jmp 2b
  .size erix_copy_from_user, . - erix_copy_from_user

#endif
  .section .note.GNU-stack, "", @progbits
