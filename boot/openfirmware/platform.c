/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Console, clock, words from the user, start and exit.
 */
#include <stdio.h>
#include <string.h>

#include "boot/main.h"
#include "boot/openfirmware/move.h"
#include "boot/openfirmware/openfirmware.h"
#include "boot/stack.h"
#include "console/console.h"
#include "lib/bytes.h"
#include "lib/text.h"

#define ARGUMENTS_LENGTH 2048
#define MSR_EE           0x8000u

/* How long the time base is measured when the device tree does not tell its frequency. */
#define CLOCK_MEASURE_MS 200
#define CLOCK_GIVE_UP    50000000u /* time base ticks; under 2 s on every Power Mac */
/* The bus clock over 4 of the slowest machine with a time base worth naming: a last resort. */
#define CLOCK_FALLBACK 10000000u

static of_cell console_out, console_in;
static uint32_t clock_scale = TICKS_SCALE(CLOCK_FALLBACK);
static char arguments[ARGUMENTS_LENGTH];
static char boot_path[ARGUMENTS_LENGTH];

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
    return ticks_to_us(time_base(), clock_scale);
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

void clock_set_frequency(uint32_t hertz)
{
    if (hertz != 0)
        clock_scale = ticks_scale(hertz);
}

static void clock_initialise(void)
{
    uint32_t frequency = frequency_from_tree();
    if (frequency == 0) {
        frequency = frequency_by_measuring();
        print("clock: no timebase-frequency in the device tree; measured %u Hz\n",
              (unsigned)frequency);
    }
    clock_set_frequency(frequency);
}

/* --- Words from the user ------------------------------------------------------------------ */

const char *platform_arguments(void)
{
    return arguments;
}

const char *platform_boot_path(void)
{
    return boot_path;
}

/* What Open Firmware was told is in /chosen, but the card may be another one. */
bool platform_cached_lease(struct platform_lease *lease)
{
    (void)lease;
    return false;
}

/* A Power Mac goes back to its firmware only when it is told to. */
bool platform_wants_prompt(bool last_chance)
{
    (void)last_chance;
    return false;
}

unsigned platform_patience(void)
{
    return 0;
}

/*
 * /chosen bootpath may begin with an alias or leave unit addresses out: the node's own path takes
 * the place of what stands in front of the ':'.
 */
static void read_boot_path(of_cell chosen)
{
    static char text[ARGUMENTS_LENGTH]; /* too large for a small stack */
    char device[OF_PATH_LENGTH];
    size_t length;
    of_cell node;

    /* Started by a Sawboot, not by firmware: the path names this very program. */
    of_cell firmware = of_property_number(chosen, "sawboot,firmware-entry", 0);
    if (firmware != 0 && firmware != entry_state.client)
        return;
    if (!of_property_text(chosen, "bootpath", text, sizeof text))
        return;
    length = strcspn(text, ":");
    if (length >= sizeof device)
        return;
    memcpy(device, text, length);
    device[length] = '\0';
    node = of_find(device);
    if (of_exists(node) && of_path(node, device, sizeof device))
        snprintf(boot_path, sizeof boot_path, "%s%s", device, text + length);
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

void platform_stop(void)
{
    print("Restart the machine.\n");
    for (;;)
        ;
}

void platform_exit(void)
{
    memory_return_all();
    of_exit();
    /* A firmware that has no way back: there is nothing left to do but to stay. */
    print("The firmware does not take the machine back.\n");
    platform_stop();
}

/* The options are not parsed yet, and errors in them are for later. */
static bool wants_verbose(const char *words)
{
    size_t length;

    for (;; words += length) {
        words += strspn(words, " ");
        length = text_word_length(words);
        if (length == 0 || strncmp(words, "args=", 5) == 0)
            return false;
        if (length == 7 && strncmp(words, "verbose", 7) == 0)
            return true;
    }
}

static void tell_place(void)
{
    print_verbose("memory: the loader is at %08x-%08x", (unsigned)(uintptr_t)image_start,
                  (unsigned)(uintptr_t)image_end - 1);
    if (image_origin.length != 0)
        print_verbose(", moved from %08x\n", (unsigned)image_origin.base);
    else
        print_verbose(": no room above\n");
}

void platform_start(void)
{
    stack_begin(stack_end, time_base());
    of_connect(entry_state.client);
    error_t error = memory_initialise();
    if (error == OK) {
        move_to_top();
        error = memory_make_heap();
    }

    of_cell chosen = of_find("/chosen");
    console_out = of_property_number(chosen, "stdout", 0);
    console_in = of_property_number(chosen, "stdin", 0);
    of_property_text(chosen, "bootargs", arguments, sizeof arguments);
    read_boot_path(chosen);
    clock_initialise();
    console_verbose = wants_verbose(arguments);
    tell_place();
    if (error != OK)
        error_show(error);
    else
        loader_main();
    platform_exit();
}

/* --- Names -------------------------------------------------------------------------------- */

void platform_network_identity(struct network_identity *identity)
{
    memset(identity, 0, sizeof *identity);
    identity->vendor_class = "Sawboot";
    identity->architecture = "ppc";
    of_property_text(of_find("/"), "model", identity->model, sizeof identity->model);
}

const struct dhcp_extension *platform_dhcp_extension(void)
{
    return NULL;
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
