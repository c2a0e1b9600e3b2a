/* SPDX-License-Identifier: BSD-2-Clause */
/* What the rules do to the bytes of a frame, and the frames that the wire makes itself. */
#ifndef TESTS_NET_WIRE_FAULTS_H
#define TESTS_NET_WIRE_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/net/wire/packet.h"
#include "tests/net/wire/rule.h"

/* Numbers that look random and follow from where they began (SplitMix64, Steele and others 2014).
 */
struct chances {
    uint64_t state;
};
uint64_t chances_next(struct chances *chances);
/* 0 to limit - 1; limit is not 0. */
uint64_t chances_below(struct chances *chances, uint64_t limit);

/* All of these return whether they could: a frame without UDP has no UDP header to damage. */
bool fault_corrupt(const struct rule *rule, struct chances *chances, const struct packet *packet,
                   uint8_t *frame, size_t length);
bool fault_truncate(const struct rule *rule, struct chances *chances, const struct packet *packet,
                    uint8_t *frame, size_t *length);
bool fault_pad(const struct rule *rule, struct chances *chances, uint8_t *frame, size_t *length);

/* Makes the rogue of `rule` from a frame. `rogue` has room for PACKET_MAXIMUM bytes. Returns its
 * length, 0: none can be made from that frame. */
size_t fault_rogue(const struct rule *rule, struct chances *chances, const struct packet *packet,
                   const uint8_t *frame, size_t length, uint8_t *rogue);
/* Makes one frame of a storm; returns its length. */
size_t fault_storm(enum rule_storm storm, struct chances *chances, uint8_t *frame);

#endif
