/* SPDX-License-Identifier: BSD-2-Clause */
/* Time, measured by the kernel itself: the time-stamp counter against the PC's interval timer. */
#ifndef PAYLOADS_X86_CLOCK_H
#define PAYLOADS_X86_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* Hz; 0 if the timer does not run. Measured by the first call. */
uint64_t tsc_frequency(void);
/* Waits that long, in milliseconds; not at all if the frequency is unknown. */
void wait_milliseconds(uint32_t milliseconds);
/* True if both are not 0 and differ by less than 5 %. */
bool frequencies_agree(uint64_t a, uint64_t b);
/* For the report. */
uint32_t megahertz(uint64_t frequency);

#endif
