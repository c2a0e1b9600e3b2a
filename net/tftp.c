/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/tftp.h"

#include <string.h>

#include "boot/platform.h"
#include "console/console.h"
#include "lwip/ip_addr.h"
#include "lwip/pbuf.h"
#include "lwip/udp.h"
#include "net/address.h"
#include "net/network.h"
#include "net/round_trip.h"
#include "net/stack.h"
#include "net/tftp_client.h"
#include "net/tftp_packet.h"

/*
 * What the server shall wait before it repeats a block. Most servers send a lost block again at
 * their own time only, never for a repeated acknowledgement, so on our own network it is the least
 * that RFC 2349 allows; behind a gateway a round trip may take longer than that.
 */
#define SERVER_TIMEOUT_LOCAL_S 1
#define SERVER_TIMEOUT_S       2
#define REQUEST_FIRST_MS       1000u /* between the first two requests, about; doubles */
#define REQUEST_DOUBLED        3     /* so many times */
#define SILENCE_SHOWN_MS       2000u
/* No answer at all for so long ends it; a switch port may begin to forward after 50 s. */
#define REQUEST_TOTAL_MS 60000u
#define RESTART_TOTAL_MS 15000u /* the same, for the second start of a transfer */
/*
 * No new block for so long counts as silence; the shorter one when no full block ever came. A
 * server that doubles its time repeats a block after 1, 3, 7 and 15 s.
 */
#define STALL_TOTAL_MS 17000u
#define FIRST_BLOCK_MS 7000u
/* A link that was lost may stay down for so long, and then not be forwarded for as long again. */
#define LINK_TOTAL_MS 60000u
/* So many times "port unreachable" in the middle: the server has given this transfer up. */
#define PEER_GONE_MS       1000u
#define PEER_GONE_REFUSALS 3
/* After so many requests with options, every other one is without: some servers ignore the former.
 */
#define TRIES_WITH_OPTIONS 3
/*
 * RFC 7440: a window that the card's ring has room for, with some left for others' frames; a small
 * one where nobody knows. RFC 7440 section 4 finds little gain beyond 16.
 */
#define WINDOW_UNKNOWN 4u
#define WINDOW_SPARE   4u
/* So many windows in a row that ended early and not one whole: the window is too large. */
#define CUT_SHORT_ENOUGH 8
#define WINDOW_DIVISOR   4
/* No new byte may come for so long while bytes come again, and so many times as long as the others
 * took. */
#define CATCH_UP_MS    60000u
#define CATCH_UP_TIMES 6
/* So many times "port unreachable" is an answer, too. */
#define REFUSALS_ENOUGH 4
/*
 * A block that comes again is acknowledged again only when the last acknowledgement is this old,
 * and older than a round trip, so that the next block should have come instead. Duplicates that
 * follow at once come from the network or from a server that sends a block for each
 * acknowledgement; answering those would double every packet to the end (the Sorcerer's Apprentice,
 * RFC 1123 section 4.2.3.1).
 */
#define ACK_AGAIN_MS 500u

enum outcome {
    RUNNING,
    COMPLETE,
    FAILED,  /* transfer.error says how */
    REFUSED, /* the server does not take our options */
    SILENT,  /* nobody answers, or no more */
    CHOKED   /* windows never come whole */
};

struct transfer {
    const struct fetch_uri *uri;
    struct fetch_sink *sink;
    const char *name; /* the path, printable */

    /* The file, whatever the number of starts. */
    bool begun;
    uint64_t size;      /* what the server announced, or FETCH_SIZE_UNKNOWN */
    uint64_t delivered; /* so many bytes, from the first on, have been in the sink */
    bool restarted, heard;
    uint64_t asked_ms, furthest_ms; /* the first start, and when `delivered` grew last */
    uint64_t delivered_before;      /* the same at the last start */

    /* This start. */
    struct udp_pcb *endpoint;
    enum outcome outcome;
    error_t error;
    unsigned asked_block_size; /* 0: no options */
    unsigned asked_window;     /* 1: none */
    bool asked_options, asked_plain;
    unsigned tries, refusals_before;
    bool connected;
    uint32_t server; /* where packets go to: the URI's server, unless it answers from elsewhere */
    uint16_t peer;   /* the server's transfer id: its port */
    unsigned block_size, window;
    struct tftp_counter counter;
    unsigned unacknowledged; /* blocks that came since the last acknowledgement */
    bool gap_told;           /* that a block is missing */
    unsigned cut_short;      /* windows that ended early, since the last whole one */
    uint64_t position;       /* bytes received since this start */
    uint64_t began_ms, progress_ms, sent_ms;
    uint64_t waiting_ms;      /* since when an answer to the last acknowledgement is awaited */
    uint32_t request_wait_ms; /* from this request to the next */
    struct round_trip trip;
    bool acknowledged_once; /* so that the next block tells how long a round trip is */
    uint32_t stranger;      /* somebody else who answered our request */
};

static struct transfer transfer;
static char printable_name[FETCH_PATH_LENGTH];
static unsigned window_limit;
static unsigned answer_limit_ms;

/* The last transfer's endpoint, see tftp_forget. */
static struct {
    struct udp_pcb *endpoint;
    uint32_t server;
    uint16_t peer, wire;
    unsigned again_left;
    uint64_t sent_ms;
} ended;
#define AGAIN_LIMIT 16

static void finish(enum outcome outcome, error_t error)
{
    transfer.outcome = outcome;
    transfer.error = error;
}

/* --- Sending ---------------------------------------------------------------------------------- */

static void send_error(uint16_t port, enum tftp_error error, const char *text)
{
    tftp_send_error(transfer.endpoint, transfer.server, port, error, text);
}

/* A packet that does not leave is repeated by the timer like one that got lost. */
static void send_ack(void)
{
    uint8_t packet[TFTP_HEADER];
    size_t length = tftp_build_ack(transfer.counter.wire, packet);

    network_send_udp(transfer.endpoint, transfer.server, transfer.peer, packet, length);
    transfer.sent_ms = transfer.waiting_ms = platform_milliseconds();
    transfer.unacknowledged = 0;
}

static void send_request(void)
{
    uint8_t packet[TFTP_REQUEST_MAXIMUM];
    bool with_options =
        transfer.asked_block_size != 0 &&
        (transfer.tries < TRIES_WITH_OPTIONS || (transfer.tries - TRIES_WITH_OPTIONS) % 2 != 0);
    /* One try with the older options only: to some servers each unknown one is too many. */
    bool with_window = transfer.tries != TRIES_WITH_OPTIONS - 1;
    bool options;
    size_t length = tftp_build_request(
        transfer.uri->path, with_options ? transfer.asked_block_size : 0,
        network_local(transfer.server) ? SERVER_TIMEOUT_LOCAL_S : SERVER_TIMEOUT_S,
        with_window ? transfer.asked_window : 1, packet, &options);

    if (length == 0) {
        finish(FAILED, fail(ERROR_FETCH_URI, "the path is empty or too long for TFTP: \"%s\"",
                            transfer.name));
        return;
    }
    transfer.asked_options |= options;
    transfer.asked_plain |= !options;
    transfer.request_wait_ms = network_spread(
        REQUEST_FIRST_MS << (transfer.tries < REQUEST_DOUBLED ? transfer.tries : REQUEST_DOUBLED));
    transfer.tries++;
    network_send_udp(transfer.endpoint, transfer.server, tftp_server_port(transfer.uri), packet,
                     length);
    transfer.sent_ms = platform_milliseconds();
}

/* The first acknowledgement of what came just now. */
static void acknowledge(void)
{
    send_ack();
    transfer.acknowledged_once = true;
}

static void repeat_ack(void)
{
    send_ack();
    transfer.acknowledged_once = false;
}

/*
 * A later block than the next has come: what is between is lost, or late. Told once, and again by
 * the timer only, because the server begins again for each time that it is told; the rest of this
 * window is of no use, but a sign that the server has not gone on yet.
 */
static void acknowledge_gap(void)
{
    if (transfer.window == 1)
        return;
    transfer.waiting_ms = platform_milliseconds();
    if (transfer.gap_told)
        return;
    transfer.gap_told = true;
    if (transfer.unacknowledged != 0)
        acknowledge();
    else
        repeat_ack();
}

static void acknowledge_again(void)
{
    uint64_t age = platform_milliseconds() - transfer.sent_ms;

    if (age >= ACK_AGAIN_MS && age >= transfer.trip.usual_ms)
        repeat_ack();
}

/*
 * Blocks of a window that we have already: the server begins again because it has not heard how far
 * we are. If that is further than what it was told last, it is news, however long a round trip
 * takes. What comes next is no answer to the last acknowledgement, and tells nothing about the
 * time that one takes.
 */
static void window_again(void)
{
    transfer.acknowledged_once = false;
    if (transfer.unacknowledged == 0)
        acknowledge_again();
    else if (platform_milliseconds() - transfer.sent_ms >= ACK_AGAIN_MS)
        repeat_ack();
}

/* --- Receiving -------------------------------------------------------------------------------- */

/* Ends the transfer from our side: tells the server and records why. */
static void refuse(enum tftp_error number, const char *text, error_t error)
{
    send_error(transfer.peer, number, text);
    finish(FAILED, error);
}

/* Takes note of the announced size and lets the sink make room. False if that ended the transfer.
 */
static bool announce(uint64_t size)
{
    error_t error;

    if (transfer.begun) {
        if (size == FETCH_SIZE_UNKNOWN)
            return true;
        if (transfer.size != FETCH_SIZE_UNKNOWN && transfer.size != size) {
            refuse(TFTP_ERROR_UNDEFINED, "size changed",
                   fail(ERROR_TFTP_SIZE, "\"%s\": %llu bytes at first, %llu at the second start",
                        transfer.name, (unsigned long long)transfer.size,
                        (unsigned long long)size));
            return false;
        }
        transfer.size = size;
        return true;
    }
    transfer.begun = true;
    transfer.size = size;
    error = transfer.sink->begin(transfer.sink, size);
    if (error == OK)
        return true;
    refuse(TFTP_ERROR_FULL, "no room", error);
    return false;
}

static void connect(uint16_t port)
{
    transfer.connected = true;
    transfer.heard = true;
    transfer.peer = port;
    transfer.progress_ms = platform_milliseconds();
    transfer.refusals_before = network_refusals(transfer.server);
}

/* The next block has come. */
static void note_progress(void)
{
    uint64_t now = platform_milliseconds();

    if (transfer.acknowledged_once)
        round_trip_measured(&transfer.trip, now - transfer.sent_ms);
    transfer.acknowledged_once = false;
    transfer.gap_told = false;
    transfer.unacknowledged++;
    transfer.progress_ms = transfer.waiting_ms = now;
    transfer.refusals_before = network_refusals(transfer.server);
}

static void receive_oack(const struct tftp_packet *packet, uint16_t port)
{
    if (transfer.connected) {
        /* Again, because our acknowledgement of it got lost; or late. */
        if (transfer.counter.received == 0)
            acknowledge_again();
        return;
    }
    connect(port);
    if (!transfer.asked_options) {
        refuse(TFTP_ERROR_OPTION, "no options were asked for",
               fail(ERROR_TFTP_PROTOCOL, "\"%s\": options answered that were not asked for",
                    transfer.name));
        return;
    }
    if (packet->bad || packet->block_size > transfer.asked_block_size ||
        packet->window > transfer.asked_window) {
        print("  TFTP: %s grants options that were not asked for, asking without\n",
              network_address_text(transfer.server));
        send_error(port, TFTP_ERROR_OPTION, "not what was asked for");
        finish(REFUSED, OK);
        return;
    }
    if (packet->block_size != 0)
        transfer.block_size = packet->block_size;
    if (packet->window != 0)
        transfer.window = packet->window;
    /* Some servers give 0 where they do not know. */
    if (announce(packet->has_size && packet->size != 0 ? packet->size : FETCH_SIZE_UNKNOWN))
        acknowledge();
}

/*
 * A second start gives all bytes again: in the end everything is of one transfer, whatever the
 * first one was told before it broke off.
 */
static error_t deliver(uint64_t offset, const uint8_t *bytes, size_t length)
{
    error_t error = length != 0 ? transfer.sink->write(transfer.sink, offset, bytes, length) : OK;

    if (error == OK && offset + length > transfer.delivered) {
        transfer.delivered = offset + length;
        transfer.furthest_ms = platform_milliseconds();
    }
    return error;
}

/* False, and the transfer has failed, if the block does not agree with the announced size. */
static bool size_agrees(uint64_t end, bool last)
{
    if (transfer.size == FETCH_SIZE_UNKNOWN ||
        (last ? end == transfer.size : end <= transfer.size)) {
        if (!last || end >= transfer.delivered)
            return true;
    }
    refuse(TFTP_ERROR_UNDEFINED, "not the announced size",
           fail(ERROR_TFTP_SIZE, "\"%s\": %llu bytes announced, %s %llu", transfer.name,
                (unsigned long long)(transfer.size != FETCH_SIZE_UNKNOWN ? transfer.size
                                                                         : transfer.delivered),
                last ? "the last block ends at" : "there are at least", (unsigned long long)end));
    return false;
}

static void receive_data(const struct tftp_packet *packet, uint16_t port)
{
    bool last;
    error_t error;

    if (!transfer.connected) {
        if (packet->block != 1)
            return;
        /* No OACK: the server knows no options, so the block size is RFC 1350's. */
        connect(port);
        if (!announce(FETCH_SIZE_UNKNOWN))
            return;
    }
    if (packet->length > transfer.block_size) {
        refuse(TFTP_ERROR_ILLEGAL, "block too long",
               fail(ERROR_TFTP_PROTOCOL, "\"%s\": a block of %u bytes where %u were agreed",
                    transfer.name, (unsigned)packet->length, transfer.block_size));
        return;
    }
    switch (tftp_counter_judge(&transfer.counter, packet->block)) {
    case TFTP_BLOCK_AGAIN:
        if (transfer.window == 1)
            acknowledge_again();
        else
            window_again();
        return;
    case TFTP_BLOCK_AHEAD:
        acknowledge_gap();
        return;
    case TFTP_BLOCK_OLD:
        if (transfer.window != 1)
            window_again();
        return;
    case TFTP_BLOCK_NEXT:
        break;
    }
    last = packet->length < transfer.block_size;
    if (!size_agrees(transfer.position + packet->length, last))
        return;
    tftp_counter_accept(&transfer.counter, packet->block);
    note_progress();
    /* Acknowledged before the copy, so that the server works while we do. */
    if (last || transfer.unacknowledged == transfer.window) {
        acknowledge();
        transfer.cut_short = 0;
    }
    error = deliver(transfer.position, packet->data, packet->length);
    transfer.position += packet->length;
    if (error != OK)
        refuse(TFTP_ERROR_FULL, "the client has no use for more", error);
    else if (last)
        finish(COMPLETE, OK);
}

static void receive_error(const struct tftp_packet *packet)
{
    if (!transfer.connected && transfer.asked_options &&
        tftp_about_options(packet, transfer.asked_plain)) {
        tftp_say_without_options(packet, transfer.server);
        finish(REFUSED, OK);
        return;
    }
    finish(FAILED, tftp_server_error(packet, "", transfer.name, "from", transfer.server));
}

static void receive(const uint8_t *bytes, size_t length, uint32_t from, uint16_t port)
{
    struct tftp_packet packet;

    if (transfer.outcome != RUNNING || !tftp_parse(bytes, length, &packet))
        return;
    if (from != transfer.server) {
        /* Foreign packets are ignored; if nobody else answers, the message tells of this one. */
        if (!transfer.connected)
            transfer.stranger = from;
        return;
    }
    if (transfer.connected && port != transfer.peer) {
        /* A second process of the server, born of a repeated request. */
        if (packet.opcode != TFTP_ERROR)
            send_error(port, TFTP_ERROR_TID, "another transfer is under way");
        return;
    }
    switch (packet.opcode) {
    case TFTP_OACK:
        receive_oack(&packet, port);
        break;
    case TFTP_DATA:
        receive_data(&packet, port);
        break;
    default:
        receive_error(&packet);
        break;
    }
}

static void received(void *context, struct udp_pcb *endpoint, struct pbuf *pbuf,
                     const ip_addr_t *from, u16_t port)
{
    (void)context;
    (void)endpoint;
    /* One frame is one pbuf (net/network.c). */
    receive(pbuf->payload, pbuf->len, from->addr, port);
    pbuf_free(pbuf);
}

/* --- After the end ---------------------------------------------------------------------------- */

static void received_after_end(void *context, struct udp_pcb *endpoint, struct pbuf *pbuf,
                               const ip_addr_t *from, u16_t port)
{
    struct tftp_packet packet;
    uint8_t ack[TFTP_HEADER];
    uint64_t now = platform_milliseconds();

    (void)context;
    if (from->addr == ended.server && port == ended.peer && ended.again_left != 0 &&
        now - ended.sent_ms >= ACK_AGAIN_MS && tftp_parse(pbuf->payload, pbuf->len, &packet) &&
        packet.opcode == TFTP_DATA && packet.block == ended.wire) {
        ended.again_left--;
        ended.sent_ms = now;
        network_send_udp(endpoint, ended.server, ended.peer, ack, tftp_build_ack(ended.wire, ack));
    }
    pbuf_free(pbuf);
}

void tftp_forget(void)
{
    network_close_udp(ended.endpoint);
    ended.endpoint = NULL;
}

static void keep_endpoint(void)
{
    tftp_forget();
    ended.endpoint = transfer.endpoint;
    ended.server = transfer.server;
    ended.peer = transfer.peer;
    ended.wire = transfer.counter.wire;
    ended.again_left = AGAIN_LIMIT;
    ended.sent_ms = transfer.sent_ms;
    udp_recv(ended.endpoint, received_after_end, NULL);
    transfer.endpoint = NULL;
}

/* --- One start -------------------------------------------------------------------------------- */

/* True if the link was lost since the last progress: the network is to blame, not the server. */
static bool link_was_lost(void)
{
    return transfer.connected && network_link_down_ms() > transfer.progress_ms;
}

/* How long nothing may come in the middle of a transfer. */
static uint64_t patience_ms(void)
{
    if (link_was_lost())
        /* A switch makes a port whose link was lost wait again before it forwards. */
        return LINK_TOTAL_MS + (network_link() ? network_link_down_ms() - transfer.progress_ms : 0);
    if (transfer.counter.received == 0 && transfer.block_size > TFTP_BLOCK_DEFAULT)
        return FIRST_BLOCK_MS;
    return STALL_TOTAL_MS;
}

/* How long a request may stay without an answer. */
static unsigned request_total_ms(void)
{
    if (transfer.restarted)
        return RESTART_TOTAL_MS;
    return answer_limit_ms != 0 ? answer_limit_ms : REQUEST_TOTAL_MS;
}

/* True if this start and those since take too long to get where one before them was. */
static bool is_behind(uint64_t now)
{
    return transfer.position < transfer.delivered &&
           now - transfer.furthest_ms >=
               CATCH_UP_MS + CATCH_UP_TIMES * (transfer.furthest_ms - transfer.asked_ms);
}

/* True if nothing has come for so long, or so little, that this start is given up. */
static bool given_up(uint64_t now)
{
    unsigned refusals = network_refusals(transfer.server) - transfer.refusals_before;

    if (!transfer.connected)
        return now - transfer.began_ms >= request_total_ms() || refusals >= REFUSALS_ENOUGH;
    return now - transfer.progress_ms >= patience_ms() || is_behind(now) ||
           (refusals >= PEER_GONE_REFUSALS && now - transfer.progress_ms >= PEER_GONE_MS);
}

static void send_ack_again(uint64_t now)
{
    uint64_t silence = now - transfer.progress_ms;

    /* One lost packet is not worth a line. */
    if (silence >= SILENCE_SHOWN_MS) {
        network_find_again(transfer.server);
        print("\n  TFTP: nothing from %s for %u s at byte %llu, acknowledging again%s\n",
              network_address_text(transfer.server), (unsigned)(silence / 1000),
              (unsigned long long)transfer.position, network_link_text());
    }
    transfer.gap_told = false;
    if (transfer.unacknowledged == 0) {
        round_trip_repeated(&transfer.trip);
        repeat_ack();
    } else if (++transfer.cut_short < CUT_SHORT_ENOUGH) {
        acknowledge();
    } else {
        send_error(transfer.peer, TFTP_ERROR_UNDEFINED, "once more with a smaller window");
        finish(CHOKED, OK);
    }
}

static void send_request_again(uint64_t now)
{
    print("  TFTP: no answer from %s yet (%u s of %u s, escape stops)%s\n",
          network_address_text(transfer.server), (unsigned)((now - transfer.began_ms) / 1000),
          request_total_ms() / 1000, network_link_text());
    network_find_again(transfer.server);
    send_request();
}

static void send_again(uint64_t now)
{
    if (transfer.connected && now - transfer.waiting_ms >= transfer.trip.timeout_ms)
        send_ack_again(now);
    else if (!transfer.connected && now - transfer.sent_ms >= transfer.request_wait_ms)
        send_request_again(now);
}

static void run(void)
{
    send_request();
    while (transfer.outcome == RUNNING) {
        uint64_t now;

        network_poll();
        if (transfer.outcome != RUNNING)
            break;
        now = platform_milliseconds();
        if (network_interrupted()) {
            if (transfer.connected)
                send_error(transfer.peer, TFTP_ERROR_UNDEFINED, "stopped by a key");
            finish(FAILED, fail(ERROR_NET_STOPPED, "while fetching \"%s\"", transfer.name));
        } else if (given_up(now)) {
            finish(SILENT, OK);
        } else {
            send_again(now);
        }
    }
}

/* Starts the transfer (again) with a block size, 0 for no options, and a window, and runs it to
 * some outcome. */
static enum outcome start(unsigned block_size, unsigned window)
{
    transfer.endpoint = network_open_udp(0);
    if (transfer.endpoint == NULL) {
        finish(FAILED, fail(ERROR_NET_STACK, "an endpoint for TFTP"));
        return FAILED;
    }
    udp_recv(transfer.endpoint, received, NULL);
    transfer.outcome = RUNNING;
    transfer.asked_block_size = block_size;
    transfer.asked_window = window;
    transfer.window = 1;
    transfer.unacknowledged = transfer.cut_short = 0;
    transfer.gap_told = false;
    transfer.asked_options = transfer.asked_plain = false;
    transfer.tries = 0;
    transfer.refusals_before = network_refusals(transfer.server);
    transfer.connected = false;
    transfer.block_size = TFTP_BLOCK_DEFAULT;
    memset(&transfer.counter, 0, sizeof transfer.counter);
    transfer.position = 0;
    transfer.delivered_before = transfer.delivered;
    transfer.began_ms = platform_milliseconds();
    transfer.acknowledged_once = false;
    transfer.stranger = 0;
    round_trip_begin(&transfer.trip);
    run();
    if (transfer.outcome == COMPLETE)
        keep_endpoint();
    network_close_udp(transfer.endpoint);
    return transfer.outcome;
}

static error_t no_answer(void)
{
    const char *server = network_address_text(transfer.server);

    if (transfer.heard)
        return fail(ERROR_TFTP_LOST, "\"%s\" from %s, after %llu bytes%s", transfer.name, server,
                    (unsigned long long)transfer.delivered, network_link_text());
    if (network_refusals(transfer.server) != transfer.refusals_before)
        return fail(ERROR_TFTP_NO_ANSWER,
                    "\"%s\" from %s: the machine answers, but nothing listens on UDP port %u",
                    transfer.name, server, tftp_server_port(transfer.uri));
    if (transfer.stranger != 0)
        return fail(ERROR_TFTP_NO_ANSWER, "\"%s\" from %s: an answer came from %s instead",
                    transfer.name, server, network_address_text(transfer.stranger));
    return fail(ERROR_TFTP_NO_ANSWER, "\"%s\" from %s, port %u, %u requests in %u s", transfer.name,
                server, tftp_server_port(transfer.uri), transfer.tries, request_total_ms() / 1000);
}

/*
 * A silent server gets another start, from the file's beginning. If not one block came, with small
 * blocks, since full frames may get lost where small ones pass, unless the link explains the
 * silence. False if the last start got no further than those before, and that is no matter of size.
 */
static bool start_again(unsigned *block_size, unsigned *window)
{
    bool small = *block_size <= TFTP_BLOCK_DEFAULT, got_blocks = transfer.position != 0;

    if (!transfer.heard || !network_link())
        return false;
    if (transfer.restarted && (small || got_blocks || !transfer.connected) &&
        transfer.delivered == transfer.delivered_before)
        return false;
    if (!small && !got_blocks && (transfer.restarted || !link_was_lost())) {
        *block_size = TFTP_BLOCK_DEFAULT;
        if (transfer.delivered == 0)
            *window = 1;
    }
    transfer.restarted = true;
    print("\n  TFTP: %s went silent, starting \"%s\" again with blocks of %u bytes\n",
          network_address_text(transfer.server), transfer.name,
          *block_size != 0 ? *block_size : TFTP_BLOCK_DEFAULT);
    return true;
}

void tftp_limit_window(unsigned blocks)
{
    window_limit = blocks;
}

void tftp_limit_wait(unsigned milliseconds)
{
    answer_limit_ms = milliseconds;
}

static unsigned largest_window(void)
{
    unsigned burst = network_burst(), window;

    if (window_limit != 0)
        return window_limit;
    window = burst > WINDOW_SPARE + WINDOW_UNKNOWN ? burst - WINDOW_SPARE : WINDOW_UNKNOWN;
    return window < TFTP_WINDOW ? window : TFTP_WINDOW;
}

error_t tftp_fetch(const struct fetch_uri *uri, struct fetch_sink *sink)
{
    unsigned block_size = TFTP_BLOCK_MAXIMUM, window;

    if (network_interface() == NULL)
        return fail(ERROR_NET_STACK, "no card is attached");
    if (!network_reachable(uri->server))
        return fail(ERROR_TFTP_NO_ANSWER, "%s is not on this network and there is no gateway",
                    network_address_text(uri->server));
    memset(&transfer, 0, sizeof transfer);
    transfer.uri = uri;
    transfer.server = uri->server;
    transfer.sink = sink;
    transfer.size = FETCH_SIZE_UNKNOWN;
    text_make_printable(printable_name, sizeof printable_name, uri->path, sizeof uri->path);
    transfer.name = printable_name;
    transfer.asked_ms = transfer.furthest_ms = platform_milliseconds();
    window = largest_window();
    for (;;) {
        switch (start(block_size, window)) {
        case COMPLETE:
            return OK;
        case REFUSED:
            /* The youngest option first; then all. */
            if (window == 1)
                block_size = 0;
            window = 1;
            break;
        case CHOKED:
            window = window > WINDOW_DIVISOR ? window / WINDOW_DIVISOR : 1;
            print(
                "\n  TFTP: windows do not come whole, starting \"%s\" again with a window of %u\n",
                transfer.name, window);
            break;
        case SILENT:
            if (!start_again(&block_size, &window))
                return no_answer();
            break;
        default:
            return transfer.error;
        }
    }
}

FETCH_SCHEME(tftp_scheme) = {.name = "tftp", .fetch = tftp_fetch};
