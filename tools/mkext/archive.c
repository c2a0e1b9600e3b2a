/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/mkext/archive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "darwin/mkext_v2.h"
#include "lib/bytes.h"

void describe_error(error_t error, char message[ARCHIVE_MESSAGE_SIZE])
{
    snprintf(message, ARCHIVE_MESSAGE_SIZE, "%s: %s (%s)", error_code(error), error_summary(error),
             error_detail());
}

/* --- The file -----------------------------------------------------------------------------------
 */

bool archive_recognise(const char *path)
{
    struct stat status;
    struct file file;

    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode))
        return false;
    file = read_file(path);
    return mkext_recognise_any(file.bytes, file.length);
}

static struct slice thin_slice(const char *where, const uint8_t *bytes, size_t length)
{
    struct slice slice = {.where = where, .bytes = bytes, .length = length};

    if (mkext_recognise(bytes, length) && length >= MKEXT_HEADER_SIZE) {
        slice.type = get_be32(bytes + 24);
        slice.subtype = get_be32(bytes + 28);
    }
    return slice;
}

/* Where a slice and the table disagree, the kernel would go by the one and a loader by the other.
 */
static bool check_types(const struct slice *slice, const struct fat_row *row, uint32_t index,
                        char *message)
{
    if (slice->type == row->type && slice->subtype == row->subtype)
        return true;
    snprintf(message, ARCHIVE_MESSAGE_SIZE,
             "slice %u: cputype %u and cpusubtype %u in the fat file's table, %d and %d in the "
             "archive's header",
             (unsigned)index, (unsigned)row->type, (unsigned)row->subtype, (int)slice->type,
             (int)slice->subtype);
    return false;
}

bool archive_open(const char *path, struct archive *archive, char message[ARCHIVE_MESSAGE_SIZE])
{
    struct fat_table table;

    memset(archive, 0, sizeof *archive);
    archive->file = read_file(path);
    if (!fat_read(archive->file.bytes, archive->file.length, &table, message, ARCHIVE_MESSAGE_SIZE))
        return false;
    archive->is_fat = table.count != 0;
    archive->count = archive->is_fat ? table.count : 1;
    if (!archive->is_fat)
        archive->slices[0] = thin_slice(path, archive->file.bytes, archive->file.length);
    for (uint32_t i = 0; i < table.count; i++) {
        const struct fat_row *row = &table.rows[i];
        struct slice *slice = &archive->slices[i];

        *slice = thin_slice(text_of("%s (%s, offset %u, size %u)", path,
                                    processor_name(row->type, row->subtype), (unsigned)row->offset,
                                    (unsigned)row->size),
                            archive->file.bytes + row->offset, row->size);
        if (mkext_recognise(slice->bytes, slice->length) && !check_types(slice, row, i, message))
            return false;
    }
    return true;
}

void archive_open_or_die(const char *path, struct archive *archive)
{
    char message[ARCHIVE_MESSAGE_SIZE];

    if (!archive_open(path, archive, message))
        die("%s: %s", path, message);
}

void slice_check_or_die(const struct slice *slice, struct mkext_info *info)
{
    char message[ARCHIVE_MESSAGE_SIZE];
    error_t error = mkext_check(slice->bytes, slice->length, info);

    if (error != OK) {
        describe_error(error, message);
        die("%s: %s", slice->where, message);
    }
}

/* --- Version 1 ----------------------------------------------------------------------------------
 */

static bool unpack(const struct slice *slice, const struct mkext_file *file,
                   error_t (*unpacker)(const uint8_t *bytes, size_t length,
                                       const struct mkext_file *file, uint8_t *out,
                                       size_t out_size),
                   struct file *out, char *message)
{
    error_t error;

    out->length = file->real_size;
    out->modified = file->modified;
    out->bytes = allocate((size_t)file->real_size + 1);
    error = unpacker(slice->bytes, slice->length, file, out->bytes, file->real_size);
    if (error != OK)
        describe_error(error, message);
    return error == OK;
}

static bool finish(struct kext *kext, char *message)
{
    char why[PLIST_MESSAGE_SIZE];

    if (kext_read_info(kext, why))
        return true;
    snprintf(message, ARCHIVE_MESSAGE_SIZE, "%.90s: plist: %s", kext->where, why);
    return false;
}

static bool read_version_1(const struct slice *slice, const struct mkext_info *info,
                           struct kexts *kexts, char *message)
{
    for (uint32_t i = 0; i < info->count; i++) {
        struct kext *kext = kexts_add(kexts);
        struct mkext_entry entry;
        error_t error = mkext_entry(slice->bytes, slice->length, i, &entry);

        kext->where = text_of("entry %u", (unsigned)i);
        if (error != OK) {
            describe_error(error, message);
            return false;
        }
        if (!unpack(slice, &entry.plist, mkext_unpack, &kext->plist, message) ||
            (entry.module.real_size != 0 &&
             !unpack(slice, &entry.module, mkext_unpack, &kext->module, message)) ||
            !finish(kext, message))
            return false;
    }
    return true;
}

/* --- Version 2 ----------------------------------------------------------------------------------
 */

/* The list's dictionaries; NULL with a message. */
static struct plist_node *list_of(const struct slice *slice, char *message)
{
    struct mkext_v2_list list;
    struct plist_node *root, *kexts;
    char why[PLIST_MESSAGE_SIZE];
    error_t error = mkext_v2_open(slice->bytes, slice->length, &list);

    if (error != OK) {
        describe_error(error, message);
        return NULL;
    }
    root = plist_tree_parse(list.text, list.length, why);
    mkext_v2_close(&list);
    if (root == NULL) {
        snprintf(message, ARCHIVE_MESSAGE_SIZE, "the plist: %s", why);
        return NULL;
    }
    kexts = plist_tree_find(root, "_MKEXTInfoDictionaries");
    if (kexts == NULL || strcmp(kexts->tag, "array") != 0) {
        snprintf(message, ARCHIVE_MESSAGE_SIZE, "the plist has no array _MKEXTInfoDictionaries");
        return NULL;
    }
    return kexts;
}

static bool find_file(const struct slice *slice, const struct plist_node *number,
                      struct mkext_file *file, char *message)
{
    uint64_t offset;
    error_t error;

    if (!plist_tree_number(number, &offset)) {
        snprintf(message, ARCHIVE_MESSAGE_SIZE, "its offset is no number");
        return false;
    }
    error = mkext_v2_file_at(slice->bytes, slice->length, offset, file);
    if (error != OK)
        describe_error(error, message);
    return error == OK;
}

static bool read_resources(const struct slice *slice, struct kext *kext, uint32_t modified,
                           const struct plist_node *resources, char *message)
{
    if (resources == NULL || strcmp(resources->tag, "dict") != 0)
        return true;
    for (const struct plist_node *m = resources->first; m != NULL; m = m->next->next)
        kext->resource_count++;
    kext->resources = allocate(kext->resource_count * sizeof *kext->resources);
    kext->resource_count = 0;
    for (const struct plist_node *m = resources->first; m != NULL; m = m->next->next) {
        struct kext_resource *resource = &kext->resources[kext->resource_count++];
        struct mkext_file file;

        resource->name = m->text;
        if (!find_file(slice, m->next, &file, message) ||
            !unpack(slice, &file, mkext_v2_unpack, &resource->file, message))
            return false;
        resource->file.modified = modified;
    }
    return true;
}

static bool read_dictionary(const struct slice *slice, struct plist_node *dict, uint32_t modified,
                            struct kext *kext, char *message)
{
    const struct plist_node *number = plist_tree_find(dict, "_MKEXTExecutable");
    struct buffer document = {0};
    struct mkext_file file;

    if (strcmp(dict->tag, "dict") != 0) {
        snprintf(message, ARCHIVE_MESSAGE_SIZE, "it is no dictionary");
        return false;
    }
    if (number != NULL && (!find_file(slice, number, &file, message) ||
                           !unpack(slice, &file, mkext_v2_unpack, &kext->module, message)))
        return false;
    if (!read_resources(slice, kext, modified, plist_tree_find(dict, "_MKEXTResources"), message))
        return false;
    kext->bundle_path = plist_tree_string(dict, "_MKEXTBundlePath");
    kext->executable_path = plist_tree_string(dict, "_MKEXTExecutableRelativePath");
    plist_tree_remove(dict, "_MKEXT");
    plist_tree_write_document(&document, dict);
    kext->plist =
        (struct file){.bytes = document.bytes, .length = document.length, .modified = modified};
    kext->module.modified = modified;
    return finish(kext, message);
}

static bool read_version_2(const struct slice *slice, uint32_t modified, struct kexts *kexts,
                           char *message)
{
    struct plist_node *list = list_of(slice, message);
    unsigned number = 0;

    if (list == NULL)
        return false;
    for (struct plist_node *dict = list->first; dict != NULL; dict = dict->next, number++) {
        struct kext *kext = kexts_add(kexts);

        kext->where = text_of("kext %u", number);
        if (!read_dictionary(slice, dict, modified, kext, message)) {
            char why[ARCHIVE_MESSAGE_SIZE];

            snprintf(why, sizeof why, "%s", message);
            snprintf(message, ARCHIVE_MESSAGE_SIZE, "%.20s: %.270s", kext->where, why);
            return false;
        }
    }
    return true;
}

/* --- Both ---------------------------------------------------------------------------------------
 */

bool slice_read(const struct slice *slice, const struct mkext_info *info, uint32_t modified,
                struct kexts *kexts, char message[ARCHIVE_MESSAGE_SIZE])
{
    size_t first = kexts->count;

    if (!(info->version == MKEXT_VERSION_1 ? read_version_1(slice, info, kexts, message)
                                           : read_version_2(slice, modified, kexts, message)))
        return false;
    for (size_t i = first; i < kexts->count; i++)
        kexts->items[i].where = text_of("%s: %s", slice->where, kexts->items[i].where);
    return true;
}

bool slice_places(const struct slice *slice, const struct mkext_info *info,
                  struct kext_places **places, char message[ARCHIVE_MESSAGE_SIZE])
{
    struct plist_node *list = NULL;
    size_t count = info->count, number = 0;

    if (info->version == MKEXT_VERSION_2) {
        list = list_of(slice, message);
        if (list == NULL)
            return false;
        count = 0;
        for (const struct plist_node *dict = list->first; dict != NULL; dict = dict->next)
            count++;
    }
    *places = allocate(count * sizeof **places);
    for (; list == NULL && number < count; number++) {
        struct mkext_entry entry;

        if (mkext_entry(slice->bytes, slice->length, (uint32_t)number, &entry) != OK)
            return false;
        (*places)[number] = (struct kext_places){entry.plist, entry.module};
    }
    for (const struct plist_node *dict = list != NULL ? list->first : NULL; dict != NULL;
         dict = dict->next, number++) {
        const struct plist_node *offset = plist_tree_find(dict, "_MKEXTExecutable");

        if (offset != NULL && !find_file(slice, offset, &(*places)[number].module, message))
            return false;
    }
    return true;
}
