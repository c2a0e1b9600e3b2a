/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/net/wire/rule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAXIMUM 24
#define ALWAYS        1000000u
#define KIND(k)       (1u << (k))

static const char *const action_texts[RULE_ACTIONS] = {
    "drop", "duplicate", "reorder", "delay", "corrupt", "truncate", "pad", "inject", "storm"};
static const char *const place_texts[PLACE_COUNT] = {"any", "ethernet", "ip",
                                                     "udp", "tftp",     "payload"};
static const char *const rogue_texts[ROGUE_COUNT] = {
    "wrong-tid",   "wrong-tid-error", "wrong-server", "forged-ack",
    "forged-data", "forged-error",    "runt",         "oversized"};
static const char *const storm_texts[STORM_COUNT] = {"arp", "udp", "stp"};

/* Words for several kinds at once; the others are packet_kind_text's. */
static const struct {
    const char *text;
    uint32_t kinds;
} groups[] = {
    {"arp", KIND(PACKET_ARP_REQUEST) | KIND(PACKET_ARP_REPLY)},
    {"dhcp", KIND(PACKET_BOOTP) | KIND(PACKET_DHCP_DISCOVER) | KIND(PACKET_DHCP_OFFER) |
                 KIND(PACKET_DHCP_REQUEST) | KIND(PACKET_DHCP_ACK) | KIND(PACKET_DHCP_NAK) |
                 KIND(PACKET_DHCP_INFORM) | KIND(PACKET_DHCP_OTHER)},
    {"tftp", KIND(PACKET_TFTP_REQUEST) | KIND(PACKET_TFTP_DATA) | KIND(PACKET_TFTP_ACK) |
                 KIND(PACKET_TFTP_OACK) | KIND(PACKET_TFTP_ERROR)},
};

const char *rule_action_text(enum rule_action action)
{
    return action_texts[action];
}

static int find(const char *word, const char *const *texts, int count)
{
    for (int i = 0; i < count; i++)
        if (strcmp(word, texts[i]) == 0)
            return i;
    return -1;
}

/* --- Numbers ---------------------------------------------------------------------------------- */

/* A whole number, with `*rest` behind it. */
static bool read_number(const char *text, uint32_t *number, const char **rest)
{
    char *end;
    unsigned long long value;

    if (text[0] < '0' || text[0] > '9')
        return false;
    value = strtoull(text, &end, 10);
    *number = (uint32_t)value;
    *rest = end;
    return value <= UINT32_MAX;
}

static bool whole_number(const char *text, uint32_t *number)
{
    const char *rest;

    return read_number(text, number, &rest) && rest[0] == '\0';
}

/* "7" or "7-9". */
static bool number_range(const char *text, uint32_t *first, uint32_t *last)
{
    const char *rest;

    if (!read_number(text, first, &rest))
        return false;
    *last = *first;
    if (rest[0] == '-')
        return whole_number(rest + 1, last) && *last >= *first;
    return rest[0] == '\0';
}

/* "5%", "0.01%". */
static bool read_chance(const char *text, uint32_t *chance)
{
    char *end;
    double percent = strtod(text, &end);

    if (end == text || strcmp(end, "%") != 0 || !(percent >= 0 && percent <= 100))
        return false;
    *chance = (uint32_t)(percent * (ALWAYS / 100) + 0.5);
    return true;
}

/* "900ms", "50us", "2s". */
static bool read_duration(const char *text, uint64_t *us, const char **rest)
{
    static const struct {
        const char *unit;
        double us;
    } units[] = {{"us", 1}, {"ms", 1000}, {"s", 1000000}};
    char *end;
    double value;

    if (!(text[0] >= '0' && text[0] <= '9'))
        return false;
    value = strtod(text, &end);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t length = strlen(units[i].unit);

        if (strncmp(end, units[i].unit, length) == 0) {
            *us = (uint64_t)(value * units[i].us);
            *rest = end + length;
            return value < 1e6;
        }
    }
    return false;
}

static bool whole_duration(const char *text, uint64_t *us)
{
    const char *rest;

    return read_duration(text, us, &rest) && rest[0] == '\0';
}

/* "5ms" or "1ms-5ms". */
static bool duration_range(const char *text, uint64_t *first, uint64_t *last)
{
    const char *rest;

    if (!read_duration(text, first, &rest))
        return false;
    *last = *first;
    if (rest[0] == '-')
        return whole_duration(rest + 1, last) && *last >= *first;
    return rest[0] == '\0';
}

/* --- Words ------------------------------------------------------------------------------------ */

static bool take_kind(struct rule *rule, const char *word)
{
    bool storm = rule->action == RULE_STORM;

    if (storm) {
        int kind = find(word, storm_texts, STORM_COUNT);

        if (kind >= 0)
            rule->storm = (enum rule_storm)kind;
        return kind >= 0;
    }
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
        if (strcmp(word, groups[i].text) == 0) {
            rule->kinds |= groups[i].kinds;
            return true;
        }
    for (int kind = 0; kind < PACKET_KINDS; kind++)
        if (strcmp(word, packet_kind_text((enum packet_kind)kind)) == 0) {
            rule->kinds |= KIND(kind);
            return true;
        }
    return false;
}

/* "client" or "server": where frames come from. */
static bool take_side(struct rule *rule, const char *value)
{
    rule->from_client = strcmp(value, "client") == 0;
    rule->from_server = strcmp(value, "server") == 0;
    return rule->from_client || rule->from_server;
}

static bool take_place(struct rule *rule, const char *value)
{
    int place = find(value, place_texts, PLACE_COUNT);

    rule->place = (enum rule_place)place;
    return place >= 0;
}

static bool take_checksum(struct rule *rule, const char *value)
{
    rule->right_checksum = strcmp(value, "right") == 0;
    return rule->right_checksum || strcmp(value, "wrong") == 0;
}

static bool take_assignment(struct rule *rule, const char *name, const char *value)
{
    if (strcmp(name, "from") == 0)
        return take_side(rule, value);
    if (strcmp(name, "block") == 0)
        return rule->has_block = number_range(value, &rule->block_first, &rule->block_last);
    if (strcmp(name, "length") == 0)
        return rule->has_length = number_range(value, &rule->length_first, &rule->length_last);
    if (strcmp(name, "skip") == 0)
        return whole_number(value, &rule->skip);
    if (strcmp(name, "times") == 0)
        return whole_number(value, &rule->times) && rule->times != 0;
    switch (rule->action) {
    case RULE_DUPLICATE:
        return strcmp(name, "copies") == 0 && whole_number(value, &rule->copies) &&
               rule->copies >= 1 && rule->copies <= 16;
    case RULE_REORDER:
        return strcmp(name, "by") == 0 && whole_number(value, &rule->overtaken_by) &&
               rule->overtaken_by != 0;
    case RULE_CORRUPT:
        if (strcmp(name, "at") == 0)
            return take_place(rule, value);
        if (strcmp(name, "checksum") == 0)
            return take_checksum(rule, value);
        return strcmp(name, "bits") == 0 && whole_number(value, &rule->bits) && rule->bits != 0 &&
               rule->bits <= 1000;
    case RULE_TRUNCATE:
        if (strcmp(name, "checksum") == 0)
            return take_checksum(rule, value);
        /* fall through */
    case RULE_PAD:
        if (strcmp(name, "to") == 0)
            return rule->has_to = whole_number(value, &rule->to) && rule->to <= PACKET_MAXIMUM;
        return strcmp(name, "by") == 0 &&
               (rule->has_by = whole_number(value, &rule->by) && rule->by <= PACKET_MAXIMUM);
    case RULE_STORM:
        if (strcmp(name, "start") == 0)
            return whole_duration(value, &rule->start_us);
        return strcmp(name, "for") == 0 && whole_duration(value, &rule->for_us);
    default:
        return false;
    }
}

/* "300/s". */
static bool take_rate(struct rule *rule, const char *word)
{
    const char *rest;

    return rule->action == RULE_STORM && read_number(word, &rule->storm_rate, &rest) &&
           strcmp(rest, "/s") == 0 && rule->storm_rate >= 1 && rule->storm_rate <= 100000;
}

static bool take_duration(struct rule *rule, const char *word)
{
    if (rule->action != RULE_DELAY && rule->action != RULE_DUPLICATE &&
        rule->action != RULE_REORDER && rule->action != RULE_INJECT)
        return false;
    if (!duration_range(word, &rule->duration_first_us, &rule->duration_last_us))
        return false;
    return rule->has_duration = true;
}

static bool take_rogue(struct rule *rule, const char *word)
{
    int rogue;

    if (rule->action != RULE_INJECT || rule->rogue != ROGUE_COUNT)
        return false;
    rogue = find(word, rogue_texts, ROGUE_COUNT);
    if (rogue >= 0)
        rule->rogue = (enum rule_rogue)rogue;
    return rogue >= 0;
}

static bool take_word(struct rule *rule, char *word)
{
    char *equals = strchr(word, '=');

    if (equals != NULL) {
        *equals = '\0';
        if (take_assignment(rule, word, equals + 1))
            return true;
        *equals = '=';
        return false;
    }
    return read_chance(word, &rule->chance_1e6) || take_rate(rule, word) ||
           take_duration(rule, word) || take_rogue(rule, word) || take_kind(rule, word);
}

/* What an action needs to be one, and which frames some of them can only be about. */
static const char *complete(struct rule *rule)
{
    switch (rule->action) {
    case RULE_DELAY:
        return rule->has_duration ? NULL : "a delay needs its time, as in \"delay 5ms\"";
    case RULE_STORM:
        return rule->storm_rate != 0 ? NULL : "a storm needs its rate, as in \"storm 200/s\"";
    case RULE_INJECT:
        switch (rule->rogue) {
        case ROGUE_COUNT:
            return "inject what?";
        case ROGUE_FORGED_ACK:
            rule->kinds = KIND(PACKET_TFTP_ACK);
            break;
        case ROGUE_RUNT:
            break;
        case ROGUE_OVERSIZED:
        case ROGUE_WRONG_TID_ERROR:
        case ROGUE_FORGED_ERROR:
        case ROGUE_WRONG_TID:
        case ROGUE_WRONG_SERVER:
            if (rule->kinds == 0)
                rule->kinds = KIND(PACKET_TFTP_DATA) | KIND(PACKET_TFTP_OACK);
            break;
        case ROGUE_FORGED_DATA:
            rule->kinds = KIND(PACKET_TFTP_DATA);
            break;
        }
        return NULL;
    default:
        return NULL;
    }
}

bool rule_parse(const char *text, struct rule *rule, char *why, size_t why_length)
{
    char copy[RULE_TEXT], *word, *rest = NULL;
    const char *missing;
    int action;

    memset(rule, 0, sizeof *rule);
    if (strlen(text) >= sizeof copy) {
        snprintf(why, why_length, "the rule is longer than %d characters", RULE_TEXT - 1);
        return false;
    }
    strcpy(copy, text);
    strcpy(rule->text, text);
    word = strtok_r(copy, " \t\r\n", &rest);
    action = word != NULL ? find(word, action_texts, RULE_ACTIONS) : -1;
    if (action < 0) {
        snprintf(why, why_length, "no action is called \"%s\"", word != NULL ? word : "");
        return false;
    }
    rule->action = (enum rule_action)action;
    rule->from_client = rule->from_server = true;
    rule->chance_1e6 = ALWAYS;
    rule->copies = 1;
    rule->bits = 1;
    rule->overtaken_by = 1;
    rule->rogue = ROGUE_COUNT;
    while ((word = strtok_r(NULL, " \t\r\n", &rest)) != NULL) {
        if (!take_word(rule, word)) {
            snprintf(why, why_length, "\"%s\" means nothing to %s", word, action_texts[action]);
            return false;
        }
    }
    missing = complete(rule);
    if (missing != NULL)
        snprintf(why, why_length, "%s", missing);
    return missing == NULL;
}

bool rule_is_about(const struct rule *rule, bool from_client, const struct packet *packet,
                   size_t length)
{
    if (rule->action == RULE_STORM || !(from_client ? rule->from_client : rule->from_server))
        return false;
    if (rule->kinds != 0 && (rule->kinds & KIND(packet->kind)) == 0)
        return false;
    if (rule->has_block && ((packet->kind != PACKET_TFTP_DATA && packet->kind != PACKET_TFTP_ACK) ||
                            packet->block < rule->block_first || packet->block > rule->block_last))
        return false;
    return !rule->has_length || (length >= rule->length_first && length <= rule->length_last);
}
