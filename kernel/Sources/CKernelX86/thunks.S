/*
 * Where the kernel's indirect calls and jumps go instead of through the branch predictor, which
 * other programs can train: the return at the end goes to the register's target, and what the
 * predictor makes of it is caught in the loop. The build checks that no indirect branch stands
 * anywhere else (integration/checks/symbols.py, image `kernel`).
 */
#ifndef __linux__

.macro thunk register
  .section .text.__x86_indirect_thunk_\register, "ax", @progbits
  .globl __x86_indirect_thunk_\register
  .type __x86_indirect_thunk_\register, @function
  .globl __llvm_retpoline_\register
  .type __llvm_retpoline_\register, @function
  .balign 16
__x86_indirect_thunk_\register:
__llvm_retpoline_\register:
  call 2f
1:
  pause
  lfence
  jmp 1b
2:
  mov %\register, (%rsp)
  ret
  .size __x86_indirect_thunk_\register, . - __x86_indirect_thunk_\register
.endm

  thunk r11
  thunk rax
  thunk rcx
  thunk rdx
  thunk rdi

#endif
  .section .note.GNU-stack, "", @progbits
