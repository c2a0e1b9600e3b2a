/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/round_trip.h"

void round_trip_begin(struct round_trip *trip)
{
    *trip = (struct round_trip){.timeout_ms = ROUND_TRIP_FIRST_MS, .usual_ms = ROUND_TRIP_FIRST_MS};
}

/* RFC 6298 rules 2.2 and 2.3, alpha 1/8, beta 1/4. */
static void smooth(struct round_trip *trip, uint32_t trip_ms)
{
    uint32_t smoothed = trip->smoothed_8 / 8;
    uint32_t deviation = trip_ms > smoothed ? trip_ms - smoothed : smoothed - trip_ms;

    if (!trip->measured) {
        trip->measured = true;
        trip->smoothed_8 = trip_ms * 8;
        trip->variation_4 = trip_ms * 2;
        return;
    }
    trip->variation_4 += deviation - trip->variation_4 / 4;
    trip->smoothed_8 += trip_ms - smoothed;
}

void round_trip_measured(struct round_trip *trip, uint64_t milliseconds)
{
    uint32_t trip_ms =
        milliseconds < ROUND_TRIP_LONGEST_MS ? (uint32_t)milliseconds : ROUND_TRIP_LONGEST_MS;
    uint32_t smoothed, margin;

    smooth(trip, trip_ms);
    smoothed = trip->smoothed_8 / 8;
    /*
     * The RFC adds four deviations and relies on a floor of a second. Ours is lower, so on a slow
     * path with little deviation a second round trip makes up for it.
     */
    margin = trip->variation_4;
    if (margin < smoothed)
        margin = smoothed;
    if (margin < ROUND_TRIP_MARGIN_MS)
        margin = ROUND_TRIP_MARGIN_MS;
    trip->timeout_ms = smoothed + margin;
    if (trip->timeout_ms > ROUND_TRIP_LONGEST_MS)
        trip->timeout_ms = ROUND_TRIP_LONGEST_MS;
    trip->usual_ms = trip->timeout_ms;
}

void round_trip_repeated(struct round_trip *trip)
{
    uint32_t longest =
        trip->usual_ms < ROUND_TRIP_REPEATED_MS ? ROUND_TRIP_REPEATED_MS : ROUND_TRIP_LONGEST_MS;

    trip->timeout_ms *= 2;
    if (trip->timeout_ms > longest)
        trip->timeout_ms = longest;
    if (!trip->measured)
        trip->usual_ms = trip->timeout_ms;
}
