/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/openfirmware/move.h"

#include <string.h>

#include "boot/openfirmware/openfirmware.h"
#include "lib/bytes.h"

/* What a relocation can make good: only the upper halves of addresses change (start.S). */
#define MOVE_UNIT 0x10000u

/* start.S: enters another copy of the image, with the firmware's registers and stack. */
void move_enter(void *image) __attribute__((noreturn));

void move_to_top(void)
{
    uint32_t length = (uint32_t)round_up((size_t)(image_end - image_start), OF_PAGE);
    uint8_t *place;

    if (image_origin.length != 0)
        return;
    place = platform_claim(length, MOVE_UNIT);
    if (place == NULL)
        return;
    if (place < image_start) {
        platform_release(place, length);
        return;
    }

    /*
     * Relocated to this place, as start.S will see and put right. Nothing has changed initialised
     * data in a way that the copy would mind: entry_state is made anew.
     */
    struct image_origin origin = {(uint32_t)(uintptr_t)image_start, length};
    memcpy(place, image_start, (size_t)(data_end - image_start));
    memcpy(place + ((const uint8_t *)&image_origin - image_start), &origin, sizeof origin);
    code_synchronise(place, (size_t)(data_end - image_start));
    move_enter(place);
}
