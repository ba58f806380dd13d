/*
 * Instructions that Swift has no name for. Nothing here decides anything.
 */
#ifndef ERIX_CKERNELX86_H
#define ERIX_CKERNELX86_H

#include <stdint.h>

#define ERIX_INLINE static inline __attribute__((always_inline))

ERIX_INLINE uint8_t erix_port_read8(uint16_t port) {
  uint8_t value;
  __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}

ERIX_INLINE void erix_port_write8(uint16_t port, uint8_t value) {
  __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

/* Stops this processor for good. */
_Noreturn ERIX_INLINE void erix_halt(void) {
  for (;;) __asm__ volatile("cli\n\thlt");
}

/* The physical address of the top-level page table in use. */
ERIX_INLINE uint64_t erix_read_cr3(void) {
  uint64_t value;
  __asm__ volatile("mov %%cr3, %0" : "=r"(value));
  return value;
}

/* Loads the top-level page table, which drops every translation that is not global. */
ERIX_INLINE void erix_write_cr3(uint64_t value) {
  __asm__ volatile("mov %0, %%cr3" : : "r"(value) : "memory");
}

#endif
