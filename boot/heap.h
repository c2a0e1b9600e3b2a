/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The heap behind malloc: for lwIP's tables and the device tree. Large things are claimed directly.
 * On the host malloc is the C library's own.
 */
#ifndef BOOT_HEAP_H
#define BOOT_HEAP_H

#include <stdint.h>

#include "console/error.h"

/* Claims it, once: a sixteenth of the machine's memory, between 1 and 4 MB, or what there is. */
error_t heap_make(uint64_t memory);

#endif
