/*
 * Where the loader enters the kernel: docs/reference/boot-chain.md, "State at kernel entry". Sets
 * up what Swift code needs: a stack, segments, and handlers, so that a trap says where it happened
 * instead of resetting the machine. Also holds the memory that the processor itself reads: tables,
 * stacks and per-processor entry data, each in pages of their own (integration/linker/kernel.ld).
 *
 * Descriptors and gates: Intel SDM volume 3, sections 3.4.5, 6.14.1 and 7.7. Host builds leave all
 * of it out.
 */
#include "include/layout.h"
#ifndef __linux__

#define EXCEPTIONS 32
/* Present, 64-bit interrupt gate, for ring 0 and for ring 3. */
#define GATE 0x8E00
#define USER_GATE 0xEE00

  .section .text._start, "ax", @progbits
  .globl _start
  .type _start, @function
/* rdi handoff, rsi its length; interrupts are off, there is no stack */
_start:
  cld
  lea erix_stack_end(%rip), %rsp
  mov %rdi, %r12
  mov %rsi, %r13
  lgdt gdt_pointer(%rip)
  mov $KERNEL_DATA, %eax
  mov %eax, %ds
  mov %eax, %es
  mov %eax, %ss
  xor %eax, %eax
  mov %eax, %fs
  mov %eax, %gs
  push $KERNEL_CODE
  lea 1f(%rip), %rax
  push %rax
  lretq
1:
  call load_handlers
  call load_task_state
  mov %r12, %rdi
  mov %r13, %rsi
  xor %ebp, %ebp
  call Kernel_main
  /* Nothing was started: what was read went to a marker. */
2:
  cli
  hlt
  jmp 2b
  .size _start, . - _start

/* Leaves the start for the first thread (rdi its address, 0 for none): nothing on the stack is
 * needed any more. */
  .section .text.erix_begin, "ax", @progbits
  .globl erix_begin
  .type erix_begin, @function
erix_begin:
  mov %rdi, %rax
  jmp erix_resume
  .size erix_begin, . - erix_begin

/* Writes one gate. rdi the gate, rax the handler, r8d type and stack; changes rdx. */
  .section .text.load_handlers, "ax", @progbits
  .type write_gate, @function
write_gate:
  movw %ax, (%rdi)
  movw $KERNEL_CODE, 2(%rdi)
  movw %r8w, 4(%rdi)
  mov %rax, %rdx
  shr $16, %rdx
  movw %dx, 6(%rdi)
  shr $16, %rdx
  movl %edx, 8(%rdi)
  movl $0, 12(%rdi)
  add $16, %rdi
  ret
  .size write_gate, . - write_gate

/* Fills the interrupt table; the stubs of interrupts.S lie at equal distances. */
  .type load_handlers, @function
load_handlers:
  lea idt(%rip), %rdi
  lea erix_exception_stubs(%rip), %rax
  mov $GATE, %r8d
  mov $EXCEPTIONS, %ecx
1:
  call write_gate
  add $16, %rax
  dec %ecx
  jnz 1b
  lea erix_interrupt_stubs(%rip), %rax
  mov $256 - EXCEPTIONS, %ecx
2:
  call write_gate
  add $8, %rax
  dec %ecx
  jnz 2b
  /* The low bits of the type word choose the stack. */
  lea idt(%rip), %rdi
  movw $GATE + STACK_OF_DEBUG, 1 * 16 + 4(%rdi)
  movw $GATE + STACK_OF_NMI, 2 * 16 + 4(%rdi)
  movw $GATE + STACK_OF_DOUBLE_FAULT, 8 * 16 + 4(%rdi)
  movw $GATE + STACK_OF_MACHINE_CHECK, 18 * 16 + 4(%rdi)
  /* int3 is an instruction that programs may use. */
  movw $USER_GATE, 3 * 16 + 4(%rdi)
  lidt idt_pointer(%rip)
  ret
  .size load_handlers, . - load_handlers

/* Completes the descriptor of the task state and loads it; the processor marks it busy, so this
 * happens before the tables become read-only. */
  .type load_task_state, @function
load_task_state:
  lea task_state(%rip), %rax
  lea task_descriptor(%rip), %rdi
  movw %ax, 2(%rdi)
  mov %rax, %rdx
  shr $16, %rdx
  movb %dl, 4(%rdi)
  movb %dh, 7(%rdi)
  shr $16, %rdx
  movl %edx, 8(%rdi)
  mov $TASK_STATE, %eax
  ltr %ax
  ret
  .size load_task_state, . - load_task_state

/* Tables that only the processor reads; written by the code above and read-only from the moment
 * that the kernel loads its own page tables. */
  .section .entry_tables, "aw", @progbits
  .balign PAGE
  .globl erix_entry_tables
erix_entry_tables:
gdt:
  .quad 0
  .quad 0x00AF9B000000FFFF      /* code, ring 0, 64 bit, accessed */
  .quad 0x00CF93000000FFFF      /* data, ring 0, writable, accessed */
  .quad 0x00CFF3000000FFFF      /* data, ring 3, writable, accessed */
  .quad 0x00AFFB000000FFFF      /* code, ring 3, 64 bit, accessed */
task_descriptor:
  .quad 0x0000890000000067      /* task state of 104 bytes; its address is filled in */
  .quad 0
gdt_end:
gdt_pointer:
  .word gdt_end - gdt - 1
  .quad gdt
idt_pointer:
  .word 256 * 16 - 1
  .quad idt
  .balign 64
task_state:
  .long 0
  .quad erix_entry_stack_end, 0, 0
  .quad 0
  .quad erix_exception_stacks + 1 * (PAGE + EXCEPTION_STACK_SIZE)
  .quad erix_exception_stacks + 2 * (PAGE + EXCEPTION_STACK_SIZE)
  .quad erix_exception_stacks + 3 * (PAGE + EXCEPTION_STACK_SIZE)
  .quad erix_exception_stacks + 4 * (PAGE + EXCEPTION_STACK_SIZE)
  .quad 0, 0, 0
  .quad 0
  .word 0
  .word 104                     /* behind the end: no I/O permission map */
  .balign PAGE
idt:
  .skip 256 * 16
  .balign PAGE

/* Per-processor entry data. */
  .section .entry_data, "aw", @progbits
  .balign PAGE
  .globl erix_cpu
erix_cpu:
  .quad 0
  .quad erix_stack_end
  .quad erix_entry_stack_end
  .quad 0
  .quad 0
  .balign PAGE

/* Stacks, the lowest page of each without memory (KernelX86, KernelSpace.swift). */
  .section .stacks, "aw", @nobits
  .balign PAGE
  .globl erix_stack_guard, erix_stack_end
erix_stack_guard:
  .skip PAGE
  .skip KERNEL_STACK_SIZE
erix_stack_end:
  .globl erix_exception_stacks
erix_exception_stacks:
  .skip EXCEPTION_STACKS * (PAGE + EXCEPTION_STACK_SIZE)
  .globl erix_entry_stack_guard, erix_entry_stack_end
erix_entry_stack_guard:
  .skip PAGE
  .skip PAGE
erix_entry_stack_end:

  .section .bss.erix_kernel_state, "aw", @nobits
  .balign PAGE
  .globl erix_kernel_state
erix_kernel_state:
  .skip KERNEL_STATE_SIZE

  .section .bss.erix_machine_facts, "aw", @nobits
  .balign 64
  .globl erix_machine_facts
erix_machine_facts:
  .skip MACHINE_FACTS_SIZE

  .section .bss.erix_clean_fpu, "aw", @nobits
  .balign PAGE
  .globl erix_clean_fpu
erix_clean_fpu:
  .skip CLEAN_FPU_AREA

#endif
  .section .note.GNU-stack, "", @progbits
