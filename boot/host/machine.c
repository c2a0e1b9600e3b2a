/* SPDX-License-Identifier: BSD-2-Clause */
/* The simulated machine: RAM and claims, clock, console, words, launch. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/host/host.h"
#include "boot/host/internal.h"
#include "lib/bytes.h"

#define PAGE             4096u
#define LOW_RESERVED     0x4000u
#define HIGH_RESERVED    0x100000u
#define DEFAULT_CLOCK_US 10
#define KEYS_LENGTH      256
#define BANKS_MAXIMUM    64
/* Far more than any bounded wait looks for a key: a test that waits for one would never end. */
#define IDLE_READS_MAXIMUM 50000000u

static uint8_t *ram;
static size_t ram_size;
static uint8_t *page_taken; /* one byte a page */
static size_t claimed, claim_limit;
static uint64_t clock_us;
static uint32_t clock_step;
static char *console;
static size_t console_length, console_room;
static char keys[KEYS_LENGTH];
static size_t keys_at;
static char lines[4096]; /* for the prompts to come */
static size_t typed_at;  /* the console's length when the last of them was typed */
static unsigned idle_reads;
static char arguments[4096];
static char boot_path[4096];
static struct platform_lease cached_lease;
static bool prompt_key, prompt_key_late;
static unsigned patience;
static bool echo;
static struct launch launched;
static bool has_launched;
static host_launch_observer launch_observer;
static void *launch_context;
static struct memory_region banks[BANKS_MAXIMUM];
static size_t bank_count;

static void reset(size_t memory, bool sparse)
{
    free(ram);
    free(page_taken);
    free(console);
    ram_size = memory / PAGE * PAGE;
    if (sparse)
        ram = calloc(ram_size, 1); /* large ones come from the system, untouched */
    else
        ram = aligned_alloc(1 << 20, (ram_size + (1 << 20) - 1) >> 20 << 20);
    page_taken = calloc(ram_size / PAGE, 1);
    if (ram == NULL || page_taken == NULL)
        abort();
    if (!sparse)
        memset(ram, 0xA5, ram_size);
    memset(page_taken, 1, LOW_RESERVED / PAGE);
    memset(page_taken + (ram_size - HIGH_RESERVED) / PAGE, 1, HIGH_RESERVED / PAGE);
    claimed = 0;
    claim_limit = SIZE_MAX;
    clock_us = 1000000;
    clock_step = DEFAULT_CLOCK_US;
    console = NULL;
    console_length = console_room = 0;
    keys[0] = '\0';
    keys_at = 0;
    lines[0] = '\0';
    typed_at = 0;
    idle_reads = 0;
    arguments[0] = '\0';
    boot_path[0] = '\0';
    prompt_key = prompt_key_late = false;
    patience = 0;
    host_set_lease(NULL);
    has_launched = false;
    launch_observer = NULL;
    bank_count = 0;
    host_cards_reset();
    host_tree_reset();
    host_pc_reset();
}

void host_reset(size_t memory)
{
    reset(memory, false);
}

void host_reset_sparse(size_t memory)
{
    reset(memory, true);
}

void host_set_memory_banks(const struct memory_region *given, size_t count)
{
    uint64_t end = 0;

    if (count > BANKS_MAXIMUM)
        abort();
    memcpy(banks, given, count * sizeof *banks);
    bank_count = count;
    for (size_t i = 0; i <= count && end < ram_size; i++) {
        uint64_t hole_end = i < count && banks[i].base < ram_size ? banks[i].base : ram_size;

        if (hole_end > end)
            memset(page_taken + end / PAGE, 1, (hole_end - end) / PAGE);
        end = i < count ? banks[i].base + banks[i].length : ram_size;
    }
}

void host_observe_launch(host_launch_observer observer, void *context)
{
    launch_observer = observer;
    launch_context = context;
}

uint8_t *host_memory(physical_address address)
{
    return address < ram_size ? ram + address : NULL;
}

size_t host_memory_size(void)
{
    return ram_size;
}

size_t host_claimed(void)
{
    return claimed;
}

void host_limit_claims(size_t bytes)
{
    claim_limit = bytes;
}

void host_clock_advance_us(uint64_t microseconds)
{
    clock_us += microseconds;
}

void host_clock_step_us(uint32_t step)
{
    clock_step = step;
}

const char *host_console(void)
{
    return console != NULL ? console : "";
}

void host_type(const char *more)
{
    size_t left = strlen(keys + keys_at);

    memmove(keys, keys + keys_at, left);
    keys_at = 0;
    snprintf(keys + left, sizeof keys - left, "%s", more);
}

void host_type_at_prompts(const char *more)
{
    size_t length = strlen(lines);

    snprintf(lines + length, sizeof lines - length, "%s", more);
}

/* The next line, if a prompt is the last thing on the console. */
static void type_at_prompt(void)
{
    static const char prompt[] = "\nsawboot> ";
    size_t length = sizeof prompt - 1, end = strcspn(lines, "\r");
    char line[sizeof keys];

    /* One line for one prompt, an empty one too. */
    if (lines[0] == '\0' || console_length < length || console_length == typed_at ||
        strcmp(console + console_length - length, prompt) != 0)
        return;
    if (lines[end] == '\r')
        end++;
    while (lines[end] != '\0' && lines[end] != '\r' && lines[end] < ' ')
        end++;
    snprintf(line, sizeof line, "%.*s", (int)end, lines);
    memmove(lines, lines + end, strlen(lines + end) + 1);
    host_type(line);
    typed_at = console_length;
}

void host_set_arguments(const char *words)
{
    snprintf(arguments, sizeof arguments, "%s", words);
}

void host_press_prompt_key(void)
{
    prompt_key = true;
}

void host_press_prompt_key_late(void)
{
    prompt_key_late = true;
}

void host_set_patience(unsigned seconds)
{
    patience = seconds;
}

void host_set_boot_path(const char *path)
{
    snprintf(boot_path, sizeof boot_path, "%s", path);
}

void host_set_lease(const struct platform_lease *lease)
{
    cached_lease = lease != NULL ? *lease : (struct platform_lease){NULL, 0, NULL, 0};
}

void host_echo(bool on)
{
    echo = on;
}

const struct launch *host_launched(void)
{
    return has_launched ? &launched : NULL;
}

void platform_write(const char *text, size_t length)
{
    if (echo)
        fwrite(text, 1, length, stdout);
    if (console_length + length + 1 > console_room) {
        console_room = (console_length + length + 1) * 2;
        console = realloc(console, console_room);
        if (console == NULL)
            abort();
    }
    memcpy(console + console_length, text, length);
    console_length += length;
    console[console_length] = '\0';
}

int platform_read_key(void)
{
    if (keys[keys_at] == '\0')
        type_at_prompt();
    if (keys[keys_at] != '\0') {
        idle_reads = 0;
        return (unsigned char)keys[keys_at++];
    }
    if (++idle_reads > IDLE_READS_MAXIMUM) {
        fprintf(stderr, "the loader waits for a key that nobody will press:\n%s\n", host_console());
        exit(4);
    }
    return -1;
}

uint64_t platform_microseconds(void)
{
    clock_us += clock_step;
    return clock_us;
}

void platform_delay_us(uint32_t microseconds)
{
    clock_us += microseconds;
}

size_t platform_memory_banks(struct memory_region *out, size_t maximum)
{
    size_t count = bank_count < maximum ? bank_count : maximum;

    if (bank_count == 0 && maximum != 0) {
        out[0] = (struct memory_region){0, ram_size};
        return 1;
    }
    memcpy(out, banks, count * sizeof *out);
    return count;
}

static bool pages_free(size_t first, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (page_taken[first + i])
            return false;
    return true;
}

void *platform_claim(size_t length, size_t alignment)
{
    size_t pages = (length + PAGE - 1) / PAGE;
    size_t step = alignment > PAGE ? alignment / PAGE : 1;

    if (pages == 0 || pages > ram_size / PAGE)
        return NULL;
    if (claim_limit != SIZE_MAX && claimed + pages * PAGE > claim_limit)
        return NULL;
    for (size_t first = (ram_size / PAGE - pages) / step * step;; first -= step) {
        if (pages_free(first, pages)) {
            memset(page_taken + first, 1, pages);
            claimed += pages * PAGE;
            return ram + first * PAGE;
        }
        if (first < step)
            return NULL;
    }
}

bool platform_claim_at(physical_address base, size_t length)
{
    size_t first = (size_t)(base / PAGE);
    size_t pages = (size_t)((base + length + PAGE - 1) / PAGE) - first;

    if (base + length > ram_size || !pages_free(first, pages))
        return false;
    memset(page_taken + first, 1, pages);
    claimed += pages * PAGE;
    return true;
}

void platform_release(void *memory, size_t length)
{
    size_t first = (size_t)((uint8_t *)memory - ram) / PAGE;
    size_t pages = (length + PAGE - 1) / PAGE;

    for (size_t i = 0; i < pages; i++) {
        if (!page_taken[first + i])
            abort(); /* given back twice */
        page_taken[first + i] = 0;
    }
    claimed -= pages * PAGE;
}

void *platform_claim_heap(size_t length)
{
    return platform_claim(length, PAGE);
}

void platform_release_heap(void *memory, size_t length)
{
    platform_release(memory, length);
}

size_t platform_largest_free(void)
{
    size_t best = 0, run = 0;

    for (size_t i = 0; i < ram_size / PAGE; i++) {
        run = page_taken[i] ? 0 : run + 1;
        if (run > best)
            best = run;
    }
    best *= PAGE;
    if (claim_limit != SIZE_MAX && best > claim_limit - claimed)
        best = (claim_limit - claimed) / PAGE * PAGE;
    return best;
}

size_t platform_memory_claims(struct memory_region *claims, size_t maximum)
{
    size_t count = 0, end = (ram_size - HIGH_RESERVED) / PAGE;

    for (size_t first = LOW_RESERVED / PAGE, next; first < end && count < maximum; first = next) {
        for (next = first; next < end && page_taken[next] == page_taken[first];)
            next++;
        if (page_taken[first])
            claims[count++] = (struct memory_region){first * PAGE, (next - first) * PAGE};
    }
    return count;
}

physical_address platform_physical(const void *memory)
{
    return (physical_address)((const uint8_t *)memory - ram);
}

void *platform_virtual(physical_address physical)
{
    return ram + physical;
}

const char *platform_arguments(void)
{
    return arguments;
}

const char *platform_boot_path(void)
{
    return boot_path;
}

bool platform_wants_prompt(bool last_chance)
{
    bool wants = prompt_key || (last_chance && prompt_key_late);

    if (wants)
        prompt_key = prompt_key_late = false;
    return wants;
}

unsigned platform_patience(void)
{
    return patience;
}

bool platform_cached_lease(struct platform_lease *lease)
{
    *lease = cached_lease;
    return cached_lease.ack_length != 0;
}

/* Carries the launch out inside the simulated RAM, with the real relocator. */
error_t platform_launch(const struct launch *launch)
{
    enum { SCRATCH = 0x10000, STEPS = 1024 };
    static struct relocator_step steps[STEPS];
    size_t count;
    void *scratch = NULL;
    error_t error;

    /* A place that no piece comes from or goes to; claims that collide are kept until it is found.
     */
    for (size_t first = ram_size / PAGE; first-- > LOW_RESERVED / PAGE;) {
        if (relocator_is_clear(launch->pieces, launch->piece_count, (uint64_t)first * PAGE,
                               SCRATCH) &&
            (first * PAGE + SCRATCH <= ram_size)) {
            scratch = ram + first * PAGE;
            break;
        }
    }
    if (scratch == NULL)
        return fail(ERROR_LAUNCH_STUB, "%u bytes of scratch", (unsigned)SCRATCH);
    error = relocator_plan(launch->pieces, launch->piece_count,
                           (uint32_t)platform_physical(scratch), SCRATCH, steps, STEPS, &count);
    if (error != OK)
        return error;
    for (size_t i = 0; i < count; i++) {
        if (!bytes_within(ram_size, steps[i].to, steps[i].length) ||
            (!steps[i].zero && !bytes_within(ram_size, steps[i].from, steps[i].length)))
            return fail(ERROR_MEMORY_RANGE, "step to %08x, %u bytes", steps[i].to, steps[i].length);
    }
    if (launch_is_dry_run(launch))
        return OK;
    for (size_t i = 0; i < count; i++) {
        if (steps[i].zero)
            memset(ram + steps[i].to, 0, steps[i].length);
        else
            memmove(ram + steps[i].to, ram + steps[i].from, steps[i].length);
    }
    launched = *launch;
    has_launched = true;
    if (launch_observer != NULL)
        launch_observer(launch_context, launch);
    return OK;
}

void platform_stop(void)
{
    exit(5);
}

void platform_exit(void)
{
    exit(3);
}
