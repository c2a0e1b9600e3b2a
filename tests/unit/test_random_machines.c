/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Multiboot kernels, Linux and Darwin on PCs with memory maps and files that nobody would think of.
 * Either the hand-over refuses and keeps nothing, or after the launch everything that the kernel is
 * told of is where it is said to be, in usable memory, whole, and apart from everything else.
 */
#include "boot/host/host.h"
#include "boot/platform.h"
#include "darwin/xnu.h"
#include "lib/bytes.h"
#include "loader/request.h"
#include "tests/unit/image_builder.h"
#include "tests/unit/intel_pc.h"
#include "tests/unit/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h> /* last: it has a macro `fail` */

#define MB             0x100000u
#define RAM            (10 * MB)
#define PAGE           4096u
#define ROUNDS         60
#define MODULES        5
#define MODULE_LARGEST 0x20000u
#define MAP_ROOM       240

static uint32_t seed;
static struct memory_map_entry map[MAP_ROOM];
static size_t map_count;
static struct builder file;
static struct image_plan plan;
static struct launch launch;
static struct kernel_request request;
static struct kernel_module modules[MODULES];
static uint8_t contents[MODULES][MODULE_LARGEST];
static char words[MODULES][32], arguments[200];
static unsigned started;

static uint32_t below(uint32_t limit)
{
    return random_next(&seed) % limit;
}

/* --- The machine ----------------------------------------------------------------------------- */

/* Ascending, adjoining entries of a type merged, as platform_memory_map promises. */
static void add_entry(uint64_t base, uint64_t end, uint32_t type)
{
    struct memory_map_entry *last = map_count != 0 ? &map[map_count - 1] : NULL;

    if (last != NULL && last->base + last->length == base && last->type == type)
        last->length += end - base;
    else if (end > base && map_count < MAP_ROOM)
        map[map_count++] = (struct memory_map_entry){base, end - base, type};
}

static uint32_t random_type(void)
{
    static const uint32_t types[] = {
        MEMORY_USABLE,   MEMORY_USABLE,       MEMORY_USABLE,   MEMORY_USABLE, MEMORY_USABLE,
        MEMORY_RESERVED, MEMORY_ACPI_RECLAIM, MEMORY_ACPI_NVS, MEMORY_BAD,    12,
    };

    return types[below(sizeof types / sizeof *types)];
}

static void make_map(void)
{
    static const uint32_t grains[] = {8 * MB, 4 * MB, MB, 0x40000, 0x9001};
    unsigned kind = below(6);
    uint64_t top = RAM - (below(2) != 0 ? below(2 * MB) : 0);

    map_count = 0;
    if (below(8) != 0) {
        add_entry(0, 0x9fc00 - below(3) * 0x7000, MEMORY_USABLE);
        add_entry(0x9fc00, 0xa0000, MEMORY_RESERVED);
    }
    if (kind == 0)
        add_entry(MB, top, MEMORY_USABLE);
    for (uint64_t at = MB; kind != 0 && at < top;) {
        uint64_t end = at + 1 + below(grains[kind - 1]);

        if (kind != 5)
            end = round_up(end, PAGE);
        end = end < top ? end : top;
        add_entry(at, end, random_type());
        at = end + (below(8) == 0 ? below(0x20) * PAGE : 0);
    }
    if (below(2) != 0)
        add_entry(0xfffc0000, 0x100000000ull, MEMORY_RESERVED);
    if (below(2) != 0)
        add_entry(0x100000000ull, 0x100000000ull + (1ull + below(64)) * MB, MEMORY_USABLE);
}

static uint8_t *claim_copy(const uint8_t *bytes, size_t length, size_t skip)
{
    uint8_t *copy = platform_claim(length + skip + 1, PAGE);

    assert_non_null(copy);
    memcpy(copy + skip, bytes, length);
    return copy + skip;
}

static void make_modules(void)
{
    request.module_count = below(MODULES + 1);
    for (size_t i = 0; i < request.module_count; i++) {
        size_t length = below(4) == 0 ? below(2) : below(MODULE_LARGEST);

        for (size_t at = 0; at < length; at++)
            contents[i][at] = (uint8_t)random_next(&seed);
        snprintf(words[i], sizeof words[i], "module%u a=%u", (unsigned)i, (unsigned)below(1000));
        /* Some begin a page and may stay, some do not. */
        modules[i] = (struct kernel_module){
            words[i], claim_copy(contents[i], length, below(2) * below(PAGE)), length};
    }
}

static void make_machine(void)
{
    size_t length = below(39);

    host_reset(RAM);
    host_set_cpu(IMAGE_CPU_X86_64);
    host_set_pc(&intel_pc);
    make_map();
    host_set_memory_map(map, map_count);
    file.cpu = IMAGE_CPU_X86_64;
    assert_int_equal(try_builder(&file), OK);
    plan = tried_plan;
    memset(arguments, 'a', length);
    arguments[length] = '\0';
    if (below(2) != 0)
        platform_claim(1 + below(3 * MB), PAGE); /* so that what follows lies lower */
    request = (struct kernel_request){
        .plan = &plan,
        .image = claim_copy(file.bytes, file.length, 0),
        .image_length = file.length,
        .name = "dir/kernel",
        .arguments = arguments,
        .modules = modules,
    };
    make_modules();
}

/* --- What has to be true --------------------------------------------------------------------- */

static bool is_usable(uint64_t base, uint64_t length)
{
    uint64_t end = base + length;

    if (base < PAGE || ranges_overlap(base, length, 0xa0000, 0x60000))
        return false;
    while (base < end) {
        size_t i = 0;

        while (i < map_count && (map[i].type != MEMORY_USABLE || base < map[i].base ||
                                 base - map[i].base >= map[i].length))
            i++;
        if (i == map_count)
            return false;
        base = map[i].base + map[i].length;
    }
    return true;
}

/* Memory as the kernel finds it; the whole of it has to be usable. */
static const uint8_t *at(uint32_t address, uint64_t length)
{
    if (!is_usable(address, length) || !bytes_within(RAM, address, length))
        fail_msg("%08x, %llu bytes: not usable", (unsigned)address, (unsigned long long)length);
    return host_memory(address);
}

static const char *text_at(uint32_t address)
{
    return (const char *)at(address, 1);
}

static void launch_and_compare(void)
{
    static uint8_t before[RAM];

    memcpy(before, host_memory(0), RAM);
    assert_int_equal(platform_launch(&launch), OK);
    for (size_t i = 0; i < launch.piece_count; i++) {
        const struct relocator_piece *piece = &launch.pieces[i];
        const uint8_t *found = at(piece->destination, piece->size);

        assert_memory_equal(found, before + piece->source, piece->copy);
        for (uint32_t k = piece->copy; k < piece->size; k++)
            assert_int_equal(found[k], 0);
        for (size_t j = 0; j < i; j++)
            assert_false(ranges_overlap(piece->destination, piece->size,
                                        launch.pieces[j].destination, launch.pieces[j].size));
    }
    started++;
}

/* True if the launch took place; else nothing is left of it. */
static bool boot(error_t (*prepare)(const struct kernel_request *, struct launch *))
{
    size_t claimed = host_claimed();
    error_t error = prepare(&request, &launch);

    if (error == OK) {
        launch_and_compare();
        return true;
    }
    if (error != ERROR_MEMORY_CLAIM && error != ERROR_MEMORY_RANGE && error != ERROR_MEMORY_TAKEN)
        fail_msg("%s: %s", error_code(error), error_detail());
    assert_int_equal(host_claimed(), claimed);
    return false;
}

/* --- Multiboot ------------------------------------------------------------------------------- */

static void check_multiboot(void)
{
    const uint8_t *info = at(launch.x86.ebx, 116), *entry;
    char line[256];

    snprintf(line, sizeof line, "dir/kernel%s%s", arguments[0] != '\0' ? " " : "", arguments);
    assert_string_equal(text_at(get_le32(info + 16)), line);
    assert_int_equal(get_le32(info + 20), request.module_count);
    for (size_t i = 0; i < request.module_count; i++) {
        uint32_t start, end;

        entry = at(get_le32(info + 24) + (uint32_t)i * 16, 16);
        start = get_le32(entry);
        end = get_le32(entry + 4);
        assert_int_equal(start % PAGE, 0);
        assert_int_equal(end - start, modules[i].length);
        assert_memory_equal(at(start, end - start), contents[i], end - start);
        assert_string_equal(text_at(get_le32(entry + 8)), words[i]);
    }
    assert_int_equal(get_le32(info + 44), map_count * 24);
    entry = at(get_le32(info + 48), map_count * 24);
    for (size_t i = 0; i < map_count; i++, entry += 24) {
        assert_int_equal(get_le64(entry + 4), map[i].base);
        assert_int_equal(get_le64(entry + 12), map[i].length);
        assert_int_equal(get_le32(entry + 20), map[i].type);
    }
}

static void test_multiboot(void **state)
{
    (void)state;
    for (unsigned round = 0; round < ROUNDS; round++) {
        if (round % 3 == 2)
            build_kludge(&file);
        else
            build_elf_kernel(&file, round % 3 == 1);
        make_machine();
        if (boot(multiboot_prepare))
            check_multiboot();
    }
}

/* --- Linux ----------------------------------------------------------------------------------- */

static void check_linux(void)
{
    const uint8_t *params = at(launch.x86.esi, PAGE);
    uint32_t initrd = get_le32(params + 0x218), size = get_le32(params + 0x21c), part = 0;
    uint64_t needed = plan.pieces[0].memory_size;

    at((uint32_t)launch.entry, needed);
    assert_string_equal(text_at(get_le32(params + 0x228)), arguments);
    assert_false(ranges_overlap(launch.entry, needed, launch.x86.esi, PAGE + strlen(arguments)));
    assert_false(ranges_overlap(launch.entry, needed, initrd, size));
    for (size_t i = 0; i < request.module_count; i++) {
        part = (uint32_t)round_up(part, 4);
        if (modules[i].length != 0)
            assert_memory_equal(at(initrd + part, modules[i].length), contents[i],
                                modules[i].length);
        part += (uint32_t)modules[i].length;
    }
    assert_int_equal(part, size);
    assert_true(size == 0 || initrd + size - 1 <= plan.linux_x86.initrd_highest);
    assert_int_equal(params[0x1e8], map_count < 128 ? map_count : 128);
    for (unsigned i = 0; map_count <= 128 && i < map_count; i++)
        assert_int_equal(get_le64(params + 0x2d0 + i * 20), map[i].base);
}

static void test_linux(void **state)
{
    (void)state;
    for (unsigned round = 0; round < ROUNDS; round++) {
        build_bzimage(&file);
        builder_set64(&file, 0x258, 2 * MB); /* preferred */
        builder_set32(&file, 0x22c, 4 * MB + below(6 * MB));
        file.bytes[0x234] = round % 4 != 0; /* relocatable */
        make_machine();
        if (boot(linux_prepare))
            check_linux();
    }
}

/* --- Darwin ---------------------------------------------------------------------------------- */

static struct fetched_file packages[MODULES];

static error_t prepare_darwin(const struct kernel_request *wanted, struct launch *made)
{
    struct xnu_request xnu = {
        .plan = wanted->plan,
        .image = wanted->image,
        .image_length = wanted->image_length,
        .boot_file = wanted->name,
        .arguments = wanted->arguments,
    };
    struct devtree tree;
    error_t error;

    if (wanted->module_count != 0 && modules[0].length != 0)
        xnu.ramdisk = &packages[0];
    for (size_t i = 0; i < wanted->module_count; i++)
        packages[i] = (struct fetched_file){.bytes = (uint8_t *)(uintptr_t)modules[i].bytes,
                                            .length = modules[i].length};
    assert_int_equal(devtree_create(&tree), OK);
    error = xnu_x86_prepare(&xnu, &tree, made);
    devtree_free(&tree);
    return error;
}

/* Every descriptor in order; usable ones in what firmware calls usable; one for the kernel. */
static void check_efi_map(const uint8_t *descriptor, uint32_t size, uint64_t kernel, uint64_t end)
{
    uint64_t last = 0;
    unsigned kernels = 0;

    for (uint32_t i = 0; i < size; i += 40, descriptor += 40) {
        uint32_t type = get_le32(descriptor);
        uint64_t base = get_le64(descriptor + 8), pages = get_le64(descriptor + 24);

        assert_true(base >= last && base % PAGE == 0 && pages != 0);
        last = base + pages * PAGE;
        if (type == 2) {
            kernels++;
            assert_true(base == kernel && last == end);
        }
        if (type == 7)
            assert_true(is_usable(base != 0 ? base : PAGE, last - (base != 0 ? base : PAGE)));
    }
    assert_int_equal(kernels, 1);
}

static void check_darwin(void)
{
    const uint8_t *boot_args = at(launch.x86.eax, PAGE);
    unsigned more = get_le16(boot_args + 2) == 2 ? 4 : 0;
    uint32_t kernel = get_le32(boot_args + 0x434 + more);
    uint32_t length = get_le32(boot_args + 0x438 + more);
    uint32_t efi_map = get_le32(boot_args + 0x404 + more);
    uint32_t efi_size = get_le32(boot_args + 0x408 + more);

    at(kernel, length);
    assert_int_equal(kernel, image_plan_start(&plan) / PAGE * PAGE);
    assert_true((uint64_t)kernel + length > image_plan_end(&plan));
    assert_string_equal((const char *)boot_args + 4 + more, arguments);
    assert_true(efi_map >= kernel && bytes_within(length, efi_map - kernel, efi_size));
    check_efi_map(at(efi_map, efi_size), efi_size, kernel, (uint64_t)kernel + length);
    for (size_t i = 0; i < launch.piece_count; i++)
        assert_true(
            launch.pieces[i].destination >= kernel &&
            bytes_within(length, launch.pieces[i].destination - kernel, launch.pieces[i].size));
}

static void test_darwin(void **state)
{
    struct macho_x86_sample sample;

    (void)state;
    for (unsigned round = 0; round < ROUNDS; round++) {
        build_macho_x86(&file, round % 2 != 0, &sample);
        make_machine();
        if (boot(prepare_darwin))
            check_darwin();
    }
}

/* --------------------------------------------------------------------------------------------- */

static int set_up(void **state)
{
    (void)state;
    seed = 2463534242u;
    started = 0;
    return 0;
}

/* Machines that all refuse would test nothing. */
static int tear_down(void **state)
{
    (void)state;
    return started >= ROUNDS / 5 && started < ROUNDS ? 0 : 1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_multiboot, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_linux, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_darwin, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
