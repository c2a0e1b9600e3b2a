/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/net/wire/faults.h"

#include <string.h>

#include "lib/bytes.h"

#define FRAME_MINIMUM     60
#define OVERSIZED_MAXIMUM 9000
#define BLOCKS_AHEAD      7

/* Everybody who is nobody: addresses that no machine of a test has (02 is "locally administered",
 * 198.18.0.0/15 is for tests of networks, RFC 2544). */
static const uint8_t nobody[6] = {0x02, 0x00, 0x00, 0xBA, 0xD0, 0x01};
static const uint8_t everybody[6] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
static const uint8_t bridges[6] = {0x01, 0x80, 0xC2, 0x00, 0x00, 0x00};
#define NOBODY_ADDRESS 0xC6120001u

uint64_t chances_next(struct chances *chances)
{
    uint64_t z = chances->state += 0x9E3779B97F4A7C15u;

    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

uint64_t chances_below(struct chances *chances, uint64_t limit)
{
    return chances_next(chances) % limit;
}

static void garbage(struct chances *chances, uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        bytes[i] = (uint8_t)chances_next(chances);
}

/* --- Changes ---------------------------------------------------------------------------------- */

static bool place_of(enum rule_place place, const struct packet *packet, size_t length,
                     size_t *from, size_t *to)
{
    *from = 0;
    *to = length;
    switch (place) {
    case PLACE_ETHERNET:
        *to = length < PACKET_ETHERNET ? length : PACKET_ETHERNET;
        break;
    case PLACE_IP:
        *from = packet->ip;
        *to = packet->ip + packet->ip_header;
        return packet->ip != 0;
    case PLACE_UDP:
        *from = packet->udp;
        *to = packet->payload;
        return packet->udp != 0;
    case PLACE_TFTP:
        *from = packet->payload;
        *to = packet->end;
        if (packet->kind == PACKET_TFTP_DATA || packet->kind == PACKET_TFTP_ACK)
            *to = packet->payload + 4;
        return packet->kind >= PACKET_TFTP_REQUEST && packet->kind <= PACKET_TFTP_ERROR;
    case PLACE_PAYLOAD:
        *from = packet->payload;
        *to = packet->end;
        return packet->udp != 0 && packet->end > packet->payload;
    default:
        break;
    }
    return *to > *from;
}

bool fault_corrupt(const struct rule *rule, struct chances *chances, const struct packet *packet,
                   uint8_t *frame, size_t length)
{
    size_t from, to;
    bool was_right;

    if (!place_of(rule->place, packet, length, &from, &to) || to > length)
        return false;
    /* What another rule has damaged must not get a right checksum here. */
    was_right = packet_checksum_right(frame, packet);
    for (uint32_t i = 0; i < rule->bits; i++) {
        uint64_t bit = chances_below(chances, (to - from) * 8);

        frame[from + bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    /* Where lengths and the like have changed, the sum goes over what they were. */
    if (rule->right_checksum && was_right)
        packet_checksum(frame, packet);
    return true;
}

/* Cuts inside the datagram, so that all lengths agree again. */
static bool truncate_datagram(const struct rule *rule, struct chances *chances,
                              const struct packet *packet, uint8_t *frame, size_t *length)
{
    struct packet cut = *packet;
    size_t room = packet->end - packet->payload;

    if (packet->udp == 0 || room == 0 || !packet_checksum_right(frame, packet))
        return false;
    if (rule->has_to)
        cut.end = packet->payload + (rule->to < room ? rule->to : room);
    else if (rule->has_by)
        cut.end -= rule->by < room ? rule->by : room;
    else
        cut.end = packet->payload + chances_below(chances, room);
    put_be16(frame + packet->ip + 2, (uint16_t)(cut.end - packet->ip));
    put_be16(frame + packet->udp + 4, (uint16_t)(cut.end - packet->udp));
    packet_checksum(frame, &cut);
    *length = cut.end;
    if (*length < FRAME_MINIMUM) {
        memset(frame + *length, 0, FRAME_MINIMUM - *length);
        *length = FRAME_MINIMUM;
    }
    return true;
}

bool fault_truncate(const struct rule *rule, struct chances *chances, const struct packet *packet,
                    uint8_t *frame, size_t *length)
{
    if (rule->right_checksum)
        return truncate_datagram(rule, chances, packet, frame, length);
    if (*length < 2)
        return false;
    if (rule->has_to)
        *length = rule->to < *length ? (rule->to != 0 ? rule->to : 1) : *length;
    else if (rule->has_by)
        *length -= rule->by < *length ? rule->by : *length - 1;
    else
        *length = 1 + chances_below(chances, *length - 1);
    return true;
}

bool fault_pad(const struct rule *rule, struct chances *chances, uint8_t *frame, size_t *length)
{
    size_t to = *length + 1 + chances_below(chances, 64);

    if (rule->has_to)
        to = rule->to;
    else if (rule->has_by)
        to = *length + rule->by;
    if (to > PACKET_MAXIMUM || to <= *length)
        return false;
    garbage(chances, frame + *length, to - *length);
    *length = to;
    return true;
}

/* --- Frames that nobody sent --------------------------------------------------------------------
 */

/* Another payload for a datagram, all lengths right. Returns the frame's length. */
static size_t set_payload(uint8_t *frame, const struct packet *packet, size_t payload)
{
    struct packet changed = *packet;

    changed.end = packet->payload + payload;
    put_be16(frame + packet->ip + 2, (uint16_t)(changed.end - packet->ip));
    put_be16(frame + packet->udp + 4, (uint16_t)(changed.end - packet->udp));
    put_be16(frame + packet->udp + 6, 1); /* not 0, which is "no checksum" */
    packet_checksum(frame, &changed);
    if (changed.end >= FRAME_MINIMUM)
        return changed.end;
    memset(frame + changed.end, 0, FRAME_MINIMUM - changed.end);
    return FRAME_MINIMUM;
}

static size_t make_error(uint8_t *rogue, const struct packet *packet)
{
    static const uint8_t error[] = "\0\5\0\0forged";

    memcpy(rogue + packet->payload, error, sizeof error);
    return set_payload(rogue, packet, sizeof error);
}

static void other_port(struct chances *chances, uint8_t *rogue, const struct packet *packet)
{
    put_be16(rogue + packet->udp,
             (uint16_t)(packet->source_port ^ (1 + chances_below(chances, 255))));
}

/* The same block with other contents, or the same OACK. */
static size_t other_data(struct chances *chances, uint8_t *rogue, const struct packet *packet)
{
    size_t payload = packet->end - packet->payload;

    if (packet->kind == PACKET_TFTP_DATA)
        garbage(chances, rogue + packet->payload + 4, payload - 4);
    return set_payload(rogue, packet, payload);
}

static size_t make_oversized(struct chances *chances, uint8_t *rogue, const struct packet *packet)
{
    size_t payload = packet->end - packet->payload;
    size_t least = 1515 - packet->payload;
    size_t wanted = least + chances_below(chances, OVERSIZED_MAXIMUM - 1514);

    garbage(chances, rogue + packet->end, packet->payload + wanted - packet->end);
    return wanted > payload ? set_payload(rogue, packet, wanted) : 0;
}

size_t fault_rogue(const struct rule *rule, struct chances *chances, const struct packet *packet,
                   const uint8_t *frame, size_t length, uint8_t *rogue)
{
    memcpy(rogue, frame, length);
    if (rule->rogue == ROGUE_RUNT) {
        size_t limit = length < FRAME_MINIMUM ? length : FRAME_MINIMUM;

        return limit > 1 ? 1 + chances_below(chances, limit - 1) : 0;
    }
    if (packet->udp == 0)
        return 0;
    switch (rule->rogue) {
    case ROGUE_WRONG_TID:
        other_port(chances, rogue, packet);
        return other_data(chances, rogue, packet);
    case ROGUE_WRONG_SERVER:
        put_be32(rogue + packet->ip + 12, get_be32(rogue + packet->ip + 12) ^ 0x00000100u);
        return other_data(chances, rogue, packet);
    case ROGUE_WRONG_TID_ERROR:
        other_port(chances, rogue, packet);
        return make_error(rogue, packet);
    case ROGUE_FORGED_ERROR:
        return make_error(rogue, packet);
    case ROGUE_FORGED_ACK:
        put_be16(rogue + packet->payload + 2, (uint16_t)(packet->block + 1));
        return set_payload(rogue, packet, 4);
    case ROGUE_FORGED_DATA:
        put_be16(rogue + packet->payload + 2, (uint16_t)(packet->block + BLOCKS_AHEAD));
        return other_data(chances, rogue, packet);
    case ROGUE_OVERSIZED:
        return make_oversized(chances, rogue, packet);
    default:
        return 0;
    }
}

/* Who has 198.18.x.y? */
static size_t storm_arp(struct chances *chances, uint8_t *frame)
{
    memset(frame, 0, FRAME_MINIMUM);
    put_be16(frame + 12, 0x0806);
    put_be16(frame + 14, 1);
    put_be16(frame + 16, 0x0800);
    frame[18] = 6;
    frame[19] = 4;
    put_be16(frame + 20, 1);
    memcpy(frame + 22, nobody, 6);
    put_be32(frame + 28, NOBODY_ADDRESS);
    put_be32(frame + 38, NOBODY_ADDRESS + 1 + (uint32_t)chances_below(chances, 65000));
    return FRAME_MINIMUM;
}

static size_t storm_udp(struct chances *chances, uint8_t *frame)
{
    size_t payload = 18 + chances_below(chances, 1455);
    struct packet packet = {.ip = 14, .ip_header = 20, .udp = 34, .payload = 42};

    memset(frame + 12, 0, 30);
    put_be16(frame + 12, 0x0800);
    frame[14] = 0x45;
    frame[22] = 64;
    frame[23] = 17;
    put_be32(frame + 26, NOBODY_ADDRESS);
    put_be32(frame + 30, 0xFFFFFFFFu);
    put_be16(frame + 34, 9); /* discard, RFC 863 */
    put_be16(frame + 36, 9);
    garbage(chances, frame + 42, payload);
    return set_payload(frame, &packet, payload);
}

/* A bridge's configuration message (IEEE 802.1D), as far as anybody looks at it. */
static size_t storm_stp(uint8_t *frame)
{
    memset(frame, 0, FRAME_MINIMUM);
    put_be16(frame + 12, 38);
    frame[14] = 0x42;
    frame[15] = 0x42;
    frame[16] = 0x03;
    return FRAME_MINIMUM;
}

size_t fault_storm(enum rule_storm storm, struct chances *chances, uint8_t *frame)
{
    size_t length = storm == STORM_ARP   ? storm_arp(chances, frame)
                    : storm == STORM_UDP ? storm_udp(chances, frame)
                                         : storm_stp(frame);

    memcpy(frame, storm == STORM_STP ? bridges : everybody, 6);
    memcpy(frame + 6, nobody, 6);
    return length;
}
