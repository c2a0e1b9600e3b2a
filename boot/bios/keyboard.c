/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The keyboard behind an 8042 controller, or behind a firmware that plays one for USB keyboards.
 * Polled; the BIOS has set it up for scan code set 1 (IBM PS/2 Hardware Interface Technical
 * Reference, "Keyboard and Auxiliary Device Controller" and "Keyboards"). US layout.
 */
#include "boot/bios/bios.h"

enum {
    DATA = 0x60,
    STATUS = 0x64,
    STATUS_FULL = 0x01,  /* a byte waits */
    STATUS_MOUSE = 0x20, /* it is the mouse's */
    NO_CONTROLLER = 0xFF,

    RELEASED = 0x80,
    PREFIX_GREY = 0xE0,  /* keys that the first PC did not have */
    PREFIX_PAUSE = 0xE1, /* two more bytes follow, at the press and at the release */

    KEY_CONTROL = 0x1D,
    KEY_LEFT_SHIFT = 0x2A,
    KEY_SLASH = 0x35,
    KEY_RIGHT_SHIFT = 0x36,
    KEY_CAPS_LOCK = 0x3A,
    KEY_ENTER = 0x1C,
    KEY_HOME = 0x47,
    KEY_UP = 0x48,
    KEY_LEFT = 0x4B,
    KEY_RIGHT = 0x4D,
    KEY_END = 0x4F,
    KEY_DOWN = 0x50,
    KEY_DELETE = 0x53,
    KEY_CODES = 0x54,

    ASCII_DELETE = 0x7F,
};

#define DRAIN_BYTES 64 /* the controller and the keyboard hold 17 */
#define POLL_BYTES  16

/* By scan code; 0: no character. */
static const char plain[KEY_CODES + 1] = "\0\033"
                                         "1234567890-=\b\t"
                                         "qwertyuiop[]\r\0"
                                         "asdfghjkl;'`\0\\"
                                         "zxcvbnm,./\0*\0 \0"
                                         "\0\0\0\0\0\0\0\0\0\0\0\0"
                                         "789-456+1230.";
static const char shifted[KEY_CODES + 1] = "\0\033"
                                           "!@#$%^&*()_+\b\t"
                                           "QWERTYUIOP{}\r\0"
                                           "ASDFGHJKL:\"~\0|"
                                           "ZXCVBNM<>?\0*\0 \0"
                                           "\0\0\0\0\0\0\0\0\0\0\0\0"
                                           "789-456+1230.";

static bool shift_left, shift_right, control_left, control_right, caps;
static bool grey;          /* the byte before was PREFIX_GREY */
static unsigned skip_left; /* of a sequence that means nothing here */

/* The next byte, the mouse's or nobody's included; -1: there is none. */
static int next_byte(bool *mouse)
{
    uint8_t status = port_read8(STATUS);

    if (status == NO_CONTROLLER || !(status & STATUS_FULL))
        return -1;
    *mouse = status & STATUS_MOUSE;
    return port_read8(DATA);
}

void keyboard_initialise(void)
{
    bool mouse;

    /* Keys that were pressed for the boot menu, answers to firmware's commands. */
    for (unsigned i = 0; i < DRAIN_BYTES && next_byte(&mouse) >= 0; i++)
        ;
    shift_left = shift_right = control_left = control_right = caps = grey = false;
    skip_left = 0;
}

/* The arrows and their like have no character; a shift here is one that is made up. */
static int grey_key(uint8_t code)
{
#ifdef SAWBOOT_SMALL
    return code == KEY_DELETE ? ASCII_DELETE : -1;
#else
    switch (code) {
    case KEY_HOME:
        return PLATFORM_KEY_HOME;
    case KEY_UP:
        return PLATFORM_KEY_UP;
    case KEY_LEFT:
        return PLATFORM_KEY_LEFT;
    case KEY_RIGHT:
        return PLATFORM_KEY_RIGHT;
    case KEY_END:
        return PLATFORM_KEY_END;
    case KEY_DOWN:
        return PLATFORM_KEY_DOWN;
    case KEY_DELETE:
        return PLATFORM_KEY_DELETE;
    default:
        return -1;
    }
#endif
}

static int character(uint8_t code)
{
    if (grey) {
        if (code == KEY_ENTER)
            return '\r';
        if (code == KEY_SLASH)
            return '/';
        return grey_key(code);
    }
    if (code >= KEY_CODES)
        return -1;
    char c = shift_left || shift_right ? shifted[code] : plain[code];
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter && (control_left || control_right))
        return c & 0x1F;
    if (letter && caps)
        c ^= 0x20;
    return c != 0 ? c : -1;
}

/* Takes a byte in; returns the character that it completes, or -1. */
static int key_byte(uint8_t byte)
{
    bool pressed = !(byte & RELEASED);
    uint8_t code = byte & (uint8_t)~RELEASED;
    int result = -1;

    if (skip_left != 0) {
        skip_left--;
        return -1;
    }
    if (byte == PREFIX_PAUSE) {
        skip_left = 2;
        return -1;
    }
    if (byte == PREFIX_GREY) {
        grey = true;
        return -1;
    }
    if (code == KEY_CONTROL && grey)
        control_right = pressed;
    else if (code == KEY_CONTROL)
        control_left = pressed;
    else if (code == KEY_LEFT_SHIFT && !grey)
        shift_left = pressed;
    else if (code == KEY_RIGHT_SHIFT && !grey)
        shift_right = pressed;
    else if (code == KEY_CAPS_LOCK && pressed)
        caps = !caps;
    else if (pressed)
        result = character(code);
    grey = false;
    return result;
}

int keyboard_get(void)
{
    for (unsigned i = 0; i < POLL_BYTES; i++) {
        bool mouse;
        int byte = next_byte(&mouse);

        if (byte < 0)
            return -1;
        int key = mouse ? -1 : key_byte((uint8_t)byte);
        if (key >= 0)
            return key;
    }
    return -1;
}
