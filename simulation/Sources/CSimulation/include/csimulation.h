/*
 * What the simulation needs of the host below Swift: simulated RAM that can be shown at any user
 * address, programs that run on stacks of their own and stop where they need the kernel, and the
 * host's signals for accesses to pages that are not there. One thread only; x86-64 Linux.
 */
#ifndef CSIMULATION_H
#define CSIMULATION_H

#include "csys.h"

#include <stdint.h>

/* Why a program stopped. */
enum erix_stop {
  ERIX_STOP_CALL = 1,
  ERIX_STOP_PAGE_FAULT = 2,
  ERIX_STOP_INVALID_INSTRUCTION = 3,
};

/* What a program that stopped has to say. */
struct erix_exchange {
  /* Registers of a system call. */
  struct erix_registers registers;
  enum erix_stop stop;
  /* Of a page fault: the address, and whether it was a write. */
  uint64_t address;
  uint64_t is_write;
  /* The instruction of the host that stopped, for a report. */
  uint64_t instruction;
};

/* Prepares everything once: RAM of so many bytes at an address, signals, system calls. 0: done. */
int erix_simulation_prepare(uint64_t address, uint64_t size);
/* Makes all of RAM zero. */
int erix_simulation_clear(void);
/* Shows bytes of RAM at a user address, instead of whatever was shown there. */
int erix_simulation_show(uint64_t address, uint64_t size, uint64_t physical, int is_writable);
/* Shows nothing at these addresses any more. */
int erix_simulation_hide(uint64_t address, uint64_t size);

/* A stack for a program; 0 without memory. Its lowest page is a guard. */
uint64_t erix_simulation_stack(uint64_t size);
/* Where a program begins: the function never returns. The result is what to resume. */
uint64_t erix_simulation_begin(uint64_t stack, uint64_t size,
                               void (*body)(uint64_t, uint64_t), uint64_t first, uint64_t second);
/* Lets a program run until it stops; returns where to resume it. */
uint64_t erix_simulation_resume(uint64_t program);
/* What the last stop was about. */
struct erix_exchange erix_simulation_stopped(void);
/* What a program that stopped in a system call finds in its registers. */
void erix_simulation_answer(struct erix_registers registers);

/* Bytes of RAM; outside of it nothing is written, and 0 is read. */
void erix_simulation_write(uint64_t physical, uint8_t byte);
uint8_t erix_simulation_read(uint64_t physical);

/* Saves the own place in *save and goes on at another. */
void erix_simulation_switch(uint64_t *save, uint64_t place);
/* Where a new program begins: calls the function in r12 with r13 and r14. */
void erix_simulation_entry(void);

#endif
