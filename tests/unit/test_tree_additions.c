/* SPDX-License-Identifier: BSD-2-Clause */
/* What is added to firmware's tree: card, machine, interrupts, display, /chosen. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>
#undef fail /* error.h has one */

#include "boot/host/host.h"
#include "console/console.h"
#include "darwin/boot_pictures.h"
#include "darwin/card_node.h"
#include "darwin/chosen.h"
#include "darwin/display.h"
#include "darwin/interrupts.h"
#include "darwin/machine_nodes.h"
#include "lib/bytes.h"
#include "tests/unit/golden.h"

#define PIC         0xfff64f24u
#define HOST_BRIDGE "/pci@f2000000"

static struct devtree tree;

static int open_golden(void **state)
{
    (void)state;
    host_reset(4 << 20);
    tree = golden_tree();
    return 0;
}

static int close_tree(void **state)
{
    (void)state;
    devtree_free(&tree);
    return 0;
}

static struct devtree_node *at(const char *path)
{
    struct devtree_node *node = devtree_find(&tree, path);
    assert_non_null(node);
    return node;
}

static uint32_t word(const struct devtree_node *node, const char *name, size_t index)
{
    const struct devtree_property *property = devtree_get(node, name);
    assert_non_null(property);
    assert_true(property->length >= 4 * index + 4);
    return get_be32(property->value + 4 * index);
}

static void set_words(struct devtree_node *node, const char *name, size_t count,
                      const uint32_t *words)
{
    uint8_t bytes[64];
    for (size_t i = 0; i < count; i++)
        put_be32(bytes + 4 * i, words[i]);
    assert_int_equal(devtree_set(&tree, node, name, bytes, 4 * count), OK);
}
#define SET_WORDS(node, name, ...) \
    set_words(node, name, sizeof((uint32_t[]){__VA_ARGS__}) / 4, (uint32_t[]){__VA_ARGS__})

static size_t count_properties(void)
{
    size_t count = 0;
    for (struct devtree_node *node = tree.root; node != NULL; node = devtree_next(node))
        for (struct devtree_property *p = node->first_property; p != NULL; p = p->next)
            count++;
    return count;
}

/* --- Interrupts ----------------------------------------------------------------------------------
 */

static struct devtree_node *add_pci(struct devtree_node *parent, const char *name, uint32_t slot,
                                    uint32_t class_code)
{
    struct devtree_node *node = devtree_add(&tree, parent);
    devtree_set_string(&tree, node, "name", name);
    devtree_set_be32(&tree, node, "class-code", class_code);
    SET_WORDS(node, "reg", slot << 11, 0, 0, 0, 0);
    SET_WORDS(node, "interrupts", 1);
    return node;
}

static void test_a_good_tree_stays(void **state)
{
    (void)state;
    size_t before = count_properties();
    assert_int_equal(interrupts_make_resolvable(&tree), OK);
    assert_int_equal(count_properties(), before);
    assert_string_equal(host_console(), "");
}

/* OpenBIOS behind its bridges: no interrupt-map, so IOKit would go round for ever. */
static void test_pins_behind_bridges(void **state)
{
    (void)state;
    /* The host's map has entries for pin 1 of slots d and f. */
    struct devtree_node *outer = add_pci(at(HOST_BRIDGE), "pci1b36,1", 15, 0x060400);
    struct devtree_node *inner = add_pci(outer, "pci", 3, 0x060401);
    struct devtree_node *card = add_pci(inner, "card", 1, 0x020000);
    struct devtree_node *direct = add_pci(outer, "direct", 4, 0x020000);
    struct devtree_node *unmapped = add_pci(outer, "unmapped", 1, 0x020000);
    console_verbose = true;
    assert_int_equal(interrupts_make_resolvable(&tree), OK);
    console_verbose = false;
    /* card: pin 1 of slot 1 is the inner's pin 2, in slot 3 the outer's pin 1 */
    assert_int_equal(word(card, "interrupt-parent", 0), PIC);
    assert_int_equal(devtree_get(card, "interrupts")->length, 8);
    assert_int_equal(word(card, "interrupts", 0), 0x1e);
    assert_int_equal(word(card, "interrupts", 1), 1);
    assert_int_equal(word(direct, "interrupt-parent", 0), PIC);
    assert_int_equal(word(direct, "interrupts", 0), 0x1e);
    /* pin 2 of the outer bridge is in no map */
    assert_null(devtree_get(unmapped, "interrupts"));
    assert_null(devtree_get(unmapped, "interrupt-parent"));
    assert_non_null(strstr(host_console(), "/unmapped: its interrupts lead nowhere"));
    assert_non_null(strstr(host_console(), "routed through the bridges"));
    /* The bridges themselves sit on the host's bus or on a bridge. */
    assert_null(devtree_get(outer, "interrupt-parent"));
    assert_int_equal(word(outer, "interrupts", 0), 1);
    /* A second time there is nothing to do. */
    size_t before = count_properties();
    assert_int_equal(interrupts_make_resolvable(&tree), OK);
    assert_int_equal(count_properties(), before);
}

static void expect_removed(struct devtree_node *node)
{
    assert_int_equal(interrupts_make_resolvable(&tree), OK);
    assert_null(devtree_get(node, "interrupts"));
}

static void test_dead_ends(void **state)
{
    (void)state;
    struct devtree_node *mac_io = at(HOST_BRIDGE "/mac-io");
    struct devtree_node *cuda = at(HOST_BRIDGE "/mac-io/via-cuda");
    struct devtree_node *pic = at(HOST_BRIDGE "/mac-io/interrupt-controller");

    /* An unknown interrupt-parent crashes the kernel. */
    devtree_set_be32(&tree, cuda, "interrupt-parent", 0x1234);
    expect_removed(cuda);
    /* A controller without its own parent */
    SET_WORDS(pic, "interrupts", 1, 1);
    expect_removed(pic);
    /* No controller and no map */
    SET_WORDS(cuda, "interrupts", 1, 1);
    devtree_set_be32(&tree, mac_io, "AAPL,phandle", 77);
    devtree_set_be32(&tree, cuda, "interrupt-parent", 77);
    expect_removed(cuda);
    /* Absurd cells; no interrupt cells at all; a specifier that is cut off */
    SET_WORDS(cuda, "interrupts", 1, 1);
    devtree_set_be32(&tree, cuda, "interrupt-parent", PIC);
    devtree_set_be32(&tree, pic, "#interrupt-cells", 17);
    expect_removed(cuda);
    SET_WORDS(cuda, "interrupts", 1, 1);
    devtree_set_be32(&tree, pic, "#interrupt-cells", 0);
    expect_removed(cuda);
    SET_WORDS(cuda, "interrupts", 1, 1, 2);
    devtree_set_be32(&tree, pic, "#interrupt-cells", 2);
    expect_removed(cuda);
    devtree_set(&tree, cuda, "interrupts", NULL, 0);
    expect_removed(cuda);
    /* Old World: AAPL,interrupts is used, nothing is followed. */
    SET_WORDS(cuda, "interrupts", 1, 1, 2);
    SET_WORDS(cuda, "AAPL,interrupts", 1);
    assert_int_equal(interrupts_make_resolvable(&tree), OK);
    assert_non_null(devtree_get(cuda, "interrupts"));
    devtree_remove(cuda, "AAPL,interrupts");
    SET_WORDS(mac_io, "AAPL,interrupts", 1);
    assert_int_equal(interrupts_make_resolvable(&tree), OK);
    assert_non_null(devtree_get(cuda, "interrupts"));
}

static void test_damaged_maps(void **state)
{
    (void)state;
    struct devtree_node *host = at(HOST_BRIDGE);
    struct devtree_node *card = at(HOST_BRIDGE "/rtl8139");
    struct devtree_node *pic = at(HOST_BRIDGE "/mac-io/interrupt-controller");
    const struct devtree_property *map = devtree_get(host, "interrupt-map");
    uint8_t good[56], map_bytes[56];
    memcpy(good, map->value, 56);

    /* Cut off anywhere before the second entry's end. */
    for (size_t length = 0; length < 56; length += 4) {
        if (length == 28)
            continue; /* whole, and without an entry for the card: see below */
        devtree_set(&tree, host, "interrupt-map", good, length);
        SET_WORDS(card, "interrupts", 1);
        expect_removed(card);
    }
    /* An entry that names an unknown controller */
    memcpy(map_bytes, good, 56);
    put_be32(map_bytes + 28 + 16, 1);
    devtree_set(&tree, host, "interrupt-map", map_bytes, 56);
    SET_WORDS(card, "interrupts", 1);
    expect_removed(card);
    /* A map that leads back to itself */
    memcpy(map_bytes, good, 56);
    devtree_set_be32(&tree, host, "AAPL,phandle", 88);
    SET_WORDS(host, "interrupt-map", 0x7800, 0, 0, 1, 88, 0x7800, 0, 0, 1);
    SET_WORDS(card, "interrupts", 1);
    expect_removed(card);
    /* No entry fits: the kernel says so and goes on. */
    devtree_set(&tree, host, "interrupt-map", good, 28);
    SET_WORDS(card, "interrupts", 1);
    assert_int_equal(interrupts_make_resolvable(&tree), OK);
    assert_non_null(devtree_get(card, "interrupts"));
    /* Without a mask, all of the address counts. */
    devtree_set(&tree, host, "interrupt-map", good, 56);
    devtree_remove(host, "interrupt-map-mask");
    assert_int_equal(interrupts_make_resolvable(&tree), OK);
    assert_non_null(devtree_get(card, "interrupts"));
    /* A device without an address */
    devtree_remove(card, "reg");
    expect_removed(card);
    /* A controller that the kernel cannot name */
    struct devtree_node *cuda = at(HOST_BRIDGE "/mac-io/via-cuda");
    struct devtree_node *child = devtree_add(&tree, pic);
    devtree_set_string(&tree, child, "name", "child");
    SET_WORDS(child, "interrupts", 1, 0);
    devtree_set(&tree, pic, "AAPL,phandle", "", 1);
    assert_int_equal(interrupts_make_resolvable(&tree), OK);
    assert_null(devtree_get(child, "interrupts"));
    assert_null(devtree_get(cuda, "interrupts"));
}

/* --- The card's node
 * ------------------------------------------------------------------------------- */

static struct nic make_nic(void)
{
    struct nic nic;
    memset(&nic, 0, sizeof nic);
    nic.pci.vendor = 0x8086;
    nic.pci.device = 0x100E;
    nic.pci.class_code = 0x020000;
    nic.pci.revision = 3;
    nic.pci.bus = 1;
    nic.pci.slot = 15;
    nic.pci.function = 2;
    nic.pci.subsystem_vendor = 0x1AF4;
    nic.pci.subsystem = 0x1100;
    memcpy(nic.address, "\x52\x54\x00\x12\x34\x56", 6);
    strcpy(nic.pci.path, HOST_BRIDGE "/rtl8139@f");
    return nic;
}

static void test_card_found(void **state)
{
    (void)state;
    struct nic nic = make_nic();
    struct devtree_node *node;
    assert_int_equal(card_node_find(&tree, &nic, &node), OK);
    assert_ptr_equal(node, at(HOST_BRIDGE "/rtl8139@f"));
    nic.pci.node = 0xfff65174;
    assert_int_equal(card_node_find(&tree, &nic, &node), OK);
    assert_ptr_equal(node, at(HOST_BRIDGE "/usb@d"));
    nic.pci.node = 0;
    strcpy(nic.pci.path, "00:0f.0");
    assert_int_equal(card_node_find(&tree, &nic, &node), ERROR_DEVTREE_NODE);
}

/* A node of which firmware says nothing at all. */
static void test_bare_card(void **state)
{
    (void)state;
    struct nic nic = make_nic();
    nic.pci.node = 0;
    struct host_card *card = host_add_card(&nic.pci, 0, false, NULL);
    card->config[0x3D] = 4;
    struct devtree_node *node = devtree_add(&tree, at(HOST_BRIDGE));
    assert_int_equal(card_node_complete(&tree, node, &nic), OK);
    assert_string_equal(devtree_get_string(node, "name"), "pci8086,100e");
    assert_string_equal(devtree_get_string(node, "compatible"), "pci8086,100e");
    assert_string_equal(devtree_get_string(node, "device_type"), "network");
    assert_string_equal(devtree_get_string(node, "network-type"), "ethernet");
    const struct devtree_property *unit = devtree_get(node, "AAPL,unit-string");
    assert_int_equal(unit->length, 3);
    assert_memory_equal(unit->value, "f,2", 3);
    assert_int_equal(devtree_get(node, "reg")->length, 20);
    assert_int_equal(word(node, "reg", 0), 0x00017A00);
    assert_int_equal(word(node, "vendor-id", 0), 0x8086);
    assert_int_equal(word(node, "device-id", 0), 0x100E);
    assert_int_equal(word(node, "revision-id", 0), 3);
    assert_int_equal(word(node, "class-code", 0), 0x020000);
    assert_int_equal(word(node, "subsystem-vendor-id", 0), 0x1AF4);
    assert_int_equal(word(node, "subsystem-id", 0), 0x1100);
    assert_int_equal(word(node, "interrupts", 0), 4);
    assert_int_equal(word(node, "max-frame-size", 0), 1518);
    assert_int_equal(word(node, "address-bits", 0), 48);
    assert_memory_equal(devtree_get(node, "local-mac-address")->value, nic.address, 6);
    assert_memory_equal(devtree_get(node, "mac-address")->value, nic.address, 6);

    /* Function 0 has no comma; pin 0 is no interrupt; no subsystem, no words about it. */
    nic.pci.function = 0;
    nic.pci.subsystem_vendor = 0;
    card->config[0x3D] = 0;
    node = devtree_add(&tree, at(HOST_BRIDGE));
    assert_int_equal(card_node_complete(&tree, node, &nic), OK);
    assert_memory_equal(devtree_get(node, "AAPL,unit-string")->value, "f", 1);
    assert_int_equal(devtree_get(node, "AAPL,unit-string")->length, 1);
    assert_null(devtree_get(node, "interrupts"));
    assert_null(devtree_get(node, "subsystem-vendor-id"));
    assert_null(devtree_get(node, "subsystem-id"));
}

static void test_firmware_knows_better(void **state)
{
    (void)state;
    struct nic nic = make_nic();
    struct devtree_node *node = at(HOST_BRIDGE "/rtl8139@f");
    /* As OpenBIOS names e1000 cards */
    devtree_set_string(&tree, node, "compatible", "pci1086,100e");
    devtree_set_string(&tree, node, "device_type", "ethernet");
    devtree_set(&tree, node, "local-mac-address", "\x00\x01\x02\x03\x04\x05", 6);
    devtree_set(&tree, node, "mac-address", "\0\0\0\0\0\0", 6);
    assert_int_equal(card_node_complete(&tree, node, &nic), OK);
    assert_string_equal(devtree_get_string(node, "name"), "rtl8139");
    assert_int_equal(devtree_get(node, "compatible")->length, 26);
    assert_memory_equal(devtree_get(node, "compatible")->value, "pci1086,100e\0pci8086,100e", 26);
    assert_string_equal(devtree_get_string(node, "device_type"), "network");
    assert_int_equal(word(node, "vendor-id", 0), 0x10EC);
    assert_memory_equal(devtree_get(node, "local-mac-address")->value, "\x00\x01\x02\x03\x04\x05",
                        6);
    assert_memory_equal(devtree_get(node, "mac-address")->value, nic.address, 6);
    /* Once more changes nothing. */
    size_t before = count_properties();
    assert_int_equal(card_node_complete(&tree, node, &nic), OK);
    assert_int_equal(devtree_get(node, "compatible")->length, 26);
    assert_int_equal(count_properties(), before);
    /* A list without its last NUL */
    devtree_set(&tree, node, "compatible", "xyz", 3);
    assert_int_equal(card_node_complete(&tree, node, &nic), OK);
    assert_memory_equal(devtree_get(node, "compatible")->value, "xyz\0pci8086,100e", 17);
}

static void test_bridges_above_the_card(void **state)
{
    (void)state;
    struct nic nic = make_nic();
    struct devtree_node *outer = add_pci(at(HOST_BRIDGE), "outer", 15, 0x060400);
    struct devtree_node *inner = add_pci(outer, "inner", 3, 0x060401);
    struct devtree_node *card = add_pci(inner, "card", 1, 0x020000);
    size_t host_before = devtree_get(at(HOST_BRIDGE), "#address-cells")->length;
    static const uint8_t window[32] = {2};
    devtree_set_string(&tree, outer, "device_type", "pci-bridge");
    devtree_set(&tree, outer, "ranges", window, sizeof window);
    assert_int_equal(card_node_complete(&tree, card, &nic), OK);
    assert_string_equal(devtree_get_string(inner, "device_type"), "pci");
    assert_string_equal(devtree_get_string(outer, "device_type"), "pci-bridge");
    assert_int_equal(word(inner, "#address-cells", 0), 3);
    assert_int_equal(word(outer, "#address-cells", 0), 3);
    assert_int_equal(word(outer, "#size-cells", 0), 2);
    /* Without ranges the kernel takes a bus address, an I/O port for one, for a physical one. */
    assert_int_equal(devtree_get(inner, "ranges")->length, 0);
    assert_int_equal(devtree_get(outer, "ranges")->length, sizeof window);
    assert_int_equal(devtree_get(at(HOST_BRIDGE), "#address-cells")->length, host_before);
    /* With cells, the way of the interrupt through the pins is still found. */
    assert_int_equal(interrupts_make_resolvable(&tree), OK);
    assert_int_equal(word(card, "interrupt-parent", 0), PIC);
}

/* --- The machine's nodes
 * ----------------------------------------------------------------------------- */

static void test_good_machine(void **state)
{
    (void)state;
    size_t before = count_properties();
    assert_int_equal(machine_nodes_complete(&tree), OK);
    assert_int_equal(count_properties(), before);
    assert_string_equal(host_console(), "");
}

static void test_names_and_ends(void **state)
{
    (void)state;
    struct devtree_node *nameless = devtree_add(&tree, tree.root);
    struct devtree_node *open_end = devtree_add(&tree, tree.root);
    devtree_set(&tree, open_end, "name", "abc", 3);
    devtree_set(&tree, open_end, "device_type", NULL, 0);
    assert_int_equal(machine_nodes_complete(&tree), OK);
    assert_string_equal(devtree_get_string(nameless, "name"), "");
    assert_int_equal(devtree_get(open_end, "name")->length, 4);
    assert_string_equal(devtree_get_string(open_end, "name"), "abc");
    assert_string_equal(devtree_get_string(open_end, "device_type"), "");
}

static void test_clocks(void **state)
{
    (void)state;
    struct devtree_node *cpu = at("/cpus/PowerPC,G4");
    /* The root's clock stands in for the bus. */
    devtree_remove(cpu, "bus-frequency");
    devtree_remove(cpu, "clock-frequency");
    assert_int_equal(machine_nodes_complete(&tree), OK);
    assert_null(devtree_get(cpu, "bus-frequency"));
    assert_int_equal(word(cpu, "clock-frequency", 0), 100000000);
    /* Nothing is known. */
    devtree_remove(cpu, "clock-frequency");
    devtree_remove(cpu, "timebase-frequency");
    devtree_remove(tree.root, "clock-frequency");
    assert_int_equal(machine_nodes_complete(&tree), OK);
    assert_int_equal(word(cpu, "timebase-frequency", 0), 25000000);
    assert_int_equal(word(cpu, "bus-frequency", 0), 100000000);
    assert_int_equal(word(cpu, "clock-frequency", 0), 100000000);
    assert_non_null(strstr(host_console(), "timebase-frequency; 25000000 Hz is assumed"));
    /* 8 bytes are one number; less than 4 are none. */
    SET_WORDS(cpu, "bus-frequency", 0, 167000000);
    devtree_set(&tree, cpu, "clock-frequency", "\1\2", 2);
    assert_int_equal(machine_nodes_complete(&tree), OK);
    assert_int_equal(word(cpu, "clock-frequency", 0), 167000000);
}

static void test_missing_machine_nodes(void **state)
{
    (void)state;
    devtree_remove(tree.root, "compatible");
    devtree_remove(at(HOST_BRIDGE "/mac-io"), "assigned-addresses");
    assert_int_equal(machine_nodes_complete(&tree), OK);
    assert_non_null(strstr(host_console(), "what machine this is"));
    assert_non_null(strstr(host_console(), "no mac-io chip"));

    /* A dbdma node is looked at first and alone. */
    host_reset(4 << 20);
    SET_WORDS(at(HOST_BRIDGE "/mac-io"), "AAPL,address", 0x80000000);
    struct devtree_node *dbdma = at(HOST_BRIDGE "/mac-io/escc");
    devtree_set_string(&tree, dbdma, "device_type", "dbdma");
    devtree_set_string(&tree, tree.root, "compatible", "x");
    assert_int_equal(machine_nodes_complete(&tree), OK);
    assert_non_null(strstr(host_console(), "no mac-io chip"));
    host_reset(4 << 20);
    devtree_set_be32(&tree, dbdma, "AAPL,address", 0x80008000);
    assert_int_equal(machine_nodes_complete(&tree), OK);
    assert_string_equal(host_console(), "");

    devtree_remove(at("/cpus/PowerPC,G4"), "device_type");
    assert_int_equal(machine_nodes_complete(&tree), ERROR_DEVTREE_NODE);
}

/* --- Display
 * ----------------------------------------------------------------------------------------- */

static void test_display(void **state)
{
    (void)state;
    struct boot_video video;
    struct devtree_node *vga = at(HOST_BRIDGE "/QEMU,VGA");
    devtree_remove(vga, "AAPL,boot-display");
    assert_int_equal(display_announce(&tree, &video), OK);
    assert_int_equal(video.address, 0x81000000);
    assert_int_equal(video.row_bytes, 3200);
    assert_int_equal(video.width, 800);
    assert_int_equal(video.height, 600);
    assert_int_equal(video.depth, 32);
    assert_int_equal(devtree_get(vga, "AAPL,boot-display")->length, 0);

    /* A serial console: firmware has not opened the display. */
    devtree_remove(vga, "address");
    assert_int_equal(display_announce(&tree, &video), OK);
    assert_int_equal(video.address, 0x81000000);
    assert_int_equal(word(vga, "address", 0), 0x81000000);
    /* The card's memory is too small for that. */
    devtree_remove(vga, "address");
    devtree_remove(vga, "AAPL,boot-display");
    devtree_set_be32(&tree, vga, "height", 6000);
    assert_int_equal(display_announce(&tree, &video), OK);
    assert_int_equal(video.address, 0);
    assert_int_equal(video.width, 0);
    assert_null(devtree_get(vga, "AAPL,boot-display"));
    assert_null(devtree_get(vga, "address"));
    /* No size */
    devtree_set_be32(&tree, vga, "height", 600);
    devtree_remove(vga, "width");
    assert_int_equal(display_announce(&tree, &video), OK);
    assert_int_equal(video.address, 0);
    /* No monitor */
    devtree_set_be32(&tree, vga, "width", 800);
    devtree_set_string(&tree, vga, "display-type", "NONE");
    assert_int_equal(display_announce(&tree, &video), OK);
    assert_int_equal(video.address, 0);
}

static struct devtree_node *add_display(const char *name, uint32_t address)
{
    struct devtree_node *node = devtree_add(&tree, tree.root);
    devtree_set_string(&tree, node, "name", name);
    devtree_set_string(&tree, node, "device_type", "display");
    devtree_set_be32(&tree, node, "address", address);
    devtree_set_be32(&tree, node, "width", 640);
    devtree_set_be32(&tree, node, "height", 480);
    return node;
}

static void test_display_choice(void **state)
{
    (void)state;
    struct boot_video video;
    struct devtree_node *second = add_display("second", 0x90000000);
    add_display("third", 0xA0000000);
    /* The alias comes first, then output-device as a path or an alias, then the order. */
    devtree_set_string(&tree, at("/aliases"), "screen", "/second");
    assert_int_equal(display_announce(&tree, &video), OK);
    assert_int_equal(video.address, 0x90000000);
    assert_int_equal(video.depth, 8);
    assert_int_equal(video.row_bytes, 640);
    devtree_set_string(&tree, at("/aliases"), "screen", "/gone");
    devtree_set_string(&tree, at("/options"), "output-device", "/third");
    devtree_set_be32(&tree, at("/third"), "depth", 15);
    assert_int_equal(display_announce(&tree, &video), OK);
    assert_int_equal(video.address, 0xA0000000);
    assert_int_equal(video.depth, 16);
    assert_int_equal(video.row_bytes, 1280);
    devtree_set_string(&tree, at("/options"), "output-device", "scca");
    assert_int_equal(display_announce(&tree, &video), OK);
    assert_int_equal(video.address, 0x81000000);
    /* Not even the nodes that name it */
    devtree_set_string(&tree, at("/aliases"), "name", "x");
    devtree_set_string(&tree, at("/options"), "name", "x");
    devtree_set_be32(&tree, second, "depth", 64);
    devtree_remove(at(HOST_BRIDGE "/QEMU,VGA"), "device_type");
    assert_int_equal(display_announce(&tree, &video), OK);
    assert_int_equal(video.address, 0xA0000000);
}

/* --- /chosen
 * ------------------------------------------------------------------------------------------- */

static struct network_config network;

static error_t announce(const char *file, const char *arguments)
{
    return chosen_announce(&tree, at(HOST_BRIDGE "/rtl8139"), &network, file, arguments);
}

static void test_chosen(void **state)
{
    (void)state;
    struct devtree_node *chosen = at("/chosen");
    memset(&network, 0, sizeof network);
    network.method = NETWORK_DHCP;
    network.reply_length = 300;
    /* Left over from a boot over another card */
    devtree_set_string(&tree, chosen, "bsdp-response", "x");
    devtree_set_string(&tree, chosen, "bootp-response", "x");
    devtree_set_string(&tree, chosen, "boot-uuid", "x");
    assert_int_equal(announce("a/b", "-v"), OK);
    assert_int_equal(devtree_get(tree.root, "net-boot")->length, 0);
    assert_int_equal(devtree_get(chosen, "dhcp-response")->length, 300);
    /* The kernel looks for its root path (option 17) in the latter only. */
    assert_int_equal(devtree_get(chosen, "bootp-response")->length, 300);
    assert_null(devtree_get(chosen, "bsdp-response"));
    assert_null(devtree_get(chosen, "boot-uuid"));
    assert_string_equal(devtree_get_string(chosen, "rootpath"), HOST_BRIDGE "/rtl8139@f:,\\a\\b");
    assert_string_equal(devtree_get_string(chosen, "bootpath"), HOST_BRIDGE "/rtl8139@f:,\\a\\b");
    assert_string_equal(devtree_get_string(chosen, "bootargs"), "-v");
    assert_int_equal(word(chosen, "BootXCacheHits", 0), 0);

    /* Firmware started us over this very card: its own words stay. */
    devtree_set_string(&tree, chosen, "bootpath", HOST_BRIDGE "/rtl8139@f:1,\\sawboot");
    assert_int_equal(announce("a/b", "-v"), OK);
    assert_string_equal(devtree_get_string(chosen, "bootpath"),
                        HOST_BRIDGE "/rtl8139@f:1,\\sawboot");

    /* Every way to write the file's name. */
    static const char *const files[] = {"x\\y", "/x/y", "\\x\\y", ",\\x\\y", "//x/y"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        assert_int_equal(announce(files[i], ""), OK);
        assert_string_equal(devtree_get_string(chosen, "rootpath"),
                            HOST_BRIDGE "/rtl8139@f:,\\x\\y");
    }
    /* From a NetBoot server: its own packet beside that with the address, and no other. */
    network.method = NETWORK_BSDP;
    network.bsdp_reply[0] = 2;
    network.bsdp_reply_length = 310;
    assert_int_equal(announce("x", ""), OK);
    assert_int_equal(devtree_get(chosen, "dhcp-response")->length, 300);
    assert_int_equal(devtree_get(chosen, "bsdp-response")->length, 310);
    assert_memory_equal(devtree_get(chosen, "bsdp-response")->value, network.bsdp_reply, 310);
    assert_null(devtree_get(chosen, "bootp-response"));
    network.method = NETWORK_BOOTP;
    assert_int_equal(announce("x", ""), OK);
    assert_null(devtree_get(chosen, "dhcp-response"));
    assert_int_equal(devtree_get(chosen, "bootp-response")->length, 300);
    /* A reply that is cut off would be read beyond its end; a static address has none. */
    network.reply_length = 239;
    assert_int_equal(announce("x", ""), OK);
    assert_null(devtree_get(chosen, "bootp-response"));
    network.reply_length = 240;
    assert_int_equal(announce("x", ""), OK);
    assert_non_null(devtree_get(chosen, "bootp-response"));
    network.method = NETWORK_STATIC;
    assert_int_equal(announce("x", ""), OK);
    assert_null(devtree_get(chosen, "bootp-response"));
    assert_null(devtree_get(chosen, "dhcp-response"));
}

static void test_long_paths(void **state)
{
    (void)state;
    char name[600];
    memset(name, 'n', sizeof name);
    size_t fits = 498 - strlen(HOST_BRIDGE "/rtl8139@f:,\\");
    name[fits] = 0;
    assert_int_equal(announce(name, ""), OK);
    assert_int_equal(strlen(devtree_get_string(at("/chosen"), "rootpath")), 498);
    name[fits] = 'n';
    name[fits + 1] = 0;
    assert_int_equal(announce(name, ""), ERROR_DEVTREE_PATH);
    name[fits + 1] = 'n';
    name[599] = 0;
    devtree_set_string(&tree, at(HOST_BRIDGE), "name", name);
    struct devtree_node *card = devtree_find_handle(&tree, 0xfff66124);
    assert_int_equal(chosen_announce(&tree, card, &network, "x", ""), ERROR_DEVTREE_PATH);
}

static void test_memory_map(void **state)
{
    (void)state;
    struct devtree_node *map;
    /* One is there already: it is emptied. */
    struct devtree_node *old = at("/chosen/memory-map");
    assert_int_equal(memory_map_create(&tree, &map), OK);
    assert_ptr_equal(map, old);
    assert_string_equal(map->first_property->name, "AAPL,phandle");
    assert_ptr_equal(map->first_property->next, map->last_property);
    assert_string_equal(devtree_get_string(map, "name"), "memory-map");
    assert_int_equal(memory_map_set(&tree, map, "BootArgs", 0x12A000, 0x1FC), OK);
    assert_int_equal(devtree_get(map, "BootArgs")->length, 8);
    assert_int_equal(word(map, "BootArgs", 0), 0x12A000);
    assert_int_equal(word(map, "BootArgs", 1), 0x1FC);
    size_t before = devtree_flat_length(&tree);
    memory_map_set(&tree, map, "X", 1, 1);
    assert_int_equal(devtree_flat_length(&tree) - before, MEMORY_MAP_ENTRY_SIZE);

    /* No /chosen at all: both nodes are made, with handles of their own. */
    devtree_free(&tree);
    devtree_create(&tree);
    devtree_set_string(&tree, tree.root, "name", "device-tree");
    tree.root->handle = 0x53420004;
    assert_int_equal(memory_map_create(&tree, &map), OK);
    assert_ptr_equal(map, at("/chosen/memory-map"));
    uint32_t chosen_handle = word(at("/chosen"), "AAPL,phandle", 0);
    assert_int_not_equal(chosen_handle, 0x53420004);
    assert_int_not_equal(chosen_handle, word(map, "AAPL,phandle", 0));
}

/* --- Pictures
 * ------------------------------------------------------------------------------------------ */

static void test_pictures(void **state)
{
    (void)state;
    static uint8_t clut[BOOT_CLUT_SIZE + 1], picture[FAILED_BOOT_SIZE + 1];
    clut[BOOT_CLUT_SIZE] = picture[FAILED_BOOT_SIZE] = 0xEE;
    boot_clut_write(clut);
    assert_int_equal(clut[BOOT_CLUT_SIZE], 0xEE);
    /* The Macintosh palette at its well-known places */
    assert_memory_equal(clut, "\xff\xff\xff\xbf\xbf\xbf\xff\xff\x99", 9);
    assert_memory_equal(clut + 3 * 35, "\xff\x00\x00", 3);
    assert_memory_equal(clut + 3 * 215, "\xee\x00\x00\xdd\x00\x00\xbb\x00\x00", 9);
    assert_memory_equal(clut + 3 * 225, "\x00\xee\x00", 3);
    assert_memory_equal(clut + 3 * 244, "\x00\x00\x11", 3);
    assert_memory_equal(clut + 3 * 245, "\xee\xee\xee\xdd\xdd\xdd", 6);
    assert_memory_equal(clut + 3 * 254, "\x11\x11\x11\x00\x00\x00", 6);
    failed_boot_write(picture);
    assert_int_equal(picture[FAILED_BOOT_SIZE], 0xEE);
    assert_int_equal(get_be32(picture), FAILED_BOOT_SIDE);
    const uint8_t *middle = picture + FAILED_BOOT_HEADER + 64 * FAILED_BOOT_SIDE;
    assert_int_equal(middle[0], 1);
    assert_int_equal(middle[8], 250);
    assert_int_equal(middle[30], 1);
    assert_int_equal(middle[64], 250);
}

#define TREE_TEST(test) cmocka_unit_test_setup_teardown(test, open_golden, close_tree)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TREE_TEST(test_a_good_tree_stays),
        TREE_TEST(test_pins_behind_bridges),
        TREE_TEST(test_dead_ends),
        TREE_TEST(test_damaged_maps),
        TREE_TEST(test_card_found),
        TREE_TEST(test_bare_card),
        TREE_TEST(test_firmware_knows_better),
        TREE_TEST(test_bridges_above_the_card),
        TREE_TEST(test_good_machine),
        TREE_TEST(test_names_and_ends),
        TREE_TEST(test_clocks),
        TREE_TEST(test_missing_machine_nodes),
        TREE_TEST(test_display),
        TREE_TEST(test_display_choice),
        TREE_TEST(test_chosen),
        TREE_TEST(test_long_paths),
        TREE_TEST(test_memory_map),
        cmocka_unit_test(test_pictures),
    };
    return cmocka_run_group_tests(tests, golden_read, NULL);
}
