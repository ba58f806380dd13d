/*
 * Names what entry.S calls: every program has a Program_main.
 */
#ifndef CRUNTIME_H
#define CRUNTIME_H

#include <stdint.h>

/* The start of a program's own code; handed the address of its handoff or envelope. */
void Program_main(uint64_t start);

#endif
