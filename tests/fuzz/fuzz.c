/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/adler32.h"
#include "lib/bytes.h"
#include "lib/crc32.h"
#include "lib/inflate.h"
#include "tests/unit/random.h"

_Noreturn void fuzz_broken_promise(const char *file, int line, const char *condition)
{
    fprintf(stderr, "%s:%d: broken promise: %s\n  last failure: %s\n", file, line, condition,
            error_detail());
    abort();
}

/* --- The heap: the linker leads the allocations of everything but the sanitizers here ------------
 */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void __real_free(void *memory);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void __wrap_free(void *memory);

static bool counting;    /* between fuzz_begin and fuzz_end */
static size_t allocated; /* how many, since fuzz_begin */
static size_t left;      /* allocations that still succeed */
static bool refused;     /* one did not */

static bool may_allocate(size_t size)
{
    if (!counting)
        return true;
    if (left == 0 || size > FUZZ_HEAP_LARGEST) {
        refused = true;
        return false;
    }
    left--;
    return true;
}

static void *count(void *memory)
{
    allocated += counting && memory != NULL;
    return memory;
}

void *__wrap_malloc(size_t size)
{
    return may_allocate(size) ? count(__real_malloc(size)) : NULL;
}

void *__wrap_calloc(size_t count_of, size_t size)
{
    return may_allocate(size > FUZZ_HEAP_LARGEST ? size : count_of * size)
               ? count(__real_calloc(count_of, size))
               : NULL;
}

void *__wrap_realloc(void *memory, size_t size)
{
    if (!may_allocate(size))
        return NULL;
    return memory != NULL ? __real_realloc(memory, size) : count(__real_malloc(size));
}

void __wrap_free(void *memory)
{
    allocated -= counting && memory != NULL;
    __real_free(memory);
}

void *fuzz_allocate(size_t length)
{
    void *memory = count(__real_malloc(length));

    if (memory == NULL)
        abort();
    return memory;
}

void fuzz_begin(const uint8_t *bytes, size_t length)
{
    /* Multiplied, so that neighbours among inputs differ (Knuth's golden ratio). */
    uint32_t mixed = (uint32_t)length;

    for (size_t i = length < 16 ? 0 : length - 16; i < length; i++)
        mixed = (mixed ^ bytes[i]) * 0x9e3779b1u;
    error_clear();
    left = mixed >> 28 == 0 ? mixed >> 16 & 7 : SIZE_MAX;
    allocated = 0;
    refused = false;
    counting = true;
}

void fuzz_heap_fill(void)
{
    left = SIZE_MAX;
}

bool fuzz_heap_is_empty(void)
{
    return refused;
}

void fuzz_end(void)
{
    counting = false;
    FUZZ_CHECK(allocated == 0);
}

/* --- Results -----------------------------------------------------------------------------------
 */

bool fuzz_succeeded(error_t error)
{
    FUZZ_CHECK((unsigned)error < ERROR_COUNT);
    FUZZ_CHECK(error == OK || error_detail()[0] != '\0');
    return error == OK;
}

bool fuzz_inside(const void *whole, size_t whole_length, const void *part, size_t length)
{
    uintptr_t start = (uintptr_t)whole, at = (uintptr_t)part;

    return at >= start && bytes_within(whole_length, at - start, length);
}

/* --- Mutators ----------------------------------------------------------------------------------
 */

/*
 * Numbers that lie at the edge: what is left of the input from some place on, and a bit more or
 * less. Three times out of four in the place of a number that may be an offset or a size already.
 */
static void put_edge(uint8_t *bytes, size_t length, uint32_t random)
{
    size_t at = random_next(&random) % (length - 3);
    size_t from = random_next(&random) % 2 == 0 ? 0 : random_next(&random) % length;
    uint32_t number = (uint32_t)(length - from) + random_next(&random) % 9 - 4;
    bool little = random_next(&random) % 2 != 0;

    if (random_next(&random) % 4 != 0) {
        for (size_t i = 0; i < length - 3; i++, at = (at + 1) % (length - 3)) {
            uint32_t found = little ? get_le32(bytes + at) : get_be32(bytes + at);

            if (found != 0 && found <= length)
                break;
        }
    }
    if (little)
        put_le32(bytes + at, number);
    else
        put_be32(bytes + at, number);
}

size_t fuzz_mutate(uint8_t *bytes, size_t length, size_t room, unsigned seed, fuzz_repair *repair)
{
    if (length >= 4 && seed / 4 % 8 == 0)
        put_edge(bytes, length, seed | 1);
    else
        length = LLVMFuzzerMutate(bytes, length, room);
    if (repair != NULL && seed % 4 != 0)
        repair(bytes, length);
    return length;
}

/* What is unpacked for the sake of its checksum. */
static uint8_t unpacked[1u << 15];

void fuzz_repair_zlib(uint8_t *bytes, size_t length)
{
    struct inflate_counts counts;

    /* The check value is the last thing that was read. */
    if (inflate_zlib(bytes, length, unpacked, sizeof unpacked, &counts) == INFLATE_CHECKSUM)
        put_be32(bytes + counts.used - 4, adler32(unpacked, counts.made));
}

void fuzz_repair_gzip(uint8_t *bytes, size_t length)
{
    struct inflate_counts counts;
    enum inflate_result result;
    size_t at = 0;

    do {
        result = inflate_gzip(bytes + at, length - at, unpacked, sizeof unpacked, &counts);
        if (result == INFLATE_CHECKSUM) {
            /* The CRC-32, or the size behind it, was the last thing that was read. */
            uint8_t *value = bytes + at + counts.used - 4;
            uint32_t sum = crc32_ieee(unpacked, counts.made);

            if (get_le32(value) == sum || (counts.used >= 8 && get_le32(value - 4) == sum))
                put_le32(value, (uint32_t)counts.made);
            else
                put_le32(value, sum);
            result = inflate_gzip(bytes + at, length - at, unpacked, sizeof unpacked, &counts);
            if (result == INFLATE_CHECKSUM) {
                put_le32(bytes + at + counts.used - 4, (uint32_t)counts.made);
                result = INFLATE_DONE;
            }
        }
        at += counts.used;
    } while (result == INFLATE_DONE && counts.used != 0 && at < length);
}
