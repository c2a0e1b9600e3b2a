/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two ways to configuration space: mechanism 1 (PCI Local Bus 3.0, section 3.2.2.3.2), an address
 * port and a data port, which every PC with PCI has; and the memory-mapped one of PCI Express (PCI
 * Firmware Specification 3.0, section 4.1.2), where ACPI tells its place.
 */
#include "boot/bios/pci_access.h"

#include "boot/bios/bios.h"
#include "console/console.h"
#include "drivers/io.h"
#include "lib/bytes.h"

#define ADDRESS_PORT   0xCF8
#define DATA_PORT      0xCFC
#define ADDRESS_ENABLE 0x80000000u

#define ECAM_BUS_SHIFT      20
#define ECAM_SLOT_SHIFT     15
#define ECAM_FUNCTION_SHIFT 12
#define ECAM_LIMIT          0x100000000ull /* no pointer reaches beyond */

static struct {
    bool settled, exists;
    uint32_t ecam; /* the place of bus 0; 0: not used */
    uint8_t ecam_last_bus;
} access;

/* --- Mechanism 1 ---------------------------------------------------------------------------- */

static struct io_window select_port(struct pci_place place, unsigned offset)
{
    port_write32(ADDRESS_PORT, ADDRESS_ENABLE | (uint32_t)place.bus << 16 |
                                   (uint32_t)place.slot << 11 | (uint32_t)place.function << 8 |
                                   (offset & 0xFC));
    return (struct io_window){
        .port = (uint16_t)(DATA_PORT + (offset & 3)), .is_port = 1, .length = 4};
}

static uint32_t read_by_port(struct pci_place place, unsigned offset, unsigned width)
{
    struct io_window data = select_port(place, offset);

    return width == 1 ? io_read8(&data, 0) : width == 2 ? io_read16(&data, 0) : io_read32(&data, 0);
}

static void write_by_port(struct pci_place place, unsigned offset, unsigned width, uint32_t value)
{
    struct io_window data = select_port(place, offset);

    if (width == 1)
        io_write8(&data, 0, (uint8_t)value);
    else if (width == 2)
        io_write16(&data, 0, (uint16_t)value);
    else
        io_write32(&data, 0, value);
}

/* The address port is a register of 32 bits that keeps its highest bit. */
static bool has_mechanism_1(void)
{
    uint32_t before = port_read32(ADDRESS_PORT), got;

    port_write32(ADDRESS_PORT, ADDRESS_ENABLE);
    got = port_read32(ADDRESS_PORT);
    port_write32(ADDRESS_PORT, before);
    return got == ADDRESS_ENABLE;
}

/* --- Memory-mapped -----------------------------------------------------------------------------
 */

static uint32_t ecam_address(uint32_t ecam, struct pci_place place, unsigned offset)
{
    return ecam + ((uint32_t)place.bus << ECAM_BUS_SHIFT) +
           ((uint32_t)place.slot << ECAM_SLOT_SHIFT) +
           ((uint32_t)place.function << ECAM_FUNCTION_SHIFT) + offset;
}

/*
 * AMD's family 10h takes such accesses from the register eax (ax, al) only ("BIOS and Kernel
 * Developer's Guide for AMD Family 10h", section 2.11.1).
 */
static uint32_t read_by_memory(uint32_t address, unsigned width)
{
    uint32_t value = 0;

    if (width == 1)
        __asm__ volatile("movb (%1), %%al" : "+a"(value) : "r"(address) : "memory");
    else if (width == 2)
        __asm__ volatile("movw (%1), %%ax" : "+a"(value) : "r"(address) : "memory");
    else
        __asm__ volatile("movl (%1), %%eax" : "+a"(value) : "r"(address) : "memory");
    return value;
}

static void write_by_memory(uint32_t address, unsigned width, uint32_t value)
{
    if (width == 1)
        __asm__ volatile("movb %%al, (%1)" : : "a"(value), "r"(address) : "memory");
    else if (width == 2)
        __asm__ volatile("movw %%ax, (%1)" : : "a"(value), "r"(address) : "memory");
    else
        __asm__ volatile("movl %%eax, (%1)" : : "a"(value), "r"(address) : "memory");
}

/* Uses what ACPI tells only if the device at 0:0.0 reads the same both ways. */
static void find_ecam(void)
{
    static const struct pci_place first = {0, 0, 0};
    struct pc_information pc = {0};
    uint32_t by_port, by_memory;
    uint64_t end;

    firmware_tables_describe(&pc);
    if (pc.ecam == 0)
        return;
    end = pc.ecam + (((uint64_t)pc.ecam_last_bus + 1) << ECAM_BUS_SHIFT);
    if (pc.ecam_first_bus != 0 || (pc.ecam & ((1u << ECAM_BUS_SHIFT) - 1)) != 0 ||
        pc.ecam >= ECAM_LIMIT || end > ECAM_LIMIT) {
        print_verbose("pci: memory-mapped configuration at %08x%08x is not used\n",
                      (unsigned)(pc.ecam >> 32), (unsigned)pc.ecam);
        return;
    }
    by_port = read_by_port(first, PCI_VENDOR_ID, 4);
    by_memory = read_by_memory(ecam_address((uint32_t)pc.ecam, first, PCI_VENDOR_ID), 4);
    if (by_port != by_memory || by_memory == 0xFFFFFFFFu) {
        print("pci: ACPI tells memory-mapped configuration at %08x, but it does not work (%08x "
              "instead of %08x): not used\n",
              (unsigned)pc.ecam, (unsigned)by_memory, (unsigned)by_port);
        return;
    }
    access.ecam = (uint32_t)pc.ecam;
    access.ecam_last_bus = pc.ecam_last_bus;
}

/* --- Both ----------------------------------------------------------------------------------------
 */

static bool by_memory(struct pci_place place)
{
    return access.ecam != 0 && place.bus <= access.ecam_last_bus;
}

static uint32_t read(void *context, struct pci_place place, unsigned offset, unsigned width)
{
    (void)context;
    return by_memory(place) ? read_by_memory(ecam_address(access.ecam, place, offset), width)
                            : read_by_port(place, offset, width);
}

static void write(void *context, struct pci_place place, unsigned offset, unsigned width,
                  uint32_t value)
{
    (void)context;
    if (by_memory(place))
        write_by_memory(ecam_address(access.ecam, place, offset), width, value);
    else
        write_by_port(place, offset, width, value);
}

const struct pci_config *pci_access(void)
{
    static const struct pci_config config = {read, write, NULL};

    if (!access.settled) {
        access.settled = true;
        access.exists = has_mechanism_1();
        if (access.exists)
            find_ecam();
    }
    return access.exists ? &config : NULL;
}

bool pci_access_memory(struct pci_area *area)
{
    if (pci_access() == NULL || access.ecam == 0)
        return false;
    *area = (struct pci_area){access.ecam, ((uint64_t)access.ecam_last_bus + 1) << ECAM_BUS_SHIFT};
    return true;
}

uint32_t pci_chipset_read(unsigned bus, unsigned slot, unsigned function, unsigned offset)
{
    struct pci_place place = {(uint8_t)bus, (uint8_t)slot, (uint8_t)function};

    if (pci_access() == NULL || !bytes_within(256, offset, 4) || offset % 4 != 0)
        return 0xFFFFFFFFu;
    return read(NULL, place, offset, 4);
}
