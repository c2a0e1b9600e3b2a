/* SPDX-License-Identifier: BSD-2-Clause */
#include "bootx.h"

#define RANGES_MAXIMUM 64

/* Ends are those of the next area; program and heap of the oldest releases end below 0x02000000. */
static const struct layout layouts[] = {
    {"34 to 46", 0x01C00000, 0x01400000, 0x01400000, 0x0800000, 0, 0, 0x01D00000, 0x0300000, 0},
    {"55.1 to 74.1", 0x05600000, 0x04000000, 0x04000000, 0x1000000, 0x05000000, 0x0400000,
     0x05400000, 0x0200000, 1},
    {"75 and 81", 0x06600000, 0x04000000, 0x04000000, 0x2000000, 0x06000000, 0x0400000, 0x06400000,
     0x0200000, 2},
};
const struct layout *layout;

static uint32_t pattern_word(uint32_t address)
{
    return address * 2246822519u ^ 0x42585858u;
}

/* Writes to a word of each page, and looks whether all of them are there afterwards. */
static bool keeps(uint32_t address, uint32_t length)
{
    for (uint32_t at = address; at - address < length; at += PAGE)
        *(volatile uint32_t *)at = pattern_word(at);
    for (uint32_t at = address; at - address < length; at += PAGE)
        if (*(volatile uint32_t *)at != pattern_word(at))
            return false;
    return true;
}

/*
 * Whether the firmware itself holds the range: OpenBIOS claims its own load area, where BootX has
 * its one as well. BootX does not look at what claim returns, and writes there all the same.
 */
static bool is_firmwares_load_area(uint32_t address, uint32_t length)
{
    uint32_t base;
    char text[16];
    const char *digits = text;
    get_text(find_device("/options"), "load-base", text, sizeof(text));
    base = read_number(&digits, 16);
    return base - address < length && claim(base, PAGE, 0) == NOTHING;
}

static void claim_area(const char *what, uint32_t address, uint32_t length)
{
    if (length == 0)
        return;
    uint32_t place = claim(address, length, 0);
    say("       claim of 0x%x, 0x%x bytes: 0x%x\n", address, length, place);
    if (place == NOTHING && is_firmwares_load_area(address, length)) {
        /* What the firmware's load area does not take up has to be free. */
        uint32_t free = 0, pieces = 0;
        for (uint32_t at = address; at - address < length; at += 0x100000, pieces++)
            free += claim(at, 0x100000, 0) == at;
        check(pieces - free <= 8,
              "%s: only the firmware's own load area is in the way (%u of %u MB)", what,
              pieces - free, pieces);
    } else {
        check(place == address, "%s is claimed at 0x%x", what, address);
    }
    check(keeps(address, length), "%s keeps what is written", what);
}

void check_areas(void)
{
    for (uint32_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++)
        if (cell_of(program_start) == layouts[i].program)
            layout = &layouts[i];
    if (layout == NULL) {
        failed("the program is where no release is linked (0x%x)", cell_of(program_start));
        give_up();
    }
    say("       as BootX %s, at 0x%x\n", layout->releases, layout->program);
    claim_area("the disk cache", layout->cache, layout->cache_size);
    claim_area("the heap", layout->heap, layout->heap_size);
    claim_area("the load area", layout->load, layout->load_size);
    claim_area("the image area", IMAGE_ADDRESS, layout->image_end - IMAGE_ADDRESS);
    uint32_t resident = client_entry.r5 & ~(PAGE - 1);
    check(resident >= layout->program + 0x100000 || resident < IMAGE_ADDRESS,
          "the loader is above all that (0x%x)", resident);
}
