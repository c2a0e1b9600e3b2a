/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console: the serial port and the screen at once, keys from both.
 */
#include "boot/bios/bios.h"

static void put(char c)
{
    uart_put(c);
    vga_text_put(c);
}

void platform_write(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\n')
            put('\r');
        put(text[i]);
    }
    vga_text_show_cursor();
}

/* Return is '\r' on both, backspace '\b' or DEL: what the prompt expects. */
int platform_read_key(void)
{
    int key = uart_get();

    if (key < 0)
        key = keyboard_get();
    if (key >= 0)
        rom_note_key();
    return key;
}
