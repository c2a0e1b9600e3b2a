/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How long to wait before something unanswered is sent again: the round trip is measured and
 * smoothed as in RFC 6298, with a floor for networks that are faster than the machines on them.
 */
#ifndef NET_ROUND_TRIP_H
#define NET_ROUND_TRIP_H

#include <stdbool.h>
#include <stdint.h>

#define ROUND_TRIP_FIRST_MS   1000u /* nothing measured yet (RFC 6298 rule 2.1) */
#define ROUND_TRIP_MARGIN_MS  50u   /* a server's disk and scheduler take that long now and then */
#define ROUND_TRIP_LONGEST_MS 4000u
/* The longest between two repetitions where an answer usually comes sooner. */
#define ROUND_TRIP_REPEATED_MS 1000u

struct round_trip {
    bool measured;
    uint32_t smoothed_8;  /* the smoothed round trip, in eighths of a millisecond */
    uint32_t variation_4; /* its mean deviation, in quarters */
    uint32_t timeout_ms;
    uint32_t usual_ms; /* the same without what repeating has added, once something is measured */
};

void round_trip_begin(struct round_trip *trip);
/* Something that was sent once was answered after so long. Never call it for what was repeated:
 * nobody knows which copy the answer belongs to (Karn's rule). */
void round_trip_measured(struct round_trip *trip, uint64_t milliseconds);
/*
 * Something had to be repeated: the time-out is doubled, and stays so until the next measurement.
 * On a network that loses much that may take a while, so where the round trip is known to be short
 * there is a limit.
 */
void round_trip_repeated(struct round_trip *trip);

#endif
