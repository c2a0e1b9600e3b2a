/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loader's own move to the top of memory. Programs and kernels are linked for low addresses,
 * and it stays in memory while a client program runs: so it is in nobody's way.
 */
#ifndef BOOT_OPENFIRMWARE_MOVE_H
#define BOOT_OPENFIRMWARE_MOVE_H

#include <stddef.h>
#include <stdint.h>

/*
 * What whoever put the image where it is has left behind, claimed from the firmware (the image of
 * before the move, or the program that the image was packed in): whole pages, the loader's from
 * then on. It stands 4 bytes from the image's start. `length` 0: firmware has put the image there.
 * An image with an origin does not move any more.
 */
struct image_origin {
    uint32_t base, length;
};
extern const struct image_origin image_origin;

/*
 * Enters a copy of the loader at the highest place that can be claimed. Returns if there is none
 * above this one; nothing but what was claimed in vain has changed then. For the very beginning:
 * the copy starts with the data as they are now, and with nothing of what is in the BSS.
 */
void move_to_top(void);

/* start.S: makes the instruction cache agree with code that was just written. */
void code_synchronise(const void *code, size_t length);

#endif
