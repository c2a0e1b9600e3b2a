/* SPDX-License-Identifier: BSD-2-Clause */
#include "console/console.h"

#include <stdio.h>
#include <string.h>

#include "boot/platform.h"

#define SHOW_EVERY_MS 100
#define BAR_CELLS     20
#define RATE_FROM_MS  20

/* "12.3 MiB" without floating point. */
static void size_text(uint64_t bytes, char *text, size_t size)
{
    if (bytes < 1024) {
        snprintf(text, size, "%u B", (unsigned)bytes);
    } else if (bytes < 1024 * 1024) {
        snprintf(text, size, "%u.%u KiB", (unsigned)(bytes / 1024),
                 (unsigned)(bytes % 1024 * 10 / 1024));
    } else {
        uint64_t kib = bytes / 1024;

        snprintf(text, size, "%u.%u MiB", (unsigned)(kib / 1024),
                 (unsigned)(kib % 1024 * 10 / 1024));
    }
}

/* Writes over the line that is there: carriage return, text, blanks over what was longer. */
static void show_line(struct progress *progress, const char *text, bool last)
{
    char line[300];
    unsigned length = (unsigned)strlen(text);
    unsigned blanks = progress->shown_length > length ? progress->shown_length - length : 0;

    snprintf(line, sizeof line, "\r%s%*s%s", text, (int)blanks, "", last ? "\n" : "");
    platform_write(line, strlen(line));
    progress->shown_length = length;
}

static void show(struct progress *progress, uint64_t done, const char *ending, bool last)
{
    char text[240], size[24], rate[24], bar[2 * BAR_CELLS + 16] = "";
    uint64_t now = platform_milliseconds();
    uint64_t elapsed = now - progress->started_ms;

    size_text(done, size, sizeof size);
    /* Over too short a time a rate says nothing. */
    rate[0] = '\0';
    if (elapsed >= RATE_FROM_MS) {
        char amount[20];

        size_text(done * 1000 / elapsed, amount, sizeof amount);
        snprintf(rate, sizeof rate, ", %s/s", amount);
    }
    if (progress->total != 0) {
        unsigned percent = (unsigned)(done * 100 / progress->total);
        unsigned cells = percent * BAR_CELLS / 100;

        if (percent > 100)
            percent = 100;
        if (cells > BAR_CELLS)
            cells = BAR_CELLS;
        snprintf(bar, sizeof bar, " [%.*s%.*s] %3u%%", (int)cells, "####################",
                 (int)(BAR_CELLS - cells), "....................", percent);
    }
    snprintf(text, sizeof text, "  %.80s%s %s%s%s", progress->name, bar, size, rate, ending);
    show_line(progress, text, last);
    progress->shown_ms = now;
}

void progress_begin(struct progress *progress, const char *name, uint64_t total)
{
    progress->name = name;
    progress->total = total;
    progress->started_ms = progress->shown_ms = platform_milliseconds();
    progress->shown_length = 0;
}

void progress_update(struct progress *progress, uint64_t done)
{
    if (platform_milliseconds() - progress->shown_ms >= SHOW_EVERY_MS)
        show(progress, done, "", false);
}

void progress_end(struct progress *progress, uint64_t done, bool complete)
{
    show(progress, done, complete ? "" : ", not complete", true);
}
