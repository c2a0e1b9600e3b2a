/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Getting an address, from DHCP, BOOTP and NetBoot servers: each query is answered with the next
 * packet of the input, made an answer to it.
 *
 * Longest input: 3000
 * Inputs in the fast test: 2000
 */
#include <string.h>

#include "lib/bytes.h"
#include "net/dhcp_packet.h"
#include "net/network.h"
#include "net/stack.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/packets.h"
#include "tests/fuzz/wire.h"
#include "tests/unit/peer.h"

#define STEP_US 20000

static void answer(const struct peer_datagram *query)
{
    uint8_t bytes[WIRE_PACKET];
    const uint8_t *packet;
    size_t length;

    if (query->to_port != DHCP_SERVER_PORT || query->length < DHCP_FIXED_LENGTH ||
        !wire_next(&packet, &length))
        return;
    memcpy(bytes, packet, length);
    packet_repair(bytes, length);
    if (length >= DHCP_FIXED_LENGTH) {
        memcpy(bytes + DHCP_XID, query->bytes + DHCP_XID, 4);
        memcpy(bytes + DHCP_CHADDR, query->bytes + DHCP_CHADDR, 6);
    }
    peer_send(peer_address("10.0.2.2"), DHCP_SERVER_PORT, 0xFFFFFFFFu, DHCP_CLIENT_PORT, bytes,
              length);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static const char *const methods[] = {NULL, "dhcp", "bootp", "bsdp"};
    static struct network_config config;

    wire_begin(bytes, length, STEP_US);
    network_set_address(0, 0, 0);
    peer_on_receive(answer);
    error_clear();
    if (fuzz_succeeded(network_configure(methods[length % 4], &config)))
        wire_check_config(&config);
    wire_end();
    return 0;
}
