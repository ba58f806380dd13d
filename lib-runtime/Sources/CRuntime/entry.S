/*
 * Where a program begins: docs/reference/handoff.md and start-envelope.md. rdi has the address
 * of the handoff or envelope, rsp the top of the stack, a multiple of 16. Program_main does not
 * return.
 */
#ifndef __linux__

  .section .text._start, "ax", @progbits
  .globl _start
  .type _start, @function
_start:
  xor %ebp, %ebp
  call Program_main
  ud2
  .size _start, . - _start

#endif
  .section .note.GNU-stack, "", @progbits
