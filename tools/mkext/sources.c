/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/mkext/sources.h"

#include <string.h>
#include <sys/stat.h>

#include "darwin/kext.h"
#include "tools/mkext/folder.h"

void source_open(const char *path, struct source *source)
{
    struct stat status;

    memset(source, 0, sizeof *source);
    source->path = path;
    source->is_archive = stat(path, &status) == 0 && !S_ISDIR(status.st_mode);
    if (source->is_archive)
        archive_open_or_die(path, &source->archive);
}

/* One for the processor itself goes before one for any. */
static const struct slice *slice_for(const struct source *source, const struct processor *processor)
{
    const struct archive *archive = &source->archive;

    for (uint32_t i = 0; i < archive->count; i++)
        if (archive->slices[i].type == processor->type)
            return &archive->slices[i];
    for (uint32_t i = 0; i < archive->count; i++)
        if (archive->slices[i].type == any_processor.type)
            return &archive->slices[i];
    /* What is no archive at all is told so. */
    if (archive->count == 1 && !archive->is_fat) {
        struct mkext_info info;

        slice_check_or_die(&archive->slices[0], &info);
    }
    die("%s: it has nothing for %s%s", source->path, processor->name,
        processor->type == any_processor.type ? " processor: say with -arch for which" : "");
}

static bool thin_out(struct kext *kext, const struct processor *processor)
{
    char message[ARCHIVE_MESSAGE_SIZE];
    const uint8_t *bytes;
    size_t length;
    error_t error = kext_executable_slice(kext->module.bytes, kext->module.length, processor->type,
                                          &bytes, &length);

    if (error == ERROR_MKEXT_CPU) {
        note("%s: %s is left out: its executable is for %s", kext->where, kext->identifier,
             executable_processors(kext->module.bytes, kext->module.length));
        return false;
    }
    if (error != OK) {
        describe_error(error, message);
        die("%s: %s: executable: %s", kext->where, kext->identifier, message);
    }
    kext->module.bytes = (uint8_t *)bytes;
    kext->module.length = length;
    return true;
}

void source_read(const struct source *source, const struct processor *processor, bool thin,
                 struct kexts *kexts, uint32_t *version)
{
    size_t first = kexts->count, kept = first;
    struct mkext_info info;
    char message[ARCHIVE_MESSAGE_SIZE];

    if (source->is_archive) {
        const struct slice *slice = slice_for(source, processor);

        slice_check_or_die(slice, &info);
        *version = info.version;
        if (!slice_read(slice, &info, source->archive.file.modified, kexts, message))
            die("%s: %s", slice->where, message);
    } else {
        folder_read(source->path, kexts);
    }
    for (size_t i = first; i < kexts->count; i++) {
        struct kext *kext = &kexts->items[i];

        if (!thin || kext->module.length == 0 || thin_out(kext, processor))
            kexts->items[kept++] = *kext;
    }
    kexts->count = kept;
}
