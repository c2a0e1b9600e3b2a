/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/heap.h"

#include <stddef.h>

#include "boot/platform.h"
#include "lib/bytes.h"

#define PAGE         4096u
#define HEAP_MAXIMUM 0x400000u
#define HEAP_MINIMUM 0x100000u
#define HEAP_LEAST   0x40000u

static uint8_t *heap_base, *heap_break, *heap_end;

error_t heap_make(uint64_t memory)
{
    uint64_t wanted = round_up(memory / 16, PAGE);
    uint32_t size = wanted > HEAP_MAXIMUM   ? HEAP_MAXIMUM
                    : wanted < HEAP_MINIMUM ? HEAP_MINIMUM
                                            : (uint32_t)wanted;

    for (; heap_base == NULL && size >= HEAP_LEAST; size /= 2) {
        heap_base = platform_claim(size, PAGE);
        if (heap_base != NULL) {
            heap_break = heap_base;
            heap_end = heap_base + size;
            return OK;
        }
    }
    return fail(ERROR_MEMORY_CLAIM, "taking 256 KB for the loader's own heap");
}

uint8_t *heap_bounds(size_t *length)
{
    *length = (size_t)(heap_end - heap_base);
    return heap_base;
}

void heap_trim(void)
{
    size_t unused = (size_t)(heap_end - heap_break) & ~(size_t)(PAGE - 1);

    heap_end -= unused;
    platform_release(heap_end, unused);
}

#ifndef SAWBOOT_HOST

/* newlib's malloc asks here. -1 is newlib's sign for "none left". */
void *sbrk(ptrdiff_t increment);
void *sbrk(ptrdiff_t increment)
{
    uint8_t *old = heap_break;

    if (heap_base == NULL || increment > heap_end - heap_break ||
        increment < heap_base - heap_break)
        return (void *)(intptr_t)-1;
    heap_break += increment;
    return old;
}

#endif
