/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/net/wire/wire.h"

#include <stdlib.h>
#include <string.h>

#include "tests/net/wire/faults.h"
#include "tests/net/wire/packet.h"
#include "tests/net/wire/pcapng.h"
#include "tests/net/wire/rule.h"

#define RULES_MAXIMUM  64
#define QUEUE_MAXIMUM  4096 /* frames; more than that is a flood that no cable holds */
#define FRAME_MINIMUM  60   /* without the FCS */
#define COPIES_MAXIMUM 64
#define HOLD_US        20000 /* a frame to be overtaken waits so long for the others */
#define STORM_BEHIND   64    /* frames of a storm that may be late; more are left out */
#define COMMENT_LENGTH 400

/* A frame on its way; the queue is in the order of their times. */
struct travelling {
    struct travelling *next;
    uint64_t due_us;
    enum wire_side to;
    uint32_t overtaken_by; /* goes on after so many later frames, or at its time; 0: at its time */
    size_t length;
    char comment[COMMENT_LENGTH];
    uint8_t bytes[];
};

struct wire {
    wire_deliver deliver;
    void *context;
    uint64_t seed;
    uint64_t latency_us;
    struct rule rules[RULES_MAXIMUM];
    size_t rule_count;
    uint64_t storm_sent[RULES_MAXIMUM];
    struct packet_transfers transfers;
    struct travelling *queue;
    size_t queued;
    bool started;
    uint64_t started_us, now_us;
    FILE *record;

    /* Frames that entered and left at each side. */
    uint64_t entered[2], left[2];
    uint64_t done[RULE_ACTIONS];
    uint64_t overflowed;
    uint8_t entering[PACKET_MAXIMUM];
    uint8_t scratch[PACKET_MAXIMUM + 16];
};

struct wire *wire_create(uint64_t seed, wire_deliver deliver, void *context)
{
    struct wire *wire = calloc(1, sizeof *wire);

    if (wire == NULL)
        abort();
    wire->seed = seed;
    wire->deliver = deliver;
    wire->context = context;
    return wire;
}

void wire_destroy(struct wire *wire)
{
    while (wire->queue != NULL) {
        struct travelling *next = wire->queue->next;

        free(wire->queue);
        wire->queue = next;
    }
    if (wire->record != NULL)
        fclose(wire->record);
    free(wire);
}

bool wire_add_rule(struct wire *wire, const char *text, char *why, size_t why_length)
{
    if (wire->rule_count == RULES_MAXIMUM) {
        snprintf(why, why_length, "more than %d rules", RULES_MAXIMUM);
        return false;
    }
    if (!rule_parse(text, &wire->rules[wire->rule_count], why, why_length))
        return false;
    wire->rule_count++;
    return true;
}

void wire_set_latency(struct wire *wire, uint64_t us)
{
    wire->latency_us = us;
}

void wire_record(struct wire *wire, FILE *file)
{
    wire->record = file;
    pcapng_begin(file);
}

/* --- The queue -------------------------------------------------------------------------------- */

/* Behind all that are due at the same time. */
static void insert(struct wire *wire, struct travelling *frame)
{
    struct travelling **at = &wire->queue;

    while (*at != NULL && (*at)->due_us <= frame->due_us)
        at = &(*at)->next;
    frame->next = *at;
    *at = frame;
}

static void enqueue(struct wire *wire, enum wire_side to, const uint8_t *bytes, size_t length,
                    uint64_t due_us, uint32_t overtaken_by, const char *comment)
{
    struct travelling *frame;

    if (wire->queued == QUEUE_MAXIMUM) {
        wire->overflowed++;
        return;
    }
    frame = malloc(sizeof *frame + length);
    if (frame == NULL)
        abort();
    frame->due_us = due_us;
    frame->to = to;
    frame->overtaken_by = overtaken_by;
    frame->length = length;
    snprintf(frame->comment, sizeof frame->comment, "%s", comment);
    memcpy(frame->bytes, bytes, length);
    wire->queued++;
    insert(wire, frame);
}

/* A frame passes those that wait to be overtaken; the last one needed lets such a one go. */
static void overtake(struct wire *wire, enum wire_side to)
{
    struct travelling **at = &wire->queue, *let_go = NULL, **let_go_end = &let_go;

    while (*at != NULL) {
        struct travelling *frame = *at;

        if (frame->to == to && frame->overtaken_by != 0 && --frame->overtaken_by == 0) {
            *at = frame->next;
            frame->next = NULL;
            *let_go_end = frame;
            let_go_end = &frame->next;
        } else {
            at = &frame->next;
        }
    }
    while (let_go != NULL) {
        struct travelling *next = let_go->next;

        let_go->due_us = wire->now_us;
        insert(wire, let_go);
        let_go = next;
    }
}

static void leave(struct wire *wire, struct travelling *frame)
{
    wire->left[frame->to]++;
    if (wire->record != NULL)
        pcapng_frame(wire->record, frame->to, false, wire->now_us, frame->bytes, frame->length,
                     frame->comment);
    wire->deliver(wire->context, frame->to, frame->bytes, frame->length);
    if (frame->overtaken_by == 0)
        overtake(wire, frame->to);
    free(frame);
}

/* --- Rules ------------------------------------------------------------------------------------ */

/* What the rules have made of one frame so far. */
struct passage {
    enum wire_side from;
    uint8_t *bytes;
    size_t length;
    struct packet packet;
    bool dropped;
    uint64_t delay_us;
    uint32_t overtaken_by;
    uint64_t copies_us[COPIES_MAXIMUM];
    size_t copies;
    char comment[COMMENT_LENGTH];
};

static void note(struct passage *passage, const struct rule *rule)
{
    size_t used = strlen(passage->comment);

    snprintf(passage->comment + used, sizeof passage->comment - used, "%s%s", used != 0 ? "; " : "",
             rule->text);
}

/* What a rule draws depends on nothing but the seed, the rule and the frame's number. */
static struct chances chances_of(const struct wire *wire, size_t rule, enum wire_side from,
                                 uint64_t number)
{
    struct chances chances = {wire->seed};

    chances.state = chances_next(&chances) ^ (rule * 2 + from);
    chances.state = chances_next(&chances) ^ number;
    chances_next(&chances);
    return chances;
}

static uint64_t duration(const struct rule *rule, struct chances *chances)
{
    return rule->duration_first_us +
           chances_below(chances, rule->duration_last_us - rule->duration_first_us + 1);
}

static enum wire_side other_side(enum wire_side side)
{
    return side == WIRE_CLIENT ? WIRE_SERVER : WIRE_CLIENT;
}

static bool inject(struct wire *wire, const struct rule *rule, struct chances *chances,
                   const struct passage *passage)
{
    size_t length = fault_rogue(rule, chances, &passage->packet, passage->bytes, passage->length,
                                wire->scratch);
    char comment[COMMENT_LENGTH];

    if (length == 0)
        return false;
    snprintf(comment, sizeof comment, "rogue: %s", rule->text);
    enqueue(wire, other_side(passage->from), wire->scratch, length,
            wire->now_us + duration(rule, chances), 0, comment);
    return true;
}

/* True if it could be done to this frame. */
static bool apply(struct wire *wire, const struct rule *rule, struct chances *chances,
                  struct passage *passage)
{
    switch (rule->action) {
    case RULE_DROP:
        passage->dropped = true;
        return true;
    case RULE_DUPLICATE:
        for (uint32_t i = 0; i < rule->copies && passage->copies < COPIES_MAXIMUM; i++)
            passage->copies_us[passage->copies++] = duration(rule, chances);
        return true;
    case RULE_REORDER:
        passage->overtaken_by = rule->overtaken_by;
        passage->delay_us += rule->has_duration ? duration(rule, chances) : HOLD_US;
        return true;
    case RULE_DELAY:
        passage->delay_us += duration(rule, chances);
        return true;
    case RULE_CORRUPT:
        return fault_corrupt(rule, chances, &passage->packet, passage->bytes, passage->length);
    case RULE_TRUNCATE:
        return fault_truncate(rule, chances, &passage->packet, passage->bytes, &passage->length);
    case RULE_PAD:
        return fault_pad(rule, chances, passage->bytes, &passage->length);
    case RULE_INJECT:
        return inject(wire, rule, chances, passage);
    default:
        return false;
    }
}

static void meet(struct wire *wire, size_t index, struct passage *passage, uint64_t number,
                 const struct packet *original, size_t original_length)
{
    struct rule *rule = &wire->rules[index];
    struct chances chances = chances_of(wire, index, passage->from, number);

    if (!rule_is_about(rule, passage->from == WIRE_CLIENT, original, original_length))
        return;
    rule->matched++;
    if (rule->matched <= rule->skip || (rule->times != 0 && rule->applied >= rule->times) ||
        chances_below(&chances, 1000000) >= rule->chance_1e6)
        return;
    if (!apply(wire, rule, &chances, passage))
        return;
    rule->applied++;
    wire->done[rule->action]++;
    if (rule->action != RULE_INJECT)
        note(passage, rule);
}

void wire_input(struct wire *wire, enum wire_side side, const uint8_t *frame, size_t length,
                uint64_t now_us)
{
    static uint8_t changed[PACKET_MAXIMUM];
    struct passage passage = {.from = side, .bytes = changed, .length = length};
    uint64_t number = wire->entered[side]++;
    struct packet original;

    wire->now_us = now_us;
    if (!wire->started) {
        wire->started = true;
        wire->started_us = now_us;
    }
    if (length == 0 || length > PACKET_MAXIMUM)
        return;
    memcpy(changed, frame, length);
    /* Programs leave to the card what a short frame lacks. */
    if (length < FRAME_MINIMUM) {
        memset(changed + length, 0, FRAME_MINIMUM - length);
        passage.length = length = FRAME_MINIMUM;
    }
    memcpy(wire->entering, changed, length);
    frame = wire->entering;
    packet_classify(frame, length, &wire->transfers, &original);
    passage.packet = original;
    for (size_t i = 0; i < wire->rule_count && !passage.dropped; i++) {
        meet(wire, i, &passage, number, &original, length);
        /* A change of one rule may have taken away what the next one would change. */
        packet_classify(passage.bytes, passage.length, &wire->transfers, &passage.packet);
    }
    if (wire->record != NULL)
        pcapng_frame(wire->record, side, true, now_us, frame, length, passage.comment);
    if (passage.dropped)
        return;
    enqueue(wire, other_side(side), passage.bytes, passage.length,
            now_us + wire->latency_us + passage.delay_us, passage.overtaken_by, passage.comment);
    for (size_t i = 0; i < passage.copies; i++)
        enqueue(wire, other_side(side), passage.bytes, passage.length,
                now_us + wire->latency_us + passage.delay_us + passage.copies_us[i], 0,
                passage.comment);
}

/* --- Storms ----------------------------------------------------------------------------------- */

/* When the next frame of a storm is due. */
static uint64_t storm_due(const struct wire *wire, size_t index)
{
    const struct rule *rule = &wire->rules[index];
    uint64_t after_us;

    if (rule->action != RULE_STORM || !wire->started)
        return WIRE_NEVER;
    after_us = wire->storm_sent[index] * 1000000 / rule->storm_rate;
    if ((rule->for_us != 0 && after_us >= rule->for_us) ||
        (rule->times != 0 && wire->storm_sent[index] >= rule->times))
        return WIRE_NEVER;
    return wire->started_us + rule->start_us + after_us;
}

static void blow(struct wire *wire, size_t index)
{
    struct rule *rule = &wire->rules[index];
    struct chances chances = chances_of(wire, index, WIRE_CLIENT, wire->storm_sent[index]);
    size_t length = fault_storm(rule->storm, &chances, wire->scratch);
    char comment[COMMENT_LENGTH];

    snprintf(comment, sizeof comment, "rogue: %s", rule->text);
    if (rule->from_server)
        enqueue(wire, WIRE_CLIENT, wire->scratch, length, wire->now_us, 0, comment);
    if (rule->from_client)
        enqueue(wire, WIRE_SERVER, wire->scratch, length, wire->now_us, 0, comment);
    wire->storm_sent[index]++;
    rule->matched++;
    rule->applied++;
    wire->done[RULE_STORM]++;
}

static void run_storms(struct wire *wire)
{
    for (size_t i = 0; i < wire->rule_count; i++) {
        for (unsigned sent = 0; storm_due(wire, i) <= wire->now_us; sent++) {
            if (sent < STORM_BEHIND)
                blow(wire, i);
            else
                wire->storm_sent[i]++;
        }
    }
}

/* --- Time ------------------------------------------------------------------------------------- */

void wire_run(struct wire *wire, uint64_t now_us)
{
    wire->now_us = now_us;
    run_storms(wire);
    while (wire->queue != NULL && wire->queue->due_us <= now_us) {
        struct travelling *frame = wire->queue;

        wire->queue = frame->next;
        wire->queued--;
        leave(wire, frame);
    }
}

uint64_t wire_next_us(const struct wire *wire)
{
    uint64_t next = wire->queue != NULL ? wire->queue->due_us : WIRE_NEVER;

    for (size_t i = 0; i < wire->rule_count; i++)
        if (storm_due(wire, i) < next)
            next = storm_due(wire, i);
    return next;
}

void wire_report(const struct wire *wire, FILE *out)
{
    fprintf(out, "wire client: entered=%llu left=%llu\n",
            (unsigned long long)wire->entered[WIRE_CLIENT],
            (unsigned long long)wire->left[WIRE_CLIENT]);
    fprintf(out, "wire server: entered=%llu left=%llu\n",
            (unsigned long long)wire->entered[WIRE_SERVER],
            (unsigned long long)wire->left[WIRE_SERVER]);
    for (int action = 0; action < RULE_ACTIONS; action++)
        fprintf(out, "wire %s: %llu\n", rule_action_text((enum rule_action)action),
                (unsigned long long)wire->done[action]);
    fprintf(out, "wire overflow: %llu\n", (unsigned long long)wire->overflowed);
    for (size_t i = 0; i < wire->rule_count; i++)
        fprintf(out, "wire rule %zu: matched=%llu applied=%llu \"%s\"\n", i + 1,
                (unsigned long long)wire->rules[i].matched,
                (unsigned long long)wire->rules[i].applied, wire->rules[i].text);
}
