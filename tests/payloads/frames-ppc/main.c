/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A client program that firmware itself starts, without Sawboot: it uses every card whose node the
 * card's own ROM has made (boot/fcode) through `open`, `read`, `write` and `close`, and judges what
 * it finds. QEMU's user network answers.
 */
#include "../common-ppc/client.h"
#include "../common/report.h"
#include "../common/strings.h"
#include "lib/bytes.h"

/* RFC 826 over Ethernet */
#define ARP_LENGTH  42
#define TYPE_ARP    0x0806
#define ARP_REQUEST 1
#define ARP_REPLY   2
/* QEMU's user network: the answering host, and the address that a machine gets first. */
#define HOST    0x0A000202u
#define OURSELF 0x0A00020Fu

#define NO_FRAME     0xFFFFFFFEu /* -2 */
#define WAIT         8000        /* milliseconds; QEMU's e1000 delivers a second after its start */
#define SEND_AGAIN   1000
#define ROUNDS       20
#define FRAME_BUFFER 2048
#define GUARD        0x77

static uint8_t request[FRAME_BUFFER], frame[FRAME_BUFFER];

static void copy_text(char *to, const char *text)
{
    memcpy(to, text, strlen(text) + 1);
}

static void make_request(const uint8_t mac[6])
{
    memset(request, 0, sizeof(request));
    memset(request, 0xFF, 6);
    memcpy(request + 6, mac, 6);
    put_be16(request + 12, TYPE_ARP);
    put_be16(request + 14, 1);
    put_be16(request + 16, 0x0800);
    request[18] = 6;
    request[19] = 4;
    put_be16(request + 20, ARP_REQUEST);
    memcpy(request + 22, mac, 6);
    put_be32(request + 28, OURSELF);
    put_be32(request + 38, HOST);
}

static uint32_t write_frame(uint32_t instance, uint32_t length)
{
    return client_one("write", 3, instance, request, length);
}

static uint32_t read_frame(uint32_t instance, uint32_t size)
{
    return client_one("read", 3, instance, frame, size);
}

static bool is_answer(const uint8_t mac[6])
{
    return memcmp(frame, mac, 6) == 0 && get_be16(frame + 12) == TYPE_ARP &&
           get_be16(frame + 20) == ARP_REPLY && get_be32(frame + 28) == HOST;
}

/* Asks, and reads at most `size` bytes of the answer. Returns its length, 0 without any. */
static uint32_t ask(uint32_t instance, const uint8_t mac[6], uint32_t size)
{
    uint32_t start = milliseconds(), sent = start - SEND_AGAIN;

    memset(frame, GUARD, sizeof(frame));
    do {
        if (milliseconds() - sent >= SEND_AGAIN) {
            if (write_frame(instance, ARP_LENGTH) != ARP_LENGTH)
                return 0;
            sent = milliseconds();
        }
        uint32_t length = read_frame(instance, size);
        if ((int32_t)length > 0 && is_answer(mac))
            return length;
        if ((int32_t)length <= 0 && length != NO_FRAME)
            return 0;
    } while (milliseconds() - start < WAIT);
    return 0;
}

/* Bytes of memory that firmware has not given to anybody. */
static uint32_t free_memory(void)
{
    uint32_t regions[64], total = 0;
    uint32_t length = get_property(find_device("/memory"), "available", regions, sizeof(regions));

    for (uint32_t i = 0; length != NOTHING && i + 1 < length / 4 && i + 1 < 64; i += 2)
        total += regions[i + 1];
    return total;
}

static void try_lengths(uint32_t instance)
{
    check((int32_t)write_frame(instance, 0) <= 0, "write of nothing is refused");
    check((int32_t)write_frame(instance, ETHERNET_MOST + 1) <= 0, "write of %u bytes is refused",
          ETHERNET_MOST + 1);
    check(write_frame(instance, ETHERNET_MOST) == ETHERNET_MOST, "write of %u bytes is done",
          ETHERNET_MOST);
}

static void try_short_read(uint32_t instance, const uint8_t mac[6])
{
    uint32_t length = ask(instance, mac, ARP_LENGTH - 8);
    bool whole = true;

    for (uint32_t i = ARP_LENGTH - 8; i < sizeof(frame); i++)
        whole = whole && frame[i] == GUARD;
    check(length == ARP_LENGTH - 8 && whole, "a frame is cut to a shorter buffer (%u)", length);
}

static void try_rounds(const char *path, const uint8_t mac[6])
{
    uint32_t good = 0, before = 0;

    for (uint32_t round = 0; round < ROUNDS; round++) {
        uint32_t instance = open_device(path);
        good += instance != 0 && ask(instance, mac, FRAME_BUFFER) >= ARP_LENGTH;
        close_device(instance);
        if (round == 0)
            before = free_memory();
    }
    check(good == ROUNDS, "%u of %u times opened, asked, answered, closed", good, ROUNDS);
    check(before != 0 && free_memory() == before, "which cost no memory (%u free)", before);
}

static void try_card(uint32_t node)
{
    static char path[PATH_LENGTH], with_arguments[PATH_LENGTH + 32];
    uint8_t mac[8], again[8];

    copy_text(path, path_of(node));
    say("card %s\n", path);
    uint32_t mac_length = get_property(node, "local-mac-address", mac, sizeof(mac));
    if (!check(mac_length == 6 && !(mac[0] & 1), "the ROM has told the station address"))
        return;
    make_request(mac);

    uint32_t instance = open_device(path);
    if (!check(instance != 0, "open"))
        return;
    check(read_frame(instance, FRAME_BUFFER) == NO_FRAME, "read without a frame gives -2");
    check(ask(instance, mac, FRAME_BUFFER) >= ARP_LENGTH, "a question is answered");
    check(get_property(node, "mac-address", again, sizeof(again)) == 6 &&
              memcmp(mac, again, 6) == 0,
          "the station address is still the same");
    try_lengths(instance);
    try_short_read(instance, mac);

    uint32_t second = open_device(path);
    check(second != 0 && ask(second, mac, FRAME_BUFFER) >= ARP_LENGTH, "a second open");
    close_device(second);
    check(ask(instance, mac, FRAME_BUFFER) >= ARP_LENGTH, "its close leaves the first alone");
    close_device(instance);

    copy_text(with_arguments, path);
    copy_text(with_arguments + strlen(with_arguments), ":10.0.2.2,nothing");
    instance = open_device(with_arguments);
    check(instance != 0 && ask(instance, mac, FRAME_BUFFER) >= ARP_LENGTH, "open with arguments");
    close_device(instance);

    try_rounds(path, mac);
}

void client_main(void)
{
    uint32_t cards = 0;
    char name[NAME_LENGTH];

    if (!client_console())
        return;
    say("\nSawboot frame test\n");
    for (uint32_t node = client_one("peer", 1, 0); node != 0; node = next_node(node)) {
        if (strcmp(get_text(node, "name", name, sizeof(name)), "sawboot") == 0) {
            cards++;
            try_card(node);
        }
    }
    check(cards > 0, "%u card(s) with Sawboot's ROM", cards);
    report_verdict();
}
