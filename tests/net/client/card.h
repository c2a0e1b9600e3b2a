/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one card of the simulated machine: one without registers, or a model of a real card with its
 * real driver. Frames that it sends go to `sent`; before each look for received frames `pump` gets
 * its turn, which may call card_deliver.
 */
#ifndef TESTS_NET_CLIENT_CARD_H
#define TESTS_NET_CLIENT_CARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/nic.h"

typedef void (*card_sent)(const uint8_t *frame, size_t length);
typedef void (*card_pump)(void);

/* "scripted", "rtl8139" or "e1000". False: there is no such card. The machine is fresh
 * (host_reset).
 */
bool card_insert(const char *name, const uint8_t address[6], card_sent sent, card_pump pump);
/* The opened card; NULL if its driver fails, which has said why. */
struct nic *card_open(void);
void card_close(void);

/* A frame arrives. What a real card would not take (other stations' frames, too long ones) is let
 * go. */
void card_deliver(const uint8_t *frame, size_t length);

/* What the model of the card minded, NULL: nothing. */
const char *card_violation(void);

#endif
