/* SPDX-License-Identifier: BSD-2-Clause */
/* The prompt of the loader in a card's ROM: without cursor keys and history. */
#include "console/prompt.h"

#include <string.h>

#include "boot/platform.h"
#include "console/console.h"

/* A line feed that belongs to a return follows it within this time, at 300 baud and up. */
#define LINE_FEED_MS 40

enum { KEY_BACKSPACE = 0x08, KEY_KILL = 0x15, KEY_DELETE = 0x7F };

/* A key that was read while waiting for a line feed and was none; -1: none. */
static int key_ahead = -1;

static int next_key(void)
{
    int key = key_ahead;

    key_ahead = -1;
    return key >= 0 ? key : platform_read_key();
}

/*
 * Terminals may send a line feed behind the return. Left where it is, it would be the key that
 * stops the next wait for a link or a server.
 */
static void swallow_line_feed(void)
{
    uint64_t start = platform_milliseconds();

    do {
        key_ahead = platform_read_key();
    } while (key_ahead < 0 && platform_milliseconds() - start < LINE_FEED_MS);
    if (key_ahead == '\n')
        key_ahead = -1;
}

void prompt_line(const char *label, char *line, size_t size)
{
    size_t length = 0;

    print("%s", label);
    for (;;) {
        int key = next_key();

        if (key == '\r')
            swallow_line_feed();
        if (key == '\r' || key == '\n')
            break;
        if ((key == KEY_BACKSPACE || key == KEY_DELETE) && length != 0) {
            length--;
            print("\b \b");
        } else if (key == KEY_KILL) {
            for (; length != 0; length--)
                print("\b \b");
        } else if (key >= ' ' && key < KEY_DELETE && length + 1 < size) {
            line[length++] = (char)key;
            print("%c", key);
        }
    }
    line[length] = '\0';
    print("\n");
}
