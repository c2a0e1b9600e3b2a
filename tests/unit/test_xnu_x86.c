/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The whole hand-over to XNU on a simulated PC: small kernels of several releases with everything
 * that can go with them are prepared and launched; then memory is read as the kernel would read it,
 * and everything outside of what it was given has to be as before.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#undef fail /* error.h has one */

#include "boot/host/host.h"
#include "darwin/mkext_write.h"
#include "darwin/xnu.h"
#include "darwin/xnu_models.h"
#include "lib/bytes.h"
#include "lib/crc32.h"

#define PAGE       4096u
#define MB         (1u << 20)
#define RAM        (64u * MB)
#define HIGH_BASE  0xFFFFFF8000000000ull
#define RSDP       0xF5A00u
#define SMBIOS     0xF5B00u
#define STRUCTURES 0xF5C00u

#define IMAGE_LENGTH 0x9000u
#define KERNEL_START 0x100000u
#define KERNEL_END   0x142000u /* as make_kernel lays it out, rounded to pages */

#define complain(...)              \
    do {                           \
        print_error(__VA_ARGS__);  \
        _fail(__FILE__, __LINE__); \
    } while (0)

static struct devtree tree;
static struct launch launch;
static struct nic nic;
static struct network_config network;
static struct image_plan plan;
static struct pc_information pc;
static struct fetched_file packages[XNU_EXTENSIONS_MAXIMUM + 1], ramdisk, plists[2], executable;
static struct xnu_extension extensions[XNU_EXTENSIONS_MAXIMUM + 1];
static struct xnu_request request;
static uint8_t image_copy[IMAGE_LENGTH];
static uint8_t *before; /* RAM as it was at the launch */

/* --- The machine and its files --------------------------------------------------------------- */

static void fill(uint8_t *bytes, size_t length, uint32_t seed)
{
    for (size_t i = 0; i < length; i++) {
        seed = seed * 1664525u + 1013904223u;
        bytes[i] = (uint8_t)(seed >> 24);
    }
}

static struct fetched_file claim_file(const char *name, const void *bytes, size_t length)
{
    struct fetched_file file;
    memset(&file, 0, sizeof file);
    snprintf(file.name, sizeof file.name, "%s", name);
    file.length = length;
    file.claimed = (size_t)round_up(length != 0 ? length : 1, PAGE);
    file.bytes = platform_claim(file.claimed, PAGE);
    assert_non_null(file.bytes);
    if (bytes != NULL)
        memcpy(file.bytes, bytes, length);
    else
        fill(file.bytes, length, (uint32_t)length);
    return file;
}

static struct fetched_file claim_mkext(const char *name, size_t module_length)
{
    static uint8_t made[0x40000];
    uint8_t *module = malloc(module_length);
    size_t length;
    fill(module, module_length, 7);
    const struct mkext_source source = {.plist = (const uint8_t *)"<plist/>",
                                        .plist_length = 8,
                                        .module = module,
                                        .module_length = module_length};
    assert_int_equal(mkext_write(&source, 1, true, made, sizeof made, &length), OK);
    free(module);
    return claim_file(name, made, length);
}

/* The first so many of `packages`, as mkext=, behind what is given already. */
static void add_packages(size_t count)
{
    for (size_t i = 0; i < count; i++)
        extensions[request.extension_count++] =
            (struct xnu_extension){.word = "mkext", .archive = &packages[i]};
}

static void add_piece(const char *name, uint64_t address, uint64_t memory, uint64_t offset,
                      uint64_t size)
{
    struct image_piece *piece = &plan.pieces[plan.piece_count++];
    snprintf(piece->name, sizeof piece->name, "%s", name);
    piece->address = address;
    piece->memory_size = memory;
    piece->file_offset = offset;
    piece->file_size = size;
}

static void make_kernel(enum image_cpu cpu, const char *banner)
{
    uint8_t *image = platform_claim(IMAGE_LENGTH, PAGE);
    assert_non_null(image);
    fill(image, IMAGE_LENGTH, 99);
    memcpy(image + 0x3210, banner, strlen(banner) + 1);
    memcpy(image_copy, image, IMAGE_LENGTH);
    memset(&plan, 0, sizeof plan);
    plan.format = "Mach-O";
    plan.handover = HANDOVER_XNU_X86;
    plan.cpu = cpu;
    plan.entry = 0x112034;
    plan.macho.virtual_base = cpu == IMAGE_CPU_X86_64 ? HIGH_BASE : 0;
    add_piece("__HIB", KERNEL_START, 0x2800, 0x1000, 0x2345);
    add_piece("__TEXT", 0x111000, 0x3000, 0x3000, 0x3000);
    add_piece("__DATA", 0x114000, 0x20000, 0x6000, 0x1234);
    add_piece("__LINKEDIT", 0x140000, 0x1801, 0x7500, 0x1801);
    request.image = image;
    request.image_length = IMAGE_LENGTH;
}

static void make_smbios(void)
{
    static const uint8_t structures[] =
        "\x01\x1B\x00\x01\x01\x02\x00\x03"
        "\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1A\x1B\x1C\x1D\x1E\x1F"
        "\x06\x00\x00"
        "QEMU\0Q35\0S9\0"
        "\0";
    uint8_t *entry = host_memory(SMBIOS), sum = 0;
    memset(entry, 0, 31);
    memcpy(entry, "_SM_", 4);
    entry[5] = 31;
    put_le16(entry + 0x16, sizeof structures);
    put_le32(entry + 0x18, STRUCTURES);
    for (int i = 0; i < 31; i++)
        sum = (uint8_t)(sum + entry[i]);
    entry[4] = (uint8_t)-sum;
    memcpy(host_memory(STRUCTURES), structures, sizeof structures);
}

/* As SeaBIOS tells it, with RAM above 4 GB that the simulation need not have. */
static void give_memory_map(uint64_t low_end)
{
    const struct memory_map_entry entries[] = {
        {0, 0x9FC00, MEMORY_USABLE},
        {0x9FC00, 0x400, MEMORY_RESERVED},
        {0xF0000, 0x10000, MEMORY_RESERVED},
        {MB, low_end - MB, MEMORY_USABLE},
        {low_end, 0x10000, MEMORY_ACPI_RECLAIM},
        {low_end + 0x10000, 0x10000, MEMORY_ACPI_NVS},
        {0xFFFC0000, 0x40000, MEMORY_RESERVED},
        {0x100000000ull, 0x80000000ull, MEMORY_USABLE},
    };
    host_set_memory_map(entries, sizeof entries / sizeof entries[0]);
}

static void set_up_machine(enum image_cpu cpu, const char *banner)
{
    host_reset(RAM);
    host_set_cpu(IMAGE_CPU_X86_64);
    give_memory_map(RAM - 0x20000);
    memset(&request, 0, sizeof request);
    memset(&nic, 0, sizeof nic);
    memset(&network, 0, sizeof network);
    memset(&pc, 0, sizeof pc);
    pc = (struct pc_information){
        .rsdp = RSDP,
        .rsdp_revision = 2,
        .smbios = SMBIOS,
        .ecam = 0xB0000000,
        .ecam_first_bus = 0,
        .ecam_last_bus = 127,
        .tsc_hz = 2400000000u,
        .cpu_hz = 2400000001u,
        .fsb_hz = 600000000u,
        .bus_ratio = 4,
        .vendor = "GenuineIntel",
        .family = 6,
        .model = 15,
        .long_mode = true,
        .rcba = 0xFED1C001,
        .hpet_period = 10000000,
    };
    host_set_pc(&pc);
    make_smbios();
    memcpy(nic.address, "\x52\x54\x00\x12\x34\x56", 6);
    make_kernel(cpu, banner);
    network.method = NETWORK_DHCP;
    network.reply_length = 548;
    fill(network.reply, network.reply_length, 3);
    request.plan = &plan;
    request.nic = &nic;
    request.network = &network;
    request.boot_file = "NetBoot/mach_kernel";
    request.arguments = "-v debug=0x8";
    request.extensions = extensions;
}

static const char tiger[] = "Darwin Kernel Version 8.11.1: root:xnu-792.25.20";
static const char leopard[] = "Darwin Kernel Version 9.8.0: root:xnu-1228.15.4";
static const char snow_leopard[] = "Darwin Kernel Version 10.8.0: root:xnu-1504.15.3";
static const char mountain_lion[] = "Darwin Kernel Version 12.0.0: root:xnu-2050.7.9";

static error_t prepare(void)
{
    assert_int_equal(devtree_create(&tree), OK);
    return xnu_x86_prepare(&request, &tree, &launch);
}

static void expect_failure(error_t expected, const char *words)
{
    size_t claimed = host_claimed();
    error_t error = prepare();
    if (error != expected)
        complain("%s: %s\n", error_code(error), error_detail());
    if (strstr(error_detail(), words) == NULL)
        complain("\"%s\" is not in \"%s\"\n", words, error_detail());
    assert_int_equal(host_claimed(), claimed);
    assert_null(launch.owned);
    devtree_free(&tree);
}

static void release(void)
{
    launch_release(&launch);
    devtree_free(&tree);
}

static void expect_console(const char *words, bool expected)
{
    if ((strstr(host_console(), words) != NULL) != expected)
        complain("\"%s\" %s in:\n%s\n", words, expected ? "is not" : "is", host_console());
}

static void prepare_and_launch(void)
{
    error_t error = prepare();
    if (error != OK)
        complain("%s: %s\n", error_code(error), error_detail());
    before = realloc(before, RAM);
    memcpy(before, host_memory(0), RAM);
    assert_int_equal(platform_launch(&launch), OK);
    assert_non_null(host_launched());
    assert_int_equal(launch.handover, HANDOVER_XNU_X86);
    assert_int_equal(launch.entry, 0x112034);
}

/* --- Reading memory as the kernel does ---------------------------------------------------------
 */

static struct {
    uint32_t address, kernel, end, map, map_size, tree, tree_length, system_table;
    unsigned width;
} args;

static void read_boot_args(unsigned version)
{
    const uint8_t *at = host_memory(launch.x86.eax);
    unsigned second = version == 2 ? 4 : 0;
    args.address = launch.x86.eax;
    assert_int_equal(args.address % PAGE, 0);
    assert_int_equal(get_le16(at + 2), version);
    assert_string_equal((const char *)at + 4 + second, request.arguments);
    args.map = get_le32(at + 0x404 + second);
    args.map_size = get_le32(at + 0x408 + second);
    assert_int_equal(get_le32(at + 0x40C + second), 40);
    assert_int_equal(get_le32(at + 0x410 + second), 1);
    args.tree = get_le32(at + 0x42C + second);
    args.tree_length = get_le32(at + 0x430 + second);
    args.kernel = get_le32(at + 0x434 + second);
    args.end = args.kernel + get_le32(at + 0x438 + second);
    args.system_table = get_le32(at + (version == 2 ? 0x450 : 0x444));
    args.width = at[version == 2 ? 4 : 0x448];
    assert_int_equal(args.kernel, KERNEL_START);
    assert_int_equal(args.end % PAGE, 0);
}

static void expect_inside(uint64_t address, uint64_t length)
{
    if (address < KERNEL_END || address + length > args.end)
        complain("%llx, %llu bytes is not between kernel and %x\n", (unsigned long long)address,
                 (unsigned long long)length, args.end);
}

static void assert_zero(uint32_t from, uint32_t to)
{
    const uint8_t *memory = host_memory(from);
    for (uint32_t at = from; at < to; at++)
        if (memory[at - from] != 0)
            complain("byte at %08x is %02x\n", at, memory[at - from]);
}

static void check_kernel_in_memory(void)
{
    assert_memory_equal(host_memory(KERNEL_START), image_copy + 0x1000, 0x2345);
    assert_zero(KERNEL_START + 0x2345, 0x111000);
    assert_memory_equal(host_memory(0x111000), image_copy + 0x3000, 0x3000);
    assert_memory_equal(host_memory(0x114000), image_copy + 0x6000, 0x1234);
    assert_zero(0x114000 + 0x1234, 0x140000);
    assert_memory_equal(host_memory(0x140000), image_copy + 0x7500, 0x1801);
    assert_zero(0x141801, KERNEL_END);
    assert_memory_equal(host_memory(0), before, KERNEL_START);
    assert_memory_equal(host_memory(args.end), before + args.end, RAM - args.end);
}

static void check_memory_map(void)
{
    static const struct {
        uint32_t type;
        uint64_t base, end;
    } rows[] = {
        {7, 0, 0x9F000},
        {0, 0x9F000, 0xA0000},
        {0, 0xF0000, 0x100000},
        {2, 0x100000, 0},
        {7, 0, RAM - 0x20000},
        {9, RAM - 0x20000, RAM - 0x10000},
        {10, RAM - 0x10000, RAM},
        {0, 0xFFFC0000, 0x100000000ull},
        {7, 0x100000000ull, 0x180000000ull},
    };
    size_t count = sizeof rows / sizeof rows[0];
    expect_inside(args.map, args.map_size);
    assert_int_equal(args.map_size, count * 40);
    for (size_t i = 0; i < count; i++) {
        const uint8_t *at = host_memory(args.map) + 40 * i;
        uint64_t base = i == 4 ? args.end : rows[i].base;
        uint64_t end = i == 3 ? args.end : rows[i].end;
        assert_int_equal(get_le32(at), rows[i].type);
        assert_int_equal(get_le64(at + 8), base);
        assert_int_equal(get_le64(at + 24) * PAGE, end - base);
        assert_int_equal(get_le64(at + 32), 0); /* nothing is for runtime use */
    }
}

static uint64_t pointer_at(uint32_t address)
{
    const uint8_t *at = host_memory(address);
    return args.width == 64 ? get_le64(at) : get_le32(at);
}

/* As the kernel follows a pointer that stands in a table. */
static uint32_t follow(uint64_t pointer)
{
    uint64_t base = args.width == 64 ? HIGH_BASE : 0;
    expect_inside(pointer - base, 1);
    return (uint32_t)(pointer - base);
}

static void check_table(uint32_t address, const char *signature)
{
    uint8_t copy[256];
    uint32_t size = get_le32(host_memory(address) + 12);
    assert_memory_equal(host_memory(address), signature, 8);
    assert_in_range(size, 24, sizeof copy);
    memcpy(copy, host_memory(address), size);
    put_le32(copy + 16, 0);
    assert_int_equal(crc32_ieee(copy, size), get_le32(host_memory(address) + 16));
}

static void check_efi_tables(size_t configurations)
{
    bool wide = args.width == 64;
    expect_inside(args.system_table, 120);
    check_table(args.system_table, "IBI SYST");
    uint32_t runtime = follow(pointer_at(args.system_table + (wide ? 88 : 56)));
    check_table(runtime, "RUNTSERV");
    for (unsigned i = 0; i < 11; i++)
        follow(pointer_at(runtime + 24 + i * args.width / 8));
    assert_int_equal(pointer_at(args.system_table + (wide ? 104 : 64)), configurations);
    follow(pointer_at(args.system_table + (wide ? 112 : 68)));
}

static struct devtree read_tree(void)
{
    struct devtree found;
    expect_inside(args.tree, args.tree_length);
    assert_int_equal(args.tree % PAGE, 0);
    assert_int_equal(devtree_unflatten(&found, false, host_memory(args.tree), args.tree_length),
                     OK);
    assert_int_equal(devtree_flat_length(&found), args.tree_length);
    for (const struct devtree_node *node = found.root; node != NULL; node = devtree_next(node))
        assert_non_null(devtree_get_string(node, "name"));
    return found;
}

/*
 * IODeviceTreeAlloc of 64-bit kernels up to Darwin 12 takes the DeviceTree entry for two 64-bit
 * words: both its numbers are the address, and what stands behind the entry in the tree is the
 * length that it frees there. So that has to be a page at the most.
 */
static void check_what_is_freed(void)
{
    static const char name[32] = "DeviceTree";
    const uint8_t *tree = host_memory(args.tree);
    uint32_t at = 0;
    while (at + 52 <= args.tree_length && memcmp(tree + at, name, sizeof name) != 0)
        at += 4;
    assert_true(at + 52 <= args.tree_length);
    assert_int_equal(get_le32(tree + at + 32), 8);
    assert_in_range((uint32_t)round_up(get_le64(tree + at + 44), PAGE), 0, PAGE);
}

static const struct devtree_property *property(const struct devtree *from, const char *path,
                                               const char *name)
{
    const struct devtree_node *node = devtree_find(from, path);
    if (node == NULL)
        complain("there is no %s\n", path);
    return devtree_get(node, name);
}

static void expect_bytes(const struct devtree *from, const char *path, const char *name,
                         const void *value, size_t length)
{
    const struct devtree_property *found = property(from, path, name);
    if (found == NULL || found->length != length)
        complain("%s %s: %u bytes\n", path, name, found != NULL ? (unsigned)found->length : 0);
    if (length != 0)
        assert_memory_equal(found->value, value, length);
}

static void expect_text(const struct devtree *from, const char *path, const char *name,
                        const char *text)
{
    expect_bytes(from, path, name, text, strlen(text) + 1);
}

static void expect_number(const struct devtree *from, const char *path, const char *name,
                          size_t width, uint64_t value)
{
    uint8_t bytes[8];
    put_le64(bytes, value);
    expect_bytes(from, path, name, bytes, width);
}

static void expect_utf16(const struct devtree *from, const char *path, const char *name,
                         const char *text)
{
    uint8_t bytes[64];
    for (size_t i = 0; i <= strlen(text); i++)
        put_le16(bytes + 2 * i, (uint8_t)text[i]);
    expect_bytes(from, path, name, bytes, 2 * strlen(text) + 2);
}

static void expect_configuration(const struct devtree *from, const char *guid, const char *alias,
                                 uint64_t address)
{
    char path[80];
    snprintf(path, sizeof path, "/efi/configuration-table/%s", guid);
    expect_text(from, path, "alias", alias);
    expect_number(from, path, "table", args.width / 8, address);
    assert_int_equal(property(from, path, "guid")->length, 16);
}

static void check_tree(const struct devtree *found)
{
    bool wide = args.width == 64;
    expect_text(found, "/", "name", "/");
    expect_text(found, "/", "compatible", "ACPI");
    expect_text(found, "/", "model", "ACPI");
    expect_bytes(found, "/", "net-boot", NULL, 0);
    expect_text(found, "/chosen", "boot-args", request.arguments);
    expect_text(found, "/chosen", "boot-file", "NetBoot/mach_kernel");
    expect_bytes(found, "/chosen", "dhcp-response", network.reply, network.reply_length);
    expect_bytes(found, "/chosen", "bootp-response", network.reply, network.reply_length);
    assert_non_null(strstr((const char *)property(found, "/chosen", "root-matching")->value,
                           "<data>UlQAEjRW</data>"));
    assert_int_equal(property(found, "/chosen", "random-seed")->length, 64);
    expect_number(found, "/efi", "firmware-revision", 4, 1);
    expect_utf16(found, "/efi", "firmware-vendor", "Sawboot");
    expect_text(found, "/efi", "firmware-abi", wide ? "EFI64" : "EFI32");
    expect_number(found, "/efi/platform", "FSBFrequency", 8, 600000000u);
    expect_number(found, "/efi/platform", "TSCFrequency", 8, 2400000000u);
    expect_number(found, "/efi/platform", "CPUFrequency", 8, 2400000001u);
    expect_number(found, "/efi/platform", "DevicePathsSupported", 4, 1);
    expect_bytes(found, "/efi/platform", "system-id",
                 "\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1A\x1B\x1C\x1D\x1E\x1F", 16);
    expect_utf16(found, "/efi/platform", "Model", "Q35");
    expect_utf16(found, "/efi/platform", "SystemSerialNumber", "S9");
    expect_number(found, "/efi/runtime-services", "table", args.width / 8,
                  pointer_at(args.system_table + (wide ? 88 : 56)));
    expect_configuration(found, "EB9D2D30-2D88-11D3-9A16-0090273FC14D", "ACPI", RSDP);
    expect_configuration(found, "8868E871-E4F1-11D3-BC22-0080C73C8881", "ACPI_20", RSDP);
    expect_configuration(found, "EB9D2D31-2D88-11D3-9A16-0090273FC14D", "SMBIOS", SMBIOS);
}

/* --- /chosen/memory-map --------------------------------------------------------------------------
 */

struct range {
    uint32_t address, length;
};

static struct range entry(const struct devtree *from, const char *name)
{
    const struct devtree_property *found = property(from, "/chosen/memory-map", name);
    if (found == NULL)
        complain("there is no entry %s\n", name);
    assert_int_equal(found->length, 8);
    struct range range = {get_le32(found->value), get_le32(found->value + 4)};
    expect_inside(range.address, range.length);
    assert_int_equal(range.address % PAGE, 0);
    return range;
}

/* The entry number `index` of those that begin like this; the name tells the address. */
static struct range named_entry(const struct devtree *from, const char *prefix, size_t index)
{
    const struct devtree_node *map = devtree_find(from, "/chosen/memory-map");
    for (const struct devtree_property *at = map->first_property; at != NULL; at = at->next)
        if (strncmp(at->name, prefix, strlen(prefix)) == 0 && index-- == 0) {
            struct range range = entry(from, at->name);
            assert_int_equal(strtoul(at->name + strlen(prefix), NULL, 16), range.address);
            return range;
        }
    complain("too few entries %s\n", prefix);
    return (struct range){0, 0};
}

/* No two entries share a page, nor one with the block right behind the kernel. */
static void check_no_shared_pages(const struct devtree *from, uint32_t block_end)
{
    const struct devtree_node *map = devtree_find(from, "/chosen/memory-map");
    for (const struct devtree_property *a = map->first_property; a != NULL; a = a->next) {
        if (strcmp(a->name, "name") == 0 || strcmp(a->name, "BootArgs") == 0)
            continue;
        uint64_t base = get_le32(a->value), length = round_up(get_le32(a->value + 4), PAGE);
        assert_true(base >= block_end);
        for (const struct devtree_property *b = a->next; b != NULL; b = b->next)
            if (strcmp(b->name, "name") != 0)
                assert_false(ranges_overlap(base, length, get_le32(b->value),
                                            round_up(get_le32(b->value + 4), PAGE)));
    }
}

static void check_file(struct range range, const uint8_t *expected, size_t length)
{
    assert_int_equal(range.length, length);
    assert_memory_equal(host_memory(range.address), expected, length);
    assert_zero(range.address + (uint32_t)length, (uint32_t)round_up(range.address + length, PAGE));
}

/* As OSKext::initWithBooterData reads it. */
static void check_kext(struct range range, const struct xnu_extension *kext, const uint8_t *plist,
                       const uint8_t *program, size_t program_length)
{
    const uint8_t *head = host_memory(range.address);
    size_t plist_length = kext->plist->length + 1, path_length = strlen(kext->bundle_path) + 1;
    uint32_t words[6];
    for (int i = 0; i < 6; i++)
        words[i] = get_le32(head + 4 * i);
    assert_int_equal(words[1], plist_length);
    assert_int_equal(words[3], program_length);
    assert_int_equal(words[5], path_length);
    for (int i = 0; i < 6; i += 2)
        if (words[i + 1] != 0) {
            assert_true(words[i] >= range.address + 24);
            assert_true(words[i] + words[i + 1] <= range.address + range.length);
        }
    assert_memory_equal(host_memory(words[0]), plist, plist_length - 1);
    assert_int_equal(host_memory(words[0])[plist_length - 1], 0);
    assert_string_equal((const char *)host_memory(words[4]), kext->bundle_path);
    if (program_length != 0) {
        assert_int_equal(words[2] % PAGE, 0);
        assert_memory_equal(host_memory(words[2]), program, program_length);
    } else {
        assert_int_equal(words[2], 0);
    }
}

/* --- Tests --------------------------------------------------------------------------------------
 */

static uint8_t *copy_of(const struct fetched_file *file)
{
    uint8_t *copy = malloc(file->length);
    memcpy(copy, file->bytes, file->length);
    return copy;
}

static void give_files(void)
{
    static const char plist[] = "<plist><dict><key>CFBundleExecutable</key></dict></plist>";
    packages[0] = claim_mkext("first", 70000);
    packages[1] = claim_mkext("second", 2 * PAGE - 32 - 32 - 8); /* whole pages exactly */
    assert_int_equal(packages[1].length, 2 * PAGE);
    ramdisk = claim_file("disk", NULL, 3 * PAGE + 512);
    plists[0] = claim_file("Info.plist", plist, sizeof plist - 1);
    plists[1] = claim_file("Info.plist", NULL, PAGE); /* fills a page without what is around it */
    executable = claim_file("program", NULL, 9000);
    add_packages(2);
    /* In this order: single, archive, single, archive. */
    extensions[3] = extensions[1];
    extensions[1] = extensions[0];
    extensions[0] = (struct xnu_extension){"driver", NULL, "/System/Library/Extensions/A.kext",
                                           &plists[0], &executable};
    extensions[2] = (struct xnu_extension){"driver", NULL, "/System/Library/Extensions/B.kext",
                                           &plists[1], NULL};
    request.extension_count = 4;
    request.ramdisk = &ramdisk;
}

static void whole_hand_over(enum image_cpu cpu, const char *banner, unsigned version,
                            unsigned revision)
{
    set_up_machine(cpu, banner);
    give_files();
    uint8_t *copies[6] = {copy_of(&packages[0]), copy_of(&packages[1]), copy_of(&ramdisk),
                          copy_of(&plists[0]),   copy_of(&plists[1]),   copy_of(&executable)};
    prepare_and_launch();
    read_boot_args(version);
    assert_int_equal(get_le16(host_memory(args.address)), revision);
    assert_int_equal(args.width, cpu == IMAGE_CPU_X86_64 ? 64 : 32);
    check_kernel_in_memory();
    check_memory_map();
    check_efi_tables(3);
    expect_inside(launch.x86.esp - PAGE, PAGE);
    assert_false(launch.set_video);

    struct devtree found = read_tree();
    check_tree(&found);
    struct range own = entry(&found, "BootArgs");
    assert_int_equal(own.address, args.address);
    assert_int_equal(own.length, version == 2 ? 4096 : 0x468);
    struct range itself = entry(&found, "DeviceTree");
    assert_int_equal(itself.address, args.tree);
    assert_int_equal(itself.length, args.tree_length);
    if (cpu == IMAGE_CPU_X86_64)
        check_what_is_freed();
    check_no_shared_pages(&found, (uint32_t)round_up(args.map + args.map_size, PAGE));
    check_file(named_entry(&found, "DriversPackage-", 0), copies[0], packages[0].length);
    check_file(named_entry(&found, "DriversPackage-", 1), copies[1], packages[1].length);
    check_kext(named_entry(&found, "Driver-", 0), &extensions[0], copies[3], copies[5],
               executable.length);
    check_kext(named_entry(&found, "Driver-", 1), &extensions[2], copies[4], NULL, 0);
    for (unsigned i = 1; i < 4; i++) {
        static const char *const names[] = {"Driver-", "DriversPackage-"};
        assert_true(named_entry(&found, names[i % 2], i / 2).address >
                    named_entry(&found, names[(i - 1) % 2], (i - 1) / 2).address);
    }
    struct range disk = entry(&found, "RAMDisk");
    assert_int_equal(disk.length, 4 * PAGE);
    assert_memory_equal(host_memory(disk.address), copies[2], ramdisk.length);
    assert_zero(disk.address + (uint32_t)ramdisk.length, disk.address + 4 * PAGE);
    expect_console("note: the kernel has the RAM disk as md0", true);
    devtree_free(&found);
    release();
    for (int i = 0; i < 6; i++)
        free(copies[i]);
}

static void test_tiger(void **state)
{
    (void)state;
    whole_hand_over(IMAGE_CPU_I386, tiger, 1, 4);
    expect_console("warning", false);
}

static void test_leopard(void **state)
{
    (void)state;
    whole_hand_over(IMAGE_CPU_I386, leopard, 1, 4);
    expect_console("warning", false);
}

static void test_snow_leopard(void **state)
{
    (void)state;
    whole_hand_over(IMAGE_CPU_I386, snow_leopard, 1, 6);
    expect_console("warning", false);
    whole_hand_over(IMAGE_CPU_X86_64, snow_leopard, 1, 6);
}

static void test_mountain_lion(void **state)
{
    (void)state;
    whole_hand_over(IMAGE_CPU_X86_64, mountain_lion, 2, 0);
    expect_console("warning", false);
    const uint8_t *at = host_memory(args.address);
    /* 62.5 MB and 639 KB below 4 GB and 2 GB above, to the next MB; holes are not RAM. */
    assert_int_equal(get_le64(at + 0x478), (2048ull + 64) * MB);
    assert_int_equal(get_le64(at + 0x480), 600000000u);
    assert_int_equal(get_le64(at + 0x488), 0xB0000000u);
    assert_int_equal(get_le32(at + 0x490), 0);
    assert_int_equal(get_le32(at + 0x494), 127);
    assert_int_equal(get_le32(at + 0x454), 0); /* not slid */
}

static void test_unknown_release(void **state)
{
    (void)state;
    whole_hand_over(IMAGE_CPU_I386, "nothing", 1, 5);
    expect_console("the kernel does not tell its release", true);
    whole_hand_over(IMAGE_CPU_X86_64, "nothing", 2, 0);
    expect_console("boot_args version 2.0", true);
}

static void test_forced_version(void **state)
{
    (void)state;
    set_up_machine(IMAGE_CPU_X86_64, snow_leopard);
    request.boot_args_version = 1;
    request.boot_args_revision = 5;
    assert_int_equal(prepare(), OK);
    assert_int_equal(get_le16(launch.owned), 5);
    assert_int_equal(get_le16((uint8_t *)launch.owned + 2), 1);
    expect_console("does not take boot_args", false);
    release();
    request.boot_args_version = 2;
    request.boot_args_revision = 0;
    assert_int_equal(prepare(), OK);
    assert_int_equal(get_le16((uint8_t *)launch.owned + 2), 2);
    expect_console("Darwin 10.8 does not take boot_args of version 2.0", true);
    release();
    request.boot_args_version = 3;
    expect_failure(ERROR_OPTION_VALUE, "3.0");
}

static void test_video(void **state)
{
    const struct video_mode mode = {.number = 0x118, .video = {0xFD000000, 4096, 1024, 768, 32}};
    (void)state;
    set_up_machine(IMAGE_CPU_X86_64, mountain_lion);
    request.video = &mode;
    for (uint32_t display = 1; display <= 2; display++) {
        const uint32_t words[] = {0xFD000000, display, 4096, 1024, 768, 32};
        request.arguments = display == 2 ? "-v" : "debug=0x8";
        prepare_and_launch();
        read_boot_args(2);
        for (int i = 0; i < 6; i++)
            assert_int_equal(get_le32(host_memory(args.address) + 0x418 + 4 * i), words[i]);
        assert_true(launch.set_video);
        assert_int_equal(launch.video.number, 0x118);
        release();
    }
    struct video_mode deep = mode;
    deep.video.depth = 24;
    request.video = &deep;
    expect_failure(ERROR_VIDEO_MODE, "video=1024x768x16");
}

/* A kernel and files that came with the loader, and machines that tell less. */
static void test_without_network(void **state)
{
    (void)state;
    set_up_machine(IMAGE_CPU_I386, leopard);
    request.nic = NULL;
    request.network = NULL;
    pc.smbios = 0;
    pc.rsdp_revision = 0;
    host_set_pc(&pc);
    prepare_and_launch();
    read_boot_args(1);
    check_efi_tables(1);
    struct devtree found = read_tree();
    assert_null(property(&found, "/", "net-boot"));
    assert_null(property(&found, "/chosen", "root-matching"));
    assert_null(property(&found, "/chosen", "dhcp-response"));
    assert_int_equal(property(&found, "/chosen", "random-seed")->length, 64);
    assert_null(property(&found, "/efi/platform", "system-id"));
    assert_null(property(&found, "/efi/platform", "Model"));
    assert_non_null(
        devtree_find(&found, "/efi/configuration-table/EB9D2D30-2D88-11D3-9A16-0090273FC14D"));
    assert_null(
        devtree_find(&found, "/efi/configuration-table/8868E871-E4F1-11D3-BC22-0080C73C8881"));
    devtree_free(&found);
    release();
}

/* The kernel looks at rd= only where the tree does not say where the root is. */
static void test_user_chooses_the_root(void **state)
{
    (void)state;
    set_up_machine(IMAGE_CPU_X86_64, mountain_lion);
    request.arguments = "rd=md0 -v";
    network.method = NETWORK_BOOTP;
    ramdisk = claim_file("disk", NULL, PAGE);
    request.ramdisk = &ramdisk;
    prepare_and_launch();
    read_boot_args(2);
    struct devtree found = read_tree();
    assert_null(property(&found, "/chosen", "root-matching"));
    assert_null(property(&found, "/chosen", "dhcp-response"));
    assert_non_null(property(&found, "/chosen", "bootp-response"));
    expect_console("md0", false);
    devtree_free(&found);
    release();
}

static void test_without_acpi(void **state)
{
    (void)state;
    set_up_machine(IMAGE_CPU_X86_64, mountain_lion);
    pc.rsdp = 0;
    host_set_pc(&pc);
    expect_failure(ERROR_PC_ACPI, "platform driver");
    request.without_acpi = true;
    for (int with_tables = 0; with_tables <= 1; with_tables++) {
        pc.rsdp = with_tables ? RSDP : 0;
        host_set_pc(&pc);
        prepare_and_launch();
        read_boot_args(2);
        check_efi_tables(1);
        struct devtree found = read_tree();
        expect_text(&found, "/", "compatible", "PC");
        const struct devtree_node *node = devtree_find(&found, "/efi/configuration-table");
        assert_ptr_equal(node->first_child, node->last_child);
        expect_configuration(&found, "EB9D2D31-2D88-11D3-9A16-0090273FC14D", "SMBIOS", SMBIOS);
        devtree_free(&found);
        release();
    }
}

static void test_kernel_that_starts_inside_a_page(void **state)
{
    (void)state;
    set_up_machine(IMAGE_CPU_I386, leopard);
    plan.pieces[0].address += 0x20;
    prepare_and_launch();
    read_boot_args(1);
    assert_zero(KERNEL_START, KERNEL_START + 0x20);
    assert_memory_equal(host_memory(KERNEL_START + 0x20), image_copy + 0x1000, 0x2345);
    release();
}

/* The old loader's place does not matter: everything moves at the launch. */
static void test_files_where_the_kernel_goes(void **state)
{
    (void)state;
    set_up_machine(IMAGE_CPU_I386, leopard);
    assert_true(platform_claim_at(KERNEL_START + 0x10000, 0x30000));
    uint8_t *bytes = host_memory(KERNEL_START + 0x10000);
    static uint8_t expected[0x30000];
    fill(bytes, sizeof expected, 5);
    memcpy(expected, bytes, sizeof expected);
    ramdisk = (struct fetched_file){.name = "disk", .bytes = bytes, .length = sizeof expected};
    request.ramdisk = &ramdisk;
    prepare_and_launch();
    read_boot_args(1);
    check_kernel_in_memory();
    struct devtree found = read_tree();
    check_file(entry(&found, "RAMDisk"), expected, sizeof expected);
    devtree_free(&found);
    release();
}

/* --- Refusals ------------------------------------------------------------------------------------
 */

static void test_no_pc(void **state)
{
    (void)state;
    set_up_machine(IMAGE_CPU_I386, leopard);
    host_reset(RAM);
    memset(&plan, 0, sizeof plan);
    plan.cpu = IMAGE_CPU_I386;
    request.image = image_copy;
    expect_failure(ERROR_LAUNCH_KIND, "needs a PC");
}

static void test_kernel_has_no_place(void **state)
{
    const struct memory_map_entry small[] = {{0, 0x9F000, 1}, {MB, 3 * MB, 1}};
    const struct memory_map_entry hole[] = {
        {0, 0x9F000, 1}, {MB, 0x20000, 1}, {0x120000, 0x1000, 2}, {0x121000, 60 * MB, 1}};
    const struct memory_map_entry nvs_above[] = {
        {0, 0x9F000, 1}, {MB, 0x44000, 1}, {0x144000, 0x1000, 4}, {0x145000, 60 * MB, 1}};
    (void)state;
    set_up_machine(IMAGE_CPU_I386, leopard);
    host_set_memory_map(small, 1);
    expect_failure(ERROR_MEMORY_RANGE, "the kernel at 0x100000");
    host_set_memory_map(small, 2);
    expect_failure(ERROR_MEMORY_RANGE, "KB more");
    host_set_memory_map(hole, 4);
    expect_failure(ERROR_MEMORY_TAKEN, "the kernel at 0x100000");
    host_set_memory_map(nvs_above, 4);
    expect_failure(ERROR_MEMORY_TAKEN, "the kernel with its files");
    give_memory_map(RAM - 0x20000);
    for (size_t i = 0; i < plan.piece_count; i++)
        plan.pieces[i].address -= 0x80000; /* at 512 KB, across video memory */
    expect_failure(ERROR_MEMORY_TAKEN, "firmware has");
}

/* What a kernel cannot map at its start is refused, however much memory there is. */
static void test_beyond_the_first_page_tables(void **state)
{
    const struct memory_map_entry large[] = {{0, 0x9F000, 1}, {MB, 0xBFF00000u, 1}};
    (void)state;
    set_up_machine(IMAGE_CPU_X86_64, mountain_lion);
    host_set_memory_map(large, 2);
    ramdisk = claim_file("disk", NULL, PAGE);
    ramdisk.length = 1000u * MB - 2 * MB;
    request.ramdisk = &ramdisk;
    expect_failure(ERROR_MEMORY_RANGE, "at 3e800000");
    request.ramdisk = NULL;
    for (size_t i = 0; i < plan.piece_count; i++)
        plan.pieces[i].address += 0x50000000;
    expect_failure(ERROR_MEMORY_RANGE, "at 3e800000");
}

static void test_little_room_is_told(void **state)
{
    (void)state;
    set_up_machine(IMAGE_CPU_I386, leopard);
    give_memory_map(12 * MB);
    assert_int_equal(prepare(), OK);
    expect_console("KB of memory are left above", true);
    release();
}

static void test_bad_files(void **state)
{
    (void)state;
    set_up_machine(IMAGE_CPU_I386, leopard);
    packages[0] = claim_mkext("first", 1000);
    add_packages(1);
    put_be32(packages[0].bytes + 0x10, 0x02002001);
    expect_failure(ERROR_MKEXT_VERSION,
                   "mkext=first: Darwin 9.8 reads version 1 alone: version is 02002001");
    extensions[0].word = "driver";
    expect_failure(ERROR_MKEXT_VERSION, "driver=first: Darwin 9.8");
    extensions[0].word = "mkext";
    put_be32(packages[0].bytes + 0x10, 0x01008000);
    put_be32(packages[0].bytes + 0x18, 18);
    expect_failure(ERROR_MKEXT_CPU, "mkext=first: ");
    put_be32(packages[0].bytes + 0x18, 7);
    assert_int_equal(prepare(), OK);
    release();
    request.extension_count = XNU_EXTENSIONS_MAXIMUM + 1;
    expect_failure(ERROR_OPTION_VALUE, "25 times, 24 at most");
    request.extension_count = 0;
    ramdisk = claim_file("disk", NULL, 0);
    request.ramdisk = &ramdisk;
    expect_failure(ERROR_IMAGE_TRUNCATED, "ramdisk=disk");

    /* Later kernels read both versions. */
    set_up_machine(IMAGE_CPU_X86_64, mountain_lion);
    packages[0] = claim_mkext("first", 1000);
    add_packages(1);
    put_be32(packages[0].bytes + 0x10, 0x02002001);
    put_be32(packages[0].bytes + 0x18, 0x01000007);
    assert_int_equal(prepare(), OK);
    release();
}

static void test_as_many_parts_as_there_can_be(void **state)
{
    (void)state;
    set_up_machine(IMAGE_CPU_I386, leopard);
    plan.piece_count = 0;
    for (unsigned i = 0; i < IMAGE_PIECES_MAXIMUM; i++)
        add_piece("many", KERNEL_START + i * PAGE, PAGE, 0, 16);
    plists[0] = claim_file("Info.plist", "<plist/>", 8);
    executable = claim_file("program", NULL, 100);
    for (size_t i = 0; i < XNU_EXTENSIONS_MAXIMUM; i++)
        extensions[i] = (struct xnu_extension){"driver", NULL, "/a.kext", &plists[0], &executable};
    request.extension_count = XNU_EXTENSIONS_MAXIMUM;
    ramdisk = claim_file("disk", NULL, PAGE);
    request.ramdisk = &ramdisk;
    assert_int_equal(prepare(), OK);
    assert_int_equal(launch.piece_count, IMAGE_PIECES_MAXIMUM + 1 + 2 * XNU_EXTENSIONS_MAXIMUM + 2);
    assert_int_equal(platform_launch(&launch), OK);
    release();
}

static void test_no_memory_to_work_in(void **state)
{
    static char line[2000];
    (void)state;
    set_up_machine(IMAGE_CPU_I386, leopard);
    host_limit_claims(host_claimed() + PAGE);
    expect_failure(ERROR_MEMORY_CLAIM, "device tree");
    host_limit_claims(SIZE_MAX);
    memset(line, 'x', 1024);
    request.arguments = line;
    expect_failure(ERROR_OPTION_LENGTH, "1024 characters, 1023 at most");
    line[1023] = 0;
    assert_int_equal(prepare(), OK);
    release();
}

/* --- Warnings
 * ------------------------------------------------------------------------------------- */

/* Prepares with these facts changed and looks for a line. */
static void expect_warning(const char *banner, const char *words, bool expected)
{
    enum image_cpu cpu = strcmp(banner, mountain_lion) == 0 ? IMAGE_CPU_X86_64 : IMAGE_CPU_I386;
    struct pc_information changed = pc;
    set_up_machine(cpu, banner);
    host_set_pc(&changed);
    assert_int_equal(prepare(), OK);
    expect_console(words, expected);
    release();
    pc = changed;
}

static void standard_pc(void)
{
    set_up_machine(IMAGE_CPU_I386, leopard);
}

static void test_processor_warnings(void **state)
{
    static const char stops[] = "not of Intel's family 6",
                      unknown[] = "may not know this processor", divides[] = "will divide by 0",
                      ce[] = "register CEh", bus[] = "takes a front-side bus between",
                      unmeasured[] = "not be measured";
    (void)state;
    standard_pc();
    strcpy(pc.vendor, "AuthenticAMD");
    expect_warning(leopard, stops, true);
    expect_warning("nothing", "warning", false);
    standard_pc();
    pc.family = 15;
    expect_warning(mountain_lion, stops, true);
    standard_pc();
    pc.model = 23; /* Penryn */
    expect_warning(tiger, unknown, true);
    expect_warning(leopard, unknown, false);
    expect_warning(mountain_lion, "warning", false);
    pc.model = 6;
    expect_warning(mountain_lion, unknown, true);
    pc.model = 60; /* Haswell */
    expect_warning(snow_leopard, unknown, true);
    expect_warning(mountain_lion, unknown, false);
    pc.model = 26; /* Nehalem */
    expect_warning(snow_leopard, ce, true);
    expect_warning(leopard, ce, true);
    expect_warning("Darwin Kernel Version 9.0.0: ", ce, false);
    expect_warning(mountain_lion, ce, false);
    standard_pc();
    pc.bus_ratio = 0;
    expect_warning(leopard, divides, true);
    expect_warning(snow_leopard, divides, true);
    expect_warning(mountain_lion, divides, false);
    standard_pc();
    pc.fsb_hz = 90000000;
    expect_warning(snow_leopard, bus, true);
    expect_warning(mountain_lion, bus, false);
    pc.fsb_hz = 90000001;
    expect_warning(snow_leopard, bus, false);
    pc.fsb_hz = 10000000000ull;
    expect_warning(snow_leopard, bus, true);
    pc.tsc_hz = 400000000; /* what the first releases compute it from */
    pc.bus_ratio = 4;
    expect_warning(leopard, bus, false);
    pc.bus_ratio = 5;
    expect_warning(leopard, bus, true);
    pc.fsb_hz = 0;
    expect_warning(mountain_lion, unmeasured, true);
    pc.hypervisor_timing = true;
    expect_warning(mountain_lion, unmeasured, false);
}

static void test_chipset_warnings(void **state)
{
    (void)state;
    standard_pc();
    pc.rcba = 0;
    expect_warning(leopard, "chipset (missing) and its HPET (here)", true);
    expect_warning(tiger, "LPC bridge", true);
    expect_warning(snow_leopard, "LPC bridge", false);
    standard_pc();
    pc.hpet_period = 0;
    expect_warning(leopard, "chipset (here) and its HPET (missing)", true);
}

static void test_kernel_warnings(void **state)
{
    (void)state;
    set_up_machine(IMAGE_CPU_I386, tiger);
    plan.macho.virtual_base = 0xC0000000;
    assert_int_equal(prepare(), OK);
    expect_console("linked at c0100000", true);
    release();

    set_up_machine(IMAGE_CPU_X86_64, mountain_lion);
    plan.macho.prelinked = true;
    assert_int_equal(prepare(), OK);
    expect_console("drivers linked in", false);
    release();
    packages[0] = claim_mkext("first", 100);
    add_packages(1);
    assert_int_equal(prepare(), OK);
    expect_console("drivers linked in", true);
    release();

    /* 10.5 merges both. */
    set_up_machine(IMAGE_CPU_I386, leopard);
    plan.macho.prelinked = true;
    packages[0] = claim_mkext("first", 100);
    add_packages(1);
    assert_int_equal(prepare(), OK);
    expect_console("drivers linked in", false);
    release();
}

static int give_back(void **state)
{
    (void)state;
    free(before);
    before = NULL;
    return 0;
}

/* Darwin 8 and 9 know only whole ratios, and only register 198h for most processors. */
static void test_bus_clock(void **state)
{
    static const struct kernel_release tiger = {.major = 8, .minor = 9},
                                       leopard_first = {.major = 9, .minor = 0},
                                       leopard_last = {.major = 9, .minor = 8},
                                       snow = {.major = 10, .minor = 0}, unknown = {.major = 0};
    struct pc_information machine = {
        .tsc_hz = 3000000000u, .fsb_hz = 400000000, .bus_ratio = 7, .model = 23};

    (void)state;
    assert_int_equal(xnu_bus_clock(&snow, &machine), 400000000); /* 7.5 times */
    assert_int_equal(xnu_bus_clock(&unknown, &machine), 400000000);
    assert_int_equal(xnu_bus_clock(&tiger, &machine), 428571429);
    assert_int_equal(xnu_bus_clock(&leopard_last, &machine), 428571429);
    machine.model = 26; /* Nehalem */
    assert_int_equal(xnu_bus_clock(&leopard_first, &machine), 428571429);
    assert_int_equal(xnu_bus_clock(&leopard_last, &machine), 400000000);
    machine.bus_ratio = 0;
    assert_int_equal(xnu_bus_clock(&tiger, &machine), 400000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tiger),
        cmocka_unit_test(test_leopard),
        cmocka_unit_test(test_snow_leopard),
        cmocka_unit_test(test_mountain_lion),
        cmocka_unit_test(test_unknown_release),
        cmocka_unit_test(test_forced_version),
        cmocka_unit_test(test_video),
        cmocka_unit_test(test_without_network),
        cmocka_unit_test(test_user_chooses_the_root),
        cmocka_unit_test(test_without_acpi),
        cmocka_unit_test(test_kernel_that_starts_inside_a_page),
        cmocka_unit_test(test_files_where_the_kernel_goes),
        cmocka_unit_test(test_no_pc),
        cmocka_unit_test(test_kernel_has_no_place),
        cmocka_unit_test(test_beyond_the_first_page_tables),
        cmocka_unit_test(test_little_room_is_told),
        cmocka_unit_test(test_bad_files),
        cmocka_unit_test(test_as_many_parts_as_there_can_be),
        cmocka_unit_test(test_no_memory_to_work_in),
        cmocka_unit_test(test_processor_warnings),
        cmocka_unit_test(test_chipset_warnings),
        cmocka_unit_test(test_bus_clock),
        cmocka_unit_test(test_kernel_warnings),
    };
    return cmocka_run_group_tests_name("XNU on x86", tests, NULL, give_back);
}
