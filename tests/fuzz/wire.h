/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For targets that speak with the loader's own network code: a simulated machine on the wire of
 * tests/unit/peer.h. An input is several packets, each with its length in front (two bytes,
 * big-endian).
 */
#ifndef TESTS_FUZZ_WIRE_H
#define TESTS_FUZZ_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest packet that is taken from an input; the rest of a longer one is the next. */
#define WIRE_PACKET 1472u

/*
 * A machine with a network, and this input. It is a fresh machine now and then only, as that takes
 * long. Each read of the clock adds `step_us`, so that no wait takes any time.
 */
void wire_begin(const uint8_t *bytes, size_t length, uint32_t step_us);
/*
 * The next packet of the input. False if there is none: then escape is pressed, once, which ends
 * every wait.
 */
bool wire_next(const uint8_t **packet, size_t *length);
/* Promises about what network_configure has found: texts end, addresses are those of machines. */
struct network_config;
void wire_check_config(const struct network_config *config);
/* After the work: no key is left for the next input. */
void wire_end(void);

#endif
