/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/launch_moves.h"

#include "boot/platform.h"
#include "console/console.h"

#define SCRATCH_LARGEST (64u << 20)

static error_t plan_with(const struct launch *launch, const void *scratch, uint32_t length,
                         struct launch_steps *steps)
{
    return relocator_plan(launch->pieces, launch->piece_count, (uint32_t)platform_physical(scratch),
                          length, steps->steps, steps->maximum, &steps->count);
}

error_t launch_plan_moves(const struct launch *launch, void *scratch, uint32_t scratch_length,
                          void *(*claim)(const struct launch *launch, uint32_t length),
                          struct launch_scratch *more, struct launch_steps *steps)
{
    error_t error = plan_with(launch, scratch, scratch_length, steps);
    uint32_t length = SCRATCH_LARGEST;

    for (; error == ERROR_RELOCATE_STEPS && length > scratch_length; length /= 2) {
        more->memory = claim(launch, length);
        more->length = length;
        if (more->memory == NULL)
            continue;
        print_verbose("launch: %u KB of scratch memory\n", (unsigned)(length >> 10));
        return plan_with(launch, more->memory, length, steps);
    }
    return error;
}
