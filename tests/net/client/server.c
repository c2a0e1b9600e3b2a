/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/net/client/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/bytes.h"
#include "tests/net/wire/packet.h"

#define ADDRESS          0x0A000202u /* 10.0.2.2 */
#define GATEWAY          0x0A000201u
#define CLIENT           0x0A00020Fu
#define NETMASK          0xFFFFFF00u
#define SESSIONS         64
#define FIRST_PORT       40000u
#define TRIES            6
#define TIMEOUT_US       1000000u
#define PLAIN_TIMEOUT_US 3000000u
#define BLOCK_DEFAULT    512u
#define BLOCK_MAXIMUM    1468u
#define FRAME_MINIMUM    60
#define BOOTP_BROADCAST  0x8000
#define BOOTP_LENGTH     300
#define ICMP_UNREACHABLE 0x0303 /* type 3, code 3: port */

static const uint8_t station[6] = {0x52, 0x55, 0x0A, 0x00, 0x02, 0x02};
static const uint8_t everybody[6] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};

/* One transfer; block 0 is the OACK. */
struct session {
    bool open;
    uint32_t address;
    uint16_t client_port, port;
    uint8_t client_station[6];
    unsigned block_size, window;
    char oack[128];
    size_t oack_length;
    uint64_t acknowledged, sent; /* the last block of each */
    bool started;                /* something was acknowledged, or there is no OACK */
    uint64_t again_us, timeout_us;
    unsigned tries;
};

static enum server_manners manners;
static uint64_t file_size;
static unsigned window_limit;
static server_send transmit;
static struct session sessions[SESSIONS];
static unsigned sessions_begun;
/* Who has the client's address, from its own ARP packets. */
static bool neighbour_known;
static uint8_t neighbour[6];
static uint8_t pattern[2 * SERVER_PATTERN];

const uint8_t *server_pattern(uint64_t offset)
{
    return pattern + offset % SERVER_PATTERN;
}

void server_begin(enum server_manners with, uint64_t size, unsigned window, server_send send)
{
    uint32_t state = 1;

    for (size_t i = 0; i < SERVER_PATTERN; i++) {
        state = state * 1664525u + 1013904223u;
        pattern[i] = pattern[i + SERVER_PATTERN] = (uint8_t)(state >> 24);
    }
    memset(sessions, 0, sizeof sessions);
    sessions_begun = 0;
    neighbour_known = false;
    manners = with;
    file_size = size;
    window_limit = window;
    transmit = send;
}

/* --- Frames ----------------------------------------------------------------------------------- */

/* Fills in the headers of Ethernet and IP; what is behind them is there already. */
static void send_ip(uint8_t *frame, const uint8_t to_station[6], uint32_t to, unsigned protocol,
                    size_t length)
{
    struct packet packet = {.ip = 14, .ip_header = 20, .end = 34 + length};

    memcpy(frame, to_station, 6);
    memcpy(frame + 6, station, 6);
    put_be16(frame + 12, 0x0800);
    memset(frame + 14, 0, 20);
    frame[14] = 0x45;
    put_be16(frame + 16, (uint16_t)(20 + length));
    frame[22] = 64;
    frame[23] = (uint8_t)protocol;
    put_be32(frame + 26, ADDRESS);
    put_be32(frame + 30, to);
    if (protocol == 17) {
        packet.udp = 34;
        packet.payload = 42;
    }
    packet_checksum(frame, &packet);
    if (packet.end < FRAME_MINIMUM) {
        memset(frame + packet.end, 0, FRAME_MINIMUM - packet.end);
        packet.end = FRAME_MINIMUM;
    }
    transmit(frame, packet.end);
}

/* The payload stands at byte 42 of `frame`. */
static void send_udp(uint8_t *frame, const uint8_t to_station[6], uint32_t to, uint16_t from_port,
                     uint16_t to_port, size_t payload)
{
    put_be16(frame + 34, from_port);
    put_be16(frame + 36, to_port);
    put_be16(frame + 38, (uint16_t)(8 + payload));
    put_be16(frame + 40, 1); /* packet_checksum puts the right one in */
    send_ip(frame, to_station, to, 17, 8 + payload);
}

/* As a kernel answers: with the header and 8 bytes of what came. */
static void send_unreachable(const uint8_t *frame, const struct packet *packet)
{
    uint8_t answer[14 + 20 + 8 + 60 + 8] = {0};
    size_t quoted = packet->ip_header + 8;
    uint32_t total = 0;

    put_be16(answer + 34, ICMP_UNREACHABLE);
    memcpy(answer + 42, frame + packet->ip, quoted);
    for (size_t i = 0; i < 8 + quoted; i += 2)
        total += get_be16(answer + 34 + i);
    total = (total & 0xFFFF) + (total >> 16);
    put_be16(answer + 36, (uint16_t) ~((total & 0xFFFF) + (total >> 16)));
    send_ip(answer, frame + 6, get_be32(frame + packet->ip + 12), 1, 8 + quoted);
}

static void receive_arp(const uint8_t *frame)
{
    uint8_t answer[FRAME_MINIMUM] = {0};

    if (get_be32(frame + 38) != ADDRESS)
        return;
    if (get_be32(frame + 28) == CLIENT) {
        memcpy(neighbour, frame + 22, 6);
        neighbour_known = true;
    }
    memcpy(answer, frame + 6, 6);
    memcpy(answer + 6, station, 6);
    memcpy(answer + 12, frame + 12, 8);
    put_be16(answer + 20, 2);
    memcpy(answer + 22, station, 6);
    put_be32(answer + 28, ADDRESS);
    memcpy(answer + 32, frame + 22, 10);
    transmit(answer, sizeof answer);
}

/* --- DHCP ------------------------------------------------------------------------------------- */

static uint8_t *option(uint8_t *at, unsigned code, uint32_t value)
{
    at[0] = (uint8_t)code;
    at[1] = 4;
    put_be32(at + 2, value);
    return at + 6;
}

static void receive_dhcp(const uint8_t *request, size_t length, enum packet_kind kind)
{
    uint8_t frame[42 + BOOTP_LENGTH] = {0}, *answer = frame + 42, *at = answer + 240;
    bool broadcast;

    if (length < 240 || request[0] != 1 ||
        (kind != PACKET_DHCP_DISCOVER && kind != PACKET_DHCP_REQUEST))
        return;
    memcpy(answer, request, 44);
    answer[0] = 2;
    broadcast = (get_be16(answer + 10) & BOOTP_BROADCAST) != 0;
    put_be32(answer + 16, CLIENT);
    put_be32(answer + 20, ADDRESS);
    strcpy((char *)answer + 108, "file");
    put_be32(answer + 236, 0x63825363);
    *at++ = 53;
    *at++ = 1;
    *at++ = kind == PACKET_DHCP_DISCOVER ? 2 : 5;
    at = option(at, 54, ADDRESS);
    at = option(at, 51, 3600);
    at = option(at, 1, NETMASK);
    at = option(at, 3, GATEWAY);
    *at = 255;
    send_udp(frame, broadcast ? everybody : answer + 28, broadcast ? 0xFFFFFFFFu : CLIENT, 67, 68,
             BOOTP_LENGTH);
}

/* --- TFTP ------------------------------------------------------------------------------------- */

static void send_to(const struct session *session, uint8_t *frame, size_t payload)
{
    send_udp(frame, session->client_station, session->address, session->port, session->client_port,
             payload);
}

static void send_error(const struct session *session, unsigned number, const char *text)
{
    uint8_t frame[128] = {0};

    put_be16(frame + 42, 5);
    put_be16(frame + 44, (uint16_t)number);
    strcpy((char *)frame + 46, text);
    send_to(session, frame, 5 + strlen(text));
}

static uint64_t last_block(const struct session *session)
{
    return file_size / session->block_size + 1;
}

static void send_block(const struct session *session, uint64_t block)
{
    uint8_t frame[42 + 4 + BLOCK_MAXIMUM];
    uint64_t offset = (block - 1) * session->block_size;
    size_t length = file_size - offset < session->block_size ? (size_t)(file_size - offset)
                                                             : session->block_size;

    put_be16(frame + 42, 3);
    put_be16(frame + 44, (uint16_t)block);
    memcpy(frame + 46, server_pattern(offset), length);
    send_to(session, frame, 4 + length);
}

/* What comes behind the last acknowledgement. */
static void send_present(struct session *session, uint64_t now_us)
{
    if (!session->started) {
        uint8_t frame[42 + sizeof session->oack];

        memcpy(frame + 42, session->oack, session->oack_length);
        send_to(session, frame, session->oack_length);
    } else {
        session->sent = session->acknowledged;
        while (session->sent < last_block(session) &&
               session->sent < session->acknowledged + session->window)
            send_block(session, ++session->sent);
    }
    session->again_us = now_us + session->timeout_us;
}

static void put_option(struct session *session, const char *name, uint64_t value)
{
    size_t at = session->oack_length, room = sizeof session->oack - at;

    session->oack_length +=
        (size_t)snprintf(session->oack + at, room, "%s%c%llu", name, 0, (unsigned long long)value) +
        1;
}

static uint64_t limited(uint64_t value, uint64_t limit)
{
    return value < limit ? value : limit;
}

static void grant(struct session *session, const char *name, uint64_t value)
{
    if (strcmp(name, "blksize") == 0 && value >= 8) {
        session->block_size = (unsigned)limited(value, BLOCK_MAXIMUM);
        put_option(session, name, session->block_size);
    } else if (strcmp(name, "tsize") == 0) {
        put_option(session, name, file_size);
    } else if (strcmp(name, "timeout") == 0 && value >= 1 && value <= 255) {
        session->timeout_us = value * TIMEOUT_US;
        put_option(session, name, value);
    } else if (strcmp(name, "windowsize") == 0 && value >= 1 && window_limit != 0) {
        session->window = (unsigned)limited(value, window_limit);
        put_option(session, name, session->window);
    }
}

/* The next string of a request, NULL if it is not all there. */
static const char *next_string(const char **at, const char *end)
{
    const char *text = *at;
    const char *zero = memchr(text, 0, (size_t)(end - text));

    if (zero == NULL)
        return NULL;
    *at = zero + 1;
    return text;
}

static void read_options(struct session *session, const uint8_t *request, size_t length)
{
    const char *at = (const char *)request + 2, *end = (const char *)request + length, *name,
               *value;

    session->oack_length = 0;
    if (next_string(&at, end) == NULL || next_string(&at, end) == NULL)
        return;
    put_be16(session->oack, 6);
    session->oack_length = 2;
    while ((name = next_string(&at, end)) != NULL && (value = next_string(&at, end)) != NULL)
        grant(session, name, strtoull(value, NULL, 10));
}

static void receive_request(const uint8_t *frame, const struct packet *packet, uint64_t now_us)
{
    const uint8_t *request = frame + packet->payload;
    size_t length = packet->end - packet->payload;
    struct session *session = &sessions[sessions_begun % SESSIONS];

    if (length < 2 || get_be16(request) != 1)
        return;
    *session = (struct session){.open = true,
                                .address = get_be32(frame + packet->ip + 12),
                                .client_port = packet->source_port,
                                .port = (uint16_t)(FIRST_PORT + sessions_begun++ % 20000),
                                .block_size = BLOCK_DEFAULT,
                                .window = 1,
                                .timeout_us = TIMEOUT_US};
    memcpy(session->client_station,
           neighbour_known && session->address == CLIENT ? neighbour : frame + 6, 6);
    if (manners == SERVER_PLAIN)
        session->timeout_us = PLAIN_TIMEOUT_US;
    else
        read_options(session, request, length);
    session->started = session->oack_length <= 2;
    send_present(session, now_us);
}

/* The block that a number on the wire means: the one closest to the last acknowledgement. */
static uint64_t block_of(const struct session *session, uint16_t number)
{
    uint16_t ahead = (uint16_t)(number - (uint16_t)session->acknowledged);
    uint64_t back = (uint16_t)-ahead;

    return ahead < 0x8000 || back > session->acknowledged ? session->acknowledged + ahead
                                                          : session->acknowledged - back;
}

static void receive_blind(struct session *session)
{
    session->started = true;
    send_block(session, ++session->sent);
    if (session->sent == last_block(session))
        session->open = false;
}

static void receive_ack(struct session *session, uint16_t number, uint64_t now_us)
{
    uint64_t block = block_of(session, number);
    bool is_news = !session->started || block > session->acknowledged;

    if (manners == SERVER_BLIND) {
        receive_blind(session);
        return;
    }
    if (block > last_block(session))
        return;
    if (manners != SERVER_EAGER && (block > session->sent || block < session->acknowledged ||
                                    (!is_news && session->window == 1)))
        return;
    session->started = true;
    session->acknowledged = block;
    session->tries = 0;
    if (block == last_block(session))
        session->open = false;
    else
        send_present(session, now_us);
}

static struct session *session_at(uint16_t port)
{
    for (unsigned i = 0; i < SESSIONS; i++)
        if (sessions[i].open && sessions[i].port == port)
            return &sessions[i];
    return NULL;
}

static void receive_tftp(const uint8_t *frame, const struct packet *packet, uint64_t now_us)
{
    const uint8_t *bytes = frame + packet->payload;
    size_t length = packet->end - packet->payload;
    struct session *session = session_at(packet->destination_port);

    if (session == NULL) {
        send_unreachable(frame, packet);
        return;
    }
    if (length < 4)
        return;
    if (packet->source_port != session->client_port) {
        struct session stranger = *session;

        stranger.client_port = packet->source_port;
        if (get_be16(bytes) != 5)
            send_error(&stranger, 5, "not yours");
        return;
    }
    switch (get_be16(bytes)) {
    case 4:
        receive_ack(session, get_be16(bytes + 2), now_us);
        break;
    case 5:
        session->open = false;
        break;
    default:
        break;
    }
}

/* --- Receiving -------------------------------------------------------------------------------- */

void server_receive(const uint8_t *frame, size_t length, uint64_t now_us)
{
    static struct packet_transfers nobody;
    struct packet packet;
    uint32_t to;

    if (length < 14 || (memcmp(frame, station, 6) != 0 && memcmp(frame, everybody, 6) != 0))
        return;
    packet_classify(frame, length, &nobody, &packet);
    if (packet.kind == PACKET_ARP_REQUEST) {
        receive_arp(frame);
        return;
    }
    if (packet.udp == 0 || !packet_checksum_right(frame, &packet))
        return;
    to = get_be32(frame + packet.ip + 16);
    if (packet.destination_port == 67 && (to == 0xFFFFFFFFu || to == ADDRESS))
        receive_dhcp(frame + packet.payload, packet.end - packet.payload, packet.kind);
    else if (to != ADDRESS)
        return;
    else if (packet.destination_port == 69)
        receive_request(frame, &packet, now_us);
    else
        receive_tftp(frame, &packet, now_us);
}

void server_run(uint64_t now_us)
{
    for (unsigned i = 0; i < SESSIONS; i++) {
        struct session *session = &sessions[i];

        if (!session->open || manners == SERVER_BLIND || session->again_us > now_us)
            continue;
        if (++session->tries > TRIES) {
            session->open = false;
            continue;
        }
        send_present(session, now_us);
        if (manners != SERVER_EAGER)
            session->again_us = now_us + (session->timeout_us << session->tries);
    }
}

uint64_t server_next_us(void)
{
    uint64_t next = UINT64_MAX;

    for (unsigned i = 0; i < SESSIONS; i++)
        if (sessions[i].open && manners != SERVER_BLIND && sessions[i].again_us < next)
            next = sessions[i].again_us;
    return next;
}
