/* SPDX-License-Identifier: BSD-2-Clause */
/* DHCP packets, for the targets that read them. */
#ifndef TESTS_FUZZ_PACKETS_H
#define TESTS_FUZZ_PACKETS_H

#include <stddef.h>
#include <stdint.h>

/* What our queries say, in seeds too. */
#define PACKET_TRANSACTION 0x5a5a1234u
extern const uint8_t packet_station[6];

/* Makes it an answer to our query, with options. */
void packet_repair(uint8_t *bytes, size_t length);

#endif
