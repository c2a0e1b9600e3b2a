/* SPDX-License-Identifier: BSD-2-Clause */
#include "cards.h"

#include "../common/report.h"
#include "processor.h"

/* PCI local bus specification 3.0, sections 3.2.2.3.2 and 6.1. */
#define CONFIG_ADDRESS   0xCF8
#define CONFIG_DATA      0xCFC
#define CONFIG_ENABLE    0x80000000u
#define COMMAND_MASTER   0x0004u
#define HEADER_FUNCTIONS 0x00800000u
#define CLASS_NETWORK    0x02u
#define BUSES            256u
#define SLOTS            32u
#define FUNCTIONS        8u

static uint32_t config_read(uint32_t bus, uint32_t slot, uint32_t function, uint32_t offset)
{
    port_write_32(CONFIG_ADDRESS, CONFIG_ENABLE | bus << 16 | slot << 11 | function << 8 | offset);
    return port_read_32(CONFIG_DATA);
}

/* Returns 1 for a network card. */
static unsigned check_function(uint32_t bus, uint32_t slot, uint32_t function)
{
    uint32_t ids = config_read(bus, slot, function, 0);
    if ((ids & 0xFFFF) == 0xFFFF || config_read(bus, slot, function, 8) >> 24 != CLASS_NETWORK)
        return 0;
    uint32_t command = config_read(bus, slot, function, 4) & 0xFFFF;
    check((command & COMMAND_MASTER) == 0,
          "card %04x:%04x at %02x:%02x.%u: bus master is off (command register 0x%04x)",
          ids & 0xFFFF, ids >> 16, bus, slot, function, command);
    return 1;
}

void check_cards(bool expected)
{
    unsigned found = 0;
    for (uint32_t bus = 0; bus < BUSES; bus++) {
        for (uint32_t slot = 0; slot < SLOTS; slot++) {
            if ((config_read(bus, slot, 0, 0) & 0xFFFF) == 0xFFFF)
                continue;
            bool several = (config_read(bus, slot, 0, 12) & HEADER_FUNCTIONS) != 0;
            for (uint32_t function = 0; function < (several ? FUNCTIONS : 1); function++)
                found += check_function(bus, slot, function);
        }
    }
    if (expected)
        check(found != 0, "there is a network card that we can see: %u", found);
}
