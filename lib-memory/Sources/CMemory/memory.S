/*
 * The four memory functions that compilers call by themselves. In assembly because a version in
 * Swift or C would be compiled into a call to itself. Bulk moves go by 8 bytes: string
 * instructions cost one step per element.
 */
#ifdef __linux__
/* The names of cmemory.h for a host. */
#define memcpy erix_memcpy
#define memmove erix_memmove
#define memset erix_memset
#define memcmp erix_memcmp
#endif

  .section .text.memcpy, "ax", @progbits
  .globl memcpy
  .type memcpy, @function
/* rdi destination, rsi source, rdx count; the ranges do not overlap */
memcpy:
  mov %rdi, %rax
  mov %rdx, %rcx
  shr $3, %rcx
  rep movsq
  mov %edx, %ecx
  and $7, %ecx
  rep movsb
  ret
  .size memcpy, . - memcpy

  .section .text.memmove, "ax", @progbits
  .globl memmove
  .type memmove, @function
/* rdi destination, rsi source, rdx count; the ranges may overlap */
memmove:
  mov %rdi, %rcx
  sub %rsi, %rcx
  cmp %rdx, %rcx
  jae memcpy                    /* destination below the source, or behind its end (unsigned) */
  mov %rdi, %rax
  lea -1(%rdi, %rdx), %rdi
  lea -1(%rsi, %rdx), %rsi
  mov %rdx, %rcx
  std
  rep movsb
  cld
  ret
  .size memmove, . - memmove

  .section .text.memset, "ax", @progbits
  .globl memset
  .type memset, @function
/* rdi destination, sil value, rdx count */
memset:
  mov %rdi, %r8
  movzbl %sil, %eax
  mov $0x0101010101010101, %rcx
  imul %rcx, %rax
  mov %rdx, %rcx
  shr $3, %rcx
  rep stosq
  mov %edx, %ecx
  and $7, %ecx
  rep stosb
  mov %r8, %rax
  ret
  .size memset, . - memset

  .section .text.memcmp, "ax", @progbits
  .globl memcmp
  .type memcmp, @function
/* rdi, rsi ranges, rdx count; the sign of the first difference of unsigned bytes */
memcmp:
  xor %eax, %eax
  mov %rdx, %rcx
  cmp %rcx, %rcx                /* equal, in case the count is 0 */
  repe cmpsb
  je 1f
  movzbl -1(%rdi), %eax
  movzbl -1(%rsi), %ecx
  sub %ecx, %eax
1:
  ret
  .size memcmp, . - memcmp

  .section .note.GNU-stack, "", @progbits
