/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every card that a driver knows, as the network device that firmware has none for (IEEE 1275-1994,
 * 3.6.5 and the recommended practices for device support and TFTP booting): a client interface that
 * answers what concerns these devices and leaves everything else to the firmware's.
 *
 * The nodes are the firmware's own; what makes them network devices is written into its tree. The
 * instances are ours. A card is started when a client opens it and stopped when nobody has it open
 * any more.
 */
#ifndef DEVICE_DEVICE_H
#define DEVICE_DEVICE_H

#include <stddef.h>
#include <stdint.h>

#include "drivers/nic.h"
#include "net/network.h"

/* What a card takes of the resident memory while it is open: e1000 most, with 80 frames of 2 KB. */
#define DEVICE_CARD_MEMORY 0x2B000u

/* Where the client program came from, for /chosen. */
struct device_boot {
    const struct nic *nic; /* the card that it was fetched over; it has been closed */
    const struct network_config *network;
    uint32_t server;      /* which server sent it (network order) */
    const char *file;     /* the name by which it was asked for */
    const char *bootpath; /* device, ':', arguments */
    const char *bootargs;
    /* An mkext for the card's node, for Darwin's loader; NULL: none. It is not copied. */
    const uint8_t *driver;
    size_t driver_length;
};

/*
 * Finds the cards, reads their station addresses and writes nodes, aliases and /chosen. Returns how
 * many devices there are. Of `boot` only the driver is kept, where it is. Errors:
 * ERROR_LAUNCH_FIRMWARE if /chosen cannot be written.
 */
error_t device_start(const struct device_boot *boot, size_t *count);

/* The handler of the client interface: the argument array is at this address. */
enum device_answer {
    DEVICE_REFUSED = -1, /* the service's own answer */
    DEVICE_ANSWERED = 0,
    DEVICE_PASS = 1, /* the firmware has to be called with the same array */
};
enum device_answer device_call(uint32_t array);

/* Closes all instances and cards. From here on nobody can open one. */
void device_stop(void);

#endif
