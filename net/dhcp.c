/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/dhcp.h"

#include <string.h>

#include "boot/platform.h"
#include "console/console.h"
#include "lib/bytes.h"
#include "lwip/ip_addr.h"
#include "net/address.h"
#include "net/bsdp.h"
#include "net/dhcp_exchange.h"
#include "net/stack.h"

/*
 * RFC 2131 section 4.1: 4 s, randomised by up to 1 s either way, doubled each time. The RFC goes up
 * to 64 s; we stop at 16 s, so that a switch port that begins to forward is used soon. And where it
 * leaves the second at one second we take a quarter of each wait: a room full of machines that
 * wait for a server is not spread over the longer waits otherwise.
 */
#define FIRST_INTERVAL_MS   4000u
#define LONGEST_INTERVAL_MS 16000u
/* How long an offer without a boot file, or from a server that let us down, waits for a better one.
 */
#define COLLECT_MS 1000u
/* How long a BOOTP answer waits for a DHCP server to speak up. */
#define BOOTP_GRACE_MS 3000u
#define REQUEST_TRIES  3
#define AFTER_NAK_MS   1000u
/* From this try on, every other one asks for a broadcast answer: some servers cannot unicast. */
#define BROADCAST_FROM_TRY 2

/* What the client waits for; the receiver sorts packets by it. */
enum phase { SELECTING, REQUESTING, PAUSING };

struct client {
    struct dhcp_exchange exchange;
    bool bootp_only;
    enum phase phase;
    unsigned tries;
    bool broadcast;                        /* ask for broadcast answers */
    uint32_t avoided;                      /* the server that offered last, and did not keep it */
    struct dhcp_reply offer, bootp, final; /* final: ACK or NAK */
    struct dhcp_reply boot_offer;          /* what the extension keeps */
    uint64_t offer_ms, bootp_ms;           /* when the first of its kind came */
};

static struct client client; /* too large for the stack of a firmware program */

/* --- Receiving -------------------------------------------------------------------------------- */

static bool usable(const struct dhcp_answer *answer)
{
    return address_is_host(answer->address);
}

static bool avoided(const struct dhcp_answer *answer)
{
    return client.avoided != 0 && answer->server_id == client.avoided;
}

static bool better(const struct dhcp_answer *answer, const struct dhcp_answer *than)
{
    if (avoided(answer) != avoided(than))
        return avoided(than);
    return than->file[0] == '\0' && answer->file[0] != '\0';
}

/*
 * Takes the first answer, and a later one only if it names a file and the first did not, or if the
 * first is from a server that has let us down.
 */
static void consider(struct dhcp_reply *best, uint64_t *first_ms, const struct dhcp_reply *reply)
{
    if (!usable(&reply->answer))
        return;
    if (!best->present)
        *first_ms = platform_milliseconds();
    if (!best->present || better(&reply->answer, &best->answer))
        *best = *reply;
}

static void consider_final(const struct dhcp_reply *reply)
{
    const struct dhcp_answer *answer = &reply->answer;
    uint32_t chosen = client.offer.answer.server_id;

    /* Another server has no say in this; some servers leave option 54 out of a NAK. */
    if (chosen != 0 && answer->server_id != 0 && answer->server_id != chosen)
        return;
    if (answer->type == DHCP_IS_ACK && !usable(answer))
        return;
    if (!client.final.present)
        client.final = *reply;
}

static void heard(const struct dhcp_reply *reply)
{
    const struct dhcp_extension *extension = platform_dhcp_extension();

    switch (reply->answer.type) {
    case DHCP_IS_BOOTP:
        consider(&client.bootp, &client.bootp_ms, reply);
        break;
    case DHCP_IS_OFFER:
        bsdp_note_offer(reply);
        if (client.phase != SELECTING || client.bootp_only)
            break;
        consider(&client.offer, &client.offer_ms, reply);
        if (extension != NULL)
            extension->consider(&client.boot_offer, reply);
        break;
    default:
        if (client.phase == REQUESTING)
            consider_final(reply);
        break;
    }
}

/* --- Waiting ---------------------------------------------------------------------------------- */

static uint32_t elapsed_ms(void)
{
    return (uint32_t)(platform_milliseconds() - client.exchange.started_ms);
}

static bool file_is_named(void)
{
    return client.offer.answer.file[0] != '\0' ||
           (platform_dhcp_extension() != NULL && client.boot_offer.present &&
            client.boot_offer.answer.file[0] != '\0');
}

/* True if there is something to go on with, if nothing better comes. */
static bool waiting(void)
{
    return client.phase == SELECTING && (client.offer.present || client.bootp.present);
}

/* True if the answers so far are enough to go on with. */
static bool settled(uint64_t now)
{
    if (client.phase != SELECTING)
        return client.phase == REQUESTING && client.final.present;
    if (client.offer.present)
        return (file_is_named() && !avoided(&client.offer.answer)) ||
               now - client.offer_ms >= COLLECT_MS;
    if (client.bootp.present)
        return client.bootp_only || now - client.bootp_ms >= BOOTP_GRACE_MS;
    return false;
}

/*
 * Polls until the answers are enough, the time is over, or a key stops it. What has come may still
 * be waiting for something better when the time is over.
 */
static error_t wait_until(uint64_t until_ms)
{
    for (;;) {
        uint64_t now;

        network_poll();
        now = platform_milliseconds();
        if (settled(now) || (now >= until_ms && !waiting()))
            return OK;
        if (network_interrupted())
            return fail(ERROR_NET_STOPPED, "while asking for an address");
    }
}

static void send(enum dhcp_message type)
{
    struct dhcp_query query = {.type = type, .broadcast = client.broadcast};

    if (type == DHCP_IS_REQUEST) {
        query.requested = client.offer.answer.address;
        query.server = client.offer.answer.server_id;
    }
    dhcp_send(&client.exchange, &query, IPADDR_BROADCAST, DHCP_SERVER_PORT);
}

static void say_asking(const char *what)
{
    print("%s: asking for an address (%u s of %u s, escape stops)%s%s\n", what,
          (unsigned)elapsed_ms() / 1000, DHCP_TOTAL_MS / 1000, network_link_text(),
          network_spanning_tree() ? ", the switch runs spanning tree: up to 50 s" : "");
}

/* --- The exchange ----------------------------------------------------------------------------- */

/* Asks until an offer or a BOOTP answer is chosen. ERROR_NET_NO_ANSWER when the time is over. */
static error_t select_server(void)
{
    const char *what = client.bootp_only ? "BOOTP" : "DHCP";
    uint32_t interval = FIRST_INTERVAL_MS;
    error_t error;

    client.phase = SELECTING;
    client.exchange.transaction = network_random();
    client.offer.present = client.bootp.present = client.final.present = false;
    client.boot_offer.present = false;
    while (elapsed_ms() < DHCP_TOTAL_MS) {
        uint64_t until = platform_milliseconds() + network_spread(interval);

        if (until > client.exchange.started_ms + DHCP_TOTAL_MS)
            until = client.exchange.started_ms + DHCP_TOTAL_MS;
        say_asking(what);
        client.broadcast = client.tries >= BROADCAST_FROM_TRY && client.tries % 2 == 0;
        send(client.bootp_only ? DHCP_IS_BOOTP : DHCP_IS_DISCOVER);
        client.tries++;
        error = wait_until(until);
        if (error != OK || waiting())
            return error;
        interval = interval * 2 < LONGEST_INTERVAL_MS ? interval * 2 : LONGEST_INTERVAL_MS;
    }
    return fail(ERROR_NET_NO_ANSWER, "%s, %u requests in %u s%s", what, client.tries,
                DHCP_TOTAL_MS / 1000, network_link() ? "" : "; the link is down");
}

/* Asks the chosen server for what it offered. OK with client.final, or without if it fell silent.
 */
static error_t request_offer(void)
{
    uint32_t interval = FIRST_INTERVAL_MS;
    error_t error = OK;

    client.phase = REQUESTING;
    for (unsigned i = 0; i < REQUEST_TRIES && !client.final.present && error == OK; i++) {
        if (i != 0)
            print("DHCP: no acknowledgement from %s yet, asking again\n",
                  network_address_text(client.offer.answer.server_id));
        if (i == REQUEST_TRIES - 1)
            client.broadcast = true;
        send(DHCP_IS_REQUEST);
        client.tries++;
        error = wait_until(platform_milliseconds() + network_spread(interval));
        interval *= 2;
    }
    return error;
}

static void fill(struct network_config *config, const struct dhcp_reply *reply)
{
    const struct dhcp_answer *answer = &reply->answer;

    memset(config, 0, sizeof *config);
    config->method = answer->type == DHCP_IS_BOOTP ? NETWORK_BOOTP : NETWORK_DHCP;
    config->address = answer->address;
    config->netmask =
        address_is_netmask(answer->netmask) ? answer->netmask : address_class_mask(answer->address);
    config->gateway = address_is_host(answer->router) ? answer->router : 0;
    config->dns = answer->dns;
    memcpy(config->root_path, answer->root_path, sizeof config->root_path);
    memcpy(config->reply, reply->bytes, reply->length);
    config->reply_length = reply->length;
}

static void conclude(struct network_config *config, struct dhcp_reply *reply)
{
    bool bootp = reply->answer.type == DHCP_IS_BOOTP;
    const char *file_source = NULL;

    /* Some servers name file and server in the offer alone. */
    if (!bootp && reply->answer.file[0] == '\0' && client.offer.answer.file[0] != '\0') {
        memcpy(reply->answer.file, client.offer.answer.file, sizeof reply->answer.file);
        file_source = "its offer";
    }
    if (!bootp && reply->answer.next_server == 0 && reply->answer.option_server == 0) {
        reply->answer.next_server = client.offer.answer.next_server;
        reply->answer.option_server = client.offer.answer.option_server;
    }
    fill(config, reply);
    print(
        "%s: address %s, mask %s, gateway %s, from %s\n", bootp ? "BOOTP" : "DHCP",
        network_address_text(config->address), network_address_text(config->netmask),
        config->gateway != 0 ? network_address_text(config->gateway) : "none",
        network_address_text(reply->answer.server_id != 0 ? reply->answer.server_id : reply->from));
    dhcp_use_boot(config, reply, file_source);
}

static error_t exchange(struct network_config *config)
{
    for (;;) {
        error_t error = select_server();

        if (error != OK)
            return error;
        if (!client.offer.present) {
            conclude(config, &client.bootp);
            return OK;
        }
        error = request_offer();
        if (error != OK)
            return error;
        if (client.final.present && client.final.answer.type == DHCP_IS_ACK) {
            conclude(config, &client.final);
            return OK;
        }
        client.avoided = client.offer.answer.server_id;
        if (client.final.present) {
            print("DHCP: %s refused %s (%s), starting again\n",
                  network_address_text(client.final.from),
                  network_address_text(client.offer.answer.address),
                  client.final.answer.message[0] != '\0' ? client.final.answer.message
                                                         : "no reason given");
            client.phase = PAUSING;
            error = wait_until(platform_milliseconds() + AFTER_NAK_MS);
            if (error != OK)
                return error;
        }
    }
}

error_t dhcp_acquire(bool bootp_only, struct network_config *config)
{
    const struct dhcp_extension *extension = platform_dhcp_extension();
    error_t error;

    memset(&client, 0, sizeof client);
    client.bootp_only = bootp_only;
    client.exchange.started_ms = platform_milliseconds();
    client.exchange.heard = heard;
    network_set_address(0, 0, 0);
    error = dhcp_open(&client.exchange);
    if (error != OK)
        return error;
    error = exchange(config);
    if (error == OK && extension != NULL && config->file[0] == '\0')
        error = extension->find_boot(&client.exchange, &client.boot_offer, config);
    network_close_udp(client.exchange.endpoint);
    return error;
}

/* --- A lease that somebody else got ----------------------------------------------------------- */

static bool take_cached(struct dhcp_reply *reply, const uint8_t *packet, size_t length)
{
    if (packet == NULL || length < DHCP_FIXED_LENGTH ||
        !dhcp_take(reply, packet, length, 0, get_be32(packet + DHCP_XID)))
        return false;
    reply->from = reply->answer.server_id;
    return true;
}

bool dhcp_resume(const uint8_t *ack, size_t ack_length, const uint8_t *boot, size_t boot_length,
                 struct network_config *config)
{
    struct dhcp_answer *answer = &client.final.answer;
    const struct dhcp_answer *named = &client.offer.answer;

    memset(&client, 0, sizeof client);
    if (!take_cached(&client.final, ack, ack_length) || !usable(answer) ||
        (answer->type != DHCP_IS_ACK && answer->type != DHCP_IS_BOOTP))
        return false;
    if (take_cached(&client.offer, boot, boot_length) && dhcp_names_boot(named)) {
        if (named->file[0] != '\0') {
            memcpy(answer->file, named->file, sizeof answer->file);
            answer->file_from_option = named->file_from_option;
        }
        memcpy(answer->server_name, named->server_name, sizeof answer->server_name);
        answer->next_server = named->next_server;
        answer->option_server = named->option_server;
        /* A proxy that names only a file has it itself. */
        if (named->next_server == 0 && named->option_server == 0)
            answer->next_server = named->server_id;
    }
    conclude(config, &client.final);
    return true;
}
