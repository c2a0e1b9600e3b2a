/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernels packed by gzip: members, padding, sizes that lie. What comes out is what the members
 * hold, one by one.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/inflate.h"
#include "loader/image.h"
#include "tests/fuzz/fuzz.h"

static size_t allocated;

static void *allocate(struct image_memory *memory, size_t length)
{
    (void)memory;
    allocated = length;
    return length <= FUZZ_HEAP_LARGEST ? malloc(length) : NULL;
}

static void release(struct image_memory *memory, void *bytes, size_t length)
{
    (void)memory;
    FUZZ_CHECK(length == allocated);
    free(bytes);
}

/* The members again, each into exactly the room that is left. */
static void check_members(const uint8_t *bytes, size_t length, const struct image_bytes *inner)
{
    uint8_t *out = fuzz_allocate(inner->length);
    size_t at = 0, made = 0;

    while (at < length && bytes[at] == 0x1f) {
        struct inflate_counts counts;

        FUZZ_CHECK(inflate_gzip(bytes + at, length - at, out + made, inner->length - made,
                                &counts) == INFLATE_DONE);
        at += counts.used;
        made += counts.made;
    }
    FUZZ_CHECK(made == inner->length);
    FUZZ_CHECK(memcmp(out, inner->bytes, made) == 0);
    free(out);
}

static void try_container(const struct image_container *container, const uint8_t *bytes,
                          size_t length)
{
    struct image_memory memory = {allocate, release};
    struct image_bytes inner = {0};

    fuzz_begin(bytes, length);
    if (container->recognise(bytes, length) &&
        fuzz_succeeded(container->unwrap(bytes, length, IMAGE_CPU_POWERPC, &memory, &inner))) {
        FUZZ_CHECK(inner.owned && inner.length == allocated);
        fuzz_heap_fill();
        check_members(bytes, length, &inner);
        release(&memory, (void *)(uintptr_t)inner.bytes, inner.length);
    }
    fuzz_end();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    TABLE_FOREACH (image_containers, container)
        if (strcmp((*container)->name, "gzip file") == 0)
            try_container(*container, bytes, length);
    return fuzz_packed_image(bytes, length);
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t length, size_t room, unsigned seed)
{
    return fuzz_mutate(bytes, length, room, seed, fuzz_repair_gzip);
}
