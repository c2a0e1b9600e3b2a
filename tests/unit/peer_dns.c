/* SPDX-License-Identifier: BSD-2-Clause */
#include "peer_dns.h"

#include <stdlib.h>
#include <string.h>

#include "lib/bytes.h"
#include "net/address.h"
#include "peer.h"

#define DNS_PORT 53

static struct peer_dns server;

void peer_dns_flags(struct peer_dns_reply *reply, unsigned flags)
{
    put_be16(reply->bytes + 2, (uint16_t)flags);
}

void peer_dns_put(struct peer_dns_reply *reply, unsigned type, uint32_t ttl, const void *data,
                  size_t length)
{
    uint8_t *at = reply->bytes + reply->length;

    if (reply->length + 12 + length > sizeof reply->bytes)
        abort();
    put_be16(at, DNS_SAME_NAME);
    put_be16(at + 2, (uint16_t)type);
    put_be16(at + 4, 1); /* IN */
    put_be32(at + 6, ttl);
    put_be16(at + 10, (uint16_t)length);
    memcpy(at + 12, data, length);
    reply->length += 12 + length;
    put_be16(reply->bytes + DNS_ANSWERS_AT,
             (uint16_t)(get_be16(reply->bytes + DNS_ANSWERS_AT) + 1));
}

void peer_dns_put_address(struct peer_dns_reply *reply, uint32_t ttl, const char *address)
{
    uint8_t bytes[4];

    address_to_bytes(peer_address(address), bytes);
    peer_dns_put(reply, DNS_A, ttl, bytes, sizeof bytes);
}

/* Checks the question as a strict server would, and notes what it asks for. */
static void note(const struct peer_datagram *question)
{
    const uint8_t *bytes = question->bytes;
    size_t at = DNS_HEADER, used = 0;

    /* Recursion desired, one question and nothing else. */
    if (question->length < DNS_HEADER + 5 || get_be16(bytes + 2) != 0x0100 ||
        get_be16(bytes + 4) != 1 || get_be32(bytes + 6) != 0 || get_be16(bytes + 10) != 0)
        abort();
    while (bytes[at] != 0) {
        size_t label = bytes[at++];

        if (label > 63 || at + label >= question->length || used + label + 2 > sizeof server.name)
            abort();
        if (used != 0)
            server.name[used++] = '.';
        memcpy(server.name + used, bytes + at, label);
        used += label;
        at += label;
    }
    server.name[used] = '\0';
    if (at + 5 != question->length || get_be16(bytes + at + 3) != 1)
        abort();
    server.type = get_be16(bytes + at + 1);
    server.port_before = server.port;
    server.id_before = server.id;
    server.port = question->from_port;
    server.id = get_be16(bytes);
    server.server = question->to;
    server.questions++;
}

static void answer(const struct peer_datagram *question)
{
    struct peer_dns_reply reply;

    note(question);
    if (server.questions <= server.lost)
        return;
    memset(&reply, 0, sizeof reply);
    memcpy(reply.bytes, question->bytes, question->length);
    reply.length = question->length;
    reply.from = question->to;
    reply.from_port = question->to_port;
    peer_dns_flags(&reply, DNS_RESPONSE);
    if (server.build != NULL)
        server.build(&reply);
    else
        peer_dns_put_address(&reply, 300, "10.0.2.9");
    if (reply.length == 0)
        return;
    peer_delay(server.late_ms * 1000 + 50, 0, 0, 0);
    peer_send(reply.from, reply.from_port, question->from, question->from_port, reply.bytes,
              reply.length);
    peer_delay(50, 0, 0, 0);
}

struct peer_dns *peer_dns_start(void)
{
    memset(&server, 0, sizeof server);
    peer_on_port(DNS_PORT, answer);
    return &server;
}
