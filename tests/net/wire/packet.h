/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a frame is, as far as the rules of the wire tell frames apart, and its checksums. Reads only
 * what is there; a frame that disagrees with itself is of the kind that is still certain.
 */
#ifndef TESTS_NET_WIRE_PACKET_H
#define TESTS_NET_WIRE_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The largest frame that the wire passes: what QEMU's largest network backend sends. */
#define PACKET_MAXIMUM  65536
#define PACKET_ETHERNET 14

enum packet_kind {
    PACKET_OTHER,
    PACKET_ARP_REQUEST,
    PACKET_ARP_REPLY,
    PACKET_IP, /* neither UDP nor ICMP, or a fragment */
    PACKET_ICMP,
    PACKET_UDP, /* none of those below */
    PACKET_BOOTP,
    PACKET_DHCP_DISCOVER,
    PACKET_DHCP_OFFER,
    PACKET_DHCP_REQUEST,
    PACKET_DHCP_ACK,
    PACKET_DHCP_NAK,
    PACKET_DHCP_INFORM,
    PACKET_DHCP_OTHER,
    PACKET_TFTP_REQUEST,
    PACKET_TFTP_DATA,
    PACKET_TFTP_ACK,
    PACKET_TFTP_OACK,
    PACKET_TFTP_ERROR,
    PACKET_KINDS
};

/* Where things are in the frame; 0: not there. */
struct packet {
    enum packet_kind kind;
    size_t ip, ip_header, udp, payload;
    size_t end; /* of the IP packet; behind it is padding */
    uint16_t source_port, destination_port;
    uint16_t block; /* of DATA and ACK */
};

/*
 * The transfers that were seen to begin, so that TFTP is known on whatever port it goes on. A
 * client's port is enough: no two transfers of one machine share it at a time.
 */
#define PACKET_TRANSFERS 512
struct packet_transfers {
    struct {
        uint32_t address;
        uint16_t port;
    } client[PACKET_TRANSFERS];
    unsigned next;
};

/* Finds out what it is. Takes note of TFTP requests in `transfers`. */
void packet_classify(const uint8_t *frame, size_t length, struct packet_transfers *transfers,
                     struct packet *packet);
/* "data"; the words that rules use. */
const char *packet_kind_text(enum packet_kind kind);

/* Computes the checksums of IP and, where there is one, of UDP anew. `packet` tells where. */
void packet_checksum(uint8_t *frame, const struct packet *packet);
/* Whether they are what that would make them. */
bool packet_checksum_right(const uint8_t *frame, const struct packet *packet);

#endif
