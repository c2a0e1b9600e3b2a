/* SPDX-License-Identifier: BSD-2-Clause */
#include "darwin/mkext_v2.h"

#include <stdlib.h>
#include <string.h>

#include "console/console.h"
#include "darwin/mkext_format.h"
#include "lib/bytes.h"
#include "lib/inflate.h"

/* The loader unpacks a packed list in its heap if it is no larger than this. */
#define PLIST_IN_HEAP (1u << 20)
/* Each means a search of the list. Apple's archives have a few: numbers that are equal by chance.
 */
#define REFERENCES_MAXIMUM 64

/* --- Files --------------------------------------------------------------------------------------
 */

static uint32_t stored_length(const struct mkext_file *file)
{
    return file->stored_size != 0 ? file->stored_size : file->real_size;
}

/* A file that unpacks to its real size exactly, into `out` if that is not NULL. */
static error_t unpack(const uint8_t *bytes, const char *what, const struct mkext_file *file,
                      uint8_t *out)
{
    struct inflate_counts counts;

    switch (inflate_zlib(bytes + file->offset, file->stored_size, out, file->real_size, &counts)) {
    case INFLATE_DONE:
        if (counts.made == file->real_size)
            return OK;
        return fail(ERROR_MKEXT_ENTRY, "the %s at %u unpacks to %u bytes, its full size is %u",
                    what, (unsigned)file->offset, (unsigned)counts.made, (unsigned)file->real_size);
    case INFLATE_NO_MEMORY:
        return fail(ERROR_MEMORY_HEAP, "unpacking the %s at %u of an mkext", what,
                    (unsigned)file->offset);
    default:
        return fail(ERROR_MKEXT_ENTRY,
                    "the %s at %u (compressed size %u) does not unpack to its full size, %u bytes",
                    what, (unsigned)file->offset, (unsigned)file->stored_size,
                    (unsigned)file->real_size);
    }
}

error_t mkext_v2_file_at(const uint8_t *bytes, size_t length, uint64_t offset,
                         struct mkext_file *file)
{
    if (offset < MKEXT2_HEADER_SIZE || !bytes_within(length, offset, MKEXT2_AT_DATA))
        return fail(ERROR_MKEXT_ENTRY, "its offset %llu is outside %u..%u",
                    (unsigned long long)offset, MKEXT2_HEADER_SIZE, (unsigned)length);
    *file = (struct mkext_file){
        .offset = (uint32_t)offset + MKEXT2_AT_DATA,
        .stored_size = get_be32(bytes + offset + MKEXT2_AT_STORED_SIZE),
        .real_size = get_be32(bytes + offset + MKEXT2_AT_REAL_SIZE),
    };
    if (file->real_size == 0)
        return fail(ERROR_MKEXT_ENTRY, "its full size is 0");
    if (!bytes_within(length, file->offset, stored_length(file)))
        return fail(ERROR_MKEXT_ENTRY, "its %s size %u: from %u on it ends beyond %u",
                    file->stored_size != 0 ? "compressed" : "full", (unsigned)stored_length(file),
                    (unsigned)file->offset, (unsigned)length);
    return OK;
}

error_t mkext_v2_unpack(const uint8_t *bytes, size_t length, const struct mkext_file *file,
                        uint8_t *out, size_t out_size)
{
    if (out_size != file->real_size || !bytes_within(length, file->offset, stored_length(file)))
        return fail(ERROR_MKEXT_ENTRY, "a file of %u bytes at %u does not fit",
                    (unsigned)file->real_size, (unsigned)file->offset);
    if (file->stored_size != 0)
        return unpack(bytes, "file", file, out);
    memcpy(out, bytes + file->offset, out_size);
    return OK;
}

/* --- The list ------------------------------------------------------------------------------------
 */

static error_t locate(const uint8_t *bytes, size_t length, struct mkext_file *file)
{
    if (length < MKEXT2_HEADER_SIZE)
        return fail(ERROR_MKEXT_LENGTH, "%u bytes are shorter than a version 2 header",
                    (unsigned)length);
    *file = (struct mkext_file){
        .offset = get_be32(bytes + MKEXT2_AT_PLIST_OFFSET),
        .stored_size = get_be32(bytes + MKEXT2_AT_PLIST_STORED),
        .real_size = get_be32(bytes + MKEXT2_AT_PLIST_SIZE),
    };
    if (file->real_size == 0)
        return fail(ERROR_MKEXT_ENTRY, "plist_full_size is 0");
    if (file->offset < MKEXT2_HEADER_SIZE ||
        !bytes_within(length, file->offset, stored_length(file)))
        return fail(ERROR_MKEXT_ENTRY, "plist_offset %u with %s %u is outside %u..%u",
                    (unsigned)file->offset,
                    file->stored_size != 0 ? "plist_compressed_size" : "plist_full_size",
                    (unsigned)stored_length(file), MKEXT2_HEADER_SIZE, (unsigned)length);
    return OK;
}

static error_t read_list(struct mkext_v2_list *list)
{
    if (!plist_open(list->text, list->length, &list->root) ||
        !plist_find(&list->root, "_MKEXTInfoDictionaries", &list->kexts) ||
        list->kexts.kind != PLIST_ARRAY)
        return fail(ERROR_MKEXT_ENTRY, "the plist has no array _MKEXTInfoDictionaries");
    list->cursor = plist_members(&list->kexts);
    return OK;
}

error_t mkext_v2_open(const uint8_t *bytes, size_t length, struct mkext_v2_list *list)
{
    error_t error;

    memset(list, 0, sizeof *list);
    error = locate(bytes, length, &list->file);
    if (error != OK)
        return error;
    list->text = bytes + list->file.offset;
    list->length = list->file.real_size;
    if (list->file.stored_size != 0) {
        list->text = list->unpacked = malloc(list->length);
        if (list->unpacked == NULL)
            return fail(ERROR_MEMORY_HEAP, "%u bytes for the plist of an mkext",
                        (unsigned)list->length);
        error = unpack(bytes, "plist", &list->file, list->unpacked);
    }
    if (error == OK)
        error = read_list(list);
    if (error != OK)
        mkext_v2_close(list);
    return error;
}

void mkext_v2_close(struct mkext_v2_list *list)
{
    free(list->unpacked);
    memset(list, 0, sizeof *list);
}

/* What a reference refers to, in its place; what refers to nothing stays a reference. */
static void resolve(struct mkext_v2_list *list, struct plist_value *value)
{
    struct plist_value meant;

    if (value->kind != PLIST_REFERENCE || list->references == REFERENCES_MAXIMUM)
        return;
    list->references++;
    if (plist_resolve(&list->root, value, &meant))
        *value = meant;
}

bool mkext_v2_next(struct mkext_v2_list *list, struct plist_value *info)
{
    bool found = plist_next(&list->cursor, NULL, info);

    if (found)
        resolve(list, info);
    return found;
}

bool mkext_v2_find(struct mkext_v2_list *list, const struct plist_value *info, const char *key,
                   struct plist_value *value)
{
    bool found = plist_find(info, key, value);

    if (found)
        resolve(list, value);
    return found;
}

error_t mkext_v2_file(struct mkext_v2_list *list, const uint8_t *bytes, size_t length,
                      const struct plist_value *number, struct mkext_file *file)
{
    struct plist_value value = *number;
    uint64_t offset;

    resolve(list, &value);
    if (!plist_integer(&value, &offset))
        return fail(ERROR_MKEXT_ENTRY, "its offset is no number");
    return mkext_v2_file_at(bytes, length, offset, file);
}

/* --- Checking all of it
 * ---------------------------------------------------------------------------
 */

struct checker {
    const uint8_t *bytes;
    size_t length;
    struct mkext_v2_list *list;
    uint64_t room; /* bytes that no file has taken yet */
    uint32_t kext;
};

static error_t check_file(struct checker *checker, const char *what,
                          const struct plist_value *number)
{
    struct mkext_file file;
    error_t error = mkext_v2_file(checker->list, checker->bytes, checker->length, number, &file);

    /* Files do not share bytes. Besides, this keeps the time for unpacking them in proportion. */
    if (error == OK && stored_length(&file) > checker->room)
        error = fail(ERROR_MKEXT_ENTRY, "it overlaps earlier files");
    if (error != OK) {
        error_context("kext %u, %s: ", (unsigned)checker->kext, what);
        return error;
    }
    checker->room -= stored_length(&file);
    return file.stored_size != 0 ? unpack(checker->bytes, what, &file, NULL) : OK;
}

static error_t check_kext(struct checker *checker, const struct plist_value *info)
{
    struct plist_value value, resource;
    struct plist_cursor resources;
    error_t error = OK;

    if (info->kind != PLIST_DICT)
        return fail(ERROR_MKEXT_ENTRY, "kext %u is no dictionary", (unsigned)checker->kext);
    if (mkext_v2_find(checker->list, info, "_MKEXTExecutable", &value))
        error = check_file(checker, "executable", &value);
    if (error != OK || !mkext_v2_find(checker->list, info, "_MKEXTResources", &value))
        return error;
    resources = plist_members(&value);
    while (error == OK && plist_next(&resources, NULL, &resource))
        error = check_file(checker, "resource", &resource);
    return error;
}

static error_t check_kexts(const uint8_t *bytes, size_t length, struct mkext_v2_list *list)
{
    struct checker checker = {bytes, length, list, length, 0};
    struct plist_value info;
    error_t error = OK;

    for (; error == OK && mkext_v2_next(list, &info); checker.kext++)
        error = check_kext(&checker, &info);
    if (error == OK && checker.kext == 0)
        return fail(ERROR_MKEXT_ENTRY, "_MKEXTInfoDictionaries is empty");
    return error;
}

error_t mkext_v2_check(const uint8_t *bytes, size_t length)
{
    struct mkext_v2_list list;
    struct mkext_file file;
    error_t error = locate(bytes, length, &file);

    if (error != OK)
        return error;
    if (file.stored_size != 0 && file.real_size > PLIST_IN_HEAP) {
        print_verbose("  the mkext's plist (%u bytes) is too large to be looked into\n",
                      (unsigned)file.real_size);
        return unpack(bytes, "plist", &file, NULL);
    }
    error = mkext_v2_open(bytes, length, &list);
    if (error != OK)
        return error;
    error = check_kexts(bytes, length, &list);
    mkext_v2_close(&list);
    return error;
}
