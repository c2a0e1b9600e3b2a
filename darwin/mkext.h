/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mkext version 1 archives: kernel extensions in one file (specs: xnu-handoff section 5).
 * All header fields are big-endian on every machine.
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

/* True if the bytes begin like a thin mkext. */
bool mkext_recognise(const uint8_t *bytes, size_t length);
/*
 * Checks a thin version 1 archive completely as XNU's reader does and more: magic, signature,
 * length equal to `length`, Adler-32, version, every entry inside the archive, plist present,
 * compressed files unpack to exactly their real size. The message names the field.
 */
error_t mkext_check(const uint8_t *bytes, size_t length, struct mkext_info *info);
/* ERROR_MKEXT_CPU unless a thin archive is for this Mach-O CPU type (18: PowerPC) or for any. */
error_t mkext_check_cpu(const uint8_t *bytes, size_t length, uint32_t cpu_type);
/* Entry `index` of a checked archive. */
error_t mkext_entry(const uint8_t *bytes, size_t length, uint32_t index, struct mkext_entry *entry);
/* Unpacks a file of a checked archive into exactly file->real_size bytes. */
error_t mkext_unpack(const uint8_t *bytes, size_t length, const struct mkext_file *file,
                     uint8_t *out, size_t out_size);
/*
 * If the bytes are a fat file, finds the mkext slice for a Mach-O CPU type (18: PowerPC); thin
 * bytes come back as they are.
 */
error_t mkext_slice(const uint8_t *bytes, size_t length, uint32_t cpu_type, const uint8_t **slice,
                    size_t *slice_length);

#endif
