/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/mkext/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "darwin/mkext_format.h"
#include "darwin/mkext_v2.h"
#include "lib/bytes.h"
#include "lib/inflate.h"
#include "tools/mkext/ranges.h"

/* Puts "before" in front of a message. */
static bool because(char *message, const char *before)
{
    char *joined = text_of("%s: %s", before, message);

    snprintf(message, ARCHIVE_MESSAGE_SIZE, "%s", joined);
    free(joined);
    return false;
}

static uint32_t stored_length(const struct mkext_file *file)
{
    return file->stored_size != 0 ? file->stored_size : file->real_size;
}

/* --- Version 1 ----------------------------------------------------------------------------------
 */

static const char *size_text(const char *what, const struct mkext_file *file)
{
    return text_of("%s.compsize %u with %s.realsize %u", what, (unsigned)file->stored_size, what,
                   (unsigned)file->real_size);
}

static bool add_file_1(struct ranges *ranges, uint32_t index, const char *what,
                       const struct mkext_file *file, const struct mkext_info *info, char *message)
{
    uint64_t table_end = MKEXT_HEADER_SIZE + (uint64_t)MKEXT_ENTRY_SIZE * info->count;

    if (file->offset < table_end) {
        snprintf(message, ARCHIVE_MESSAGE_SIZE,
                 "entry %u: %s.offset %u lies in the table, which ends at %llu as numkexts is %u",
                 (unsigned)index, what, (unsigned)file->offset, (unsigned long long)table_end,
                 (unsigned)info->count);
        return false;
    }
    ranges_add(ranges, file->offset, stored_length(file),
               text_of("entry %u: %s.offset %u", (unsigned)index, what, (unsigned)file->offset),
               size_text(what, file));
    return true;
}

static bool check_ranges_1(const struct slice *slice, const struct mkext_info *info, char *message)
{
    struct ranges ranges = {0};

    if (info->count == 0 || info->count > (slice->length - MKEXT_HEADER_SIZE) / MKEXT_ENTRY_SIZE) {
        snprintf(message, ARCHIVE_MESSAGE_SIZE, "numkexts is %u in %zu bytes",
                 (unsigned)info->count, slice->length);
        return false;
    }
    ranges_add(&ranges, 0, MKEXT_HEADER_SIZE + (uint64_t)MKEXT_ENTRY_SIZE * info->count,
               "the table of entries", text_of("numkexts %u", (unsigned)info->count));
    for (uint32_t i = 0; i < info->count; i++) {
        struct mkext_entry entry;

        if (mkext_entry(slice->bytes, slice->length, i, &entry) != OK ||
            !add_file_1(&ranges, i, "plist", &entry.plist, info, message))
            return false;
        if ((entry.module.offset != 0 || entry.module.stored_size != 0 ||
             entry.module.real_size != 0) &&
            !add_file_1(&ranges, i, "module", &entry.module, info, message))
            return false;
    }
    return ranges_check(&ranges, slice->bytes, slice->length, message, ARCHIVE_MESSAGE_SIZE);
}

/* --- Version 2 ----------------------------------------------------------------------------------
 */

/* The stream ends where the archive says that it does. */
static bool check_stream(const struct slice *slice, const struct mkext_file *file, char *message)
{
    struct inflate_counts counts;
    enum inflate_result result;

    if (file->stored_size == 0)
        return true;
    result = inflate_zlib(slice->bytes + file->offset, file->stored_size, NULL, file->real_size,
                          &counts);
    if (result == INFLATE_DONE && counts.used == file->stored_size &&
        counts.made == file->real_size)
        return true;
    snprintf(message, ARCHIVE_MESSAGE_SIZE,
             "compressed_size %u with full_size %u: the zlib stream %s (%zu bytes of it make %zu)",
             (unsigned)file->stored_size, (unsigned)file->real_size,
             result == INFLATE_DONE        ? "has another size"
             : result == INFLATE_TRUNCATED ? "goes on behind it"
             : result == INFLATE_TOO_LARGE ? "unpacks to more"
             : result == INFLATE_CHECKSUM  ? "has a wrong Adler-32"
                                           : "is damaged",
             counts.used, counts.made);
    return false;
}

static bool add_file_2(const struct slice *slice, struct mkext_v2_list *list,
                       const struct plist_value *value, const char *name, struct ranges *ranges,
                       char *message)
{
    struct mkext_file file;
    error_t error = mkext_v2_file(list, slice->bytes, slice->length, value, &file);
    uint64_t number = 0;

    plist_integer(value, &number);
    name = text_of("%s %llu", name, (unsigned long long)number);
    if (error != OK) {
        describe_error(error, message);
        return because(message, name);
    }
    if (!check_stream(slice, &file, message))
        return because(message, name);
    ranges_add(ranges, file.offset - MKEXT2_AT_DATA,
               MKEXT2_AT_DATA + (uint64_t)stored_length(&file), name,
               text_of("compressed_size %u with full_size %u", (unsigned)file.stored_size,
                       (unsigned)file.real_size));
    return true;
}

static bool add_kext(const struct slice *slice, struct mkext_v2_list *list,
                     const struct plist_value *info, unsigned number, struct ranges *ranges,
                     char *message)
{
    struct plist_value value, name;
    struct plist_cursor resources;

    if (mkext_v2_find(list, info, "_MKEXTExecutable", &value) &&
        !add_file_2(slice, list, &value, text_of("kext %u: _MKEXTExecutable", number), ranges,
                    message))
        return false;
    if (!mkext_v2_find(list, info, "_MKEXTResources", &value))
        return true;
    resources = plist_members(&value);
    while (plist_next(&resources, &name, &value))
        if (!add_file_2(slice, list, &value, text_of("kext %u: _MKEXTResources", number), ranges,
                        message))
            return false;
    return true;
}

static bool check_list(const struct slice *slice, const struct mkext_info *info,
                       struct mkext_v2_list *list, char *message)
{
    struct ranges ranges = {0};
    struct plist_value kext;
    unsigned count = 0;

    ranges_add(&ranges, 0, MKEXT2_HEADER_SIZE, "the header", "44 bytes");
    ranges_add(&ranges, list->file.offset, stored_length(&list->file),
               text_of("plist_offset %u", (unsigned)list->file.offset),
               text_of("plist_compressed_size %u with plist_full_size %u",
                       (unsigned)list->file.stored_size, (unsigned)list->file.real_size));
    if (list->text[list->length - 1] != '\0') {
        snprintf(message, ARCHIVE_MESSAGE_SIZE,
                 "plist_full_size %u: the list does not end with a NUL, on which the kernel relies",
                 (unsigned)list->file.real_size);
        return false;
    }
    while (mkext_v2_next(list, &kext))
        if (!add_kext(slice, list, &kext, count++, &ranges, message))
            return false;
    if (count != info->count) {
        snprintf(message, ARCHIVE_MESSAGE_SIZE, "numkexts is %u, the list has %u",
                 (unsigned)info->count, count);
        return false;
    }
    return ranges_check(&ranges, slice->bytes, slice->length, message, ARCHIVE_MESSAGE_SIZE);
}

static bool check_ranges_2(const struct slice *slice, const struct mkext_info *info, char *message)
{
    struct mkext_v2_list list;
    const char *fields = "the header";
    error_t error;
    bool good;

    if (slice->length >= MKEXT2_HEADER_SIZE)
        fields = text_of("plist_offset %u, plist_compressed_size %u, plist_full_size %u",
                         (unsigned)get_be32(slice->bytes + MKEXT2_AT_PLIST_OFFSET),
                         (unsigned)get_be32(slice->bytes + MKEXT2_AT_PLIST_STORED),
                         (unsigned)get_be32(slice->bytes + MKEXT2_AT_PLIST_SIZE));
    error = mkext_v2_open(slice->bytes, slice->length, &list);
    if (error != OK) {
        describe_error(error, message);
        return because(message, fields);
    }
    good = (check_stream(slice, &list.file, message) || because(message, fields)) &&
           check_list(slice, info, &list, message);
    mkext_v2_close(&list);
    return good;
}

/* --- Both ---------------------------------------------------------------------------------------
 */

/* The part of mkext_check that comes before the files. */
static bool is_of_header(error_t error)
{
    return error == ERROR_MKEXT_MAGIC || error == ERROR_MKEXT_LENGTH ||
           error == ERROR_MKEXT_CHECKSUM || error == ERROR_MKEXT_VERSION;
}

static bool check_processor(const struct mkext_info *info, char *message)
{
    uint32_t type = (uint32_t)info->cpu_type, subtype = (uint32_t)info->cpu_subtype;

    if (processor_is_known(type, subtype) &&
        (type != any_processor.type || info->version == MKEXT_VERSION_1))
        return true;
    snprintf(message, ARCHIVE_MESSAGE_SIZE,
             "cputype %d with cpusubtype %d is no processor of a version %d archive",
             (int)info->cpu_type, (int)info->cpu_subtype, info->version == MKEXT_VERSION_1 ? 1 : 2);
    return false;
}

static void note_complaints(const struct kexts *kexts)
{
    for (size_t i = 0; i < kexts->count; i++) {
        const struct kext *kext = &kexts->items[i];
        const char *complaint = kext_complaint(kext);

        if (complaint != NULL)
            note("%s: %s: %s: Mac OS X 10.3 and later leave it out", kext->where, kext->identifier,
                 complaint);
        if ((kext->executable[0] != '\0') != (kext->module.length != 0))
            note("%s: %s: CFBundleExecutable is \"%s\", the executable is %s", kext->where,
                 kext->identifier, kext->executable,
                 kext->module.length != 0 ? "here" : "not here");
    }
}

static bool verify_slice(const struct slice *slice, size_t *count, char *message)
{
    struct mkext_info info;
    struct kexts kexts = {0};
    error_t error = mkext_check(slice->bytes, slice->length, &info);

    if (error != OK && is_of_header(error)) {
        describe_error(error, message);
        return false;
    }
    if (!check_processor(&info, message) ||
        !(info.version == MKEXT_VERSION_1 ? check_ranges_1(slice, &info, message)
                                          : check_ranges_2(slice, &info, message)))
        return false;
    if (error != OK) {
        /* The message of the check is gone by now. */
        error = mkext_check(slice->bytes, slice->length, &info);
        describe_error(error, message);
        return false;
    }
    if (!slice_read(slice, &info, 0, &kexts, message))
        return false;
    note_complaints(&kexts);
    *count += kexts.count;
    return true;
}

/* Between the slices there are zeros. */
static bool check_fat(const struct archive *archive, char *message)
{
    struct ranges ranges = {0};

    ranges_add(&ranges, 0, 8 + 20 * (uint64_t)archive->count, "the fat file's table",
               text_of("nfat_arch %u", (unsigned)archive->count));
    for (uint32_t i = 0; i < archive->count; i++) {
        const struct slice *slice = &archive->slices[i];
        size_t offset = (size_t)(slice->bytes - archive->file.bytes);

        ranges_add(&ranges, offset, slice->length,
                   text_of("slice %u: offset %zu", (unsigned)i, offset),
                   text_of("size %zu (nfat_arch is %u)", slice->length, (unsigned)archive->count));
    }
    return ranges_check(&ranges, archive->file.bytes, archive->file.length, message,
                        ARCHIVE_MESSAGE_SIZE);
}

bool verify_file(const char *path, size_t *count, char message[ARCHIVE_MESSAGE_SIZE])
{
    struct archive archive;

    *count = 0;
    if (!archive_open(path, &archive, message))
        return because(message, path);
    if (archive.is_fat && !check_fat(&archive, message))
        return because(message, path);
    for (uint32_t i = 0; i < archive.count; i++)
        if (!verify_slice(&archive.slices[i], count, message))
            return because(message, archive.slices[i].where);
    return true;
}
