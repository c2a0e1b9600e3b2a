/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rules of the wire: one line of words each, which say what happens to which frames. The
 * language is described in tests/net/README.md.
 */
#ifndef TESTS_NET_WIRE_RULE_H
#define TESTS_NET_WIRE_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/net/wire/packet.h"

#define RULE_TEXT 160

enum rule_action {
    RULE_DROP,
    RULE_DUPLICATE,
    RULE_REORDER,
    RULE_DELAY,
    RULE_CORRUPT,
    RULE_TRUNCATE,
    RULE_PAD,
    RULE_INJECT,
    RULE_STORM,
    RULE_ACTIONS
};

/* Where a bit is turned round. */
enum rule_place {
    PLACE_ANY,
    PLACE_ETHERNET,
    PLACE_IP,      /* the header */
    PLACE_UDP,     /* the header */
    PLACE_TFTP,    /* operation and block number, or the whole of an OACK or a request */
    PLACE_PAYLOAD, /* what UDP carries */
    PLACE_COUNT
};

/* Frames that nobody sent, made from the one that the rule met. */
enum rule_rogue {
    ROGUE_WRONG_TID,       /* a server's DATA or OACK again, other contents, from another port */
    ROGUE_WRONG_TID_ERROR, /* an ERROR from another port */
    ROGUE_WRONG_SERVER,    /* the same as the first, from another address */
    ROGUE_FORGED_ACK,      /* a client's ACK of the next block */
    ROGUE_FORGED_DATA,     /* a server's DATA seven blocks ahead, other contents */
    ROGUE_FORGED_ERROR,    /* an ERROR from the right port: it ends the transfer */
    ROGUE_RUNT,            /* the first 1 to 59 bytes of the frame */
    ROGUE_OVERSIZED,       /* the frame again with up to 9000 bytes, lengths and checksums right */
    ROGUE_COUNT
};

/* What a storm is made of, all of it broadcast or to a group that everybody listens to. */
enum rule_storm { STORM_ARP, STORM_UDP, STORM_STP, STORM_COUNT };

struct rule {
    char text[RULE_TEXT];
    enum rule_action action;

    /* Which frames. */
    uint32_t kinds; /* a bit for each; 0: all */
    bool from_client, from_server;
    bool has_block, has_length;
    uint32_t block_first, block_last;
    uint32_t length_first, length_last;
    uint32_t skip, times; /* the first so many are let go; then so many are taken, 0: all */
    uint32_t chance_1e6;  /* 1,000,000: always */

    /* What happens. */
    bool has_duration;
    uint64_t duration_first_us, duration_last_us;
    uint32_t copies;
    uint32_t overtaken_by;
    enum rule_place place;
    uint32_t bits;
    bool right_checksum;
    bool has_to, has_by;
    uint32_t to, by;
    enum rule_rogue rogue;
    enum rule_storm storm;
    uint32_t storm_rate; /* frames each second */
    uint64_t start_us, for_us;

    /* What has happened. */
    uint64_t matched, applied;
};

/* Reads one rule. False: `why` says what is wrong with it. */
bool rule_parse(const char *text, struct rule *rule, char *why, size_t why_length);

/* Whether it is about such a frame. Counts and chances are the caller's. */
bool rule_is_about(const struct rule *rule, bool from_client, const struct packet *packet,
                   size_t length);

const char *rule_action_text(enum rule_action action);

#endif
