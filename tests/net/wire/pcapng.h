/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Records frames as pcapng (draft-ietf-opsawg-pcapng) with two interfaces, "client" and "server":
 * the two ends of the cable. Inbound is what entered the cable there, outbound what left it.
 */
#ifndef TESTS_NET_WIRE_PCAPNG_H
#define TESTS_NET_WIRE_PCAPNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

void pcapng_begin(FILE *file);
/* `interface` 0: client, 1: server. `comment` may be empty. */
void pcapng_frame(FILE *file, unsigned interface, bool inbound, uint64_t us, const uint8_t *frame,
                  size_t length, const char *comment);

#endif
