/* The instructions of ctestkit.h, one per case. */
#include "ctestkit.h"

#ifdef __linux__

uint64_t erix_test_instruction(uint64_t which, uint64_t argument) {
  (void)which;
  (void)argument;
  return 0;
}

#else

static uint64_t erix_test_fpu(uint64_t which, uint64_t argument) {
  uint64_t result = 0;
  switch (which) {
  case ERIX_TEST_FPU_ADD:
    __asm__ volatile("movq %1, %%xmm1\n\tmovq %2, %%xmm2\n\tpaddq %%xmm1, %%xmm2\n\t"
                     "movq %%xmm2, %0"
                     : "=r"(result)
                     : "r"(argument), "r"(1ull));
    break;
  case ERIX_TEST_FPU_LEAVE:
    __asm__ volatile("movq %0, %%xmm0" : : "r"(argument));
    break;
  case ERIX_TEST_FPU_READ:
    __asm__ volatile("movq %%xmm0, %0" : "=r"(result));
    break;
  }
  return result;
}

uint64_t erix_test_instruction(uint64_t which, uint64_t argument) {
  uint64_t result = 0;
  uint8_t pseudo_descriptor[10];
  switch (which) {
  case ERIX_TEST_DIVIDE:
    __asm__ volatile("xorl %%edx, %%edx\n\txorl %%eax, %%eax\n\txorl %%ecx, %%ecx\n\tdivl %%ecx"
                     : : : "eax", "ecx", "edx");
    break;
  case ERIX_TEST_BREAKPOINT: __asm__ volatile("int3"); break;
  case ERIX_TEST_INVALID: __asm__ volatile("ud2"); break;
  case ERIX_TEST_CLI: __asm__ volatile("cli"); break;
  case ERIX_TEST_HLT: __asm__ volatile("hlt"); break;
  case ERIX_TEST_PORT_IN: __asm__ volatile("inb $0xE9, %%al" : : : "eax"); break;
  case ERIX_TEST_READ_MSR:
    __asm__ volatile("rdmsr" : : "c"(0xC0000080u) : "eax", "edx");
    break;
  case ERIX_TEST_READ_CR0: __asm__ volatile("movq %%cr0, %0" : "=r"(result)); break;
  case ERIX_TEST_STORE_IDT: __asm__ volatile("sidt %0" : "=m"(pseudo_descriptor)); break;
  case ERIX_TEST_READ_FS_BASE: __asm__ volatile("rdfsbase %0" : "=r"(result)); break;
  case ERIX_TEST_NONCANONICAL:
    __asm__ volatile("movq (%1), %0" : "=r"(result) : "r"(1ull << 63));
    break;
  case ERIX_TEST_READ_FS: __asm__ volatile("movq %%fs:0, %0" : "=r"(result)); break;
  default: result = erix_test_fpu(which, argument);
  }
  return result;
}

#endif
