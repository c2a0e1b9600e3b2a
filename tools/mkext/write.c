/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/mkext/write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "darwin/mkext_format.h"
#include "darwin/mkext_write.h"
#include "lib/adler32.h"
#include "lib/bytes.h"
#include "tools/common/deflate.h"
#include "tools/mkext/archive.h"

#define EXTENSIONS     "/System/Library/Extensions/"
#define LIST_ALIGNMENT 4096 /* the kernel may map it where it is */
#define FILE_ALIGNMENT 4

/* --- Version 1 ----------------------------------------------------------------------------------
 */

void write_version_1(const struct kexts *kexts, const struct processor *processor, bool stored,
                     struct buffer *out)
{
    struct mkext_source *sources = allocate(kexts->count * sizeof *sources);
    uint32_t count = (uint32_t)kexts->count;
    char message[ARCHIVE_MESSAGE_SIZE];
    size_t bound, length;
    uint8_t *archive;
    error_t error;

    for (uint32_t i = 0; i < count; i++) {
        const struct kext *kext = &kexts->items[i];

        sources[i] =
            (struct mkext_source){kext->plist.bytes,  kext->plist.length,  kext->plist.modified,
                                  kext->module.bytes, kext->module.length, kext->module.modified};
        if (kext->resource_count != 0)
            note("%s: its %zu resource(s) are left out: version 1 has no place for them",
                 kext->identifier, kext->resource_count);
    }
    bound = mkext_write_bound(sources, count);
    archive = allocate(bound);
    error = mkext_write(sources, count, stored, archive, bound, &length);
    if (error != OK) {
        describe_error(error, message);
        die("%s", message);
    }
    mkext_write_processor(archive, length, processor->type, processor->subtype);
    append(out, archive, length);
    free(archive);
    free(sources);
}

/* --- Version 2 ----------------------------------------------------------------------------------
 */

/* Appends a file with the two sizes in front of it; returns where that begins. */
static uint32_t add_file(struct buffer *out, const struct file *file, bool stored)
{
    size_t at, packed = 0;

    append_padding(out, FILE_ALIGNMENT);
    at = out->length;
    append_32(out, 0);
    append_32(out, (uint32_t)file->length);
    if (!stored)
        packed = append_zlib(out, file->bytes, file->length);
    if (stored || packed >= file->length) {
        out->length = at + MKEXT2_AT_DATA;
        append(out, file->bytes, file->length);
        packed = 0;
    }
    put_be32(out->bytes + at + MKEXT2_AT_STORED_SIZE, (uint32_t)packed);
    if (out->length > UINT32_MAX)
        die("an archive of 4 GB and more is not possible");
    return (uint32_t)at;
}

static void add_number(struct plist_node *dict, const char *key, uint32_t number)
{
    plist_tree_add(dict, key, "integer", text_of("%u", (unsigned)number), "32");
}

/* What the list has for a kernel extension: its Info.plist, and where it and its files are. */
static struct plist_node *dictionary(const struct kext *kext, bool stored, struct buffer *out)
{
    char message[PLIST_MESSAGE_SIZE];
    /* A tree of its own: the same kernel extension may go into several archives. */
    struct plist_node *dict = plist_tree_parse(kext->plist.bytes, kext->plist.length, message);

    if (dict == NULL)
        die("%s: %s", kext->where, message);
    if (plist_tree_has_tag(dict, "date"))
        die("%s: Info.plist has a <date>: the kernel would not read the whole list",
            kext->identifier);
    plist_tree_make_integers(dict);
    plist_tree_remove(dict, "_MKEXT");
    plist_tree_add(dict, "_MKEXTBundlePath", "string",
                   kext->bundle_path != NULL ? kext->bundle_path
                                             : text_of(EXTENSIONS "%s.kext", kext->identifier),
                   NULL);
    if (kext->module.length != 0) {
        plist_tree_add(dict, "_MKEXTExecutableRelativePath", "string",
                       kext->executable_path != NULL
                           ? kext->executable_path
                           : text_of("Contents/MacOS/%s", kext->executable),
                       NULL);
        add_number(dict, "_MKEXTExecutable", add_file(out, &kext->module, stored));
    }
    if (kext->resource_count != 0) {
        struct plist_node *resources = plist_tree_new("dict", "");

        for (size_t i = 0; i < kext->resource_count; i++)
            add_number(resources, kext->resources[i].name,
                       add_file(out, &kext->resources[i].file, stored));
        plist_tree_append(dict, plist_tree_new("key", "_MKEXTResources"));
        plist_tree_append(dict, resources);
    }
    return dict;
}

static void add_list(struct buffer *out, const struct plist_node *kexts, bool stored)
{
    struct plist_node *root = plist_tree_new("dict", "");
    struct buffer text = {0};
    size_t offset, packed = 0;

    plist_tree_append(root, plist_tree_new("key", "_MKEXTInfoDictionaries"));
    plist_tree_append(root, (struct plist_node *)kexts);
    plist_tree_write_value(&text, root);
    append(&text, "", 1); /* its NUL */
    append_padding(out, LIST_ALIGNMENT);
    offset = out->length;
    if (stored)
        append(out, text.bytes, text.length);
    else
        packed = append_zlib(out, text.bytes, text.length);
    put_be32(out->bytes + MKEXT2_AT_PLIST_OFFSET, (uint32_t)offset);
    put_be32(out->bytes + MKEXT2_AT_PLIST_STORED, (uint32_t)packed);
    put_be32(out->bytes + MKEXT2_AT_PLIST_SIZE, (uint32_t)text.length);
    free(text.bytes);
}

void write_version_2(const struct kexts *kexts, const struct processor *processor, bool stored,
                     struct buffer *out)
{
    struct plist_node *list = plist_tree_new("array", "");

    out->big = true;
    for (size_t i = 0; i < MKEXT2_HEADER_SIZE / 4; i++)
        append_32(out, 0);
    for (size_t i = 0; i < kexts->count; i++)
        plist_tree_append(list, dictionary(&kexts->items[i], stored, out));
    add_list(out, list, stored);
    if (out->length > UINT32_MAX)
        die("an archive of 4 GB and more is not possible");
    put_be32(out->bytes + MKEXT_AT_MAGIC, MKEXT_MAGIC);
    put_be32(out->bytes + MKEXT_AT_SIGNATURE, MKEXT_SIGNATURE);
    put_be32(out->bytes + MKEXT_AT_LENGTH, (uint32_t)out->length);
    put_be32(out->bytes + MKEXT_AT_VERSION, MKEXT_VERSION_2);
    put_be32(out->bytes + MKEXT_AT_COUNT, (uint32_t)kexts->count);
    mkext_write_processor(out->bytes, out->length, processor->type, processor->subtype);
}
