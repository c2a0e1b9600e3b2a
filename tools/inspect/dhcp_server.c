/* SPDX-License-Identifier: BSD-2-Clause */
/* The half of the boot server that is asked for addresses (RFC 951, RFC 2131, RFC 2132). */
#include <stdio.h>
#include <string.h>

#include "boot/host/host.h"
#include "lib/bytes.h"
#include "tools/inspect/server.h"

#define SERVER 0x0A000202u /* 10.0.2.2 */
#define CLIENT 0x0A00020Fu /* 10.0.2.15 */

/* Ethernet II, RFC 791, RFC 768 */
#define AT_TYPE      12
#define AT_IP        14
#define AT_UDP       34
#define AT_PAYLOAD   42
#define IP_LENGTH    20
#define UDP_LENGTH   8
#define TYPE_IP      0x0800
#define PROTOCOL_UDP 17
#define PORT_SERVER  67
#define PORT_CLIENT  68

/* A DHCP packet */
#define AT_OP           0
#define AT_YOUR_ADDRESS 16
#define AT_NEXT_SERVER  20
#define AT_FILE         108 /* 128 bytes */
#define FILE_LENGTH     128
#define AT_COOKIE       236
#define AT_OPTIONS      240
#define ANSWER_LENGTH   300 /* the least that BOOTP has */
#define COPIED          44  /* of the request: up to the hardware address */
#define COOKIE          0x63825363u

enum option { PAD = 0, NETMASK = 1, ROUTER = 3, LEASE = 51, TYPE = 53, SERVER_ID = 54, END = 255 };
enum message { NO_DHCP = 0, DISCOVER = 1, OFFER = 2, REQUEST = 3, ACK = 5 };

static uint8_t client_station[6];
static const char *boot_file;

void server_set_boot_file(const char *name)
{
    boot_file = name;
}

static uint16_t ip_sum(const uint8_t *header)
{
    uint32_t sum = 0;

    for (unsigned i = 0; i < IP_LENGTH; i += 2)
        sum += get_be16(header + i);
    sum = (sum & 0xFFFF) + (sum >> 16);
    return (uint16_t) ~(sum + (sum >> 16));
}

/* To the broadcast address, without a UDP checksum, as RFC 768 allows. */
static void send(const uint8_t *payload, size_t length)
{
    static const uint8_t server_station[6] = {0x52, 0x55, 0x0A, 0x00, 0x02, 0x02};
    uint8_t frame[AT_PAYLOAD + ANSWER_LENGTH] = {0};
    uint8_t *ip = frame + AT_IP, *udp = frame + AT_UDP;

    memcpy(frame, client_station, 6);
    memcpy(frame + 6, server_station, 6);
    put_be16(frame + AT_TYPE, TYPE_IP);
    ip[0] = 0x45;
    put_be16(ip + 2, (uint16_t)(IP_LENGTH + UDP_LENGTH + length));
    ip[8] = 64;
    ip[9] = PROTOCOL_UDP;
    put_be32(ip + 12, SERVER);
    put_be32(ip + 16, 0xFFFFFFFFu);
    put_be16(ip + 10, ip_sum(ip));
    put_be16(udp, PORT_SERVER);
    put_be16(udp + 2, PORT_CLIENT);
    put_be16(udp + 4, (uint16_t)(UDP_LENGTH + length));
    memcpy(frame + AT_PAYLOAD, payload, length);
    host_deliver(frame, AT_PAYLOAD + length);
}

static enum message message_type(const uint8_t *request, size_t length)
{
    for (size_t at = AT_OPTIONS; at + 2 < length && request[at] != END;)
        if (request[at] == PAD)
            at++;
        else if (request[at] == TYPE)
            return (enum message)request[at + 2];
        else
            at += 2u + request[at + 1];
    return NO_DHCP;
}

static uint8_t *put_option(uint8_t *at, enum option option, uint32_t value)
{
    at[0] = (uint8_t)option;
    at[1] = 4;
    put_be32(at + 2, value);
    return at + 6;
}

static void answer(const uint8_t *request, size_t length)
{
    uint8_t packet[ANSWER_LENGTH] = {0}, *at = packet + AT_OPTIONS;
    enum message type = message_type(request, length);

    if (type != NO_DHCP && type != DISCOVER && type != REQUEST)
        return;
    memcpy(packet, request, COPIED);
    packet[AT_OP] = 2;
    put_be32(packet + AT_YOUR_ADDRESS, CLIENT);
    put_be32(packet + AT_NEXT_SERVER, SERVER);
    if (boot_file != NULL)
        snprintf((char *)packet + AT_FILE, FILE_LENGTH, "%s", boot_file);
    put_be32(packet + AT_COOKIE, COOKIE);
    if (type != NO_DHCP) {
        *at++ = TYPE;
        *at++ = 1;
        *at++ = type == DISCOVER ? OFFER : ACK;
        at = put_option(at, SERVER_ID, SERVER);
        at = put_option(at, LEASE, 86400);
    }
    at = put_option(at, NETMASK, 0xFFFFFF00u);
    at = put_option(at, ROUTER, SERVER);
    *at = END;
    send(packet, sizeof packet);
}

static void transmitted(void *context, const uint8_t *frame, size_t length)
{
    (void)context;
    if (length >= AT_PAYLOAD + AT_OPTIONS && get_be16(frame + AT_TYPE) == TYPE_IP &&
        frame[AT_IP] == 0x45 && frame[AT_IP + 9] == PROTOCOL_UDP &&
        get_be16(frame + AT_UDP + 2) == PORT_SERVER)
        answer(frame + AT_PAYLOAD, length - AT_PAYLOAD);
}

void server_connect(const struct pci_device *card, const uint8_t station[6])
{
    memcpy(client_station, station, sizeof client_station);
    host_add_scripted_card_as(card, station, transmitted, NULL);
}
