/* SPDX-License-Identifier: BSD-2-Clause */
#include "loader/launch_report.h"

#include <stdio.h>
#include <string.h>

#include "console/console.h"

#define PAGE_SIZE 4096u

const char *launch_content_name(enum launch_content content)
{
    static const char *const names[LAUNCH_CONTENTS] = {
        [LAUNCH_UNNAMED] = "data",
        [LAUNCH_ZEROS] = "zeros",
        [LAUNCH_KERNEL] = "kernel",
        [LAUNCH_SYMBOLS] = "symbols",
        [LAUNCH_HEADER] = "Mach-O header",
        [LAUNCH_BOOT_ARGS] = "boot_args",
        [LAUNCH_DEVICE_TREE] = "device tree",
        [LAUNCH_ARCHIVE] = "driver archive",
        [LAUNCH_EXTENSION] = "kernel extension",
        [LAUNCH_RAM_DISK] = "RAM disk",
        [LAUNCH_PICTURE] = "picture",
        [LAUNCH_EFI_TABLES] = "EFI tables",
        [LAUNCH_EFI_MEMORY_MAP] = "EFI memory map",
        [LAUNCH_STACK] = "stack",
        [LAUNCH_BOOT_INFORMATION] = "boot information",
        [LAUNCH_BOOT_PARAMETERS] = "boot_params",
        [LAUNCH_COMMAND_LINE] = "command line",
        [LAUNCH_MODULE] = "module",
        [LAUNCH_INITRD] = "initrd",
        [LAUNCH_SCREEN] = "screen",
    };

    return content < LAUNCH_CONTENTS ? names[content] : "?";
}

const char *handover_kind_name(enum handover_kind kind)
{
    switch (kind) {
    case HANDOVER_XNU_POWERPC:
        return "XNU on PowerPC";
    case HANDOVER_XNU_X86:
        return "XNU on x86";
    case HANDOVER_OPENFIRMWARE_CLIENT:
        return "Open Firmware program";
    case HANDOVER_MULTIBOOT:
        return "multiboot";
    case HANDOVER_LINUX_X86:
        return "Linux on x86";
    }
    return "?";
}

static uint64_t row_end(const struct launch_row *row)
{
    return row->address + row->length;
}

static uint64_t overlap(uint64_t start, uint64_t end, uint64_t other_start, uint64_t other_end)
{
    uint64_t from = start > other_start ? start : other_start;
    uint64_t to = end < other_end ? end : other_end;

    return to > from ? to - from : 0;
}

static void add_row(struct launch_report *report, enum launch_content content, const char *name,
                    uint64_t address, uint64_t length, uint64_t copied)
{
    struct launch_row *row = &report->rows[report->count];

    if (length == 0 || report->count == LAUNCH_REPORT_ROWS)
        return;
    *row = (struct launch_row){
        .address = address, .length = length, .copied = copied, .content = content};
    snprintf(row->name, sizeof row->name, "%s", name);
    report->count++;
}

/* By insertion: hand-overs add things nearly in order, and rows of equal address keep theirs. */
static void sort(struct launch_report *report)
{
    for (size_t i = 1; i < report->count; i++) {
        struct launch_row row = report->rows[i];
        size_t at = i;

        for (; at > 0 && report->rows[at - 1].address > row.address; at--)
            report->rows[at] = report->rows[at - 1];
        report->rows[at] = row;
    }
}

static void add_labels(const struct launch *launch, struct launch_report *report)
{
    for (size_t i = 0; i < launch->label_count; i++) {
        const struct launch_label *label = &launch->labels[i];
        uint64_t end = label->address + label->length, copied = 0;

        for (size_t k = 0; k < launch->piece_count; k++) {
            const struct relocator_piece *piece = &launch->pieces[k];

            copied += overlap(label->address, end, piece->destination,
                              (uint64_t)piece->destination + piece->copy);
        }
        add_row(report, label->content, label->name, label->address, label->length, copied);
    }
}

/* What of [from, to) none of the first `labels` rows, which are sorted, has. */
static void add_gaps(struct launch_report *report, size_t labels, uint64_t from, uint64_t to,
                     enum launch_content content)
{
    for (size_t i = 0; i < labels && from < to; i++) {
        const struct launch_row *row = &report->rows[i];
        uint64_t gap_end = row->address < to ? row->address : to;

        if (row_end(row) <= from)
            continue;
        if (gap_end > from)
            add_row(report, content, "", from, gap_end - from,
                    content == LAUNCH_ZEROS ? 0 : gap_end - from);
        from = row_end(row);
    }
    if (from < to)
        add_row(report, content, "", from, to - from, content == LAUNCH_ZEROS ? 0 : to - from);
}

/* Zeros become one row with those before them; a few behind something are its padding. */
static void join_zeros(struct launch_report *report)
{
    size_t count = 0;

    for (size_t i = 0; i < report->count; i++) {
        const struct launch_row *row = &report->rows[i];
        struct launch_row *last = count != 0 ? &report->rows[count - 1] : NULL;
        bool follows = last != NULL && row->content == LAUNCH_ZEROS &&
                       row_end(last) + last->padding == row->address;

        if (follows && last->content == LAUNCH_ZEROS)
            last->length += row->length;
        else if (follows && last->padding + row->length < PAGE_SIZE)
            last->padding += row->length;
        else
            report->rows[count++] = *row;
    }
    report->count = count;
}

void launch_report_make(const struct launch *launch, struct launch_report *report)
{
    size_t labels;

    report->handover = launch->handover;
    report->entry = launch->entry;
    report->count = 0;
    add_labels(launch, report);
    sort(report);
    labels = report->count;
    for (size_t i = 0; i < launch->piece_count; i++) {
        const struct relocator_piece *piece = &launch->pieces[i];
        uint64_t start = piece->destination;

        add_gaps(report, labels, start, start + piece->copy, LAUNCH_UNNAMED);
        add_gaps(report, labels, start + piece->copy, start + piece->size, LAUNCH_ZEROS);
    }
    sort(report);
    join_zeros(report);
    if (launch->set_video)
        add_row(report, LAUNCH_SCREEN, "", launch->video.video.address,
                (uint64_t)launch->video.video.row_bytes * launch->video.video.height, 0);
    sort(report);
}

void launch_report_image(const struct image_plan *plan, struct launch_report *report)
{
    report->handover = plan->handover;
    report->entry = plan->entry;
    report->count = 0;
    for (size_t i = 0; i < plan->piece_count; i++) {
        const struct image_piece *piece = &plan->pieces[i];

        add_row(report, LAUNCH_KERNEL, piece->name, piece->address, piece->memory_size,
                piece->file_size);
    }
    sort(report);
}

void launch_row_text(const struct launch_row *row, char *text, size_t size)
{
    char zeros[40] = "";

    if (row->content != LAUNCH_ZEROS && row->content != LAUNCH_SCREEN && row->copied < row->length)
        snprintf(zeros, sizeof zeros, " (%llu, then zeros)", (unsigned long long)row->copied);
    snprintf(text, size, "%08llx-%08llx %10llu  %s%s%s%s", (unsigned long long)row->address,
             (unsigned long long)(row_end(row) - 1), (unsigned long long)row->length,
             launch_content_name(row->content), row->name[0] != '\0' ? " " : "", row->name, zeros);
}

void launch_report_print(const struct launch_report *report)
{
    char text[LAUNCH_REPORT_NAME + 96];

    print("%s, entry %08llx\n", handover_kind_name(report->handover),
          (unsigned long long)report->entry);
    print("  from     to            bytes  what\n");
    for (size_t i = 0; i < report->count; i++) {
        launch_row_text(&report->rows[i], text, sizeof text);
        print("  %s\n", text);
    }
}
