/* SPDX-License-Identifier: BSD-2-Clause */
#include "interface.h"

#include "lib/bytes.h"

/* RFC 826 over Ethernet */
#define ARP_LENGTH   42
#define TYPE_ARP     0x0806
#define ARP_REQUEST  1
#define ARP_REPLY    2
#define WAIT         3000 /* milliseconds for an answer */
#define ROUNDS       300  /* more than any card's ring has places */
#define BURST        64
#define GUARD        0x77
#define FRAME_BUFFER 2048

static uint8_t request[ARP_LENGTH + 22], frame[FRAME_BUFFER + 64];

static uint32_t address_of(const char *key)
{
    const char *text = words_value(client_words(), key);
    return text != NULL ? read_number(&text, 16) : 0;
}

static void make_request(const struct card *card)
{
    memset(request, 0, sizeof(request));
    memset(request, 0xFF, 6);
    memcpy(request + 6, card->mac, 6);
    put_be16(request + 12, TYPE_ARP);
    put_be16(request + 14, 1);
    put_be16(request + 16, 0x0800);
    request[18] = 6;
    request[19] = 4;
    put_be16(request + 20, ARP_REQUEST);
    memcpy(request + 22, card->mac, 6);
    put_be32(request + 28, address_of("own="));
    put_be32(request + 38, address_of("arp="));
}

static uint32_t send(uint32_t instance)
{
    return client_one("write", 3, instance, request, ARP_LENGTH);
}

static bool is_answer(const struct card *card, const uint8_t *bytes, uint32_t length)
{
    return length >= ARP_LENGTH && length <= ETHERNET_MOST + 4 &&
           memcmp(bytes, card->mac, 6) == 0 && get_be16(bytes + 12) == TYPE_ARP &&
           get_be16(bytes + 20) == ARP_REPLY && get_be32(bytes + 28) == address_of("arp=");
}

/* Reads until a frame comes, at most WAIT long. NOTHING: none came. */
static uint32_t receive(uint32_t instance, void *buffer, uint32_t size)
{
    uint32_t start = milliseconds();
    do {
        uint32_t length = client_one("read", 3, instance, buffer, size);
        if ((int32_t)length > 0)
            return length;
    } while (milliseconds() - start < WAIT);
    return NOTHING;
}

static bool receive_answer(const struct card *card, uint32_t instance)
{
    for (uint32_t other = 0; other < 50; other++) {
        uint32_t length = receive(instance, frame, FRAME_BUFFER);
        if (length == NOTHING)
            return false;
        if (is_answer(card, frame, length))
            return true;
    }
    return false;
}

/* Reads what is there, until for a tenth of a second nothing was. */
static void drain(uint32_t instance)
{
    uint32_t start = milliseconds();
    for (uint32_t i = 0; i < 100000 && milliseconds() - start < 100; i++)
        if ((int32_t)client_one("read", 3, instance, frame, FRAME_BUFFER) > 0)
            start = milliseconds();
}

bool frames_pass(const struct card *card, uint32_t instance)
{
    make_request(card);
    return is_handle(instance) && send(instance) == ARP_LENGTH && receive_answer(card, instance);
}

static void check_odd_reads(const struct card *card, uint32_t instance)
{
    static const uint32_t sizes[] = {0, 1, 10, 41};
    for (uint32_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        drain(instance);
        memset(frame, GUARD, sizeof(frame));
        send(instance);
        uint32_t length = sizes[i] != 0 ? receive(instance, frame, sizes[i]) : 0;
        if (sizes[i] == 0)
            for (uint32_t start = milliseconds(); milliseconds() - start < 300;)
                client_one("read", 3, instance, frame, 0);
        uint32_t kept = sizes[i];
        while (kept < sizeof(frame) && frame[kept] == GUARD)
            kept++;
        check(kept == sizeof(frame), "read into %u bytes writes no more (returned %u)", sizes[i],
              length);
        check(sizes[i] < 6 || (length != NOTHING && memcmp(frame, card->mac, 6) == 0),
              "and what it writes is the frame's beginning");
    }
    drain(instance);
    check(frames_pass(card, instance), "frames pass after reads into too small buffers");
}

static void check_odd_writes(const struct card *card, uint32_t instance)
{
    check((int32_t)client_one("write", 3, instance, request, 0) <= 0,
          "write of 0 bytes sends none");
    check((int32_t)client_one("write", 3, instance, request, 1) <= 1,
          "write of 1 byte is answered");
    guard_fill(area, 0x20000);
    check((int32_t)client_one("write", 3, instance, area, ETHERNET_MOST) == (int32_t)ETHERNET_MOST,
          "write of the longest frame sends it");
    check((int32_t)client_one("write", 3, instance, area, 0x10000) <= (int32_t)ETHERNET_MOST + 4,
          "write of 64 KB sends no such frame");
    check((int32_t)client_one("write", 3, instance, area, 0x7FFFFFFF) <= (int32_t)ETHERNET_MOST + 4,
          "nor of 2 GB");
    check((int32_t)client_one("write", 3, instance, area, NOTHING) <= (int32_t)ETHERNET_MOST + 4,
          "nor of 4 GB");
    check(guard_is_whole(area, 0x20000), "write leaves what it is given as it is");
    check(frames_pass(card, instance), "frames pass after writes of odd lengths");
}

void check_frames(const struct card *card)
{
    uint32_t instance = card_open(card, "");
    if (!check(is_handle(instance), "the card opens for frames"))
        return;
    make_request(card);
    drain(instance);
    uint32_t length = client_one("read", 3, instance, frame, FRAME_BUFFER);
    check(length == (uint32_t)-2 || (int32_t)length <= 0, "read without a frame returns %s0x%x", "",
          length);
    length = send(instance);
    check(length == ARP_LENGTH, "write of an ARP request returns its length (%u)", length);
    check(receive_answer(card, instance), "and the answer is read");

    /* The same as methods: the top of the stack is the length. */
    check(client_method("write", instance, 2, 1, ARP_LENGTH, request) == 0 &&
              client_results[1] == ARP_LENGTH,
          "call-method write sends it too");
    bool came = false;
    for (uint32_t start = milliseconds(); !came && milliseconds() - start < WAIT;)
        came = client_method("read", instance, 2, 1, FRAME_BUFFER, frame) == 0 &&
               is_answer(card, frame, client_results[1]);
    check(came, "call-method read reads the answer");

    uint32_t answers = 0;
    for (uint32_t i = 0; i < ROUNDS && answers == i; i++)
        answers += send(instance) == ARP_LENGTH && receive_answer(card, instance);
    check(answers == ROUNDS, "%u of %u requests one by one are answered", answers, ROUNDS);
    answers = 0;
    for (uint32_t i = 0; i < BURST; i++)
        send(instance);
    while (receive_answer(card, instance) && answers < BURST)
        answers++;
    check(answers >= 8, "%u of %u requests at once are answered", answers, BURST);
    check(frames_pass(card, instance), "frames pass after that");
    check_odd_reads(card, instance);
    check_odd_writes(card, instance);
    close_device(instance);
}
