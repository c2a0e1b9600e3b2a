/* SPDX-License-Identifier: BSD-2-Clause */
#include "loader/image.h"

#include <string.h>

#include "lib/bytes.h"
#include "loader/refuse.h"

#define IMAGE_DEPTH_MAXIMUM 4
/* Pieces are moved by 32-bit addresses, and no kernel or program that we start wants others. */
#define IMAGE_ADDRESS_END 0x100000000ull

typedef unsigned long long ull;

bool image_cpu_runs(enum image_cpu machine, enum image_cpu kernel)
{
    return machine == kernel || (machine == IMAGE_CPU_X86_64 && kernel == IMAGE_CPU_I386);
}

const char *image_cpu_name(enum image_cpu cpu)
{
    static const char *const names[] = {
        [IMAGE_CPU_POWERPC] = "PowerPC", [IMAGE_CPU_I386] = "i386", [IMAGE_CPU_X86_64] = "x86_64"};

    return names[cpu];
}

uint32_t image_mach_cpu_type(enum image_cpu cpu)
{
    static const uint32_t types[] = {
        [IMAGE_CPU_POWERPC] = 18, [IMAGE_CPU_I386] = 7, [IMAGE_CPU_X86_64] = 0x01000007};

    return types[cpu];
}

error_t image_check_cpu(const char *format, enum image_cpu machine, enum image_cpu kernel)
{
    if (image_cpu_runs(machine, kernel))
        return OK;
    if (machine == IMAGE_CPU_I386 && kernel == IMAGE_CPU_X86_64)
        return fail(ERROR_IMAGE_CPU,
                    "%s for x86_64, but this processor has no 64-bit mode (or arch=i386 was given)",
                    format);
    return fail(ERROR_IMAGE_CPU, "%s for %s, but this machine runs %s", format,
                image_cpu_name(kernel), image_cpu_name(machine));
}

uint64_t image_plan_start(const struct image_plan *plan)
{
    return plan->piece_count == 0 ? 0 : plan->pieces[0].address;
}

uint64_t image_plan_end(const struct image_plan *plan)
{
    const struct image_piece *last;

    if (plan->piece_count == 0)
        return 0;
    /* Ascending and without overlap, so the last one ends last. */
    last = &plan->pieces[plan->piece_count - 1];
    return last->address + last->memory_size;
}

/* Names come from the file and go to the console: only plain characters pass. */
static void make_printable(char name[IMAGE_PIECE_NAME])
{
    name[IMAGE_PIECE_NAME - 1] = '\0';
    for (char *c = name; *c != '\0'; c++)
        if (*c < ' ' || *c > '~')
            *c = '?';
}

error_t image_plan_add(struct image_plan *plan, size_t length, const struct image_piece *piece)
{
    struct image_piece added = *piece;

    make_printable(added.name);
    if (added.file_size > added.memory_size)
        return fail(ERROR_IMAGE_HEADER,
                    "%s %s: its size in the file (0x%llx) is larger than in memory (0x%llx)",
                    plan->format, added.name, (ull)added.file_size, (ull)added.memory_size);
    if (added.memory_size == 0)
        return OK;
    if (added.file_size == 0)
        added.file_offset = 0; /* means nothing; some linkers leave an offset beyond the file */
    if (!bytes_within(length, added.file_offset, added.file_size))
        return fail(ERROR_IMAGE_TRUNCATED,
                    "%s %s: file offset 0x%llx, size 0x%llx: the file has 0x%llx bytes",
                    plan->format, added.name, (ull)added.file_offset, (ull)added.file_size,
                    (ull)length);
    if (added.memory_size >= IMAGE_ADDRESS_END ||
        added.address > IMAGE_ADDRESS_END - added.memory_size)
        return fail(ERROR_IMAGE_HEADER, "%s %s: address 0x%llx, size 0x%llx: ends above 4 GB",
                    plan->format, added.name, (ull)added.address, (ull)added.memory_size);
    if (plan->piece_count == IMAGE_PIECES_MAXIMUM)
        return fail(ERROR_IMAGE_PIECES, "%s: more than %d", plan->format, IMAGE_PIECES_MAXIMUM);
    plan->pieces[plan->piece_count++] = added;
    return OK;
}

static void sort_pieces(struct image_plan *plan)
{
    for (size_t i = 1; i < plan->piece_count; i++) {
        struct image_piece moving = plan->pieces[i];
        size_t to = i;

        for (; to > 0 && plan->pieces[to - 1].address > moving.address; to--)
            plan->pieces[to] = plan->pieces[to - 1];
        plan->pieces[to] = moving;
    }
}

/* The first instruction must come from the file: zeros are no program. */
static bool entry_is_in_file_bytes(const struct image_plan *plan)
{
    for (size_t i = 0; i < plan->piece_count; i++) {
        const struct image_piece *piece = &plan->pieces[i];

        if (plan->entry >= piece->address &&
            bytes_within(piece->file_size, plan->entry - piece->address, 4))
            return true;
    }
    return false;
}

error_t image_plan_finish(struct image_plan *plan)
{
    if (plan->piece_count == 0)
        return fail(ERROR_IMAGE_HEADER, "%s: nothing in it is to be loaded", plan->format);
    sort_pieces(plan);
    for (size_t i = 1; i < plan->piece_count; i++) {
        const struct image_piece *a = &plan->pieces[i - 1], *b = &plan->pieces[i];

        if (ranges_overlap(a->address, a->memory_size, b->address, b->memory_size))
            return fail(ERROR_IMAGE_OVERLAP, "%s: %s (0x%llx, size 0x%llx) and %s (0x%llx)",
                        plan->format, a->name, (ull)a->address, (ull)a->memory_size, b->name,
                        (ull)b->address);
    }
    if (!entry_is_in_file_bytes(plan))
        return fail(ERROR_IMAGE_HEADER, "%s: the entry point 0x%llx lies in no loaded part",
                    plan->format, (ull)plan->entry);
    if (plan->cpu == IMAGE_CPU_POWERPC && plan->entry % 4 != 0)
        return fail(ERROR_IMAGE_HEADER, "%s: the entry point 0x%llx is no multiple of 4",
                    plan->format, (ull)plan->entry);
    return OK;
}

static void release(struct image_memory *memory, const struct image_bytes *bytes)
{
    if (bytes->owned)
        memory->release(memory, (void *)(uintptr_t)bytes->bytes, bytes->length);
}

/*
 * Goes from `outer` to the image inside of it and lets go of what is no longer needed. A slice of a
 * buffer of our own is copied, as a holder can give back only whole buffers.
 */
static error_t step_inside(const struct image_container *container, enum image_cpu cpu,
                           struct image_memory *memory, struct image_bytes *held)
{
    struct image_bytes inner = {0};
    error_t error = container->unwrap(held->bytes, held->length, cpu, memory, &inner);

    if (error != OK)
        return error;
    if (held->owned && !inner.owned) {
        uint8_t *copy = memory->allocate(memory, inner.length);

        if (copy == NULL)
            return fail(ERROR_MEMORY_CLAIM, "%s: %llu bytes for what is inside", container->name,
                        (ull)inner.length);
        memcpy(copy, inner.bytes, inner.length);
        inner = (struct image_bytes){.bytes = copy, .length = inner.length, .owned = true};
    }
    release(memory, held);
    *held = inner;
    return OK;
}

static const struct image_container *find_container(const struct image_bytes *bytes)
{
    TABLE_FOREACH (image_containers, container)
        if ((*container)->recognise(bytes->bytes, bytes->length))
            return *container;
    return NULL;
}

static const struct image_format *find_format(const struct image_bytes *bytes)
{
    TABLE_FOREACH (image_formats, format)
        if ((*format)->recognise(bytes->bytes, bytes->length))
            return *format;
    return NULL;
}

static error_t unwrap_all(enum image_cpu cpu, struct image_memory *memory, struct image_bytes *held)
{
    const struct image_container *container;

    for (int depth = 0; (container = find_container(held)) != NULL; depth++) {
        error_t error;

        if (depth == IMAGE_DEPTH_MAXIMUM)
            return fail(ERROR_IMAGE_KIND, "%s: wrapped more than %d deep", container->name,
                        IMAGE_DEPTH_MAXIMUM);
        error = step_inside(container, cpu, memory, held);
        if (error != OK)
            return error;
    }
    return OK;
}

error_t image_open(const uint8_t *bytes, size_t length, enum image_cpu cpu,
                   struct image_memory *memory, struct image_bytes *image, struct image_plan *plan)
{
    struct image_bytes held = {.bytes = bytes, .length = length};
    error_t error = unwrap_all(cpu, memory, &held);

    memset(plan, 0, sizeof *plan);
    if (error == OK) {
        const struct image_format *format = find_format(&held);

        error = format != NULL ? format->plan(held.bytes, held.length, cpu, plan)
                               : image_refuse(held.bytes, held.length);
    }
    if (error != OK) {
        release(memory, &held);
        held = (struct image_bytes){0};
    }
    *image = held;
    return error;
}
