/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the fuzz targets share. A target is a file target_NAME.c with LLVMFuzzerTestOneInput, which
 * libFuzzer calls with one input after the other; docs/fuzzing.md says how to add one.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "console/error.h"

/* libFuzzer's interface (compiler-rt, fuzzer/FuzzerInterface.h). */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t length, size_t room, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t length, size_t room);

/* A promise of the code under test. A broken one ends the run as a crash does. */
#define FUZZ_CHECK(condition)                                    \
    do {                                                         \
        if (!(condition))                                        \
            fuzz_broken_promise(__FILE__, __LINE__, #condition); \
    } while (0)
_Noreturn void fuzz_broken_promise(const char *file, int line, const char *condition);

/*
 * Around the work on each input: everything that is allocated in between has to be freed by the
 * end. For one input in sixteen, which ones depends on their bytes alone, the heap
 * is empty after a few allocations. There are none of more than FUZZ_HEAP_LARGEST bytes ever.
 */
#define FUZZ_HEAP_LARGEST (1u << 20)
void fuzz_begin(const uint8_t *bytes, size_t length);
void fuzz_end(void);
/* True if an allocation has been refused since fuzz_begin. */
bool fuzz_heap_is_empty(void);
/* From here on nothing is refused: for what checks a result. */
void fuzz_heap_fill(void);
/* Memory for the target itself, from the same heap but never refused. */
void *fuzz_allocate(size_t length);

/* A result: success, or a failure of the catalogue with words to it. Returns true for success. */
bool fuzz_succeeded(error_t error);

/* True if `length` bytes at `part` are all inside the `whole_length` bytes at `whole`. */
bool fuzz_inside(const void *whole, size_t whole_length, const void *part, size_t length);

/*
 * For custom mutators: mutates as libFuzzer does by itself, or writes a number that means a place
 * or size near the end of the input, in either byte order. Three times out of four `repair` (which
 * may be NULL) then puts right what guards the depths of the format (checksums, lengths).
 */
typedef void fuzz_repair(uint8_t *bytes, size_t length);
size_t fuzz_mutate(uint8_t *bytes, size_t length, size_t room, unsigned seed, fuzz_repair *repair);
/* Makes the check values of a zlib stream or gzip members right, as far as they can be unpacked. */
fuzz_repair fuzz_repair_zlib, fuzz_repair_gzip;

/*
 * image_open of the bytes on each kind of machine, with all that loader/image.h promises of plans.
 * For what a target returns: 0, or -1 for packed bytes, which take long and have targets of their
 * own.
 */
int fuzz_image(const uint8_t *bytes, size_t length);
/* The same with packed bytes too, on one kind of machine, by the length. */
int fuzz_packed_image(const uint8_t *bytes, size_t length);
/* Makes the checksum of the first multiboot header right. */
fuzz_repair fuzz_repair_multiboot;

#endif
