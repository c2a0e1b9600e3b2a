/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/fuzz/packets.h"

#include <string.h>

#include "lib/bytes.h"
#include "net/dhcp_packet.h"

const uint8_t packet_station[6] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};

void packet_repair(uint8_t *bytes, size_t length)
{
    if (length < DHCP_FIXED_LENGTH)
        return;
    bytes[DHCP_OP] = DHCP_REPLY;
    bytes[DHCP_HTYPE] = 1;
    bytes[DHCP_HLEN] = 6;
    put_be32(bytes + DHCP_XID, PACKET_TRANSACTION);
    memcpy(bytes + DHCP_CHADDR, packet_station, 6);
    if (length >= DHCP_OPTIONS)
        put_be32(bytes + DHCP_COOKIE, DHCP_COOKIE_VALUE);
}
