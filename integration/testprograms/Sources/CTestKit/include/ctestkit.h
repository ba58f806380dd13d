/*
 * Instructions that tests need and Swift cannot say: forbidden ones, those that fault, and those
 * of the FPU and the time-stamp counter.
 */
#ifndef CTESTKIT_H
#define CTESTKIT_H

#include <stdint.h>

/* Which instruction `erix_test_instruction` executes. */
enum erix_test_instruction {
  ERIX_TEST_DIVIDE = 1,    /* #DE */
  ERIX_TEST_BREAKPOINT,    /* #BP */
  ERIX_TEST_INVALID,       /* #UD */
  ERIX_TEST_CLI,           /* #GP: privileged by IOPL */
  ERIX_TEST_HLT,           /* #GP */
  ERIX_TEST_PORT_IN,       /* #GP: no I/O permission */
  ERIX_TEST_READ_MSR,      /* #GP */
  ERIX_TEST_READ_CR0,      /* #GP */
  ERIX_TEST_STORE_IDT,     /* #GP under UMIP */
  ERIX_TEST_READ_FS_BASE,  /* #UD without FSGSBASE */
  ERIX_TEST_NONCANONICAL,  /* #GP */
  ERIX_TEST_FPU_ADD,       /* uses SSE registers: returns argument + 1 through them */
  ERIX_TEST_FPU_LEAVE,     /* leaves the argument in xmm0 */
  ERIX_TEST_FPU_READ,      /* returns what xmm0 holds */
  ERIX_TEST_READ_FS        /* returns the word at fs:0 */
};

/* Executes one instruction; returns what it gives, 0 for most. */
uint64_t erix_test_instruction(uint64_t which, uint64_t argument);

#ifdef __linux__
static inline uint64_t erix_time_stamp(void) { return 0; }
#else
/* The time-stamp counter. */
static inline __attribute__((always_inline)) uint64_t erix_time_stamp(void) {
  uint32_t low, high;
  __asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
  return low | (uint64_t)high << 32;
}
#endif
#endif
