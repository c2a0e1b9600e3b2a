/* SPDX-License-Identifier: BSD-2-Clause */
#include "loader/pieces.h"

#include "boot/platform.h"
#include "lib/bytes.h"

#define PAGE_SIZE 4096u

error_t pieces_start(const char *who, struct memory_map_entry *map, size_t *count,
                     struct placement *placement)
{
    *count = platform_memory_map(map, MEMORY_MAP_MAXIMUM);
    if (*count == 0)
        return fail(ERROR_PC_MEMORY_MAP, "%s needs one", who);
    placement_start(placement, map, *count);
    return OK;
}

error_t pieces_add(struct launch *launch, place_t destination, const uint8_t *source, place_t copy,
                   place_t size)
{
    place_t from = copy != 0 ? platform_physical(source) : 0;
    struct relocator_piece *piece;

    if (size == 0)
        return OK;
    if (!bytes_within(PLACE_END, destination, size) || copy > size ||
        !bytes_within(PLACE_END, from, copy))
        return fail(ERROR_MEMORY_RANGE, "0x%llx bytes from 0x%llx to 0x%llx: above 4 GB",
                    (unsigned long long)size, (unsigned long long)from,
                    (unsigned long long)destination);
    if (launch->piece_count == LAUNCH_PIECES_MAXIMUM)
        return fail(ERROR_IMAGE_PIECES, "more than %d to be moved", LAUNCH_PIECES_MAXIMUM);
    piece = &launch->pieces[launch->piece_count++];
    piece->destination = (uint32_t)destination;
    piece->source = (uint32_t)from;
    piece->copy = (uint32_t)copy;
    piece->size = (uint32_t)size;
    return OK;
}

bool pieces_module_may_stay(const struct placement *placement, const struct kernel_module *module,
                            place_t minimum, place_t end)
{
    place_t length = round_up(module->length, PAGE_SIZE);
    place_t base;

    if (module->length == 0)
        return false;
    base = platform_physical(module->bytes);
    return base % PAGE_SIZE == 0 && base >= minimum && bytes_within(end, base, length) &&
           placement_is_free(placement, base, length);
}
