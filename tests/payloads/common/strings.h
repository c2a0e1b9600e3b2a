/* SPDX-License-Identifier: BSD-2-Clause */
/* The few C library functions that the payloads, and the compiler on its own account, use. */
#ifndef PAYLOADS_STRINGS_H
#define PAYLOADS_STRINGS_H

#include <stddef.h>

void *memcpy(void *to, const void *from, size_t length);
void *memmove(void *to, const void *from, size_t length);
void *memset(void *to, int value, size_t length);
int memcmp(const void *a, const void *b, size_t length);
size_t strlen(const char *text);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t length);

#endif
