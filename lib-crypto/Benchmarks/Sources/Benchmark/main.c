// Runs one workload a given number of times and prints its result: benchmark NAME COUNT.
//
// `benchmark secret 0` derives, signs and compares with memory that was never written, for a tool
// that reports every branch and address that depends on such memory. With 1 instead of 0 it
// branches on it once, which such a tool must report.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reference.h"

unsigned swift_sign_secret(uint64_t, uint64_t, uint64_t, uint64_t);
unsigned swift_compare_secret(uint64_t, uint64_t, uint64_t, uint64_t);
unsigned swift_sha256(int), swift_sha512(int), swift_decode(int), swift_verify(int),
    swift_sign(int), swift_derive(int);

static const struct {
  const char *name;
  unsigned (*run)(int);
} workloads[] = {
    {"c-sha256", reference_sha256}, {"sha256", swift_sha256}, {"sha512", swift_sha512},
    {"decode", swift_decode},       {"verify", swift_verify}, {"sign", swift_sign},
    {"derive", swift_derive},
};

static volatile unsigned sink;

static int run_secret(int leak) {
  // Volatile: the compiler would otherwise know that it may pass anything.
  volatile uint64_t *secret = malloc(32);
  if (secret == NULL) return 1;
  sink = swift_sign_secret(secret[0], secret[1], secret[2], secret[3]);
  sink = swift_compare_secret(secret[0], secret[1], secret[2], secret[3]);
  if (leak && sink) puts("leaked");
  free((void *)secret);
  return 0;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  if (strcmp(argv[1], "secret") == 0) return run_secret(atoi(argv[2]));
  for (size_t i = 0; i < sizeof workloads / sizeof *workloads; i++) {
    if (strcmp(argv[1], workloads[i].name) != 0) continue;
    printf("%s: %08x\n", argv[1], workloads[i].run(atoi(argv[2])));
    return 0;
  }
  return 2;
}
