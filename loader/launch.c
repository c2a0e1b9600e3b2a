/* SPDX-License-Identifier: BSD-2-Clause */
#include "loader/launch.h"

#include <string.h>

#include "boot/platform.h"

void launch_release(struct launch *launch)
{
    if (launch->owned != NULL)
        platform_release(launch->owned, launch->owned_length);
    launch->owned = NULL;
    launch->owned_length = 0;
}

#ifndef SAWBOOT_SMALL

/* The piece that has `address`, or NULL. */
static const struct relocator_piece *piece_at(const struct launch *launch, uint64_t address)
{
    for (size_t i = 0; i < launch->piece_count; i++) {
        const struct relocator_piece *piece = &launch->pieces[i];

        if (address >= piece->destination && address - piece->destination < piece->size)
            return piece;
    }
    return NULL;
}

bool launch_read(const struct launch *launch, uint64_t address, uint8_t *bytes, size_t length)
{
    while (length != 0) {
        const struct relocator_piece *piece = piece_at(launch, address);
        size_t skip, part;

        if (piece == NULL)
            return false;
        skip = (size_t)(address - piece->destination);
        part = skip < piece->copy ? piece->copy - skip : piece->size - skip;
        if (part > length)
            part = length;
        if (skip < piece->copy)
            memcpy(bytes, (const uint8_t *)platform_virtual(piece->source) + skip, part);
        else
            memset(bytes, 0, part);
        bytes += part;
        address += part;
        length -= part;
    }
    return true;
}

void launch_label(struct launch *launch, enum launch_content content, const char *name,
                  uint64_t address, uint64_t length)
{
    if (length != 0 && launch->label_count < LAUNCH_LABELS_MAXIMUM)
        launch->labels[launch->label_count++] =
            (struct launch_label){content, name, address, length};
}

#endif
