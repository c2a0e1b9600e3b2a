/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The clock is the time-stamp counter, measured once against a timer of known frequency: ACPI's
 * power management timer (ACPI 6.4, 4.8.2.1) where there is one that runs, else channel 2 of the
 * 8254 interval timer, the one that interrupts nobody.
 *
 * Reading a timer takes time, and under an emulator or a hypervisor sometimes very much of it. So
 * each reading is bracketed by two of the counter, the tightest of several is taken, and two whole
 * measurements have to agree.
 */
#include "boot/bios/bios.h"

#include "console/console.h"
#include "lib/bytes.h"

/* Offsets in the FADT (ACPI 6.4, table 5.9). */
enum {
    FADT_PM_TIMER = 76, /* u32, I/O port; 0: none, or only in the extended field */
    FADT_PM_TIMER_LENGTH = 91,
    FADT_X_PM_TIMER = 208, /* generic address: space, width, offset, access size, u64 address */
    GENERIC_ADDRESS_LENGTH = 12,
    GENERIC_ADDRESS_SPACE_IO = 1,
};
#define PM_TIMER_HZ   3579545u
#define PM_TIMER_MASK 0x00FFFFFFu /* newer ones have 32 bits; 24 are enough for a measurement */

enum {
    PIT_CHANNEL_2 = 0x42,
    PIT_COMMAND = 0x43,
    PIT_SET_CHANNEL_2 = 0xB4, /* low byte then high byte, mode 2: counts down over and over */
    PIT_LATCH_CHANNEL_2 = 0x80,
    SYSTEM_CONTROL = 0x61,
    SYSTEM_CONTROL_GATE_2 = 0x01, /* channel 2 counts */
    SYSTEM_CONTROL_SPEAKER = 0x02,
    SYSTEM_CONTROL_WRITABLE = 0x0F,
};
#define PIT_HZ   1193182u
#define PIT_MASK 0x0000FFFFu

#define WINDOW_HZ    50u /* a measurement takes 1/50 s: 20 ms, less than the 8254's 55 ms */
#define MEASUREMENTS 4u
#define BRACKETS     8u
#define STUCK_READS  10000u      /* readings without any change: some milliseconds */
#define LONGEST      4000000000u /* counts for a measurement: 200 ms of the fastest counter */
#define AGREE_PER    1000u       /* two measurements differ by less than a 1000th */
#define SLOWEST_TSC  1000000u    /* of an emulator */
#define FASTEST_TSC  20000000000u
/* Until the measurement: faster than any real one, so that no wait is too short. */
#define TSC_GUESS 5000000000u

/* A timer that counts up, to `mask` and then from 0. */
struct reference {
    const char *name;
    uint32_t (*read)(void);
    uint32_t mask, hz;
};

static struct {
    uint64_t hz;
    uint32_t scale;               /* of lib/ticks.h */
    uint64_t start_tsc, start_us; /* the moment from which `hz` holds */
} rate = {TSC_GUESS, TICKS_SCALE(TSC_GUESS), 0, 0};

static uint16_t pm_timer_port;

static uint64_t tsc(void)
{
    uint32_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}

/* --- The timers to measure against --------------------------------------------------------- */

/*
 * Some chipsets (Intel PIIX4, erratum 20) show a wrong value while the timer counts on: three
 * readings in order are right, as a wrong one is far off.
 */
static uint32_t pm_timer_read(void)
{
    uint32_t first, second, third;
    unsigned tries = 0;

    do {
        first = port_read32(pm_timer_port) & PM_TIMER_MASK;
        second = port_read32(pm_timer_port) & PM_TIMER_MASK;
        third = port_read32(pm_timer_port) & PM_TIMER_MASK;
    } while ((first > second || second > third) && ++tries < 3); /* in order but where it wraps */
    return second;
}

static uint32_t pit_read(void)
{
    port_write8(PIT_COMMAND, PIT_LATCH_CHANNEL_2);
    uint32_t low = port_read8(PIT_CHANNEL_2);
    return -(low | (uint32_t)port_read8(PIT_CHANNEL_2) << 8) & PIT_MASK;
}

static bool pm_timer_find(void)
{
    uint32_t length;
    const uint8_t *fadt = acpi_table("FACP", &length);
    uint64_t port = 0;

    if (fadt == NULL || !bytes_within(length, FADT_PM_TIMER_LENGTH, 1))
        return false;
    if (bytes_within(length, FADT_X_PM_TIMER, GENERIC_ADDRESS_LENGTH) &&
        fadt[FADT_X_PM_TIMER] == GENERIC_ADDRESS_SPACE_IO)
        port = get_le64(fadt + FADT_X_PM_TIMER + 4);
    if (port == 0 && fadt[FADT_PM_TIMER_LENGTH] == 4)
        port = get_le32(fadt + FADT_PM_TIMER);
    if (port == 0 || port > 0xFFFC)
        return false;
    pm_timer_port = (uint16_t)port;
    return true;
}

/* Sets channel 2 going, without sound; returns what port 61h was. */
static uint8_t pit_start(void)
{
    uint8_t control = port_read8(SYSTEM_CONTROL) & SYSTEM_CONTROL_WRITABLE;

    port_write8(SYSTEM_CONTROL,
                (uint8_t)((control & ~SYSTEM_CONTROL_SPEAKER) | SYSTEM_CONTROL_GATE_2));
    port_write8(PIT_COMMAND, PIT_SET_CHANNEL_2);
    port_write8(PIT_CHANNEL_2, 0); /* 0 stands for 65536 */
    port_write8(PIT_CHANNEL_2, 0);
    return control;
}

/* --- Measuring ------------------------------------------------------------------------------ */

struct moment {
    uint64_t tsc;
    uint32_t ticks;
};

/* The tightest of several simultaneous readings of timer and counter. */
static struct moment moment_now(const struct reference *reference)
{
    struct moment best = {0, 0};
    uint64_t best_width = UINT64_MAX;

    for (unsigned i = 0; i < BRACKETS; i++) {
        uint64_t before = tsc();
        uint32_t ticks = reference->read();
        uint64_t after = tsc();

        if (after - before < best_width) {
            best_width = after - before;
            best = (struct moment){before + best_width / 2, ticks};
        }
    }
    return best;
}

/* The counter's frequency by one measurement; 0 if the timer does not run. */
static uint64_t measure(const struct reference *reference)
{
    uint32_t window = reference->hz / WINDOW_HZ;
    struct moment start = moment_now(reference);
    uint32_t last = start.ticks;
    unsigned same = 0;

    for (;;) { /* ends with the window, with STUCK_READS equal readings or after LONGEST */
        uint32_t now = reference->read();

        if (((now - start.ticks) & reference->mask) >= window)
            break;
        same = now == last ? same + 1 : 0;
        if (same == STUCK_READS || tsc() - start.tsc > LONGEST)
            return 0;
        last = now;
    }
    struct moment end = moment_now(reference);
    uint32_t ticks = (end.ticks - start.ticks) & reference->mask;

    /* The timer went round while an emulator had stopped us. */
    if (ticks < window)
        return 0;
    return (end.tsc - start.tsc) * reference->hz / ticks;
}

static bool agree(uint64_t a, uint64_t b)
{
    uint64_t difference = a < b ? b - a : a - b;

    return difference <= a / AGREE_PER;
}

/* The frequency that two measurements in a row agree on; 0: there are none. */
static uint64_t measure_twice(const struct reference *reference)
{
    uint64_t previous = 0;

    for (unsigned i = 0; i < MEASUREMENTS; i++) {
        uint64_t hz = measure(reference);

        if (i != 0 && hz == 0 && previous == 0)
            return 0;
        if (hz >= SLOWEST_TSC && hz <= FASTEST_TSC && previous != 0 && agree(hz, previous))
            return previous / 2 + hz / 2;
        previous = hz;
    }
    return 0;
}

static uint64_t find_frequency(const char **source)
{
    static const struct reference pm_timer = {"the ACPI timer", pm_timer_read, PM_TIMER_MASK,
                                              PM_TIMER_HZ};
    static const struct reference pit = {"the 8254 timer", pit_read, PIT_MASK, PIT_HZ};
    uint64_t hz = 0;

    *source = pm_timer.name;
    if (pm_timer_find())
        hz = measure_twice(&pm_timer);
    if (hz != 0)
        return hz;
    *source = pit.name;
    uint8_t control = pit_start();
    hz = measure_twice(&pit);
    port_write8(SYSTEM_CONTROL, control);
    if (hz != 0)
        return hz;
    *source = "CPUID";
    hz = cpu_told_tsc_hz();
    return hz >= SLOWEST_TSC && hz <= FASTEST_TSC ? hz : 0;
}

void clock_initialise(void)
{
    const char *source;
    uint64_t hz = find_frequency(&source);

    if (hz == 0) {
        hz = TSC_GUESS;
        print(
            "clock: neither the ACPI timer nor the 8254 runs evenly; taking the processor for one "
            "of %u MHz: times may be wrong\n",
            (unsigned)(TSC_GUESS / 1000000));
    } else {
        print_verbose("clock: time-stamp counter %u kHz, by %s\n", (unsigned)(hz / 1000), source);
    }
    rate.start_us = platform_microseconds(); /* by the guess: goes on from there */
    rate.start_tsc = tsc();
    rate.hz = hz;
    rate.scale = ticks_scale(hz);
}

uint64_t clock_tsc_hz(void)
{
    return rate.hz;
}

/* --- The clock ------------------------------------------------------------------------------ */

uint64_t clock_milliseconds_since(uint64_t counter)
{
    return us_to_ms(ticks_to_us(tsc() - counter, rate.scale));
}

uint64_t platform_microseconds(void)
{
    static uint64_t latest;
    uint64_t now = rate.start_us + ticks_to_us(tsc() - rate.start_tsc, rate.scale);

    /* Firmware that sets the counter in its own interrupts must not turn time back. */
    if (now > latest)
        latest = now;
    return latest;
}

void platform_delay_us(uint32_t microseconds)
{
    uint64_t end = platform_microseconds() + microseconds + 1;

    while (platform_microseconds() < end)
        ;
}
