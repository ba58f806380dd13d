/*
 * The four memory functions that compilers call by themselves, for every image that links no C
 * library: a target that names CMemory as a dependency gets them, and nothing need be imported.
 *
 * The host has its own, so there they have other names, under which the tests call them.
 */
#ifndef ERIX_CMEMORY_H
#define ERIX_CMEMORY_H

#include <stddef.h>

#ifdef __linux__
#define ERIX_MEMORY(name) erix_##name
#else
#define ERIX_MEMORY(name) name
#endif

/* ISO C, section 7.24: the ranges of memcpy do not overlap, those of memmove may. */
void *ERIX_MEMORY(memcpy)(void *destination, const void *source, size_t count);
void *ERIX_MEMORY(memmove)(void *destination, const void *source, size_t count);
void *ERIX_MEMORY(memset)(void *destination, int value, size_t count);
int ERIX_MEMORY(memcmp)(const void *first, const void *second, size_t count);

#endif
