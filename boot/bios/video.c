/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Graphics modes through the "VESA BIOS Extension Core Functions Standard" 3.0: INT 10h, functions
 * 4F00h (controller information), 4F01h (mode information) and 4F02h (set a mode).
 */
#include <stdio.h>
#include <string.h>

#include "boot/bios/bios.h"
#include "lib/bytes.h"

#define SERVICES  0x10
#define SUCCEEDED 0x004Fu

/* The real-mode buffer: the controller's block, which its list of modes may be part of, then one
 * mode's. */
#define CONTROLLER_LENGTH 512u
#define MODE_OFFSET       CONTROLLER_LENGTH
#define MODE_LENGTH       256u
_Static_assert(MODE_OFFSET + MODE_LENGTH <= REAL_MODE_BUFFER_SIZE, "the buffer is too small");

#define REAL_MODE_LIMIT 0x100000u
#define MODES_MAXIMUM   256
#define MODES_END       0xFFFFu
#define SIZES_MAXIMUM   64
#define SIZES_TEXT      200

/* ModeAttributes: supported by the hardware, colour, graphics, linear frame buffer. */
#define ATTRIBUTES_WANTED (1u << 0 | 1u << 3 | 1u << 4 | 1u << 7)
#define DIRECT_COLOUR     6
#define USE_LINEAR        0x4000u /* with the mode's number, in BX of function 4F02h */

struct size {
    uint16_t width, height;
};
struct size_list {
    size_t count;
    struct size sizes[SIZES_MAXIMUM];
};

static uint8_t *buffer_at(uint32_t offset)
{
    return platform_virtual(REAL_MODE_BUFFER + offset);
}

static bool call(uint16_t function, uint16_t bx, uint16_t cx, uint32_t offset)
{
    struct real_mode_registers registers = {
        .eax = function,
        .ebx = bx,
        .ecx = cx,
        .edi = offset,
        .es = REAL_MODE_BUFFER >> 4,
    };
    real_mode_interrupt(SERVICES, &registers);
    return (registers.eax & 0xFFFF) == SUCCEEDED;
}

/* Copies the list of modes. Returns how many; `*version` is the extension's (0300h is 3.0). */
static size_t list_modes(uint16_t modes[MODES_MAXIMUM], unsigned *version)
{
    uint8_t *block = buffer_at(0);
    memset(block, 0, CONTROLLER_LENGTH);
    memcpy(block, "VBE2", 4);
    if (!call(0x4F00, 0, 0, 0) || memcmp(block, "VESA", 4) != 0)
        return 0;
    *version = get_le16(block + 4);
    uint32_t at = ((uint32_t)get_le16(block + 16) << 4) + get_le16(block + 14);
    size_t count = 0;
    for (; count < MODES_MAXIMUM && at < REAL_MODE_LIMIT - 1; at += 2) {
        uint16_t mode = get_le16(platform_virtual(at));
        if (mode == MODES_END)
            break;
        modes[count++] = mode;
    }
    return count;
}

/* Fills in the mode; false if it is none with a linear frame buffer and direct colour. */
static bool describe(uint16_t number, unsigned version, struct video_mode *mode)
{
    const uint8_t *block = buffer_at(MODE_OFFSET);
    memset(buffer_at(MODE_OFFSET), 0, MODE_LENGTH);
    if (!call(0x4F01, 0, number, MODE_OFFSET) ||
        (get_le16(block) & ATTRIBUTES_WANTED) != ATTRIBUTES_WANTED || block[27] != DIRECT_COLOUR)
        return false;

    *mode = (struct video_mode){.number = number};
    mode->video.width = get_le16(block + 18);
    mode->video.height = get_le16(block + 20);
    mode->video.depth = block[25];
    mode->video.address = get_le32(block + 40);
    mode->video.row_bytes = get_le16(block + 16);
    /* From version 3.0 on a linear mode may differ from the banked one in these. */
    bool has_linear = version >= 0x0300 && get_le16(block + 50) != 0;
    const uint8_t *masks = block + (has_linear && block[54] != 0 ? 54 : 31);
    if (has_linear)
        mode->video.row_bytes = get_le16(block + 50);
    mode->red_size = masks[0];
    mode->red_position = masks[1];
    mode->green_size = masks[2];
    mode->green_position = masks[3];
    mode->blue_size = masks[4];
    mode->blue_position = masks[5];
    mode->reserved_size = masks[6];
    mode->reserved_position = masks[7];

    const struct boot_video *video = &mode->video;
    return (video->depth == 16 || video->depth == 24 || video->depth == 32) && video->width != 0 &&
           video->height != 0 && video->address != 0 &&
           video->row_bytes >= video->width * (video->depth / 8) &&
           bytes_within((uint64_t)1 << 32, video->address,
                        (uint64_t)video->row_bytes * video->height);
}

/* Notes a size, ascending, each once. */
static void note_size(struct size_list *list, const struct boot_video *video)
{
    struct size new = {(uint16_t)video->width, (uint16_t)video->height};
    size_t at = 0;
    while (at < list->count &&
           (list->sizes[at].width < new.width ||
            (list->sizes[at].width == new.width && list->sizes[at].height < new.height)))
        at++;
    if (list->count == SIZES_MAXIMUM || (at < list->count && list->sizes[at].width == new.width &&
                                         list->sizes[at].height == new.height))
        return;
    memmove(&list->sizes[at + 1], &list->sizes[at], (list->count - at) * sizeof new);
    list->sizes[at] = new;
    list->count++;
}

static void write_sizes(const struct size_list *list, char text[SIZES_TEXT])
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < list->count; i++) {
        char one[16];
        int length =
            snprintf(one, sizeof one, " %ux%u", list->sizes[i].width, list->sizes[i].height);
        if (used + (size_t)length + sizeof " ..." > SIZES_TEXT) {
            memcpy(text + used, " ...", sizeof " ...");
            return;
        }
        memcpy(text + used, one, (size_t)length + 1);
        used += (size_t)length;
    }
}

static error_t refuse(unsigned width, unsigned height, unsigned depth,
                      const struct size_list *sizes)
{
    char text[SIZES_TEXT], bits[24] = "";
    if (depth != 0)
        snprintf(bits, sizeof bits, " with %u bits", depth);
    if (sizes->count == 0)
        return fail(ERROR_VIDEO_MODE, "%ux%u%s: there is no graphics mode%s at all", width, height,
                    bits, bits);
    write_sizes(sizes, text);
    return fail(ERROR_VIDEO_MODE, "%ux%u%s: there is%s", width, height, bits, text);
}

error_t platform_video_find(unsigned width, unsigned height, unsigned depth,
                            struct video_mode *mode)
{
    static uint16_t modes[MODES_MAXIMUM];
    static struct size_list sizes;
    unsigned version = 0;
    size_t count = list_modes(modes, &version);
    bool found = false;
    if (count == 0)
        return fail(ERROR_VIDEO_MODE, "%ux%u: the screen has no VESA BIOS extension", width,
                    height);
    sizes.count = 0;
    for (size_t i = 0; i < count; i++) {
        struct video_mode one;
        if (!describe(modes[i], version, &one) || (depth != 0 && one.video.depth != depth))
            continue;
        note_size(&sizes, &one.video);
        if (one.video.width != width || one.video.height != height ||
            (found && one.video.depth <= mode->video.depth))
            continue;
        *mode = one;
        found = true;
    }
    return found ? OK : refuse(width, height, depth, &sizes);
}

error_t video_set(const struct video_mode *mode)
{
    if (call(0x4F02, mode->number | USE_LINEAR, 0, 0))
        return OK;
    return fail(ERROR_VIDEO_MODE, "the VESA BIOS refuses mode %03xh (%ux%u)", mode->number,
                (unsigned)mode->video.width, (unsigned)mode->video.height);
}
