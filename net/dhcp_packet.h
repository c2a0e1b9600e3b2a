/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * BOOTP and DHCP packets (RFC 951, 1048, 2131, 2132, 3396): built and taken apart. Pure functions
 * of bytes. A packet starts at `op`; addresses are in network order.
 */
#ifndef NET_DHCP_PACKET_H
#define NET_DHCP_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/network_identity.h"

#define DHCP_CLIENT_PORT 68
#define DHCP_SERVER_PORT 67

/* Field offsets, RFC 2131 figure 1. */
#define DHCP_OP           0
#define DHCP_HTYPE        1
#define DHCP_HLEN         2
#define DHCP_XID          4
#define DHCP_SECS         8
#define DHCP_FLAGS        10
#define DHCP_CIADDR       12
#define DHCP_YIADDR       16
#define DHCP_SIADDR       20
#define DHCP_GIADDR       24
#define DHCP_CHADDR       28
#define DHCP_SNAME        44
#define DHCP_SNAME_LENGTH 64
#define DHCP_FILE         108
#define DHCP_FILE_LENGTH  128
#define DHCP_COOKIE       236
#define DHCP_OPTIONS      240
#define DHCP_COOKIE_VALUE 0x63825363u
#define DHCP_FIXED_LENGTH 236 /* the shortest packet: no vendor area at all */
#define DHCP_BOOTP_LENGTH 300 /* RFC 1542 section 2.1: 64 bytes of vendor area */
#define DHCP_REQUEST      1   /* op */
#define DHCP_REPLY        2
#define DHCP_BROADCAST    0x8000

/*
 * Option codes, RFC 2132, RFC 3004 (77), RFC 4578 (93, 94, 97) and RFC 5859 (150). 220 and 221 are
 * what firmware of NetBoot 1.0 says in its BOOTP requests, 230 is in the server's answer (Apple's
 * bootp sources, macNC).
 */
enum dhcp_option {
    DHCP_PAD = 0,
    DHCP_NETMASK = 1,
    DHCP_ROUTER = 3,
    DHCP_DNS = 6,
    DHCP_HOST_NAME = 12,
    DHCP_DOMAIN = 15,
    DHCP_ROOT_PATH = 17,
    DHCP_VENDOR = 43,
    DHCP_REQUESTED = 50,
    DHCP_OVERLOAD = 52,
    DHCP_MESSAGE_TYPE = 53,
    DHCP_SERVER_ID = 54,
    DHCP_PARAMETERS = 55,
    DHCP_MESSAGE = 56,
    DHCP_MAXIMUM_SIZE = 57,
    DHCP_VENDOR_CLASS = 60,
    DHCP_CLIENT_ID = 61,
    DHCP_TFTP_SERVER = 66,
    DHCP_BOOT_FILE = 67,
    DHCP_USER_CLASS = 77,
    DHCP_CLIENT_ARCHITECTURE = 93,
    DHCP_CLIENT_INTERFACE = 94,
    DHCP_CLIENT_MACHINE = 97,
    DHCP_TFTP_ADDRESSES = 150,
    DHCP_MACNC_VERSION = 220,
    DHCP_MACNC_INFORMATION = 221,
    DHCP_SITE_WORDS = 224, /* RFC 3942: the site's own; words for the loader, if marked as such */
    DHCP_MACNC_SERVER = 230,
    DHCP_END = 255
};

/* Option 53. BOOTP stands for its absence. */
enum dhcp_message {
    DHCP_IS_BOOTP = 0,
    DHCP_IS_DISCOVER = 1,
    DHCP_IS_OFFER = 2,
    DHCP_IS_REQUEST = 3,
    DHCP_IS_DECLINE = 4,
    DHCP_IS_ACK = 5,
    DHCP_IS_NAK = 6,
    DHCP_IS_INFORM = 8
};

struct dhcp_query {
    enum dhcp_message type; /* BOOTP, DISCOVER, REQUEST or INFORM */
    uint32_t transaction;
    uint16_t seconds; /* since the first try */
    bool broadcast;   /* ask for a broadcast answer */
    uint8_t station[6];
    uint32_t requested, server; /* REQUEST: options 50 and 54; 0 leaves one out */
    uint32_t address;           /* ciaddr, the address that we have already; 0: none */
    const uint8_t *vendor;      /* option 43, at most DHCP_VENDOR_LONGEST bytes; NULL: none */
    size_t vendor_length;
    struct network_identity identity;
    const struct dhcp_extension *extension; /* may be NULL */
};

#define DHCP_VENDOR_LONGEST 32

/*
 * Writes a query into `packet`, which has room for `size` bytes. Returns its length, at least
 * DHCP_BOOTP_LENGTH, or 0 if it does not fit or the vendor class is longer than
 * NETWORK_VENDOR_CLASS_LONGEST. A BOOTP query says nothing of identity and extension, but that it
 * is Apple's, as firmware of NetBoot 1.0 does it.
 */
size_t dhcp_build(const struct dhcp_query *query, uint8_t *packet, size_t size);

/* Writes one option and returns the place behind it. */
uint8_t *dhcp_put_option(uint8_t *at, uint8_t code, const void *value, size_t length);

#define DHCP_OPTION_ABSENT SIZE_MAX

/*
 * Finds an option in the options field, and in `file` and `sname` where option 52 says so. All its
 * instances are joined in that order (RFC 3396). Copies up to `size` bytes to `value` and returns
 * the whole length, or DHCP_OPTION_ABSENT. An option that runs past its field's end is taken as not
 * there, as is everything behind it.
 */
size_t dhcp_option(const uint8_t *packet, size_t length, uint8_t code, uint8_t *value, size_t size);

struct dhcp_answer {
    enum dhcp_message type;
    uint32_t address;       /* yiaddr */
    uint32_t next_server;   /* siaddr */
    uint32_t relay;         /* giaddr */
    uint32_t server_id;     /* option 54 */
    uint32_t option_server; /* option 66 if it is an address, else the first of option 150 */
    uint32_t netmask, router, dns;
    char file[256];
    bool file_from_option; /* option 67, not the fixed field */
    char server_name[65];  /* option 66 or the fixed field */
    char root_path[256];
    char message[128]; /* option 56, printable */
};

/*
 * Takes an answer to our query apart. False if it is none: not a reply, not our transaction, not
 * our station, too short, or a message type that servers do not send. Text ends at its first NUL.
 */
bool dhcp_parse(const uint8_t *packet, size_t length, uint32_t transaction,
                const uint8_t station[6], struct dhcp_answer *answer);

/* True if the answer says what to boot or from where, so that it is worth more than one that does
 * not. */
bool dhcp_names_boot(const struct dhcp_answer *answer);

#endif
