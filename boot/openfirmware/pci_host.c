/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/openfirmware/pci_host.h"

#include "console/console.h"
#include "drivers/io.h"
#include "lib/bytes.h"

#define HOSTS_MAXIMUM 16

/* The high cell of a PCI address, npt000ss bbbbbbbb ...: PCI bus binding, section 2.2.1.1 */
#define PHYS_SPACE(high) ((high) >> 24 & 3)
#define PHYS_SPACE_IO    1
#define PHYS_PREFETCH    0x40000000u

/*
 * UniNorth and its relatives: the address register at +0x800000 and the data register at +0xC00000
 * of the bridge's own region; the I/O space at +0 of it.
 */
#define ONE_HOT_ADDRESS     0x800000u
#define ONE_HOT_DATA        0xC00000u
#define ONE_HOT_IO_LENGTH   0x800000u
#define ONE_HOT_LOWEST_SLOT 11
/* Grackle (MPC106, address map B). */
#define GRACKLE_ADDRESS   0xFEC00000u
#define GRACKLE_DATA      0xFEE00000u
#define GRACKLE_IO        0xFE000000u
#define GRACKLE_IO_LENGTH 0x00800000u
#define GRACKLE_ENABLE    0x80000000u
/* On all of them PCI memory from here to the I/O regions is seen 1:1. */
#define MEMORY_BASE   0x80000000u
#define MEMORY_LENGTH 0x70000000u

static struct pci_host hosts[HOSTS_MAXIMUM];
static size_t host_count;

static bool is_like(of_cell node, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (of_property_has(node, "compatible", names[i]) ||
            of_property_has(node, "name", names[i]))
            return true;
    return false;
}

static bool open_ports(struct pci_host *host, uint32_t address, uint32_t data)
{
    host->address_port = memory_map_registers(address, 8);
    host->data_port = memory_map_registers(data, 8);
    return host->address_port != NULL && host->data_port != NULL;
}

static void read_ranges(struct pci_host *host)
{
    uint8_t value[32 * PCI_WINDOWS_MAXIMUM];
    unsigned cells = memory_address_cells();
    /* PCI address (3 cells), address of the root, size (2 cells) */
    size_t entry = 4 * (3 + cells + 2);
    int32_t length = of_property(host->node, "ranges", value, sizeof value);
    if (length < 0)
        return;
    for (size_t at = 0; bytes_within((uint64_t)length, at, entry); at += entry) {
        uint32_t high = get_be32(value + at);
        if (host->window_count == PCI_WINDOWS_MAXIMUM || PHYS_SPACE(high) == 0)
            continue;
        const uint8_t *cpu = value + at + 12;
        struct pci_window window = {
            .io = PHYS_SPACE(high) == PHYS_SPACE_IO,
            .prefetchable = (high & PHYS_PREFETCH) != 0,
            .pci = get_be64(value + at + 4),
            .cpu = cells == 2 ? get_be64(cpu) : get_be32(cpu),
            .length = get_be64(cpu + 4 * cells),
        };
        if (window.length != 0)
            host->windows[host->window_count++] = window;
    }
}

static bool has_window(const struct pci_host *host, bool io)
{
    for (size_t i = 0; i < host->window_count; i++)
        if (host->windows[i].io == io)
            return true;
    return false;
}

static void add_window(struct pci_host *host, bool io, uint64_t pci, uint64_t cpu, uint64_t length)
{
    if (!has_window(host, io) && host->window_count < PCI_WINDOWS_MAXIMUM)
        host->windows[host->window_count++] = (struct pci_window){io, false, pci, cpu, length};
}

static void set_up(struct pci_host *host)
{
    static const char *const one_hot[] = {"uni-north", "u3-agp", "bandit", "chaos"};
    static const char *const full_word[] = {"uni-north", "u3-agp"};
    static const char *const grackle[] = {"grackle", "MOT,MPC106"};
    uint8_t value[8];
    char path[OF_PATH_LENGTH];

    if (of_property(host->node, "bus-range", value, sizeof value) == 8)
        host->first_bus = get_be32(value) & 0xFF;
    read_ranges(host);
    if (of_path(host->node, path, sizeof path))
        host->instance = of_open(path);

    /* The firmware's own methods know every bridge; OpenBIOS has none. */
    if (of_exists(host->instance) && of_has_method(host->node, "config-l@")) {
        host->access = PCI_ACCESS_METHODS;
        return;
    }
    unsigned cells = memory_address_cells();
    int32_t length = of_property(host->node, "reg", value, sizeof value);
    uint32_t base = length >= (int32_t)(4 * cells) ? get_be32(value + 4 * (cells - 1)) : 0;
    if (is_like(host->node, grackle, sizeof grackle / sizeof grackle[0])) {
        if (open_ports(host, GRACKLE_ADDRESS, GRACKLE_DATA))
            host->access = PCI_ACCESS_MECHANISM;
        host->data_mask = 3;
        add_window(host, true, 0, GRACKLE_IO, GRACKLE_IO_LENGTH);
        add_window(host, false, MEMORY_BASE, MEMORY_BASE, MEMORY_LENGTH);
    } else if (base != 0 && is_like(host->node, one_hot, sizeof one_hot / sizeof one_hot[0])) {
        if (open_ports(host, base + ONE_HOT_ADDRESS, base + ONE_HOT_DATA))
            host->access = PCI_ACCESS_ONE_HOT;
        host->data_mask =
            is_like(host->node, full_word, sizeof full_word / sizeof full_word[0]) ? 7 : 3;
        add_window(host, true, 0, base, ONE_HOT_IO_LENGTH);
        add_window(host, false, MEMORY_BASE, MEMORY_BASE, MEMORY_LENGTH);
    } else {
        print_verbose("pci: no way to the configuration space of %s\n", path);
    }
}

struct pci_host *pci_host(of_cell node)
{
    for (size_t i = 0; i < host_count; i++)
        if (hosts[i].node == node)
            return &hosts[i];
    if (host_count == HOSTS_MAXIMUM)
        return NULL;
    struct pci_host *host = &hosts[host_count++];
    host->node = node;
    set_up(host);
    return host;
}

bool pci_host_translate(const struct pci_host *host, bool io, uint64_t pci, uint32_t length,
                        uint32_t *cpu)
{
    for (size_t i = 0; i < host->window_count; i++) {
        const struct pci_window *window = &host->windows[i];
        if (window->io != io || pci < window->pci ||
            !bytes_within(window->length, pci - window->pci, length))
            continue;
        uint64_t address = window->cpu + (pci - window->pci);
        if (address + length > 0x100000000u)
            continue;
        *cpu = (uint32_t)address;
        return true;
    }
    return false;
}

/* --- Configuration space ------------------------------------------------------------------ */

static uint32_t all_ones(unsigned width)
{
    return 0xFFFFFFFFu >> (32 - 8 * width);
}

static char width_letter(unsigned width)
{
    return width == 1 ? 'b' : width == 2 ? 'w' : 'l';
}

/*
 * Selects a register. True when the data port now stands for it; the port's window is filled in.
 */
static bool select_register(const struct pci_host *host, unsigned bus, unsigned slot,
                            unsigned function, unsigned offset, struct io_window *data)
{
    uint32_t word;
    if (host->access == PCI_ACCESS_MECHANISM) {
        word = GRACKLE_ENABLE | bus << 16 | slot << 11 | function << 8 | (offset & 0xFC);
    } else if (host->access != PCI_ACCESS_ONE_HOT) {
        return false;
    } else if (bus == host->first_bus) {
        /* type 0: one bit selects the slot's IDSEL line; the lower ones are not wired */
        if (slot < ONE_HOT_LOWEST_SLOT)
            return false;
        word = 1u << slot | function << 8 | (offset & 0xFC);
    } else {
        word = bus << 16 | slot << 11 | function << 8 | (offset & 0xFC) | 1; /* type 1 */
    }
    struct io_window port = {.base = host->address_port, .length = 8};
    /* The read back makes sure that the bridge has it before the data port is touched. */
    for (unsigned tries = 0; tries < 100; tries++) {
        io_write32(&port, 0, word);
        if (io_read32(&port, 0) == word)
            break;
    }
    *data = (struct io_window){.base = host->data_port + (offset & host->data_mask), .length = 4};
    return true;
}

uint32_t pci_host_read(const struct pci_host *host, unsigned bus, unsigned slot, unsigned function,
                       unsigned offset, unsigned width)
{
    if (host->access == PCI_ACCESS_METHODS) {
        char method[] = "config-?@";
        method[7] = width_letter(width);
        of_cell address = bus << 16 | slot << 11 | function << 8 | offset;
        of_cell value = OF_NONE;
        if (!of_call_method(host->instance, method, &address, 1, &value, 1))
            return all_ones(width);
        return value & all_ones(width);
    }
    struct io_window data;
    if (!select_register(host, bus, slot, function, offset, &data))
        return all_ones(width);
    return width == 1 ? io_read8(&data, 0) : width == 2 ? io_read16(&data, 0) : io_read32(&data, 0);
}

void pci_host_write(const struct pci_host *host, unsigned bus, unsigned slot, unsigned function,
                    unsigned offset, unsigned width, uint32_t value)
{
    if (host->access == PCI_ACCESS_METHODS) {
        char method[] = "config-?!";
        method[7] = width_letter(width);
        /* config-l! ( data config-addr -- ): the address is on top */
        of_cell arguments[2] = {bus << 16 | slot << 11 | function << 8 | offset, value};
        of_call_method(host->instance, method, arguments, 2, NULL, 0);
        return;
    }
    struct io_window data;
    if (!select_register(host, bus, slot, function, offset, &data))
        return;
    if (width == 1)
        io_write8(&data, 0, (uint8_t)value);
    else if (width == 2)
        io_write16(&data, 0, (uint16_t)value);
    else
        io_write32(&data, 0, value);
}
