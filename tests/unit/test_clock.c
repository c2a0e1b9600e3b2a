/* SPDX-License-Identifier: BSD-2-Clause */
/* Measuring the PC's time-stamp counter against timers that run, stand still or make no sense. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#undef fail /* cmocka's macro; ours is a function */

#include "boot/bios/bios.h"

#if defined __i386__ || defined __x86_64__
/* The host has a clock of its own. */
#define platform_microseconds clock_microseconds
#define platform_delay_us     clock_delay_us
uint64_t clock_microseconds(void);
void clock_delay_us(uint32_t microseconds);
/* The PC's own file, with the counter of the processor that the test runs on. */
#include "boot/bios/clock.c"

const uint8_t *acpi_table(const char signature[4], uint32_t *length)
{
    (void)signature;
    (void)length;
    return NULL;
}

uint64_t cpu_told_tsc_hz(void)
{
    return 0;
}

/* Runs exactly as fast as the counter does, so many times slower. */
#define COUNTER_HZ 4000000000u
#define SLOWER     1000u
static uint32_t even_read(void)
{
    return (uint32_t)(tsc() / SLOWER) & PM_TIMER_MASK;
}

static uint32_t still_read(void)
{
    return 4711;
}

/* Changes at each reading, and never gets anywhere. */
static uint32_t flickering_read(void)
{
    static uint32_t value;

    value ^= 1;
    return value;
}

static uint64_t measured(uint32_t (*read)(void))
{
    const struct reference reference = {"a timer", read, PM_TIMER_MASK, COUNTER_HZ / SLOWER};

    return measure_twice(&reference);
}

static void test_even(void **state)
{
    (void)state;
    assert_true(agree(measured(even_read), COUNTER_HZ));
}

static void test_still(void **state)
{
    (void)state;
    assert_int_equal(measured(still_read), 0);
}

static void test_flickering(void **state)
{
    (void)state;
    assert_int_equal(measured(flickering_read), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_even),
        cmocka_unit_test(test_still),
        cmocka_unit_test(test_flickering),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
    puts("1..0 # SKIP this processor has no time-stamp counter to measure");
    return 0;
}
#endif
