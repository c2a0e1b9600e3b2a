/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fat files of kernel extensions and mkext archives: the slice for one processor. (Kernels are
 * unwrapped by loader/container/fat.c.)
 */
#ifndef DARWIN_FAT_SLICE_H
#define DARWIN_FAT_SLICE_H

#include <stddef.h>
#include <stdint.h>

enum fat_result {
    FAT_FOUND,
    FAT_THIN,     /* no fat file: all of it */
    FAT_NO_ROOM,  /* shorter than its own table */
    FAT_OUTSIDE,  /* the slice ends beyond the file */
    FAT_NO_SLICE, /* none for this processor */
};

struct fat_slice {
    const uint8_t *bytes;
    size_t length;
    uint32_t count;        /* slices in the file */
    uint32_t index;        /* which one it is */
    uint32_t offset, size; /* as the table has them */
};

/* Headers of both byte orders are read, as Apple's loaders do (xnu-handoff section 6.1). */
enum fat_result fat_slice_find(const uint8_t *bytes, size_t length, uint32_t cpu_type,
                               struct fat_slice *slice);
/* The first slice, whichever processor it is for. */
enum fat_result fat_slice_first(const uint8_t *bytes, size_t length, struct fat_slice *slice);

#endif
