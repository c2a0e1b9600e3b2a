/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * malloc for the loader in a card's ROM: the first free block that is large enough, or the end of a
 * larger one; free blocks are in a list by address, and neighbours become one. Half of the code of
 * the C library's. Compiled without link-time optimisation, which does not see all calls.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT 8u

void *sbrk(ptrdiff_t increment); /* boot/heap.c */

/* In front of each block. `size` counts this; a multiple of ALIGNMENT, as this is itself. */
struct block {
    size_t size;
    struct block *next; /* of those that are free */
};

static struct block *first_free;

static struct block *behind(struct block *block)
{
    return (struct block *)((uintptr_t)block + block->size);
}

void *malloc(size_t length)
{
    size_t size = (length + sizeof(struct block) + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    struct block *found;

    if (size < length)
        return NULL;
    for (struct block **link = &first_free; *link != NULL; link = &(*link)->next) {
        found = *link;
        if (found->size < size)
            continue;
        if (found->size - size > sizeof *found) {
            found->size -= size;
            found = behind(found);
            found->size = size;
        } else {
            *link = found->next;
        }
        return found + 1;
    }
    found = size <= PTRDIFF_MAX ? sbrk((ptrdiff_t)size) : (void *)-1;
    if (found == (void *)-1)
        return NULL;
    found->size = size;
    return found + 1;
}

void *calloc(size_t count, size_t length)
{
    void *bytes = length == 0 || count <= SIZE_MAX / length ? malloc(count * length) : NULL;

    return bytes != NULL ? memset(bytes, 0, count * length) : NULL;
}

static void join(struct block *block)
{
    if (behind(block) != block->next)
        return;
    block->size += block->next->size;
    block->next = block->next->next;
}

void free(void *bytes)
{
    struct block *block = (struct block *)bytes - 1, *before = NULL;

    if (bytes == NULL)
        return;
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
