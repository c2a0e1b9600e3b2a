/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The client of Apple's NetBoot servers: which images there are, which of them to boot, from where
 * (BSDP, net/bsdp_packet.h). Works over network_poll, around the DHCP client (net/dhcp.h).
 */
#ifndef NET_BSDP_H
#define NET_BSDP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "console/error.h"
#include "net/dhcp_packet.h"
#include "net/network.h"

struct dhcp_reply; /* net/dhcp_exchange.h */

enum bsdp_need {
    BSDP_NOT,         /* BOOTP, which NetBoot 1.0 is */
    BSDP_OPTIONAL,    /* on a machine with a name for NetBoot servers, if nobody names a file */
    BSDP_NEEDED,      /* a NetBoot server has to answer */
    BSDP_OLD_FIRMWARE /* the same, for images that firmware of NetBoot 1.0 can boot */
};

/* What the user wants; the texts stay the caller's and live on. NULL: nothing said. */
struct bsdp_wish {
    const char *image; /* an id (decimal, or hexadecimal with 0x; 16 bits are the index), a name, or
                          "menu": ask at the console */
    const char *model; /* instead of the machine's own */
    bool file_known;   /* no server has to name a file */
};
/* Holds until it is said anew. */
void bsdp_prefer(const struct bsdp_wish *wish);

/* Before the DHCP exchange: forgets what an earlier one brought. */
void bsdp_begin(enum bsdp_need need);
/* Says in a DHCP or BOOTP query who we are: its identity and option 43. */
void bsdp_identify(struct dhcp_query *query);
/* Shown every DHCP offer: one to a client that a NetBoot server knows already says what to boot. */
void bsdp_note_offer(const struct dhcp_reply *offer);

/*
 * After the DHCP exchange, with the interface configured by `config`: asks NetBoot servers for
 * their images, chooses one and asks for it, if that is needed. Then `config` has method
 * NETWORK_BSDP, the server, file and root path of the image, and the packet. Waits are bounded: 2
 * to 4 s for lists and up to 3 more tries of twice the time each (one more where it is optional),
 * 3 tries for the image, all of it three times at the most with 10 s between if a server takes its
 * word back. Escape or ^C ends them. Errors: ERROR_BSDP_NO_ANSWER, ERROR_BSDP_IMAGE,
 * ERROR_BSDP_FAILED, ERROR_NET_STOPPED, ERROR_NET_STACK; where it is optional, OK without an
 * answer.
 */
error_t bsdp_find(struct network_config *config);

#endif
