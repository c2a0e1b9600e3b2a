/* SPDX-License-Identifier: BSD-2-Clause */
/* mkext archives of both versions, thin or in a fat file. */
#include <stdlib.h>

#include "darwin/fat_slice.h"
#include "darwin/mkext.h"
#include "darwin/mkext_format.h"
#include "darwin/mkext_v2.h"
#include "darwin/plist.h"
#include "lib/bytes.h"
#include "tools/inspect/describe.h"

#define TEXT_ROOM 256

/* What a property list says of its kernel extension. */
static const struct {
    const char *key, *name;
} told[] = {
    {"CFBundleIdentifier", "identifier"},
    {"CFBundleVersion", "version"},
    {"CFBundleExecutable", "executable"},
    {"OSBundleRequired", "required"},
};

bool is_mkext(const struct subject *subject)
{
    return mkext_recognise_any(subject->bytes, subject->length);
}

/* `list` NULL: a list by itself, which has no references. */
static void put_properties(struct value *row, struct mkext_v2_list *list,
                           const struct plist_value *info)
{
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        struct plist_value value;
        char text[TEXT_ROOM];
        bool found = list != NULL ? mkext_v2_find(list, info, told[i].key, &value)
                                  : plist_find(info, told[i].key, &value);

        if (found && plist_text(&value, text, sizeof text))
            put_text(row, told[i].name, text);
        else
            put_text(row, told[i].name, "");
    }
}

/* `stored` 0: as it is. */
static void put_sizes(struct value *row, const char *offset_name, const char *size_name,
                      const char *stored_name, uint64_t offset, uint64_t stored, uint64_t size)
{
    put_address(row, offset_name, offset);
    put_number(row, size_name, size);
    put_number(row, stored_name, stored != 0 ? stored : size);
}

/* --- Version 1 -------------------------------------------------------------------------------- */

static error_t put_entry(struct value *list, const uint8_t *bytes, size_t length, uint32_t index)
{
    struct value *row = put_object(list, NULL);
    struct plist_value info = {0};
    struct mkext_entry entry;
    uint8_t *plist;
    error_t error = mkext_entry(bytes, length, index, &entry);

    if (error != OK)
        return error;
    plist = malloc(entry.plist.real_size + 1);
    if (plist == NULL)
        return fail(ERROR_MEMORY_HEAP, "entry %u", (unsigned)index);
    error = mkext_unpack(bytes, length, &entry.plist, plist, entry.plist.real_size);
    if (error == OK) {
        if (!plist_open(plist, entry.plist.real_size, &info))
            info.kind = PLIST_TRUE; /* has no members */
        put_properties(row, NULL, &info);
        put_sizes(row, "plist_offset", "plist_size", "plist_stored", entry.plist.offset,
                  entry.plist.stored_size, entry.plist.real_size);
        put_sizes(row, "executable_offset", "executable_size", "executable_stored",
                  entry.module.offset, entry.module.stored_size, entry.module.real_size);
    }
    free(plist);
    return error;
}

static error_t put_version_1(struct value *out, const uint8_t *bytes, size_t length, uint32_t count)
{
    struct value *list = put_list(out, "kexts");
    error_t error = OK;

    for (uint32_t i = 0; error == OK && i < count; i++)
        error = put_entry(list, bytes, length, i);
    return error;
}

/* --- Version 2 -------------------------------------------------------------------------------- */

static error_t put_executable(struct value *row, const uint8_t *bytes, size_t length,
                              struct mkext_v2_list *list, const struct plist_value *info)
{
    struct mkext_file file = {0};
    struct plist_value number;
    error_t error = OK;

    if (mkext_v2_find(list, info, "_MKEXTExecutable", &number))
        error = mkext_v2_file(list, bytes, length, &number, &file);
    put_sizes(row, "executable_offset", "executable_size", "executable_stored", file.offset,
              file.stored_size, file.real_size);
    return error;
}

static error_t put_version_2(struct value *out, const uint8_t *bytes, size_t length)
{
    struct value *plist = put_object(out, "plist"), *kexts;
    struct mkext_v2_list list;
    struct plist_value info;
    error_t error = mkext_v2_open(bytes, length, &list);

    if (error != OK)
        return error;
    put_sizes(plist, "offset", "size", "stored", list.file.offset, list.file.stored_size,
              list.file.real_size);
    kexts = put_list(out, "kexts");
    while (error == OK && mkext_v2_next(&list, &info)) {
        struct value *row = put_object(kexts, NULL);

        put_properties(row, &list, &info);
        error = put_executable(row, bytes, length, &list, &info);
    }
    mkext_v2_close(&list);
    return error;
}

/* --- Archives --------------------------------------------------------------------------------- */

static bool put_archive(struct value *list, const char *processor, const struct fat_slice *slice)
{
    struct value *out = put_object(list, NULL);
    struct mkext_info info;
    error_t error = mkext_check(slice->bytes, slice->length, &info);

    put_text(out, "processor", processor);
    put_address(out, "offset", slice->offset);
    put_number(out, "size", slice->length);
    if (error == OK) {
        put_number(out, "version", info.version == MKEXT_VERSION_1 ? 1 : 2);
        put_address(out, "version_word", info.version);
        put_address(out, "cpu_type", (uint32_t)info.cpu_type);
        put_address(out, "cpu_subtype", (uint32_t)info.cpu_subtype);
        put_address(out, "adler32", get_be32(slice->bytes + MKEXT_AT_ADLER32));
        put_number(out, "count", info.count);
        error = info.version == MKEXT_VERSION_1
                    ? put_version_1(out, slice->bytes, slice->length, info.count)
                    : put_version_2(out, slice->bytes, slice->length);
    }
    if (error != OK)
        put_refusal(out, error);
    return error == OK;
}

static const char *processor_of(const struct fat_slice *thin)
{
    if (thin->length < MKEXT_HEADER_SIZE)
        return "unknown";
    switch (get_be32(thin->bytes + MKEXT_AT_CPU_TYPE)) {
    case 18:
        return "PowerPC";
    case 7:
        return "i386";
    case 0x01000007:
        return "x86_64";
    case UINT32_MAX:
        return "any";
    default:
        return "unknown";
    }
}

bool describe_mkext(const struct subject *subject, struct value *out)
{
    static const enum image_cpu cpus[] = {IMAGE_CPU_POWERPC, IMAGE_CPU_I386, IMAGE_CPU_X86_64};
    struct value *list = put_list(out, "archives");
    struct fat_slice slice;
    bool good = true;

    if (fat_slice_first(subject->bytes, subject->length, &slice) == FAT_THIN)
        return put_archive(list, processor_of(&slice), &slice);
    for (size_t i = 0; i < sizeof cpus / sizeof *cpus; i++) {
        if (subject->has_cpu && subject->cpu != cpus[i])
            continue;
        switch (
            fat_slice_find(subject->bytes, subject->length, image_mach_cpu_type(cpus[i]), &slice)) {
        case FAT_FOUND:
            good = put_archive(list, image_cpu_name(cpus[i]), &slice) && good;
            break;
        case FAT_OUTSIDE:
            put_refusal(out, fail(ERROR_MKEXT_LENGTH, "the slice for %s ends beyond the file",
                                  image_cpu_name(cpus[i])));
            return false;
        default:
            break;
        }
    }
    if (list->first == NULL)
        put_refusal(out, fail(ERROR_MKEXT_CPU, "a fat file without a slice for a processor that "
                                               "Darwin's kernels are for"));
    return good && list->first != NULL;
}
