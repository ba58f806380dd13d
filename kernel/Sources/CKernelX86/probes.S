/*
 * Attempts of the kernel that its protections must refuse, for the tests of a smoke kernel
 * (KernelX86, Probes.swift); other kernels do not hold them. Each returns 1 when it was possible
 * and 0 when the processor refused it: transitions.S continues at the place for that.
 */
#include "include/layout.h"
#if !defined(__linux__) && defined(ERIX_PROFILE_SMOKE)

#define NOWHERE -1

  .section .text.erix_probes, "ax", @progbits
/* rdi an address to read */
  .globl erix_probe_read
  .type erix_probe_read, @function
erix_probe_read:
  .globl erix_probe_begin, erix_probe_end, erix_probe_refused
erix_probe_begin:
  movb (%rdi), %al
  mov $1, %eax
  ret
  .size erix_probe_read, . - erix_probe_read

/* rdi an address to write: what is there stays there */
  .globl erix_probe_write
  .type erix_probe_write, @function
erix_probe_write:
  movb (%rdi), %al
  movb %al, (%rdi)
  mov $1, %eax
  ret
erix_probe_end:
erix_probe_refused:
  xor %eax, %eax
  ret
  .size erix_probe_write, . - erix_probe_write

/* rdi the address of a return instruction. When it is refused, the exception is at that address,
 * and the stack holds what the instruction would have returned to. */
  .globl erix_probe_run
  .type erix_probe_run, @function
erix_probe_run:
  mov %rdi, erix_probe_target(%rip)
  lea 1f(%rip), %rax
  push %rax
  push %rdi
  ret
1:
  movq $NOWHERE, erix_probe_target(%rip)
  mov $1, %eax
  ret
  .globl erix_probe_run_refused
erix_probe_run_refused:
  add $8, %rsp
  movq $NOWHERE, erix_probe_target(%rip)
  xor %eax, %eax
  ret
  .size erix_probe_run, . - erix_probe_run

/* No instruction is at the last byte of all. */
  .section .data.erix_probe_target, "aw", @progbits
  .balign 8
  .globl erix_probe_target
erix_probe_target:
  .quad NOWHERE

#endif
  .section .note.GNU-stack, "", @progbits
