/* See CProbes.h. */
#include "CProbes.h"

uint64_t erix_probe_read(uint64_t address) { return *(volatile uint64_t *)address; }

void erix_probe_write(uint64_t address, uint64_t value) { *(volatile uint64_t *)address = value; }

void erix_probe_jump(uint64_t address) { ((void (*)(void))address)(); }

void erix_probe_privileged(void) { __asm__ volatile("cli"); }

uint64_t erix_probe_text(void) { return (uint64_t)&erix_probe_text; }
