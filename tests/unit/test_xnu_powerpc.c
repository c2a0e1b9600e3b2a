/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The whole hand-over on the simulated machine: the tree that Apple's loader built, without what it
 * added, is the firmware's; a small kernel, a driver and two packages are prepared and launched;
 * then every byte of memory up to topOfKernelData is checked.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#undef fail /* error.h has one */

#include "boot/host/host.h"
#include "darwin/mkext.h"
#include "darwin/mkext_write.h"
#include "darwin/xnu.h"
#include "lib/bytes.h"
#include "tests/unit/golden.h"

#define CARD_PATH "/pci@f2000000/rtl8139@f"
#define RAM       (64u << 20)
#define PAGE      4096u

/* The kernel: sections of a file of this length, the rest as an XNU of 10.4 has it. */
#define IMAGE_LENGTH  0xC000u
#define SYMBOL_COUNT  5
#define SYMBOL_OFFSET 0xB000u
#define STRING_OFFSET (SYMBOL_OFFSET + SYMBOL_COUNT * 12 + 4)
#define STRING_SIZE   77
#define HEADER_SIZE   0x345
#define DRIVER_LENGTH (3u << 20)

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
static struct fetched_file driver, packages[XNU_EXTENSIONS_MAXIMUM + 1];
static struct xnu_extension extensions[XNU_EXTENSIONS_MAXIMUM + 1];
static struct xnu_request request;
static uint8_t image_copy[IMAGE_LENGTH];
static uint8_t *driver_copy;

/* --- The machine and its files --------------------------------------------------------------- */

static void unlink_node(struct devtree_node *node)
{
    struct devtree_node *parent = node->parent, *before = NULL;
    for (struct devtree_node *at = parent->first_child; at != node; at = at->next)
        before = at;
    if (before != NULL)
        before->next = node->next;
    else
        parent->first_child = node->next;
    if (parent->last_child == node)
        parent->last_child = before;
}

/* Firmware's tree: the golden one without what Apple's loader put in. */
static struct devtree firmware_tree(void)
{
    struct devtree firmware = golden_tree();
    struct devtree_node *chosen = devtree_find(&firmware, "/chosen");
    unlink_node(devtree_find(&firmware, "/chosen/memory-map"));
    devtree_remove(chosen, "rootpath");
    devtree_remove(chosen, "BootXCacheHits");
    devtree_remove(chosen, "BootXCacheMisses");
    devtree_remove(chosen, "BootXCacheEvicts");
    devtree_remove(devtree_find(&firmware, "/pci@f2000000/QEMU,VGA@e"), "AAPL,boot-display");
    return firmware;
}

static void give_tree(struct devtree *firmware)
{
    size_t length = devtree_flat_length(firmware);
    uint8_t *flat = malloc(length);
    assert_int_equal(devtree_flatten(firmware, true, flat, length), OK);
    host_set_tree(flat, length);
    free(flat);
    devtree_free(firmware);
}

static void fill(uint8_t *bytes, size_t length, uint32_t seed)
{
    for (size_t i = 0; i < length; i++) {
        seed = seed * 1664525u + 1013904223u;
        bytes[i] = (uint8_t)(seed >> 24);
    }
}

static struct fetched_file claim_mkext(const char *name, size_t module_length)
{
    static const char plist[] = "<plist><dict/></plist>";
    struct fetched_file file;
    uint8_t *module = malloc(module_length);
    fill(module, module_length, (uint32_t)module_length);
    const struct mkext_source source = {.plist = (const uint8_t *)plist,
                                        .plist_length = sizeof plist - 1,
                                        .module = module,
                                        .module_length = module_length};
    memset(&file, 0, sizeof file);
    snprintf(file.name, sizeof file.name, "%s", name);
    file.claimed = (size_t)round_up(mkext_write_bound(&source, 1), PAGE);
    file.bytes = platform_claim(file.claimed, PAGE);
    assert_non_null(file.bytes);
    assert_int_equal(mkext_write(&source, 1, true, file.bytes, file.claimed, &file.length), OK);
    free(module);
    return file;
}

/* The first so many of `packages`, as mkext=. */
static void give_packages(size_t count)
{
    for (size_t i = 0; i < count; i++)
        extensions[i] = (struct xnu_extension){.word = "mkext", .archive = &packages[i]};
    request.extension_count = count;
}

static void add_piece(const char *name, uint32_t address, uint32_t memory, uint32_t offset,
                      uint32_t size)
{
    struct image_piece *piece = &plan.pieces[plan.piece_count++];
    snprintf(piece->name, sizeof piece->name, "%s", name);
    piece->address = address;
    piece->memory_size = memory;
    piece->file_offset = offset;
    piece->file_size = size;
}

static void make_kernel(void)
{
    uint8_t *image = platform_claim(IMAGE_LENGTH, PAGE);
    assert_non_null(image);
    fill(image, IMAGE_LENGTH, 99);
    memcpy(image_copy, image, IMAGE_LENGTH);
    memset(&plan, 0, sizeof plan);
    plan.format = "Mach-O";
    plan.handover = HANDOVER_XNU_POWERPC;
    plan.cpu = IMAGE_CPU_POWERPC;
    plan.entry = 0xE100;
    add_piece("__VECTORS", 0x0, 0x6F00, 0x4000, 0x4801);
    add_piece("__HIB", 0x7000, 0x0, 0, 0);
    add_piece("__TEXT", 0xE000, 0x3000, 0, 0x3000);
    add_piece("__DATA", 0x11000, 0x20000, 0x9000, 0x1234);
    add_piece("__LINKEDIT", 0x40000, 0xF01, SYMBOL_OFFSET, 0xF01);
    plan.macho.header_size = HEADER_SIZE;
    plan.macho.has_symbols = true;
    plan.macho.symbol_offset = SYMBOL_OFFSET;
    plan.macho.symbol_count = SYMBOL_COUNT;
    plan.macho.string_offset = STRING_OFFSET;
    plan.macho.string_size = STRING_SIZE;
    request.image = image;
    request.image_length = IMAGE_LENGTH;
}

static void set_up_machine(size_t ram)
{
    host_reset(ram);
    memset(&request, 0, sizeof request);
    memset(&nic, 0, sizeof nic);
    memset(&network, 0, sizeof network);
    struct devtree firmware = firmware_tree();
    nic.pci.vendor = 0x10EC;
    nic.pci.device = 0x8139;
    nic.pci.class_code = 0x020000;
    nic.pci.slot = 15;
    nic.pci.node = 0xfff66124;
    strcpy(nic.pci.path, CARD_PATH);
    memcpy(nic.address, "\x52\x54\x00\x12\x34\x56", 6);
    give_tree(&firmware);
    make_kernel();
    network.method = NETWORK_DHCP;
    network.reply_length = 548;
    fill(network.reply, network.reply_length, 3);
    request.plan = &plan;
    request.nic = &nic;
    request.network = &network;
    request.boot_file = "NetBoot/img/mach_kernel";
    request.arguments = "-v debug=0x8";
    request.extensions = extensions;
}

static error_t prepare(void)
{
    assert_int_equal(platform_device_tree(&tree), OK);
    return xnu_powerpc_prepare(&request, &tree, &launch);
}

/* For preparations that must fail: afterwards everything is as before. */
static void expect_failure(error_t expected, const char *words)
{
    size_t before = host_claimed();
    assert_int_equal(prepare(), expected);
    if (strstr(error_detail(), words) == NULL)
        complain("\"%s\" is not in \"%s\"", words, error_detail());
    assert_int_equal(host_claimed(), before);
    assert_null(launch.owned);
    devtree_free(&tree);
}

/* --- Looking at the memory after the launch ----------------------------------------------------
 */

static void assert_zero(uint32_t from, uint32_t to)
{
    const uint8_t *memory = host_memory(from);
    for (uint32_t at = from; at < to; at++)
        if (memory[at - from] != 0)
            complain("byte at %08x is %02x", at, memory[at - from]);
}

/* The value of a memory-map entry; its name, place in the order and shape are checked too. */
static uint32_t next_entry(const struct devtree_property **entry, const char *name,
                           uint32_t expected_length)
{
    assert_non_null(*entry);
    assert_string_equal((*entry)->name, name);
    assert_int_equal((*entry)->length, 8);
    assert_int_equal(get_be32((*entry)->value + 4), expected_length);
    uint32_t address = get_be32((*entry)->value);
    *entry = (*entry)->next;
    return address;
}

static void check_kernel_in_memory(void)
{
    assert_memory_equal(host_memory(0), image_copy + 0x4000, 0x4801);
    assert_zero(0x4801, 0xE000);
    assert_memory_equal(host_memory(0xE000), image_copy, 0x3000);
    assert_memory_equal(host_memory(0x11000), image_copy + 0x9000, 0x1234);
    assert_zero(0x11000 + 0x1234, 0x40000);
    assert_memory_equal(host_memory(0x40000), image_copy + SYMBOL_OFFSET, 0xF01);
    assert_zero(0x40F01, 0x41000);
}

static void check_symbols(uint32_t address)
{
    const uint8_t *command = host_memory(address);
    uint32_t symbols = address + 24, strings = symbols + SYMBOL_COUNT * 12;
    const uint32_t words[6] = {0, 0, symbols, SYMBOL_COUNT, strings, STRING_SIZE};
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(get_be32(command + 4 * i), words[i]);
    assert_memory_equal(host_memory(symbols), image_copy + SYMBOL_OFFSET, SYMBOL_COUNT * 12);
    assert_memory_equal(host_memory(strings), image_copy + STRING_OFFSET, STRING_SIZE);
    assert_zero(strings + STRING_SIZE, address + PAGE);
}

static void check_boot_args(uint32_t address, uint32_t tree_address, uint32_t tree_length)
{
    const uint8_t *args = host_memory(address);
    assert_int_equal(launch.boot_args, address);
    assert_int_equal(address % PAGE, 0);
    assert_int_equal(get_be16(args), 1);
    assert_int_equal(get_be16(args + 2), 1);
    assert_string_equal((const char *)args + 4, "-v debug=0x8");
    assert_int_equal(get_be32(args + 0x104), 0);
    assert_int_equal(get_be32(args + 0x108), RAM);
    assert_zero(address + 0x10C, address + 0x1D4);
    assert_int_equal(get_be32(args + 0x1D4), 0x81000000);
    assert_int_equal(get_be32(args + 0x1D8), 0);
    assert_int_equal(get_be32(args + 0x1DC), 3200);
    assert_int_equal(get_be32(args + 0x1E0), 800);
    assert_int_equal(get_be32(args + 0x1E4), 600);
    assert_int_equal(get_be32(args + 0x1E8), 32);
    assert_int_equal(get_be32(args + 0x1EC), 0);
    assert_int_equal(get_be32(args + 0x1F0), tree_address);
    assert_int_equal(get_be32(args + 0x1F4), tree_length);
    assert_int_equal(get_be32(args + 0x1F8), tree_address + round_up(tree_length, PAGE));
    assert_zero(address + 0x1FC, address + PAGE);
}

static void check_file(uint32_t address, const uint8_t *expected, size_t length)
{
    assert_memory_equal(host_memory(address), expected, length);
    assert_zero(address + (uint32_t)length, (uint32_t)round_up(address + length, PAGE));
}

/* Names of the properties that we add to nodes which the golden tree has, in order. */
struct addition {
    const char *path;
    const char *names[8];
};
static const struct addition additions[] = {
    {"/", {"net-boot"}},
    {"/chosen", {"dhcp-response", "bootp-response"}},
    {CARD_PATH,
     {"local-mac-address", "mac-address", "max-frame-size", "address-bits",
      "driver,AAPL,MacOSX,PowerPC"}},
};

static bool is_addition(const char *path, const char *name)
{
    for (size_t i = 0; i < sizeof additions / sizeof additions[0]; i++)
        for (size_t k = 0; k < 8 && additions[i].names[k] != NULL; k++)
            if (strcmp(additions[i].path, path) == 0 && strcmp(additions[i].names[k], name) == 0)
                return true;
    return false;
}

/* What tells of the disk that the golden tree was booted from, or of addresses in memory. */
static bool differs_by_nature(const char *path, const char *name)
{
    if (strcmp(path, "/chosen/memory-map") == 0)
        return strcmp(name, "AAPL,phandle") == 0;
    return strcmp(path, "/chosen") == 0 &&
           (strcmp(name, "bootpath") == 0 || strcmp(name, "rootpath") == 0 ||
            strcmp(name, "bootargs") == 0 || strncmp(name, "BootXCache", 10) == 0);
}

static void compare_properties(const char *path, const struct devtree_node *ours,
                               const struct devtree_node *theirs)
{
    const struct devtree_property *our = ours->first_property, *their = theirs->first_property;
    while (our != NULL || their != NULL) {
        if (our != NULL && is_addition(path, our->name)) {
            our = our->next;
            continue;
        }
        if (our == NULL || their == NULL)
            complain("%s: %s is too much or missing\n", path,
                     our != NULL ? our->name : their->name);
        assert_string_equal(our->name, their->name);
        if (!differs_by_nature(path, our->name)) {
            assert_int_equal(our->length, their->length);
            if (our->length != 0)
                assert_memory_equal(our->value, their->value, our->length);
        }
        /* The memory map's entries name addresses and other files; they are checked elsewhere. */
        if (strcmp(path, "/chosen/memory-map") == 0 && strcmp(our->name, "name") == 0)
            return;
        our = our->next;
        their = their->next;
    }
}

static void compare_with_golden(const struct devtree *ours)
{
    struct devtree theirs = golden_tree();
    const struct devtree_node *our = ours->root, *their = theirs.root;
    while (our != NULL && their != NULL) {
        char path[256], their_path[256];
        assert_int_equal(devtree_path(our, path, sizeof path), OK);
        assert_int_equal(devtree_path(their, their_path, sizeof their_path), OK);
        assert_string_equal(path, their_path);
        compare_properties(path, our, their);
        our = devtree_next(our);
        their = devtree_next(their);
    }
    assert_null(our);
    assert_null(their);
    devtree_free(&theirs);
}

static void check_tree(uint32_t address, uint32_t length)
{
    struct devtree ours;
    assert_int_equal(devtree_unflatten(&ours, true, host_memory(address), length), OK);
    compare_with_golden(&ours);
    const struct devtree_node *chosen = devtree_find(&ours, "/chosen");
    assert_string_equal(devtree_get_string(chosen, "rootpath"),
                        CARD_PATH ":,\\NetBoot\\img\\mach_kernel");
    assert_string_equal(devtree_get_string(chosen, "bootpath"),
                        CARD_PATH ":,\\NetBoot\\img\\mach_kernel");
    assert_string_equal(devtree_get_string(chosen, "bootargs"), "-v debug=0x8");
    const struct devtree_property *reply = devtree_get(chosen, "dhcp-response");
    assert_int_equal(reply->length, network.reply_length);
    assert_memory_equal(reply->value, network.reply, reply->length);
    reply = devtree_get(chosen, "bootp-response");
    assert_int_equal(reply->length, network.reply_length);
    assert_memory_equal(reply->value, network.reply, reply->length);
    assert_int_equal(devtree_get(ours.root, "net-boot")->length, 0);

    const struct devtree_node *card = devtree_find(&ours, CARD_PATH);
    const struct devtree_property *found = devtree_get(card, "driver,AAPL,MacOSX,PowerPC");
    assert_int_equal(found->length, driver.length);
    assert_memory_equal(found->value, driver_copy, driver.length);
    assert_memory_equal(devtree_get(card, "local-mac-address")->value, nic.address, 6);
    assert_memory_equal(devtree_get(card, "mac-address")->value, nic.address, 6);
    assert_int_equal(get_be32(devtree_get(card, "max-frame-size")->value), 1518);
    assert_int_equal(get_be32(devtree_get(card, "address-bits")->value), 48);

    /* The memory map's handle is no other node's. */
    const struct devtree_node *map = devtree_find(&ours, "/chosen/memory-map");
    assert_string_equal(map->first_property->name, "AAPL,phandle");
    assert_ptr_equal(devtree_find_handle(&ours, map->handle), map);
    for (const struct devtree_node *node = ours.root; node != NULL; node = devtree_next(node))
        assert_true(node == map || node->handle != map->handle);
    devtree_free(&ours);
}

/* --- Tests -------------------------------------------------------------------------------------
 */

static void test_whole_hand_over(void **state)
{
    (void)state;
    set_up_machine(RAM);
    driver = claim_mkext("driver", DRIVER_LENGTH);
    driver_copy = malloc(driver.length);
    memcpy(driver_copy, driver.bytes, driver.length);
    packages[0] = claim_mkext("first", 70000);
    packages[1] = claim_mkext("second", 2 * PAGE - 32 - 32 - 22); /* whole pages exactly */
    assert_int_equal(packages[1].length, 2 * PAGE);
    uint8_t *first = malloc(packages[0].length), *second = malloc(packages[1].length);
    memcpy(first, packages[0].bytes, packages[0].length);
    memcpy(second, packages[1].bytes, packages[1].length);
    request.driver = &driver;
    give_packages(2);

    assert_int_equal(prepare(), OK);
    assert_int_equal(launch.handover, HANDOVER_XNU_POWERPC);
    assert_int_equal(launch.entry, 0xE100);
    assert_int_equal(platform_launch(&launch), OK);
    assert_non_null(host_launched());
    check_kernel_in_memory();

    /* The entries that the kernel sees, in Apple's order, each on the next whole page. */
    const uint8_t *args = host_memory(launch.boot_args);
    uint32_t tree_address = get_be32(args + 0x1F0), tree_length = get_be32(args + 0x1F4);
    struct devtree ours;
    assert_int_equal(devtree_unflatten(&ours, true, host_memory(tree_address), tree_length), OK);
    const struct devtree_node *map = devtree_find(&ours, "/chosen/memory-map");
    const struct devtree_property *entry = map->first_property->next;
    assert_string_equal(entry->name, "name");
    entry = entry->next;
    assert_int_equal(next_entry(&entry, "Kernel-__VECTORS", 0x6F00), 0);
    assert_int_equal(next_entry(&entry, "Kernel-__HIB", 0), 0x7000);
    assert_int_equal(next_entry(&entry, "Kernel-__TEXT", 0x3000), 0xE000);
    assert_int_equal(next_entry(&entry, "Kernel-__DATA", 0x20000), 0x11000);
    assert_int_equal(next_entry(&entry, "Kernel-__LINKEDIT", 0xF01), 0x40000);
    uint32_t symbols_length = 24 + SYMBOL_COUNT * 12 + STRING_SIZE;
    assert_int_equal(next_entry(&entry, "Kernel-__SYMTAB", symbols_length), 0x41000);
    check_symbols(0x41000);
    assert_int_equal(next_entry(&entry, "Kernel-__HEADER", HEADER_SIZE), 0x42000);
    check_file(0x42000, image_copy, HEADER_SIZE);
    assert_int_equal(next_entry(&entry, "DriversPackage-43000", (uint32_t)packages[0].length),
                     0x43000);
    check_file(0x43000, first, packages[0].length);
    assert_int_equal(next_entry(&entry, "DriversPackage-55000", (uint32_t)packages[1].length),
                     0x55000);
    check_file(0x55000, second, packages[1].length);
    assert_int_equal(next_entry(&entry, "BootArgs", 508), 0x57000);
    check_boot_args(0x57000, tree_address, tree_length);
    assert_int_equal(next_entry(&entry, "BootCLUT", 768), 0x58000);
    assert_memory_equal(host_memory(0x58000), "\xff\xff\xff\xbf\xbf\xbf\xff\xff\x99", 9);
    assert_zero(0x58000 + 765, 0x59000);
    assert_int_equal(next_entry(&entry, "Pict-FailedBoot", 0x4020), 0x59000);
    assert_int_equal(get_be32(host_memory(0x59000)), 128);
    assert_int_equal(get_be32(host_memory(0x59004)), 128);
    assert_zero(0x59008, 0x59020);
    assert_zero(0x5D020, 0x5E000);
    assert_int_equal(next_entry(&entry, "DeviceTree", tree_length), 0x5E000);
    assert_null(entry);
    assert_int_equal(tree_address, 0x5E000);
    assert_zero(tree_address + tree_length, (uint32_t)round_up(tree_address + tree_length, PAGE));
    devtree_free(&ours);
    check_tree(tree_address, tree_length);

    launch_release(&launch);
    devtree_free(&tree);
    free(driver_copy);
    free(first);
    free(second);
}

/* A kernel that leaves low memory alone, without symbols; graphics; BOOTP. */
static void test_other_choices(void **state)
{
    (void)state;
    set_up_machine(RAM);
    plan.piece_count = 0;
    add_piece("__TEXT", 0x100000, 0x2000, 0, 0x2000);
    plan.macho.has_symbols = false;
    network.method = NETWORK_BOOTP;
    request.arguments = "";
    request.boot_file = "/mach_kernel";
    assert_int_equal(prepare(), OK);
    assert_int_equal(platform_launch(&launch), OK);
    assert_zero(0, 0x100000);
    const uint8_t *args = host_memory(launch.boot_args);
    assert_int_equal(get_be32(args + 0x1D8), 1);
    const struct devtree_node *chosen = devtree_find(&tree, "/chosen");
    assert_non_null(devtree_get(chosen, "bootp-response"));
    assert_null(devtree_get(chosen, "dhcp-response"));
    assert_string_equal(devtree_get_string(chosen, "rootpath"), CARD_PATH ":,\\mach_kernel");
    const struct devtree_node *map = devtree_find(&tree, "/chosen/memory-map");
    assert_null(devtree_get(map, "Kernel-__SYMTAB"));
    assert_non_null(devtree_get(map, "Kernel-__TEXT"));
    launch_release(&launch);
    devtree_free(&tree);
}

/* --- Single kernel extensions ----------------------------------------------------------------- */

static struct fetched_file claim_file(size_t length, uint32_t seed)
{
    struct fetched_file file = {.length = length, .claimed = (size_t)round_up(length, PAGE)};
    file.bytes = platform_claim(file.claimed, PAGE);
    assert_non_null(file.bytes);
    fill(file.bytes, length, seed);
    return file;
}

/* The range of the memory map whose name begins like this and is the `index`th of that kind. */
static uint32_t find_range(const char *prefix, unsigned index, uint32_t *length)
{
    const struct devtree_node *map = devtree_find(&tree, "/chosen/memory-map");
    for (const struct devtree_property *at = map->first_property; at != NULL; at = at->next)
        if (strncmp(at->name, prefix, strlen(prefix)) == 0 && index-- == 0) {
            char name[DEVTREE_NAME_MAXIMUM + 1];
            snprintf(name, sizeof name, "%s%x", prefix, (unsigned)get_be32(at->value));
            assert_string_equal(at->name, name);
            *length = get_be32(at->value + 4);
            return get_be32(at->value);
        }
    complain("no %s", prefix);
    return 0;
}

/* BootX's DriverInfo: address and length of the plist (with a NUL) and of the module. */
static void check_kext(unsigned index, const uint8_t *plist, uint32_t plist_length,
                       const uint8_t *module, uint32_t module_length)
{
    uint32_t length, address = find_range("Driver-", index, &length);
    const uint8_t *header = host_memory(address);
    uint32_t plist_at = address + 16, module_at = get_be32(header + 8);
    uint32_t end = plist_at + plist_length + 1;
    assert_int_equal(address % PAGE, 0);
    assert_int_equal(get_be32(header), plist_at);
    assert_int_equal(get_be32(header + 4), plist_length + 1);
    assert_int_equal(get_be32(header + 12), module_length);
    assert_memory_equal(host_memory(plist_at), plist, plist_length);
    if (module_length != 0) {
        assert_int_equal(module_at % 16, 0);
        assert_in_range(module_at, end, end + 15);
        assert_zero(end - 1, module_at);
        assert_memory_equal(host_memory(module_at), module, module_length);
        end = module_at + module_length;
    } else {
        assert_int_equal(module_at, 0);
    }
    assert_in_range(address + length, end, end + 15);
    assert_zero(end, (uint32_t)round_up(end, PAGE));
}

static void test_single_kexts(void **state)
{
    (void)state;
    static const uint32_t lengths[][2] = {{1000, 5000}, {4079, 1}, {31, 4096}, {700, 0}};
    static struct fetched_file plists[4], modules[4];
    static uint8_t plist_copies[4][8192], module_copies[4][8192];
    struct xnu_extension kexts[XNU_EXTENSIONS_MAXIMUM + 1] = {{0}};
    set_up_machine(RAM);
    for (size_t i = 0; i < 4; i++) {
        plists[i] = claim_file(lengths[i][0], (uint32_t)i + 1);
        memcpy(plist_copies[i], plists[i].bytes, plists[i].length);
        kexts[i].word = "driver";
        kexts[i].bundle_path = "/System/Library/Extensions/A.kext";
        kexts[i].plist = &plists[i];
        if (lengths[i][1] == 0)
            continue;
        modules[i] = claim_file(lengths[i][1], (uint32_t)i + 100);
        memcpy(module_copies[i], modules[i].bytes, modules[i].length);
        kexts[i].executable = &modules[i];
    }
    request.extensions = kexts;
    request.extension_count = 4;
    assert_int_equal(prepare(), OK);
    assert_int_equal(platform_launch(&launch), OK);
    for (unsigned i = 0; i < 4; i++)
        check_kext(i, plist_copies[i], lengths[i][0], module_copies[i], lengths[i][1]);
    /* They lie below what the kernel may use freely. */
    uint32_t length, address = find_range("Driver-", 3, &length);
    assert_true(address + length <= get_be32((uint8_t *)host_memory(launch.boot_args) + 0x1F8));
    launch_release(&launch);
    devtree_free(&tree);

    request.extension_count = XNU_EXTENSIONS_MAXIMUM + 1;
    expect_failure(ERROR_OPTION_VALUE, "25 times, 24 at most");
    /* As many as there may be, and no memory for the last. */
    for (size_t i = 4; i < XNU_EXTENSIONS_MAXIMUM; i++)
        kexts[i] = kexts[0];
    request.extension_count = XNU_EXTENSIONS_MAXIMUM;
    assert_int_equal(prepare(), OK);
    launch_release(&launch);
    devtree_free(&tree);
    plan.pieces[4].address = RAM - 6 * PAGE;
    expect_failure(ERROR_MEMORY_RANGE, "Driver-");
}

/* Archives and single ones are entries in the order in which they were given. */
static void test_order(void **state)
{
    (void)state;
    static struct fetched_file plist;
    uint32_t at[4], length;
    set_up_machine(RAM);
    plist = claim_file(300, 1);
    for (size_t i = 0; i < 2; i++)
        packages[i] = claim_mkext("archive", 100 + i);
    give_packages(4);
    extensions[1] = (struct xnu_extension){"driver", NULL, "/a.kext", &plist, NULL};
    extensions[2] = (struct xnu_extension){.word = "mkext", .archive = &packages[1]};
    extensions[3] = extensions[1];
    assert_int_equal(prepare(), OK);
    assert_int_equal(platform_launch(&launch), OK);
    for (unsigned i = 0; i < 4; i++)
        at[i] = find_range(i % 2 == 0 ? "DriversPackage-" : "Driver-", i / 2, &length);
    for (unsigned i = 1; i < 4; i++)
        assert_true(at[i] > at[i - 1]);
    launch_release(&launch);
    devtree_free(&tree);
}

/* A machine with 64-bit addresses counts its banks in pages. */
static void test_version_2(void **state)
{
    (void)state;
    static const char *const cells[] = {"#address-cells", "#size-cells"};
    for (size_t i = 0; i < 2; i++) {
        set_up_machine(RAM);
        struct devtree firmware = firmware_tree();
        devtree_set_be32(&firmware, firmware.root, cells[i], 2);
        give_tree(&firmware);
        assert_int_equal(prepare(), OK);
        assert_int_equal(platform_launch(&launch), OK);
        const uint8_t *args = host_memory(launch.boot_args);
        assert_int_equal(get_be16(args + 2), 2);
        assert_int_equal(get_be32(args + 0x108), RAM / PAGE);
        launch_release(&launch);
        devtree_free(&tree);
    }
}

static void test_does_not_fit(void **state)
{
    (void)state;
    set_up_machine(RAM);
    plan.pieces[4].address = RAM - 0xF00;
    expect_failure(ERROR_MEMORY_RANGE, "the kernel needs");
    assert_non_null(strstr(error_detail(), "ends at 67108864"));
    /* The kernel just fits; what comes behind it does not, thing by thing. */
    for (uint32_t pages = 1; pages < 14; pages++) {
        plan.pieces[4].address = RAM - pages * PAGE;
        size_t before = host_claimed();
        assert_int_equal(prepare(), ERROR_MEMORY_RANGE);
        assert_int_equal(host_claimed(), before);
        devtree_free(&tree);
    }
    plan.pieces[4].address = RAM - 64 * PAGE;
    assert_int_equal(prepare(), OK);
    assert_non_null(strstr(host_console(), "KB of memory are left"));
    launch_release(&launch);
    devtree_free(&tree);
}

static void test_no_memory_for_the_tree(void **state)
{
    (void)state;
    set_up_machine(RAM);
    host_limit_claims(host_claimed() + PAGE);
    expect_failure(ERROR_MEMORY_CLAIM, "device tree");
}

static void tell_release(const char *banner)
{
    memcpy((uint8_t *)request.image + 0x2000, banner, strlen(banner) + 1);
}

static void test_refused_files(void **state)
{
    (void)state;
    set_up_machine(RAM);
    packages[0] = claim_mkext("pc.mkext", 100);
    put_be32(packages[0].bytes + 24, 7);
    give_packages(1);
    expect_failure(ERROR_MKEXT_CPU, "mkext=pc.mkext");
    give_packages(XNU_EXTENSIONS_MAXIMUM + 1);
    expect_failure(ERROR_OPTION_VALUE, "25 times");
    give_packages(0);
    request.driver = &packages[0];
    expect_failure(ERROR_MKEXT_CPU, "driver=pc.mkext");
    put_be32(packages[0].bytes + 24, 18);
    /* Version 2 is not for kernels up to 10.5. */
    put_be32(packages[0].bytes + 16, MKEXT_VERSION_2);
    expect_failure(ERROR_MKEXT_VERSION, "driver=pc.mkext");
    request.driver = NULL;
    give_packages(1);
    expect_failure(ERROR_MKEXT_VERSION, "mkext=pc.mkext");
    give_packages(0);
    request.driver = &packages[0];
    put_be32(packages[0].bytes + 16, MKEXT_VERSION_1);
    /* 10.0 and 10.1 lose what is not compressed, and this one is not. */
    tell_release("Darwin Kernel Version 5.1: Tue Oct 30 00:06:34 PST 2001");
    expect_failure(ERROR_MKEXT_STORED, "driver=pc.mkext: Darwin 5.1: entry 0");
    request.driver = NULL;
    give_packages(1);
    expect_failure(ERROR_MKEXT_STORED, "mkext=pc.mkext: Darwin 5.1: entry 0");
    give_packages(0);
    request.driver = &packages[0];
    tell_release("Darwin Kernel Version 6.8: Wed Sep 10 15:20:55 PDT 2003");
    assert_int_equal(prepare(), OK);
    launch_release(&launch);
    devtree_free(&tree);
    plan.macho.prelinked = true;
    assert_int_equal(prepare(), OK);
    assert_non_null(strstr(host_console(), "Use mkext= instead"));
    launch_release(&launch);
    devtree_free(&tree);
}

static void test_damaged_symbols(void **state)
{
    (void)state;
    set_up_machine(RAM);
    plan.macho.symbol_count = 0x20000000;
    expect_failure(ERROR_IMAGE_TRUNCATED, "symbol table");
    plan.macho.symbol_count = SYMBOL_COUNT;
    plan.macho.string_size = IMAGE_LENGTH;
    expect_failure(ERROR_IMAGE_TRUNCATED, "symbol table");
}

static void test_words_that_do_not_fit(void **state)
{
    (void)state;
    char words[600];
    set_up_machine(RAM);
    memset(words, 'x', sizeof words);
    words[255] = 0;
    request.arguments = words;
    assert_int_equal(prepare(), OK);
    launch_release(&launch);
    devtree_free(&tree);
    words[255] = 'x';
    words[256] = 0;
    expect_failure(ERROR_OPTION_LENGTH, "256 characters");
    request.arguments = "";
    words[256] = 'x';
    words[599] = 0;
    request.boot_file = words;
    expect_failure(ERROR_DEVTREE_PATH, "rootpath");
}

static void test_no_card(void **state)
{
    (void)state;
    set_up_machine(RAM);
    request.nic = NULL;
    request.network = NULL;
    expect_failure(ERROR_NIC_NONE, "card's node");
}

static void test_missing_nodes(void **state)
{
    (void)state;
    set_up_machine(RAM);
    nic.pci.node = 1;
    strcpy(nic.pci.path, "/pci@f2000000/other@1");
    expect_failure(ERROR_DEVTREE_NODE, "other@1");
    set_up_machine(RAM);
    struct devtree firmware = firmware_tree();
    devtree_set_string(&firmware, devtree_find(&firmware, "/cpus/PowerPC,G4"), "device_type", "x");
    give_tree(&firmware);
    expect_failure(ERROR_DEVTREE_NODE, "cpu");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_hand_over),
        cmocka_unit_test(test_other_choices),
        cmocka_unit_test(test_single_kexts),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_version_2),
        cmocka_unit_test(test_does_not_fit),
        cmocka_unit_test(test_no_memory_for_the_tree),
        cmocka_unit_test(test_refused_files),
        cmocka_unit_test(test_damaged_symbols),
        cmocka_unit_test(test_words_that_do_not_fit),
        cmocka_unit_test(test_no_card),
        cmocka_unit_test(test_missing_nodes),
    };
    return cmocka_run_group_tests(tests, golden_read, NULL);
}
