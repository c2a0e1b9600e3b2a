/* SPDX-License-Identifier: BSD-2-Clause */
/* nic: the cards and what they have counted; of one of them all registers. */
#include "drivers/nic.h"

#include <stdlib.h>
#include <string.h>

#include "boot/cards.h"
#include "boot/commands/command.h"
#include "console/console.h"
#include "drivers/nic_inspect.h"

static void show_counters(const struct nic_counters *counters)
{
    print("    frames: %u received, %u sent\n", (unsigned)counters->received,
          (unsigned)counters->transmitted);
    print("    errors: %u receiving, %u sending; %u overflows, %u restarts of the receiver\n",
          (unsigned)counters->receive_errors, (unsigned)counters->transmit_errors,
          (unsigned)counters->receive_overflows, (unsigned)counters->receiver_restarts);
}

static void show_card(size_t index, const struct nic *nic)
{
    const uint8_t *a = nic->address;

    print("card %u: %04x:%04x %s at %s, driver %s\n", (unsigned)index, nic->pci.vendor,
          nic->pci.device, nic->id->name, nic->pci.path, nic->driver->name);
    if (!nic_address_valid(a)) {
        print("    was not opened yet\n");
        return;
    }
    print("    station address %02x:%02x:%02x:%02x:%02x:%02x\n", a[0], a[1], a[2], a[3], a[4],
          a[5]);
    show_counters(&nic->counters);
}

/* Four to a line; counters that are 0 tell nothing but that there are none of those. */
static void show_readings(const struct nic_readings *readings, bool counters)
{
    unsigned shown = 0;

    for (size_t i = 0; i < readings->count; i++) {
        const struct nic_reading *reading = &readings->list[i];

        if ((reading->digits == 0) != counters)
            continue;
        print("%s%-11s ", shown % 4 == 0 ? "    " : "  ", reading->name);
        if (counters)
            print("%-8llu", (unsigned long long)reading->value);
        else
            print("%0*llx%*s", reading->digits, (unsigned long long)reading->value,
                  8 - reading->digits, "");
        if (++shown % 4 == 0)
            print("\n");
    }
    if (shown % 4 != 0)
        print("\n");
}

static void show_all_readings(const struct nic_readings *readings, const char *when)
{
    if (readings->count == 0) {
        print("  its driver shows no registers\n");
        return;
    }
    print("  registers, %s:\n", when);
    show_readings(readings, false);
    print("  the card's own counters:\n");
    show_readings(readings, true);
}

/*
 * A card that was in use is shown as it was at its end; another one has to be opened for it, which
 * starts its counters anew.
 */
static error_t show_registers(struct nic *nic)
{
    static struct nic_readings readings;
    const struct nic_readings *last = nic_inspected_last(nic);
    error_t error;

    if (last != NULL) {
        show_all_readings(last, "when it was closed");
        return OK;
    }
    error = nic_open(nic);
    if (error != OK)
        return error;
    nic_inspect(nic, &readings);
    show_all_readings(&readings, "just opened");
    nic_close(nic);
    return OK;
}

static error_t run(char *arguments)
{
    size_t count;
    struct nic *cards = cards_known(&count);
    char *end;
    unsigned long index;

    if (count == 0)
        return fail(ERROR_NIC_NONE, "looked at every device on every PCI bus");
    if (arguments[0] == '\0') {
        for (size_t i = 0; i < count; i++)
            show_card(i, &cards[i]);
        return OK;
    }
    index = strtoul(arguments, &end, 10);
    if (*end != '\0' || index >= count)
        return fail(ERROR_NIC_CHOICE, "nic %s, %u card(s) found", arguments, (unsigned)count);
    show_card(index, &cards[index]);
    return show_registers(&cards[index]);
}

COMMAND(nic_command) = {
    .name = "nic",
    .arguments = "[NUMBER]",
    .summary = "the cards and their counters; of one of them the registers",
    .run = run,
};
