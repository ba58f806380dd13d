/*
 * The one system call shim: number in rax, arguments and results in rdi, rsi, rdx, r10, r8, r9;
 * rcx and r11 are lost (docs/reference/syscalls.md). On a host there is no kernel below:
 * a call is remembered and answered with what a test prepared, or by a kernel that was attached.
 */
#ifndef CSYS_H
#define CSYS_H

#include <stdint.h>

/* What goes into a system call, and what comes out of it. */
struct erix_registers {
  uint64_t rax;
  uint64_t rdi;
  uint64_t rsi;
  uint64_t rdx;
  uint64_t r10;
  uint64_t r8;
  uint64_t r9;
};

#ifdef __linux__

/* What answers the system calls of this thread from now on. */
void erix_host_prepare(struct erix_registers answer);
/* The registers of this thread's last system call. */
struct erix_registers erix_host_last_call(void);
/* Lets a kernel answer the calls of all threads: it changes the seven registers in place. */
void erix_host_attach(void (*kernel)(uint64_t *registers));
struct erix_registers erix_system_call(struct erix_registers in);

#else

static inline __attribute__((always_inline)) struct erix_registers
erix_system_call(struct erix_registers in) {
  register uint64_t r10 __asm__("r10") = in.r10;
  register uint64_t r8 __asm__("r8") = in.r8;
  register uint64_t r9 __asm__("r9") = in.r9;
  struct erix_registers out;
  __asm__ volatile("syscall"
                   : "=a"(out.rax), "=D"(out.rdi), "=S"(out.rsi), "=d"(out.rdx), "+r"(r10),
                     "+r"(r8), "+r"(r9)
                   : "0"(in.rax), "1"(in.rdi), "2"(in.rsi), "3"(in.rdx)
                   : "rcx", "r11", "memory");
  out.r10 = r10;
  out.r8 = r8;
  out.r9 = r9;
  return out;
}

#endif
#endif
