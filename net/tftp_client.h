/* SPDX-License-Identifier: BSD-2-Clause */
/* What reading (net/tftp.c) and writing (net/tftp_send.c) by TFTP have in common. */
#ifndef NET_TFTP_CLIENT_H
#define NET_TFTP_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "console/error.h"
#include "net/fetch.h"
#include "net/network.h"
#include "net/tftp_packet.h"

struct udp_pcb;

/* A frame's room for data: MTU less the headers of IP (20), UDP (8) and TFTP. */
#define TFTP_BLOCK_MAXIMUM (NETWORK_MTU - 20 - 8 - TFTP_HEADER)

/* The UDP port where requests go to, in this machine's byte order. */
uint16_t tftp_server_port(const struct fetch_uri *uri);

/* Sends an ERROR packet from `endpoint`; `server` is in network byte order, `port` is not. */
void tftp_send_error(struct udp_pcb *endpoint, uint32_t server, uint16_t port,
                     enum tftp_error error, const char *text);

/*
 * True if an ERROR packet, the first answer of a server, may be about options. RFC 2347 says 8;
 * older servers that stumble over options have only 4 and 0 to say. After a request without options
 * (`asked_plain`) those two may be about anything, while 8 still is a late answer to one of those
 * with them.
 */
bool tftp_about_options(const struct tftp_packet *packet, bool asked_plain);

/* Says that the server's ERROR packet was taken for one about options. */
void tftp_say_without_options(const struct tftp_packet *packet, uint32_t server);

/*
 * ERROR_TFTP_SERVER, with the server's number and words about the file `name`. The texts are
 * `before` the name, and `between` name and server.
 */
error_t tftp_server_error(const struct tftp_packet *packet, const char *before, const char *name,
                          const char *between, uint32_t server);

#endif
