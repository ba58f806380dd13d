/*
 * The jump into the kernel. The linker script gives this section a page of its own, which the
 * kernel's tables map at the same address, so that the instruction after the load of CR3 exists
 * in both address spaces. No stack, no data: neither is mapped any more.
 *
 * Control registers: Intel SDM volume 3, sections 2.5 and 4.1; EFER: table 2-2.
 */
#ifndef __linux__

#define MSR_EFER 0xC0000080
#define EFER_NXE (1 << 11)
#define CR0_WP (1 << 16)
#define CR4_PGE (1 << 7)

  .section .text.erix_switch_page, "ax", @progbits
  .globl erix_switch
  .type erix_switch, @function
/* rdi tables, rsi kernel entry, rdx handoff, rcx its length */
erix_switch:
  cli
  cld
  mov %rdx, %r8
  mov %rcx, %r9
  mov $MSR_EFER, %ecx
  rdmsr
  or $EFER_NXE, %eax
  wrmsr
  mov %cr0, %rax
  or $CR0_WP, %rax
  mov %rax, %cr0
  mov %cr4, %rax
  and $~CR4_PGE, %rax           /* drops the firmware's global translations */
  mov %rax, %cr4
  mov %rdi, %cr3
  or $CR4_PGE, %rax
  mov %rax, %cr4
  mov %rsi, %rax
  mov %r8, %rdi
  mov %r9, %rsi
  xor %ebp, %ebp
  xor %esp, %esp                /* the kernel brings its own stack */
  jmp *%rax
  .size erix_switch, . - erix_switch

  .section .text.erix_switch_address, "ax", @progbits
  .globl erix_switch_page
  .type erix_switch_page, @function
erix_switch_page:
  lea erix_switch(%rip), %rax
  ret
  .size erix_switch_page, . - erix_switch_page

#endif
  .section .note.GNU-stack, "", @progbits
