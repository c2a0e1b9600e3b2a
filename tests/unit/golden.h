/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The golden tree: the flattened device tree that Apple's own loader, BootX, built on QEMU's mac99
 * with 256 MB, an RTL8139 and a disk that it booted from.
 */
#ifndef TESTS_UNIT_GOLDEN_H
#define TESTS_UNIT_GOLDEN_H

#include <stdint.h>

#include "darwin/devtree.h"

#define GOLDEN_LENGTH 20524

/* The file's bytes, big-endian, and a zero behind them for tests of a length that is not true. */
extern uint8_t golden[GOLDEN_LENGTH + 1];

/* Reads the file. A set-up function for cmocka: 0, or -1 if it is not there as it should be. */
int golden_read(void **state);
/* A new tree of the bytes, for devtree_free. */
struct devtree golden_tree(void);

#endif
