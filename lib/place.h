/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Addresses and lengths of memory that a 32-bit loader can reach. Their ends have to be numbers
 * too: up to PLACE_END. In the smallest image that is 32 bits, which is a third of the code, and
 * the last page below 4 GB is nobody's; no machine has RAM there.
 */
#ifndef LIB_PLACE_H
#define LIB_PLACE_H

#include <stdint.h>

#ifdef SAWBOOT_SMALL
typedef uint32_t place_t;
#define PLACE_END 0xFFFFF000u
#else
typedef uint64_t place_t;
#define PLACE_END 0x100000000ull
#endif
#define PLACE_MAXIMUM ((place_t)-1)

#endif
