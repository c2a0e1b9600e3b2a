/* SPDX-License-Identifier: BSD-2-Clause */
/* A name server for tests, on the wire of peer.h: it answers as the test's function builds it. */
#ifndef TESTS_UNIT_PEER_DNS_H
#define TESTS_UNIT_PEER_DNS_H

#include <stddef.h>
#include <stdint.h>

#define PEER_DNS_LONGEST 1472

/* RFC 1035 sections 3.2 and 4.1.1. */
enum { DNS_A = 1, DNS_CNAME = 5, DNS_TXT = 16, DNS_AAAA = 28 };
#define DNS_RESPONSE   0x8180 /* an answer, recursion asked for and there */
#define DNS_TRUNCATED  0x0200
#define DNS_SERVFAIL   2
#define DNS_NXDOMAIN   3
#define DNS_REFUSED    5
#define DNS_SAME_NAME  0xC00C /* a pointer to the question's name */
#define DNS_ANSWERS_AT 6
#define DNS_HEADER     12

/* An answer as it is built. */
struct peer_dns_reply {
    uint8_t bytes[PEER_DNS_LONGEST];
    size_t length; /* 0: none */
    uint32_t from; /* who sends it */
    uint16_t from_port;
};

struct peer_dns {
    /* Fills in the answer to the question in `reply`, which is there already, as a response of no
     * answers. NULL: the name is 10.0.2.9. */
    void (*build)(struct peer_dns_reply *reply);
    unsigned lost; /* so many questions get lost */
    uint64_t late_ms;

    /* What happened. */
    unsigned questions;
    char name[260]; /* asked for */
    unsigned type;
    uint16_t port, id;               /* of the last question, */
    uint16_t port_before, id_before; /* and of the one before */
    uint32_t server;                 /* who was asked last */
};

/* Starts it, at every address. */
struct peer_dns *peer_dns_start(void);
/* Puts a record of the question's name behind the others, and counts it. */
void peer_dns_put(struct peer_dns_reply *reply, unsigned type, uint32_t ttl, const void *data,
                  size_t length);
/* The same with an address, as text. */
void peer_dns_put_address(struct peer_dns_reply *reply, uint32_t ttl, const char *address);
/* Sets the header's flags. */
void peer_dns_flags(struct peer_dns_reply *reply, unsigned flags);

#endif
