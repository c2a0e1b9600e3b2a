/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The nic seam: a driver is a table of PCI ids and five functions. It never waits without a bound,
 * never allocates after open, takes no interrupt ever, and owns a buffer exactly until it says so.
 */
#ifndef DRIVERS_NIC_H
#define DRIVERS_NIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/io.h"
#include "drivers/pci.h"
#include "lib/table.h"

#define NIC_FRAME_MINIMUM 60   /* without the FCS; shorter frames are padded by the driver */
#define NIC_FRAME_MAXIMUM 1514 /* without the FCS */
#define NIC_ANY           0xFFFF

struct nic_id {
    uint16_t vendor, device;              /* NIC_ANY matches all */
    uint16_t subsystem_vendor, subsystem; /* NIC_ANY matches all */
    const char *name;                     /* "Realtek RTL8139" */
    uint32_t data;                        /* the driver's own: chip variant */
};

struct nic;

/*
 * Called by poll for each good frame: `frame` is the whole Ethernet frame without FCS, in the
 * card's own memory, valid only until the handler returns.
 */
typedef void (*nic_receive)(struct nic *nic, const uint8_t *frame, size_t length);

struct nic_driver {
    const char *name;
    const struct nic_id *ids;
    size_t id_count;
    /* So many full frames may come between two polls, others' frames among them; 0: not known. */
    unsigned burst;
    /* Resets the card, reads its station address, starts it. All memory is taken here. */
    error_t (*open)(struct nic *nic);
    /* Stops all DMA, within a bound, and gives the memory back. The card stays silent. */
    void (*close)(struct nic *nic);
    /*
     * Sends one frame. The bytes are the caller's again when it returns. Waits (bounded) only when
     * all transmit buffers are busy.
     */
    error_t (*transmit)(struct nic *nic, const uint8_t *frame, size_t length);
    /* Hands up to `budget` received frames to `receive`; returns how many. Never waits. */
    unsigned (*poll)(struct nic *nic, nic_receive receive, unsigned budget);
    /* True if the link is up now. Does not wait; may take a step of a slow link's start-up. */
    bool (*link)(struct nic *nic);
};

struct nic_counters {
    uint32_t received, transmitted;
    uint32_t receive_errors;    /* bad frames and bad headers */
    uint32_t receive_overflows; /* times that the card ran out of room */
    uint32_t receiver_restarts;
    uint32_t transmit_errors;
};

struct nic {
    struct pci_device pci;
    const struct nic_driver *driver;
    const struct nic_id *id;
    struct io_window registers;
    uint8_t address[6];
    struct nic_counters counters;
    void *context; /* whoever opened it (the network) */
    void *state;   /* the driver's own, from open to close */
    bool is_open;  /* nic_open and nic_close keep it */
};

TABLE_DECLARE(nic_drivers, const struct nic_driver);
#define NIC_DRIVER(name) TABLE_ENTRY(nic_drivers, const struct nic_driver, name)

/* The driver and id row for a device, or NULL. */
const struct nic_driver *nic_driver_for(const struct pci_device *device, const struct nic_id **id);

/* Finds the cards that a driver knows, at most `maximum`. Returns the number stored. */
size_t nic_find(struct nic *nics, size_t maximum);

/* Enables the card on the bus and calls the driver's open; on failure all is as before. */
error_t nic_open(struct nic *nic);
/* The driver's close, then bus master off. Harmless on a card that is not open. */
void nic_close(struct nic *nic);
/*
 * Waits up to `milliseconds` until one of the open cards among nics[0] to nics[count - 1] has a
 * link, showing that it waits. Returns the first that has; NULL if none has, or a key was pressed.
 */
struct nic *nic_wait_link(struct nic *nics, size_t count, unsigned milliseconds);

/*
 * Where switches send their spanning-tree frames (IEEE 802.1D). Drivers receive this group besides
 * their own address and broadcasts, and no other, so that the network can say what it waits for.
 */
extern const uint8_t nic_bridge_group[6];

/* A station address that a card can have: unicast, not all zeros, not all ones. */
bool nic_address_valid(const uint8_t address[6]);

#endif
