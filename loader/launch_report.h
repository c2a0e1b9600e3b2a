/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a launch brings into memory, as a table for people: what goes where, in the order of
 * addresses. Works for every kind of hand-over, and touches no hardware.
 */
#ifndef LOADER_LAUNCH_REPORT_H
#define LOADER_LAUNCH_REPORT_H

#include "loader/image.h"
#include "loader/launch.h"

#define LAUNCH_REPORT_NAME 64
#define LAUNCH_REPORT_ROWS (LAUNCH_LABELS_MAXIMUM + 2 * LAUNCH_PIECES_MAXIMUM)

struct launch_row {
    uint64_t address, length; /* physical, bytes */
    uint64_t copied;          /* how many of them come from somewhere; the rest is zero */
    uint64_t padding;         /* zeros behind it, less than a page, that fill up its last one */
    enum launch_content content;
    char name[LAUNCH_REPORT_NAME]; /* as in the label, cut off; "" if it needs none */
};

struct launch_report {
    enum handover_kind handover;
    uint64_t entry;
    size_t count;
    struct launch_row rows[LAUNCH_REPORT_ROWS]; /* ascending by address */
};

/*
 * From a launch that a hand-over has built. Every byte of its pieces is in a row: what has no label
 * as LAUNCH_ZEROS or LAUNCH_UNNAMED. A screen has a row with nothing copied. The report is complete
 * in itself: the launch may go away.
 */
void launch_report_make(const struct launch *launch, struct launch_report *report);
/* The same from an image alone, where no hand-over was run: only the image's own pieces. */
void launch_report_image(const struct image_plan *plan, struct launch_report *report);

/* "boot_args", "device tree"; never NULL. */
const char *launch_content_name(enum launch_content content);
/* "XNU on PowerPC", "multiboot". */
const char *handover_kind_name(enum handover_kind kind);

/*
 * One row as a line of at most `size` characters (with the NUL), without a newline: first and last
 * address, bytes, what it is.
 */
void launch_row_text(const struct launch_row *row, char *text, size_t size);
/* The whole table on the console: a line for the hand-over and the entry, then one for each row. */
void launch_report_print(const struct launch_report *report);

#endif
