/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The heap behind malloc: for lwIP's tables and the device tree. Large things are claimed directly.
 * On the host malloc is the C library's own.
 */
#ifndef BOOT_HEAP_H
#define BOOT_HEAP_H

#include <stddef.h>
#include <stdint.h>

#include "console/error.h"

/* Claims it, once: a sixteenth of the machine's memory, between 1 and 4 MB, or what there is. */
error_t heap_make(uint64_t memory);
/* Where it is: whole pages. `*length` 0: there is none. */
uint8_t *heap_bounds(size_t *length);
/* Gives back those pages at its end that malloc has not asked for. It does not grow any more. */
void heap_trim(void);

#endif
