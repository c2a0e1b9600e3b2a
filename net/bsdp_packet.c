/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/bsdp_packet.h"

#include <string.h>

#include "lib/bytes.h"
#include "net/address.h"
#include "net/dhcp_packet.h"

#define PAD 0
#define END 255

size_t bsdp_build(const struct bsdp_query *query, uint8_t *vendor)
{
    static const uint8_t version[] = {BSDP_VERSION >> 8, BSDP_VERSION & 255};
    /* The port that DHCP servers answer to anyway. */
    static const uint8_t port[] = {0, DHCP_CLIENT_PORT};
    uint8_t *at = vendor, message = (uint8_t)query->message, image[4];

    if (message != BSDP_NONE)
        at = dhcp_put_option(at, BSDP_MESSAGE_TYPE, &message, 1);
    at = dhcp_put_option(at, BSDP_PROTOCOL_VERSION, version, sizeof version);
    if (message != BSDP_NONE)
        at = dhcp_put_option(at, BSDP_REPLY_PORT, port, sizeof port);
    if (message == BSDP_SELECT) {
        at = dhcp_put_option(at, BSDP_SERVER_ID, &query->server, sizeof query->server);
        put_be32(image, query->image);
        if (query->image != 0)
            at = dhcp_put_option(at, BSDP_SELECTED_IMAGE, image, sizeof image);
    }
    if (query->old_firmware)
        at = dhcp_put_option(at, BSDP_FIRMWARE_1_0, version, 0);
    return (size_t)(at - vendor);
}

size_t bsdp_option(const uint8_t *packet, size_t length, uint8_t code, uint8_t *value, size_t size)
{
    static uint8_t vendor[NETWORK_PACKET_MAXIMUM];
    size_t found = DHCP_OPTION_ABSENT, at = 0;
    size_t end = dhcp_option(packet, length, DHCP_VENDOR, vendor, sizeof vendor);

    /* A part of a packet is never longer than the packet. */
    if (end == DHCP_OPTION_ABSENT || end > sizeof vendor)
        return DHCP_OPTION_ABSENT;
    while (at < end) {
        size_t option_length;

        if (vendor[at] == PAD || vendor[at] == END) {
            at++;
            continue;
        }
        if (!bytes_within(end, at, 2))
            break;
        option_length = vendor[at + 1];
        if (!bytes_within(end, at + 2, option_length))
            break;
        if (vendor[at] == code) {
            if (found == DHCP_OPTION_ABSENT)
                found = 0;
            for (size_t i = 0; i < option_length; i++, found++)
                if (found < size)
                    value[found] = vendor[at + 2 + i];
        }
        at += 2 + option_length;
    }
    return found;
}

/* A number of exactly `size` bytes; 0 if it is not there. */
static uint32_t number(const uint8_t *packet, size_t length, uint8_t code, size_t size)
{
    uint8_t value[4] = {0};

    if (bsdp_option(packet, length, code, value + 4 - size, size) != size)
        return 0;
    return get_be32(value);
}

bool bsdp_parse(const uint8_t *packet, size_t length, struct bsdp_answer *answer)
{
    uint8_t class[sizeof BSDP_CLASS - 1];
    size_t class_length = dhcp_option(packet, length, DHCP_VENDOR_CLASS, class, sizeof class);

    /* A server says just that; some people's repeat what the client has said behind it. */
    if (class_length == DHCP_OPTION_ABSENT || class_length < sizeof class ||
        memcmp(class, BSDP_CLASS, sizeof class) != 0)
        return false;
    answer->message = number(packet, length, BSDP_MESSAGE_TYPE, 1);
    answer->priority = (uint16_t)number(packet, length, BSDP_PRIORITY, 2);
    answer->default_image = number(packet, length, BSDP_DEFAULT_IMAGE, 4);
    answer->selected_image = number(packet, length, BSDP_SELECTED_IMAGE, 4);
    return true;
}

bool bsdp_next_image(const uint8_t *list, size_t length, size_t *at, struct bsdp_image *image)
{
    if (!bytes_within(length, *at, 5) || !bytes_within(length, *at + 5, list[*at + 4]))
        return false;
    image->id = get_be32(list + *at);
    image->name_length = list[*at + 4];
    image->name = list + *at + 5;
    *at += 5 + image->name_length;
    return true;
}
