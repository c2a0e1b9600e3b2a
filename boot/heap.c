/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first free block that is large enough, or the front of a larger one; free blocks are in a
 * list by address, and neighbours become one. Compiled without link-time optimisation, which does
 * not see all calls of malloc.
 */
#include "boot/heap.h"

#include <stdbool.h>
#include <string.h>

#include "boot/platform.h"
#include "lib/bytes.h"

#define PAGE         4096u
#define HEAP_MAXIMUM 0x400000u
#define HEAP_MINIMUM 0x100000u

/* In front of each block. `size` counts this, and is a multiple of it. */
struct block {
    size_t size;
    struct block *next; /* of those that are free */
};

/* In front of each chunk: so no block of one is the neighbour of another's. */
struct chunk {
    struct chunk *next;
    size_t length; /* counts this */
};

static struct block *first_free;
static struct chunk *chunks;      /* the first one that was claimed is the last of the list */
static size_t total, total_limit; /* of the chunks' lengths; limit 0: no more of them */

/* --- Blocks ------------------------------------------------------------------------------- */

static struct block *behind(struct block *block)
{
    return (struct block *)((uintptr_t)block + block->size);
}

static struct block *first_block(struct chunk *chunk)
{
    return (struct block *)(chunk + 1);
}

static void join(struct block *block)
{
    if (behind(block) != block->next)
        return;
    block->size += block->next->size;
    block->next = block->next->next;
}

static void add_free(struct block *block)
{
    struct block *before = NULL;

    for (struct block *at = first_free; at != NULL && at < block; at = at->next)
        before = at;
    block->next = before != NULL ? before->next : first_free;
    join(block);
    if (before == NULL) {
        first_free = block;
    } else {
        before->next = block;
        join(before);
    }
}

static void *cut(size_t size)
{
    for (struct block **link = &first_free; *link != NULL; link = &(*link)->next) {
        struct block *found = *link;
        struct block *next = found->next;

        if (found->size < size)
            continue;
        if (found->size != size) {
            struct block *rest = (struct block *)((uintptr_t)found + size);

            rest->size = found->size - size;
            rest->next = next;
            next = rest;
            found->size = size;
        }
        *link = next;
        return found + 1;
    }
    return NULL;
}

/* --- Chunks ------------------------------------------------------------------------------- */

static bool add_chunk(size_t length)
{
    struct chunk *chunk;

    if (length > total_limit || total > total_limit - length)
        return false;
    chunk = platform_claim_heap(length);
    if (chunk == NULL)
        return false;
    chunk->next = chunks;
    chunk->length = length;
    chunks = chunk;
    total += length;
    first_block(chunk)->size = length - sizeof *chunk;
    add_free(first_block(chunk));
    return true;
}

/* Gives back a chunk that is free as a whole, but for the first one. */
static void drop_chunk(void)
{
    for (struct chunk **at = &chunks; (*at)->next != NULL; at = &(*at)->next) {
        struct chunk *chunk = *at;

        for (struct block **link = &first_free; *link != NULL; link = &(*link)->next)
            if (*link == first_block(chunk) && (*link)->size == chunk->length - sizeof *chunk) {
                *link = (*link)->next;
                *at = chunk->next;
                total -= chunk->length;
                platform_release_heap(chunk, chunk->length);
                return;
            }
    }
}

error_t heap_make(uint64_t memory)
{
    uint64_t most = memory / 16;

    total_limit = most > HEAP_MAXIMUM   ? HEAP_MAXIMUM
                  : most < HEAP_MINIMUM ? HEAP_MINIMUM
                                        : (size_t)most;
    first_free = NULL;
    chunks = NULL;
    total = 0;
    if (add_chunk(HEAP_CHUNK))
        return OK;
    total_limit = 0;
    return fail(ERROR_MEMORY_CLAIM, "taking 64 KB for the loader's own heap");
}

size_t heap_size(void)
{
    return total;
}

void heap_freeze(void)
{
    total_limit = 0;
}

/* --- The door ----------------------------------------------------------------------------- */

void *heap_take(size_t length)
{
    size_t size = (length + 2 * sizeof(struct block) - 1) & ~(sizeof(struct block) - 1);
    size_t chunk = (size + sizeof(struct chunk) + PAGE - 1) & ~(size_t)(PAGE - 1);
    void *found;

    if (chunk < length)
        return NULL;
    found = cut(size);
    if (found == NULL && ((chunk < HEAP_CHUNK && add_chunk(HEAP_CHUNK)) || add_chunk(chunk)))
        found = cut(size);
    return found;
}

void heap_give(void *bytes)
{
    if (bytes == NULL)
        return;
    add_free((struct block *)bytes - 1);
    if (total_limit != 0)
        drop_chunk();
}

#ifndef SAWBOOT_HOST

#include <stdlib.h>

void *malloc(size_t length)
{
    return heap_take(length);
}

void free(void *bytes)
{
    heap_give(bytes);
}

void *calloc(size_t count, size_t length)
{
    void *bytes = length == 0 || count <= SIZE_MAX / length ? malloc(count * length) : NULL;

    return bytes != NULL ? memset(bytes, 0, count * length) : NULL;
}

#ifndef SAWBOOT_SMALL

/* newlib's printf asks here, for a text that grows; nothing calls asprintf, whose texts do. */
struct _reent;
void *_malloc_r(struct _reent *reent, size_t length);
void *_realloc_r(struct _reent *reent, void *bytes, size_t length);
void _free_r(struct _reent *reent, void *bytes);

void *_malloc_r(struct _reent *reent, size_t length)
{
    (void)reent;
    return malloc(length);
}

void *_realloc_r(struct _reent *reent, void *bytes, size_t length)
{
    (void)reent;
    (void)bytes;
    (void)length;
    return NULL;
}

void _free_r(struct _reent *reent, void *bytes)
{
    (void)reent;
    free(bytes);
}

#endif
#endif
