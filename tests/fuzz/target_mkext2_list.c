/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reader of version 2 archives (darwin/mkext_v2.h), on archives that mkext_check took and on
 * those that it did not.
 *
 * Dictionary: plist
 * Seeds: mkext2
 */
#include <stdlib.h>

#include "darwin/mkext.h"
#include "darwin/mkext_v2.h"
#include "lib/bytes.h"
#include "tests/fuzz/archives.h"
#include "tests/fuzz/fuzz.h"

/* Larger ones have been checked by mkext_check already. */
#define FILE_LARGEST (1u << 16)

/* A file that a number of the list names. True if it is there and unpacks. */
static bool try_file(struct mkext_v2_list *list, const uint8_t *bytes, size_t length,
                     const struct plist_value *number)
{
    struct mkext_file file;
    uint8_t *out;
    bool good;

    error_clear();
    if (!fuzz_succeeded(mkext_v2_file(list, bytes, length, number, &file)))
        return false;
    FUZZ_CHECK(bytes_within(length, file.offset,
                            file.stored_size != 0 ? file.stored_size : file.real_size));
    FUZZ_CHECK(file.real_size != 0);
    if (file.real_size > FILE_LARGEST)
        return true;
    out = fuzz_allocate(file.real_size);
    error_clear();
    good = fuzz_succeeded(mkext_v2_unpack(bytes, length, &file, out, file.real_size));
    free(out);
    return good;
}

static void try_kext(struct mkext_v2_list *list, const uint8_t *bytes, size_t length,
                     const struct plist_value *info, bool checked)
{
    struct plist_value value, resource;
    struct plist_cursor resources;

    if (mkext_v2_find(list, info, "_MKEXTExecutable", &value)) {
        bool good = try_file(list, bytes, length, &value);

        FUZZ_CHECK(good || !checked || value.kind == PLIST_REFERENCE);
    }
    if (!mkext_v2_find(list, info, "_MKEXTResources", &value))
        return;
    resources = plist_members(&value);
    while (plist_next(&resources, NULL, &resource))
        try_file(list, bytes, length, &resource);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct mkext_info info;
    struct mkext_v2_list list;
    struct plist_value kext;
    bool checked;

    fuzz_begin(bytes, length);
    checked = fuzz_succeeded(mkext_check(bytes, length, &info)) &&
              info.version == MKEXT_VERSION_2 && !fuzz_heap_is_empty();
    if (length >= 32 && get_be32(bytes) == 0x4D4B5854 && get_be32(bytes + 16) == MKEXT_VERSION_2) {
        error_clear();
        if (fuzz_succeeded(mkext_v2_open(bytes, length, &list))) {
            fuzz_heap_fill();
            while (mkext_v2_next(&list, &kext))
                try_kext(&list, bytes, length, &kext, checked);
            mkext_v2_close(&list);
        } else {
            FUZZ_CHECK(!checked || fuzz_heap_is_empty());
        }
    }
    fuzz_end();
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t length, size_t room, unsigned seed)
{
    return fuzz_mutate(bytes, length, room, seed, archive_seal);
}
