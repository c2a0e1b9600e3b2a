/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Console, clock, words from the user, start and exit.
 */
#include <string.h>

#include "boot/main.h"
#include "boot/openfirmware/openfirmware.h"
#include "console/console.h"
#include "lib/bytes.h"

#define ARGUMENTS_LENGTH 2048
#define MSR_EE           0x8000u

/* How long the time base is measured when the device tree does not tell its frequency. */
#define CLOCK_MEASURE_MS 200
#define CLOCK_GIVE_UP    50000000u /* time base ticks; under 2 s on every Power Mac */
/* The bus clock over 4 of the slowest machine with a time base worth naming: a last resort. */
#define CLOCK_FALLBACK 10000000u

static of_cell console_out, console_in;
static uint32_t clock_frequency = CLOCK_FALLBACK;
static char arguments[ARGUMENTS_LENGTH];

/* --- Console ------------------------------------------------------------------------------ */

static void write_all(const char *text, size_t length)
{
    /* A device may take less than it was given; one that takes nothing three times is dead. */
    unsigned refusals = 0;
    while (length > 0 && refusals < 3) {
        int32_t done = of_write(console_out, text, length);
        if (done <= 0 || (uint32_t)done > length) {
            refusals++;
            continue;
        }
        text += done;
        length -= (size_t)done;
    }
}

void platform_write(const char *text, size_t length)
{
    if (!of_exists(console_out))
        return;
    size_t start = 0;
    for (size_t i = 0; i < length; i++)
        if (text[i] == '\n') {
            write_all(text + start, i - start);
            write_all("\r\n", 2);
            start = i + 1;
        }
    write_all(text + start, length - start);
}

int platform_read_key(void)
{
    uint8_t key;
    if (!of_exists(console_in) || of_read(console_in, &key, 1) != 1)
        return -1;
    return key;
}

/* --- Clock -------------------------------------------------------------------------------- */

static uint64_t time_base(void)
{
    uint32_t high, low, again;
    do { /* at most one repetition: the upper half changes once in many seconds */
        __asm__ volatile("mftbu %0\n\tmftb %1\n\tmftbu %2" : "=r"(high), "=r"(low), "=r"(again));
    } while (high != again);
    return (uint64_t)high << 32 | low;
}

uint64_t platform_microseconds(void)
{
    uint64_t ticks = time_base();
    return ticks / clock_frequency * 1000000 + ticks % clock_frequency * 1000000 / clock_frequency;
}

void platform_delay_us(uint32_t microseconds)
{
    uint64_t end = platform_microseconds() + microseconds + 1;
    while (platform_microseconds() < end)
        ;
}

/* The frequency of the first processor that tells it: any child of /cpus, or of the root. */
static uint32_t frequency_from_tree(void)
{
    of_cell cpus = of_find("/cpus");
    of_cell node = of_child(cpus != 0 ? cpus : of_peer(0));
    for (unsigned i = 0; node != 0 && i < 256; i++, node = of_peer(node)) {
        uint32_t frequency = of_property_number(node, "timebase-frequency", 0);
        if (frequency != 0)
            return frequency;
    }
    return 0;
}

static uint32_t frequency_by_measuring(void)
{
    of_cell first = of_milliseconds(), now = first;
    uint64_t give_up = time_base() + CLOCK_GIVE_UP;
    if (first == OF_NONE)
        return 0;
    while (now == first && time_base() < give_up) /* the start of a millisecond */
        now = of_milliseconds();
    uint64_t start = time_base();
    first = now;
    while (now - first < CLOCK_MEASURE_MS && time_base() < give_up)
        now = of_milliseconds();
    uint64_t ticks = time_base() - start;
    return now - first < CLOCK_MEASURE_MS ? 0 : (uint32_t)(ticks * 1000 / (now - first));
}

static void clock_initialise(void)
{
    uint32_t frequency = frequency_from_tree();
    if (frequency == 0) {
        frequency = frequency_by_measuring();
        print("clock: no timebase-frequency in the device tree; measured %u Hz\n",
              (unsigned)frequency);
    }
    if (frequency != 0)
        clock_frequency = frequency;
}

/* --- Words from the user ------------------------------------------------------------------ */

const char *platform_arguments(void)
{
    return arguments;
}

enum image_cpu platform_cpu(void)
{
    return IMAGE_CPU_POWERPC;
}

/* --- Start and exit ----------------------------------------------------------------------- */

void interrupts_off(void)
{
    uint32_t msr;
    __asm__ volatile("mfmsr %0" : "=r"(msr));
    __asm__ volatile("mtmsr %0\n\tisync" : : "r"(msr & ~MSR_EE) : "memory");
}

void platform_exit(void)
{
    memory_return_all();
    of_exit();
    /* A firmware that has no way back: there is nothing left to do but to stay. */
    print("The firmware does not take the machine back: restart it.\n");
    for (;;)
        ;
}

void platform_start(void)
{
    of_connect(entry_state.client);
    of_cell chosen = of_find("/chosen");
    console_out = of_property_number(chosen, "stdout", 0);
    console_in = of_property_number(chosen, "stdin", 0);
    of_property_text(chosen, "bootargs", arguments, sizeof arguments);
    clock_initialise();
    error_t error = memory_initialise();
    if (error != OK)
        error_show(error);
    else
        loader_main();
    platform_exit();
}

/* --- What only PCs have ------------------------------------------------------------------- */

size_t platform_modules(struct platform_module *modules, size_t maximum)
{
    (void)modules;
    (void)maximum;
    return 0;
}

bool platform_pc(struct pc_information *pc)
{
    memset(pc, 0, sizeof *pc);
    return false;
}

error_t platform_video_find(unsigned width, unsigned height, unsigned depth,
                            struct video_mode *mode)
{
    (void)width;
    (void)height;
    (void)depth;
    memset(mode, 0, sizeof *mode);
    return fail(ERROR_VIDEO_MODE, "Open Firmware has set the screen up already; leave video= out");
}

size_t platform_memory_map(struct memory_map_entry *entries, size_t maximum)
{
    static struct memory_region banks[MEMORY_MAP_MAXIMUM];
    size_t count =
        platform_memory_banks(banks, maximum < MEMORY_MAP_MAXIMUM ? maximum : MEMORY_MAP_MAXIMUM);

    for (size_t i = 0; i < count; i++)
        entries[i] = (struct memory_map_entry){banks[i].base, banks[i].length, MEMORY_USABLE};
    return count;
}
