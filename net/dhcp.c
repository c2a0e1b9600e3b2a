/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/dhcp.h"

#include <string.h>

#include "boot/platform.h"
#include "console/console.h"
#include "lib/bytes.h"
#include "lwip/ip_addr.h"
#include "lwip/pbuf.h"
#include "lwip/udp.h"
#include "net/address.h"
#include "net/dhcp_packet.h"
#include "net/stack.h"

/*
 * RFC 2131 section 4.1: 4 s, doubled each time, each randomised by up to 1 s either way. The RFC
 * goes up to 64 s; we stop at 16 s, so that a switch port that begins to forward is used soon.
 */
#define FIRST_INTERVAL_MS   4000u
#define LONGEST_INTERVAL_MS 16000u
#define JITTER_MS           1000u
/* How long an offer without a boot file, or from a server that let us down, waits for a better one.
 */
#define COLLECT_MS 1000u
/* How long a BOOTP answer waits for a DHCP server to speak up. */
#define BOOTP_GRACE_MS 3000u
#define REQUEST_TRIES  3
#define AFTER_NAK_MS   1000u
/* From this try on, every other one asks for a broadcast answer: some servers cannot unicast. */
#define BROADCAST_FROM_TRY 2

struct reply {
    bool present;
    struct dhcp_answer answer;
    uint32_t from; /* the packet's source address */
    uint8_t bytes[NETWORK_PACKET_MAXIMUM];
    size_t length;
};

/* What the client waits for; the receiver sorts packets by it. */
enum phase { SELECTING, REQUESTING };

struct client {
    struct udp_pcb *endpoint;
    bool bootp_only;
    enum phase phase;
    uint32_t transaction;
    uint64_t started_ms;
    unsigned tries;
    bool broadcast;                   /* ask for broadcast answers */
    uint32_t avoided;                 /* the server that offered last, and did not keep it */
    struct reply offer, bootp, final; /* final: ACK or NAK */
    uint64_t offer_ms, bootp_ms;      /* when the first of its kind came */
};

static struct client client; /* too large for the stack of a firmware program */

/* --- Receiving -------------------------------------------------------------------------------- */

static bool usable(const struct dhcp_answer *answer)
{
    return address_is_host(answer->address);
}

static void keep(struct reply *reply, const struct dhcp_answer *answer, uint32_t from,
                 const uint8_t *packet, size_t length)
{
    reply->present = true;
    reply->answer = *answer;
    reply->from = from;
    memcpy(reply->bytes, packet, length);
    reply->length = length;
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
static void consider(struct reply *reply, uint64_t *first_ms, const struct dhcp_answer *answer,
                     uint32_t from, const uint8_t *packet, size_t length)
{
    if (!usable(answer))
        return;
    if (!reply->present)
        *first_ms = platform_milliseconds();
    if (!reply->present || better(answer, &reply->answer))
        keep(reply, answer, from, packet, length);
}

static void consider_final(const struct dhcp_answer *answer, uint32_t from, const uint8_t *packet,
                           size_t length)
{
    uint32_t chosen = client.offer.answer.server_id;

    /* Another server has no say in this; some servers leave option 54 out of a NAK. */
    if (chosen != 0 && answer->server_id != 0 && answer->server_id != chosen)
        return;
    if (answer->type == DHCP_IS_ACK && !usable(answer))
        return;
    if (!client.final.present)
        keep(&client.final, answer, from, packet, length);
}

static void receive(const uint8_t *packet, size_t length, uint32_t from)
{
    struct dhcp_answer answer;
    char file[sizeof answer.file];

    if (length > sizeof client.offer.bytes ||
        !dhcp_parse(packet, length, client.transaction, network_station(), &answer))
        return;
    text_make_printable(file, sizeof file, answer.file, sizeof answer.file);
    print_verbose("DHCP: message type %u from %s offers %s, file \"%s\"\n", (unsigned)answer.type,
                  network_address_text(from), network_address_text(answer.address), file);
    switch (answer.type) {
    case DHCP_IS_BOOTP:
        consider(&client.bootp, &client.bootp_ms, &answer, from, packet, length);
        break;
    case DHCP_IS_OFFER:
        if (client.phase == SELECTING && !client.bootp_only)
            consider(&client.offer, &client.offer_ms, &answer, from, packet, length);
        break;
    default:
        if (client.phase == REQUESTING)
            consider_final(&answer, from, packet, length);
        break;
    }
}

static void received(void *context, struct udp_pcb *endpoint, struct pbuf *pbuf,
                     const ip_addr_t *from, u16_t port)
{
    (void)context;
    (void)endpoint;
    (void)port;
    receive(pbuf->payload, pbuf->len, from->addr);
    pbuf_free(pbuf);
}

/* --- Waiting ---------------------------------------------------------------------------------- */

static uint64_t elapsed_ms(void)
{
    return platform_milliseconds() - client.started_ms;
}

/* True if the answers so far are enough to go on with. */
static bool settled(uint64_t now)
{
    if (client.phase == REQUESTING)
        return client.final.present;
    if (client.offer.present)
        return (client.offer.answer.file[0] != '\0' && !avoided(&client.offer.answer)) ||
               now - client.offer_ms >= COLLECT_MS;
    if (client.bootp.present)
        return client.bootp_only || now - client.bootp_ms >= BOOTP_GRACE_MS;
    return false;
}

/* Polls until the answers are enough (then *done), the time is over, or a key stops it. */
static error_t wait_until(uint64_t until_ms, bool *done)
{
    *done = false;
    for (;;) {
        uint64_t now;

        network_poll();
        now = platform_milliseconds();
        if (settled(now)) {
            *done = true;
            return OK;
        }
        /* What has come may still be waiting for something better. */
        if (now >= until_ms &&
            !(client.phase == SELECTING && (client.offer.present || client.bootp.present)))
            return OK;
        if (network_interrupted())
            return fail(ERROR_NET_STOPPED, "while asking for an address");
    }
}

static uint64_t randomised(uint32_t interval_ms)
{
    return interval_ms - JITTER_MS + network_random() % (2 * JITTER_MS + 1);
}

static void send(enum dhcp_message type)
{
    uint8_t packet[NETWORK_PACKET_MAXIMUM];
    struct dhcp_query query = {.type = type, .transaction = client.transaction};
    uint64_t seconds = elapsed_ms() / 1000;
    size_t length;

    query.seconds = (uint16_t)(seconds < 0xFFFF ? seconds : 0xFFFF);
    query.broadcast = client.broadcast;
    memcpy(query.station, network_station(), sizeof query.station);
    platform_network_identity(&query.identity);
    if (type == DHCP_IS_REQUEST) {
        query.requested = client.offer.answer.address;
        query.server = client.offer.answer.server_id;
    }
    length = dhcp_build(&query, packet, sizeof packet);
    if (!network_send_udp(client.endpoint, IPADDR_BROADCAST, DHCP_SERVER_PORT, packet, length))
        print("  the card did not take the request\n");
}

static void say_asking(const char *what)
{
    print("%s: asking for an address (%u s of %u s, escape stops)%s%s\n", what,
          (unsigned)(elapsed_ms() / 1000), DHCP_TOTAL_MS / 1000,
          network_link() ? "" : ", the link is down",
          network_spanning_tree() ? ", the switch runs spanning tree: up to 50 s" : "");
}

/* --- The exchange ----------------------------------------------------------------------------- */

/* Asks until an offer or a BOOTP answer is chosen. ERROR_NET_NO_ANSWER when the time is over. */
static error_t select_server(void)
{
    const char *what = client.bootp_only ? "BOOTP" : "DHCP";
    uint32_t interval = FIRST_INTERVAL_MS;
    error_t error;
    bool done;

    client.phase = SELECTING;
    client.transaction = network_random();
    client.offer.present = client.bootp.present = client.final.present = false;
    while (elapsed_ms() < DHCP_TOTAL_MS) {
        uint64_t until = platform_milliseconds() + randomised(interval);

        if (until > client.started_ms + DHCP_TOTAL_MS)
            until = client.started_ms + DHCP_TOTAL_MS;
        say_asking(what);
        client.broadcast = client.tries >= BROADCAST_FROM_TRY && client.tries % 2 == 0;
        send(client.bootp_only ? DHCP_IS_BOOTP : DHCP_IS_DISCOVER);
        client.tries++;
        error = wait_until(until, &done);
        if (error != OK || done)
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
    bool done = false;

    client.phase = REQUESTING;
    for (unsigned i = 0; i < REQUEST_TRIES && !done && error == OK; i++) {
        if (i != 0)
            print("DHCP: no acknowledgement from %s yet, asking again\n",
                  network_address_text(client.offer.answer.server_id));
        if (i == REQUEST_TRIES - 1)
            client.broadcast = true;
        send(DHCP_IS_REQUEST);
        client.tries++;
        error = wait_until(platform_milliseconds() + randomised(interval), &done);
        interval *= 2;
    }
    return error;
}

static error_t pause_after_nak(void)
{
    uint64_t until = platform_milliseconds() + AFTER_NAK_MS;

    while (platform_milliseconds() < until) {
        network_poll();
        if (network_interrupted())
            return fail(ERROR_NET_STOPPED, "while asking for an address");
    }
    return OK;
}

static void fill(struct network_config *config, const struct reply *reply, bool bootp)
{
    const struct dhcp_answer *answer = &reply->answer;

    memset(config, 0, sizeof *config);
    config->method = bootp ? NETWORK_BOOTP : NETWORK_DHCP;
    config->address = answer->address;
    config->netmask =
        address_is_netmask(answer->netmask) ? answer->netmask : address_class_mask(answer->address);
    config->gateway = address_is_host(answer->router) ? answer->router : 0;
    config->dns = answer->dns;
    memcpy(config->file, answer->file, sizeof config->file);
    memcpy(config->server_name, answer->server_name, sizeof config->server_name);
    memcpy(config->root_path, answer->root_path, sizeof config->root_path);
    memcpy(config->reply, reply->bytes, reply->length);
    config->reply_length = reply->length;
}

/* Which field names the boot server, in order of trust; says which one it was. */
static const char *choose_server(struct network_config *config, const struct reply *reply)
{
    const struct dhcp_answer *answer = &reply->answer;

    if (address_is_host(answer->next_server)) {
        config->server = answer->next_server;
        return "next-server";
    }
    if (address_is_host(answer->option_server)) {
        config->server = answer->option_server;
        return "option 66 or 150";
    }
    if (address_is_host(answer->server_id)) {
        config->server = answer->server_id;
        return "the DHCP server itself";
    }
    /* A relay's address is not the server's. */
    if (answer->relay == 0 && address_is_host(reply->from)) {
        config->server = reply->from;
        return "the sender itself";
    }
    return "nobody";
}

static void summarise(const struct network_config *config, const struct reply *reply,
                      const char *server_source, const char *file_source)
{
    char file[sizeof config->file];

    text_make_printable(file, sizeof file, config->file, sizeof config->file);
    print(
        "%s: address %s, mask %s, gateway %s, from %s\n",
        config->method == NETWORK_BOOTP ? "BOOTP" : "DHCP", network_address_text(config->address),
        network_address_text(config->netmask),
        config->gateway != 0 ? network_address_text(config->gateway) : "none",
        network_address_text(reply->answer.server_id != 0 ? reply->answer.server_id : reply->from));
    print("  boot server %s (%s), file %s%s%s (%s)\n",
          config->server != 0 ? network_address_text(config->server) : "none", server_source,
          file[0] != '\0' ? "\"" : "", file[0] != '\0' ? file : "none", file[0] != '\0' ? "\"" : "",
          file_source);
}

static void conclude(struct network_config *config, struct reply *reply, bool bootp)
{
    const char *file_source = reply->answer.file_from_option ? "option 67" : "file field";
    const char *server_source;

    /* Some servers name file and server in the offer alone. */
    if (!bootp && reply->answer.file[0] == '\0' && client.offer.answer.file[0] != '\0') {
        memcpy(reply->answer.file, client.offer.answer.file, sizeof reply->answer.file);
        file_source = "its offer";
    }
    if (!bootp && reply->answer.next_server == 0 && reply->answer.option_server == 0) {
        reply->answer.next_server = client.offer.answer.next_server;
        reply->answer.option_server = client.offer.answer.option_server;
    }
    fill(config, reply, bootp);
    server_source = choose_server(config, reply);
    summarise(config, reply, server_source, config->file[0] != '\0' ? file_source : "not given");
}

static error_t exchange(struct network_config *config)
{
    for (;;) {
        error_t error = select_server();

        if (error != OK)
            return error;
        if (!client.offer.present) {
            conclude(config, &client.bootp, true);
            return OK;
        }
        error = request_offer();
        if (error != OK)
            return error;
        if (client.final.present && client.final.answer.type == DHCP_IS_ACK) {
            conclude(config, &client.final, false);
            return OK;
        }
        client.avoided = client.offer.answer.server_id;
        if (client.final.present) {
            print("DHCP: %s refused %s (%s), starting again\n",
                  network_address_text(client.final.from),
                  network_address_text(client.offer.answer.address),
                  client.final.answer.message[0] != '\0' ? client.final.answer.message
                                                         : "no reason given");
            error = pause_after_nak();
            if (error != OK)
                return error;
        }
    }
}

error_t dhcp_acquire(bool bootp_only, struct network_config *config)
{
    error_t error;

    memset(&client, 0, sizeof client);
    client.bootp_only = bootp_only;
    client.started_ms = platform_milliseconds();
    network_set_address(0, 0, 0);
    client.endpoint = network_open_udp(DHCP_CLIENT_PORT);
    if (client.endpoint == NULL)
        return fail(ERROR_NET_STACK, "an endpoint for DHCP");
    udp_recv(client.endpoint, received, NULL);
    error = exchange(config);
    network_close_udp(client.endpoint);
    return error;
}

/* --- A lease that somebody else got ----------------------------------------------------------- */

static bool keep_cached(struct reply *reply, const uint8_t *packet, size_t length)
{
    struct dhcp_answer answer;

    if (packet == NULL || length < DHCP_FIXED_LENGTH || length > sizeof reply->bytes ||
        !dhcp_parse(packet, length, get_be32(packet + DHCP_XID), network_station(), &answer))
        return false;
    keep(reply, &answer, answer.server_id, packet, length);
    return true;
}

bool dhcp_resume(const uint8_t *ack, size_t ack_length, const uint8_t *boot, size_t boot_length,
                 struct network_config *config)
{
    struct dhcp_answer *answer = &client.final.answer;
    const struct dhcp_answer *named = &client.offer.answer;
    bool bootp;

    memset(&client, 0, sizeof client);
    if (!keep_cached(&client.final, ack, ack_length) || !usable(answer) ||
        (answer->type != DHCP_IS_ACK && answer->type != DHCP_IS_BOOTP))
        return false;
    bootp = answer->type == DHCP_IS_BOOTP;
    if (keep_cached(&client.offer, boot, boot_length) && dhcp_names_boot(named)) {
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
    conclude(config, &client.final, bootp);
    return true;
}
