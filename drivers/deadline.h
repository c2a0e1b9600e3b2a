/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bounds for waits on hardware. Ask for the condition after asking whether time is up, so that a
 * processor that was held up in between (an emulator, a debugger) does not see a false time-out:
 *
 *     bool late;
 *     do {
 *         late = deadline_passed(deadline);
 *         if (done)
 *             return true;
 *     } while (!late);
 */
#ifndef DRIVERS_DEADLINE_H
#define DRIVERS_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

#include "boot/platform.h"

typedef uint64_t deadline_t; /* in the platform's microseconds */

static inline deadline_t deadline_after_us(uint32_t microseconds)
{
    return platform_microseconds() + microseconds;
}

static inline bool deadline_passed(deadline_t deadline)
{
    return platform_microseconds() >= deadline;
}

#endif
