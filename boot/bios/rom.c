/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A start by the ROM of a card: which card that is, and how long somebody is waited for. The BIOS
 * has more devices to boot from, and nobody may be there.
 */
#include <stdio.h>

#include "boot/bios/bios.h"
#include "boot/bios/rom_start.h"
#include "console/console.h"
#include "drivers/pci.h"
#include "lib/bytes.h"

/*
 * The time for the key, from the ROM's first line on the screen on, and from ours, the first one on
 * the serial port. Nothing waits for it but the jump.
 */
#define KEY_MS       2000
#define KEY_HERE_MS  500
#define KEYS_WAITING 64 /* at most: a port without hardware behind it has more and more */
/* How long a failure stands on the screen before the BIOS goes on. */
#define PATIENCE_SECONDS 10

static char card[PCI_PATH_LENGTH];
static uint64_t start_counter, end_ms;
static bool key_pressed, is_listening, time_is_up, somebody_is_there;

void rom_start(void)
{
    const uint8_t *information = platform_virtual(entry_information);
    unsigned place = get_le16(information + ROM_START_PLACE);

    key_pressed = information[ROM_START_KEY] != 0;
    start_counter = get_le64(information + ROM_START_TIME);
    /* As drivers/pci_bus.c names cards. */
    if (place != ROM_PLACE_UNKNOWN)
        snprintf(card, sizeof card, "%02x:%02x.%x", place >> 8, place >> 3 & 0x1F, place & 7);
}

const char *rom_boot_path(void)
{
    return card;
}

void rom_note_key(void)
{
    somebody_is_there = true;
}

bool platform_wants_prompt(bool last_chance)
{
    if (entry_magic != LOADED_BY_ROM || time_is_up)
        return false;
    if (!is_listening) {
        uint64_t passed = clock_milliseconds_since(start_counter);

        is_listening = true;
        end_ms = platform_milliseconds() +
                 (passed < KEY_MS - KEY_HERE_MS ? KEY_MS - passed : KEY_HERE_MS);
        print("Escape leads to the prompt\n");
    }
    for (unsigned i = 0; !key_pressed && last_chance;) {
        int key = platform_read_key();

        key_pressed = key == ROM_KEY;
        /* What was pressed before the time was up counts, however long ago that was. */
        if ((key < 0 || ++i >= KEYS_WAITING) && platform_milliseconds() >= end_ms)
            break;
    }
    time_is_up = key_pressed || last_chance;
    somebody_is_there |= key_pressed;
    return key_pressed;
}

unsigned platform_patience(void)
{
    return entry_magic == LOADED_BY_ROM && !somebody_is_there ? PATIENCE_SECONDS : 0;
}
