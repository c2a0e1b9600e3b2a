/* SPDX-License-Identifier: BSD-2-Clause */
#include "darwin/mkext_v2.h"

#include <stdbool.h>
#include <stdlib.h>

#include "console/console.h"
#include "darwin/mkext_format.h"
#include "darwin/plist.h"
#include "lib/bytes.h"
#include "lib/inflate.h"

/* A packed list is unpacked in the heap if it is no larger than this. */
#define PLIST_IN_HEAP (1u << 20)

struct archive {
    const uint8_t *bytes;
    size_t length;
    uint64_t room; /* bytes that no file has taken yet */
};

/* A file that unpacks to `real_size` bytes exactly, into `out` if that is not NULL. */
static error_t check_packed(const struct archive *archive, const char *what, uint32_t offset,
                            uint32_t stored_size, uint32_t real_size, uint8_t *out)
{
    struct inflate_counts counts;

    switch (inflate_zlib(archive->bytes + offset, stored_size, out, real_size, &counts)) {
    case INFLATE_DONE:
        if (counts.made == real_size)
            return OK;
        return fail(ERROR_MKEXT_ENTRY, "the %s at %u unpacks to %u bytes, its full size is %u",
                    what, (unsigned)offset, (unsigned)counts.made, (unsigned)real_size);
    case INFLATE_NO_MEMORY:
        return fail(ERROR_MEMORY_HEAP, "unpacking the %s at %u of an mkext", what,
                    (unsigned)offset);
    default:
        return fail(ERROR_MKEXT_ENTRY, "the %s at %u does not unpack to its full size, %u bytes",
                    what, (unsigned)offset, (unsigned)real_size);
    }
}

/* --- Files that the list names ------------------------------------------------------------------
 */

static error_t check_file(struct archive *archive, uint32_t kext, const char *what, uint64_t offset)
{
    uint32_t stored_size, real_size, size, data;

    if (offset < MKEXT2_HEADER_SIZE || !bytes_within(archive->length, offset, MKEXT2_AT_DATA))
        return fail(ERROR_MKEXT_ENTRY, "kext %u: its %s's offset %llu is outside %u..%u",
                    (unsigned)kext, what, (unsigned long long)offset, MKEXT2_HEADER_SIZE,
                    (unsigned)archive->length);
    stored_size = get_be32(archive->bytes + offset + MKEXT2_AT_STORED_SIZE);
    real_size = get_be32(archive->bytes + offset + MKEXT2_AT_REAL_SIZE);
    size = stored_size != 0 ? stored_size : real_size;
    data = (uint32_t)offset + MKEXT2_AT_DATA;
    if (real_size == 0)
        return fail(ERROR_MKEXT_ENTRY, "kext %u: its %s's full size is 0", (unsigned)kext, what);
    if (!bytes_within(archive->length, data, size))
        return fail(ERROR_MKEXT_ENTRY, "kext %u: its %s, %u bytes at %u, ends beyond %u",
                    (unsigned)kext, what, (unsigned)size, (unsigned)data,
                    (unsigned)archive->length);
    /* Files do not share bytes. Besides, this keeps the time for unpacking them in proportion. */
    if (size > archive->room)
        return fail(ERROR_MKEXT_ENTRY, "kext %u: its %s overlaps earlier files", (unsigned)kext,
                    what);
    archive->room -= size;
    return stored_size != 0 ? check_packed(archive, what, data, stored_size, real_size, NULL) : OK;
}

/* An offset may be a reference to an equal number before, which was checked there. */
static error_t check_offset(struct archive *archive, uint32_t kext, const char *what,
                            const struct plist_value *value)
{
    uint64_t offset;

    if (value->kind == PLIST_REFERENCE)
        return OK;
    if (!plist_integer(value, &offset))
        return fail(ERROR_MKEXT_ENTRY, "kext %u: its %s's offset is no number", (unsigned)kext,
                    what);
    return check_file(archive, kext, what, offset);
}

static error_t check_kext(struct archive *archive, uint32_t kext, const struct plist_value *info)
{
    struct plist_value value, resource;
    struct plist_cursor resources;
    error_t error = OK;

    if (info->kind != PLIST_DICT)
        return fail(ERROR_MKEXT_ENTRY, "kext %u is no dictionary", (unsigned)kext);
    if (plist_find(info, "_MKEXTExecutable", &value))
        error = check_offset(archive, kext, "executable", &value);
    if (error != OK || !plist_find(info, "_MKEXTResources", &value))
        return error;
    resources = plist_members(&value);
    while (error == OK && plist_next(&resources, NULL, &resource))
        error = check_offset(archive, kext, "resource", &resource);
    return error;
}

static error_t check_list(struct archive *archive, const uint8_t *plist, size_t length)
{
    struct plist_value root, kexts, info;
    struct plist_cursor cursor;
    error_t error = OK;
    uint32_t kext = 0;

    if (!plist_open(plist, length, &root) || !plist_find(&root, "_MKEXTInfoDictionaries", &kexts) ||
        kexts.kind != PLIST_ARRAY)
        return fail(ERROR_MKEXT_ENTRY, "the plist has no array _MKEXTInfoDictionaries");
    cursor = plist_members(&kexts);
    for (; error == OK && plist_next(&cursor, NULL, &info); kext++)
        error = check_kext(archive, kext, &info);
    if (error == OK && kext == 0)
        return fail(ERROR_MKEXT_ENTRY, "_MKEXTInfoDictionaries is empty");
    return error;
}

/* --- The list ------------------------------------------------------------------------------------
 */

static error_t check_packed_list(struct archive *archive, uint32_t offset, uint32_t stored_size,
                                 uint32_t real_size)
{
    uint8_t *plist = real_size <= PLIST_IN_HEAP ? malloc(real_size) : NULL;
    error_t error = check_packed(archive, "plist", offset, stored_size, real_size, plist);

    if (plist == NULL)
        print_verbose("  the mkext's plist (%u bytes) is too large to be looked into\n",
                      (unsigned)real_size);
    else if (error == OK)
        error = check_list(archive, plist, real_size);
    free(plist);
    return error;
}

error_t mkext_v2_check(const uint8_t *bytes, size_t length)
{
    struct archive archive = {bytes, length, length};
    uint32_t offset, stored_size, real_size;

    if (length < MKEXT2_HEADER_SIZE)
        return fail(ERROR_MKEXT_LENGTH, "%u bytes are shorter than a version 2 header",
                    (unsigned)length);
    offset = get_be32(bytes + MKEXT2_AT_PLIST_OFFSET);
    stored_size = get_be32(bytes + MKEXT2_AT_PLIST_STORED);
    real_size = get_be32(bytes + MKEXT2_AT_PLIST_SIZE);
    if (real_size == 0)
        return fail(ERROR_MKEXT_ENTRY, "plist_full_size is 0");
    if (offset < MKEXT2_HEADER_SIZE ||
        !bytes_within(length, offset, stored_size != 0 ? stored_size : real_size))
        return fail(ERROR_MKEXT_ENTRY, "plist_offset %u with %u bytes is outside %u..%u",
                    (unsigned)offset, (unsigned)(stored_size != 0 ? stored_size : real_size),
                    MKEXT2_HEADER_SIZE, (unsigned)length);
    return stored_size != 0 ? check_packed_list(&archive, offset, stored_size, real_size)
                            : check_list(&archive, bytes + offset, real_size);
}
