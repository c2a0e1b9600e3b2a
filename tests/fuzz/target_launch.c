/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel goes through the whole flow, from option words to the launch, on a PC whose firmware has
 * pieces of the memory, and on a Power Mac with a hole in it: nothing of it ever lands there,
 * outside of memory or on something else, and a failure leaves nothing claimed.
 *
 * Longest input: 8192
 * Inputs in the fast test: 2000
 */
#include <stdlib.h>

#include "boot/host/host.h"
#include "boot/main.h"
#include "darwin/devtree.h"
#include "darwin/xnu.h"
#include "lib/bytes.h"
#include "lib/place.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/crowded_memory.h"
#include "tests/unit/random.h"

#define SMALLEST 4u
#define HEADERS  0x280u /* that far from its beginning a file is likely to have them */

static uint8_t mac_tree[1024];
static size_t mac_tree_length;
static const uint8_t station[6] = {0x52, 0x54, 0, 0x12, 0x34, 0x56};

/* Known by their table entries alone, which takes nothing out of an archive. */
static __typeof__(&xnu_x86_prepare) const linked[]
    __attribute__((used)) = {xnu_x86_prepare, xnu_powerpc_prepare};

static const struct memory_region *kept;
static size_t kept_count;

static void swallow(void *context, const uint8_t *frame, size_t length)
{
    (void)context;
    (void)frame;
    (void)length;
}

static void check_pieces(const struct launch *launch)
{
    for (size_t i = 0; i < launch->piece_count; i++) {
        const struct relocator_piece *piece = &launch->pieces[i];

        if (piece->size == 0)
            continue;
        FUZZ_CHECK(bytes_within(MEMORY, piece->destination, piece->size));
        for (size_t k = 0; k < kept_count; k++)
            FUZZ_CHECK(
                !ranges_overlap(piece->destination, piece->size, kept[k].base, kept[k].length));
        for (size_t j = 0; j < i; j++)
            FUZZ_CHECK(!ranges_overlap(piece->destination, piece->size,
                                       launch->pieces[j].destination, launch->pieces[j].size));
    }
}

static void boot(const uint8_t *bytes, size_t length, const char *words)
{
    host_add_module("kernel", bytes, length);
    if (fuzz_succeeded(loader_boot(words))) {
        FUZZ_CHECK(host_launched() != NULL);
        check_pieces(host_launched());
    } else {
        FUZZ_CHECK(host_launched() == NULL);
    }
    FUZZ_CHECK(host_claimed() == 0);
}

static void boot_on_pc(const uint8_t *bytes, size_t length)
{
    host_reset_sparse(MEMORY);
    host_set_cpu(IMAGE_CPU_X86_64);
    host_set_memory_map(pc_map, sizeof pc_map / sizeof *pc_map);
    host_set_pc(&intel_pc);
    host_add_module("disk", (const uint8_t *)"a disk", 6);
    kept = pc_kept;
    kept_count = sizeof pc_kept / sizeof *pc_kept;
    boot(bytes, length, "file=module:kernel module=module:disk args=x");
}

static struct devtree_node *add_node(struct devtree *tree, struct devtree_node *parent,
                                     const char *name, const char *unit)
{
    struct devtree_node *node = devtree_add(tree, parent);

    if (node == NULL || devtree_set_string(tree, node, "name", name) != OK ||
        devtree_set_string(tree, node, "AAPL,unit-string", unit) != OK)
        abort();
    return node;
}

/* The least that a tree has to be: a processor, and the way to the card (boot/host/cards.c). */
static void build_mac_tree(void)
{
    static const char *const clocks[] = {"clock-frequency", "bus-frequency", "timebase-frequency"};
    struct devtree_node *cpu;
    struct devtree tree;

    if (devtree_create(&tree) != OK ||
        devtree_set_string(&tree, tree.root, "name", "device-tree") != OK)
        abort();
    add_node(&tree, add_node(&tree, tree.root, "pci", "f2000000"), "rtl8139", "f");
    cpu = add_node(&tree, tree.root, "PowerPC,G4", "0");
    if (devtree_set_string(&tree, cpu, "device_type", "cpu") != OK)
        abort();
    for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++)
        if (devtree_set_be32(&tree, cpu, clocks[i], 100000000) != OK)
            abort();
    mac_tree_length = devtree_flat_length(&tree);
    if (devtree_flatten(&tree, true, mac_tree, sizeof mac_tree) != OK)
        abort();
    devtree_free(&tree);
}

static void boot_on_mac(const uint8_t *bytes, size_t length)
{
    host_reset_sparse(MEMORY);
    host_set_memory_banks(mac_banks, sizeof mac_banks / sizeof *mac_banks);
    if (mac_tree_length == 0)
        build_mac_tree();
    host_set_tree(mac_tree, mac_tree_length);
    host_add_scripted_card(station, swallow, NULL);
    kept = mac_kept;
    kept_count = sizeof mac_kept / sizeof *mac_kept;
    boot(bytes, length, "file=module:kernel net=static:10.0.2.15/24 config=none args=-v");
}

/* Mach-O, ELF and XCOFF for PowerPC say so in their first bytes. */
static bool is_for_powerpc(const uint8_t *bytes, size_t length)
{
    return length >= 8 && (bytes[0] == 0xFE || (bytes[0] == 0x7F && bytes[5] == 2) ||
                           (bytes[0] == 0x01 && bytes[1] == 0xDF));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    if (length < SMALLEST)
        return -1;
    if (is_for_powerpc(bytes, length))
        boot_on_mac(bytes, length);
    else
        boot_on_pc(bytes, length);
    return 0;
}

/* An edge of what is in memory, or of numbers, stands in a header. */
static void put_address(uint8_t *bytes, size_t length, uint32_t random)
{
    static const uint32_t edges[] = {
        0,      LOW_PAGE,   0x9F000,    0xA0000,    0xF0000,    MB,
        6 * MB, 7 * MB,     8 * MB,     9 * MB,     10 * MB,    MEMORY - 1,
        MEMORY, 0x7FFFFFFF, 0x80000000, 0xFFFC0000, 0xFFFFF000, 0xFFFFFFFF,
    };
    size_t words = (length < HEADERS ? length : HEADERS) / 4;
    size_t at = random_next(&random) % words * 4;
    uint32_t value = edges[random_next(&random) % (sizeof edges / sizeof *edges)];

    switch (random_next(&random) % 4) {
    case 0:
        value += random_next(&random) % 0x2000 - LOW_PAGE;
        break;
    case 1:
        value = random_next(&random) % MEMORY;
        break;
    default:
        break;
    }
    if (random_next(&random) % 2 != 0)
        put_le32(bytes + at, value);
    else
        put_be32(bytes + at, value);
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t length, size_t room, unsigned seed)
{
    if (length >= SMALLEST && seed / 32 % 2 != 0) {
        put_address(bytes, length, seed | 1);
        return length;
    }
    return fuzz_mutate(bytes, length, room, seed, fuzz_repair_multiboot);
}
