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

/* --- The file -------------------------------------------------------------------------------- */

static struct builder file;

static int build(void **state)
{
    (void)state;
    build_bzimage(&file);
    return 0;
}

static void test_kernel(void **state)
{
    (void)state;
    assert_int_equal(try_builder(&file), OK);
    assert_string_equal(tried_plan.format, "Linux bzImage");
    assert_int_equal(tried_plan.handover, HANDOVER_LINUX_X86);
    assert_int_equal(tried_plan.cpu, IMAGE_CPU_X86_64);
    assert_int_equal(tried_plan.entry, BZIMAGE_PREFERRED);
    assert_int_equal(tried_plan.piece_count, 1);
    expect_piece(0, "kernel", BZIMAGE_PREFERRED, BZIMAGE_INIT_SIZE, BZIMAGE_SETUP, BZIMAGE_CODE);
    assert_int_equal(tried_plan.linux_x86.setup_size, BZIMAGE_SETUP);
    assert_int_equal(tried_plan.linux_x86.alignment, BZIMAGE_ALIGNMENT);
    assert_int_equal(tried_plan.linux_x86.init_size, BZIMAGE_INIT_SIZE);
    assert_int_equal(tried_plan.linux_x86.initrd_highest, BZIMAGE_HIGHEST);
    assert_int_equal(tried_plan.linux_x86.command_line_size, 40);
}

static void test_processors(void **state)
{
    (void)state;
    expect_failure(try_image(file.bytes, file.length, IMAGE_CPU_I386), ERROR_IMAGE_CPU,
                   "Linux bzImage for x86_64, but this processor has no 64-bit mode");
    expect_failure(try_image(file.bytes, file.length, IMAGE_CPU_POWERPC), ERROR_IMAGE_CPU,
                   "this machine runs PowerPC");
    builder_set16(&file, 0x236, 0x7e); /* extended flags without the 64-bit one */
    assert_int_equal(try_image(file.bytes, file.length, IMAGE_CPU_I386), OK);
    assert_int_equal(tried_plan.cpu, IMAGE_CPU_I386);
    builder_set16(&file, 0x236, 1);
    builder_set16(&file, 0x206, 0x020b); /* before 2.12 the field means nothing */
    assert_int_equal(try_image(file.bytes, file.length, IMAGE_CPU_I386), OK);
    assert_int_equal(tried_plan.cpu, IMAGE_CPU_I386);
}

static void test_not_relocatable(void **state)
{
    (void)state;
    file.bytes[0x234] = 0;
    assert_int_equal(try_builder(&file), OK);
    /* Loaded to 1 MB, it moves itself: all up to where it will have unpacked is its own. */
    expect_piece(0, "kernel", 0x100000, BZIMAGE_PREFERRED + BZIMAGE_INIT_SIZE - 0x100000,
                 BZIMAGE_SETUP, BZIMAGE_CODE);
    assert_int_equal(tried_plan.entry, 0x100000);
    assert_int_equal(tried_plan.linux_x86.alignment, 0);
    /* memtest86+: it runs where it is loaded. */
    builder_set64(&file, 0x258, 0x100000);
    assert_int_equal(try_builder(&file), OK);
    expect_piece(0, "kernel", 0x100000, BZIMAGE_INIT_SIZE, BZIMAGE_SETUP, BZIMAGE_CODE);
}

static void test_preferred_address_is_aligned_up(void **state)
{
    (void)state;
    builder_set64(&file, 0x258, BZIMAGE_PREFERRED + 0x1000);
    assert_int_equal(try_builder(&file), OK);
    expect_piece(0, "kernel", BZIMAGE_PREFERRED + BZIMAGE_ALIGNMENT, BZIMAGE_INIT_SIZE,
                 BZIMAGE_SETUP, BZIMAGE_CODE);
}

static void test_older_protocols(void **state)
{
    (void)state;
    builder_set16(&file, 0x206, 0x0209); /* no pref_address, no init_size */
    assert_int_equal(try_builder(&file), OK);
    assert_int_equal(tried_plan.linux_x86.alignment, BZIMAGE_ALIGNMENT);
    expect_piece(0, "kernel", BZIMAGE_ALIGNMENT, 3 * BZIMAGE_CODE, BZIMAGE_SETUP, BZIMAGE_CODE);
    builder_set32(&file, 0x230, 0x100000);
    assert_int_equal(try_builder(&file), OK);
    assert_int_equal(tried_plan.entry, 0x100000);
    builder_set16(&file, 0x206, 0x0205); /* no cmdline_size */
    assert_int_equal(try_builder(&file), OK);
    assert_int_equal(tried_plan.linux_x86.command_line_size, 255);
    builder_set16(&file, 0x206, 0x0203); /* nothing after initrd_addr_max */
    builder_set16(&file, 0x200, 0x2eeb);
    builder_set32(&file, 0x1f4, 0x12340000); /* the upper half means nothing */
    assert_int_equal(try_builder(&file), OK);
    assert_int_equal(tried_plan.linux_x86.alignment, 0);
    expect_piece(0, "kernel", 0x100000, 3 * BZIMAGE_CODE, BZIMAGE_SETUP, BZIMAGE_CODE);
    expect_broken16(&file, 0x206, 0x0202, ERROR_IMAGE_KIND, "boot protocol 2.02");
    expect_broken16(&file, 0x206, 0, ERROR_IMAGE_KIND, "boot protocol 0.00");
    /* A field behind the header's end is not there, whatever the version says. */
    build_bzimage(&file);
    builder_set16(&file, 0x200, 0x4eeb);
    assert_int_equal(try_builder(&file), OK);
    assert_int_equal(tried_plan.linux_x86.init_size, 3 * BZIMAGE_CODE);
}

static void test_size_of_the_setup(void **state)
{
    (void)state;
    file.bytes[0x1f1] = 0; /* means 4 */
    builder_set32(&file, 0x1f4, (BZIMAGE_CODE - 0x400) / 16);
    assert_int_equal(try_builder(&file), OK);
    expect_piece(0, "kernel", BZIMAGE_PREFERRED, BZIMAGE_INIT_SIZE, 5 * 512, BZIMAGE_CODE - 0x400);
    file.bytes[0x1f1] = 10;
    expect_failure(try_builder(&file), ERROR_IMAGE_TRUNCATED, "setup_sects is 10");
    file.bytes[0x1f1] = 9;
    expect_failure(try_builder(&file), ERROR_IMAGE_TRUNCATED, "syssize");
    file.bytes[0x1f1] = 255;
    expect_failure(try_builder(&file), ERROR_IMAGE_TRUNCATED, "setup_sects is 255");
}

static void test_size_of_the_code(void **state)
{
    (void)state;
    /* A signature behind it is not loaded. */
    builder_set32(&file, 0x1f4, 0x80);
    assert_int_equal(try_builder(&file), OK);
    expect_piece(0, "kernel", BZIMAGE_PREFERRED, BZIMAGE_INIT_SIZE, BZIMAGE_SETUP, 0x800);
    builder_set32(&file, 0x1f4, BZIMAGE_CODE / 16);
    /* Files need not fill the last 16 bytes, but no more may be missing. */
    assert_int_equal(try_image(file.bytes, file.length - 15, file.cpu), OK);
    assert_int_equal(tried_plan.pieces[0].file_size, BZIMAGE_CODE - 15);
    expect_failure(try_image(file.bytes, file.length - 16, file.cpu), ERROR_IMAGE_TRUNCATED,
                   "syssize announces 0x1000 bytes of code, the file has 0xff0");
    builder_set32(&file, 0x1f4, 0xffffffff);
    expect_failure(try_builder(&file), ERROR_IMAGE_TRUNCATED, "0xffffffff0");
    builder_set32(&file, 0x1f4, 0);
    assert_int_equal(try_builder(&file), OK);
    expect_piece(0, "kernel", BZIMAGE_PREFERRED, BZIMAGE_INIT_SIZE, BZIMAGE_SETUP, BZIMAGE_CODE);
    builder_set32(&file, 0x260, 0x10); /* less than its own size: that counts */
    assert_int_equal(try_builder(&file), OK);
    expect_piece(0, "kernel", BZIMAGE_PREFERRED, BZIMAGE_CODE, BZIMAGE_SETUP, BZIMAGE_CODE);
}

static void test_fields(void **state)
{
    (void)state;
    file.bytes[0x211] = 0xc0;
    expect_failure(try_builder(&file), ERROR_IMAGE_KIND, "zImage");
    file.bytes[0x211] = 1;
    expect_broken32(&file, 0x214, 0, ERROR_IMAGE_KIND, "no 32-bit entry (code32_start is 0)");
    expect_broken16(&file, 0x200, 0x6ae9, ERROR_IMAGE_HEADER, "setup header is e9 6a");
    expect_broken16(&file, 0x200, 0x2deb, ERROR_IMAGE_HEADER, "setup header is eb 2d");
    expect_broken16(&file, 0x200, 0x8feb, ERROR_IMAGE_HEADER, "setup header is eb 8f");
    expect_broken32(&file, 0x230, 0, ERROR_IMAGE_HEADER, "kernel_alignment is 0x0");
    expect_broken32(&file, 0x230, 0x300000, ERROR_IMAGE_HEADER, "kernel_alignment is 0x300000");
    expect_broken64(&file, 0x258, 0xfffff, ERROR_IMAGE_HEADER, "pref_address is 0xfffff");
    expect_broken64(&file, 0x258, 0x100000000, ERROR_IMAGE_HEADER, "pref_address is 0x100000000");
    expect_broken64(&file, 0x258, UINT64_MAX, ERROR_IMAGE_HEADER, "pref_address");
    expect_broken32(&file, 0x260, 0xffffffff, ERROR_IMAGE_HEADER, "above 4 GB");
    expect_broken64(&file, 0x258, 0xffe00000, ERROR_IMAGE_HEADER, "above 4 GB");
    expect_broken32(&file, 0x202, 0x53726449, ERROR_IMAGE_KIND, "PE or DOS");
    builder_set64(&file, 0x258, 0);
    builder_set32(&file, 0x230, 0x100000);
    assert_int_equal(try_builder(&file), OK);
    assert_int_equal(tried_plan.entry, 0x100000);
}

static void test_cut_and_damaged(void **state)
{
    (void)state;
    for (size_t length = 0; length <= file.length - 16; length++)
        if (try_image(file.bytes, length, file.cpu) == OK)
            fail_msg("accepted when cut to %u bytes", (unsigned)length);
    try_mutations(&file, 0x270, 20000);
}

/* --- The hand-over --------------------------------------------------------------------------- */

#define MB 0x100000u

static const struct memory_map_entry map[] = {
    {0x0, 0x9fc00, MEMORY_USABLE},
    {0x9fc00, 0x400, MEMORY_RESERVED},
    {0xf0000, 0x10000, MEMORY_RESERVED},
    {0x100000, 0x2ee0000, MEMORY_USABLE}, /* to 0x2fe0000 */
    {0x2fe0000, 0x20000, MEMORY_ACPI_RECLAIM},
    {0xfffc0000, 0x40000, MEMORY_RESERVED},
    {0x100000000, 0x80000000, MEMORY_USABLE},
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

static void start_machine(void)
{
    struct pc_information pc = {.rsdp = 0xf5a10};

    host_reset(48 * MB);
    host_set_cpu(IMAGE_CPU_X86_64);
    host_set_memory_map(map, sizeof map / sizeof *map);
    host_set_pc(&pc);
    assert_int_equal(try_builder(&file), OK);
    plan = tried_plan;
    request = (struct kernel_request){
        .plan = &plan,
        .image = claim_copy(file.bytes, file.length),
        .image_length = file.length,
        .name = "vmlinuz",
        .arguments = "console=ttyS0 quiet",
        .modules = modules,
    };
    claimed_before = host_claimed();
}

static int start(void **state)
{
    (void)state;
    build_bzimage(&file);
    start_machine();
    return 0;
}

static void add_part(uint8_t *bytes, size_t length)
{
    modules[request.module_count++] = (struct kernel_module){"initrd", bytes, length};
    claimed_before = host_claimed();
}

/* Prepares and launches; true to what every kernel may rely on. Returns boot_params. */
static const uint8_t *boot(void)
{
    error_t error = linux_prepare(&request, &launch);

    if (error != OK)
        fail_msg("%s: %s", error_code(error), error_detail());
    assert_int_equal(launch.handover, HANDOVER_LINUX_X86);
    assert_int_equal(launch.x86.ebx, 0);
    assert_int_equal(launch.x86.edi, 0);
    assert_int_equal(launch.x86.ebp, 0);
    for (size_t i = 0; i < launch.piece_count; i++) {
        const struct relocator_piece *a = &launch.pieces[i];

        assert_true((a->destination >= 0x100000 && a->destination + a->size <= 0x2fe0000) ||
                    (a->destination >= 0x1000 && a->destination + a->size <= 0x9fc00));
        for (size_t j = 0; j < i; j++)
            assert_false(ranges_overlap(a->destination, a->size, launch.pieces[j].destination,
                                        launch.pieces[j].size));
        /* Nothing where the kernel will unpack itself. */
        if (i != 0)
            assert_false(
                ranges_overlap(a->destination, a->size, launch.entry, plan.pieces[0].memory_size));
    }
    assert_int_equal(platform_launch(&launch), OK);
    return host_memory(launch.x86.esi);
}

static void test_parameters(void **state)
{
    const uint8_t *params = boot();

    (void)state;
    assert_int_equal(launch.x86.esi % 4096, 0);
    assert_int_equal(launch.entry, BZIMAGE_PREFERRED);
    assert_memory_equal(host_memory(BZIMAGE_PREFERRED), file.bytes + BZIMAGE_SETUP, BZIMAGE_CODE);
    /* The header, as it is in the file but for the loader's own fields. */
    assert_memory_equal(params + 0x1f1, file.bytes + 0x1f1, 0x1fa - 0x1f1);
    assert_int_equal(get_le16(params + 0x1fa), 0xffff);
    assert_memory_equal(params + 0x1fc, file.bytes + 0x1fc, 0x210 - 0x1fc);
    assert_int_equal(params[0x210], 0xff);
    assert_int_equal(params[0x211], 0x01);
    assert_int_equal(get_le32(params + 0x214), BZIMAGE_PREFERRED);
    assert_int_equal(get_le32(params + 0x218), 0);
    assert_int_equal(get_le32(params + 0x21c), 0);
    assert_int_equal(get_le32(params + 0x228), launch.x86.esi + 4096);
    assert_memory_equal(params + 0x22c, file.bytes + 0x22c, 0x26c - 0x22c);
    assert_int_equal(get_le64(params + 0x250), 0x1122334455667788); /* setup_data */
    assert_int_equal(get_le32(params + 0x26c), 0);                  /* behind the header */
    assert_string_equal((const char *)host_memory(get_le32(params + 0x228)), "console=ttyS0 quiet");
    assert_int_equal(params[0x1ef], 0); /* the sentinel */
    assert_int_equal(get_le64(params + 0x70), 0xf5a10);
    launch_release(&launch);
    assert_int_equal(host_claimed(), claimed_before);
}

/*
 * Kernels of 2.4 and early 2.6 read boot_params and the command line through page tables that map 8
 * MB; what boot sectors left below 90000h all kernels find.
 */
static void test_where_the_parameters_are(void **state)
{
    static const struct memory_map_entry little[] = {
        {0, 0x11000, MEMORY_USABLE},
        {0x11000, 0x100000 - 0x11000, MEMORY_RESERVED},
        {0x100000, 0x2ee0000, MEMORY_USABLE},
    };

    (void)state;
    boot();
    assert_int_equal(launch.x86.esi, 0x90000 - 0x2000);
    launch_release(&launch);
    /* One page there is too little. */
    host_set_memory_map(little, sizeof little / sizeof *little);
    boot();
    assert_int_equal(launch.x86.esi, 0x2fe0000 - 0x2000);
    launch_release(&launch);
}

static void test_memory(void **state)
{
    const uint8_t *params = boot(), *entry = params + 0x2d0;

    (void)state;
    assert_int_equal(params[0x1e8], sizeof map / sizeof *map);
    for (size_t i = 0; i < sizeof map / sizeof *map; i++, entry += 20) {
        assert_int_equal(get_le64(entry), map[i].base);
        assert_int_equal(get_le64(entry + 8), map[i].length);
        assert_int_equal(get_le32(entry + 16), map[i].type);
    }
    assert_int_equal(get_le32(params + 0x1e0), 0x2ee0000 / 1024);
    assert_int_equal(get_le16(params + 0x02), 0x2ee0000 / 1024);
}

static void test_memory_of_many_entries(void **state)
{
    static struct memory_map_entry many[MEMORY_MAP_MAXIMUM];
    const uint8_t *entry;
    bool has_kernel = false, has_parameters = false, has_smallest = false;
    uint64_t at = 0x40000000, before = 0;

    (void)state;
    /* The kernel's memory is the smallest of all but one; the smallest go. */
    many[0] = (struct memory_map_entry){0x1000, 0x10000, MEMORY_USABLE};
    many[1] = (struct memory_map_entry){BZIMAGE_PREFERRED, BZIMAGE_INIT_SIZE, MEMORY_USABLE};
    many[2] = (struct memory_map_entry){0x1400000, 0x4000, MEMORY_USABLE};
    for (size_t i = 3; i < MEMORY_MAP_MAXIMUM; i++) {
        many[i] = (struct memory_map_entry){at, 0x1000000 + i * 0x1000, 1 + i % 2};
        at += 0x10000000;
    }
    many[77].length = 0x800;
    host_set_memory_map(many, MEMORY_MAP_MAXIMUM);
    entry = boot();
    assert_int_equal(entry[0x1e8], 128);
    assert_non_null(strstr(host_console(), "256 entries; Linux is told of the 128 largest"));
    entry += 0x2d0;
    for (unsigned i = 0; i < 128; i++, entry += 20) {
        uint64_t base = get_le64(entry), length = get_le64(entry + 8);

        assert_true(i == 0 || base > before);
        before = base;
        has_kernel |= base == BZIMAGE_PREFERRED;
        has_parameters |= launch.x86.esi >= base && launch.x86.esi < base + length;
        has_smallest |= length == 0x800;
    }
    assert_true(has_kernel);
    assert_true(has_parameters);
    assert_false(has_smallest);
}

static void test_text_screen(void **state)
{
    const uint8_t *params = boot();

    (void)state;
    assert_int_equal(params[0x06], 3);
    assert_int_equal(params[0x07], 80);
    assert_int_equal(get_le16(params + 0x0a), 3);
    assert_int_equal(params[0x0e], 25);
    assert_int_equal(params[0x0f], 1);
    assert_int_equal(get_le16(params + 0x10), 16);
    assert_false(launch.set_video);
}

static void test_linear_screen(void **state)
{
    static const struct video_mode mode = {
        .number = 0x117,
        .video =
            {.address = 0xe8000000, .row_bytes = 2112, .width = 1024, .height = 768, .depth = 16},
        .red_position = 11,
        .red_size = 5,
        .green_position = 5,
        .green_size = 6,
        .blue_size = 4,
        .reserved_position = 15,
        .reserved_size = 1,
    };
    static const uint8_t colours[] = {5, 11, 6, 5, 4, 0, 1, 15};
    const uint8_t *params;

    (void)state;
    request.video = &mode;
    params = boot();
    assert_int_equal(params[0x0f], 0x23);
    assert_int_equal(get_le16(params + 0x12), 1024);
    assert_int_equal(get_le16(params + 0x14), 768);
    assert_int_equal(get_le16(params + 0x16), 16);
    assert_int_equal(get_le32(params + 0x18), 0xe8000000);
    assert_int_equal(get_le32(params + 0x1c), 25); /* 2112 * 768 bytes, in 64 KB */
    assert_int_equal(get_le16(params + 0x24), 2112);
    assert_memory_equal(params + 0x26, colours, sizeof colours);
    assert_int_equal(params[0x07], 0);
    assert_true(launch.set_video);
    assert_int_equal(launch.video.number, 0x117);
}

static void test_initrd_that_may_stay(void **state)
{
    static uint8_t bytes[0x2345];
    uint8_t *part;
    const uint8_t *params;

    (void)state;
    memset(bytes, 0x77, sizeof bytes);
    part = claim_copy(bytes, sizeof bytes);
    add_part(part, sizeof bytes);
    params = boot();
    assert_int_equal(get_le32(params + 0x218), platform_physical(part));
    assert_int_equal(get_le32(params + 0x21c), sizeof bytes);
    assert_memory_equal(host_memory(get_le32(params + 0x218)), bytes, sizeof bytes);
}

static void test_initrd_of_parts(void **state)
{
    static const uint8_t zeros[3];
    uint8_t first[5] = {1, 2, 3, 4, 5}, third[2] = {8, 9};
    const uint8_t *params, *initrd;

    (void)state;
    add_part(claim_copy(first, 5), 5);
    add_part(NULL, 0);
    add_part(claim_copy(third, 2), 2);
    params = boot();
    assert_int_equal(get_le32(params + 0x21c), 10);
    assert_int_equal(get_le32(params + 0x218) % 4096, 0);
    initrd = host_memory(get_le32(params + 0x218));
    assert_memory_equal(initrd, first, 5);
    assert_memory_equal(initrd + 5, zeros, 3);
    assert_memory_equal(initrd + 8, third, 2);
}

static void test_initrd_below_its_limit(void **state)
{
    static uint8_t bytes[0x1800];
    uint32_t address;

    (void)state;
    memset(bytes, 0x55, sizeof bytes);
    plan.linux_x86.initrd_highest = 0x4fff;
    add_part(claim_copy(bytes, sizeof bytes), sizeof bytes);
    expect_failure(linux_prepare(&request, &launch), ERROR_MEMORY_CLAIM, "6144 bytes of initrd");
    plan.linux_x86.initrd_highest = 0x204fff;
    address = get_le32(boot() + 0x218);
    assert_int_equal(address, 0x203000);
    assert_memory_equal(host_memory(address), bytes, sizeof bytes);
}

static void test_initrd_in_the_kernels_way(void **state)
{
    static uint8_t bytes[0x3000];
    uint8_t *part = host_memory(BZIMAGE_PREFERRED + 0x200000); /* where it will unpack itself */
    const uint8_t *params;

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 11 + (i >> 8));
    assert_true(platform_claim_at(BZIMAGE_PREFERRED + 0x200000, sizeof bytes));
    memcpy(part, bytes, sizeof bytes);
    add_part(part, sizeof bytes);
    params = boot();
    assert_memory_equal(host_memory(get_le32(params + 0x218)), bytes, sizeof bytes);
}

static void test_kernel_moves_up(void **state)
{
    static const struct memory_map_entry taken[] = {
        {0x0, 0x9fc00, MEMORY_USABLE},
        {0x100000, 0x1000000, MEMORY_USABLE},
        {0x1100000, 0x1000, MEMORY_RESERVED},
        {0x1101000, 0x1edf000, MEMORY_USABLE},
    };
    static const struct memory_map_entry small[] = {
        {0x0, 0x9fc00, MEMORY_USABLE},
        {0x100000, 0x1000000, MEMORY_USABLE},
        {0x1100000, 0x1000, MEMORY_RESERVED},
        {0x1101000, 0x3fe000, MEMORY_USABLE}, /* too little from an aligned address on */
    };

    (void)state;
    host_set_memory_map(taken, 4);
    boot();
    assert_int_equal(launch.entry, 0x1200000);
    assert_int_equal(get_le32(host_memory(launch.x86.esi) + 0x214), 0x1200000);
    assert_memory_equal(host_memory(0x1200000), file.bytes + BZIMAGE_SETUP, BZIMAGE_CODE);
    assert_non_null(strstr(host_console(), "it goes to 1200000"));
    /* Below its preferred address there is room, but it would not stay there. */
    launch_release(&launch);
    host_set_memory_map(small, 4);
    expect_failure(linux_prepare(&request, &launch), ERROR_MEMORY_TAKEN,
                   "the Linux kernel at 0x1000000, 0x300000 bytes: 0x1100000 to 0x1100fff");
    host_set_memory_map(small, 3);
    expect_failure(linux_prepare(&request, &launch), ERROR_MEMORY_RANGE, "RAM ends at 0x1100000");
    assert_int_equal(host_claimed(), claimed_before);
}

static void test_kernel_that_cannot_move(void **state)
{
    static const struct memory_map_entry taken[] = {
        {0x0, 0x9fc00, MEMORY_USABLE},
        {0x100000, 0x1300000 - 0x100000, MEMORY_USABLE},
    };

    (void)state;
    file.bytes[0x234] = 0;
    start_machine();
    host_set_memory_map(taken, 2);
    boot(); /* just fits; everything else below 1 MB */
    assert_int_equal(launch.entry, 0x100000);
    assert_true(launch.x86.esi < 0xa0000);
    launch_release(&launch);
    builder_set32(&file, 0x260, BZIMAGE_INIT_SIZE + 1);
    start_machine();
    host_set_memory_map(taken, 2);
    expect_failure(linux_prepare(&request, &launch), ERROR_MEMORY_RANGE, "no RAM from 0x1300000");
}

static void test_command_line_length(void **state)
{
    (void)state;
    request.arguments = "0123456789012345678901234567890123456789";
    assert_string_equal((const char *)boot() + 4096, request.arguments);
    launch_release(&launch);
    request.arguments = "01234567890123456789012345678901234567890";
    expect_failure(linux_prepare(&request, &launch), ERROR_OPTION_LENGTH,
                   "args= has 41 characters, this kernel takes 40");
}

static void test_no_memory(void **state)
{
    static const struct memory_map_entry kernel_only[] = {
        {BZIMAGE_PREFERRED, BZIMAGE_INIT_SIZE, MEMORY_USABLE}};

    (void)state;
    host_limit_claims(host_claimed());
    expect_failure(linux_prepare(&request, &launch), ERROR_MEMORY_CLAIM, "kernel's parameters");
    assert_null(launch.owned);
    host_limit_claims(SIZE_MAX);
    host_set_memory_map(kernel_only, 1);
    expect_failure(linux_prepare(&request, &launch), ERROR_MEMORY_CLAIM, "kernel's parameters");
    plan.handover = HANDOVER_MULTIBOOT;
    expect_failure(linux_prepare(&request, &launch), ERROR_LAUNCH_KIND, "no Linux kernel");
    assert_int_equal(host_claimed(), claimed_before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_kernel, build),
        cmocka_unit_test_setup(test_processors, build),
        cmocka_unit_test_setup(test_not_relocatable, build),
        cmocka_unit_test_setup(test_preferred_address_is_aligned_up, build),
        cmocka_unit_test_setup(test_older_protocols, build),
        cmocka_unit_test_setup(test_size_of_the_setup, build),
        cmocka_unit_test_setup(test_size_of_the_code, build),
        cmocka_unit_test_setup(test_fields, build),
        cmocka_unit_test_setup(test_cut_and_damaged, build),
        cmocka_unit_test_setup(test_parameters, start),
        cmocka_unit_test_setup(test_where_the_parameters_are, start),
        cmocka_unit_test_setup(test_memory, start),
        cmocka_unit_test_setup(test_memory_of_many_entries, start),
        cmocka_unit_test_setup(test_text_screen, start),
        cmocka_unit_test_setup(test_linear_screen, start),
        cmocka_unit_test_setup(test_initrd_that_may_stay, start),
        cmocka_unit_test_setup(test_initrd_of_parts, start),
        cmocka_unit_test_setup(test_initrd_below_its_limit, start),
        cmocka_unit_test_setup(test_initrd_in_the_kernels_way, start),
        cmocka_unit_test_setup(test_kernel_moves_up, start),
        cmocka_unit_test_setup(test_kernel_that_cannot_move, start),
        cmocka_unit_test_setup(test_command_line_length, start),
        cmocka_unit_test_setup(test_no_memory, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
