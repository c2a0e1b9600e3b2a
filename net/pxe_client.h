/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a PC's PXE client does beyond DHCP (PXE 2.1, section 2; RFC 4578): it says what it is, and
 * it hears ProxyDHCP servers, which name boot files beside a DHCP server that names none. Such a
 * server says all in its offer, or on port 4011, or sends a menu of boot servers, of which the
 * first entry is taken that is one: nobody is asked.
 */
#ifndef NET_PXE_CLIENT_H
#define NET_PXE_CLIENT_H

#include "net/dhcp_exchange.h"

#define PXE_SERVER_PORT 4011

/* Sub-options of option 43, PXE 2.1 table 2-1. */
enum pxe_suboption {
    PXE_BOOT_SERVERS = 8, /* type (2 bytes), count (1), so many addresses; repeated */
    PXE_BOOT_MENU = 9,    /* type (2 bytes), length of text (1), text; repeated */
    PXE_BOOT_ITEM = 71    /* type (2 bytes), layer (2 bytes; 0: the file to start) */
};

extern const struct dhcp_extension pxe_client;

#endif
