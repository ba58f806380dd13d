/*
 * What the loader needs below Swift: calls into the firmware, the jump into the kernel, and the
 * instructions that Swift has no name for. Nothing here decides anything.
 *
 * Calling conventions: UEFI specification 2.10, section 2.3.4 (Microsoft x64) and the System V
 * ABI, x86-64 supplement.
 */
#ifndef ERIX_CUEFI_H
#define ERIX_CUEFI_H

#include <stdint.h>

#define ERIX_INLINE static inline __attribute__((always_inline))

/* What this loader trusts: bytes that integration/mk/trust_anchor.py made and the linker put in;
 * read by TrustAnchor of BootCore. */
const uint8_t *erix_trust_anchor_start(void);
uint64_t erix_trust_anchor_size(void);

/* Calls a firmware function with up to five integer arguments; unused ones are 0. */
uint64_t efi_call(uint64_t function, uint64_t first, uint64_t second, uint64_t third,
                  uint64_t fourth, uint64_t fifth);

/* Time-stamp counts spent inside efi_call so far. */
uint64_t efi_firmware_ticks(void);

/* Address of the page that erix_switch runs from; the page holds nothing else. */
uint64_t erix_switch_page(void);

/*
 * Turns on NX and write protection, loads the kernel's tables and jumps. `tables` must map the
 * switch page at its own address, executable, and `entry` as documented in boot-chain.md.
 */
_Noreturn void erix_switch(uint64_t tables, uint64_t entry, uint64_t handoff, uint64_t length);

ERIX_INLINE uint64_t erix_time_stamp(void) {
  uint32_t low, high;
  __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
  return (uint64_t)high << 32 | low;
}

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

struct erix_cpuid {
  uint32_t eax, ebx, ecx, edx;
};

ERIX_INLINE struct erix_cpuid erix_cpuid(uint32_t leaf) {
  struct erix_cpuid result;
  __asm__ volatile("cpuid"
                   : "=a"(result.eax), "=b"(result.ebx), "=c"(result.ecx), "=d"(result.edx)
                   : "a"(leaf), "c"(0));
  return result;
}

ERIX_INLINE uint64_t erix_read_cr4(void) {
  uint64_t value;
  __asm__ volatile("mov %%cr4, %0" : "=r"(value));
  return value;
}

/* One attempt of RDRAND; 0 when it gave nothing, 1 with the number in *value. */
ERIX_INLINE int erix_rdrand(uint64_t *value) {
  uint8_t given;
  __asm__ volatile("rdrand %0\n\tsetc %1" : "=r"(*value), "=qm"(given) : : "cc");
  return given;
}

#endif
