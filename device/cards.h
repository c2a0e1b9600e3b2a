/* SPDX-License-Identifier: BSD-2-Clause */
/* The cards that are network devices: who has them open, and their frames. */
#ifndef DEVICE_CARDS_H
#define DEVICE_CARDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "console/error.h"
#include "drivers/nic.h"
#include "net/network.h"

/* More would take more resident memory than is good for a client. */
#define DEVICE_CARDS_MAXIMUM 8

struct card {
    struct nic *nic;
    uint32_t node;   /* the firmware's handle */
    unsigned users;  /* instances that have it open */
    bool link_given; /* it had a link the last time, or was never opened */
    uint64_t link_asked_ms;
    const struct network_config *config; /* what it was given; NULL: nothing yet */
};

/*
 * Finds the cards and reads their station addresses, for which each is opened for a moment but
 * `known`, which has been open. One that does not open is left out, with a line. Returns how many
 * there are.
 */
size_t cards_find(const struct nic *known);
struct card *cards_at(size_t index); /* NULL beyond the last */
struct card *cards_of_node(uint32_t node);

/*
 * For one more user: starts the card if it is the first, and waits (bounded) for a link. Errors:
 * the driver's, ERROR_NIC_LINK.
 */
error_t card_open(struct card *card);
/* One user less: the last stops it. */
void card_close(struct card *card);

/*
 * The next frame that the card has received: at most `size` bytes of it are copied. Returns how
 * many; 0 if there is none. Never waits.
 */
size_t card_receive(struct card *card, uint8_t *bytes, size_t size);
/* Sends a frame without FCS of 14 to NIC_FRAME_MAXIMUM bytes. */
error_t card_transmit(struct card *card, const uint8_t *bytes, size_t length);

#endif
