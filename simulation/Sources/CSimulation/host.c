/* RAM, stacks and signals of the simulation. See csimulation.h. */
#define _GNU_SOURCE
#include "csimulation.h"
#include "csys.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

/* User addresses of EriX end here; everything of the host lies higher. */
#define USER_END (1ull << 44)

static int ram_file = -1;
static uint64_t ram_size;
static uint8_t *ram;
static struct erix_exchange exchange;
/* Where the machine goes on when a program stops; where the program that runs goes on. */
static uint64_t machine_place, program_place;
static int is_running;

struct erix_exchange erix_simulation_stopped(void) { return exchange; }

void erix_simulation_answer(struct erix_registers registers) { exchange.registers = registers; }

void erix_simulation_write(uint64_t physical, uint8_t byte) {
  if (physical < ram_size) ram[physical] = byte;
}

uint8_t erix_simulation_read(uint64_t physical) {
  return physical < ram_size ? ram[physical] : 0;
}

/* Gives the processor back to the machine until it resumes the program. */
static void stop(enum erix_stop reason) {
  exchange.stop = reason;
  is_running = 0;
  erix_simulation_switch(&program_place, machine_place);
}

uint64_t erix_simulation_resume(uint64_t program) {
  is_running = 1;
  erix_simulation_switch(&machine_place, program);
  return program_place;
}

/* What `syscall` is on a host: the registers go to the machine and come back changed. */
static void system_call(uint64_t *registers) {
  exchange.instruction = (uint64_t)__builtin_return_address(0);
  memcpy(&exchange.registers, registers, sizeof exchange.registers);
  stop(ERIX_STOP_CALL);
  memcpy(registers, &exchange.registers, sizeof exchange.registers);
}

/* A program touched what is not shown, or executed what is no instruction. Anything else is a
   fault of the simulation itself, and ends it as it would without a handler. */
static void on_signal(int number, siginfo_t *information, void *context) {
  const ucontext_t *state = context;
  uint64_t address = (uint64_t)information->si_addr;
  exchange.instruction = (uint64_t)state->uc_mcontext.gregs[REG_RIP];
  if (is_running && number == SIGSEGV && address < USER_END) {
    exchange.address = address;
    exchange.is_write = state->uc_mcontext.gregs[REG_ERR] >> 1 & 1;
    stop(ERIX_STOP_PAGE_FAULT);
    return;
  }
  if (is_running && number == SIGILL) {
    stop(ERIX_STOP_INVALID_INSTRUCTION);
    return;
  }
  signal(number, SIG_DFL);
}

int erix_simulation_prepare(uint64_t address, uint64_t size) {
  ram_file = (int)syscall(SYS_memfd_create, "erix-ram", 0);
  if (ram_file < 0 || ftruncate(ram_file, (off_t)size) != 0) return -1;
  ram = mmap((void *)address, size, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_FIXED_NOREPLACE, ram_file, 0);
  if (ram != (void *)address) return -1;
  ram_size = size;
  struct sigaction action = {0};
  action.sa_sigaction = on_signal;
  /* A handler may leave its stack for another program that is stopped in a handler too. */
  action.sa_flags = SA_SIGINFO | SA_NODEFER;
  if (sigaction(SIGSEGV, &action, NULL) != 0 || sigaction(SIGILL, &action, NULL) != 0) return -1;
  erix_host_attach(system_call);
  return 0;
}

int erix_simulation_clear(void) {
  return (int)syscall(SYS_fallocate, ram_file, 0x02 | 0x01 /* punch a hole, keep the size */, 0L,
                      (long)ram_size);
}

int erix_simulation_show(uint64_t address, uint64_t size, uint64_t physical, int is_writable) {
  int rights = is_writable ? PROT_READ | PROT_WRITE : PROT_READ;
  void *shown = mmap((void *)address, size, rights, MAP_SHARED | MAP_FIXED, ram_file,
                     (off_t)physical);
  return shown == (void *)address ? 0 : -1;
}

int erix_simulation_hide(uint64_t address, uint64_t size) {
  return munmap((void *)address, size);
}

uint64_t erix_simulation_stack(uint64_t size) {
  void *stack = mmap(NULL, size, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (stack == MAP_FAILED) return 0;
  mprotect(stack, 4096, PROT_NONE);
  return (uint64_t)stack;
}

uint64_t erix_simulation_begin(uint64_t stack, uint64_t size,
                               void (*body)(uint64_t, uint64_t), uint64_t first, uint64_t second) {
  /* The frame that erix_simulation_switch takes off: control words, r15, r14, r13, r12, rbx, rbp,
     and where to go. The stack is 16-byte aligned when the entry makes its call. */
  uint64_t *frame = (uint64_t *)(stack + size) - 8;
  frame[0] = 0x1F80ull | 0x37Full << 32;
  frame[1] = 0;
  frame[2] = second;
  frame[3] = first;
  frame[4] = (uint64_t)body;
  frame[5] = 0;
  frame[6] = 0;
  frame[7] = (uint64_t)erix_simulation_entry;
  return (uint64_t)frame;
}
