/* SPDX-License-Identifier: BSD-2-Clause */
#include "darwin/mkext.h"

#include <string.h>

#include "darwin/fat_slice.h"
#include "darwin/mkext_format.h"
#include "darwin/mkext_v2.h"
#include "lib/adler32.h"
#include "lib/bytes.h"
#include "lib/lzss.h"

bool mkext_recognise(const uint8_t *bytes, size_t length)
{
    return length >= 4 && get_be32(bytes) == MKEXT_MAGIC;
}

bool mkext_recognise_any(const uint8_t *bytes, size_t length)
{
    struct fat_slice slice;
    enum fat_result result = fat_slice_first(bytes, length, &slice);
    return (result == FAT_THIN || result == FAT_FOUND) &&
           mkext_recognise(slice.bytes, slice.length);
}

static error_t check_header(const uint8_t *bytes, size_t length, struct mkext_info *info)
{
    if (!mkext_recognise(bytes, length)) {
        return fail(ERROR_MKEXT_MAGIC, "magic is %08x, not 4d4b5854 'MKXT'",
                    length >= 4 ? (unsigned)get_be32(bytes + MKEXT_AT_MAGIC) : 0);
    }
    if (length < MKEXT_HEADER_SIZE) {
        return fail(ERROR_MKEXT_LENGTH, "%u bytes are shorter than a header", (unsigned)length);
    }
    if (get_be32(bytes + MKEXT_AT_SIGNATURE) != MKEXT_SIGNATURE) {
        return fail(ERROR_MKEXT_MAGIC, "signature is %08x, not 4d4f5358 'MOSX'",
                    (unsigned)get_be32(bytes + MKEXT_AT_SIGNATURE));
    }
    info->length = get_be32(bytes + MKEXT_AT_LENGTH);
    info->version = get_be32(bytes + MKEXT_AT_VERSION);
    info->count = get_be32(bytes + MKEXT_AT_COUNT);
    info->cpu_type = (int32_t)get_be32(bytes + MKEXT_AT_CPU_TYPE);
    info->cpu_subtype = (int32_t)get_be32(bytes + MKEXT_AT_CPU_SUBTYPE);
    /* The kernel compares it with the property's length and wants them to be equal. */
    if (info->length != length) {
        return fail(ERROR_MKEXT_LENGTH, "length is %u, the file has %u bytes",
                    (unsigned)info->length, (unsigned)length);
    }
    uint32_t sum = adler32(bytes + MKEXT_AT_VERSION, length - MKEXT_AT_VERSION);
    if (sum != get_be32(bytes + MKEXT_AT_ADLER32)) {
        return fail(ERROR_MKEXT_CHECKSUM, "adler32 is %08x, the bytes give %08x",
                    (unsigned)get_be32(bytes + MKEXT_AT_ADLER32), (unsigned)sum);
    }
    return OK;
}

static uint32_t packed_size(const struct mkext_file *file)
{
    return file->stored_size != 0 ? file->stored_size : file->real_size;
}

static bool absent(const struct mkext_file *file)
{
    return file->offset == 0 && file->stored_size == 0 && file->real_size == 0;
}

static error_t check_file(const uint8_t *bytes, size_t length, uint32_t data_start, uint32_t index,
                          const char *what, const struct mkext_file *file)
{
    if (file->real_size == 0) {
        return fail(ERROR_MKEXT_ENTRY, "entry %u: %s.realsize is 0", (unsigned)index, what);
    }
    if (file->offset < data_start || !bytes_within(length, file->offset, packed_size(file))) {
        return fail(ERROR_MKEXT_ENTRY, "entry %u: %s.offset %u with %u bytes is outside %u..%u",
                    (unsigned)index, what, (unsigned)file->offset, (unsigned)packed_size(file),
                    (unsigned)data_start, (unsigned)length);
    }
    if (file->stored_size != 0) {
        size_t unpacked = lzss_unpack(bytes + file->offset, file->stored_size, NULL, 0);
        if (unpacked != file->real_size) {
            return fail(ERROR_MKEXT_ENTRY,
                        "entry %u: %s.compsize %u unpacks to %llu bytes, realsize is %u",
                        (unsigned)index, what, (unsigned)file->stored_size,
                        (unsigned long long)unpacked, (unsigned)file->real_size);
        }
    }
    return OK;
}

static error_t check_v1(const uint8_t *bytes, size_t length, const struct mkext_info *info)
{
    if (info->count == 0 || info->count > (length - MKEXT_HEADER_SIZE) / MKEXT_ENTRY_SIZE) {
        return fail(ERROR_MKEXT_ENTRY, "numkexts is %u in %u bytes", (unsigned)info->count,
                    (unsigned)length);
    }
    uint32_t data_start = MKEXT_HEADER_SIZE + info->count * MKEXT_ENTRY_SIZE;
    /* Files do not share bytes. Besides, this keeps the time for unpacking them all in proportion.
     */
    uint64_t room = length - data_start;
    for (uint32_t i = 0; i < info->count; i++) {
        struct mkext_entry entry;
        error_t error = mkext_entry(bytes, length, i, &entry);
        if (error == OK) {
            error = check_file(bytes, length, data_start, i, "plist", &entry.plist);
        }
        bool has_module = error == OK && !absent(&entry.module);
        if (has_module) {
            error = check_file(bytes, length, data_start, i, "module", &entry.module);
        }
        if (error != OK) {
            return error;
        }
        uint64_t used =
            (uint64_t)packed_size(&entry.plist) + (has_module ? packed_size(&entry.module) : 0);
        if (used > room) {
            return fail(ERROR_MKEXT_ENTRY, "entry %u: its files overlap earlier ones", (unsigned)i);
        }
        room -= used;
    }
    return OK;
}

error_t mkext_check(const uint8_t *bytes, size_t length, struct mkext_info *info)
{
    error_t error = check_header(bytes, length, info);
    if (error != OK) {
        return error;
    }
    switch (info->version) {
    case MKEXT_VERSION_1:
        return check_v1(bytes, length, info);
    case MKEXT_VERSION_2:
        return mkext_v2_check(bytes, length);
    default:
        return fail(ERROR_MKEXT_VERSION, "version is %08x, neither %08x (1) nor %08x (2)",
                    (unsigned)info->version, MKEXT_VERSION_1, MKEXT_VERSION_2);
    }
}

error_t mkext_check_version_1(const uint8_t *bytes, size_t length)
{
    if (length < MKEXT_HEADER_SIZE) {
        return fail(ERROR_MKEXT_LENGTH, "%u bytes are shorter than a header", (unsigned)length);
    }
    uint32_t version = get_be32(bytes + MKEXT_AT_VERSION);
    if (version != MKEXT_VERSION_1) {
        return fail(ERROR_MKEXT_VERSION, "version is %08x (%s), %08x is needed", (unsigned)version,
                    version == MKEXT_VERSION_2 ? "version 2, Mac OS X 10.6" : "unknown",
                    MKEXT_VERSION_1);
    }
    return OK;
}

error_t mkext_check_cpu(const uint8_t *bytes, size_t length, uint32_t cpu_type)
{
    if (length < MKEXT_HEADER_SIZE) {
        return fail(ERROR_MKEXT_LENGTH, "%u bytes are shorter than a header", (unsigned)length);
    }
    uint32_t found = get_be32(bytes + MKEXT_AT_CPU_TYPE);
    if (found != cpu_type && found != UINT32_MAX) {
        return fail(ERROR_MKEXT_CPU, "cputype is %u, this machine is %u", (unsigned)found,
                    (unsigned)cpu_type);
    }
    if (found == UINT32_MAX && get_be32(bytes + MKEXT_AT_VERSION) == MKEXT_VERSION_2) {
        return fail(ERROR_MKEXT_CPU, "cputype is any, but one of version 2 has to name its own");
    }
    /* "Any" type goes with "any" subtype only. */
    if (found == UINT32_MAX && get_be32(bytes + MKEXT_AT_CPU_SUBTYPE) != UINT32_MAX) {
        return fail(ERROR_MKEXT_CPU, "cputype is any, but cpusubtype is %u",
                    (unsigned)get_be32(bytes + MKEXT_AT_CPU_SUBTYPE));
    }
    return OK;
}

error_t mkext_check_packed(const uint8_t *bytes, size_t length)
{
    struct mkext_entry entry;

    for (uint32_t i = 0; i < get_be32(bytes + MKEXT_AT_COUNT); i++) {
        error_t error = mkext_entry(bytes, length, i, &entry);
        if (error != OK) {
            return error;
        }
        if (entry.plist.stored_size == 0 ||
            (entry.module.stored_size == 0 && !absent(&entry.module))) {
            return fail(ERROR_MKEXT_STORED, "entry %u", (unsigned)i);
        }
    }
    return OK;
}

static void read_file(const uint8_t *at, struct mkext_file *file)
{
    file->offset = get_be32(at + MKEXT_AT_OFFSET);
    file->stored_size = get_be32(at + MKEXT_AT_STORED_SIZE);
    file->real_size = get_be32(at + MKEXT_AT_REAL_SIZE);
    file->modified = get_be32(at + MKEXT_AT_MODIFIED);
}

error_t mkext_entry(const uint8_t *bytes, size_t length, uint32_t index, struct mkext_entry *entry)
{
    uint64_t at = MKEXT_HEADER_SIZE + (uint64_t)index * MKEXT_ENTRY_SIZE;
    if (!bytes_within(length, at, MKEXT_ENTRY_SIZE)) {
        return fail(ERROR_MKEXT_ENTRY, "there is no entry %u", (unsigned)index);
    }
    read_file(bytes + at + MKEXT_AT_PLIST, &entry->plist);
    read_file(bytes + at + MKEXT_AT_MODULE, &entry->module);
    return OK;
}

error_t mkext_unpack(const uint8_t *bytes, size_t length, const struct mkext_file *file,
                     uint8_t *out, size_t out_size)
{
    if (out_size != file->real_size || !bytes_within(length, file->offset, packed_size(file))) {
        return fail(ERROR_MKEXT_ENTRY, "a file of %u bytes at %u does not fit",
                    (unsigned)file->real_size, (unsigned)file->offset);
    }
    const uint8_t *packed = bytes + file->offset;
    if (file->stored_size == 0) {
        memcpy(out, packed, file->real_size);
    } else if (lzss_unpack(packed, file->stored_size, out, out_size) != out_size) {
        return fail(ERROR_MKEXT_ENTRY, "a file at %u does not unpack to %u bytes",
                    (unsigned)file->offset, (unsigned)file->real_size);
    }
    return OK;
}

error_t mkext_slice(const uint8_t *bytes, size_t length, uint32_t cpu_type, const uint8_t **slice,
                    size_t *slice_length)
{
    struct fat_slice found;
    enum fat_result result = fat_slice_find(bytes, length, cpu_type, &found);
    *slice = found.bytes;
    *slice_length = found.length;
    switch (result) {
    case FAT_NO_ROOM:
        return fail(ERROR_MKEXT_LENGTH, "a fat file of %u bytes has no room for its %u rows",
                    (unsigned)length, (unsigned)found.count);
    case FAT_OUTSIDE:
        return fail(ERROR_MKEXT_LENGTH, "slice %u (%u bytes at %u) ends beyond the file",
                    (unsigned)found.index, (unsigned)found.size, (unsigned)found.offset);
    case FAT_NO_SLICE:
        return fail(ERROR_MKEXT_CPU, "none of %u slices is for CPU type %u", (unsigned)found.count,
                    (unsigned)cpu_type);
    default:
        return OK;
    }
}
