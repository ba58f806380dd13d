/* The stand-in for the kernel on a host. Freestanding builds leave it out. */
#include "csys.h"

#ifdef __linux__

/* One per thread, because tests run side by side. */
static _Thread_local struct erix_registers answer, last_call;

void erix_host_prepare(struct erix_registers prepared) { answer = prepared; }

struct erix_registers erix_host_last_call(void) { return last_call; }

struct erix_registers erix_system_call(struct erix_registers in) {
  last_call = in;
  return answer;
}

#endif
