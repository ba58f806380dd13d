/*
 * Where the loader enters the kernel: docs/reference/boot-chain.md, "State at kernel entry". Sets
 * up what Swift code needs: a stack, segments of the kernel's own, and handlers, so that a trap
 * says where it happened instead of resetting the machine.
 *
 * Descriptors and gates: Intel SDM volume 3, sections 3.4.5 and 6.14.1. Host builds leave all of
 * it out.
 */
#ifndef __linux__

#define CODE_SELECTOR 0x08
#define DATA_SELECTOR 0x10
#define STACK_SIZE 32768
#define EXCEPTIONS 32
#define STUB_SIZE 16
/* Present, ring 0, 64-bit interrupt gate. */
#define GATE_TYPE 0x8E00

  .section .text._start, "ax", @progbits
  .globl _start
  .type _start, @function
/* rdi handoff, rsi its length; interrupts are off, there is no stack */
_start:
  cld
  lea stack_top(%rip), %rsp
  mov %rdi, %r12
  mov %rsi, %r13
  lgdt gdt_pointer(%rip)
  mov $DATA_SELECTOR, %eax
  mov %eax, %ds
  mov %eax, %es
  mov %eax, %ss
  xor %eax, %eax
  mov %eax, %fs
  mov %eax, %gs
  push $CODE_SELECTOR
  lea 1f(%rip), %rax
  push %rax
  lretq
1:
  call load_handlers
  mov %r12, %rdi
  mov %r13, %rsi
  xor %ebp, %ebp
  call Kernel_main
2:
  cli
  hlt
  jmp 2b
  .size _start, . - _start

/* Fills the interrupt table: stub n lies STUB_SIZE * n behind the first. */
  .section .text.load_handlers, "ax", @progbits
  .type load_handlers, @function
load_handlers:
  lea idt(%rip), %rdi
  lea stubs(%rip), %rax
  mov $EXCEPTIONS, %ecx
1:
  movw %ax, (%rdi)
  movw $CODE_SELECTOR, 2(%rdi)
  movw $GATE_TYPE, 4(%rdi)
  mov %rax, %rdx
  shr $16, %rdx
  movw %dx, 6(%rdi)
  shr $16, %rdx
  movl %edx, 8(%rdi)
  movl $0, 12(%rdi)
  add $STUB_SIZE, %rax
  add $16, %rdi
  dec %ecx
  jnz 1b
  lidt idt_pointer(%rip)
  ret
  .size load_handlers, . - load_handlers

/* One stub per exception. Those without an error code push 0 in its place. */
  .section .text.stubs, "ax", @progbits
  .balign STUB_SIZE
stubs:
  .set vector, 0
  .rept EXCEPTIONS
  .balign STUB_SIZE
  .set has_code, (vector == 8 || vector == 17 || vector == 21 || vector == 29 || vector == 30)
  .if !(has_code || (vector >= 10 && vector <= 14))
  push $0
  .endif
  push $vector
  jmp exception
  .set vector, vector + 1
  .endr

/* The stack holds vector, error code, and what the processor pushed, rip first. */
exception:
  mov (%rsp), %rdi
  mov 16(%rsp), %rsi
  mov %cr2, %rdx
  cld
  and $-16, %rsp
  call Kernel_exception
  ud2

  .section .rodata.gdt, "a", @progbits
  .balign 8
gdt:
  .quad 0
  .quad 0x00AF9B000000FFFF      /* code, ring 0, 64 bit, accessed */
  .quad 0x00CF93000000FFFF      /* data, ring 0, writable, accessed */
gdt_end:
gdt_pointer:
  .word gdt_end - gdt - 1
  .quad gdt
idt_pointer:
  .word EXCEPTIONS * 16 - 1
  .quad idt

  .section .bss.idt, "aw", @nobits
  .balign 16
idt:
  .skip EXCEPTIONS * 16

  .section .bss.stack, "aw", @nobits
  .balign 16
  .skip STACK_SIZE
stack_top:

#endif
  .section .note.GNU-stack, "", @progbits
