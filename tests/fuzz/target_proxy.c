/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PC between a DHCP server and ProxyDHCP servers: its queries, to port 67 and to port 4011, are
 * answered with the next packets of the input, made answers to it. A byte in front of each says
 * who sends it, and whether another one follows at once.
 *
 * Longest input: 3000
 * Inputs in the fast test: 2000
 */
#include <string.h>

#include "boot/host/host.h"
#include "lib/bytes.h"
#include "net/dhcp_packet.h"
#include "net/network.h"
#include "net/pxe_client.h"
#include "net/stack.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/packets.h"
#include "tests/fuzz/wire.h"
#include "tests/unit/peer.h"

#define STEP_US       20000
#define FROM_PROXY    0x01u
#define ANOTHER       0x02u
#define BROADCAST     0xFFFFFFFFu
#define ANSWERS       3u /* at most, to one query */
#define DHCPD_ADDRESS "10.0.2.2"
#define PROXY_ADDRESS "10.0.2.9"

static uint8_t answer_packet(const struct peer_datagram *query)
{
    static uint8_t bytes[WIRE_PACKET];
    const uint8_t *packet;
    size_t length;
    uint8_t how;

    if (!wire_next(&packet, &length) || length == 0)
        return 0;
    how = packet[0];
    length--;
    memcpy(bytes, packet + 1, length);
    packet_repair(bytes, length);
    if (length >= DHCP_FIXED_LENGTH) {
        memcpy(bytes + DHCP_XID, query->bytes + DHCP_XID, 4);
        memcpy(bytes + DHCP_CHADDR, query->bytes + DHCP_CHADDR, 6);
    }
    if (query->to_port == PXE_SERVER_PORT)
        peer_send(query->to, PXE_SERVER_PORT, query->from, DHCP_CLIENT_PORT, bytes, length);
    else
        peer_send(peer_address((how & FROM_PROXY) != 0 ? PROXY_ADDRESS : DHCPD_ADDRESS),
                  DHCP_SERVER_PORT, BROADCAST, DHCP_CLIENT_PORT, bytes, length);
    return how;
}

static void answer(const struct peer_datagram *query)
{
    if ((query->to_port != DHCP_SERVER_PORT && query->to_port != PXE_SERVER_PORT) ||
        query->length < DHCP_FIXED_LENGTH)
        return;
    for (unsigned i = 0; i < ANSWERS && (answer_packet(query) & ANOTHER) != 0; i++)
        ;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static const struct network_identity identity = {
        .vendor_class = "PXEClient:Arch:00000:UNDI:002001", .is_pxe = true};
    static struct network_config config;

    wire_begin(bytes, length, STEP_US);
    host_set_network_identity(&identity);
    host_set_dhcp_extension(&pxe_client);
    network_set_address(0, 0, 0);
    peer_on_receive(answer);
    error_clear();
    if (fuzz_succeeded(network_configure(NULL, &config)))
        wire_check_config(&config);
    wire_end();
    return 0;
}
