/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The heap behind malloc: for lwIP's packets, the device tree and what unpacks. Kernels and
 * archives are claimed directly. On the host malloc is the C library's own; tests call these by
 * their names.
 *
 * It consists of chunks, claimed when they are needed and given back when nothing is left in them,
 * but for the first one. So a boot has no more memory than it uses, and after a failure as much is
 * free as before.
 */
#ifndef BOOT_HEAP_H
#define BOOT_HEAP_H

#include <stddef.h>
#include <stdint.h>

#include "console/error.h"

/* What a chunk has, unless something larger has to fit. */
#define HEAP_CHUNK 0x10000u

/*
 * Claims the first chunk, once. All chunks together are a sixteenth of the machine's memory at the
 * most, but between 1 and 4 MB.
 */
error_t heap_make(uint64_t memory);
/* How much memory all its chunks have now. */
size_t heap_size(void);
/* Nothing is claimed or given back any more: what the chunks have is what there is. */
void heap_freeze(void);

/* Memory for anything, aligned to 8 bytes; NULL if there is none. Back with heap_give. */
void *heap_take(size_t length);
void heap_give(void *bytes);

#endif
