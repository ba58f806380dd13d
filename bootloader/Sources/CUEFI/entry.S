/*
 * Where the firmware starts the loader, and how the loader calls the firmware: UEFI specification
 * 2.10, section 2.3.4. Host builds of the package (tests) leave all of it out.
 */
#ifndef __linux__

  .section .text.efi_start, "ax", @progbits
  .globl efi_start
  .type efi_start, @function
/* Microsoft convention: rcx image handle, rdx system table; rdi and rsi belong to the caller. */
efi_start:
  push %rdi
  push %rsi
  push %rbx
  push %rbp
  push %r12
  push %r13
  push %r14
  push %r15
  sub $8, %rsp                  /* the stack is a multiple of 16 at the call */
  cld
  xor %ebp, %ebp
  mov %rcx, %rdi
  mov %rdx, %rsi
  call Bootloader_main
  add $8, %rsp
  pop %r15
  pop %r14
  pop %r13
  pop %r12
  pop %rbp
  pop %rbx
  pop %rsi
  pop %rdi
  ret
  .size efi_start, . - efi_start

  .section .text.efi_call, "ax", @progbits
  .globl efi_call
  .type efi_call, @function
/*
 * rdi function, rsi rdx rcx r8 r9 arguments. They become rcx rdx r8 r9 and the first stack word
 * above 32 bytes of shadow space. rbx and r12 are preserved by both conventions.
 */
efi_call:
  push %rbx
  push %r12
  sub $40, %rsp                 /* shadow space, fifth argument; aligned to 16 */
  mov %r9, 32(%rsp)
  mov %r8, %r9
  mov %rcx, %r8
  mov %rdx, %rbx                /* rdtsc overwrites rdx and rax */
  mov %rsi, %rcx
  rdtsc
  shl $32, %rdx
  or %rdx, %rax
  mov %rax, %r12
  mov %rbx, %rdx
  call *%rdi
  cld
  mov %rax, %rbx
  rdtsc
  shl $32, %rdx
  or %rdx, %rax
  sub %r12, %rax
  add %rax, firmware_ticks(%rip)
  mov %rbx, %rax
  add $40, %rsp
  pop %r12
  pop %rbx
  ret
  .size efi_call, . - efi_call

  .section .text.efi_firmware_ticks, "ax", @progbits
  .globl efi_firmware_ticks
  .type efi_firmware_ticks, @function
efi_firmware_ticks:
  mov firmware_ticks(%rip), %rax
  ret
  .size efi_firmware_ticks, . - efi_firmware_ticks

  .section .bss.firmware_ticks, "aw", @nobits
  .balign 8
firmware_ticks:
  .skip 8

  .section .text.erix_trust_anchor_start, "ax", @progbits
  .globl erix_trust_anchor_start
  .type erix_trust_anchor_start, @function
erix_trust_anchor_start:
  lea erix_trust_anchor(%rip), %rax
  ret
  .size erix_trust_anchor_start, . - erix_trust_anchor_start

  .section .text.erix_trust_anchor_size, "ax", @progbits
  .globl erix_trust_anchor_size
  .type erix_trust_anchor_size, @function
erix_trust_anchor_size:
  lea erix_trust_anchor(%rip), %rcx
  lea erix_trust_anchor_end(%rip), %rax
  sub %rcx, %rax
  ret
  .size erix_trust_anchor_size, . - erix_trust_anchor_size

#endif
  .section .note.GNU-stack, "", @progbits
