/* SPDX-License-Identifier: BSD-2-Clause */
/* Archives as they are read: the file, the thin archives in it, and what these hold. */
#ifndef TOOLS_MKEXT_ARCHIVE_H
#define TOOLS_MKEXT_ARCHIVE_H

#include "darwin/mkext.h"
#include "tools/mkext/kext.h"
#include "tools/mkext/processors.h"

#define ARCHIVE_MESSAGE_SIZE 300

/* A thin archive in a file. */
struct slice {
    const char *where; /* the file's name, and of which of several it is the slice */
    const uint8_t *bytes;
    size_t length;
    uint32_t type, subtype; /* as a fat file's table has them; of a thin one its own header */
};

struct archive {
    struct file file;
    bool is_fat;
    uint32_t count;
    struct slice slices[FAT_ROWS_MAXIMUM];
};

/* True if this is a file and begins like an archive, thin or fat. */
bool archive_recognise(const char *path);

/*
 * Reads a file; of what is in the slices nothing is looked at yet but their headers. False, with a
 * message that names the field, if the table of a fat one is damaged. The tool ends if the file
 * cannot be read.
 */
bool archive_open(const char *path, struct archive *archive, char message[ARCHIVE_MESSAGE_SIZE]);
/* The same, but it ends the tool. */
void archive_open_or_die(const char *path, struct archive *archive);

/* Checks a slice as the loader does, and reads its header. It ends the tool. */
void slice_check_or_die(const struct slice *slice, struct mkext_info *info);

/*
 * Adds what a checked slice holds, in its order. Version 2 has no dates: `modified` is for those.
 * False, with a message that names the entry, if something in it cannot be used.
 */
bool slice_read(const struct slice *slice, const struct mkext_info *info, uint32_t modified,
                struct kexts *kexts, char message[ARCHIVE_MESSAGE_SIZE]);

/*
 * Where a checked slice's kernel extension has its files: for a listing. Version 2 has no file for
 * the Info.plist: real_size 0.
 */
struct kext_places {
    struct mkext_file plist, module;
};
/* As many as slice_read adds, in the same order. */
bool slice_places(const struct slice *slice, const struct mkext_info *info,
                  struct kext_places **places, char message[ARCHIVE_MESSAGE_SIZE]);

/* The code, the summary and the detail of an error of the core. */
void describe_error(error_t error, char message[ARCHIVE_MESSAGE_SIZE]);

#endif
