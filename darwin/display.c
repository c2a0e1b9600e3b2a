/* SPDX-License-Identifier: BSD-2-Clause */
#include "darwin/display.h"

#include <string.h>

#include "console/console.h"
#include "lib/bytes.h"

/* assigned-addresses, PCI binding to IEEE 1275 section 2.2.1: space in bits 25..24 of phys.hi */
#define ADDRESS_ENTRY      20u
#define SPACE_MASK         0x03000000u
#define SPACE_MEMORY_32    0x02000000u
#define SPACE_PREFETCHABLE 0x40000000u
#define AT_ADDRESS_LOW     8u
#define AT_SIZE_LOW        16u

static uint32_t number(const struct devtree_node *node, const char *name, uint32_t otherwise)
{
    const struct devtree_property *property = devtree_get(node, name);
    return property != NULL && property->length == 4 ? get_be32(property->value) : otherwise;
}

/*
 * Firmware sets `address` when it opens the display, so a machine with a serial console has none.
 * Then the frame buffer is the card's prefetchable memory. Power Mac host bridges map PCI
 * memory space at the same addresses for the processor.
 */
static uint32_t frame_buffer(const struct devtree_node *node, uint64_t needed)
{
    uint32_t address = number(node, "address", 0);
    const struct devtree_property *assigned = devtree_get(node, "assigned-addresses");
    if (address != 0 || assigned == NULL) {
        return address;
    }
    for (uint32_t at = 0; bytes_within(assigned->length, at, ADDRESS_ENTRY); at += ADDRESS_ENTRY) {
        const uint8_t *entry = assigned->value + at;
        uint32_t high = get_be32(entry);
        if ((high & (SPACE_MASK | SPACE_PREFETCHABLE)) == (SPACE_MEMORY_32 | SPACE_PREFETCHABLE) &&
            get_be32(entry + AT_SIZE_LOW) >= needed) {
            return get_be32(entry + AT_ADDRESS_LOW);
        }
    }
    return 0;
}

/* Fills `video` if the node is a display that can be drawn on. */
static bool usable(const struct devtree_node *node, struct boot_video *video)
{
    const char *device_type = devtree_get_string(node, "device_type");
    const char *display_type = devtree_get_string(node, "display-type");
    if (device_type == NULL || strcmp(device_type, "display") != 0 ||
        (display_type != NULL && strcmp(display_type, "NONE") == 0)) {
        return false; /* NONE: no monitor is connected */
    }
    uint32_t depth = number(node, "depth", 8);
    uint32_t bytes_per_pixel = (depth + 7) / 8;
    video->width = number(node, "width", 0);
    video->height = number(node, "height", 0);
    video->depth = bytes_per_pixel * 8; /* 15 bits are kept in 16 */
    video->row_bytes = number(node, "linebytes", video->width * bytes_per_pixel);
    video->address = frame_buffer(node, (uint64_t)video->row_bytes * video->height);
    return video->width != 0 && video->height != 0 && video->row_bytes != 0 && depth != 0 &&
           depth <= 32 && video->address != 0;
}

/* The node that a path or an alias means. */
static struct devtree_node *named(const struct devtree *tree, const char *name)
{
    const struct devtree_node *aliases = devtree_find(tree, "/aliases");
    if (name != NULL && name[0] != '/' && aliases != NULL) {
        name = devtree_get_string(aliases, name);
    }
    return name != NULL ? devtree_find(tree, name) : NULL;
}

static struct devtree_node *choose(const struct devtree *tree, struct boot_video *video)
{
    const struct devtree_node *options = devtree_find(tree, "/options");
    const char *output = options != NULL ? devtree_get_string(options, "output-device") : NULL;
    struct devtree_node *node = named(tree, "screen");
    if (node != NULL && usable(node, video)) {
        return node;
    }
    node = named(tree, output);
    if (node != NULL && usable(node, video)) {
        return node;
    }
    for (node = tree->root; node != NULL; node = devtree_next(node)) {
        if (usable(node, video)) {
            return node;
        }
    }
    return NULL;
}

error_t display_announce(struct devtree *tree, struct boot_video *video)
{
    struct devtree_node *node = choose(tree, video);
    if (node == NULL) {
        memset(video, 0, sizeof(*video));
        print_verbose("no display; the kernel's text goes to the serial port\n");
        return OK;
    }
    print_verbose("display %ux%u, %u bits, at %08x\n", (unsigned)video->width,
                  (unsigned)video->height, (unsigned)video->depth, (unsigned)video->address);
    error_t error = devtree_set_be32(tree, node, "address", video->address);
    return error == OK ? devtree_set(tree, node, "AAPL,boot-display", NULL, 0) : error;
}
