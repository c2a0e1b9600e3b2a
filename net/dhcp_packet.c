/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/dhcp_packet.h"

#include <string.h>

#include "lib/bytes.h"
#include "net/address.h"
#include "net/dhcp_exchange.h"
#include "net/network.h"
#include "net/stack.h"

#define HTYPE_ETHERNET  1
#define OVERLOAD_FILE   1
#define OVERLOAD_SNAME  2
#define VENDOR_AREA_MAX 192 /* more than dhcp_build ever writes */

/*
 * What servers tell the stages apart by: whoever starts us asks with the same vendor class as we
 * do, but without this user class.
 */
static const char own_class[] = "Sawboot";
/* What Mac firmware of NetBoot 1.0 says of itself. */
static const char macnc[] = "Apple MacNC";

/* --- Building --------------------------------------------------------------------------------- */

uint8_t *dhcp_put_option(uint8_t *at, uint8_t code, const void *value, size_t length)
{
    *at++ = code;
    *at++ = (uint8_t)length;
    memcpy(at, value, length);
    return at + length;
}

/* 0 leaves it out. */
static uint8_t *put_address_option(uint8_t *at, uint8_t code, uint32_t address)
{
    return address != 0 ? dhcp_put_option(at, code, &address, sizeof address) : at;
}

static uint8_t *put_dhcp_options(uint8_t *at, const struct dhcp_query *query)
{
    /* The last one is asked for by extended clients only. */
    static const uint8_t wanted[] = {DHCP_NETMASK,   DHCP_ROUTER,         DHCP_DNS,
                                     DHCP_HOST_NAME, DHCP_DOMAIN,         DHCP_ROOT_PATH,
                                     DHCP_VENDOR,    DHCP_VENDOR_CLASS,   DHCP_TFTP_SERVER,
                                     DHCP_BOOT_FILE, DHCP_TFTP_ADDRESSES, DHCP_SITE_WORDS};
    uint8_t type = (uint8_t)query->type;
    uint8_t client_id[7] = {HTYPE_ETHERNET};

    at = dhcp_put_option(at, DHCP_MESSAGE_TYPE, &type, 1);
    /* What systems that boot after us send too, so that they keep the lease. */
    memcpy(client_id + 1, query->station, 6);
    at = dhcp_put_option(at, DHCP_CLIENT_ID, client_id, sizeof client_id);
    at = put_address_option(at, DHCP_REQUESTED, query->requested);
    at = put_address_option(at, DHCP_SERVER_ID, query->server);
    at = dhcp_put_option(at, DHCP_VENDOR_CLASS, query->identity.vendor_class,
                         strlen(query->identity.vendor_class));
    at = dhcp_put_option(at, DHCP_USER_CLASS, own_class, sizeof own_class - 1);
    if (query->extension != NULL)
        at = query->extension->put_options(at, query);
    if (query->vendor != NULL)
        at = dhcp_put_option(at, DHCP_VENDOR, query->vendor, query->vendor_length);
    return dhcp_put_option(at, DHCP_PARAMETERS, wanted, sizeof wanted - (query->extension == NULL));
}

size_t dhcp_build(const struct dhcp_query *query, uint8_t *packet, size_t size)
{
    uint8_t *at = packet + DHCP_OPTIONS;
    uint8_t maximum[2];
    uint32_t macnc_version = 0;
    size_t length;

    if (size < DHCP_OPTIONS + VENDOR_AREA_MAX)
        return 0;
    if (query->type != DHCP_IS_BOOTP &&
        (strlen(query->identity.vendor_class) > NETWORK_VENDOR_CLASS_LONGEST ||
         query->vendor_length > DHCP_VENDOR_LONGEST))
        return 0;
    memset(packet, 0, DHCP_OPTIONS + VENDOR_AREA_MAX);
    packet[DHCP_OP] = DHCP_REQUEST;
    packet[DHCP_HTYPE] = HTYPE_ETHERNET;
    packet[DHCP_HLEN] = 6;
    put_be32(packet + DHCP_XID, query->transaction);
    put_be16(packet + DHCP_SECS, query->seconds);
    put_be16(packet + DHCP_FLAGS, query->broadcast ? DHCP_BROADCAST : 0);
    address_to_bytes(query->address, packet + DHCP_CIADDR);
    memcpy(packet + DHCP_CHADDR, query->station, 6);
    put_be32(packet + DHCP_COOKIE, DHCP_COOKIE_VALUE);
    /* Apple's BOOTP servers too need to hear that more than 64 bytes of answer are welcome. */
    put_be16(maximum, query->type == DHCP_IS_INFORM ? NETWORK_MTU : NETWORK_PACKET_MAXIMUM);
    at = dhcp_put_option(at, DHCP_MAXIMUM_SIZE, maximum, sizeof maximum);
    if (query->type != DHCP_IS_BOOTP)
        at = put_dhcp_options(at, query);
    else if (query->identity.is_apple) {
        at = dhcp_put_option(at, DHCP_MACNC_VERSION, &macnc_version, sizeof macnc_version);
        at = dhcp_put_option(at, DHCP_MACNC_INFORMATION, macnc, sizeof macnc - 1);
    }
    *at++ = DHCP_END;
    length = (size_t)(at - packet);
    return length < DHCP_BOOTP_LENGTH ? DHCP_BOOTP_LENGTH : length;
}

/* --- Taking apart ----------------------------------------------------------------------------- */

struct gathered {
    uint8_t code;
    uint8_t *value;
    size_t size, length;
    bool found;
};

static void gather(const uint8_t *field, size_t length, struct gathered *gathered)
{
    size_t at = 0;

    while (at < length && field[at] != DHCP_END) {
        size_t value_length;

        if (field[at] == DHCP_PAD) {
            at++;
            continue;
        }
        if (!bytes_within(length, at, 2))
            return;
        value_length = field[at + 1];
        if (!bytes_within(length, at + 2, value_length))
            return;
        if (field[at] == gathered->code) {
            gathered->found = true;
            for (size_t i = 0; i < value_length; i++, gathered->length++)
                if (gathered->length < gathered->size)
                    gathered->value[gathered->length] = field[at + 2 + i];
        }
        at += 2 + value_length;
    }
}

static bool has_options(const uint8_t *packet, size_t length)
{
    return length >= DHCP_OPTIONS && get_be32(packet + DHCP_COOKIE) == DHCP_COOKIE_VALUE;
}

/* Option 52, which counts only in the options field itself. */
static uint8_t overload(const uint8_t *packet, size_t length)
{
    uint8_t value = 0;
    struct gathered gathered = {.code = DHCP_OVERLOAD, .value = &value, .size = 1};

    if (has_options(packet, length))
        gather(packet + DHCP_OPTIONS, length - DHCP_OPTIONS, &gathered);
    return value;
}

size_t dhcp_option(const uint8_t *packet, size_t length, uint8_t code, uint8_t *value, size_t size)
{
    struct gathered gathered = {.code = code, .value = value, .size = size};
    uint8_t shared;

    if (!has_options(packet, length))
        return DHCP_OPTION_ABSENT;
    gather(packet + DHCP_OPTIONS, length - DHCP_OPTIONS, &gathered);
    shared = overload(packet, length);
    if ((shared & OVERLOAD_FILE) != 0)
        gather(packet + DHCP_FILE, DHCP_FILE_LENGTH, &gathered);
    if ((shared & OVERLOAD_SNAME) != 0)
        gather(packet + DHCP_SNAME, DHCP_SNAME_LENGTH, &gathered);
    return gathered.found ? gathered.length : DHCP_OPTION_ABSENT;
}

static uint32_t option_address(const uint8_t *packet, size_t length, uint8_t code)
{
    uint8_t value[4];
    size_t found = dhcp_option(packet, length, code, value, sizeof value);

    return found != DHCP_OPTION_ABSENT && found >= 4 ? address_from_bytes(value) : 0;
}

/* Copies to the first NUL; what does not fit leaves the text empty, for half a name is a wrong one.
 */
static bool copy_text(char *to, size_t size, const uint8_t *from, size_t length)
{
    size_t used = 0;

    while (used < length && from[used] != 0)
        used++;
    if (used == 0 || used >= size)
        return false;
    memcpy(to, from, used);
    to[used] = '\0';
    return true;
}

static bool option_text(const uint8_t *packet, size_t length, uint8_t code, char *to, size_t size)
{
    uint8_t value[256];
    size_t found = dhcp_option(packet, length, code, value, sizeof value);

    if (found == DHCP_OPTION_ABSENT || found > sizeof value)
        return false;
    return copy_text(to, size, value, found);
}

static bool is_ours(const uint8_t *packet, size_t length, uint32_t transaction,
                    const uint8_t station[6])
{
    return length >= DHCP_FIXED_LENGTH && packet[DHCP_OP] == DHCP_REPLY &&
           packet[DHCP_HTYPE] == HTYPE_ETHERNET && packet[DHCP_HLEN] == 6 &&
           get_be32(packet + DHCP_XID) == transaction &&
           memcmp(packet + DHCP_CHADDR, station, 6) == 0;
}

static bool parse_type(const uint8_t *packet, size_t length, enum dhcp_message *type)
{
    uint8_t value = 0;
    size_t found = dhcp_option(packet, length, DHCP_MESSAGE_TYPE, &value, 1);

    *type = DHCP_IS_BOOTP;
    if (found == DHCP_OPTION_ABSENT)
        return true;
    if (found != 1 || (value != DHCP_IS_OFFER && value != DHCP_IS_ACK && value != DHCP_IS_NAK))
        return false;
    *type = value;
    return true;
}

static void parse_names(const uint8_t *packet, size_t length, struct dhcp_answer *answer)
{
    uint8_t shared = overload(packet, length);
    uint8_t message[sizeof answer->message];
    size_t found;

    answer->file_from_option =
        option_text(packet, length, DHCP_BOOT_FILE, answer->file, sizeof answer->file);
    if (!answer->file_from_option && (shared & OVERLOAD_FILE) == 0)
        copy_text(answer->file, sizeof answer->file, packet + DHCP_FILE, DHCP_FILE_LENGTH);
    if (!option_text(packet, length, DHCP_TFTP_SERVER, answer->server_name,
                     sizeof answer->server_name) &&
        (shared & OVERLOAD_SNAME) == 0)
        copy_text(answer->server_name, sizeof answer->server_name, packet + DHCP_SNAME,
                  DHCP_SNAME_LENGTH);
    option_text(packet, length, DHCP_ROOT_PATH, answer->root_path, sizeof answer->root_path);
    found = dhcp_option(packet, length, DHCP_MESSAGE, message, sizeof message);
    if (found != DHCP_OPTION_ABSENT)
        text_make_printable(answer->message, sizeof answer->message, message,
                            found < sizeof message ? found : sizeof message);
}

bool dhcp_parse(const uint8_t *packet, size_t length, uint32_t transaction,
                const uint8_t station[6], struct dhcp_answer *answer)
{
    char server[65];

    memset(answer, 0, sizeof *answer);
    if (!is_ours(packet, length, transaction, station) ||
        !parse_type(packet, length, &answer->type))
        return false;
    answer->address = address_from_bytes(packet + DHCP_YIADDR);
    answer->next_server = address_from_bytes(packet + DHCP_SIADDR);
    answer->relay = address_from_bytes(packet + DHCP_GIADDR);
    answer->server_id = option_address(packet, length, DHCP_SERVER_ID);
    answer->netmask = option_address(packet, length, DHCP_NETMASK);
    answer->router = option_address(packet, length, DHCP_ROUTER);
    answer->dns = option_address(packet, length, DHCP_DNS);
    if (!option_text(packet, length, DHCP_TFTP_SERVER, server, sizeof server) ||
        !address_parse(server, strlen(server), &answer->option_server))
        answer->option_server = option_address(packet, length, DHCP_TFTP_ADDRESSES);
    parse_names(packet, length, answer);
    return true;
}

bool dhcp_names_boot(const struct dhcp_answer *answer)
{
    return answer->file[0] != '\0' || answer->next_server != 0 || answer->option_server != 0;
}
