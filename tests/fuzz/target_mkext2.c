/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mkext archives of version 2: what mkext_check takes does unpack, list and files.
 *
 * Dictionary: plist
 */
#include <stdlib.h>
#include <string.h>

#include "darwin/mkext.h"
#include "darwin/mkext_format.h"
#include "darwin/plist.h"
#include "lib/bytes.h"
#include "lib/inflate.h"
#include "tests/fuzz/archives.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/packed.h"

#define LIST_LARGEST 4096

/* --- What was accepted ------------------------------------------------------------------------ */

struct archive {
    const uint8_t *bytes;
    size_t length;
};

/* Unpacks as much as is announced, exactly; the memory goes to the caller. */
static uint8_t *unpack(const struct archive *archive, uint64_t at, uint32_t stored, uint32_t real)
{
    struct inflate_counts counts;
    uint8_t *out = fuzz_allocate(real);

    FUZZ_CHECK(bytes_within(archive->length, at, stored != 0 ? stored : real));
    if (stored == 0) {
        memcpy(out, archive->bytes + at, real);
    } else {
        FUZZ_CHECK(inflate_zlib(archive->bytes + at, stored, out, real, &counts) == INFLATE_DONE);
        FUZZ_CHECK(counts.made == real && counts.used <= stored);
    }
    return out;
}

/* A number in the list, which tells where a file is. */
static void check_offset(const struct archive *archive, const struct plist_value *value)
{
    uint64_t at;
    const uint8_t *entry;

    if (value->kind == PLIST_REFERENCE)
        return;
    FUZZ_CHECK(plist_integer(value, &at));
    FUZZ_CHECK(bytes_within(archive->length, at, MKEXT2_AT_DATA));
    entry = archive->bytes + at;
    free(unpack(archive, at + MKEXT2_AT_DATA, get_be32(entry + MKEXT2_AT_STORED_SIZE),
                get_be32(entry + MKEXT2_AT_REAL_SIZE)));
}

static void check_list(const struct archive *archive, const uint8_t *list, size_t length)
{
    struct plist_value root, kexts, info, value, resource;
    struct plist_cursor cursor, resources;
    unsigned count = 0;

    FUZZ_CHECK(plist_open(list, length, &root));
    FUZZ_CHECK(plist_find(&root, "_MKEXTInfoDictionaries", &kexts));
    cursor = plist_members(&kexts);
    for (; plist_next(&cursor, NULL, &info); count++) {
        FUZZ_CHECK(info.kind == PLIST_DICT);
        if (plist_find(&info, "_MKEXTExecutable", &value))
            check_offset(archive, &value);
        if (!plist_find(&info, "_MKEXTResources", &value))
            continue;
        resources = plist_members(&value);
        while (plist_next(&resources, NULL, &resource))
            check_offset(archive, &resource);
    }
    FUZZ_CHECK(count != 0);
}

/* True if the header has a list; everything is inside of the archive then. */
static bool find_list(const uint8_t *bytes, size_t length, uint32_t *at, uint32_t *stored,
                      uint32_t *real)
{
    if (length < MKEXT2_HEADER_SIZE)
        return false;
    *at = get_be32(bytes + MKEXT2_AT_PLIST_OFFSET);
    *stored = get_be32(bytes + MKEXT2_AT_PLIST_STORED);
    *real = get_be32(bytes + MKEXT2_AT_PLIST_SIZE);
    return *at >= MKEXT2_HEADER_SIZE && bytes_within(length, *at, *stored != 0 ? *stored : *real);
}

static void check_accepted(const uint8_t *bytes, size_t length, const struct mkext_info *info)
{
    struct archive archive = {bytes, length};
    uint32_t at, stored, real;
    uint8_t *list;

    fuzz_heap_fill();
    FUZZ_CHECK(info->length == length);
    FUZZ_CHECK(find_list(bytes, length, &at, &stored, &real));
    list = unpack(&archive, at, stored, real);
    /* One that does not fit the loader's heap has been checked by itself only. */
    if (stored == 0 || (real <= FUZZ_HEAP_LARGEST && !fuzz_heap_is_empty()))
        check_list(&archive, list, real);
    free(list);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct mkext_info info;

    fuzz_begin(bytes, length);
    if (fuzz_succeeded(mkext_check(bytes, length, &info)) && info.version == MKEXT_VERSION_2)
        check_accepted(bytes, length, &info);
    fuzz_end();
    return 0;
}

/* --- Mutations ---------------------------------------------------------------------------------
 */

/* Check values of the packed list and of the file behind the header. */
static void repair(uint8_t *bytes, size_t length)
{
    uint32_t at, stored, real;

    if (find_list(bytes, length, &at, &stored, &real) && stored != 0)
        fuzz_repair_zlib(bytes + at, stored);
    if (bytes_within(length, MKEXT2_HEADER_SIZE, MKEXT2_AT_DATA)) {
        at = MKEXT2_HEADER_SIZE + MKEXT2_AT_DATA;
        stored = get_be32(bytes + MKEXT2_HEADER_SIZE + MKEXT2_AT_STORED_SIZE);
        if (stored != 0 && bytes_within(length, at, stored))
            fuzz_repair_zlib(bytes + at, stored);
    }
    archive_seal(bytes, length);
}

/*
 * Mutates the list's text, which is out of reach while it is packed. It goes to the end, as it is
 * or packed. 0: there is no list, or no room.
 */
static size_t mutate_list(uint8_t *bytes, size_t length, size_t room, bool pack)
{
    static uint8_t list[LIST_LARGEST], packed[LIST_LARGEST + PACKED_EXTRA(LIST_LARGEST)];
    struct inflate_counts counts;
    uint32_t at, stored, real;
    size_t size;

    if (!find_list(bytes, length, &at, &stored, &real) || real > sizeof list)
        return 0;
    if (stored == 0) {
        memcpy(list, bytes + at, real);
        counts.made = real;
    } else if (inflate_zlib(bytes + at, stored, list, sizeof list, &counts) != INFLATE_DONE) {
        return 0;
    }
    size = LLVMFuzzerMutate(list, counts.made, sizeof list);
    put_be32(bytes + MKEXT2_AT_PLIST_SIZE, (uint32_t)size);
    stored = pack ? (uint32_t)packed_stored_zlib(packed, list, size) : 0;
    put_be32(bytes + MKEXT2_AT_PLIST_STORED, stored);
    if (!pack)
        memcpy(packed, list, size);
    else
        size = stored;
    /* What was the list is overwritten if it was the last thing. */
    if (!bytes_within(room, at, size))
        return 0;
    memcpy(bytes + at, packed, size);
    length = at + size;
    archive_seal(bytes, length);
    return length;
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t length, size_t room, unsigned seed)
{
    size_t changed = seed % 2 != 0 ? mutate_list(bytes, length, room, (seed & 16) != 0) : 0;

    return changed != 0 ? changed : fuzz_mutate(bytes, length, room, seed >> 1, repair);
}
