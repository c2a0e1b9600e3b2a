/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file's headers may say anything: nothing of it ever lands where firmware is, outside of memory
 * or on what else is going to be there. Kernels of every format, with numbers in their headers that
 * somebody who wants to do harm would take, go through the whole flow. docs/security.md relies on
 * this test.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include "boot/host/host.h"
#include "boot/main.h"
#include "crowded_memory.h"
#include "flow_server.h"
#include "golden.h"
#include "image_builder.h"
#include "lib/bytes.h"
#include "lib/place.h"
#include "random.h"

#include <cmocka.h>

#define ROUNDS  200u
#define HEADERS 0x180u /* what is changed lies in the first bytes of a file */
#define CHANGES 4u
#define UNTOLD  0xA5 /* what firmware's memory is filled with */

static struct builder kernel, sound;
static uint32_t seed;
static unsigned launched, refused;

static uint32_t below(uint32_t limit)
{
    return random_next(&seed) % limit;
}

/* Addresses and lengths: edges of what is in memory, of numbers, and anything. */
static uint32_t evil(void)
{
    static const uint32_t edges[] = {
        0,          0x500,      LOW_PAGE,   0x9F000,    0xA0000,    0xF0000, MB,
        8 * MB,     9 * MB,     6 * MB,     10 * MB,    MEMORY - 1, MEMORY,  0x7FFFFFFF,
        0x80000000, 0xFEC00000, 0xFFFC0000, 0xFFFFF000, 0xFFFFFFFF,
    };
    uint32_t value = edges[below(sizeof edges / sizeof *edges)];

    switch (below(4)) {
    case 0:
        return value + below(0x2000) - 0x1000;
    case 1:
        return below(MEMORY);
    case 2:
        return below(4) != 0 ? below(MEMORY) & ~0xFFFu : random_next(&seed);
    default:
        return value;
    }
}

/* Keeps `first` bytes as they are: what a format is told by. */
static void damage(size_t first)
{
    size_t end = kernel.length < HEADERS ? kernel.length : HEADERS;

    kernel = sound;
    for (unsigned i = 1 + below(CHANGES); i != 0; i--) {
        size_t at = first + below((uint32_t)((end - first) / 4)) * 4;

        if (at + 4 <= kernel.length)
            builder_set32(&kernel, at, evil());
    }
}

static void fill_kept(const struct memory_region *kept, size_t count)
{
    for (size_t i = 0; i < count; i++)
        memset(host_memory(kept[i].base), UNTOLD, kept[i].length);
}

static void expect_untouched(const struct memory_region *kept, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const uint8_t *bytes = host_memory(kept[i].base);

        /* Each byte is the one before it. */
        if (bytes[0] != UNTOLD || memcmp(bytes, bytes + 1, kept[i].length - 1) != 0)
            fail_msg("%08x, %u bytes: written to", (unsigned)kept[i].base,
                     (unsigned)kept[i].length);
    }
}

static void expect_apart(const struct memory_region *kept, size_t count)
{
    const struct launch *launch = host_launched();

    for (size_t i = 0; i < launch->piece_count; i++) {
        const struct relocator_piece *piece = &launch->pieces[i];

        if (piece->size == 0)
            continue;
        if (!bytes_within(MEMORY, piece->destination, piece->size))
            fail_msg("%08x, %u bytes: no memory", piece->destination, piece->size);
        for (size_t k = 0; k < count; k++)
            assert_false(
                ranges_overlap(piece->destination, piece->size, kept[k].base, kept[k].length));
        for (size_t j = 0; j < i; j++)
            assert_false(ranges_overlap(piece->destination, piece->size,
                                        launch->pieces[j].destination, launch->pieces[j].size));
    }
}

static void boot(const char *words, const struct memory_region *kept, size_t count)
{
    error_t error;

    fill_kept(kept, count);
    error = loader_boot(words);
    if (error == OK) {
        assert_non_null(host_launched());
        expect_apart(kept, count);
        launched++;
    } else {
        if (error_code(error) == NULL || error_detail() == NULL)
            fail_msg("%d: a failure without words", (int)error);
        assert_null(host_launched());
        refused++;
    }
    assert_int_equal(host_claimed(), 0);
    expect_untouched(kept, count);
}

static void expect_launch(void)
{
    if (launched != 1)
        fail_msg("the kernel as it was: %s", error_detail());
}

/* Both have to come up, or the changes mean nothing to the format. */
static void expect_both(const char *format)
{
    print_message("%s: %u launched, %u refused\n", format, launched, refused);
    assert_true(launched >= ROUNDS / 100);
    assert_true(refused >= ROUNDS / 20);
}

/* --- PCs -------------------------------------------------------------------------------------- */

static void boot_on_pc(void)
{
    host_reset_sparse(MEMORY);
    host_set_cpu(IMAGE_CPU_X86_64);
    host_set_memory_map(pc_map, sizeof pc_map / sizeof *pc_map);
    host_set_pc(&intel_pc);
    host_add_module("kernel", kernel.bytes, kernel.length);
    host_add_module("disk", (const uint8_t *)"a disk", 6);
    boot("module=module:disk args=x", pc_kept, sizeof pc_kept / sizeof *pc_kept);
}

static void on_pc(const char *format, size_t first)
{
    seed = 1;
    launched = refused = 0;
    kernel = sound;
    boot_on_pc();
    expect_launch(); /* as it was */
    for (unsigned round = 0; round < ROUNDS; round++) {
        damage(first);
        boot_on_pc();
    }
    expect_both(format);
}

static void test_multiboot_addresses(void **state)
{
    (void)state;
    build_kludge(&sound);
    /* Only the addresses: with another magic number or sum it is no kernel. */
    sound.length = KLUDGE_LENGTH;
    seed = 1;
    launched = refused = 0;
    for (unsigned round = 0; round < ROUNDS; round++) {
        kernel = sound;
        for (unsigned i = 1 + below(2); i != 0; i--) {
            uint32_t field = below(5); /* before the value: the same on every machine */

            builder_set32(&kernel, KLUDGE_HEADER + 12 + 4 * field, evil());
        }
        /* All of it somewhere else, which makes sense. */
        if (below(2) != 0) {
            uint32_t where = evil();

            kernel = sound;
            for (unsigned i = 0; i < 5; i++) {
                size_t at = KLUDGE_HEADER + 12 + 4 * i;
                uint32_t value = get_le32(kernel.bytes + at);

                if (value != 0)
                    builder_set32(&kernel, at, value - KLUDGE_TEXT + where);
            }
        }
        boot_on_pc();
    }
    expect_both("multiboot, addresses");
}

static void test_elf(void **state)
{
    (void)state;
    build_elf_kernel(&sound, false);
    on_pc("multiboot, ELF", 24);
    build_elf_kernel(&sound, true);
    on_pc("multiboot, ELF of 64 bits", 24);
}

static void test_darwin_on_pc(void **state)
{
    struct macho_x86_sample sample;

    (void)state;
    build_macho_x86(&sound, false, &sample);
    on_pc("Mach-O, i386", 16);
    build_macho_x86(&sound, true, &sample);
    on_pc("Mach-O, x86_64", 16);
}

static void test_linux(void **state)
{
    (void)state;
    build_bzimage(&sound);
    /* pref_address, init_size and alignment of the sample fit no machine so small. */
    builder_set64(&sound, 0x258, 4 * MB);
    builder_set32(&sound, 0x260, 2 * MB);
    seed = 1;
    launched = refused = 0;
    kernel = sound;
    boot_on_pc();
    expect_launch();
    for (unsigned round = 0; round < ROUNDS; round++) {
        static const uint16_t fields[] = {0x1F4, 0x214, 0x22C, 0x230, 0x238, 0x258, 0x25C, 0x260};

        kernel = sound;
        for (unsigned i = 1 + below(3); i != 0; i--) {
            uint32_t field = fields[below(sizeof fields / sizeof *fields)];

            builder_set32(&kernel, field, evil());
        }
        boot_on_pc();
    }
    expect_both("Linux");
}

/* --- Power Macs ------------------------------------------------------------------------------- */

static void boot_on_mac(void)
{
    host_reset_sparse(MEMORY);
    host_clock_step_us(200);
    host_set_memory_banks(mac_banks, sizeof mac_banks / sizeof *mac_banks);
    flow_server_start();
    host_set_tree(golden, GOLDEN_LENGTH);
    flow_serve("mach_kernel", kernel.bytes, kernel.length);
    boot("args=-v config=none", mac_kept, sizeof mac_kept / sizeof *mac_kept);
}

static void test_darwin_on_mac(void **state)
{
    struct macho_sample sample;

    (void)state;
    build_macho(&sound, &sample);
    seed = 1;
    launched = refused = 0;
    kernel = sound;
    boot_on_mac();
    expect_launch();
    for (unsigned round = 0; round < ROUNDS / 2; round++) {
        damage(16);
        boot_on_mac();
    }
    expect_both("Mach-O, PowerPC");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_multiboot_addresses), cmocka_unit_test(test_elf),
        cmocka_unit_test(test_darwin_on_pc),        cmocka_unit_test(test_linux),
        cmocka_unit_test(test_darwin_on_mac),
    };

    return cmocka_run_group_tests(tests, golden_read, NULL);
}
