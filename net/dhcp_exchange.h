/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the DHCP client and its extension for PCs share: sending queries and hearing answers, one
 * endpoint and one transaction at a time. For net/ alone.
 */
#ifndef NET_DHCP_EXCHANGE_H
#define NET_DHCP_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "console/error.h"
#include "net/dhcp_packet.h"
#include "net/network.h"

struct udp_pcb;

/* An answer, taken apart and as it came. */
struct dhcp_reply {
    bool present;
    struct dhcp_answer answer;
    uint32_t from; /* the packet's source address */
    uint8_t bytes[NETWORK_PACKET_MAXIMUM];
    size_t length;
};

struct dhcp_exchange {
    struct udp_pcb *endpoint; /* the client's port */
    uint32_t transaction;
    uint64_t started_ms;
    /* Gets every answer to the transaction, whoever it is from; it may not keep the pointer. */
    void (*heard)(const struct dhcp_reply *reply);
    struct dhcp_reply incoming;
};

/*
 * What a platform adds to the client (platform_dhcp_extension). It offers files where the server of
 * the lease names none.
 */
struct dhcp_extension {
    /* Writes the options that queries have besides everybody's, at most 28 bytes; returns the
     * place behind them. */
    uint8_t *(*put_options)(uint8_t *at, const struct dhcp_query *query);
    /* Looks at an offer, with an address in it or without: keeps it in `best` if it can help to a
     * boot file, and better than what is there. */
    void (*consider)(struct dhcp_reply *best, const struct dhcp_reply *offer);
    /*
     * Finds out server and file by `offer`, which consider kept (or `present` is false), for the
     * machine whose lease is in `config`. Nobody named one: says so, and leaves `config` as it was.
     * Errors: ERROR_NET_STOPPED.
     */
    error_t (*find_boot)(struct dhcp_exchange *exchange, const struct dhcp_reply *offer,
                         struct network_config *config);
};

/* Opens the client's port. Errors: ERROR_NET_STACK. */
error_t dhcp_open(struct dhcp_exchange *exchange);

/*
 * Sends a query. The caller sets what is asked (type, broadcast, requested, server, address,
 * vendor); this fills in the rest. Says so if the card does not take it.
 */
void dhcp_send(struct dhcp_exchange *exchange, struct dhcp_query *query, uint32_t to,
               uint16_t port);

/* Takes an answer for the attached card apart. False, and no reply, if it is none. */
bool dhcp_take(struct dhcp_reply *reply, const uint8_t *packet, size_t length, uint32_t from,
               uint32_t transaction);

/* Puts what the answer says of the boot server and the file into `config`, and shows it.
 * `file_source`: where the file's name stood; NULL: where the answer says. */
void dhcp_use_boot(struct network_config *config, const struct dhcp_reply *reply,
                   const char *file_source);

#endif
