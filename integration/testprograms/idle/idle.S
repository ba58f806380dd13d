/*
 * The smallest root task: a static position-independent program that waits for ever. Boots of the
 * loader and of the first kernel need a root task that is well formed; it is not run yet.
 */
  .section .text._start, "ax", @progbits
  .globl _start
  .type _start, @function
_start:
  lea self(%rip), %rax
1:
  pause
  jmp 1b
  .size _start, . - _start

  /* A relocation and a page of data, so that the loading of both is exercised. */
  .section .data.self, "aw", @progbits
  .balign 8
self:
  .quad _start

  .section .note.GNU-stack, "", @progbits
