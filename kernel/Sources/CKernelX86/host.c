/*
 * Stand-ins for what assembly defines, so that the pure part of KernelX86 links into tests on a
 * host. Nothing there calls or reads them.
 */
#ifdef __linux__
#include "include/ckernelx86.h"

char erix_system_call[1], erix_cpu[1], erix_entry_tables[1];
char erix_stack_guard[1], erix_stack_end[1], erix_exception_stacks[1], erix_entry_stack_guard[1];
char erix_clean_fpu[1], erix_kernel_state[1], erix_machine_facts[MACHINE_FACTS_SIZE];

uint64_t erix_copy_from_user(void *destination, uint64_t source, uint64_t count) {
  (void)destination, (void)source, (void)count;
  return 0;
}

_Noreturn void erix_begin(uint64_t context) {
  for (;;) (void)context;
}
#endif
