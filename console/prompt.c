/* SPDX-License-Identifier: BSD-2-Clause */
#include "console/prompt.h"

#include <string.h>

#include "boot/platform.h"
#include "console/console.h"

enum { KEY_BACKSPACE = 0x08, KEY_KILL = 0x15, KEY_DELETE = 0x7F };

void prompt_line(const char *label, char *line, size_t size)
{
    size_t length = 0;

    print("%s", label);
    for (;;) {
        int key = platform_read_key();

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
