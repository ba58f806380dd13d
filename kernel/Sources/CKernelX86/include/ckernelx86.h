/*
 * Instructions that Swift has no name for, and addresses that the linker gives. Nothing here
 * decides anything.
 */
#ifndef ERIX_CKERNELX86_H
#define ERIX_CKERNELX86_H

#include <stdint.h>
#include "layout.h"

#define ERIX_INLINE static inline __attribute__((always_inline))

/* Ports. */

ERIX_INLINE uint8_t erix_port_read8(uint16_t port) {
  uint8_t value;
  __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}

ERIX_INLINE void erix_port_write8(uint16_t port, uint8_t value) {
  __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

ERIX_INLINE uint16_t erix_port_read16(uint16_t port) {
  uint16_t value;
  __asm__ volatile("inw %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}

ERIX_INLINE void erix_port_write16(uint16_t port, uint16_t value) {
  __asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

ERIX_INLINE uint32_t erix_port_read32(uint16_t port) {
  uint32_t value;
  __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}

ERIX_INLINE void erix_port_write32(uint16_t port, uint32_t value) {
  __asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

/* Stops this processor for good. */
_Noreturn ERIX_INLINE void erix_halt(void) {
  for (;;) __asm__ volatile("cli\n\thlt");
}

/* Identification. */

typedef struct { uint32_t eax, ebx, ecx, edx; } erix_cpuid_result;

ERIX_INLINE erix_cpuid_result erix_cpuid(uint32_t leaf, uint32_t subleaf) {
  erix_cpuid_result result;
  __asm__ volatile("cpuid"
                   : "=a"(result.eax), "=b"(result.ebx), "=c"(result.ecx), "=d"(result.edx)
                   : "a"(leaf), "c"(subleaf));
  return result;
}

ERIX_INLINE uint64_t erix_read_tsc(void) {
  uint32_t low, high;
  __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
  return (uint64_t)high << 32 | low;
}

/* Model-specific registers. */

ERIX_INLINE uint64_t erix_read_msr(uint32_t number) {
  uint32_t low, high;
  __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(number));
  return (uint64_t)high << 32 | low;
}

ERIX_INLINE void erix_write_msr(uint32_t number, uint64_t value) {
  __asm__ volatile("wrmsr" : : "c"(number), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
                   : "memory");
}

/* Control registers. */

ERIX_INLINE uint64_t erix_read_cr0(void) {
  uint64_t value;
  __asm__ volatile("mov %%cr0, %0" : "=r"(value));
  return value;
}

ERIX_INLINE void erix_write_cr0(uint64_t value) {
  __asm__ volatile("mov %0, %%cr0" : : "r"(value) : "memory");
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

ERIX_INLINE uint64_t erix_read_cr4(void) {
  uint64_t value;
  __asm__ volatile("mov %%cr4, %0" : "=r"(value));
  return value;
}

ERIX_INLINE void erix_write_cr4(uint64_t value) {
  __asm__ volatile("mov %0, %%cr4" : : "r"(value) : "memory");
}

ERIX_INLINE void erix_write_xcr0(uint64_t value) {
  __asm__ volatile("xsetbv" : : "c"(0), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)));
}

ERIX_INLINE void erix_invalidate_page(uint64_t address) {
  __asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
}

/* Device registers: one access of exactly this width each. */

ERIX_INLINE uint32_t erix_mmio_read32(uint64_t address) {
  uint32_t value;
  __asm__ volatile("movl (%1), %0" : "=r"(value) : "r"(address) : "memory");
  return value;
}

ERIX_INLINE void erix_mmio_write32(uint64_t address, uint32_t value) {
  __asm__ volatile("movl %0, (%1)" : : "r"(value), "r"(address) : "memory");
}

/* FPU state; areas are given by address and aligned to 64 bytes. */

ERIX_INLINE void erix_fpu_allow(void) { __asm__ volatile("clts" : : : "memory"); }

/* Makes a cleared area hold the first state: all exceptions masked, in the x87 and in the SSE part.
 * Zero in the header of XSAVE stands for components in their first state. */
ERIX_INLINE void erix_fpu_prepare(uint64_t area) {
  __asm__ volatile("movw $0x037F, (%0)\n\tmovl $0x1F80, 24(%0)" : : "r"(area) : "memory");
}

ERIX_INLINE void erix_fxsave(uint64_t area) {
  __asm__ volatile("fxsave64 (%0)" : : "r"(area) : "memory");
}

ERIX_INLINE void erix_fxrstor(uint64_t area) {
  __asm__ volatile("fxrstor64 (%0)" : : "r"(area) : "memory");
}

ERIX_INLINE void erix_xsave(uint64_t area) {
  __asm__ volatile("xsave64 (%0)" : : "r"(area), "a"(-1), "d"(-1) : "memory");
}

ERIX_INLINE void erix_xrstor(uint64_t area) {
  __asm__ volatile("xrstor64 (%0)" : : "r"(area), "a"(-1), "d"(-1) : "memory");
}

/* Assembly: transitions.S and entry.S. */

/* Copies from user memory; 0 when part of it cannot be read. */
uint64_t erix_copy_from_user(void *_Nonnull destination, uint64_t source, uint64_t count);
/* Leaves the start of the kernel for a thread, or to wait. */
_Noreturn void erix_begin(uint64_t thread);

/* Attempts that protections refuse, in smoke kernels: 1 when it was possible. probes.S. */
uint64_t erix_probe_read(uint64_t address);
/* Writes a byte as it is. */
uint64_t erix_probe_write(uint64_t address);
/* Runs a return instruction. */
uint64_t erix_probe_run(uint64_t address);

extern char erix_system_call[], erix_cpu[], erix_entry_tables[];
extern char erix_stack_guard[], erix_stack_end[], erix_exception_stacks[], erix_entry_stack_guard[];
extern char erix_clean_fpu[], erix_kernel_state[], erix_machine_facts[];

#define ERIX_ADDRESS(name) \
  ERIX_INLINE uint64_t name##_address(void) { return (uint64_t)(uintptr_t)name; }

ERIX_ADDRESS(erix_system_call)
ERIX_ADDRESS(erix_cpu)
ERIX_ADDRESS(erix_entry_tables)
ERIX_ADDRESS(erix_stack_guard)
ERIX_ADDRESS(erix_stack_end)
ERIX_ADDRESS(erix_exception_stacks)
ERIX_ADDRESS(erix_entry_stack_guard)
/* The FPU's first state, CLEAN_FPU_AREA bytes. */
ERIX_ADDRESS(erix_clean_fpu)

/* Room for the kernel's state, KERNEL_STATE_SIZE bytes; never null. */
ERIX_INLINE __attribute__((returns_nonnull)) void *_Nonnull erix_kernel_state_area(void) {
  return erix_kernel_state;
}

/* Room for what is known of the hardware, MACHINE_FACTS_SIZE bytes; never null. */
ERIX_INLINE __attribute__((returns_nonnull)) void *_Nonnull erix_machine_facts_area(void) {
  return erix_machine_facts;
}

/* All stacks, with their guard pages. */
ERIX_INLINE uint64_t erix_stacks_start_address(void) { return erix_stack_guard_address(); }
ERIX_INLINE uint64_t erix_stacks_end_address(void) { return erix_entry_stack_guard_address(); }

/* Writes a field of the per-processor entry data through GS. */
ERIX_INLINE void erix_cpu_set_smap(uint64_t value) {
  __asm__ volatile("movq %0, %%gs:%c1" : : "r"(value), "i"(CPU_HAS_SMAP) : "memory");
}

#endif
