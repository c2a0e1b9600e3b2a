/* SPDX-License-Identifier: BSD-2-Clause */
/* Which driver drives which card; and what all cards share: on, off, waiting for link. */
#include "drivers/nic.h"

#include <string.h>

#include "boot/platform.h"
#include "console/console.h"
#include "drivers/nic_inspect.h"

#define DEVICES_MAXIMUM 32
#define LINK_POLL_MS    20
#define LINK_DOT_MS     1000

const uint8_t nic_bridge_group[6] = {0x01, 0x80, 0xC2, 0x00, 0x00, 0x00};

/* How many of a row's four numbers name this device; -1 if one of them names another. */
static int id_matches(const struct nic_id *id, const struct pci_device *device)
{
    const uint16_t wanted[] = {id->vendor, id->device, id->subsystem_vendor, id->subsystem};
    const uint16_t present[] = {device->vendor, device->device, device->subsystem_vendor,
                                device->subsystem};
    int exact = 0;

    for (unsigned i = 0; i < 4; i++) {
        if (wanted[i] == NIC_ANY)
            continue;
        if (wanted[i] != present[i])
            return -1;
        exact++;
    }
    return exact;
}

/*
 * Rows compete: a row that names the card's own numbers goes before one that catches clones by
 * their subsystem numbers.
 */
const struct nic_driver *nic_driver_for(const struct pci_device *device, const struct nic_id **id)
{
    const struct nic_driver *found = NULL;
    int best = -1;

    TABLE_FOREACH (nic_drivers, entry) {
        const struct nic_driver *driver = *entry;

        for (size_t i = 0; i < driver->id_count; i++) {
            int exact = id_matches(&driver->ids[i], device);

            if (exact > best) {
                best = exact;
                found = driver;
                if (id != NULL)
                    *id = &driver->ids[i];
            }
        }
    }
    return found;
}

size_t nic_find(struct nic *nics, size_t maximum)
{
    static struct pci_device devices[DEVICES_MAXIMUM]; /* too large for a small stack */
    size_t device_count = platform_pci_devices(devices, DEVICES_MAXIMUM);
    size_t count = 0;

    for (size_t i = 0; i < device_count && count < maximum; i++) {
        const struct nic_id *id = NULL;
        const struct nic_driver *driver = nic_driver_for(&devices[i], &id);

        if (driver == NULL)
            continue;
        memset(&nics[count], 0, sizeof nics[count]);
        nics[count].pci = devices[i];
        nics[count].driver = driver;
        nics[count].id = id;
        count++;
    }
    return count;
}

error_t nic_open(struct nic *nic)
{
    uint32_t command;
    error_t error;

    if (nic->is_open)
        return OK;
    command = platform_pci_read(&nic->pci, PCI_COMMAND, 2);
    print_verbose("%s: opening %s\n", nic->pci.path, nic->id->name);
    memset(&nic->counters, 0, sizeof nic->counters);
    pci_enable(&nic->pci);
    error = nic->driver->open(nic);
    if (error != OK) {
        platform_pci_write(&nic->pci, PCI_COMMAND, 2, command);
        nic->state = NULL;
        return error;
    }
    nic->is_open = true;
    print_verbose("%s: station address %02x:%02x:%02x:%02x:%02x:%02x\n", nic->pci.path,
                  nic->address[0], nic->address[1], nic->address[2], nic->address[3],
                  nic->address[4], nic->address[5]);
    return OK;
}

void nic_close(struct nic *nic)
{
    if (!nic->is_open)
        return;
    nic_inspect_last(nic);
    nic->driver->close(nic);
    pci_disable_master(&nic->pci);
    nic->state = NULL;
    nic->is_open = false;
}

static struct nic *first_with_link(struct nic *nics, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (nics[i].is_open && nics[i].driver->link(&nics[i]))
            return &nics[i];
    return NULL;
}

struct nic *nic_wait_link(struct nic *nics, size_t count, unsigned milliseconds)
{
    struct nic *found = first_with_link(nics, count);
    uint64_t start, now, next_poll, next_dot;

    if (found != NULL)
        return found;
    print("waiting for a link (%u s at most, a key stops it) ", (milliseconds + 999) / 1000);
    start = now = platform_milliseconds();
    next_poll = start + LINK_POLL_MS;
    next_dot = start + LINK_DOT_MS;
    while (now - start < milliseconds) {
        if (platform_read_key() >= 0) {
            print(" stopped by a key\n");
            return NULL;
        }
        now = platform_milliseconds();
        if (now < next_poll)
            continue;
        next_poll = now + LINK_POLL_MS;
        found = first_with_link(nics, count);
        if (found != NULL) {
            print(" up after %u.%u s\n", (unsigned)((now - start) / 1000),
                  (unsigned)((now - start) % 1000 / 100));
            return found;
        }
        if (now >= next_dot) {
            print(".");
            next_dot = now + LINK_DOT_MS;
        }
    }
    print(" no link\n");
    return NULL;
}

bool nic_address_valid(const uint8_t address[6])
{
    static const uint8_t zeros[6];

    /* The lowest bit of the first byte marks groups, all ones among them. */
    return !(address[0] & 1) && memcmp(address, zeros, 6) != 0;
}
