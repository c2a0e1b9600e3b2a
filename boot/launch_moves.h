/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The order of a launch's moves, for the last step of every platform: the relocator with as much
 * scratch memory as it turns out to need.
 */
#ifndef BOOT_LAUNCH_MOVES_H
#define BOOT_LAUNCH_MOVES_H

#include "loader/launch.h"

/* Scratch memory beyond what the platform had at hand; `memory` NULL: none was taken. */
struct launch_scratch {
    void *memory;
    uint32_t length;
};

/* The steps to be made: room for `maximum`, `count` of them used. */
struct launch_steps {
    struct relocator_step *steps;
    size_t maximum, count;
};

/*
 * Plans the moves through `scratch`. Large pieces that go round in a circle take too many steps
 * that way: then up to 64 MB more are taken by `claim`, which gives memory that shares nothing with
 * what moves, or NULL. What is in `more` has to be released when the launch fails.
 */
error_t launch_plan_moves(const struct launch *launch, void *scratch, uint32_t scratch_length,
                          void *(*claim)(const struct launch *launch, uint32_t length),
                          struct launch_scratch *more, struct launch_steps *steps);

#endif
