/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "lib/bytes.h"
#include "loader/image.h"
#include "tests/fuzz/fuzz.h"

/* Machines have more, but nothing that fits an input needs it. */
#define MEMORY_LARGEST (64u << 10)
#define ADDRESS_END    0x100000000ull

static void *allocate(struct image_memory *memory, size_t length)
{
    (void)memory;
    return length <= MEMORY_LARGEST ? malloc(length) : NULL;
}

/* Whoever gives back a wrong address or length is found out here. */
static void release(struct image_memory *memory, void *bytes, size_t length)
{
    (void)memory;
    if (length != 0) {
        ((volatile uint8_t *)bytes)[0] = 0xee;
        ((volatile uint8_t *)bytes)[length - 1] = 0xee;
    }
    free(bytes);
}

static void check_pieces(const struct image_bytes *image, const struct image_plan *plan)
{
    bool entry_is_code = false;
    uint64_t end = 0;

    FUZZ_CHECK(plan->piece_count >= 1 && plan->piece_count <= IMAGE_PIECES_MAXIMUM);
    for (size_t i = 0; i < plan->piece_count; i++) {
        const struct image_piece *piece = &plan->pieces[i];

        FUZZ_CHECK(bytes_within(image->length, piece->file_offset, piece->file_size));
        FUZZ_CHECK(piece->file_size <= piece->memory_size);
        FUZZ_CHECK(piece->memory_size != 0 && piece->memory_size < ADDRESS_END);
        FUZZ_CHECK(piece->address >= end && piece->address < ADDRESS_END);
        end = piece->address + piece->memory_size;
        FUZZ_CHECK(end <= ADDRESS_END);
        FUZZ_CHECK(memchr(piece->name, '\0', sizeof piece->name) != NULL);
        for (const char *c = piece->name; *c != '\0'; c++)
            FUZZ_CHECK(*c >= ' ' && *c <= '~');
        entry_is_code |= plan->entry >= piece->address &&
                         bytes_within(piece->file_size, plan->entry - piece->address, 4);
    }
    FUZZ_CHECK(entry_is_code);
    FUZZ_CHECK(image_plan_start(plan) == plan->pieces[0].address);
    FUZZ_CHECK(image_plan_end(plan) == end);
}

static void check_macho(const struct image_bytes *image, const struct image_plan *plan)
{
    FUZZ_CHECK(plan->macho.header_size <= image->length);
    if (!plan->macho.has_symbols)
        return;
    FUZZ_CHECK(plan->macho.symbol_count != 0);
    FUZZ_CHECK(bytes_within(image->length, plan->macho.symbol_offset,
                            (uint64_t)plan->macho.symbol_count *
                                (plan->cpu == IMAGE_CPU_X86_64 ? 16 : 12)));
    FUZZ_CHECK(bytes_within(image->length, plan->macho.string_offset, plan->macho.string_size));
}

static void check_multiboot(const struct image_bytes *image, const struct image_plan *plan)
{
    FUZZ_CHECK(
        bytes_within(image->length, plan->multiboot.section_offset,
                     (uint64_t)plan->multiboot.section_count * plan->multiboot.section_size));
    FUZZ_CHECK(plan->multiboot.section_count == 0 ||
               plan->multiboot.section_names < plan->multiboot.section_count);
}

static void check_linux(const struct image_bytes *image, const struct image_plan *plan)
{
    FUZZ_CHECK(plan->piece_count == 1);
    FUZZ_CHECK(plan->linux_x86.setup_size < image->length);
    FUZZ_CHECK((plan->linux_x86.alignment & (plan->linux_x86.alignment - 1)) == 0);
    FUZZ_CHECK(plan->linux_x86.alignment == 0 ||
               plan->pieces[0].address % plan->linux_x86.alignment == 0);
    FUZZ_CHECK(plan->linux_x86.init_size == plan->pieces[0].memory_size);
}

static void check_plan(enum image_cpu cpu, const struct image_bytes *image,
                       const struct image_plan *plan)
{
    FUZZ_CHECK(plan->format != NULL);
    FUZZ_CHECK(image_cpu_runs(cpu, plan->cpu));
    check_pieces(image, plan);
    switch (plan->handover) {
    case HANDOVER_XNU_POWERPC:
        FUZZ_CHECK(plan->cpu == IMAGE_CPU_POWERPC && plan->entry % 4 == 0);
        check_macho(image, plan);
        break;
    case HANDOVER_OPENFIRMWARE_CLIENT:
        FUZZ_CHECK(plan->cpu == IMAGE_CPU_POWERPC && plan->entry % 4 == 0);
        break;
    case HANDOVER_XNU_X86:
        check_macho(image, plan);
        break;
    case HANDOVER_MULTIBOOT:
        check_multiboot(image, plan);
        break;
    case HANDOVER_LINUX_X86:
        check_linux(image, plan);
        break;
    default:
        FUZZ_CHECK(!"a known hand-over");
    }
}

static void open_on(const uint8_t *bytes, size_t length, enum image_cpu cpu)
{
    static struct image_plan plan;
    struct image_memory memory = {allocate, release};
    struct image_bytes image;

    error_clear();
    if (fuzz_succeeded(image_open(bytes, length, cpu, &memory, &image, &plan))) {
        FUZZ_CHECK(image.owned || fuzz_inside(bytes, length, image.bytes, image.length));
        check_plan(cpu, &image, &plan);
        if (image.owned)
            release(&memory, (void *)(uintptr_t)image.bytes, image.length);
    } else {
        FUZZ_CHECK(image.bytes == NULL && !image.owned);
    }
}

/* gzip and 'comp' (loader/container). */
static bool is_packed(const uint8_t *bytes, size_t length)
{
    return length >= 4 && (get_be32(bytes) >> 8 == 0x1f8b08 || get_be32(bytes) == 0x636f6d70);
}

int fuzz_image(const uint8_t *bytes, size_t length)
{
    if (is_packed(bytes, length))
        return -1;
    fuzz_begin(bytes, length);
    open_on(bytes, length, IMAGE_CPU_POWERPC);
    open_on(bytes, length, IMAGE_CPU_I386);
    open_on(bytes, length, IMAGE_CPU_X86_64);
    fuzz_end();
    return 0;
}

int fuzz_packed_image(const uint8_t *bytes, size_t length)
{
    static const enum image_cpu cpus[] = {IMAGE_CPU_POWERPC, IMAGE_CPU_I386, IMAGE_CPU_X86_64};

    fuzz_begin(bytes, length);
    open_on(bytes, length, cpus[length % 3]);
    fuzz_end();
    return 0;
}

void fuzz_repair_multiboot(uint8_t *bytes, size_t length)
{
    for (size_t at = 0; at + 12 <= length && at < 8192; at += 4)
        if (get_le32(bytes + at) == 0x1BADB002) {
            put_le32(bytes + at + 8, 0u - 0x1BADB002u - get_le32(bytes + at + 4));
            return;
        }
}
