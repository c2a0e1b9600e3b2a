/* SPDX-License-Identifier: BSD-2-Clause */
/* What PCI configuration registers mean: power, decoding, bus mastering, capabilities. */
#include "drivers/pci.h"

#include "console/console.h"
#include "drivers/io.h"

#define BAR_COUNT         6
#define BAR_TYPE_MASK     0x6u
#define BAR_MEMORY_MASK   0xFFFFFFF0u
#define BAR_IO_MASK       0xFFFFFFFCu
#define PCI_CACHE_LINE    0x0C
#define PCI_LATENCY       0x0D
#define PCI_INTERRUPT     0x3C
#define FIRST_CAPABILITY  0x40
#define CAPABILITIES_MOST 48 /* (256 - 64) / 4: more of them cannot be different ones */

/* PCI Bus Power Management 1.1, section 3.2.4: PMCSR stands 4 bytes into the capability. */
#define POWER_CONTROL    4
#define POWER_STATE_MASK 0x0003
#define POWER_PME_STATUS 0x8000 /* cleared by writing 1: so write 0 */
#define POWER_WAKE_US    10000  /* section 5.4: from D3hot to D0 a function may need 10 ms */

static bool device_answers(const struct pci_device *device)
{
    return (uint16_t)platform_pci_read(device, PCI_VENDOR_ID, 2) != 0xFFFF;
}

unsigned pci_find_capability(const struct pci_device *device, uint8_t id)
{
    unsigned offset;

    if (!device_answers(device) ||
        !(platform_pci_read(device, PCI_STATUS, 2) & PCI_STATUS_CAPABILITIES))
        return 0;
    offset = platform_pci_read(device, PCI_CAPABILITY_POINTER, 1) & 0xFC;
    for (unsigned i = 0; i < CAPABILITIES_MOST && offset >= FIRST_CAPABILITY; i++) {
        if ((uint8_t)platform_pci_read(device, offset, 1) == id)
            return offset;
        offset = platform_pci_read(device, offset + 1, 1) & 0xFC;
    }
    return 0;
}

/*
 * A card that an operating system or a wake-up left in D3hot comes back with its configuration
 * blank on many chips (the RTL8139 among them), so what firmware put there is kept over the change.
 */
static void wake(const struct pci_device *device)
{
    unsigned power = pci_find_capability(device, PCI_CAPABILITY_POWER);
    uint32_t bars[BAR_COUNT], control, command, cache_line, latency, interrupt;

    if (power == 0)
        return;
    control = platform_pci_read(device, power + POWER_CONTROL, 2);
    if ((control & POWER_STATE_MASK) == 0)
        return;
    print_verbose("%s: waking from power state D%u\n", device->path,
                  (unsigned)(control & POWER_STATE_MASK));
    for (unsigned i = 0; i < BAR_COUNT; i++)
        bars[i] = platform_pci_read(device, PCI_BAR(i), 4);
    command = platform_pci_read(device, PCI_COMMAND, 2);
    cache_line = platform_pci_read(device, PCI_CACHE_LINE, 1);
    latency = platform_pci_read(device, PCI_LATENCY, 1);
    interrupt = platform_pci_read(device, PCI_INTERRUPT, 1);

    platform_pci_write(device, power + POWER_CONTROL, 2,
                       control & ~(uint32_t)(POWER_STATE_MASK | POWER_PME_STATUS));
    platform_delay_us(POWER_WAKE_US);

    for (unsigned i = 0; i < BAR_COUNT; i++)
        platform_pci_write(device, PCI_BAR(i), 4, bars[i]);
    platform_pci_write(device, PCI_CACHE_LINE, 1, cache_line);
    platform_pci_write(device, PCI_LATENCY, 1, latency);
    platform_pci_write(device, PCI_INTERRUPT, 1, interrupt);
    platform_pci_write(device, PCI_COMMAND, 2, command);
}

/* The upper half of a 64-bit register is no register of its own. */
static bool is_64bit(uint32_t bar)
{
    return !(bar & PCI_BAR_IO) && (bar & BAR_TYPE_MASK) == PCI_BAR_64BIT;
}

/* Whether memory base address register `i`, which reads `bar`, has an address. */
static bool has_memory_address(const struct pci_device *device, unsigned i, uint32_t bar)
{
    return (bar & BAR_MEMORY_MASK) != 0 || (is_64bit(bar) && i + 1 < BAR_COUNT &&
                                            platform_pci_read(device, PCI_BAR(i + 1), 4) != 0);
}

/*
 * The decoders that the device has an address for, told by its base address registers one by one:
 * turning on a decoder whose register is still 0 would put the card on top of something else.
 */
static uint16_t decoders(const struct pci_device *device)
{
    uint16_t bits = 0;

    for (unsigned i = 0; i < BAR_COUNT; i++) {
        uint32_t bar = platform_pci_read(device, PCI_BAR(i), 4);

        if (bar & PCI_BAR_IO) {
            if ((bar & BAR_IO_MASK) != 0)
                bits |= PCI_COMMAND_IO;
        } else {
            if (has_memory_address(device, i, bar))
                bits |= PCI_COMMAND_MEMORY;
            if (is_64bit(bar))
                i++;
        }
    }
    return bits;
}

void pci_enable(const struct pci_device *device)
{
    uint16_t command, wanted;

    if (!device_answers(device))
        return;
    wake(device);
    command = (uint16_t)platform_pci_read(device, PCI_COMMAND, 2);
    wanted = (uint16_t)(command | decoders(device) | PCI_COMMAND_MASTER);
    if (wanted != command) {
        /* 16 bits wide: the upper half of the double word is the status, cleared by ones. */
        platform_pci_write(device, PCI_COMMAND, 2, wanted);
    }
    command = (uint16_t)platform_pci_read(device, PCI_COMMAND, 2);
    if ((command & wanted) != wanted)
        print_verbose("%s: command register %04x, wanted %04x\n", device->path, command, wanted);
}

void pci_disable_master(const struct pci_device *device)
{
    uint16_t command;

    if (!device_answers(device))
        return;
    command = (uint16_t)platform_pci_read(device, PCI_COMMAND, 2);
    platform_pci_write(device, PCI_COMMAND, 2, command & ~(uint32_t)PCI_COMMAND_MASTER);
    /* The read back makes sure that the write has reached the card. */
    (void)platform_pci_read(device, PCI_COMMAND, 2);
}

/* The first base address register of the kind, or BAR_COUNT. */
static unsigned first_bar(const struct pci_device *device, bool io)
{
    for (unsigned i = 0; i < BAR_COUNT; i++) {
        uint32_t bar = platform_pci_read(device, PCI_BAR(i), 4);

        if (bar == 0xFFFFFFFFu)
            break; /* configuration space does not answer */
        if (io && (bar & PCI_BAR_IO) && (bar & BAR_IO_MASK) != 0)
            return i;
        if (!io && !(bar & PCI_BAR_IO) && has_memory_address(device, i, bar))
            return i;
        if (is_64bit(bar))
            i++;
    }
    return BAR_COUNT;
}

error_t pci_map_registers(const struct pci_device *device, enum pci_space space, uint32_t length,
                          struct io_window *window)
{
    error_t error = OK;

    for (unsigned io = 0; io <= (space == PCI_MEMORY_OR_IO ? 1u : 0u); io++) {
        unsigned bar = first_bar(device, io != 0);

        if (bar == BAR_COUNT)
            continue;
        error = platform_pci_map(device, bar, window);
        if (error == OK && window->length >= length)
            return OK;
        if (error == OK)
            error = fail(ERROR_NIC_REGISTERS, "%s: base address register %u spans %u bytes of %u",
                         device->path, bar, (unsigned)window->length, (unsigned)length);
    }
    if (error == OK)
        error = fail(ERROR_NIC_REGISTERS, "%s: no base address register is set", device->path);
    return error;
}
