/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The DHCP client (RFC 2131), which takes plain BOOTP answers too. Works over network_poll.
 */
#ifndef NET_DHCP_H
#define NET_DHCP_H

#include <stdbool.h>

#include "console/error.h"
#include "net/network.h"

/* Requests are repeated for this long; a switch with spanning tree forwards after up to 50 s. */
#define DHCP_TOTAL_MS 90000u

/*
 * Asks until somebody answers, for DHCP_TOTAL_MS: by DHCP, taking a BOOTP answer when no DHCP
 * server speaks up, or by BOOTP alone. Where the lease names no file, what the platform adds to
 * DHCP may know one (ProxyDHCP, on PCs). Fills the whole of `config`; the caller configures the
 * interface. Errors: ERROR_NET_NO_ANSWER, ERROR_NET_STOPPED (a key), ERROR_NET_STACK.
 */
error_t dhcp_acquire(bool bootp_only, struct network_config *config);

/* What network_resume does with the packets, without configuring the interface. */
bool dhcp_resume(const uint8_t *ack, size_t ack_length, const uint8_t *boot, size_t boot_length,
                 struct network_config *config);

#endif
