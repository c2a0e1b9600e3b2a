/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/host/host.h"
#include "boot/platform.h"
#include "lib/bytes.h"
#include "loader/request.h"
#include "tests/unit/image_builder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h> /* last: it has a macro `fail` */

/* --- The header ------------------------------------------------------------------------------ */

static struct builder file;

static int build(void **state)
{
    (void)state;
    build_kludge(&file);
    return 0;
}

/* Changes the header's flags and keeps the checksum right. */
static void set_flags(uint32_t at, uint32_t flags)
{
    builder_set32(&file, at + 4, flags);
    builder_set32(&file, at + 8, 0u - 0x1badb002u - flags);
}

static void test_addresses(void **state)
{
    (void)state;
    assert_int_equal(try_builder(&file), OK);
    assert_string_equal(tried_plan.format, "multiboot");
    assert_int_equal(tried_plan.handover, HANDOVER_MULTIBOOT);
    assert_int_equal(tried_plan.cpu, IMAGE_CPU_I386);
    assert_int_equal(tried_plan.entry, KLUDGE_ENTRY);
    assert_int_equal(tried_plan.piece_count, 1);
    expect_piece(0, "image", KLUDGE_TEXT, 0x5000, 0, KLUDGE_LENGTH);
    assert_int_equal(tried_plan.multiboot.flags, 0x10003);
    assert_int_equal(tried_plan.multiboot.section_count, 0);
    file.cpu = IMAGE_CPU_X86_64;
    assert_int_equal(try_builder(&file), OK);
    expect_failure(try_image(file.bytes, file.length, IMAGE_CPU_POWERPC), ERROR_IMAGE_CPU,
                   "multiboot kernel for i386, but this machine runs PowerPC");
}

static void test_load_part_of_the_file(void **state)
{
    (void)state;
    builder_set32(&file, KLUDGE_HEADER + 16, KLUDGE_TEXT + 0x20);
    builder_set32(&file, KLUDGE_HEADER + 20, KLUDGE_TEXT + 0x200);
    builder_set32(&file, KLUDGE_HEADER + 24, 0);
    assert_int_equal(try_builder(&file), OK);
    expect_piece(0, "image", KLUDGE_TEXT + 0x20, 0x1e0, 0x20, 0x1e0);
    /* To the end of the file, and from its start. */
    builder_set32(&file, KLUDGE_HEADER + 20, 0);
    assert_int_equal(try_builder(&file), OK);
    expect_piece(0, "image", KLUDGE_TEXT + 0x20, KLUDGE_LENGTH - 0x20, 0x20, KLUDGE_LENGTH - 0x20);
    builder_set32(&file, KLUDGE_HEADER + 16, 0xffffffff);
    assert_int_equal(try_builder(&file), OK);
    expect_piece(0, "image", KLUDGE_TEXT, KLUDGE_LENGTH, 0, KLUDGE_LENGTH);
}

static void test_address_fields(void **state)
{
    (void)state;
    expect_broken32(&file, KLUDGE_HEADER + 12, KLUDGE_TEXT - 4, ERROR_IMAGE_HEADER,
                    "header_addr 0x1ffffc, load_addr 0x200000");
    expect_broken32(&file, KLUDGE_HEADER + 12, KLUDGE_TEXT + KLUDGE_HEADER + 4, ERROR_IMAGE_HEADER,
                    "header_addr");
    expect_broken32(&file, KLUDGE_HEADER + 12, 0xffffffff, ERROR_IMAGE_HEADER, "header_addr");
    expect_broken32(&file, KLUDGE_HEADER + 16, 0, ERROR_IMAGE_HEADER, "load_addr 0x0");
    expect_broken32(&file, KLUDGE_HEADER + 20, KLUDGE_TEXT - 1, ERROR_IMAGE_HEADER,
                    "load_end_addr 0x1fffff");
    expect_broken32(&file, KLUDGE_HEADER + 20, KLUDGE_TEXT + KLUDGE_LENGTH + 1,
                    ERROR_IMAGE_TRUNCATED, "image: file offset");
    expect_broken32(&file, KLUDGE_HEADER + 20, 0xffffffff, ERROR_IMAGE_HEADER, "bss_end_addr");
    expect_broken32(&file, KLUDGE_HEADER + 20, KLUDGE_TEXT, ERROR_IMAGE_HEADER, "entry point");
    expect_broken32(&file, KLUDGE_HEADER + 24, KLUDGE_TEXT + KLUDGE_LENGTH - 1, ERROR_IMAGE_HEADER,
                    "bss_end_addr 0x2002ff");
    expect_broken32(&file, KLUDGE_HEADER + 24, 1, ERROR_IMAGE_HEADER, "bss_end_addr");
    expect_broken32(&file, KLUDGE_HEADER + 28, KLUDGE_TEXT - 1, ERROR_IMAGE_HEADER, "entry point");
    expect_broken32(&file, KLUDGE_HEADER + 28, KLUDGE_TEXT + KLUDGE_LENGTH, ERROR_IMAGE_HEADER,
                    "entry point 0x200300");
    /* -1 for load_addr, where the header's own address is lower than its offset. */
    builder_set32(&file, KLUDGE_HEADER + 16, 0xffffffff);
    expect_broken32(&file, KLUDGE_HEADER + 12, KLUDGE_HEADER - 1, ERROR_IMAGE_HEADER, "0xffffffff");
}

static void test_flags(void **state)
{
    (void)state;
    set_flags(KLUDGE_HEADER, 0x10008);
    expect_failure(try_builder(&file), ERROR_IMAGE_KIND, "flags 0x10008, of these 0x8");
    set_flags(KLUDGE_HEADER, 0x18003);
    expect_failure(try_builder(&file), ERROR_IMAGE_KIND, "of these 0x8000");
    set_flags(KLUDGE_HEADER, 0xfffe0003 | 0x10000); /* optional ones that nobody knows */
    assert_int_equal(try_builder(&file), OK);
    set_flags(KLUDGE_HEADER, 0x10007);
    builder_set32(&file, KLUDGE_HEADER + 32, 1);
    builder_set32(&file, KLUDGE_HEADER + 36, 80);
    builder_set32(&file, KLUDGE_HEADER + 40, 25);
    builder_set32(&file, KLUDGE_HEADER + 44, 4);
    assert_int_equal(try_builder(&file), OK);
    assert_int_equal(tried_plan.multiboot.mode_type, 1);
    assert_int_equal(tried_plan.multiboot.width, 80);
    assert_int_equal(tried_plan.multiboot.height, 25);
    assert_int_equal(tried_plan.multiboot.depth, 4);
    /* Without addresses it may be anything. */
    set_flags(KLUDGE_HEADER, 3);
    expect_failure(try_builder(&file), ERROR_IMAGE_UNKNOWN, "it starts with");
}

/* A file that is a header at `offset` and 0x100 bytes more. */
static error_t try_header_at(size_t offset)
{
    builder_start(&file, true);
    file.cpu = IMAGE_CPU_I386;
    builder_fill(&file, offset);
    put_multiboot_header(&file, 0x10000);
    builder_set32(&file, offset + 12, KLUDGE_TEXT + (uint32_t)offset);
    builder_set32(&file, offset + 16, KLUDGE_TEXT + (uint32_t)offset);
    builder_set32(&file, offset + 28, KLUDGE_TEXT + (uint32_t)offset + 0x80);
    builder_fill(&file, offset + 48 + 0x100);
    return try_builder(&file);
}

static void test_where_it_is_looked_for(void **state)
{
    (void)state;
    assert_int_equal(try_header_at(0), OK);
    assert_int_equal(try_header_at(4), OK);
    expect_piece(0, "image", KLUDGE_TEXT + 4, 48 + 0x100, 4, 48 + 0x100);
    assert_int_equal(try_header_at(6), ERROR_IMAGE_UNKNOWN);
    assert_int_equal(try_header_at(8192 - 12), OK);
    assert_int_equal(try_header_at(8192 - 8), ERROR_IMAGE_UNKNOWN);
    assert_int_equal(try_header_at(8192), ERROR_IMAGE_UNKNOWN);
    /* The one with the right sum counts, not the first with the right number. */
    assert_int_equal(try_header_at(0x40), OK);
    builder_set32(&file, 0x20, 0x1badb002);
    assert_int_equal(try_builder(&file), OK);
    expect_piece(0, "image", KLUDGE_TEXT + 0x40, 48 + 0x100, 0x40, 48 + 0x100);
    builder_set32(&file, 0x48, 0);
    assert_int_equal(try_builder(&file), ERROR_IMAGE_UNKNOWN);
}

static void test_header_at_the_end_of_the_file(void **state)
{
    (void)state;
    for (size_t length = 12; length < 32; length++)
        assert_int_equal(try_image(file.bytes, KLUDGE_HEADER + length, IMAGE_CPU_I386),
                         ERROR_IMAGE_TRUNCATED);
    set_flags(KLUDGE_HEADER, 0x10007);
    expect_failure(try_image(file.bytes, KLUDGE_HEADER + 47, IMAGE_CPU_I386), ERROR_IMAGE_TRUNCATED,
                   "the file ends in it");
}

static void test_other_formats_come_first(void **state)
{
    static struct builder other;
    struct macho_x86_sample sample;

    (void)state;
    build_macho_x86(&other, false, &sample);
    memcpy(other.bytes + 0x600, file.bytes + KLUDGE_HEADER, 48);
    assert_int_equal(try_builder(&other), OK);
    assert_string_equal(tried_plan.format, "Mach-O");
    build_xcoff(&other);
    memcpy(other.bytes + 0x120, file.bytes + KLUDGE_HEADER, 48);
    assert_int_equal(try_builder(&other), OK);
    assert_string_equal(tried_plan.format, "XCOFF");
    build_bzimage(&other);
    memcpy(other.bytes + 0x40, file.bytes + KLUDGE_HEADER, 48);
    assert_int_equal(try_builder(&other), OK);
    assert_string_equal(tried_plan.format, "Linux bzImage");
}

static void test_cut_and_damaged(void **state)
{
    (void)state;
    expect_truncations_refused(&file);
    try_mutations(&file, KLUDGE_HEADER + 48, 20000);
}

/* --- The hand-over --------------------------------------------------------------------------- */

#define MB 0x100000u

static const struct memory_map_entry map[] = {
    {0x0, 0x9fc00, MEMORY_USABLE},
    {0x9fc00, 0x400, MEMORY_RESERVED},
    {0xf0000, 0x10000, MEMORY_RESERVED},
    {0x100000, 0x1ee0000, MEMORY_USABLE}, /* to 0x1fe0000 */
    {0x1fe0000, 0x20000, MEMORY_ACPI_RECLAIM},
    {0xfffc0000, 0x40000, MEMORY_RESERVED},
    {0x100000000, 0x80000000, MEMORY_USABLE},
};

static const struct video_mode mode = {
    .number = 0x118,
    .video = {.address = 0xe0000000, .row_bytes = 4096, .width = 1024, .height = 768, .depth = 32},
    .red_position = 16,
    .red_size = 8,
    .green_position = 8,
    .green_size = 7,
    .blue_position = 1,
    .blue_size = 6,
};

static struct launch launch;
static struct kernel_module modules[8];
static struct kernel_request request;
static struct image_plan plan;
static size_t claimed_before;

static uint8_t *claim_copy(const uint8_t *bytes, size_t length)
{
    uint8_t *copy = platform_claim(length, 4096);

    assert_non_null(copy);
    memcpy(copy, bytes, length);
    return copy;
}

/* The machine, with what `file` holds as the kernel and no modules. */
static void start_machine(void)
{
    host_reset(32 * MB);
    host_set_cpu(IMAGE_CPU_X86_64);
    host_set_memory_map(map, sizeof map / sizeof *map);
    assert_int_equal(try_builder(&file), OK);
    plan = tried_plan;
    request = (struct kernel_request){
        .plan = &plan,
        .image = claim_copy(file.bytes, file.length),
        .image_length = file.length,
        .name = "/boot/my kernel",
        .arguments = "com1=115200 console=com1",
        .modules = modules,
    };
    claimed_before = host_claimed();
}

static int start_elf(void **state)
{
    (void)state;
    build_elf_kernel(&file, false);
    start_machine();
    return 0;
}

static int start_kludge(void **state)
{
    (void)state;
    build_kludge(&file);
    start_machine();
    return 0;
}

static void add_module(const char *words, uint8_t *bytes, size_t length)
{
    modules[request.module_count++] = (struct kernel_module){words, bytes, length};
    claimed_before = host_claimed();
}

/* Prepares and launches; true to what every kernel may rely on. Returns the boot information. */
static const uint8_t *boot(void)
{
    error_t error = multiboot_prepare(&request, &launch);

    if (error != OK)
        fail_msg("%s: %s", error_code(error), error_detail());
    assert_int_equal(launch.handover, HANDOVER_MULTIBOOT);
    assert_int_equal(launch.x86.eax, 0x2badb002);
    assert_int_equal(launch.entry, plan.entry);
    for (size_t i = 0; i < launch.piece_count; i++) {
        const struct relocator_piece *a = &launch.pieces[i];

        assert_true((a->destination >= 0x100000 && a->destination + a->size <= 0x1fe0000) ||
                    (a->destination >= 0x1000 && a->destination + a->size <= 0x9fc00));
        for (size_t j = 0; j < i; j++)
            assert_false(ranges_overlap(a->destination, a->size, launch.pieces[j].destination,
                                        launch.pieces[j].size));
    }
    assert_int_equal(platform_launch(&launch), OK);
    return host_memory(launch.x86.ebx);
}

static const uint8_t *at(const uint8_t *field)
{
    return host_memory(get_le32(field));
}

static void test_information(void **state)
{
    const uint8_t *info = boot(), *entry;

    (void)state;
    assert_int_equal(get_le32(info), 0x26d); /* memory, command line, modules, ELF, map, name */
    assert_int_equal(get_le32(info + 4), 639);
    assert_int_equal(get_le32(info + 8), 0x1ee0000 / 1024);
    assert_string_equal((const char *)at(info + 16), "/boot/my_kernel com1=115200 console=com1");
    assert_string_equal((const char *)at(info + 64), "Sawboot");
    assert_int_equal(get_le32(info + 20), 0);
    assert_int_equal(get_le32(info + 44), sizeof map / sizeof *map * 24);
    entry = at(info + 48);
    for (size_t i = 0; i < sizeof map / sizeof *map; i++, entry += 24) {
        assert_int_equal(get_le32(entry), 20);
        assert_int_equal(get_le64(entry + 4), map[i].base);
        assert_int_equal(get_le64(entry + 12), map[i].length);
        assert_int_equal(get_le32(entry + 20), map[i].type);
    }
    assert_false(launch.set_video);
    /* Clear of where the kernel takes its first pages. */
    assert_true(launch.x86.ebx >= KERNEL_TEXT + 0x3000 + MB);
    launch_release(&launch);
    assert_int_equal(host_claimed(), claimed_before);
}

static void test_kernel_arrives(void **state)
{
    const uint8_t *text, *data;

    (void)state;
    boot();
    text = host_memory(KERNEL_TEXT);
    data = host_memory(KERNEL_TEXT + 0x1000);
    assert_memory_equal(text, file.bytes + 0x200, 0x200);
    assert_memory_equal(data, file.bytes + 0x400, 0x40);
    for (size_t i = 0x40; i < 0x2000; i++)
        assert_int_equal(data[i], 0);
    assert_int_equal(data[0x2000], 0xa5);
}

/* The section headers that the kernel is given, compared with the file's. */
static void expect_symbols(bool wide)
{
    const uint8_t *info = boot(), *headers = at(info + 36);
    size_t size = wide ? 64 : 40;

    assert_int_equal(get_le32(info + 28), KERNEL_SECTION_COUNT);
    assert_int_equal(get_le32(info + 32), size);
    assert_int_equal(get_le32(info + 40), 4);
    for (unsigned i = 0; i < KERNEL_SECTION_COUNT; i++) {
        const uint8_t *given = headers + i * size, *own = file.bytes + KERNEL_SECTIONS + i * size;
        uint64_t address = wide ? get_le64(given + 16) : get_le32(given + 12);
        size_t after = wide ? 24 : 16;

        assert_memory_equal(given, own, wide ? 16 : 12);
        assert_memory_equal(given + after, own + after, size - after);
        if (i < 2) {
            assert_memory_equal(given, own, size); /* null, and .text at its own address */
            continue;
        }
        assert_int_equal(address % 4, 0);
        assert_memory_equal(host_memory(address),
                            file.bytes + (wide ? get_le64(own + 24) : get_le32(own + 16)),
                            wide ? get_le64(own + 32) : get_le32(own + 20));
    }
}

static void test_symbols_32(void **state)
{
    (void)state;
    expect_symbols(false);
}

static void test_symbols_64(void **state)
{
    (void)state;
    build_elf_kernel(&file, true);
    start_machine();
    expect_symbols(true);
}

static void test_symbols_in_a_segment_stay(void **state)
{
    size_t symbols = kernel_section(&file, 2);
    const uint8_t *headers;

    (void)state;
    builder_set32(&file, symbols + 8, 2); /* SHF_ALLOC */
    builder_set32(&file, symbols + 12, KERNEL_TEXT + 0x1000);
    builder_set32(&file, kernel_section(&file, 3) + 32, 3); /* sh_addralign: no power of two */
    builder_set32(&file, kernel_section(&file, 4) + 20, 0); /* nothing in it */
    start_machine();
    headers = at(boot() + 36);
    assert_int_equal(get_le32(headers + 2 * 40 + 12), KERNEL_TEXT + 0x1000);
    assert_int_equal(get_le32(headers + 3 * 40 + 12) % 16, 0);
    assert_int_not_equal(get_le32(headers + 3 * 40 + 12), 0);
    assert_int_equal(get_le32(headers + 4 * 40 + 12), 0);
}

static void test_symbols_beyond_the_file(void **state)
{
    (void)state;
    /* A plan that does not belong to these bytes is noticed all the same. */
    put_le32((uint8_t *)(uintptr_t)request.image + kernel_section(&file, 2) + 16, 0xfffffff0);
    expect_failure(multiboot_prepare(&request, &launch), ERROR_IMAGE_TRUNCATED, "ELF section 2");
    assert_int_equal(host_claimed(), claimed_before);
}

static void test_no_symbols(void **state)
{
    const uint8_t *info = boot();

    (void)state;
    assert_int_equal(get_le32(info), 0x24d);
    for (size_t i = 28; i < 44; i++)
        assert_int_equal(info[i], 0);
    assert_memory_equal(host_memory(KLUDGE_TEXT), file.bytes, KLUDGE_LENGTH);
    assert_true(launch.x86.ebx >= KLUDGE_END + MB);
}

static void test_modules(void **state)
{
    static uint8_t first[5000], second[300];
    uint8_t *high, *odd;
    const uint8_t *info, *entry;

    (void)state;
    memset(first, 0x11, sizeof first);
    memset(second, 0x22, sizeof second);
    high = claim_copy(first, sizeof first);
    odd = claim_copy(first, sizeof first); /* with room behind it */
    memcpy(odd, second, sizeof second);
    add_module("/boot/vmlinuz console=hvc0 root=/dev/sda", high, sizeof first);
    memmove(odd + 0x100, odd, sizeof second); /* not at the start of a page: it has to move */
    add_module("initrd", odd + 0x100, sizeof second);
    add_module("", NULL, 0);
    info = boot();
    assert_int_equal(get_le32(info + 20), 3);
    entry = at(info + 24);
    assert_int_equal(get_le32(entry), platform_physical(high)); /* it could stay */
    for (unsigned i = 0; i < 3; i++, entry += 16) {
        assert_int_equal(get_le32(entry) % 4096, 0);
        assert_int_equal(get_le32(entry + 4) - get_le32(entry), modules[i].length);
        assert_string_equal((const char *)at(entry + 8), modules[i].words);
        assert_int_equal(get_le32(entry + 12), 0);
        assert_true(get_le32(entry) >= KERNEL_TEXT + 0x3000 + MB);
    }
    entry = at(info + 24);
    assert_memory_equal(at(entry), first, sizeof first);
    assert_memory_equal(at(entry + 16), second, sizeof second);
}

static void test_modules_in_the_kernels_way(void **state)
{
    static uint8_t bytes[0x3000];
    uint8_t *module = host_memory(KERNEL_TEXT);
    const uint8_t *entry;

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 13 + (i >> 8));
    assert_true(platform_claim_at(KERNEL_TEXT, sizeof bytes));
    memcpy(module, bytes, sizeof bytes);
    add_module("m", module, sizeof bytes);
    entry = at(boot() + 24);
    assert_true(get_le32(entry) >= KERNEL_TEXT + 0x3000);
    assert_memory_equal(at(entry), bytes, sizeof bytes);
    assert_memory_equal(host_memory(KERNEL_TEXT), file.bytes + 0x200, 0x200);
}

static void test_little_room(void **state)
{
    static const struct memory_map_entry small[] = {
        {0x0, 0x9fc00, MEMORY_USABLE},
        {0x100000, 0x8000, MEMORY_USABLE},
        {0x1f00000, 0x100000, MEMORY_RESERVED},
    };

    (void)state;
    /* Above the kernel, but nearer than is comfortable. */
    host_set_memory_map(small, 3);
    boot();
    assert_in_range(launch.x86.ebx, 0x103000, 0x107fff);
    launch_release(&launch);
    /* Nothing left there: below 1 MB. */
    add_module("m", claim_copy(file.bytes, 0x500), 0x5000);
    boot();
    assert_in_range(launch.x86.ebx, 0x1000, 0x9fbff);
    launch_release(&launch);
    add_module("big", claim_copy(file.bytes, 0x500), 0xa0000);
    expect_failure(multiboot_prepare(&request, &launch), ERROR_MEMORY_CLAIM,
                   "655360 bytes for big");
    assert_int_equal(host_claimed(), claimed_before);
}

static void test_kernel_where_it_cannot_be(void **state)
{
    static const struct memory_map_entry taken[] = {
        {0x0, 0x9fc00, MEMORY_USABLE},
        {0x100000, 0x2000, MEMORY_USABLE},
        {0x102000, 0x1000, MEMORY_ACPI_NVS},
        {0x103000, 0x1000000, MEMORY_USABLE},
    };

    (void)state;
    host_set_memory_map(taken, 4);
    expect_failure(multiboot_prepare(&request, &launch), ERROR_MEMORY_TAKEN,
                   "PT_LOAD 1 at 0x101000, 0x2000 bytes: 0x102000 to 0x102fff is ACPI's");
    host_set_memory_map(taken, 2);
    expect_failure(multiboot_prepare(&request, &launch), ERROR_MEMORY_RANGE,
                   "no RAM from 0x102000");
    plan.pieces[0].address = 0xb8000;
    expect_failure(multiboot_prepare(&request, &launch), ERROR_MEMORY_TAKEN, "PT_LOAD 0");
    assert_int_equal(host_claimed(), claimed_before);
}

static void test_no_memory_for_the_information(void **state)
{
    (void)state;
    host_limit_claims(host_claimed());
    expect_failure(multiboot_prepare(&request, &launch), ERROR_MEMORY_CLAIM, "boot information");
    assert_null(launch.owned);
}

static void test_other_plans(void **state)
{
    (void)state;
    plan.handover = HANDOVER_LINUX_X86;
    expect_failure(multiboot_prepare(&request, &launch), ERROR_LAUNCH_KIND, "no multiboot kernel");
}

static void expect_frame_buffer(const uint8_t *info)
{
    static const uint8_t colours[] = {16, 8, 8, 7, 1, 6};

    assert_int_equal(get_le32(info) & 0x1000, 0x1000);
    assert_int_equal(get_le64(info + 88), 0xe0000000);
    assert_int_equal(get_le32(info + 96), 4096);
    assert_int_equal(get_le32(info + 100), 1024);
    assert_int_equal(get_le32(info + 104), 768);
    assert_int_equal(info[108], 32);
    assert_int_equal(info[109], 1);
    assert_memory_equal(info + 110, colours, sizeof colours);
    assert_true(launch.set_video);
    assert_int_equal(launch.video.number, 0x118);
}

static void expect_text_screen(const uint8_t *info)
{
    assert_int_equal(get_le32(info) & 0x1000, 0x1000);
    assert_int_equal(get_le64(info + 88), 0xb8000);
    assert_int_equal(get_le32(info + 96), 160);
    assert_int_equal(get_le32(info + 100), 80);
    assert_int_equal(get_le32(info + 104), 25);
    assert_int_equal(info[108], 16);
    assert_int_equal(info[109], 2);
    assert_false(launch.set_video);
}

static void test_video_option(void **state)
{
    struct video_mode indexed = mode;
    const uint8_t *info;

    (void)state;
    request.video = &mode;
    expect_frame_buffer(boot());
    launch_release(&launch);
    indexed.video.depth = 8;
    request.video = &indexed;
    info = boot();
    assert_int_equal(info[108], 8);
    assert_int_equal(info[109], 0);
    for (size_t i = 110; i < 116; i++)
        assert_int_equal(info[i], 0);
}

/* A kernel whose header asks for a screen. */
static void ask(uint32_t type, uint32_t width, uint32_t height, uint32_t depth)
{
    build_kludge(&file);
    set_flags(KLUDGE_HEADER, 0x10007);
    builder_set32(&file, KLUDGE_HEADER + 32, type);
    builder_set32(&file, KLUDGE_HEADER + 36, width);
    builder_set32(&file, KLUDGE_HEADER + 40, height);
    builder_set32(&file, KLUDGE_HEADER + 44, depth);
    start_machine();
}

static void test_kernel_asks_for_a_screen(void **state)
{
    (void)state;
    ask(0, 1024, 768, 32);
    host_set_video(&mode);
    expect_frame_buffer(boot());
    ask(0, 1024, 768, 24); /* another depth is better than none */
    host_set_video(&mode);
    expect_frame_buffer(boot());
    ask(0, 0, 0, 0); /* any */
    host_set_video(&mode);
    expect_frame_buffer(boot());
    assert_null(strstr(host_console(), "note:"));
    ask(0, 1280, 1024, 32);
    host_set_video(&mode);
    expect_text_screen(boot());
    assert_non_null(strstr(host_console(), "asks for a screen of 1280x1024"));
    ask(1, 80, 25, 0); /* text is what it wants */
    host_set_video(&mode);
    expect_text_screen(boot());
    assert_null(strstr(host_console(), "note:"));
    request.video = &mode; /* the user's word is the last */
    expect_frame_buffer(boot());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_addresses, build),
        cmocka_unit_test_setup(test_load_part_of_the_file, build),
        cmocka_unit_test_setup(test_address_fields, build),
        cmocka_unit_test_setup(test_flags, build),
        cmocka_unit_test_setup(test_where_it_is_looked_for, build),
        cmocka_unit_test_setup(test_header_at_the_end_of_the_file, build),
        cmocka_unit_test_setup(test_other_formats_come_first, build),
        cmocka_unit_test_setup(test_cut_and_damaged, build),
        cmocka_unit_test_setup(test_information, start_elf),
        cmocka_unit_test_setup(test_kernel_arrives, start_elf),
        cmocka_unit_test_setup(test_symbols_32, start_elf),
        cmocka_unit_test(test_symbols_64),
        cmocka_unit_test_setup(test_symbols_in_a_segment_stay, start_elf),
        cmocka_unit_test_setup(test_symbols_beyond_the_file, start_elf),
        cmocka_unit_test_setup(test_no_symbols, start_kludge),
        cmocka_unit_test_setup(test_modules, start_elf),
        cmocka_unit_test_setup(test_modules_in_the_kernels_way, start_elf),
        cmocka_unit_test_setup(test_little_room, start_elf),
        cmocka_unit_test_setup(test_kernel_where_it_cannot_be, start_elf),
        cmocka_unit_test_setup(test_no_memory_for_the_information, start_elf),
        cmocka_unit_test_setup(test_other_plans, start_elf),
        cmocka_unit_test_setup(test_video_option, start_elf),
        cmocka_unit_test(test_kernel_asks_for_a_screen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
