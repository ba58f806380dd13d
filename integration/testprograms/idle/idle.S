/*
 * The smallest root task: a static position-independent program that reports that it is ready,
 * which ends a smoke image, and waits for ever in others.
 */
#define ROOTD_REPORT 0x49
#define FINAL_STATUS 1
#define STATUS_READY 0

  .section .text._start, "ax", @progbits
  .globl _start
  .type _start, @function
_start:
  mov self(%rip), %rax          /* relocated data can be read */
  mov $ROOTD_REPORT, %eax
  mov $FINAL_STATUS, %edi
  mov $STATUS_READY, %esi
  syscall
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
