/* SPDX-License-Identifier: BSD-2-Clause */
/* PCI Local Bus 3.0, chapter 6; PCI-to-PCI Bridge Architecture 1.2, section 3.2 */
#include "tests/payloads/unconfigure/unconfigure.h"

#include "tests/payloads/common/report.h"

#define ADDRESS_PORT 0xCF8
#define DATA_PORT    0xCFC
#define ENABLE       0x80000000u

#define COMMAND        0x04
#define CLASS_REVISION 0x08
#define HEADER         0x0C /* bits 23 to 16 */
#define BAR_FIRST      0x10
#define NUMBERS        0x18
#define IO_WINDOW      0x1C
#define MEMORY_WINDOW  0x20
#define WINDOWS_END    0x34 /* of the windows' upper halves */

static struct taken taken;
static bool seen[256];

static uint32_t read(uint32_t place, unsigned offset)
{
    uint32_t value;

    __asm__ volatile("outl %0, %w1" : : "a"(ENABLE | place | offset), "Nd"(ADDRESS_PORT));
    __asm__ volatile("inl %w1, %0" : "=a"(value) : "Nd"(DATA_PORT));
    return value;
}

static void write(uint32_t place, unsigned offset, uint32_t value)
{
    __asm__ volatile("outl %0, %w1" : : "a"(ENABLE | place | offset), "Nd"(ADDRESS_PORT));
    __asm__ volatile("outl %0, %w1" : : "a"(value), "Nd"(DATA_PORT));
}

/* The status register above the command is cleared by ones: zeros leave it. */
static void clear_registers(uint32_t place, unsigned count)
{
    write(place, COMMAND, 0);
    for (unsigned i = 0; i < count; i++)
        write(place, BAR_FIRST + 4 * i, 0);
}

static void take_bus(unsigned bus, bool behind, const struct settings *settings);

static void take_bridge(uint32_t place, const struct settings *settings)
{
    uint32_t numbers = read(place, NUMBERS);
    unsigned secondary = numbers >> 8 & 0xFF;

    say("unconfigure: bridge %02x:%02x.%x, buses %u to %u\n", place >> 16, place >> 11 & 31,
        place >> 8 & 7, secondary, numbers >> 16 & 0xFF);
    if (secondary != 0 && !seen[secondary])
        take_bus(secondary, true, settings);
    if (settings->windows) {
        write(place, COMMAND, 0);
        write(place, IO_WINDOW, 0xFFFF0000u); /* the upper half is status */
        for (unsigned offset = MEMORY_WINDOW; offset < WINDOWS_END; offset += 4)
            write(place, offset, 0);
    }
    if (settings->registers && settings->windows)
        clear_registers(place, 2);
    if (settings->numbers)
        write(place, NUMBERS, numbers & 0xFF000000u);
    taken.bridges++;
}

static void take_bus(unsigned bus, bool behind, const struct settings *settings)
{
    seen[bus] = true;
    for (unsigned slot = 0; slot < 32; slot++)
        for (unsigned function = 0; function < 8; function++) {
            uint32_t place = bus << 16 | slot << 11 | function << 8;
            uint32_t header;

            if ((read(place, 0) & 0xFFFF) == 0xFFFF) {
                if (function == 0)
                    break;
                continue;
            }
            header = read(place, HEADER) >> 16;
            if ((header & 0x7F) == 1) {
                take_bridge(place, settings);
            } else if (settings->registers &&
                       (behind || (settings->cards && read(place, CLASS_REVISION) >> 24 == 2))) {
                clear_registers(place, 6);
                taken.devices++;
            }
            if (function == 0 && !(header & 0x80))
                break;
        }
}

/* A bus that answers and that no bridge led to is a further host bridge's. */
struct taken pci_take_away(const struct settings *settings)
{
    for (unsigned bus = 0; bus < 256; bus++) {
        bool alive = bus == 0;

        for (unsigned slot = 0; slot < 32; slot++)
            alive = alive || (read(bus << 16 | slot << 11, 0) & 0xFFFF) != 0xFFFF;
        if (alive && !seen[bus])
            take_bus(bus, false, settings);
    }
    return taken;
}
