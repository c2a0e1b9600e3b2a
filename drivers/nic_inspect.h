/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a card says about itself: its registers and what it has counted, for people who look for a
 * fault. A driver may have an inspector, in a file of its own; nothing else depends on it.
 */
#ifndef DRIVERS_NIC_INSPECT_H
#define DRIVERS_NIC_INSPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/nic.h"
#include "lib/table.h"

#define NIC_READINGS_MAXIMUM 96

struct nic_reading {
    const char *name; /* as in the chip's manual */
    uint64_t value;
    uint8_t digits; /* hexadecimal; 0: a counter, shown as a decimal number */
};
struct nic_readings {
    size_t count;
    struct nic_reading list[NIC_READINGS_MAXIMUM];
};

struct nic_inspector {
    const char *driver; /* nic_driver.name */
    /*
     * Adds the registers of an open card with nic_reading_add. Reads nothing that a running
     * transfer would miss (causes that a read clears) but counters.
     */
    void (*inspect)(struct nic *nic, struct nic_readings *readings);
};
TABLE_DECLARE(nic_inspectors, const struct nic_inspector);
#define NIC_INSPECTOR(name) TABLE_ENTRY(nic_inspectors, const struct nic_inspector, name)

void nic_reading_add(struct nic_readings *readings, const char *name, uint64_t value,
                     unsigned digits);

/* Reads an open card. False if its driver has no inspector; `readings` is empty then. */
bool nic_inspect(struct nic *nic, struct nic_readings *readings);

/*
 * The drivers stop a card when it is closed, and some counters begin anew when it is opened. So
 * nic_close takes a last look at it: this is called there.
 */
void nic_inspect_last(struct nic *nic);
/* That look at the card that was closed last, if it is this one; else NULL. */
const struct nic_readings *nic_inspected_last(const struct nic *nic);

#endif
