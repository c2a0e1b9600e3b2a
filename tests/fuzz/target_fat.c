/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fat files: of kernels (loader/container/fat.c), of kernel extensions and mkext archives.
 *
 * Longest input: 8192
 */
#include "darwin/fat_slice.h"
#include "darwin/kext.h"
#include "darwin/mkext.h"
#include "tests/fuzz/archives.h"
#include "tests/fuzz/fuzz.h"

static const uint32_t cpu_types[] = {18, 7, 0x01000007};

static void try_slices(const uint8_t *bytes, size_t length)
{
    struct fat_slice first;
    enum fat_result result = fat_slice_first(bytes, length, &first);
    struct mkext_info info;
    const uint8_t *slice;
    size_t slice_length;

    if (result == FAT_FOUND || result == FAT_THIN) {
        FUZZ_CHECK(fuzz_inside(bytes, length, first.bytes, first.length));
        FUZZ_CHECK(mkext_recognise_any(bytes, length) ==
                   mkext_recognise(first.bytes, first.length));
    } else {
        FUZZ_CHECK(!mkext_recognise_any(bytes, length));
    }
    for (size_t i = 0; i < sizeof cpu_types / sizeof *cpu_types; i++) {
        error_clear();
        if (fuzz_succeeded(mkext_slice(bytes, length, cpu_types[i], &slice, &slice_length))) {
            FUZZ_CHECK(fuzz_inside(bytes, length, slice, slice_length));
            if (fuzz_succeeded(mkext_check(slice, slice_length, &info)))
                FUZZ_CHECK(info.length == slice_length);
        }
        error_clear();
        if (fuzz_succeeded(
                kext_executable_slice(bytes, length, cpu_types[i], &slice, &slice_length)))
            FUZZ_CHECK(fuzz_inside(bytes, length, slice, slice_length));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    fuzz_begin(bytes, length);
    try_slices(bytes, length);
    fuzz_end();
    return fuzz_image(bytes, length);
}

/* Archives in slices. */
static void repair(uint8_t *bytes, size_t length)
{
    struct fat_slice slice;

    for (size_t i = 0; i < sizeof cpu_types / sizeof *cpu_types; i++)
        if (fat_slice_find(bytes, length, cpu_types[i], &slice) == FAT_FOUND &&
            mkext_recognise(slice.bytes, slice.length))
            archive_seal(bytes + slice.offset, slice.length);
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t length, size_t room, unsigned seed)
{
    return fuzz_mutate(bytes, length, room, seed, repair);
}
