/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the parts of net/ share and nobody else needs: the one interface and helpers for waits.
 */
#ifndef NET_STACK_H
#define NET_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "console/error.h"

struct netif;
struct udp_pcb;

#define NETWORK_MTU 1500

/* lwIP's interface, or NULL when no card is attached. */
struct netif *network_interface(void);
/* So many full frames may come to the attached card between two polls; 0: not known. */
unsigned network_burst(void);
/* True while the stack works on a frame that came in; false in what it does at its own time. */
bool network_receiving(void);
/* The attached card's station address, six bytes. */
const uint8_t *network_station(void);
/* Gives the interface its address; all in network order. Zeros take it away. */
void network_set_address(uint32_t address, uint32_t netmask, uint32_t gateway);
/* True if packets to `address` can leave: it is on our network or there is a gateway. */
bool network_reachable(uint32_t address);
/* True if `address` is on our network, no gateway between. */
bool network_local(uint32_t address);
/*
 * Asks the network who has `address` (or the gateway there), and goes on with what is known until
 * somebody answers: ARP has no checksum, and machines are replaced.
 */
void network_find_again(uint32_t address);
/* True if the card sees its link now. */
bool network_link(void);
/* ", the link is down", for the end of a message, or "". */
const char *network_link_text(void);
/* The last moment (platform_milliseconds) at which the link was seen down; 0: never. */
uint64_t network_link_down_ms(void);
/* True if a spanning-tree frame was seen since network_start: the port may not forward yet. */
bool network_spanning_tree(void);
/*
 * Counts the ICMP "port unreachable" messages that `from` (network order) sent us since
 * network_start: the machine is there, but nothing listens.
 */
unsigned network_refusals(uint32_t from);

/* Random enough for transaction numbers and back-off: seeded from station address and clock. */
uint32_t network_random(void);
/*
 * A wait of about so long: up to a quarter less or more, by chance. Machines that were switched on
 * at the same moment must not go on asking at the same moments.
 */
uint32_t network_spread(uint32_t milliseconds);

/* True if escape or ^C was typed. Asks the firmware at most ten times a second. */
bool network_interrupted(void);

/*
 * A UDP endpoint on `port`, or on a random free one for 0. NULL: no room. Remove it with
 * network_close_udp.
 */
struct udp_pcb *network_open_udp(uint16_t port);
void network_close_udp(struct udp_pcb *endpoint);
/*
 * Sends one datagram from the interface's address (0.0.0.0 before it has one) to `to` (network
 * order). The bytes are the caller's again on return. False if it could not leave.
 */
bool network_send_udp(struct udp_pcb *endpoint, uint32_t to, uint16_t port, const uint8_t *bytes,
                      size_t length);

#endif
