/* The stand-in for the kernel on a host. Freestanding builds leave it out. */
#include "csys.h"

#ifdef __linux__

/* One per thread, because tests run side by side. */
static _Thread_local struct erix_registers answer, last_call;

void erix_host_prepare(struct erix_registers prepared) { answer = prepared; }

struct erix_registers erix_host_last_call(void) { return last_call; }

static void (*attached_kernel)(uint64_t *registers);

void erix_host_attach(void (*kernel)(uint64_t *registers)) { attached_kernel = kernel; }

struct erix_registers erix_system_call(struct erix_registers in) {
  if (attached_kernel) {
    uint64_t registers[7] = {in.rax, in.rdi, in.rsi, in.rdx, in.r10, in.r8, in.r9};
    attached_kernel(registers);
    return (struct erix_registers){registers[0], registers[1], registers[2], registers[3],
                                   registers[4], registers[5], registers[6]};
  }
  last_call = in;
  return answer;
}

#endif
