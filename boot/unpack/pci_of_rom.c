/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PCI for the loader in a card's ROM, in place of boot/bios/pci.c. A BIOS that has read the ROM has
 * numbered the buses, opened the windows and given the card addresses; nothing is put in here. Only
 * configuration mechanism 1 (PCI Local Bus 3.0, section 3.2.2.3.2), which every such BIOS uses.
 */
#include <stdio.h>
#include <stdlib.h>

#include "boot/bios/bios.h"
#include "drivers/io.h"
#include "drivers/nic.h"
#include "drivers/pci.h"
#include "lib/bytes.h"

#define ADDRESS_PORT   0xCF8
#define DATA_PORT      0xCFC
#define ADDRESS_ENABLE 0x80000000u

#define BUSES        256
#define FUNCTIONS    256 /* of a bus: slot times 8 plus function */
#define CLASS_BRIDGE 0x0604

/* PCI 3.0, figure 6-1; PCI-to-PCI Bridge 1.2, figure 3-2 */
#define HEADER_TYPE   0x0E
#define HEADER_MULTI  0x80
#define SECONDARY_BUS 0x19

static struct io_window select_register(unsigned bus, unsigned function, unsigned offset)
{
    port_write32(ADDRESS_PORT, ADDRESS_ENABLE | bus << 16 | function << 8 | (offset & 0xFC));
    return (struct io_window){
        .port = (uint16_t)(DATA_PORT + (offset & 3)), .is_port = 1, .length = 4};
}

static uint32_t read_register(unsigned bus, unsigned function, unsigned offset, unsigned width)
{
    struct io_window data = select_register(bus, function, offset);

    return width == 1 ? io_read8(&data, 0) : width == 2 ? io_read16(&data, 0) : io_read32(&data, 0);
}

uint32_t pci_chipset_read(unsigned bus, unsigned slot, unsigned function, unsigned offset)
{
    return read_register(bus, slot * 8 + function, offset, 4);
}

void pci_initialise(void)
{
}

uint32_t platform_pci_read(const struct pci_device *device, unsigned offset, unsigned width)
{
    return read_register(device->bus, device->slot * 8u + device->function, offset, width);
}

void platform_pci_write(const struct pci_device *device, unsigned offset, unsigned width,
                        uint32_t value)
{
    struct io_window data =
        select_register(device->bus, device->slot * 8u + device->function, offset);

    if (width == 1)
        io_write8(&data, 0, (uint8_t)value);
    else if (width == 2)
        io_write16(&data, 0, (uint16_t)value);
    else
        io_write32(&data, 0, value);
}

/* Whether it is a card of ours. */
static bool take_card(struct pci_device *device, unsigned bus, unsigned function)
{
    uint32_t id = read_register(bus, function, PCI_VENDOR_ID, 4);
    uint32_t subsystem = read_register(bus, function, PCI_SUBSYSTEM_VENDOR_ID, 4);
    uint32_t class_revision = read_register(bus, function, PCI_REVISION, 4);

    *device = (struct pci_device){
        .vendor = (uint16_t)id,
        .device = (uint16_t)(id >> 16),
        .subsystem_vendor = (uint16_t)subsystem,
        .subsystem = (uint16_t)(subsystem >> 16),
        .class_code = class_revision >> 8,
        .revision = (uint8_t)class_revision,
        .bus = (uint8_t)bus,
        .slot = (uint8_t)(function / 8),
        .function = function % 8,
    };
    snprintf(device->path, sizeof device->path, "%02x:%02x.%x", bus, function / 8, function % 8);
    return nic_driver_for(device, NULL) != NULL;
}

/*
 * Our cards on bus 0, on the bus of the ROM's card, and on what bridges on them lead to. The bus
 * behind a bridge has a higher number than the bridge's own, so that one way through all of them is
 * enough.
 */
size_t platform_pci_devices(struct pci_device *devices, size_t maximum)
{
    bool known[BUSES] = {true};
    size_t count = 0;

    known[strtoul(platform_boot_path(), NULL, 16) % BUSES] = true;
    for (unsigned bus = 0; bus < BUSES; bus++)
        for (unsigned function = 0; function < FUNCTIONS && known[bus]; function++) {
            uint32_t id = read_register(bus, function, PCI_VENDOR_ID, 4);
            uint32_t header;

            /* Half a number comes from bridges that end an access badly; clones are ffff:8139. */
            if (id == 0 || id == 0xFFFF || id == 0xFFFF0000u || id == 0xFFFFFFFFu) {
                if (function % 8 == 0)
                    function += 7;
                continue;
            }
            header = read_register(bus, function, HEADER_TYPE, 1);
            if (read_register(bus, function, PCI_REVISION, 4) >> 16 == CLASS_BRIDGE)
                known[read_register(bus, function, SECONDARY_BUS, 1)] = true;
            else if (count < maximum && take_card(&devices[count], bus, function))
                count++;
            if (function % 8 == 0 && !(header & HEADER_MULTI))
                function += 7;
        }
    return count;
}

error_t platform_pci_map(const struct pci_device *device, unsigned number, struct io_window *window)
{
    uint32_t bar = platform_pci_read(device, PCI_BAR(number), 4);
    uint32_t command = platform_pci_read(device, PCI_COMMAND, 2);
    bool io = bar & PCI_BAR_IO;
    uint32_t flags = io ? 3 : 15, length;

    /* The lowest address bit that can be written tells the length (PCI 3.0, section 6.2.5.1). */
    platform_pci_write(device, PCI_COMMAND, 2,
                       command & ~(uint32_t)(PCI_COMMAND_IO | PCI_COMMAND_MEMORY));
    platform_pci_write(device, PCI_BAR(number), 4, 0xFFFFFFFFu);
    length = platform_pci_read(device, PCI_BAR(number), 4) & ~flags;
    platform_pci_write(device, PCI_BAR(number), 4, bar);
    platform_pci_write(device, PCI_COMMAND, 2,
                       command | (io ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY));

    if ((bar & ~flags) == 0 || (!io && (bar & PCI_BAR_64BIT) != 0 &&
                                platform_pci_read(device, PCI_BAR(number + 1), 4) != 0))
        return fail(ERROR_NIC_REGISTERS, "%s: BAR %u is at %08x, out of reach", device->path,
                    number, (unsigned)bar);
    *window = (struct io_window){.length = length & -length, .is_port = io};
    if (io)
        window->port = (uint16_t)(bar & ~flags);
    else
        window->base = platform_virtual(bar & ~flags);
    return OK;
}
