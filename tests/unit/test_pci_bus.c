/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>
#undef fail /* cmocka's macro; ours is a function */

#include "boot/host/host.h"
#include "console/console.h"
#include "drivers/pci_bus.h"
#include "lib/bytes.h"
#include "tests/unit/models/pci_bus_model.h"
#include "tests/unit/random.h"

#define E1000     0x100E8086u
#define RTL8139   0x813910ECu
#define OTHER     0x12345678u
#define ETHERNET  0x020000u
#define DISK      0x010100u
#define DISPLAY   0x030000u
#define ROOT      PCI_MODEL_ROOT(0)
#define FORWARDS  0x0007
#define DECODES   0x0003
#define RAM_END   0x10000000u
#define FREE_BASE 0x80000000u
#define FREE_END  0xFEC00000u

static struct pci_bus_model model;
static struct pci_tree tree;
static struct pci_outcome numbers, addresses;
static struct pci_area free_memory, further_memory;
static struct pci_area free_io;
static uint8_t before[PCI_MODEL_FUNCTIONS][256];

static bool is_network(const struct pci_device *device)
{
    return device->class_code >> 16 == 0x02;
}

static int setup(void **state)
{
    (void)state;
    host_reset(4 << 20);
    console_verbose = true;
    pci_model_init(&model);
    free_memory = (struct pci_area){FREE_BASE, FREE_END - FREE_BASE};
    further_memory = (struct pci_area){0, 0};
    free_io = (struct pci_area){0x2000, 0xE000};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    console_verbose = false;
    if (model.violations != 0)
        print_message("# %s\n", model.violation);
    assert_int_equal(model.violations, 0);
    return 0;
}

static void remember(void)
{
    for (int i = 0; i < model.count; i++)
        memcpy(before[i], model.functions[i].config, 256);
}

static void configure(void)
{
    struct pci_area memory[] = {free_memory, further_memory};
    struct pci_free_space space = {memory, further_memory.length != 0 ? 2 : 1, &free_io, 1};

    remember();
    pci_tree_find(&tree, &model.config);
    numbers = pci_tree_number(&tree);
    addresses = pci_tree_assign(&tree, &space, is_network);
}

static bool unchanged(int index)
{
    return memcmp(before[index], model.functions[index].config, 256) == 0;
}

/* --- Builders ------------------------------------------------------------------------------- */

/* An 82540EM as it comes out of reset: 128 KB of memory, 64 ports. */
static int e1000(int parent, unsigned slot, unsigned function)
{
    int card = pci_model_add(&model, parent, slot, function, E1000, ETHERNET);

    pci_model_bar(&model, card, 0, 0, 0x20000, 0);
    pci_model_bar(&model, card, 1, 1, 0x40, 0);
    return card;
}

/* 256 ports, 256 bytes of memory. */
static int rtl8139(int parent, unsigned slot)
{
    int card = pci_model_add(&model, parent, slot, 0, RTL8139, ETHERNET);

    pci_model_bar(&model, card, 0, 1, 0x100, 0);
    pci_model_bar(&model, card, 1, 0, 0x100, 0);
    return card;
}

static void assign(int card, uint32_t memory, uint32_t io)
{
    bool io_first = (model.functions[card].config[0x10] & 1) != 0;

    put_le32(model.functions[card].config + 0x10, io_first ? io | 1 : memory);
    put_le32(model.functions[card].config + 0x14, io_first ? memory : io | 1);
    pci_model_command(&model, card, DECODES);
}

/* A bridge that firmware has set up. */
static int bridge(int parent, unsigned slot, unsigned secondary, unsigned subordinate,
                  uint64_t memory, uint64_t memory_end, uint64_t io, uint64_t io_end)
{
    int index = pci_model_add_bridge(&model, parent, slot, 0);

    pci_model_numbers(&model, index, secondary, subordinate);
    pci_model_window(&model, index, PCI_WINDOW_MEMORY, memory, memory_end);
    pci_model_window(&model, index, PCI_WINDOW_PREFETCH, 0, 0);
    pci_model_window(&model, index, PCI_WINDOW_IO, io, io_end);
    pci_model_command(&model, index, FORWARDS);
    return index;
}

/* --- Checks --------------------------------------------------------------------------------- */

/* A register block has an address, nobody else answers there, and it is no RAM. */
static void check_reachable(int card, unsigned number)
{
    uint64_t size = model.functions[card].bar_sizes[number];
    uint64_t base = pci_model_bar_address(&model, card, number);
    bool io = (model.functions[card].config[0x10 + 4 * number] & 1) != 0;
    uint16_t command = get_le16(model.functions[card].config + 4);

    assert_true(base >= (io ? 0x1000 : RAM_END));
    assert_true(base + size <= (io ? 0x10000 : 0x100000000ull));
    pci_model_command(&model, card, command | DECODES);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(pci_model_decode(&model, io, base + i * (size - 1) / 3), card);
    pci_model_command(&model, card, command);
}

/* The card can be found, its registers be reached, and it can reach memory. */
static void check_card(int card)
{
    for (unsigned n = 0; n < 6; n++)
        if (model.functions[card].bar_sizes[n] != 0)
            check_reachable(card, n);
    assert_true(pci_model_bus_of(&model, card) >= 0);
    for (int i = model.functions[card].parent; i >= 0; i = model.functions[i].parent)
        assert_true(model.functions[i].config[4] & PCI_COMMAND_MASTER);
}

/* No two windows on one bus have an address in common, and each lies within the one above. */
static void check_windows(void)
{
    for (int i = 0; i < model.count; i++)
        for (unsigned k = 0; k < PCI_WINDOW_KINDS; k++) {
            struct pci_window one;

            if (!model.functions[i].bridge)
                continue;
            one = pci_model_open_window(&model, i, k);
            if (one.base == one.end)
                continue;
            assert_true(one.base >= (k == PCI_WINDOW_IO ? 0x1000 : RAM_END));
            for (int j = 0; j < i; j++)
                for (unsigned l = 0; l < PCI_WINDOW_KINDS; l++) {
                    struct pci_window other;

                    if (!model.functions[j].bridge ||
                        model.functions[j].parent != model.functions[i].parent ||
                        (k == PCI_WINDOW_IO) != (l == PCI_WINDOW_IO))
                        continue;
                    other = pci_model_open_window(&model, j, l);
                    assert_false(ranges_overlap(one.base, one.end - one.base, other.base,
                                                other.end - other.base));
                }
            if (model.functions[i].parent >= 0) {
                int above = model.functions[i].parent;
                struct pci_window plain = pci_model_open_window(&model, above, k);
                struct pci_window memory = pci_model_open_window(&model, above, PCI_WINDOW_MEMORY);

                assert_true(
                    (plain.base <= one.base && one.end <= plain.end) ||
                    (k == PCI_WINDOW_PREFETCH && memory.base <= one.base && one.end <= memory.end));
            }
        }
}

static size_t devices(struct pci_device found[16])
{
    return pci_tree_devices(&tree, is_network, found, 16);
}

/* --- Machines that are set up ----------------------------------------------------------------- */

/* As SeaBIOS leaves QEMU's pc with two bridges in a row. */
static void test_configured(void **state)
{
    static struct pci_device found[16];
    int display, outer, inner, direct, behind;

    (void)state;
    display = pci_model_add(&model, ROOT, 2, 0, OTHER, DISPLAY);
    pci_model_bar(&model, display, 0, 8, 0x1000000, 0xFD000000);
    pci_model_command(&model, display, 0x0103);
    outer = bridge(ROOT, 4, 1, 2, 0xFEA00000, 0xFEC00000, 0xC000, 0xD000);
    inner = bridge(outer, 2, 2, 2, 0xFEA00000, 0xFEB00000, 0xC000, 0xD000);
    direct = e1000(ROOT, 3, 0);
    assign(direct, 0xFEB40000 - 0x200000, 0xD000);
    behind = e1000(inner, 1, 0);
    assign(behind, 0xFEA00000, 0xC000);
    configure();

    for (int i = 0; i < model.count; i++)
        assert_true(unchanged(i));
    assert_int_equal(model.foreign_writes, 0); /* only our own cards' empty registers are tried */
    assert_int_equal(numbers.done + numbers.failed + addresses.done + addresses.failed, 0);
    assert_string_equal(host_console(), "");
    check_card(behind);
    check_card(direct);

    assert_int_equal(devices(found), 2);
    assert_string_equal(found[0].path, "00:03.0");
    assert_string_equal(found[1].path, "02:01.0");
    assert_int_equal(found[1].vendor, 0x8086);
    assert_int_equal(found[1].device, 0x100E);
    assert_int_equal(found[1].class_code, ETHERNET);
    assert_int_equal(found[1].bus, 2);
    assert_int_equal(found[1].slot, 1);
    assert_true(pci_tree_passes(&tree, 2, false, 0xFEA00000, 0x20000));
    assert_false(pci_tree_passes(&tree, 2, false, 0xFEB00000, 0x20000)); /* the inner ends there */
    assert_false(pci_tree_passes(&tree, 2, false, 0xFEAF0000, 0x20000));
    assert_false(pci_tree_passes(&tree, 2, true, 0xD000, 4));
}

/* Firmware may use the prefetchable window, and bridges that pass all that nobody else takes. */
static void test_configured_otherwise(void **state)
{
    int prefetching, subtractive, first, second;

    (void)state;
    prefetching = bridge(ROOT, 4, 1, 1, 0, 0, 0, 0);
    pci_model_window(&model, prefetching, PCI_WINDOW_PREFETCH, 0xE0000000, 0xE0100000);
    subtractive = bridge(ROOT, 30, 2, 2, 0, 0, 0, 0);
    model.functions[subtractive].config[9] = 1;
    first = pci_model_add(&model, prefetching, 0, 0, E1000, ETHERNET);
    pci_model_bar(&model, first, 0, 8, 0x20000, 0xE0000000);
    second = pci_model_add(&model, subtractive, 1, 0, E1000, ETHERNET);
    pci_model_bar(&model, second, 0, 0, 0x20000, 0xF0000000);
    configure();
    for (int i = 0; i < model.count; i++)
        assert_true(unchanged(i));
    assert_int_equal(model.foreign_writes, 0);
    check_card(first);
    assert_true(pci_tree_passes(&tree, 2, false, 0xF0000000, 0x20000));
}

/* --- Machines that are not ----------------------------------------------------------------------
 */

/* Nothing is set: three levels, siblings, cards of several kinds, other devices between. */
static void test_unconfigured(void **state)
{
    static struct pci_device found[16];
    int a, b, c, d, e, cards[8], other;

    (void)state;
    a = pci_model_add_bridge(&model, ROOT, 3, 0);
    b = pci_model_add_bridge(&model, a, 1, 0);
    c = pci_model_add_bridge(&model, b, 7, 0);
    d = pci_model_add_bridge(&model, a, 2, 0);
    e = pci_model_add_bridge(&model, ROOT, 5, 0);
    pci_model_add_bridge(&model, ROOT, 6, 0); /* nothing behind it */
    cards[0] = e1000(ROOT, 2, 0);
    cards[1] = rtl8139(a, 9);
    cards[2] = e1000(c, 1, 0);
    cards[3] = rtl8139(c, 2);
    cards[4] = e1000(d, 0, 0);
    cards[5] = e1000(e, 3, 0);
    cards[6] = e1000(e, 4, 0);
    cards[7] = rtl8139(b, 1);
    other = pci_model_add(&model, e, 5, 0, OTHER, DISK);
    pci_model_bar(&model, other, 0, 0, 0x1000, 0);
    configure();

    assert_int_equal(numbers.done, 6);
    assert_int_equal(numbers.failed, 0);
    assert_int_equal(addresses.done, 16);
    assert_int_equal(addresses.failed, 0);
    for (unsigned i = 0; i < 8; i++)
        check_card(cards[i]);
    check_windows();
    assert_true(unchanged(other));
    /* Depth first: each bridge's numbers go from its own bus to the last one behind it. */
    assert_int_equal(pci_model_get(&model, a, 0x18, 4) & 0xFFFFFF, 0x040100);
    assert_int_equal(pci_model_get(&model, b, 0x18, 4) & 0xFFFFFF, 0x030201);
    assert_int_equal(pci_model_get(&model, c, 0x18, 4) & 0xFFFFFF, 0x030302);
    assert_int_equal(pci_model_get(&model, d, 0x18, 4) & 0xFFFFFF, 0x040401);
    assert_int_equal(pci_model_get(&model, e, 0x18, 4) & 0xFFFFFF, 0x050500);
    assert_int_equal(devices(found), 8);
    assert_string_equal(found[0].path, "00:02.0");
    assert_string_equal(found[1].path, "01:09.0");
    assert_string_equal(found[2].path, "02:01.0");
    assert_string_equal(found[7].path, "05:04.0");
    assert_non_null(strstr(host_console(), "the bridge 00:03.0 now leads to buses 1 to 4"));

    /* A second look finds nothing to do. */
    model.foreign_writes = 0;
    configure();
    for (int i = 0; i < model.count; i++)
        assert_true(unchanged(i));
    assert_int_equal(numbers.done + addresses.done + addresses.failed, 0);
}

/* Windows that were never in use hold the bridges' reset value, which is RAM, or rubbish. */
static void test_unused_windows_are_closed(void **state)
{
    int plain, rubbish, card;
    struct pci_window window;

    (void)state;
    plain = pci_model_add_bridge(&model, ROOT, 3, 0);
    pci_model_numbers(&model, plain, 1, 1);
    e1000(plain, 1, 0);
    rubbish = pci_model_add_bridge(&model, ROOT, 4, 0);
    pci_model_numbers(&model, rubbish, 2, 2);
    pci_model_window(&model, rubbish, PCI_WINDOW_MEMORY, 0, 0xFFF00000);
    pci_model_window(&model, rubbish, PCI_WINDOW_PREFETCH, 0x08000000, 0x90000000);
    pci_model_window(&model, rubbish, PCI_WINDOW_IO, 0, 0xF000);
    card = e1000(rubbish, 1, 0);
    configure();
    assert_int_equal(addresses.failed, 0);
    check_card(card);
    check_windows();
    for (int i = plain; i <= rubbish; i += rubbish - plain) {
        window = pci_model_open_window(&model, i, PCI_WINDOW_MEMORY);
        assert_int_equal(window.end - window.base, 0x100000);
        window = pci_model_open_window(&model, i, PCI_WINDOW_PREFETCH);
        assert_int_equal(window.end - window.base, 0);
        window = pci_model_open_window(&model, i, PCI_WINDOW_IO);
        assert_int_equal(window.end - window.base, 0x1000);
    }
}

/* The reset value with forwarding on: firmware turned on what it had not set. */
static void test_reset_windows_with_forwarding_on(void **state)
{
    int b = pci_model_add_bridge(&model, ROOT, 3, 0), card = e1000(b, 1, 0);

    (void)state;
    pci_model_numbers(&model, b, 1, 1);
    pci_model_command(&model, b, FORWARDS);
    configure();
    assert_int_equal(addresses.done, 2);
    check_card(card);
    check_windows(); /* none is at 0 */
}

/* Windows are good, forwarding is off: it is turned on, and nothing else. */
static void test_forwarding_off(void **state)
{
    int b = bridge(ROOT, 3, 1, 1, 0xFE000000, 0xFE100000, 0xC000, 0xD000), card = e1000(b, 1, 0);

    (void)state;
    assign(card, 0xFE020000, 0xC100 & ~0x300);
    pci_model_command(&model, b, 0);
    configure();
    assert_true(unchanged(card));
    put_le16(before[b] + 4, FORWARDS);
    assert_true(unchanged(b));
    check_card(card);
}

/* The same, but a device on the bus above has an address inside that window. */
static void test_forwarding_off_for_a_reason(void **state)
{
    int b = bridge(ROOT, 3, 1, 1, 0xFE000000, 0xFE100000, 0xC000, 0xD000), card = e1000(b, 1, 0);
    int other = pci_model_add(&model, ROOT, 9, 0, OTHER, DISPLAY);

    (void)state;
    assign(card, 0xFE000000, 0xC000);
    pci_model_command(&model, b, 0);
    pci_model_bar(&model, other, 0, 0, 0x10000, 0xFE080000);
    pci_model_command(&model, other, DECODES);
    configure();
    assert_true(unchanged(other));
    check_card(card);
    assert_int_equal(pci_model_decode(&model, false, 0xFE08FFFF), other);
}

/* The same, but a later bridge that is on has a part of that window. */
static void test_forwarding_off_for_another_reason(void **state)
{
    int off = bridge(ROOT, 3, 1, 1, 0xFE000000, 0xFE200000, 0, 0), card = e1000(off, 1, 0);
    int on = bridge(ROOT, 4, 2, 2, 0xFE100000, 0xFE200000, 0, 0), other = e1000(on, 1, 0);

    (void)state;
    assign(card, 0xFE000000, 0);
    assign(other, 0xFE100000, 0);
    pci_model_command(&model, off, 0);
    configure();
    assert_int_equal(pci_model_bar_address(&model, other, 0), 0xFE100000);
    check_card(card);
    check_card(other);
    check_windows();
}

/* One card is set up, its neighbour behind the same bridges is not. */
static void test_partly_configured(void **state)
{
    int outer = bridge(ROOT, 3, 1, 2, 0xFE000000, 0xFE100000, 0xC000, 0xD000);
    int inner = bridge(outer, 1, 2, 2, 0xFE000000, 0xFE100000, 0xC000, 0xD000);
    int first = e1000(inner, 1, 0), second = e1000(inner, 2, 0);
    int display = pci_model_add(&model, ROOT, 2, 0, OTHER, DISPLAY);

    (void)state;
    assign(first, 0xFE000000, 0xC000);
    pci_model_bar(&model, display, 0, 8, 0x1000000, 0xFD000000);
    pci_model_command(&model, display, DECODES);
    configure();
    /* There is room in the windows: they stay. */
    assert_true(unchanged(outer));
    assert_true(unchanged(inner));
    assert_true(unchanged(first));
    assert_true(unchanged(display));
    check_card(first);
    check_card(second);
    assert_int_equal(addresses.done, 2);
}

/* The windows are full: they grow, by what is needed and towards where there is room. */
static void test_windows_grow(void **state)
{
    int outer = bridge(ROOT, 3, 1, 2, 0xFE000000, 0xFE100000, 0, 0);
    int inner = bridge(outer, 1, 2, 2, 0xFE000000, 0xFE100000, 0, 0);
    int neighbour = bridge(ROOT, 4, 3, 3, 0xFE100000, 0xFE200000, 0, 0);
    int full = pci_model_add(&model, inner, 1, 0, OTHER, DISK);
    int beside = pci_model_add(&model, ROOT, 9, 0, OTHER, DISK), card;
    struct pci_window window;

    (void)state;
    pci_model_bar(&model, full, 0, 0, 0x100000, 0xFE000000);
    pci_model_command(&model, full, DECODES);
    pci_model_bar(&model, beside, 0, 0, 0x1000, 0xFDE00000); /* leaves room from FDF00000 */
    pci_model_command(&model, beside, DECODES);
    card = e1000(inner, 2, 0);
    configure();
    check_card(card);
    check_windows();
    assert_true(unchanged(neighbour));
    assert_true(unchanged(full));
    assert_int_equal(pci_model_decode(&model, false, 0xFE0FFFFF), full);
    assert_int_equal(pci_model_decode(&model, false, 0xFDE00000), beside);
    window = pci_model_open_window(&model, outer, PCI_WINDOW_MEMORY);
    assert_int_equal(window.base, 0xFDF00000);
    assert_int_equal(window.end, 0xFE100000);
}

/* The other window of the same bridge is in the way: the window grows to the other side, or not. */
static void test_windows_grow_beside_each_other(void **state)
{
    for (unsigned room_below = 0; room_below < 2; room_below++) {
        int b, full, card;

        setup(state);
        b = bridge(ROOT, 3, 1, 1, 0xFE000000, 0xFE100000, 0, 0);
        full = pci_model_add(&model, b, 1, 0, OTHER, DISK);
        free_memory = (struct pci_area){room_below ? 0xFDF00000 : 0xFE000000, 0x300000};
        pci_model_window(&model, b, PCI_WINDOW_PREFETCH, 0xFE100000, 0xFE200000);
        pci_model_bar(&model, full, 0, 0, 0x100000, 0xFE000000);
        pci_model_bar(&model, full, 1, 8, 0x100000, 0xFE100000);
        pci_model_command(&model, full, DECODES);
        card = e1000(b, 2, 0);
        configure();
        assert_int_equal(addresses.failed, room_below ? 0 : 1);
        if (room_below)
            check_card(card);
        assert_int_equal(pci_model_open_window(&model, b, PCI_WINDOW_MEMORY).base,
                         room_below ? 0xFDF00000 : 0xFE000000);
        assert_int_equal(pci_model_open_window(&model, b, PCI_WINDOW_MEMORY).end, 0xFE100000);
        assert_int_equal(pci_model_decode(&model, false, 0xFE100000), full);
        teardown(state);
    }
}

/* Between two free areas is what belongs to the chipset: no window may be drawn over it. */
static void test_windows_grow_in_free_areas_only(void **state)
{
    for (unsigned upwards = 0; upwards < 2; upwards++) {
        uint32_t at = upwards ? 0x80000000 : 0x80200000;
        int b, full;

        setup(state);
        b = bridge(ROOT, 3, 1, 1, at, at + 0x100000, 0, 0);
        full = pci_model_add(&model, b, 1, 0, OTHER, DISK);
        free_memory = (struct pci_area){0x80000000, 0x100000};
        further_memory = (struct pci_area){0x80200000, 0x100000};
        pci_model_bar(&model, full, 0, 0, 0x100000, at);
        pci_model_command(&model, full, DECODES);
        e1000(b, 2, 0);
        configure();
        assert_int_equal(addresses.failed, 1);
        assert_int_equal(pci_model_open_window(&model, b, PCI_WINDOW_MEMORY).base, at);
        assert_int_equal(pci_model_open_window(&model, b, PCI_WINDOW_MEMORY).end, at + 0x100000);
        teardown(state);
    }
}

static void test_no_room_for_memory(void **state)
{
    int b = pci_model_add_bridge(&model, ROOT, 3, 0), card = e1000(b, 1, 0);
    int display = pci_model_add(&model, ROOT, 2, 0, OTHER, DISPLAY);

    (void)state;
    free_memory = (struct pci_area){0xFD000000, 0x1000000};
    pci_model_bar(&model, display, 0, 8, 0x1000000, 0xFD000000);
    pci_model_command(&model, display, DECODES);
    configure();
    assert_int_equal(addresses.failed, 1);
    assert_int_equal(addresses.done, 1); /* the ports */
    assert_non_null(strstr(host_console(), "01:01.0 BAR 0: no room for 131072 bytes of memory"));
    assert_int_equal(pci_model_bar_address(&model, card, 0), 0);
    assert_true(unchanged(display));
    assert_int_equal(pci_model_decode(&model, false, 0xFD000000), display);
    check_reachable(card, 1);
}

/* A neighbour stands in the way of the only window that could grow. */
static void test_no_room_between_neighbours(void **state)
{
    int left = bridge(ROOT, 3, 1, 1, 0xFE000000, 0xFE100000, 0, 0);
    int right = bridge(ROOT, 4, 2, 2, 0xFE100000, 0xFE200000, 0, 0);
    int full = pci_model_add(&model, left, 1, 0, OTHER, DISK);

    (void)state;
    pci_model_bar(&model, full, 0, 0, 0x100000, 0xFE000000);
    free_memory = (struct pci_area){0xFE000000, 0x200000};
    e1000(left, 2, 0);
    configure();
    assert_int_equal(addresses.failed, 1);
    assert_true(unchanged(full));
    assert_true(unchanged(right));
    assert_int_equal(pci_model_open_window(&model, left, PCI_WINDOW_MEMORY).end, 0xFE100000);
}

/* --- Numbers
 * -------------------------------------------------------------------------------------- */

/* Between numbered bridges: their numbers stay, the bridge above is widened if there is room. */
static void test_numbers_between_neighbours(void **state)
{
    int a = bridge(ROOT, 1, 1, 3, 0, 0, 0, 0);
    int inside = bridge(a, 1, 2, 2, 0, 0, 0, 0);
    int b = bridge(ROOT, 2, 6, 6, 0, 0, 0, 0);
    int lost = pci_model_add_bridge(&model, a, 4, 0);
    int deeper = pci_model_add_bridge(&model, lost, 0, 0);
    int deepest = pci_model_add_bridge(&model, deeper, 0, 0);
    int card = e1000(deepest, 4, 0);

    (void)state;
    configure();
    assert_int_equal(numbers.done, 3);
    assert_int_equal(numbers.failed, 0);
    assert_true(unchanged(inside));
    assert_true(unchanged(b));
    assert_int_equal(pci_model_get(&model, a, 0x18, 4), 0x050100);
    assert_int_equal(pci_model_get(&model, lost, 0x18, 4), 0x050301);
    assert_int_equal(pci_model_get(&model, deeper, 0x18, 4), 0x050403);
    assert_int_equal(pci_model_get(&model, deepest, 0x18, 4), 0x050504);
    check_card(card);
}

/* What a bridge above was lent for the time and is not needed is given back. */
static void test_numbers_are_given_back(void **state)
{
    int a = bridge(ROOT, 1, 1, 3, 0, 0, 0, 0);
    int b = bridge(a, 1, 2, 2, 0, 0, 0, 0);
    int lost = pci_model_add_bridge(&model, b, 1, 0);

    (void)state;
    configure();
    assert_int_equal(pci_model_get(&model, a, 0x18, 4), 0x030100); /* had them before */
    assert_int_equal(pci_model_get(&model, b, 0x18, 4), 0x030201);
    assert_int_equal(pci_model_get(&model, lost, 0x18, 4), 0x030302);

    /* A bridge that takes none in the end leaves everything as it was. */
    setup(state);
    a = bridge(ROOT, 1, 1, 1, 0, 0, 0, 0);
    lost = pci_model_add_bridge(&model, a, 1, 0);
    memset(model.functions[lost].writable + 0x18, 0, 4);
    configure();
    assert_int_equal(numbers.failed, 1);
    assert_true(unchanged(a));
}

static void test_no_number_left(void **state)
{
    int a = bridge(ROOT, 1, 1, 2, 0, 0, 0, 0);
    int b = bridge(ROOT, 2, 3, 255, 0, 0, 0, 0);
    int lost = pci_model_add_bridge(&model, a, 4, 0);
    int deeper = pci_model_add_bridge(&model, lost, 0, 0);
    int near = e1000(lost, 3, 0);

    (void)state;
    e1000(deeper, 4, 0);
    configure();
    assert_int_equal(numbers.done, 1);
    assert_int_equal(numbers.failed, 1);
    assert_non_null(strstr(host_console(), "the bridge 02:00.0 gets no bus number"));
    assert_true(unchanged(b));
    assert_int_equal(pci_model_get(&model, a, 0x18, 4), 0x020100);
    assert_int_equal(pci_model_get(&model, lost, 0x18, 4), 0x020201);
    check_card(near);

    /* And not even one. */
    setup(state);
    bridge(ROOT, 1, 1, 255, 0, 0, 0, 0);
    lost = pci_model_add_bridge(&model, ROOT, 2, 0);
    configure();
    assert_int_equal(numbers.failed, 1);
    assert_true(unchanged(lost));
}

static void test_lying_bridges(void **state)
{
    int honest = bridge(ROOT, 1, 4, 5, 0xFE000000, 0xFE100000, 0, 0), card = e1000(honest, 1, 0);
    int backwards = bridge(ROOT, 2, 9, 7, 0, 0, 0, 0);
    int again = bridge(ROOT, 3, 4, 4, 0, 0, 0, 0);
    int across = bridge(ROOT, 4, 5, 8, 0, 0, 0, 0);
    int outside = pci_model_add_bridge(&model, honest, 5, 0);
    int upwards = pci_model_add_bridge(&model, honest, 6, 0);
    int cards[6], *at = cards;

    (void)state;
    assign(card, 0xFE000000, 0);
    put_le32(model.functions[card].config + 0x14, 0xC001);
    pci_model_numbers(&model, outside, 20, 20);
    pci_model_numbers(&model, upwards, 2, 3);
    *at++ = e1000(backwards, 1, 0);
    *at++ = e1000(again, 1, 0);
    *at++ = e1000(across, 1, 0);
    *at++ = e1000(outside, 1, 0);
    *at++ = e1000(upwards, 1, 0);
    *at++ = card;
    configure();
    assert_int_equal(numbers.done, 5);
    assert_int_equal(numbers.failed, 0);
    for (unsigned i = 0; i < 6; i++)
        check_card(cards[i]);
    check_windows();
    assert_int_equal(pci_model_get(&model, honest, 0x19, 1), 4);
    assert_int_equal(pci_model_bar_address(&model, card, 0), 0xFE000000);
    assert_non_null(strstr(host_console(), "00:02.0 says that buses 9 to 7 are behind it"));
}

/* Registers that take no numbers at all. */
static void test_bridge_without_numbers(void **state)
{
    int stuck = pci_model_add_bridge(&model, ROOT, 1, 0);
    int good = pci_model_add_bridge(&model, ROOT, 2, 0), card = e1000(good, 1, 0);

    (void)state;
    e1000(stuck, 1, 0);
    memset(model.functions[stuck].writable + 0x18, 0, 4);
    configure();
    assert_int_equal(numbers.failed, 1);
    assert_int_equal(numbers.done, 1);
    assert_int_equal(pci_model_get(&model, good, 0x18, 4), 0x010100);
    check_card(card);
    assert_non_null(strstr(host_console(), "00:01.0 does not take bus numbers"));
}

/* A row of bridges that is longer than any machine's comes to an end. */
static void test_too_deep(void **state)
{
    static struct pci_device found[16];
    int parent = ROOT;

    (void)state;
    for (unsigned i = 0; i < 60; i++) {
        parent = pci_model_add_bridge(&model, parent, 1, 0);
        if (i == 20 || i == 50)
            e1000(parent, 2, 0);
    }
    configure();
    assert_int_equal(devices(found), 1);
    assert_int_equal(found[0].bus, 21);
    assert_int_equal(numbers.done, PCI_DEPTH_MAXIMUM);

    setup(state);
    parent = ROOT;
    for (unsigned i = 0; i < 60; i++) {
        parent = bridge(parent, 1, i + 1, 60, 0, 0, 0, 0);
        if (i == 20 || i == 50)
            e1000(parent, 2, 0);
    }
    configure();
    assert_int_equal(devices(found), 1);
    assert_int_equal(found[0].bus, 21);
}

static void test_more_bridges_than_the_table(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 300; i++)
        pci_model_add_bridge(&model, ROOT, 1 + i % 31, 0);
    /* Many of them in one slot: the model's later ones are never seen. So make them reachable. */
    for (int i = 0; i < model.count; i++)
        if (model.functions[i].bridge) {
            model.functions[i].slot = (uint8_t)(1 + (i - 1) / 8 % 31);
            model.functions[i].function = (uint8_t)((i - 1) % 8);
            model.functions[i].config[0x0E] |= 0x80;
        }
    configure();
    assert_int_equal(numbers.done, 248);
    assert_int_equal(tree.bridge_count, 248);
}

/* --- Functions
 * --------------------------------------------------------------------------------------- */

static void test_functions(void **state)
{
    static struct pci_device found[16];
    int echo, blank, b;

    (void)state;
    /* A chip with two ports; function 0 is something else. */
    pci_model_add(&model, ROOT, 3, 0, OTHER, DISK);
    e1000(ROOT, 3, 1);
    e1000(ROOT, 3, 6);
    /* A device that answers to all function numbers, but is one. */
    echo = rtl8139(ROOT, 5);
    model.functions[echo].every_function = true;
    /* Without function 0 there is nothing. */
    e1000(ROOT, 7, 2);
    /* Half a number is nobody; a vendor of ffff with a device number is a blank EEPROM. */
    blank = e1000(ROOT, 8, 0);
    put_le32(model.functions[blank].config, 0xFFFF0000);
    blank = e1000(ROOT, 9, 0);
    put_le32(model.functions[blank].config, 0x0000FFFF);
    blank = rtl8139(ROOT, 10);
    put_le32(model.functions[blank].config, 0x8139FFFF);
    /* Behind a PCI Express port there is slot 0 only, whatever answers. */
    b = pci_model_add_bridge(&model, ROOT, 11, 0);
    pci_model_express(&model, b, 4);
    echo = e1000(b, 0, 0);
    model.functions[echo].every_slot = true;
    configure();
    assert_int_equal(devices(found), 5);
    assert_string_equal(found[0].path, "00:03.1");
    assert_string_equal(found[1].path, "00:03.6");
    assert_string_equal(found[2].path, "00:05.0");
    assert_string_equal(found[3].path, "00:0a.0");
    assert_string_equal(found[4].path, "01:00.0");
    check_card(echo);
    assert_int_equal(pci_tree_devices(&tree, is_network, found, 2), 2);
}

/* The one below a PCI Express to PCI bridge is an ordinary bus. */
static void test_express_to_pci(void **state)
{
    static struct pci_device found[16];
    int port = pci_model_add_bridge(&model, ROOT, 2, 0);
    int converter = pci_model_add_bridge(&model, port, 0, 0), card = e1000(converter, 9, 0);

    (void)state;
    pci_model_express(&model, port, 4);
    pci_model_express(&model, converter, 7);
    configure();
    assert_int_equal(devices(found), 1);
    assert_string_equal(found[0].path, "02:09.0");
    check_card(card);
}

/* --- Kinds of registers
 * -------------------------------------------------------------------------------- */

static void test_64bit_registers(void **state)
{
    int b = pci_model_add_bridge(&model, ROOT, 3, 0), empty, high, kept;

    (void)state;
    empty = pci_model_add(&model, b, 1, 0, 0x10268086, ETHERNET);
    pci_model_bar(&model, empty, 0, 4, 0x20000, 0);
    pci_model_bar(&model, empty, 2, 4, 0x40000, 0);
    pci_model_bar(&model, empty, 4, 1, 0x40, 0);
    /* Firmware for 64-bit systems puts cards above 4 GB, where we do not reach. */
    high = pci_model_add(&model, ROOT, 4, 0, 0x10268086, ETHERNET);
    pci_model_bar(&model, high, 0, 4, 0x20000, 0x800000000ull);
    kept = pci_model_add(&model, ROOT, 5, 0, 0x10268086, ETHERNET);
    pci_model_bar(&model, kept, 0, 4, 0x20000, 0xFE000000);
    pci_model_command(&model, kept, DECODES);
    configure();
    check_card(empty);
    check_card(high);
    check_card(kept);
    assert_int_equal(addresses.done, 4);
    assert_int_equal(pci_model_bar_address(&model, kept, 0), 0xFE000000);
    assert_int_equal(get_le32(model.functions[high].config + 0x14), 0);
}

/* A register larger than all there is: said, and the others are served. */
static void test_huge_register(void **state)
{
    int card = pci_model_add(&model, ROOT, 4, 0, 0x10268086, ETHERNET);

    (void)state;
    pci_model_bar(&model, card, 0, 4, 0x400000000ull, 0);
    pci_model_bar(&model, card, 2, 0, 0x20000, 0);
    configure();
    assert_int_equal(addresses.done, 1);
    assert_int_equal(addresses.failed, 1);
    assert_true(pci_model_bar_address(&model, card, 2) >= FREE_BASE);
    assert_int_equal(pci_model_bar_address(&model, card, 0), 0);
}

/* Prefetchable memory goes where plain memory goes; if that window cannot grow, into its own. */
static void test_prefetchable(void **state)
{
    int b = pci_model_add_bridge(&model, ROOT, 3, 0);
    int card = pci_model_add(&model, b, 1, 0, E1000, ETHERNET);

    (void)state;
    pci_model_bar(&model, card, 0, 8, 0x20000, 0);
    pci_model_bar(&model, card, 1, 0, 0x1000, 0);
    put_le32(model.functions[b].writable + 0x20, 0);
    configure();
    assert_int_equal(addresses.done, 1);
    assert_int_equal(addresses.failed, 1);
    check_reachable(card, 0);
    assert_int_equal(pci_model_open_window(&model, b, PCI_WINDOW_PREFETCH).end -
                         pci_model_open_window(&model, b, PCI_WINDOW_PREFETCH).base,
                     0x100000);
}

/* Bridges need not have a prefetchable window or one for ports. */
static void test_bridge_without_windows(void **state)
{
    int b = pci_model_add_bridge(&model, ROOT, 3, 0), card = rtl8139(b, 1);

    (void)state;
    memset(model.functions[b].writable + 0x24, 0, 4);
    put_le32(model.functions[b].config + 0x24, 0);
    memset(model.functions[b].writable + 0x1C, 0, 2);
    configure();
    assert_int_equal(addresses.done, 1);
    assert_int_equal(addresses.failed, 1);
    assert_non_null(strstr(host_console(), "01:01.0 BAR 0: no room for 256 bytes of I/O"));
    check_reachable(card, 1);
}

/* An address that its bridge does not pass is no address. */
static void test_address_outside_of_the_window(void **state)
{
    int b = bridge(ROOT, 3, 1, 1, 0xFE000000, 0xFE100000, 0xC000, 0xD000), card = e1000(b, 1, 0);

    (void)state;
    assign(card, 0xF0000000, 0xD000);
    configure();
    assert_int_equal(addresses.done, 2);
    assert_true(unchanged(b));
    check_card(card);
    assert_int_equal(pci_model_get(&model, card, 4, 2), DECODES); /* as it was */
}

/* What a measurement that was never ended leaves behind. */
static void test_left_over_ones(void **state)
{
    int card = e1000(ROOT, 1, 0);

    (void)state;
    assign(card, 0xFFFE0000, 0xC000);
    configure();
    assert_int_equal(addresses.done, 1);
    check_card(card);
    assert_true(pci_model_bar_address(&model, card, 0) < FREE_END);
}

/* Ports: no alias of an old ISA card's; several blocks find room in one window. */
static void test_ports(void **state)
{
    int b = pci_model_add_bridge(&model, ROOT, 3, 0), cards[6];

    (void)state;
    for (unsigned i = 0; i < 6; i++)
        cards[i] = i % 2 ? e1000(b, 1 + i, 0) : rtl8139(b, 1 + i);
    configure();
    for (unsigned i = 0; i < 6; i++) {
        check_card(cards[i]);
        assert_int_equal(pci_model_bar_address(&model, cards[i], i % 2) & 0x300, 0);
    }
    check_windows();
}

/* A bridge with registers of its own: they must not come on at address 0. */
static void test_bridge_with_registers(void **state)
{
    int b = pci_model_add_bridge(&model, ROOT, 3, 0), card = e1000(b, 1, 0);
    struct pci_window window;

    (void)state;
    pci_model_bar(&model, b, 0, 4, 0x100, 0);
    configure();
    check_card(card);
    check_reachable(b, 0);
    window = pci_model_open_window(&model, b, PCI_WINDOW_MEMORY);
    assert_false(pci_model_bar_address(&model, b, 0) >= window.base &&
                 pci_model_bar_address(&model, b, 0) < window.end);
}

/* --- What is in the way
 * ----------------------------------------------------------------------------------- */

/*
 * A host bridge with an aperture, which must not be measured; a ROM; a CardBus bridge with windows:
 * none of them is hit, none is touched.
 */
static void test_things_in_the_way(void **state)
{
    int b = pci_model_add_bridge(&model, ROOT, 3, 0), card, disk, socket;
    static struct pci_device found[16];

    (void)state;
    free_memory = (struct pci_area){0xE0000000, 0x10500000};
    free_io = (struct pci_area){0xC000, 0x4000};
    pci_model_bar(&model, 0, 0, 8, 0x10000000, 0xE0000000);
    pci_model_command(&model, 0, 0x0006);
    disk = pci_model_add(&model, ROOT, 4, 0, OTHER, DISK);
    put_le32(model.functions[disk].config + 0x30, 0xF0000000 + 0x100000);
    socket = pci_model_add(&model, ROOT, 5, 0, OTHER, 0x060700);
    model.functions[socket].config[0x0E] = 2;
    put_le32(model.functions[socket].config + 0x18, 0x00070700);
    put_le32(model.functions[socket].config + 0x1C, 0xF0200000);
    put_le32(model.functions[socket].config + 0x20, 0xF03FF000);
    put_le32(model.functions[socket].config + 0x2C, 0xC000);
    put_le32(model.functions[socket].config + 0x30, 0xEFFC);
    pci_model_command(&model, socket, FORWARDS);
    card = e1000(b, 1, 0);
    configure();
    for (int i = 0; i < model.count; i++)
        assert_true(i == b || i == card || unchanged(i));
    check_card(card);
    assert_int_equal(pci_model_bar_address(&model, card, 0) >> 20, 0xF04);
    assert_int_equal(pci_model_bar_address(&model, card, 1) >> 12, 0xF);
    /* Nothing is looked for behind the socket, nor is its number given to another. */
    assert_int_equal(devices(found), 1);
    assert_int_equal(found[0].bus, 8);
}

/* --- Root buses
 * --------------------------------------------------------------------------------------------- */

static void test_peer_root_bus(void **state)
{
    static struct pci_device found[16];
    int peer = pci_model_add_root(&model, 0x80), first, second, b, own;

    (void)state;
    pci_model_add_bridge(&model, ROOT, 2, 0);
    b = pci_model_add_bridge(&model, peer, 0, 0);
    first = e1000(peer, 4, 0);
    second = e1000(b, 2, 0);
    own = e1000(ROOT, 9, 0);
    configure();
    assert_int_equal(devices(found), 3);
    assert_string_equal(found[0].path, "00:09.0");
    assert_string_equal(found[1].path, "80:04.0");
    assert_string_equal(found[2].path, "81:02.0");
    assert_int_equal(tree.root_count, 2);
    check_card(first);
    check_card(second);
    check_card(own);
}

/* Numbers of bus 0's bridges end below the next root bus. */
static void test_numbers_end_at_the_next_root(void **state)
{
    int peer = pci_model_add_root(&model, 3), parent = ROOT;

    (void)state;
    e1000(peer, 1, 0);
    for (unsigned i = 0; i < 4; i++)
        parent = pci_model_add_bridge(&model, parent, 2, 0);
    configure();
    assert_int_equal(numbers.done, 2);
    assert_int_equal(numbers.failed, 1);
    assert_int_equal(pci_model_get(&model, 2, 0x18, 4), 0x020100);
}

/* Some chipsets show bus 0 for every number that nobody takes. */
static void test_chipset_that_ignores_the_bus(void **state)
{
    static struct pci_device found[16];

    (void)state;
    model.ignores_bus = true;
    e1000(ROOT, 4, 0);
    configure();
    assert_int_equal(tree.root_count, 1);
    assert_int_equal(devices(found), 1);
}

static void test_empty_machine(void **state)
{
    static struct pci_device found[16];

    (void)state;
    model.count = 0;
    configure();
    assert_int_equal(devices(found), 0);
    assert_int_equal(model.writes, 0);
}

/* --- Anything
 * -------------------------------------------------------------------------------------------------
 */

static uint32_t seed;

static uint32_t random_below(uint32_t limit)
{
    return random_next(&seed) % limit;
}

/* Trees of any form, nothing of which is set. */
static void test_random_unset_trees(void **state)
{
    for (unsigned round = 0; round < 60; round++) {
        int parents[24], cards[24];
        unsigned parent_count = 1, card_count = 0;

        setup(state);
        seed = 77 + round;
        parents[0] = ROOT;
        for (unsigned i = 0; i < 30; i++) {
            int parent = parents[random_below(parent_count)];
            unsigned slot = 1 + i;

            if (random_below(2) && parent_count < 12) {
                parents[parent_count++] = pci_model_add_bridge(&model, parent, slot, 0);
                if (random_below(3) == 0)
                    pci_model_bar(&model, model.count - 1, 0, 4, 0x1000, 0);
            } else if (card_count < 12) {
                cards[card_count++] =
                    random_below(2) ? e1000(parent, slot, 0) : rtl8139(parent, slot);
            }
        }
        configure();
        assert_int_equal(numbers.failed, 0);
        assert_int_equal(addresses.failed, 0);
        for (unsigned i = 0; i < card_count; i++)
            check_card(cards[i]);
        check_windows();
        teardown(state);
    }
}

/*
 * What was set by a first run counts as firmware's; then cards are added without addresses, bridges
 * without numbers. What was there stays where it is, and what is new either works or is named.
 */
static void test_random_additions(void **state)
{
    for (unsigned round = 0; round < 60; round++) {
        int parents[24], cards[32];
        uint32_t kept[32][2];
        unsigned parent_count = 1, card_count = 0, old;

        setup(state);
        seed = 4711 + round;
        parents[0] = ROOT;
        for (unsigned i = 0; i < 12; i++) {
            int parent = parents[random_below(parent_count)];

            if (random_below(2) && parent_count < 8)
                parents[parent_count++] = pci_model_add_bridge(&model, parent, 1 + i, 0);
            else
                cards[card_count++] = e1000(parent, 1 + i, 0);
        }
        configure();
        for (unsigned i = 0; i < card_count; i++) {
            check_card(cards[i]);
            pci_model_command(&model, cards[i], DECODES);
            kept[i][0] = get_le32(model.functions[cards[i]].config + 0x10);
            kept[i][1] = get_le32(model.functions[cards[i]].config + 0x14);
        }
        old = card_count;
        for (unsigned i = 12; i < 24; i++) {
            int parent = parents[random_below(parent_count)];

            if (random_below(2) && parent_count < 16)
                parents[parent_count++] = pci_model_add_bridge(&model, parent, 1 + i, 0);
            else
                cards[card_count++] = rtl8139(parent, 1 + i);
        }
        configure();
        for (unsigned i = 0; i < old; i++) {
            assert_int_equal(get_le32(model.functions[cards[i]].config + 0x10), kept[i][0]);
            assert_int_equal(get_le32(model.functions[cards[i]].config + 0x14), kept[i][1]);
            check_card(cards[i]);
        }
        for (unsigned i = old; i < card_count; i++) {
            int bus = pci_model_bus_of(&model, cards[i]);

            if (bus < 0)
                assert_true(numbers.failed > 0);
            else if (addresses.failed == 0)
                check_card(cards[i]);
        }
        check_windows();
        teardown(state);
    }
}

/* Registers full of rubbish: it comes to an end, and nobody is reached by two ways. */
static void test_random_rubbish(void **state)
{
    for (unsigned round = 0; round < 100; round++) {
        static struct pci_device found[16];
        int parents[24];
        unsigned parent_count = 1;

        setup(state);
        seed = 90210 + round;
        parents[0] = ROOT;
        for (unsigned i = 0; i < 20; i++) {
            int parent = parents[random_below(parent_count)], index;

            if (random_below(2) && parent_count < 12) {
                index = pci_model_add_bridge(&model, parent, 1 + i, 0);
                parents[parent_count++] = index;
                pci_model_numbers(&model, index, random_below(12), random_below(12));
                for (unsigned at = 0x1C; at < 0x30; at++)
                    model.functions[index].config[at] =
                        (uint8_t)(random_below(256) & (model.functions[index].writable[at]));
            } else {
                index = e1000(parent, 1 + i, 0);
                assign(index, random_next(&seed) & 0xFFFE0000, random_next(&seed) & 0xFFC0);
                pci_model_command(&model, index, 0);
            }
        }
        configure();
        configure();
        assert_int_equal(numbers.done, 0); /* the first time was enough */
        devices(found);
        teardown(state);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_configured),
        TEST(test_configured_otherwise),
        TEST(test_unconfigured),
        TEST(test_unused_windows_are_closed),
        TEST(test_reset_windows_with_forwarding_on),
        TEST(test_forwarding_off),
        TEST(test_forwarding_off_for_a_reason),
        TEST(test_forwarding_off_for_another_reason),
        TEST(test_partly_configured),
        TEST(test_windows_grow),
        TEST(test_windows_grow_beside_each_other),
        TEST(test_windows_grow_in_free_areas_only),
        TEST(test_no_room_for_memory),
        TEST(test_no_room_between_neighbours),
        TEST(test_numbers_between_neighbours),
        TEST(test_numbers_are_given_back),
        TEST(test_no_number_left),
        TEST(test_lying_bridges),
        TEST(test_bridge_without_numbers),
        TEST(test_too_deep),
        TEST(test_more_bridges_than_the_table),
        TEST(test_functions),
        TEST(test_express_to_pci),
        TEST(test_64bit_registers),
        TEST(test_huge_register),
        TEST(test_prefetchable),
        TEST(test_bridge_without_windows),
        TEST(test_address_outside_of_the_window),
        TEST(test_left_over_ones),
        TEST(test_ports),
        TEST(test_bridge_with_registers),
        TEST(test_things_in_the_way),
        TEST(test_peer_root_bus),
        TEST(test_numbers_end_at_the_next_root),
        TEST(test_chipset_that_ignores_the_bus),
        TEST(test_empty_machine),
        TEST(test_random_unset_trees),
        TEST(test_random_additions),
        TEST(test_random_rubbish),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
