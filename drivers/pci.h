/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PCI devices as the drivers see them. The platform finds them and reaches their
 * configuration space; what the registers mean is the same everywhere and lives here.
 */
#ifndef DRIVERS_PCI_H
#define DRIVERS_PCI_H

#include <stdbool.h>
#include <stdint.h>

#include "boot/platform.h"

/* Configuration space registers, PCI Local Bus Specification 2.2, section 6.1 */
#define PCI_VENDOR_ID           0x00
#define PCI_DEVICE_ID           0x02
#define PCI_COMMAND             0x04
#define PCI_COMMAND_IO          0x0001
#define PCI_COMMAND_MEMORY      0x0002
#define PCI_COMMAND_MASTER      0x0004
#define PCI_COMMAND_INVALIDATE  0x0010
#define PCI_COMMAND_INTX_OFF    0x0400
#define PCI_STATUS              0x06
#define PCI_STATUS_CAPABILITIES 0x0010
#define PCI_REVISION            0x08
#define PCI_CLASS_CODE          0x09
#define PCI_BAR(n)              (0x10 + 4 * (n))
#define PCI_BAR_IO              0x1
#define PCI_BAR_64BIT           0x4
#define PCI_SUBSYSTEM_VENDOR_ID 0x2C
#define PCI_SUBSYSTEM_ID        0x2E
#define PCI_ROM_ADDRESS         0x30
#define PCI_ROM_ADDRESS_MASK    0xFFFFF800u
#define PCI_ROM_ENABLE          0x1
#define PCI_BAR_ROM             6 /* to platform_pci_map: the expansion ROM, not its enable bit */
#define PCI_CAPABILITY_POINTER  0x34
#define PCI_CAPABILITY_POWER    0x01

#define PCI_PATH_LENGTH 256

struct pci_device {
    uint16_t vendor, device;
    uint16_t subsystem_vendor, subsystem;
    uint32_t class_code; /* 24 bits: class, subclass, programming interface */
    uint8_t revision;
    uint8_t bus, slot, function;
    /* the firmware's name for it ("/pci@f2000000/rtl8139@f"), or "bus:slot.fn" */
    char path[PCI_PATH_LENGTH];
    uint32_t node; /* the platform's own: Open Firmware phandle of the device */
    uint32_t host; /* the platform's own: the host bridge */
};

/* Turns on memory and I/O decoding as the device has them, and bus mastering; wakes it to D0. */
void pci_enable(const struct pci_device *device);
/* Bus mastering off: after this the card cannot touch memory. */
void pci_disable_master(const struct pci_device *device);
/* Offset of a capability in configuration space or 0. The walk is bounded. */
unsigned pci_find_capability(const struct pci_device *device, uint8_t id);

enum pci_space { PCI_MEMORY_ONLY, PCI_MEMORY_OR_IO };
/*
 * Maps the card's registers: its first memory base address register, or (where `space` permits)
 * its first I/O one. The window is at least `length` bytes.
 */
struct io_window;
error_t pci_map_registers(const struct pci_device *device, enum pci_space space, uint32_t length,
                          struct io_window *window);

#endif
