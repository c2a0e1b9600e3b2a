/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The whole flow on a simulated PC without any network card: all files came with the loader. What
 * the kernels are told in detail is for the tests of their hand-overs.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include "boot/host/host.h"
#include "boot/main.h"
#include "darwin/devtree.h"
#include "image_builder.h"
#include "lib/adler32.h"
#include "lib/bytes.h"
#include "packed.h"

#include <cmocka.h>

#define MEMORY       (64u << 20)
#define KERNEL       0x200000u
#define KERNEL_BYTES 0x800u

static struct builder kernel;

static void build_multiboot(void)
{
    const uint32_t flags = 0x00010000; /* addresses in the header */

    builder_start(&kernel, true);
    builder_put32(&kernel, 0x1BADB002);
    builder_put32(&kernel, flags);
    builder_put32(&kernel, 0u - 0x1BADB002 - flags);
    builder_put32(&kernel, KERNEL);          /* header_addr */
    builder_put32(&kernel, KERNEL);          /* load_addr */
    builder_put32(&kernel, 0);               /* load_end_addr: all of the file */
    builder_put32(&kernel, KERNEL + 0x2000); /* bss_end_addr */
    builder_put32(&kernel, KERNEL + 0x40);   /* entry_addr */
    builder_fill(&kernel, KERNEL_BYTES);
}

/* A Mach-O kernel of one segment, for i386: <mach-o/loader.h>. */
static void build_darwin(void)
{
    static const char words[] = "Darwin Kernel Version 9.8.0: x";
    const uint32_t header = 28, segment = 56, thread = 16 + 16 * 4;

    builder_start(&kernel, true);
    builder_put32(&kernel, 0xFEEDFACE);
    builder_put32(&kernel, 7);
    builder_put32(&kernel, 3);
    builder_put32(&kernel, 2); /* MH_EXECUTE */
    builder_put32(&kernel, 2);
    builder_put32(&kernel, segment + thread);
    builder_put32(&kernel, 1); /* MH_NOUNDEFS */
    builder_put32(&kernel, 1); /* LC_SEGMENT */
    builder_put32(&kernel, segment);
    builder_text(&kernel, "__TEXT", 16);
    builder_put32(&kernel, 0xC0000000 + KERNEL);
    builder_put32(&kernel, 0x3000);
    builder_put32(&kernel, 0);
    builder_put32(&kernel, KERNEL_BYTES);
    builder_put32(&kernel, 7);
    builder_put32(&kernel, 5);
    builder_put32(&kernel, 0);
    builder_put32(&kernel, 0);
    builder_put32(&kernel, 5); /* LC_UNIXTHREAD */
    builder_put32(&kernel, thread);
    builder_put32(&kernel, 1); /* x86_THREAD_STATE32 */
    builder_put32(&kernel, 16);
    for (unsigned i = 0; i < 16; i++)
        builder_put32(&kernel, i == 10 ? KERNEL + header + segment + thread : 0); /* eip */
    builder_text(&kernel, words, sizeof words);
    builder_fill(&kernel, KERNEL_BYTES);
}

static int start(void **state)
{
    static const struct memory_map_entry map[] = {
        {0, 0x9FC00, MEMORY_USABLE},
        {0x9FC00, 0x60400, MEMORY_RESERVED},
        {0x100000, MEMORY - 0x120000, MEMORY_USABLE},
        {MEMORY - 0x20000, 0x20000, MEMORY_RESERVED},
    };
    const struct pc_information pc = {
        .rsdp = 0xF5A00,
        .tsc_hz = 2400000000u,
        .cpu_hz = 2400000000u,
        .fsb_hz = 600000000u,
        .bus_ratio = 4,
        .vendor = "GenuineIntel",
        .family = 6,
        .model = 15,
    };

    (void)state;
    host_reset(MEMORY);
    host_set_cpu(IMAGE_CPU_X86_64);
    host_set_memory_map(map, sizeof map / sizeof *map);
    host_set_pc(&pc);
    return 0;
}

static bool console_has(const char *words)
{
    return strstr(host_console(), words) != NULL;
}

static void boots(const char *words)
{
    error_t error = loader_boot(words);

    if (error != OK)
        fail_msg("%s: %s (%s)", words, error_code(error), error_detail());
    assert_non_null(host_launched());
    assert_int_equal(host_claimed(), 0);
}

static void refuses(const char *words, error_t expected, const char *detail)
{
    error_t error = loader_boot(words);

    if (error != expected || strstr(error_detail(), detail) == NULL)
        fail_msg("%s: %s (%s) instead of %s", words, error_code(error), error_detail(),
                 error_code(expected));
    assert_null(host_launched());
    assert_int_equal(host_claimed(), 0);
}

/* The boot information's module `index` (Multiboot Specification 3.3: flags bit 3). */
static void expect_module(unsigned index, const char *bytes, const char *words)
{
    const uint8_t *information = host_memory(host_launched()->x86.ebx), *entry;
    uint32_t from, to;

    assert_int_equal(get_le32(information) >> 3 & 1, 1);
    assert_true(index < get_le32(information + 20));
    entry = host_memory(get_le32(information + 24) + 16 * index);
    from = get_le32(entry);
    to = get_le32(entry + 4);
    assert_int_equal(to - from, strlen(bytes));
    assert_memory_equal(host_memory(from), bytes, strlen(bytes));
    assert_string_equal((const char *)host_memory(get_le32(entry + 8)), words);
}

static void test_multiboot(void **state)
{
    (void)state;
    build_multiboot();
    host_add_module("/boot/unikernel.bin", kernel.bytes, kernel.length);
    host_add_module("/boot/config net=on", (const uint8_t *)"configuration", 13);
    host_add_module("disk", (const uint8_t *)"a disk", 6);
    boots("module=\"module:disk ro\" args=console=com1");
    assert_int_equal(host_launched()->handover, HANDOVER_MULTIBOOT);
    assert_int_equal(host_launched()->entry, KERNEL + 0x40);
    assert_int_equal(host_launched()->x86.eax, 0x2BADB002);
    assert_memory_equal(host_memory(KERNEL), kernel.bytes, kernel.length);
    expect_module(0, "a disk", "module:disk ro");
    expect_module(1, "configuration", "/boot/config net=on");
    assert_true(console_has("console=com1"));
    assert_false(console_has("card"));
}

static void test_darwin(void **state)
{
    (void)state;
    build_darwin();
    host_add_module("/mach_kernel", kernel.bytes, kernel.length);
    boots("args=-v");
    assert_int_equal(host_launched()->handover, HANDOVER_XNU_X86);
    assert_int_equal(host_launched()->entry, KERNEL + 164);
    assert_memory_equal(host_memory(KERNEL), kernel.bytes, kernel.length);
    /* boot_args, version 1: the command line follows two 16-bit words. */
    assert_string_equal((const char *)host_memory(host_launched()->x86.eax) + 4, "-v");
    assert_false(console_has("card"));
}

/* The same kernel packed, and for a processor that this machine has not. */
static void test_darwin_packed(void **state)
{
    static uint8_t packed[KERNEL_BYTES + PACKED_EXTRA(KERNEL_BYTES)];
    size_t length;

    (void)state;
    build_darwin();
    length = packed_stored_gzip(packed, kernel.bytes, kernel.length);
    host_add_module("mach_kernel.gz", packed, length);
    boots("");
    assert_memory_equal(host_memory(KERNEL), kernel.bytes, kernel.length);
    start(state);
    host_add_module("mach_kernel.gz", packed, length);
    refuses("arch=x86_64", ERROR_IMAGE_CPU, "module:0: ");
}

static void test_options_of_pcs(void **state)
{
    (void)state;
    build_darwin();
    host_add_module("mach_kernel", kernel.bytes, kernel.length);
    refuses("video=1024x768", ERROR_VIDEO_MODE, "1024x768");
    refuses("arch=ppc", ERROR_IMAGE_CPU, "this machine runs x86_64");
    host_set_cpu(IMAGE_CPU_I386);
    refuses("arch=x86_64", ERROR_IMAGE_CPU, "this machine runs i386");
    refuses("file=mach_kernel", ERROR_NIC_NONE, "");
    boots("arch=i386");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_multiboot, start),
        cmocka_unit_test_setup(test_darwin, start),
        cmocka_unit_test_setup(test_darwin_packed, start),
        cmocka_unit_test_setup(test_options_of_pcs, start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
