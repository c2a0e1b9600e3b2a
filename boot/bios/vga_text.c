/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The VGA text screen, as the BIOS left it: its mode, its page, its cursor and what it wrote.
 * Registers: IBM VGA Technical Reference; BIOS data area: IBM PS/2 BIOS Technical Reference.
 */
#include "boot/bios/bios.h"

enum {
    MISCELLANEOUS = 0x3CC, /* reading */
    MISCELLANEOUS_COLOUR = 0x01,
    CRTC_COLOUR = 0x3D4,
    CRTC_MONOCHROME = 0x3B4,
    CRTC_START_HIGH = 0x0C, /* in characters */
    CRTC_START_LOW = 0x0D,
    CRTC_CURSOR_HIGH = 0x0E,
    CRTC_CURSOR_LOW = 0x0F,
    NO_PORT = 0xFF,

    BDA_COLUMNS = 0x44A, /* u16 */
    BDA_CURSOR = 0x450,  /* column, row; eight pages */
    BDA_PAGE = 0x462,
    BDA_LAST_ROW = 0x484,

    PAGES = 8,
    TAB = 8,
};
#define BUFFER_COLOUR     0xB8000u
#define BUFFER_MONOCHROME 0xB0000u
#define BUFFER_CELLS      0x4000u /* 32 KB */
#define BLANK             0x0720  /* light grey on black */
#define ATTRIBUTE         0x0700

static struct {
    volatile uint16_t *cells; /* NULL: no text screen */
    uint16_t crtc;
    unsigned start; /* of the page, in cells */
    unsigned columns, rows;
    unsigned column, row; /* column == columns: the line is full, the next character wraps */
    volatile uint8_t *bda_cursor;
} screen;

/* A byte of the BIOS data area. */
static volatile uint8_t *low_memory(uint32_t address)
{
    return platform_virtual(address);
}

static uint8_t crtc_read(uint8_t number)
{
    port_write8(screen.crtc, number);
    return port_read8(screen.crtc + 1);
}

static void crtc_write(uint8_t number, uint8_t value)
{
    port_write8(screen.crtc, number);
    port_write8(screen.crtc + 1, value);
}

void vga_text_initialise(void)
{
    uint8_t miscellaneous = port_read8(MISCELLANEOUS);

    screen.cells = NULL;
    if (miscellaneous == NO_PORT)
        return;
    bool colour = miscellaneous & MISCELLANEOUS_COLOUR;
    screen.crtc = colour ? CRTC_COLOUR : CRTC_MONOCHROME;

    screen.columns = *low_memory(BDA_COLUMNS) | (unsigned)*low_memory(BDA_COLUMNS + 1) << 8;
    screen.rows = *low_memory(BDA_LAST_ROW) + 1u;
    if (screen.columns < 40 || screen.columns > 132)
        screen.columns = 80;
    if (screen.rows < 25 || screen.rows > 60)
        screen.rows = 25;

    /* Another page than the first may be shown: what counts is what the screen starts at. */
    screen.start = (unsigned)crtc_read(CRTC_START_HIGH) << 8 | crtc_read(CRTC_START_LOW);
    if (screen.start + screen.columns * screen.rows > BUFFER_CELLS) {
        screen.start = 0;
        crtc_write(CRTC_START_HIGH, 0);
        crtc_write(CRTC_START_LOW, 0);
    }

    unsigned page = *low_memory(BDA_PAGE);
    screen.bda_cursor = low_memory(BDA_CURSOR + 2 * (page < PAGES ? page : 0));
    screen.column = screen.bda_cursor[0];
    screen.row = screen.bda_cursor[1];
    if (screen.column >= screen.columns || screen.row >= screen.rows) {
        screen.column = 0;
        screen.row = screen.rows - 1;
    }
    volatile uint16_t *buffer = platform_virtual(colour ? BUFFER_COLOUR : BUFFER_MONOCHROME);
    screen.cells = buffer + screen.start;
}

static void next_line(void)
{
    unsigned last = screen.columns * (screen.rows - 1);

    screen.column = 0;
    if (screen.row + 1 < screen.rows) {
        screen.row++;
        return;
    }
    for (unsigned i = 0; i < last; i++)
        screen.cells[i] = screen.cells[i + screen.columns];
    for (unsigned i = 0; i < screen.columns; i++)
        screen.cells[last + i] = BLANK;
}

static void put_cell(char c)
{
    if (screen.column == screen.columns)
        next_line();
    screen.cells[screen.row * screen.columns + screen.column++] = ATTRIBUTE | (uint8_t)c;
}

void vga_text_put(char c)
{
    if (screen.cells == NULL)
        return;
    switch (c) {
    case '\n':
        next_line();
        break;
    case '\r':
        screen.column = 0;
        break;
    case '\b':
        if (screen.column > 0)
            screen.column--;
        break;
    case '\t':
        do
            put_cell(' ');
        while (screen.column % TAB != 0 && screen.column < screen.columns);
        break;
    default:
        if ((uint8_t)c >= ' ')
            put_cell(c);
    }
}

void vga_text_show_cursor(void)
{
    if (screen.cells == NULL)
        return;
    unsigned column = screen.column < screen.columns ? screen.column : screen.columns - 1;
    unsigned at = screen.start + screen.row * screen.columns + column;

    crtc_write(CRTC_CURSOR_HIGH, (uint8_t)(at >> 8));
    crtc_write(CRTC_CURSOR_LOW, (uint8_t)at);
    screen.bda_cursor[0] = (uint8_t)column;
    screen.bda_cursor[1] = (uint8_t)screen.row;
}
