/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Apple's Boot Server Discovery Protocol (BSDP.doc and bsdp.h in Apple's bootp sources): what
 * stands in option 43 of its DHCP packets. Pure functions of bytes; a packet starts at `op`,
 * addresses are in network order, numbers in the processor's.
 */
#ifndef NET_BSDP_PACKET_H
#define NET_BSDP_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/network.h"

#define BSDP_CLASS   "AAPLBSDPC" /* option 60 of a server; a client's goes on: "/ppc/PowerMac3,1" */
#define BSDP_VERSION 0x0101

enum bsdp_message { BSDP_NONE = 0, BSDP_LIST = 1, BSDP_SELECT = 2, BSDP_FAILED = 3 };

/* Option 43's own options. */
enum bsdp_option {
    BSDP_MESSAGE_TYPE = 1,
    BSDP_PROTOCOL_VERSION = 2,
    BSDP_SERVER_ID = 3,
    BSDP_PRIORITY = 4,
    BSDP_REPLY_PORT = 5, /* below 1024 */
    BSDP_DEFAULT_IMAGE = 7,
    BSDP_SELECTED_IMAGE = 8,
    BSDP_IMAGE_LIST = 9,
    BSDP_FIRMWARE_1_0 = 10,
    BSDP_SHADOW_MOUNT = 128,
    BSDP_SHADOW_FILE = 129,
    BSDP_MACHINE_NAME = 130
};

/* Bits 15 to 0 of an image's id; from 4096 on it is the same image on every server that has it. */
#define BSDP_INDEX(id)         ((id)&0xFFFFu)
#define BSDP_IS_EVERYWHERE(id) (BSDP_INDEX(id) >= 4096)

struct bsdp_query {
    enum bsdp_message message; /* NONE (in a DISCOVER), LIST or SELECT */
    uint32_t server, image;    /* SELECT: whom, and what; image 0: what the server likes */
    bool old_firmware;         /* as a machine whose firmware knows NetBoot 1.0 only */
};

/* Writes option 43, at most DHCP_VENDOR_LONGEST bytes (net/dhcp_packet.h); returns its length. */
size_t bsdp_build(const struct bsdp_query *query, uint8_t *vendor);

/*
 * Finds an option in option 43, all of whose instances are joined first (RFC 3396), ends in them
 * (255) passed over, and then its own instances: lists of images are spread over several. Copies up
 * to `size` bytes and returns the whole length, or DHCP_OPTION_ABSENT. An option that runs past the
 * end is taken as not there.
 */
size_t bsdp_option(const uint8_t *packet, size_t length, uint8_t code, uint8_t *value, size_t size);

struct bsdp_answer {
    enum bsdp_message message;
    uint16_t priority;
    uint32_t default_image, selected_image; /* 0: none */
};

/* Takes a server's answer apart. False if it is none of a NetBoot server. */
bool bsdp_parse(const uint8_t *packet, size_t length, struct bsdp_answer *answer);

struct bsdp_image {
    uint32_t id;
    const uint8_t *name; /* UTF-8, not terminated */
    size_t name_length;
};

/* The image at `*at` of a list (BSDP_IMAGE_LIST); moves on. False: no more, or cut off. */
bool bsdp_next_image(const uint8_t *list, size_t length, size_t *at, struct bsdp_image *image);

#endif
