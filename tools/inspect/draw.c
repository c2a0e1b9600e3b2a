/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The picture of a plan. On the left the machine's memory to scale, with breaks where there is
 * none; on the right everything that the kernel gets, a box for each, whose height grows with the
 * logarithm of its size so that a page is seen beside a RAM disk. Lines lead from one to the other.
 * Addresses grow downwards, as in the table.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "tools/inspect/plan.h"

#define PAGE 4096u

/* Places in pixels. */
#define WIDTH          1080
#define TITLE_HEIGHT   84
#define MARGIN         28
#define BAR_LEFT       112
#define BAR_WIDTH      130
#define BOX_LEFT       440
#define BOX_WIDTH      430
#define BREAK_HEIGHT   26
#define RANGE_SMALLEST 18 /* of the machine's memory: room for a label */
#define BOX_SMALLEST   24
#define BOX_GROWTH     5 /* for each doubling of the size */
#define GROUP_TITLE    22
#define GROUP_SPACE    18
#define BAR_SHORTEST   430
#define PIECE_SMALLEST 2.0
#define TEXT_ROOM      42 /* characters of a name in a box */

/* Rows that are no farther apart belong to a group. */
#define GROUP_GAP (1u << 20)

#define RANGES (2 * MEMORY_MAP_MAXIMUM)
#define GROUPS LAUNCH_REPORT_ROWS

struct range {
    uint64_t base, end;
    const char *name, *fill;
    bool to_scale; /* RAM */
    double top, height;
};

struct group {
    size_t first, count; /* rows */
    double top, height;
};

struct picture {
    FILE *stream;
    const struct plan *plan;
    const struct machine *machine;
    const char *words;
    size_t range_count, group_count;
    struct range ranges[RANGES];
    struct group groups[GROUPS];
    double row_top[LAUNCH_REPORT_ROWS], row_height[LAUNCH_REPORT_ROWS];
    double bottom;
};

/* --- Words ------------------------------------------------------------------------------------ */

/* Texts come from files and people; in XML some characters mean something. */
static void write_text(FILE *stream, const char *text, size_t most)
{
    size_t length = strlen(text);

    /* The end of a path says more than its beginning. */
    if (length > most) {
        fputs("...", stream);
        text += length - (most - 3);
    }
    for (; *text != '\0'; text++)
        switch (*text) {
        case '<':
            fputs("&lt;", stream);
            break;
        case '>':
            fputs("&gt;", stream);
            break;
        case '&':
            fputs("&amp;", stream);
            break;
        case '"':
            fputs("&quot;", stream);
            break;
        default:
            fputc(*text < ' ' || *text > '~' ? '?' : *text, stream);
        }
}

/* "508 bytes", "32 KB", "1.5 MB" */
static void size_text(uint64_t size, char text[32])
{
    static const char *const units[] = {"KB", "MB", "GB", "TB"};
    unsigned unit = 0;

    if (size < 10 * 1024) {
        snprintf(text, 32, "%" PRIu64 " bytes", size);
        return;
    }
    while (size >= 1024ull * 1024 * 10 && unit + 1 < sizeof units / sizeof *units) {
        size /= 1024;
        unit++;
    }
    if (size % 1024 == 0 || size >= 100 * 1024)
        snprintf(text, 32, "%" PRIu64 " %s", size / 1024, units[unit]);
    else
        snprintf(text, 32, "%.1f %s", (double)size / 1024, units[unit]);
}

__attribute__((format(printf, 5, 6))) static void
label(struct picture *picture, double x, double y, const char *classes, const char *format, ...)
{
    char text[256];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fprintf(picture->stream, "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\">", x, y, classes);
    write_text(picture->stream, text, sizeof text);
    fputs("</text>\n", picture->stream);
}

/* --- What is drawn ---------------------------------------------------------------------------- */

static uint64_t row_end(const struct launch_row *row)
{
    return row->address + row->length + row->padding;
}

static const char *type_fill(uint32_t type)
{
    switch (type) {
    case MEMORY_USABLE:
        return "#f1f4ea";
    case MEMORY_ACPI_RECLAIM:
    case MEMORY_ACPI_NVS:
        return "#f3e3c3";
    default:
        return "#d5d5d5";
    }
}

static void add_range(struct picture *picture, uint64_t base, uint64_t length, const char *name,
                      uint32_t type)
{
    if (picture->range_count < RANGES && length != 0)
        picture->ranges[picture->range_count++] = (struct range){.base = base,
                                                                 .end = base + length,
                                                                 .name = name,
                                                                 .fill = type_fill(type),
                                                                 .to_scale = type == MEMORY_USABLE};
}

static void sort_ranges(struct picture *picture)
{
    for (size_t i = 1; i < picture->range_count; i++) {
        struct range moving = picture->ranges[i];
        size_t to = i;

        for (; to > 0 && picture->ranges[to - 1].base > moving.base; to--)
            picture->ranges[to] = picture->ranges[to - 1];
        picture->ranges[to] = moving;
    }
}

/* Firmware's map, or the RAM; and the screen, which is in neither. */
static void collect_ranges(struct picture *picture)
{
    const struct machine *machine = picture->machine;
    const struct launch_row *screen = plan_find(picture->plan, LAUNCH_SCREEN);
    bool inside = false;

    for (size_t i = 0; i < machine->map_count; i++)
        add_range(picture, machine->map[i].base, machine->map[i].length,
                  machine_memory_type(machine->map[i].type), machine->map[i].type);
    for (size_t i = 0; machine->map_count == 0 && i < machine->bank_count; i++)
        add_range(picture, machine->banks[i].base, machine->banks[i].length, "RAM", MEMORY_USABLE);
    for (size_t i = 0; screen != NULL && i < picture->range_count; i++)
        inside = inside || (screen->address < picture->ranges[i].end &&
                            picture->ranges[i].base < screen->address + screen->length);
    if (screen != NULL && !inside)
        add_range(picture, screen->address, screen->length, "screen", MEMORY_RESERVED);
    sort_ranges(picture);
}

/* 0 up to a page, then one for each doubling; with fractions, so that more is always higher. */
static double doublings(uint64_t size)
{
    double count = 0, rest = (double)size / PAGE;

    for (; rest >= 2; rest /= 2)
        count++;
    return rest > 1 ? count + rest - 1 : count;
}

static void collect_groups(struct picture *picture)
{
    const struct launch_report *report = &picture->plan->report;
    struct group *group = NULL;
    double at = TITLE_HEIGHT;

    for (size_t i = 0; i < report->count; i++) {
        const struct launch_row *row = &report->rows[i];

        if (group == NULL || row->address > row_end(row - 1) + GROUP_GAP) {
            at += group == NULL ? 0 : GROUP_SPACE;
            group = &picture->groups[picture->group_count++];
            *group = (struct group){.first = i, .top = at};
            at += GROUP_TITLE;
        } else if (row->address > row_end(row - 1)) {
            at += GROUP_SPACE; /* a small gap, told in words */
        }
        group->count++;
        picture->row_top[i] = at;
        picture->row_height[i] = BOX_SMALLEST + BOX_GROWTH * doublings(row->length);
        at += picture->row_height[i];
        group->height = at - group->top;
    }
    picture->bottom = at;
}

static double range_height(const struct range *range, double scale)
{
    double height = (double)(range->end - range->base) / PAGE * scale;

    return range->to_scale && height > RANGE_SMALLEST ? height : RANGE_SMALLEST;
}

/*
 * The highest scale at which all ranges and breaks take `height`, where those that would be too low
 * for a label are drawn higher: found by halving, as each range is monotonous in it.
 */
static void place_ranges(struct picture *picture, double height)
{
    double low = 0, high = height, at = TITLE_HEIGHT + GROUP_TITLE;
    double scale = 0;
    size_t breaks = 0;

    for (size_t i = 1; i < picture->range_count; i++)
        breaks += picture->ranges[i].base > picture->ranges[i - 1].end;
    height -= (double)(breaks * BREAK_HEIGHT);
    for (unsigned step = 0; step < 60; step++) {
        double sum = 0;

        scale = (low + high) / 2;
        for (size_t i = 0; i < picture->range_count; i++) {
            const struct range *range = &picture->ranges[i];
            sum += range_height(range, scale);
        }
        if (sum > height)
            high = scale;
        else
            low = scale;
    }
    for (size_t i = 0; i < picture->range_count; i++) {
        struct range *range = &picture->ranges[i];

        if (i != 0 && range->base > picture->ranges[i - 1].end)
            at += BREAK_HEIGHT;
        range->top = at;
        range->height = range_height(range, scale);
        at += range->height;
    }
    if (at > picture->bottom)
        picture->bottom = at;
}

/* Where an address is on the bar. Nowhere: at the range before it. */
static double bar_place(const struct picture *picture, uint64_t address)
{
    double place = TITLE_HEIGHT + GROUP_TITLE;

    for (size_t i = 0; i < picture->range_count; i++) {
        const struct range *range = &picture->ranges[i];

        if (address < range->base)
            break;
        if (address >= range->end)
            place = range->top + range->height;
        else
            place = range->top + range->height * ((double)(address - range->base) /
                                                  (double)(range->end - range->base));
    }
    return place;
}

/* --- Drawing ---------------------------------------------------------------------------------- */

static const char *content_fill(enum launch_content content)
{
    switch (content) {
    case LAUNCH_KERNEL:
        return "#9ecae1";
    case LAUNCH_SYMBOLS:
    case LAUNCH_HEADER:
        return "#cfe3f1";
    case LAUNCH_BOOT_ARGS:
    case LAUNCH_BOOT_INFORMATION:
    case LAUNCH_BOOT_PARAMETERS:
    case LAUNCH_COMMAND_LINE:
        return "#fdae6b";
    case LAUNCH_DEVICE_TREE:
    case LAUNCH_EFI_TABLES:
    case LAUNCH_EFI_MEMORY_MAP:
        return "#fdd8b3";
    case LAUNCH_ARCHIVE:
    case LAUNCH_EXTENSION:
        return "#a1d99b";
    case LAUNCH_RAM_DISK:
    case LAUNCH_MODULE:
    case LAUNCH_INITRD:
        return "#c9b8e0";
    case LAUNCH_ZEROS:
        return "#ffffff";
    default:
        return "#e3e3e3";
    }
}

static void draw_break(struct picture *picture, double top, uint64_t length)
{
    double x = BAR_LEFT, y = top + BREAK_HEIGHT / 2.0;
    char size[32];

    size_text(length, size);
    fprintf(picture->stream, "<path class=\"break\" d=\"M%.1f %.1f", x, y);
    for (unsigned i = 1; i <= 10; i++)
        fprintf(picture->stream, " L%.1f %.1f", x + BAR_WIDTH * i / 10.0,
                y + (i % 2 != 0 ? -4
                     : i == 10  ? 0
                                : 4));
    fputs("\"/>\n", picture->stream);
    label(picture, BAR_LEFT - 8, y + 4, "small end", "%s", size);
}

static void draw_range(struct picture *picture, const struct range *range, bool ends)
{
    char size[32];

    size_text(range->end - range->base, size);
    fprintf(picture->stream,
            "<rect class=\"range\" x=\"%d\" y=\"%.1f\" width=\"%d\" height=\"%.1f\" "
            "fill=\"%s\"><title>%08" PRIx64 "-%08" PRIx64 " %s</title></rect>\n",
            BAR_LEFT, range->top, BAR_WIDTH, range->height, range->fill, range->base,
            range->end - 1, range->name);
    label(picture, BAR_LEFT - 8, range->top + 11, "mono end", "%08" PRIx64, range->base);
    if (ends && range->height >= 2 * RANGE_SMALLEST)
        label(picture, BAR_LEFT - 8, range->top + range->height - 1, "mono end", "%08" PRIx64,
              range->end - 1);
    label(picture, BAR_LEFT + BAR_WIDTH - 6,
          range->top +
              (range->height < 2 * RANGE_SMALLEST ? range->height / 2 + 4 : range->height - 7),
          "small end", "%s, %s", range->name, size);
}

/* What firmware and the loader have until the launch; the kernel may get it. */
static void draw_used(struct picture *picture, const struct machine_used *used)
{
    double top = bar_place(picture, used->base);
    double height = bar_place(picture, used->base + used->length - 1) - top;

    fprintf(picture->stream,
            "<rect class=\"used\" x=\"%d\" y=\"%.1f\" width=\"6\" height=\"%.1f\"><title>",
            BAR_LEFT + 33, top, height < PIECE_SMALLEST ? PIECE_SMALLEST : height);
    write_text(picture->stream, used->words, sizeof used->words);
    fputs("</title></rect>\n", picture->stream);
}

static void draw_bar(struct picture *picture)
{
    const struct launch_report *report = &picture->plan->report;

    label(picture, BAR_LEFT, TITLE_HEIGHT + 12, "head", "The machine's memory");
    for (size_t i = 0; i < picture->range_count; i++) {
        const struct range *range = &picture->ranges[i];
        bool last = i + 1 == picture->range_count || range->end < picture->ranges[i + 1].base;

        if (i != 0 && range->base > picture->ranges[i - 1].end)
            draw_break(picture, range->top - BREAK_HEIGHT,
                       range->base - picture->ranges[i - 1].end);
        draw_range(picture, range, last);
    }
    for (size_t i = 0; i < picture->machine->used_count; i++)
        draw_used(picture, &picture->machine->used[i]);
    for (size_t i = 0; i < report->count; i++) {
        const struct launch_row *row = &report->rows[i];
        double top = bar_place(picture, row->address);
        double height = bar_place(picture, row->address + row->length - 1) - top;

        if (height < PIECE_SMALLEST)
            height = PIECE_SMALLEST;
        if (row->content != LAUNCH_ZEROS)
            fprintf(picture->stream,
                    "<rect class=\"mark\" x=\"%.1f\" y=\"%.1f\" width=\"%d\" height=\"%.1f\" "
                    "fill=\"%s\"/>\n",
                    BAR_LEFT + 1.0, top, 30, height, content_fill(row->content));
    }
}

/* From the place on the bar to the boxes. */
static void draw_leader(struct picture *picture, const struct group *group)
{
    const struct launch_row *first = &picture->plan->report.rows[group->first];
    const struct launch_row *last = first + group->count - 1;
    double from = bar_place(picture, first->address);
    double to = bar_place(picture, last->address + last->length - 1);
    double x = BAR_LEFT + BAR_WIDTH, middle = (x + BOX_LEFT - 84) / 2;

    if (to < from + PIECE_SMALLEST)
        to = from + PIECE_SMALLEST;
    fprintf(picture->stream,
            "<path class=\"leader\" d=\"M%.1f %.1f C%.1f %.1f %.1f %.1f %.1f %.1f L%.1f %.1f "
            "C%.1f %.1f %.1f %.1f %.1f %.1f Z\"/>\n",
            x, from, middle, from, middle, group->top + GROUP_TITLE, BOX_LEFT - 84.0,
            group->top + GROUP_TITLE, BOX_LEFT - 84.0, group->top + group->height, middle,
            group->top + group->height, middle, to, x, to);
}

/* What of it is zeros is hatched, as much as it is of the whole. */
static void draw_zeros(struct picture *picture, size_t index)
{
    const struct launch_row *row = &picture->plan->report.rows[index];
    double part = (double)(row->length - row->copied) / (double)row->length;
    double height = picture->row_height[index] * part;

    if (row->copied == row->length || row->content == LAUNCH_SCREEN)
        return;
    fprintf(picture->stream,
            "<rect x=\"%d\" y=\"%.1f\" width=\"%d\" height=\"%.1f\" fill=\"url(#zeros)\"/>\n",
            BOX_LEFT, picture->row_top[index] + picture->row_height[index] - height, BOX_WIDTH,
            height);
}

static void draw_box(struct picture *picture, size_t index)
{
    const struct launch_row *row = &picture->plan->report.rows[index];
    double top = picture->row_top[index], height = picture->row_height[index];
    char size[32], line[LAUNCH_REPORT_NAME + 160];

    size_text(row->length, size);
    launch_row_text(row, line, sizeof line);
    fprintf(picture->stream,
            "<rect class=\"piece\" x=\"%d\" y=\"%.1f\" width=\"%d\" height=\"%.1f\" "
            "fill=\"%s\"><title>",
            BOX_LEFT, top, BOX_WIDTH, height, content_fill(row->content));
    write_text(picture->stream, line, sizeof line);
    fputs("</title></rect>\n", picture->stream);
    draw_zeros(picture, index);
    label(picture, BOX_LEFT - 8, top + 14, "mono end", "%08" PRIx64, row->address);
    fprintf(picture->stream, "<text x=\"%d\" y=\"%.1f\" class=\"name\">", BOX_LEFT + 10,
            top + height / 2 + 4.5);
    fputs(launch_content_name(row->content), picture->stream);
    if (row->name[0] != '\0') {
        fputs(" <tspan class=\"of\">", picture->stream);
        write_text(picture->stream, row->name,
                   TEXT_ROOM - strlen(launch_content_name(row->content)));
        fputs("</tspan>", picture->stream);
    }
    fputs("</text>\n", picture->stream);
    label(picture, BOX_LEFT + BOX_WIDTH - 10, top + height / 2 + 4.5, "size end", "%s", size);
}

static void draw_group(struct picture *picture, const struct group *group)
{
    const struct launch_row *rows = picture->plan->report.rows;
    const struct launch_row *first = &rows[group->first], *last = first + group->count - 1;
    char size[32];

    size_text(row_end(last) - first->address, size);
    label(picture, BOX_LEFT, group->top + 14, "head", "%08" PRIx64 " to %08" PRIx64 ", %s",
          first->address, row_end(last) - 1, size);
    for (size_t i = group->first; i < group->first + group->count; i++) {
        if (i != group->first && rows[i].address > row_end(&rows[i - 1])) {
            size_text(rows[i].address - row_end(&rows[i - 1]), size);
            label(picture, BOX_LEFT + 10, picture->row_top[i] - 5, "small", "%s are left free",
                  size);
        }
        draw_box(picture, i);
    }
}

/* A register's name and value at the right of the box that an address lies in, at its place there.
 */
static void draw_pointer(struct picture *picture, const char *name, uint64_t value,
                         uint64_t address, unsigned *used)
{
    const struct launch_report *report = &picture->plan->report;

    for (size_t i = 0; i < report->count; i++) {
        const struct launch_row *row = &report->rows[i];
        double x = BOX_LEFT + BOX_WIDTH, y;

        if (address < row->address || address - row->address >= row->length)
            continue;
        y = picture->row_top[i] + 11 +
            (picture->row_height[i] - 20) *
                ((double)(address - row->address) / (double)row->length);
        y += used[i]++ * 14.0;
        fprintf(picture->stream, "<path class=\"arrow\" d=\"M%.1f %.1f l10 -5 v10 Z\"/>\n", x + 2,
                y);
        label(picture, x + 16, y + 4, "pointer", "%s %08" PRIx64, name, value);
        return;
    }
}

static void draw_pointers(struct picture *picture)
{
    static unsigned used[LAUNCH_REPORT_ROWS];
    const struct launch *launch = &picture->plan->launch;

    memset(used, 0, sizeof used);
    draw_pointer(picture, "entry", launch->entry, launch->entry, used);
    switch (launch->handover) {
    case HANDOVER_XNU_POWERPC:
        draw_pointer(picture, "r3", launch->boot_args, launch->boot_args, used);
        break;
    case HANDOVER_OPENFIRMWARE_CLIENT:
        break; /* its registers tell of the firmware */
    case HANDOVER_XNU_X86:
        draw_pointer(picture, "eax", launch->x86.eax, launch->x86.eax, used);
        draw_pointer(picture, "esp", launch->x86.esp, launch->x86.esp - 1, used);
        break;
    case HANDOVER_MULTIBOOT:
        draw_pointer(picture, "ebx", launch->x86.ebx, launch->x86.ebx, used);
        break;
    case HANDOVER_LINUX_X86:
        draw_pointer(picture, "esi", launch->x86.esi, launch->x86.esi, used);
        break;
    }
}

static const char head[] =
    "<style type=\"text/css\">\n"
    "text { font-family: 'DejaVu Sans', Verdana, Helvetica, Arial, sans-serif; fill: #222; "
    "font-size: 12px }\n"
    ".title { font-size: 19px; font-weight: bold }\n"
    ".head { font-size: 13px; font-weight: bold }\n"
    ".small { font-size: 10.5px; fill: #555 }\n"
    ".mono, .pointer { font-family: 'DejaVu Sans Mono', Menlo, Consolas, monospace; "
    "font-size: 11px }\n"
    ".words { font-family: 'DejaVu Sans Mono', Menlo, Consolas, monospace; font-size: 11px; "
    "fill: #555 }\n"
    ".pointer { fill: #b2182b }\n"
    ".name { font-weight: bold }\n"
    ".of { font-weight: normal }\n"
    ".end { text-anchor: end }\n"
    ".range { stroke: #888; stroke-width: 1 }\n"
    ".piece { stroke: #444; stroke-width: 1 }\n"
    ".mark { stroke: none }\n"
    ".used { fill: #777 }\n"
    ".leader { fill: #000; fill-opacity: 0.05; stroke: #999; stroke-width: 0.7 }\n"
    ".break { fill: none; stroke: #888 }\n"
    ".arrow { fill: #b2182b }\n"
    "</style>\n"
    "<defs><pattern id=\"zeros\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">"
    "<rect width=\"6\" height=\"6\" fill=\"#fff\" fill-opacity=\"0.75\"/>"
    "<path d=\"M0 6 L6 0\" stroke=\"#bbb\" stroke-width=\"0.8\"/></pattern></defs>\n";

void plan_draw(const struct plan *plan, const struct machine *machine, const char *words,
               FILE *stream)
{
    static struct picture picture;
    double height;

    memset(&picture, 0, sizeof picture);
    picture.stream = stream;
    picture.plan = plan;
    picture.machine = machine;
    picture.words = words;
    collect_ranges(&picture);
    collect_groups(&picture);
    height = picture.bottom - TITLE_HEIGHT - GROUP_TITLE;
    place_ranges(&picture, height > BAR_SHORTEST ? height : BAR_SHORTEST);
    fprintf(stream,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" width=\"%d\" "
            "height=\"%.0f\" viewBox=\"0 0 %d %.0f\">\n%s"
            "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
            WIDTH, picture.bottom + 2 * MARGIN, WIDTH, picture.bottom + 2 * MARGIN, head);
    label(&picture, MARGIN, 36, "title", "%s: %s", machine->name,
          handover_kind_name(plan->report.handover));
    fprintf(stream, "<text x=\"%d\" y=\"58\" class=\"words\">", MARGIN);
    write_text(stream, words, 145);
    fputs("</text>\n", stream);
    for (size_t i = 0; i < picture.group_count; i++)
        draw_leader(&picture, &picture.groups[i]);
    draw_bar(&picture);
    for (size_t i = 0; i < picture.group_count; i++)
        draw_group(&picture, &picture.groups[i]);
    draw_pointers(&picture);
    label(&picture, MARGIN, picture.bottom + MARGIN + 8, "small",
          "Left: RAM to scale, but for the smallest; all else as high as its label. Right: the "
          "higher a box, the larger, by the logarithm; hatched: zeros.%s",
          machine->used_count != 0 ? " Dark: in use until the launch." : "");
    fputs("</svg>\n", stream);
}
