/* SPDX-License-Identifier: BSD-2-Clause */
/* mkext archives of version 1: what mkext_check takes does unpack, file by file. */
#include <stdlib.h>

#include "darwin/mkext.h"
#include "darwin/mkext_format.h"
#include "lib/bytes.h"
#include "lib/lzss.h"
#include "tests/fuzz/archives.h"
#include "tests/fuzz/fuzz.h"

static void check_file(const uint8_t *bytes, size_t length, const struct mkext_file *file)
{
    uint8_t *out;

    FUZZ_CHECK(file->real_size != 0);
    FUZZ_CHECK(file->offset >= MKEXT_HEADER_SIZE + MKEXT_ENTRY_SIZE);
    FUZZ_CHECK(bytes_within(length, file->offset,
                            file->stored_size != 0 ? file->stored_size : file->real_size));
    /* Exactly as much as is announced, so that one byte more is noticed. */
    out = fuzz_allocate(file->real_size);
    FUZZ_CHECK(mkext_unpack(bytes, length, file, out, file->real_size) == OK);
    free(out);
    FUZZ_CHECK(mkext_unpack(bytes, length, file, NULL, file->real_size - 1) != OK);
}

static void check_accepted(const uint8_t *bytes, size_t length, const struct mkext_info *info)
{
    struct mkext_entry entry;

    FUZZ_CHECK(info->version == MKEXT_VERSION_1 && info->length == length && info->count != 0);
    FUZZ_CHECK(mkext_recognise(bytes, length));
    for (uint32_t i = 0; i < info->count; i++) {
        FUZZ_CHECK(mkext_entry(bytes, length, i, &entry) == OK);
        check_file(bytes, length, &entry.plist);
        if (entry.module.offset != 0 || entry.module.stored_size != 0 ||
            entry.module.real_size != 0)
            check_file(bytes, length, &entry.module);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct mkext_info info;
    bool is_version_1;

    fuzz_begin(bytes, length);
    is_version_1 = fuzz_succeeded(mkext_check_version_1(bytes, length));
    error_clear();
    if (fuzz_succeeded(mkext_check(bytes, length, &info)) && is_version_1)
        check_accepted(bytes, length, &info);
    error_clear();
    fuzz_succeeded(mkext_check_cpu(bytes, length, MACH_CPU_POWERPC));
    fuzz_end();
    return 0;
}

/* Real sizes made those of the packed files, as damage nearly always changes them. */
static void repair(uint8_t *bytes, size_t length)
{
    uint32_t count;

    if (length < MKEXT_HEADER_SIZE)
        return;
    count = get_be32(bytes + MKEXT_AT_COUNT);
    for (uint32_t i = 0; i < 2 * count && i < 8; i++) {
        uint8_t *file = bytes + MKEXT_HEADER_SIZE + i * (MKEXT_ENTRY_SIZE / 2);
        uint32_t offset, stored;

        if (!bytes_within(length, MKEXT_HEADER_SIZE + i * (MKEXT_ENTRY_SIZE / 2),
                          MKEXT_ENTRY_SIZE / 2))
            break;
        offset = get_be32(file + MKEXT_AT_OFFSET);
        stored = get_be32(file + MKEXT_AT_STORED_SIZE);
        if (stored != 0 && bytes_within(length, offset, stored))
            put_be32(file + MKEXT_AT_REAL_SIZE,
                     (uint32_t)lzss_unpack(bytes + offset, stored, NULL, 0));
    }
    archive_seal(bytes, length);
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t length, size_t room, unsigned seed)
{
    return fuzz_mutate(bytes, length, room, seed, seed % 8 < 4 ? repair : archive_seal);
}
