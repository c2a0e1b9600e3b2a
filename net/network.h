/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The network over one open card: lwIP without threads, driven by network_poll.
 */
#ifndef NET_NETWORK_H
#define NET_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "console/error.h"

struct nic;

/* IPv4 addresses are in network byte order, as lwIP's ip4_addr_t keeps them. */
enum network_method { NETWORK_DHCP, NETWORK_BOOTP, NETWORK_BSDP, NETWORK_STATIC };

#define NETWORK_PACKET_MAXIMUM 1472 /* a UDP payload in one Ethernet frame */

struct network_config {
    uint32_t address, netmask, gateway, server;
    uint32_t dns;
    char file[256]; /* boot file: option 67 or the BOOTP field; empty if none */
    char server_name[65];
    char root_path[256];        /* option 17; empty if none */
    enum network_method method; /* how it was got */
    /* The raw reply from `op` on, for /chosen dhcp-response or bootp-response; length 0 if static.
     */
    uint8_t reply[NETWORK_PACKET_MAXIMUM];
    size_t reply_length;
    /* The raw answer of the boot server that named server and file where the lease's did not
     * (ProxyDHCP, on PCs); length 0: none. */
    uint8_t boot_reply[NETWORK_PACKET_MAXIMUM];
    size_t boot_reply_length;
    /* `file` is a NetBoot server's booter: kernel and extensions lie beside it. */
    bool has_booter;
    /* NETWORK_BSDP: what the NetBoot server answered, for /chosen bsdp-response. */
    uint8_t bsdp_reply[NETWORK_PACKET_MAXIMUM];
    size_t bsdp_reply_length;
};

/* Attaches the stack to an open card. One card at a time. */
error_t network_start(struct nic *nic);
/* Removes everything that network_start made. The card stays open. */
void network_stop(void);
/* Lets the card and the stack work: received frames, timers. Call it in every wait. */
void network_poll(void);

/*
 * Gets an address as the option `net=` says: "dhcp" (or NULL: DHCP, falling back to plain BOOTP
 * answers, and to a NetBoot server where the machine has a name for one and nobody names a file),
 * "bootp", "bsdp" (net/bsdp.h), "static:address/mask,gateway,server,name server" (mask as bits
 * or dotted; what follows it may be empty or left out). Asks with randomised back-off for
 * DHCP_TOTAL_MS (net/dhcp.h), saying so. Fills `config`, configures the interface and tells
 * net/fetch.h the boot server, net/names.h the name servers. Escape or ^C ends the wait. Errors:
 * ERROR_NET_OPTION, and those of dhcp_acquire and bsdp_find.
 */
error_t network_configure(const char *method, struct network_config *config);

/*
 * Goes on with the lease that another program got for the attached card: `ack` is the server's
 * acknowledgement, `boot` what a boot server or proxy answered after it (NULL: none). If that names
 * a server or a file, files come from there. Then as network_configure. False, and nothing done, if
 * the packets are not for this card or grant no address.
 */
bool network_resume(const uint8_t *ack, size_t ack_length, const uint8_t *boot, size_t boot_length,
                    struct network_config *config);

/* "10.0.2.15" in a static buffer of its own for up to four calls in one print. */
const char *network_address_text(uint32_t address);

#endif
