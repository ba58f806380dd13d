/* Going from one stack to another: what the calling convention preserves is kept on the stack. */

#ifdef __x86_64__
  .text
  .globl erix_simulation_switch
  .type erix_simulation_switch, @function
erix_simulation_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  subq $8, %rsp
  stmxcsr (%rsp)
  fnstcw 4(%rsp)
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  ldmxcsr (%rsp)
  fldcw 4(%rsp)
  addq $8, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
  .size erix_simulation_switch, . - erix_simulation_switch

  .globl erix_simulation_entry
  .type erix_simulation_entry, @function
erix_simulation_entry:
  movq %r13, %rdi
  movq %r14, %rsi
  xorl %ebp, %ebp
  callq *%r12
  ud2
  .size erix_simulation_entry, . - erix_simulation_entry
#endif
  .section .note.GNU-stack, "", @progbits
