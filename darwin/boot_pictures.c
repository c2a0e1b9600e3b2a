/* SPDX-License-Identifier: BSD-2-Clause */
#include "darwin/boot_pictures.h"

#include <string.h>

#include "lib/bytes.h"

#define CUBE_SIDE   6 /* levels of each colour: ff, cc, 99, 66, 33, 00 */
#define CUBE_STEP   0x33
#define RAMP_LENGTH 10 /* levels that the cube lacks: ee, dd, bb, aa, 88, 77, 55, 44, 22, 11 */

/* Colour numbers in the finished table */
#define COLOUR_BACKGROUND 1
#define BACKGROUND_GREY   0xBF /* three quarters of white */
#define COLOUR_FIGURE     250  /* grey 77: the grey ramp starts at 245 */

static uint8_t *put_colour(uint8_t *at, unsigned red, unsigned green, unsigned blue)
{
    at[0] = (uint8_t)red;
    at[1] = (uint8_t)green;
    at[2] = (uint8_t)blue;
    return at + 3;
}

void boot_clut_write(uint8_t out[BOOT_CLUT_SIZE])
{
    uint8_t *at = out;
    /* The cube from white downwards, without its black. */
    for (unsigned i = 0; i < CUBE_SIDE * CUBE_SIDE * CUBE_SIDE - 1; i++) {
        unsigned red = i / (CUBE_SIDE * CUBE_SIDE);
        unsigned green = i / CUBE_SIDE % CUBE_SIDE;
        unsigned blue = i % CUBE_SIDE;
        at = put_colour(at, 0xFF - red * CUBE_STEP, 0xFF - green * CUBE_STEP,
                        0xFF - blue * CUBE_STEP);
    }
    /* Ramps of red, green, blue and grey from the levels in between. */
    for (unsigned ramp = 0; ramp < 4; ramp++) {
        for (unsigned i = 0; i < RAMP_LENGTH; i++) {
            unsigned level = 0xEE - (i / 2 * 3 + i % 2) * 0x11;
            at = put_colour(at, ramp == 0 || ramp == 3 ? level : 0,
                            ramp == 1 || ramp == 3 ? level : 0, ramp >= 2 ? level : 0);
        }
    }
    put_colour(at, 0, 0, 0);
    put_colour(out + 3 * COLOUR_BACKGROUND, BACKGROUND_GREY, BACKGROUND_GREY, BACKGROUND_GREY);
}

void failed_boot_write(uint8_t out[FAILED_BOOT_SIZE])
{
    const int outer = FAILED_BOOT_SIDE / 2 - 4;
    const int thickness = FAILED_BOOT_SIDE / 10;
    const int inner = outer - thickness;
    memset(out, 0, FAILED_BOOT_HEADER);
    put_be32(out, FAILED_BOOT_SIDE);
    put_be32(out + 4, FAILED_BOOT_SIDE);
    uint8_t *pixel = out + FAILED_BOOT_HEADER;
    for (int y = 0; y < FAILED_BOOT_SIDE; y++) {
        for (int x = 0; x < FAILED_BOOT_SIDE; x++) {
            int across = x - FAILED_BOOT_SIDE / 2;
            int down = y - FAILED_BOOT_SIDE / 2;
            int distance = across * across + down * down;
            int off_bar = across > down ? across - down : down - across;
            bool ring = distance <= outer * outer && distance >= inner * inner;
            bool bar = distance <= outer * outer && off_bar <= thickness * 7 / 10;
            *pixel++ = ring || bar ? COLOUR_FIGURE : COLOUR_BACKGROUND;
        }
    }
}
