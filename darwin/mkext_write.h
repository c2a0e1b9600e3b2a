/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes mkext version 1 archives (xnu-handoff section 5). For host tools and tests. */
#ifndef DARWIN_MKEXT_WRITE_H
#define DARWIN_MKEXT_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "console/error.h"

/* One kernel extension. The bytes stay the caller's. */
struct mkext_source {
    const uint8_t *plist;    /* Info.plist as XML text */
    size_t plist_length;     /* not 0 */
    uint32_t plist_modified; /* Unix time */
    const uint8_t *module;
    size_t module_length; /* 0: the extension has no executable */
    uint32_t module_modified;
};

/* The most bytes that mkext_write can need. */
size_t mkext_write_bound(const struct mkext_source *sources, uint32_t count);
/*
 * Writes an archive for any processor (cputype -1). `stored`: files as they are; otherwise LZSS for
 * every file, even where that is longer, because Mac OS X 10.0 and 10.1 lose stored ones. The same
 * input always gives the same bytes. ERROR_MKEXT_LENGTH: no room, or 4 GB and more.
 */
error_t mkext_write(const struct mkext_source *sources, uint32_t count, bool stored, uint8_t *out,
                    size_t size, size_t *length);
/* Makes an archive of either version one for this processor (<mach/machine.h>), and sums it anew.
 */
void mkext_write_processor(uint8_t *archive, size_t length, uint32_t type, uint32_t subtype);

#endif
