/*
 * Accesses to any address, and an instruction that user mode may not execute: what test programs
 * do in order to be stopped, or in order to look where nobody told them anything lies.
 */
#ifndef CPROBES_H
#define CPROBES_H

#include <stdint.h>

/* Reads the word at an address. */
uint64_t erix_probe_read(uint64_t address);
/* Writes the word at an address. */
void erix_probe_write(uint64_t address, uint64_t value);
/* Goes on at an address. */
void erix_probe_jump(uint64_t address);
/* Executes a privileged instruction. */
void erix_probe_privileged(void);
/* An address inside the program's text. */
uint64_t erix_probe_text(void);

#endif
