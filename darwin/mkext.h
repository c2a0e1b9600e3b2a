/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mkext archives: kernel extensions in one file (specs: xnu-handoff section 5). Version 1 is what
 * Mac OS X 10.0 to 10.8 read, version 2 what 10.6 brought. All header fields are big-endian on
 * every machine.
 */
#ifndef DARWIN_MKEXT_H
#define DARWIN_MKEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "console/error.h"

#define MKEXT_HEADER_SIZE 32
#define MKEXT_ENTRY_SIZE  32
#define MKEXT_VERSION_1   0x01008000u
#define MKEXT_VERSION_2   0x02002001u

struct mkext_file {
    uint32_t offset;
    uint32_t stored_size; /* 0: stored as it is, real_size bytes */
    uint32_t real_size;   /* 0 together with offset 0: absent */
    uint32_t modified;    /* Unix time */
};
struct mkext_entry {
    struct mkext_file plist, module;
};
struct mkext_info {
    uint32_t length, version, count;
    int32_t cpu_type, cpu_subtype; /* -1: any */
};

/* Mach-O CPU type of PowerPC (<mach/machine.h>). */
#define MACH_CPU_POWERPC 18

/* True if the bytes begin like a thin mkext. */
bool mkext_recognise(const uint8_t *bytes, size_t length);
/* True if they do, or if they are a fat file whose first slice does. */
bool mkext_recognise_any(const uint8_t *bytes, size_t length);
/*
 * Checks a thin archive of either version completely as XNU's readers do and more: magic,
 * signature, length equal to `length`, Adler-32, every file inside the archive, property lists
 * present, compressed files unpack to exactly their real size. The message names the field.
 * info->version tells which it is.
 */
error_t mkext_check(const uint8_t *bytes, size_t length, struct mkext_info *info);
/*
 * ERROR_MKEXT_VERSION unless a thin archive is of version 1: kernels up to 10.5 do not look at the
 * version and would read the files of a later one as entries of their own.
 */
error_t mkext_check_version_1(const uint8_t *bytes, size_t length);
/*
 * ERROR_MKEXT_CPU unless a thin archive is for this Mach-O CPU type (18: PowerPC) or, in version 1,
 * for any.
 */
error_t mkext_check_cpu(const uint8_t *bytes, size_t length, uint32_t cpu_type);
/*
 * ERROR_MKEXT_STORED unless every file of a checked version 1 archive is compressed. Mac OS X 10.0
 * and 10.1 lose those that are not (xnu-handoff section 4.3).
 */
error_t mkext_check_packed(const uint8_t *bytes, size_t length);
/* Entry `index` of a checked version 1 archive. */
error_t mkext_entry(const uint8_t *bytes, size_t length, uint32_t index, struct mkext_entry *entry);
/* Unpacks a file of a checked version 1 archive into exactly file->real_size bytes. */
error_t mkext_unpack(const uint8_t *bytes, size_t length, const struct mkext_file *file,
                     uint8_t *out, size_t out_size);
/*
 * If the bytes are a fat file, finds the mkext slice for a Mach-O CPU type (18: PowerPC); thin
 * bytes come back as they are.
 */
error_t mkext_slice(const uint8_t *bytes, size_t length, uint32_t cpu_type, const uint8_t **slice,
                    size_t *slice_length);

#endif
