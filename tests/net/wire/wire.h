/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A cable between a client and a server that does what its rules say: it loses, repeats, delays and
 * changes frames and makes some of its own. It knows neither sockets nor a clock: whoever has them
 * feeds frames and the time in and gets frames out, in real time (main.c) or in virtual time
 * (tests/net/client). What happens to the n-th frame of a direction depends on the seed, on n and
 * on that frame, and on no clock.
 */
#ifndef TESTS_NET_WIRE_WIRE_H
#define TESTS_NET_WIRE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define WIRE_NEVER UINT64_MAX

enum wire_side { WIRE_CLIENT, WIRE_SERVER };

/* A frame leaves the cable at that side. The bytes are the wire's. */
typedef void (*wire_deliver)(void *context, enum wire_side side, const uint8_t *frame,
                             size_t length);

struct wire;

/* Aborts when there is no memory. */
struct wire *wire_create(uint64_t seed, wire_deliver deliver, void *context);
void wire_destroy(struct wire *wire);

/* Adds a rule (README.md). False: `why` says what is wrong with it. */
bool wire_add_rule(struct wire *wire, const char *text, char *why, size_t why_length);
/* Every frame takes so long at the least, in both directions (default 0). */
void wire_set_latency(struct wire *wire, uint64_t us);
/* Records into `file` (pcapng) from now on; it is closed with the wire. */
void wire_record(struct wire *wire, FILE *file);

/* A frame enters the cable at that side. Times are microseconds since any start, never less than
 * the time given before. */
void wire_input(struct wire *wire, enum wire_side side, const uint8_t *frame, size_t length,
                uint64_t now_us);
/* Lets out all that is due. */
void wire_run(struct wire *wire, uint64_t now_us);
/* When wire_run has something to do; WIRE_NEVER: not before the next input. */
uint64_t wire_next_us(const struct wire *wire);

/* What happened, one line for each kind and each rule (README.md). */
void wire_report(const struct wire *wire, FILE *out);

#endif
