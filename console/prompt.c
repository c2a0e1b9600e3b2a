/* SPDX-License-Identifier: BSD-2-Clause */
#include "console/prompt.h"

#include <string.h>

#include "boot/platform.h"
#include "console/line_editor.h"

/* A line feed that belongs to a return follows it within this time, at 300 baud and up. */
#define LINE_FEED_MS 40

enum { KEY_INTERRUPT = 0x03, KEY_ESCAPE = 0x1B };

/* Keys that were read while something else was waited for: the next line begins with them. */
static int ahead[64];
static size_t ahead_count;

static int next_key(void)
{
    int key;

    if (ahead_count == 0)
        return platform_read_key();
    key = ahead[0];
    memmove(ahead, ahead + 1, --ahead_count * sizeof ahead[0]);
    return key;
}

/* What finds no room is lost, as it is in a terminal's own buffer. */
static void keep_key(int key)
{
    if (key >= 0 && ahead_count < sizeof ahead / sizeof ahead[0])
        ahead[ahead_count++] = key;
}

static bool interrupts(int key)
{
    return key == KEY_INTERRUPT || key == KEY_ESCAPE;
}

bool prompt_interrupted(void)
{
    int key = platform_read_key();

    /* Right behind the return it was taken for a possible line feed. */
    if (ahead_count != 0 && interrupts(ahead[0])) {
        next_key();
        keep_key(key);
        return true;
    }
    if (interrupts(key))
        return true;
    keep_key(key);
    return false;
}

/*
 * Terminals may send a line feed behind the return. Left where it is, it would be the key that
 * stops the next wait for a link or a server.
 */
static void swallow_line_feed(void)
{
    uint64_t start = platform_milliseconds();
    int key;

    if (ahead_count != 0) {
        if (ahead[0] == '\n')
            next_key();
        return;
    }
    do {
        key = platform_read_key();
    } while (key < 0 && platform_milliseconds() - start < LINE_FEED_MS);
    if (key != '\n')
        keep_key(key);
}

void prompt_line_with(const char *label, char *line, size_t size, struct line_history *history)
{
    static struct line_editor editor;
    int key;

    line_editor_begin(&editor, label, line, size, history);
    do {
        key = next_key();
        if (key == '\r')
            swallow_line_feed();
    } while (key < 0 || !line_editor_key(&editor, key, platform_milliseconds()));
    if (history != NULL)
        line_history_add(history, line);
}

void prompt_line(const char *label, char *line, size_t size)
{
    prompt_line_with(label, line, size, NULL);
}
