/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/net/wire/packet.h"

#include <string.h>

#include "lib/bytes.h"

/* Ethernet II, RFC 826, RFC 791, RFC 768, RFC 951, RFC 2132, RFC 1350. */
#define TYPE_IP          0x0800
#define TYPE_ARP         0x0806
#define PROTOCOL_ICMP    1
#define PROTOCOL_UDP     17
#define BOOTP_OPTIONS    240
#define BOOTP_COOKIE     0x63825363u
#define OPTION_TYPE      53
#define PORT_BOOTP       67
#define PORT_BOOTPC      68
#define PORT_PROXY       4011
#define PORT_TFTP        69
#define FRAGMENT_OR_MORE 0x3FFF

static const char *const kind_texts[PACKET_KINDS] = {
    [PACKET_OTHER] = "other",
    [PACKET_ARP_REQUEST] = "arp-request",
    [PACKET_ARP_REPLY] = "arp-reply",
    [PACKET_IP] = "ip",
    [PACKET_ICMP] = "icmp",
    [PACKET_UDP] = "udp",
    [PACKET_BOOTP] = "bootp",
    [PACKET_DHCP_DISCOVER] = "dhcp-discover",
    [PACKET_DHCP_OFFER] = "dhcp-offer",
    [PACKET_DHCP_REQUEST] = "dhcp-request",
    [PACKET_DHCP_ACK] = "dhcp-ack",
    [PACKET_DHCP_NAK] = "dhcp-nak",
    [PACKET_DHCP_INFORM] = "dhcp-inform",
    [PACKET_DHCP_OTHER] = "dhcp-other",
    [PACKET_TFTP_REQUEST] = "request",
    [PACKET_TFTP_DATA] = "data",
    [PACKET_TFTP_ACK] = "ack",
    [PACKET_TFTP_OACK] = "oack",
    [PACKET_TFTP_ERROR] = "error",
};

const char *packet_kind_text(enum packet_kind kind)
{
    return kind_texts[kind];
}

/* The type of DHCP message, or 0 for plain BOOTP. */
static unsigned dhcp_type(const uint8_t *bytes, size_t length)
{
    size_t at = BOOTP_OPTIONS;

    if (length < BOOTP_OPTIONS || get_be32(bytes + BOOTP_OPTIONS - 4) != BOOTP_COOKIE)
        return 0;
    while (at < length && bytes[at] != 255) {
        if (bytes[at] == 0) {
            at++;
            continue;
        }
        if (at + 2 >= length)
            break;
        if (bytes[at] == OPTION_TYPE)
            return bytes[at + 2];
        at += 2u + bytes[at + 1];
    }
    return 0;
}

static enum packet_kind bootp_kind(const uint8_t *bytes, size_t length)
{
    switch (dhcp_type(bytes, length)) {
    case 0:
        return PACKET_BOOTP;
    case 1:
        return PACKET_DHCP_DISCOVER;
    case 2:
        return PACKET_DHCP_OFFER;
    case 3:
        return PACKET_DHCP_REQUEST;
    case 5:
        return PACKET_DHCP_ACK;
    case 6:
        return PACKET_DHCP_NAK;
    case 8:
        return PACKET_DHCP_INFORM;
    default:
        return PACKET_DHCP_OTHER;
    }
}

static bool known(const struct packet_transfers *transfers, uint32_t address, uint16_t port)
{
    for (unsigned i = 0; i < PACKET_TRANSFERS; i++)
        if (transfers->client[i].port == port && port != 0 &&
            transfers->client[i].address == address)
            return true;
    return false;
}

static void remember(struct packet_transfers *transfers, uint32_t address, uint16_t port)
{
    if (known(transfers, address, port))
        return;
    transfers->client[transfers->next].address = address;
    transfers->client[transfers->next].port = port;
    transfers->next = (transfers->next + 1) % PACKET_TRANSFERS;
}

static void classify_tftp(const uint8_t *bytes, size_t length, struct packet *packet)
{
    if (length < 4)
        return;
    switch (get_be16(bytes)) {
    case 3:
        packet->kind = PACKET_TFTP_DATA;
        packet->block = get_be16(bytes + 2);
        break;
    case 4:
        packet->kind = PACKET_TFTP_ACK;
        packet->block = get_be16(bytes + 2);
        break;
    case 5:
        packet->kind = PACKET_TFTP_ERROR;
        break;
    case 6:
        packet->kind = PACKET_TFTP_OACK;
        break;
    default:
        break;
    }
}

static void classify_udp(const uint8_t *frame, struct packet_transfers *transfers,
                         struct packet *packet)
{
    const uint8_t *udp = frame + packet->udp, *payload = frame + packet->payload;
    size_t length = packet->end - packet->payload;
    uint32_t source = get_be32(frame + packet->ip + 12);
    uint32_t destination = get_be32(frame + packet->ip + 16);

    packet->kind = PACKET_UDP;
    packet->source_port = get_be16(udp);
    packet->destination_port = get_be16(udp + 2);
    if (packet->destination_port == PORT_BOOTP || packet->destination_port == PORT_BOOTPC ||
        packet->destination_port == PORT_PROXY || packet->source_port == PORT_PROXY) {
        packet->kind = bootp_kind(payload, length);
    } else if (packet->destination_port == PORT_TFTP && length >= 2 && get_be16(payload) == 1) {
        packet->kind = PACKET_TFTP_REQUEST;
        remember(transfers, source, packet->source_port);
    } else if (known(transfers, source, packet->source_port) ||
               known(transfers, destination, packet->destination_port)) {
        classify_tftp(payload, length, packet);
    }
}

static void classify_ip(const uint8_t *frame, size_t length, struct packet_transfers *transfers,
                        struct packet *packet)
{
    const uint8_t *ip = frame + PACKET_ETHERNET;
    size_t header, total;

    length -= PACKET_ETHERNET;
    if (length < 20 || ip[0] >> 4 != 4)
        return;
    header = (size_t)(ip[0] & 15) * 4;
    total = get_be16(ip + 2);
    if (header < 20 || total < header || total > length)
        return;
    packet->kind = PACKET_IP;
    packet->ip = PACKET_ETHERNET;
    packet->ip_header = header;
    packet->end = PACKET_ETHERNET + total;
    if ((get_be16(ip + 6) & FRAGMENT_OR_MORE) != 0)
        return;
    if (ip[9] == PROTOCOL_ICMP) {
        packet->kind = PACKET_ICMP;
    } else if (ip[9] == PROTOCOL_UDP && total >= header + 8 &&
               get_be16(ip + header + 4) == total - header) {
        packet->udp = PACKET_ETHERNET + header;
        packet->payload = packet->udp + 8;
        classify_udp(frame, transfers, packet);
    }
}

void packet_classify(const uint8_t *frame, size_t length, struct packet_transfers *transfers,
                     struct packet *packet)
{
    memset(packet, 0, sizeof *packet);
    packet->end = length;
    if (length < PACKET_ETHERNET)
        return;
    switch (get_be16(frame + 12)) {
    case TYPE_ARP:
        if (length >= PACKET_ETHERNET + 28 && get_be16(frame + 20) == 1)
            packet->kind = PACKET_ARP_REQUEST;
        else if (length >= PACKET_ETHERNET + 28 && get_be16(frame + 20) == 2)
            packet->kind = PACKET_ARP_REPLY;
        break;
    case TYPE_IP:
        classify_ip(frame, length, transfers, packet);
        break;
    default:
        break;
    }
}

/* RFC 1071. */
static uint16_t sum(const uint8_t *bytes, size_t length, uint32_t start)
{
    uint32_t total = start;

    for (size_t i = 0; i + 1 < length; i += 2)
        total += get_be16(bytes + i);
    if (length % 2 != 0)
        total += (uint32_t)bytes[length - 1] << 8;
    while (total >> 16 != 0)
        total = (total & 0xFFFF) + (total >> 16);
    return (uint16_t)~total;
}

void packet_checksum(uint8_t *frame, const struct packet *packet)
{
    uint8_t *ip = frame + packet->ip, *udp = frame + packet->udp;
    uint16_t value;

    if (packet->ip == 0)
        return;
    put_be16(ip + 10, 0);
    put_be16(ip + 10, sum(ip, packet->ip_header, 0));
    if (packet->udp == 0 || get_be16(udp + 6) == 0)
        return;
    put_be16(udp + 6, 0);
    /* The pseudo header: both addresses, the protocol, the length of UDP. */
    value = sum(udp, packet->end - packet->udp,
                (uint32_t)get_be16(ip + 12) + get_be16(ip + 14) + get_be16(ip + 16) +
                    get_be16(ip + 18) + ip[9] + get_be16(udp + 4));
    put_be16(udp + 6, value == 0 ? 0xFFFF : value);
}

bool packet_checksum_right(const uint8_t *frame, const struct packet *packet)
{
    static uint8_t again[PACKET_MAXIMUM];

    if (packet->end > sizeof again)
        return false;
    memcpy(again, frame, packet->end);
    packet_checksum(again, packet);
    return memcmp(again, frame, packet->end) == 0;
}
