/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/ticks.h beside divisions of as many bits as it takes. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#undef fail /* cmocka's macro; ours is a function */

#include "lib/ticks.h"
#include "tests/unit/random.h"

#define TRIES 200000

static uint64_t random_64(uint32_t *seed)
{
    uint64_t high = random_next(seed);
    uint64_t value = high << 32 | random_next(seed);

    return value >> (random_next(seed) & 63); /* as many short ones as long ones */
}

static void milliseconds_are_exact(void **state)
{
    static const uint64_t edges[] = {0,        1,        999,        1000,      1001,
                                     65535999, 65536000, UINT32_MAX, UINT64_MAX};
    uint32_t seed = 1000;

    (void)state;
    for (unsigned i = 0; i < sizeof edges / sizeof edges[0]; i++)
        assert_true(us_to_ms(edges[i]) == edges[i] / 1000);
    for (unsigned power = 10; power < 64; power++)
        for (uint64_t near = (UINT64_C(1) << power) - 1001; near != (UINT64_C(1) << power) + 1001;
             near++)
            assert_true(us_to_ms(near) == near / 1000);
    for (unsigned i = 0; i < TRIES; i++) {
        uint64_t us = random_64(&seed);

        assert_true(us_to_ms(us) == us / 1000);
    }
}

static void close_to_a_division(uint64_t ticks, uint64_t hz)
{
    uint64_t exact = ticks / hz * 1000000 + ticks % hz * 1000000 / hz;
    uint64_t got = ticks_to_us(ticks, ticks_scale(hz));

    assert_true(got <= exact);
    /* The scale is less than 1 too small, and so are both products. */
    assert_true(exact - got <= exact / ticks_scale(hz) + 2);
}

static void microseconds_are_close(void **state)
{
    static const uint64_t rates[] = {1000001,    4000000,    8333333,    10000000,   16666666,
                                     25000000,   33333333,   100000000,  999999999,  1000000000,
                                     2399999999, 3000000000, 5000000000, 20000000000};
    uint32_t seed = 604800;

    (void)state;
    for (unsigned i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        uint64_t hz = rates[i];

        close_to_a_division(0, hz);
        close_to_a_division(hz, hz);            /* a second */
        close_to_a_division(hz * 86400, hz);    /* a day */
        close_to_a_division(hz * 31536000, hz); /* a year; below 2^63 at any of these rates */
        for (unsigned j = 0; j < TRIES / 16; j++)
            close_to_a_division(random_64(&seed) % (hz * 31536000), hz);
    }
}

/* The steps from one tick to the next are even: time does not stand still or jump where the halves
 * of the counter meet. */
static void time_goes_on_evenly(void **state)
{
    const uint64_t hz = 25000000;
    const uint32_t scale = ticks_scale(hz);
    uint64_t last = ticks_to_us((UINT64_C(1) << 32) - 5000, scale);

    (void)state;
    for (uint64_t ticks = (UINT64_C(1) << 32) - 4975; ticks < (UINT64_C(1) << 32) + 5000;
         ticks += 25) {
        uint64_t now = ticks_to_us(ticks, scale);

        assert_true(now >= last && now - last <= 2);
        last = now;
    }
}

/* Nonsense from firmware does not make the scale one of nothing. */
static void rates_that_cannot_be(void **state)
{
    (void)state;
    assert_int_equal(ticks_scale(0), ticks_scale(TICKS_SLOWEST_HZ));
    assert_int_equal(ticks_scale(1), ticks_scale(TICKS_SLOWEST_HZ));
    assert_true(ticks_scale(TICKS_SLOWEST_HZ) > UINT32_MAX - 10000);
    assert_int_equal(ticks_scale(25000000), TICKS_SCALE(25000000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(milliseconds_are_exact),
        cmocka_unit_test(microseconds_are_close),
        cmocka_unit_test(time_goes_on_evenly),
        cmocka_unit_test(rates_that_cannot_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
