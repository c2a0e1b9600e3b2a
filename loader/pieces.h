/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a launch moves: adding pieces to it, and settling where they go. For hand-overs that find
 * their places in firmware's memory map.
 */
#ifndef LOADER_PIECES_H
#define LOADER_PIECES_H

#include "loader/launch.h"
#include "loader/placement.h"
#include "loader/request.h"

/*
 * Firmware's memory map into `map` (MEMORY_MAP_MAXIMUM entries), and a placement that starts with
 * it. ERROR_PC_MEMORY_MAP: there is none; `who` needs one.
 */
error_t pieces_start(const char *who, struct memory_map_entry *map, size_t *count,
                     struct placement *placement);

/*
 * Adds a piece: `copy` bytes from `source` (claimed memory), zeros up to `size`. Nothing if `size`
 * is 0. ERROR_IMAGE_PIECES: too many; ERROR_MEMORY_RANGE: above 4 GB.
 */
error_t pieces_add(struct launch *launch, place_t destination, const uint8_t *source, place_t copy,
                   place_t size);

/*
 * True if a module may stay where it is: that begins a page, is free and lies inside
 * [minimum, end). So a large file need not be moved.
 */
bool pieces_module_may_stay(const struct placement *placement, const struct kernel_module *module,
                            place_t minimum, place_t end);

#endif
