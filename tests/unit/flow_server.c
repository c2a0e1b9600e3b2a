/* SPDX-License-Identifier: BSD-2-Clause */
#include "flow_server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/host/host.h"
#include "lib/adler32.h"
#include "lib/bytes.h"
#include "peer.h"

#define BLOCK         512u
#define SERVER        0x0A000202u /* 10.0.2.2, host order */
#define CLIENT        0x0A00020Fu
#define TFTP_DATA     40000
#define FILES_MAXIMUM 8

const uint8_t flow_client_station[6] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
static const uint8_t server_station[6] = {0x52, 0x55, 0x0A, 0x00, 0x02, 0x02};

static struct served {
    const char *name;
    const uint8_t *bytes;
    size_t length;
} served[FILES_MAXIMUM];
static const struct served *transfer;
struct flow_server flow_server;

static void reply_udp(uint16_t from, uint16_t to_port, const uint8_t *bytes, size_t length)
{
    uint8_t frame[1600] = {0};
    uint8_t from_bytes[4], to_bytes[4];
    uint32_t from_address, to_address;

    put_be32(from_bytes, SERVER);
    put_be32(to_bytes, CLIENT);
    memcpy(&from_address, from_bytes, 4); /* network order */
    memcpy(&to_address, to_bytes, 4);
    length = peer_build_udp(frame, from_address, from, to_address, to_port, bytes, length);
    host_deliver(frame, length < 60 ? 60 : length);
}

static void answer_arp(const uint8_t *frame)
{
    uint8_t answer[60] = {0};

    if (get_be16(frame + 20) != 1 || get_be32(frame + 38) == CLIENT)
        return;
    memcpy(answer, frame + 6, 6);
    memcpy(answer + 6, server_station, 6);
    memcpy(answer + 12, frame + 12, 8); /* type, formats */
    put_be16(answer + 20, 2);
    memcpy(answer + 22, server_station, 6);
    memcpy(answer + 28, frame + 38, 4);
    memcpy(answer + 32, frame + 22, 10);
    host_deliver(answer, sizeof answer);
}

static void answer_dhcp(const uint8_t *request, size_t length)
{
    uint8_t answer[300] = {0}, *option = answer + 240;
    uint8_t type = 0;

    for (size_t at = 240; at + 2 < length && request[at] != 255;)
        if (request[at] == 0) {
            at++;
        } else {
            if (request[at] == 53)
                type = request[at + 2];
            at += 2u + request[at + 1];
        }
    memcpy(answer, request, 44);
    answer[0] = 2;
    put_be32(answer + 16, CLIENT);
    put_be32(answer + 20, SERVER);
    snprintf((char *)answer + 108, 128, "%s", flow_server.boot_file);
    put_be32(answer + 236, 0x63825363);
    *option++ = 53;
    *option++ = 1;
    *option++ = type == 1 ? 2 : 5;
    *option++ = 54;
    *option++ = 4;
    put_be32(option, SERVER);
    option += 4;
    *option++ = 1;
    *option++ = 4;
    put_be32(option, 0xFFFFFF00);
    option += 4;
    *option = 255;
    reply_udp(67, 68, answer, sizeof answer);
}

static void send_block(uint16_t to, unsigned number)
{
    uint8_t packet[4 + BLOCK];
    size_t offset = (size_t)(number - 1) * BLOCK;
    size_t length = transfer->length - offset < BLOCK ? transfer->length - offset : BLOCK;

    put_be16(packet, 3);
    put_be16(packet + 2, (uint16_t)number);
    memcpy(packet + 4, transfer->bytes + offset, length);
    reply_udp(TFTP_DATA, to, packet, 4 + length);
}

static void answer_request(const uint8_t *request, uint16_t to)
{
    static const uint8_t missing[] = "\0\5\0\1File not found";

    transfer = NULL;
    for (size_t i = 0; i < FILES_MAXIMUM; i++)
        if (served[i].name != NULL && strcmp((const char *)request + 2, served[i].name) == 0)
            transfer = &served[i];
    if (transfer != NULL)
        send_block(to, 1); /* a server without options */
    else if (!flow_server.silent_about_missing)
        reply_udp(TFTP_DATA, to, missing, sizeof missing);
}

static void acknowledge(uint16_t to, uint16_t block)
{
    uint8_t packet[4];

    put_be16(packet, 4);
    put_be16(packet + 2, block);
    reply_udp(TFTP_DATA, to, packet, sizeof packet);
}

/* A server without options takes everything that it is given. */
static void answer_write_request(const uint8_t *request, uint16_t to)
{
    snprintf(flow_server.written_name, sizeof flow_server.written_name, "%s",
             (const char *)request + 2);
    flow_server.written_length = 0;
    flow_server.written_whole = false;
    acknowledge(to, 0);
}

static void take_written(const uint8_t *packet, size_t length, uint16_t to)
{
    size_t offset = (size_t)(get_be16(packet + 2) - 1) * BLOCK;

    length -= 4;
    if (offset + length > sizeof flow_server.written)
        abort();
    memcpy(flow_server.written + offset, packet + 4, length);
    flow_server.written_length = offset + length;
    flow_server.written_whole = length < BLOCK;
    acknowledge(to, get_be16(packet + 2));
}

static void transmitted(void *context, const uint8_t *frame, size_t length)
{
    const uint8_t *ip = frame + 14, *udp = ip + 20, *payload = udp + 8;
    uint16_t to = get_be16(udp + 2), from = get_be16(udp);

    (void)context;
    flow_server.frames_sent++;
    if (get_be16(frame + 12) == 0x0806)
        answer_arp(frame);
    else if (to == 67 && flow_server.dhcp_answers)
        answer_dhcp(payload, length - 42);
    else if (to == 69 && get_be16(payload) == 2)
        answer_write_request(payload, from);
    else if (to == 69)
        answer_request(payload, from);
    else if (to == TFTP_DATA && get_be16(payload) == 3)
        take_written(payload, get_be16(udp + 4) - 8u, from);
    else if (to == TFTP_DATA && get_be16(payload) == 4 && transfer != NULL &&
             (size_t)get_be16(payload + 2) * BLOCK <= transfer->length)
        send_block(from, get_be16(payload + 2) + 1u);
}

void flow_serve(const char *name, const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < FILES_MAXIMUM; i++)
        if (served[i].name == NULL) {
            served[i] = (struct served){name, bytes, length};
            return;
        }
    abort();
}

void flow_server_start(void)
{
    host_add_scripted_card(flow_client_station, transmitted, NULL);
    memset(served, 0, sizeof served);
    transfer = NULL;
    memset(&flow_server, 0, sizeof flow_server);
    flow_server.boot_file = "mach_kernel";
    flow_server.dhcp_answers = true;
}

uint8_t flow_package[600];

size_t flow_build_package(void)
{
    static const char plist[] = "<plist><dict><key>CFBundleIdentifier</key>"
                                "<string>org.sawboot.test</string></dict></plist>";
    size_t length = 64 + sizeof plist - 1;

    memset(flow_package, 0, sizeof flow_package);
    put_be32(flow_package, 0x4D4B5854);
    put_be32(flow_package + 4, 0x4D4F5358);
    put_be32(flow_package + 8, (uint32_t)length);
    put_be32(flow_package + 16, 0x01008000);
    put_be32(flow_package + 20, 1);
    put_be32(flow_package + 24, 0xFFFFFFFF);
    put_be32(flow_package + 28, 0xFFFFFFFF);
    put_be32(flow_package + 32, 64);
    put_be32(flow_package + 40, sizeof plist - 1);
    memcpy(flow_package + 64, plist, sizeof plist - 1);
    put_be32(flow_package + 12, adler32(flow_package + 16, length - 16));
    return length;
}
