/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pci: the network cards with their numbers and base address registers, and the PCI-PCI bridges
 * above them. Only looks: nothing is measured by writing.
 */
#include "drivers/pci.h"

#include <stdlib.h>

#include "boot/commands/command.h"
#include "boot/platform.h"
#include "console/console.h"
#include "drivers/nic.h"

#define DEVICES_MAXIMUM 32
#define BARS            6
#define SLOTS           32
#define FUNCTIONS       8
#define DEPTH_MAXIMUM   16

/* PCI-to-PCI Bridge Architecture Specification 1.2, section 3.2. */
#define HEADER_TYPE          0x0E
#define HEADER_MULTIFUNCTION 0x80
#define HEADER_BRIDGE        0x01
#define BRIDGE_SECONDARY     0x19
#define BRIDGE_SUBORDINATE   0x1A
#define BRIDGE_IO_BASE       0x1C
#define BRIDGE_IO_LIMIT      0x1D
#define BRIDGE_MEMORY_BASE   0x20
#define BRIDGE_MEMORY_LIMIT  0x22
#define BAR_TYPE_MASK        0x6u
#define NOBODY               0xFFFFFFFFu

static void show_bars(const struct pci_device *device)
{
    for (unsigned i = 0; i < BARS; i++) {
        uint32_t low = platform_pci_read(device, PCI_BAR(i), 4), high = 0;

        if (low == 0 || low == NOBODY)
            continue;
        if (low & PCI_BAR_IO) {
            print("    BAR %u  I/O     %08x\n", i, (unsigned)(low & ~3u));
            continue;
        }
        bool wide = (low & BAR_TYPE_MASK) == PCI_BAR_64BIT && i + 1 < BARS;

        if (wide)
            high = platform_pci_read(device, PCI_BAR(i + 1), 4);
        print("    BAR %u  memory  %08llx%s\n", i,
              (unsigned long long)((uint64_t)high << 32 | (low & ~0xFu)), wide ? " (64 bits)" : "");
        i += wide;
    }
    uint32_t rom = platform_pci_read(device, PCI_ROM_ADDRESS, 4);

    if ((rom & PCI_ROM_ADDRESS_MASK) != 0 && rom != NOBODY)
        print("    ROM    memory  %08x%s\n", (unsigned)(rom & PCI_ROM_ADDRESS_MASK),
              rom & PCI_ROM_ENABLE ? "" : " (not enabled)");
}

static bool leads_to(const struct pci_device *place, unsigned bus)
{
    uint32_t header = platform_pci_read(place, HEADER_TYPE, 1);

    if (platform_pci_read(place, PCI_VENDOR_ID, 4) == NOBODY || (header & 0x7F) != HEADER_BRIDGE)
        return false;
    return platform_pci_read(place, BRIDGE_SECONDARY, 1) <= bus &&
           platform_pci_read(place, BRIDGE_SUBORDINATE, 1) >= bus &&
           platform_pci_read(place, BRIDGE_SECONDARY, 1) != 0;
}

/* The bridge directly above `bus` is the one whose secondary bus it is: any bus may have it. */
static bool find_bridge(const struct pci_device *card, unsigned bus, struct pci_device *bridge)
{
    *bridge = *card;
    for (unsigned on = 0; on < bus; on++)
        for (unsigned slot = 0; slot < SLOTS; slot++)
            for (unsigned function = 0; function < FUNCTIONS; function++) {
                bridge->bus = (uint8_t)on;
                bridge->slot = (uint8_t)slot;
                bridge->function = (uint8_t)function;
                if (leads_to(bridge, bus) && platform_pci_read(bridge, BRIDGE_SECONDARY, 1) == bus)
                    return true;
                if (function == 0 &&
                    !(platform_pci_read(bridge, HEADER_TYPE, 1) & HEADER_MULTIFUNCTION))
                    break;
            }
    return false;
}

static void show_bridges(const struct pci_device *card)
{
    struct pci_device bridge;
    unsigned bus = card->bus;

    for (unsigned depth = 0; depth < DEPTH_MAXIMUM && find_bridge(card, bus, &bridge); depth++) {
        uint32_t numbers = platform_pci_read(&bridge, PCI_VENDOR_ID, 4);
        uint32_t memory = platform_pci_read(&bridge, BRIDGE_MEMORY_BASE, 4);
        uint32_t io = platform_pci_read(&bridge, BRIDGE_IO_BASE, 2);

        print("    behind bridge %02x:%02x.%x %04x:%04x, buses %02x-%02x", bridge.bus, bridge.slot,
              bridge.function, (unsigned)(numbers & 0xFFFF), (unsigned)(numbers >> 16), bus,
              (unsigned)platform_pci_read(&bridge, BRIDGE_SUBORDINATE, 1));
        if ((memory & 0xFFF0) <= (memory >> 16 & 0xFFF0))
            print(", memory %08x-%08x", (unsigned)((memory & 0xFFF0) << 16),
                  (unsigned)((memory & 0xFFF00000) | 0xFFFFF));
        if ((io & 0xF0) <= (io >> 8 & 0xF0))
            print(", I/O %04x-%04x", (unsigned)((io & 0xF0) << 8),
                  (unsigned)((io & 0xF000) | 0xFFF));
        print("\n");
        bus = bridge.bus;
    }
}

static void show(const struct pci_device *device)
{
    const struct nic_id *id = NULL;
    const struct nic_driver *driver = nic_driver_for(device, &id);

    print("%02x:%02x.%x %04x:%04x subsystem %04x:%04x class %06x revision %02x\n    %s\n",
          device->bus, device->slot, device->function, device->vendor, device->device,
          device->subsystem_vendor, device->subsystem, (unsigned)device->class_code,
          device->revision, device->path);
    print("    %s%s%s, command %04x\n", driver != NULL ? id->name : "no driver",
          driver != NULL ? ", driver " : "", driver != NULL ? driver->name : "",
          (unsigned)platform_pci_read(device, PCI_COMMAND, 2));
    show_bars(device);
    show_bridges(device);
}

static error_t run(char *arguments)
{
    struct pci_device *devices = malloc(DEVICES_MAXIMUM * sizeof *devices);
    size_t count;

    (void)arguments;
    if (devices == NULL)
        return fail(ERROR_MEMORY_HEAP, "a list of cards");
    count = platform_pci_devices(devices, DEVICES_MAXIMUM);
    for (size_t i = 0; i < count; i++)
        show(&devices[i]);
    free(devices);
    return count != 0 ? OK : fail(ERROR_NIC_NONE, "looked at every device on every PCI bus");
}

COMMAND(pci_command) = {
    .name = "pci",
    .arguments = "",
    .summary = "network cards: ids, base addresses, bridges above them",
    .run = run,
};
