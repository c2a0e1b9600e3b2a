/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/pxe_client.h"

#include <string.h>

#include "boot/platform.h"
#include "console/console.h"
#include "lib/bytes.h"
#include "net/address.h"
#include "net/bsdp_packet.h"
#include "net/stack.h"

/*
 * PXE 2.1, 2.4.4: the first answer is waited for one second, each further one a second longer; a
 * quarter of that more or less, so that machines that were switched on together do not stay
 * together.
 */
#define TRIES          4
#define LONGER_EACH_MS 1000u

#define LOCAL_BOOT 0 /* a menu's entry: the disk */

static const char class_of_servers[] = "PXEClient"; /* option 60 in their answers */

static struct dhcp_reply answered; /* by the server that is asked */
static uint32_t asked;

/* --- Saying what we are ----------------------------------------------------------------------- */

/*
 * RFC 4578, 2.1 to 2.3: a PC with BIOS, UNDI 2.1, and which machine, in the byte order that SMBIOS
 * has, as PXE ROMs and UEFI send it.
 */
static uint8_t *put_options(uint8_t *at, const struct dhcp_query *query)
{
    static const uint8_t architecture[2] = {0, 0}, interface[3] = {1, 2, 1};
    uint8_t machine[1 + sizeof query->identity.machine] = {0}; /* type 0: a UUID */

    memcpy(machine + 1, query->identity.machine, sizeof query->identity.machine);
    at = dhcp_put_option(at, DHCP_CLIENT_ARCHITECTURE, architecture, sizeof architecture);
    at = dhcp_put_option(at, DHCP_CLIENT_INTERFACE, interface, sizeof interface);
    return dhcp_put_option(at, DHCP_CLIENT_MACHINE, machine, sizeof machine);
}

/* --- Offers ----------------------------------------------------------------------------------- */

static bool is_from_boot_server(const struct dhcp_reply *reply)
{
    const size_t length = sizeof class_of_servers - 1;
    uint8_t value[sizeof class_of_servers - 1];
    size_t found = dhcp_option(reply->bytes, reply->length, DHCP_VENDOR_CLASS, value, sizeof value);

    return found != DHCP_OPTION_ABSENT && found >= length &&
           memcmp(value, class_of_servers, length) == 0;
}

static bool names_file(const struct dhcp_reply *reply)
{
    return reply->answer.file[0] != '\0';
}

static uint32_t server_of(const struct dhcp_reply *reply)
{
    return address_is_host(reply->answer.server_id) ? reply->answer.server_id : reply->from;
}

static void consider(struct dhcp_reply *best, const struct dhcp_reply *offer)
{
    if (!is_from_boot_server(offer)) {
        if (!best->present && !names_file(offer))
            print_verbose("  no file in that; a ProxyDHCP server may name one\n");
        return;
    }
    if (offer->answer.address == 0 && !best->present)
        print("ProxyDHCP: %s offers boot files, but no address\n",
              network_address_text(server_of(offer)));
    if (!best->present || (names_file(offer) && !names_file(best)))
        *best = *offer;
}

/* --- Menus ------------------------------------------------------------------------------------ */

/* A sub-option of option 43, which PXE fills as Apple does; 0 bytes if it is not there or longer
 * than the 255 bytes of `value`. */
static size_t suboption(const struct dhcp_reply *reply, uint8_t code, uint8_t *value)
{
    size_t length = bsdp_option(reply->bytes, reply->length, code, value, 255);

    return length <= 255 ? length : 0;
}

/* The first entry that is no disk; LOCAL_BOOT if there is none. */
static uint16_t choose_item(const struct dhcp_reply *reply)
{
    uint8_t menu[255];
    size_t length = suboption(reply, PXE_BOOT_MENU, menu);

    for (size_t at = 0; bytes_within(length, at, 3); at += 3u + menu[at + 2])
        if (get_be16(menu + at) != LOCAL_BOOT)
            return get_be16(menu + at);
    return LOCAL_BOOT;
}

/* Who serves an entry of the menu: the first address that the list has for it, or the sender. */
static uint32_t server_of_item(const struct dhcp_reply *reply, uint16_t item)
{
    uint8_t list[255];
    size_t length = suboption(reply, PXE_BOOT_SERVERS, list);

    for (size_t at = 0; bytes_within(length, at, 3 + 4); at += 3u + 4u * list[at + 2])
        if (get_be16(list + at) == item && list[at + 2] != 0)
            return address_from_bytes(list + at + 3);
    return server_of(reply);
}

/* --- Asking on port 4011 ---------------------------------------------------------------------- */

static void heard(const struct dhcp_reply *reply)
{
    if ((reply->from == asked || reply->answer.server_id == asked) &&
        (reply->answer.type == DHCP_IS_ACK || reply->answer.type == DHCP_IS_OFFER) &&
        !answered.present)
        answered = *reply;
}

/* Asks one server until it has answered; `answered` says whether it did. */
static error_t ask(struct dhcp_exchange *exchange, uint32_t server, uint16_t item, uint32_t own)
{
    uint8_t vendor[7] = {PXE_BOOT_ITEM, 4, 0, 0, 0, 0, DHCP_END};
    struct dhcp_query query = {.type = DHCP_IS_REQUEST, .address = own};

    put_be16(vendor + 2, item);
    if (item != LOCAL_BOOT) {
        query.vendor = vendor;
        query.vendor_length = sizeof vendor;
    }
    asked = server;
    answered.present = false;
    exchange->heard = heard;
    exchange->transaction = network_random();
    for (unsigned try = 1; try <= TRIES; try++) {
        uint64_t until = platform_milliseconds() + network_spread(try * LONGER_EACH_MS);

        print("ProxyDHCP: asking %s for the boot file (%u of %u, escape stops)\n",
              network_address_text(server), try, TRIES);
        dhcp_send(exchange, &query, server, PXE_SERVER_PORT);
        while (platform_milliseconds() < until) {
            network_poll();
            if (answered.present)
                return OK;
            if (network_interrupted())
                return fail(ERROR_NET_STOPPED, "while asking for the boot file");
        }
    }
    return OK;
}

static void use(struct network_config *config, const struct dhcp_reply *reply)
{
    print("ProxyDHCP: from %s\n", network_address_text(server_of(reply)));
    dhcp_use_boot(config, reply, NULL);
    memcpy(config->boot_reply, reply->bytes, reply->length);
    config->boot_reply_length = reply->length;
}

/*
 * An offer with neither file nor menu says only that its server is to be asked, and the answer to
 * that may be a menu: two questions at the most.
 */
static error_t find_boot(struct dhcp_exchange *exchange, const struct dhcp_reply *offer,
                         struct network_config *config)
{
    const struct dhcp_reply *reply = offer;
    uint16_t item = LOCAL_BOOT;

    if (!offer->present)
        return OK;
    network_set_address(config->address, config->netmask, config->gateway);
    while (!names_file(reply) && item == LOCAL_BOOT) {
        uint32_t server;
        error_t error;

        item = choose_item(reply);
        if (item == LOCAL_BOOT && reply != offer)
            break;
        server = server_of_item(reply, item);
        error = ask(exchange, server, item, config->address);
        if (error != OK)
            return error;
        if (!answered.present) {
            print("ProxyDHCP: no answer from %s, UDP port %u\n", network_address_text(server),
                  PXE_SERVER_PORT);
            return OK;
        }
        reply = &answered;
    }
    if (names_file(reply))
        use(config, reply);
    else
        print("ProxyDHCP: %s names no boot file\n", network_address_text(server_of(reply)));
    return OK;
}

const struct dhcp_extension pxe_client = {
    .put_options = put_options,
    .consider = consider,
    .find_boot = find_boot,
};
