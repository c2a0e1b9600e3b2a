/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bench on which the tests of the card drivers stand: one card in the simulated machine, its
 * driver opened, and frames of which every byte can be told. A model of the card (e1000_model.h,
 * rtl8139_model.h) answers its registers. The names are short because every line of these tests
 * uses them.
 */
#ifndef TESTS_UNIT_MODELS_DRIVER_BENCH_H
#define TESTS_UNIT_MODELS_DRIVER_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/host/host.h"
#include "drivers/io.h"
#include "drivers/nic.h"

#define GOT_MAXIMUM 512

extern struct host_card *card;
extern struct nic nic;

/* What `receive` was given since `bench_insert`; a test may set the count back to 0. */
struct bench_received {
    unsigned count; /* may go beyond the table; what does is checked, but not kept */
    size_t length[GOT_MAXIMUM];
    uint8_t first[GOT_MAXIMUM]; /* the frame's number, byte 14 */
    unsigned damaged;           /* frames whose contents were not as sent */
};
extern struct bench_received got;

/*
 * A fresh machine with this card alone, whose BAR `bar` (memory) `model` answers. Asserts that
 * `driver` is the one that is found for it. The address goes into the frames that `fill` makes.
 */
void bench_insert(const struct pci_device *pci, unsigned bar, struct io_model *model,
                  const uint8_t address[6], const char *driver);
void open_card(void);
/* Closes the card. Asserts that the model minded nothing and that no memory is left claimed. */
void bench_end(unsigned violations, const char *violation);

/* Frame `number` (its low 8 bits count) to the card's address: 15 bytes at least. */
void fill(uint8_t *frame, size_t length, unsigned number);
/*
 * A frame's length at random, 60 to 1518 bytes; in a flood three of four are the largest that are
 * handed out. A giant is longer than any that a driver hands out.
 */
unsigned random_length(uint32_t *random, bool flood, bool giant);
/* For the driver's poll: checks the frame against what `fill` made. */
void receive(struct nic *from, const uint8_t *frame, size_t length);

#endif
