/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/mkext/list.h"

#include <stdio.h>
#include <time.h>

#include "tools/mkext/archive.h"

static void print_place(const char *what, const struct mkext_file *file, const char *packing,
                        bool has_date)
{
    char date[32] = "";
    time_t modified = (time_t)file->modified;
    struct tm broken_down;

    if (has_date)
        strftime(date, sizeof date, "  %Y-%m-%d %H:%M:%S UTC", gmtime_r(&modified, &broken_down));
    printf("    %-6s %8u bytes, ", what, (unsigned)file->real_size);
    if (file->stored_size != 0)
        printf("%s %8u", packing, (unsigned)file->stored_size);
    else
        printf("stored       ");
    printf("  at %8u%s", (unsigned)file->offset, date);
}

static void list_slice(const struct slice *slice, uint32_t modified)
{
    struct mkext_info info;
    struct kexts kexts = {0};
    struct kext_places *places;
    char message[ARCHIVE_MESSAGE_SIZE];
    bool version_1;

    slice_check_or_die(slice, &info);
    if (!slice_read(slice, &info, modified, &kexts, message) ||
        !slice_places(slice, &info, &places, message))
        die("%s: %s", slice->where, message);
    version_1 = info.version == MKEXT_VERSION_1;
    printf("%s: version %d, %zu kernel extension(s), %u bytes, cputype %d, cpusubtype %d: %s\n",
           slice->where, version_1 ? 1 : 2, kexts.count, (unsigned)info.length, (int)info.cpu_type,
           (int)info.cpu_subtype,
           processor_name((uint32_t)info.cpu_type, (uint32_t)info.cpu_subtype));
    for (size_t i = 0; i < kexts.count; i++) {
        const struct kext *kext = &kexts.items[i];

        printf("  %s %s\n", kext->identifier, kext->version);
        if (kext->bundle_path != NULL)
            printf("    %s\n", kext->bundle_path);
        if (version_1) {
            print_place("plist", &places[i].plist, "LZSS", true);
            putchar('\n');
        }
        if (kext->module.length != 0) {
            print_place("module", &places[i].module, version_1 ? "LZSS" : "zlib", version_1);
            printf("  %s\n", executable_processors(kext->module.bytes, kext->module.length));
        }
        for (size_t r = 0; r < kext->resource_count; r++)
            printf("    resource %s, %zu bytes\n", kext->resources[r].name,
                   kext->resources[r].file.length);
    }
}

void list_file(const char *path)
{
    struct archive archive;

    archive_open_or_die(path, &archive);
    for (uint32_t i = 0; i < archive.count; i++)
        list_slice(&archive.slices[i], archive.file.modified);
}
