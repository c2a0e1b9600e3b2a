/* SPDX-License-Identifier: BSD-2-Clause */
/* The serial port that XNU's kprintf would use, polled. */
#ifndef DEMO_SERIAL_H
#define DEMO_SERIAL_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Finds the port through a flattened tree that was not checked yet, with bounds on every
 * read. Where the tree names none, takes mac99's address, so that the failure can be seen. Returns
 * false in that case.
 */
bool serial_open(const uint8_t *tree, uint32_t length);
void serial_put(char character);
/* 0 until the port was opened. */
uint32_t serial_address(void);

#endif
