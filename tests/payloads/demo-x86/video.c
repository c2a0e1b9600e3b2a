/* SPDX-License-Identifier: BSD-2-Clause */
#include "video.h"

#include "../common/report.h"
#include "../common/words.h"
#include "boot_args.h"
#include "demo.h"
#include "efi_map.h"

#define BARS 8u

static uint32_t pixel_bytes(void)
{
    return (boot_args.video_depth + 7) / 8;
}

/* Bar n of eight: blue, green and red from the three bits of n. */
static uint32_t bar_colour(uint32_t bar)
{
    if (boot_args.video_depth == 16)
        return (bar & 4 ? 0xF800u : 0) | (bar & 2 ? 0x07E0u : 0) | (bar & 1 ? 0x001Fu : 0);
    return (bar & 4 ? 0xFF0000u : 0) | (bar & 2 ? 0x00FF00u : 0) | (bar & 1 ? 0x0000FFu : 0);
}

static volatile uint8_t *pixel_at(uint32_t x, uint32_t y)
{
    return memory_at(boot_args.video_base) + boot_args.video_row_bytes * y + pixel_bytes() * x;
}

static void draw(void)
{
    uint32_t width = boot_args.video_width, size = pixel_bytes();
    for (uint32_t y = 0; y < boot_args.video_height; y++) {
        for (uint32_t x = 0; x < width; x++) {
            uint32_t colour = bar_colour(x * BARS / width);
            for (uint32_t i = 0; i < size; i++)
                pixel_at(x, y)[i] = (uint8_t)(colour >> 8 * i);
        }
    }
}

static bool shows(uint32_t x, uint32_t y)
{
    uint32_t colour = bar_colour(x * BARS / boot_args.video_width), size = pixel_bytes();
    for (uint32_t i = 0; i < size && i < 3; i++) {
        if (pixel_at(x, y)[i] != (uint8_t)(colour >> 8 * i))
            return false;
    }
    return true;
}

static void check_frame_buffer(const char *wanted)
{
    uint32_t width = read_number(&wanted, 10);
    uint32_t height = *wanted == 'x' ? (wanted++, read_number(&wanted, 10)) : 0;
    uint32_t depth = boot_args.video_depth;
    uint64_t length = (uint64_t)boot_args.video_row_bytes * boot_args.video_height;
    bool good = check(boot_args.video_width == width && boot_args.video_height == height,
                      "the screen is %u by %u", boot_args.video_width, boot_args.video_height);
    good &= check(depth == 16 || depth == 24 || depth == 32, "its depth is %u bits", depth);
    good &= check(boot_args.video_row_bytes >= width * pixel_bytes(), "a row has %u bytes",
                  boot_args.video_row_bytes);
    good &= check(boot_args.video_base != 0 && !efi_all(boot_args.video_base, 1, efi_is_usable) &&
                      boot_args.video_base + length <= UINT32_MAX,
                  "the frame buffer at 0x%x is not in RAM", boot_args.video_base);
    uint32_t display = boot_argument("-v") || boot_argument("-s") ? 2 : 1;
    check(boot_args.video_display == display, "v_display is %u: %s", boot_args.video_display,
          display == 2 ? "text on the frame buffer" : "graphics");
    if (!good)
        return;
    draw();
    check(shows(0, 0) && shows(width - 1, 0) && shows(width / 2, height / 2) &&
              shows(0, height - 1) && shows(width - 1, height - 1),
          "the frame buffer keeps eight bars drawn into it");
}

void check_video(void)
{
    const char *wanted = words_value(boot_args.command_line, "expect-video=");
    if (wanted != NULL)
        check_frame_buffer(wanted);
    else /* XNU up to 10.5 writes to B8000h, later ones to the serial port */
        check(boot_args.video_base == 0 && boot_args.video_display == 0,
              "text: v_baseAddr and v_display are 0 (0x%x, %u)", boot_args.video_base,
              boot_args.video_display);
}
