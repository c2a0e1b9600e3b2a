/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets of DHCP, NetBoot and TFTP servers. */
#include <string.h>

#include "lib/bytes.h"
#include "net/bsdp_packet.h"
#include "net/dhcp_packet.h"
#include "tests/fuzz/packets.h"
#include "tests/fuzz/seeds.h"

static uint8_t packet[1024];

static uint8_t *put_text(uint8_t *at, uint8_t code, const char *text)
{
    return dhcp_put_option(at, code, text, strlen(text));
}

/* For the target lease: packets with their lengths in front. */
static uint8_t conversation[4096];
static size_t conversation_length;

static void say(const void *bytes, size_t length)
{
    put_be16(conversation + conversation_length, (uint16_t)length);
    memcpy(conversation + conversation_length + 2, bytes, length);
    conversation_length += 2 + length;
}

/* The same with a byte in front, as the targets writing and proxy want it. */
static void say_as(uint8_t who, const void *bytes, size_t length)
{
    static uint8_t with[1 + sizeof packet];

    with[0] = who;
    memcpy(with + 1, bytes, length);
    say(with, 1 + length);
}

static void seed_conversation(const char *target, const char *name)
{
    seed(target, name, conversation, conversation_length);
    conversation_length = 0;
}

static void seed_packet(const char *target, const char *name, uint8_t *end)
{
    *end++ = DHCP_END;
    packet_repair(packet, (size_t)(end - packet));
    seed(target, name, packet, (size_t)(end - packet));
    say(packet, (size_t)(end - packet));
}

static uint8_t *begin(uint8_t type)
{
    memset(packet, 0, sizeof packet);
    put_be32(packet + DHCP_YIADDR, 0x0A00020F);
    put_be32(packet + DHCP_SIADDR, 0x0A000202);
    return dhcp_put_option(packet + DHCP_OPTIONS, DHCP_MESSAGE_TYPE, &type, 1);
}

static void seed_dhcp(void)
{
    static const uint8_t address[] = {10, 0, 2, 2, 10, 0, 2, 3}, mask[] = {255, 255, 255, 0};
    static const uint8_t both = 3;
    uint8_t *at = begin(DHCP_IS_ACK);

    at = dhcp_put_option(at, DHCP_SERVER_ID, address, 4);
    at = dhcp_put_option(at, DHCP_NETMASK, mask, 4);
    at = dhcp_put_option(at, DHCP_ROUTER, address, 4);
    at = dhcp_put_option(at, DHCP_DNS, address, 8);
    at = put_text(at, DHCP_TFTP_SERVER, "10.0.2.2");
    at = put_text(at, DHCP_BOOT_FILE, "mach_");
    at = put_text(at, DHCP_BOOT_FILE, "kernel");
    at = put_text(at, DHCP_ROOT_PATH, "nfs:10.0.2.2:/root");
    at = put_text(at, DHCP_MESSAGE, "hello");
    at = dhcp_put_option(at, DHCP_TFTP_ADDRESSES, address, 8);
    /* An offer is the same but for its type, the first option's value. */
    packet[DHCP_OPTIONS + 2] = DHCP_IS_OFFER;
    seed_packet("dhcp", "offer", at);
    packet[DHCP_OPTIONS + 2] = DHCP_IS_ACK;
    seed_packet("dhcp", "ack", at);
    seed_conversation("lease", "dhcp");
    /* Options in `file` and `sname` as well. */
    at = begin(DHCP_IS_OFFER);
    at = dhcp_put_option(at, DHCP_OVERLOAD, &both, 1);
    put_text(packet + DHCP_FILE, DHCP_BOOT_FILE, "a/b")[0] = DHCP_END;
    put_text(packet + DHCP_SNAME, DHCP_TFTP_SERVER, "server")[0] = DHCP_END;
    seed_packet("dhcp", "overloaded", at);
    memset(packet, 0, sizeof packet);
    strcpy((char *)packet + DHCP_FILE, "kernel");
    strcpy((char *)packet + DHCP_SNAME, "server");
    put_be32(packet + DHCP_YIADDR, 0x0A00020F);
    seed_packet("dhcp", "bootp", packet + DHCP_OPTIONS);
    seed_conversation("lease", "bootp");
}

static void seed_bsdp(void)
{
    static const uint8_t list[] = {0x81, 0, 0, 1, 3, 'o', 'n', 'e', 1, 0, 0x10, 0, 2, 'i', 'i'};
    static const uint8_t one = 1, priority[] = {0, 9}, image[] = {0x81, 0, 0, 1};
    uint8_t vendor[64], *to = vendor, *at = begin(DHCP_IS_ACK);

    to = dhcp_put_option(to, BSDP_MESSAGE_TYPE, &one, 1);
    to = dhcp_put_option(to, BSDP_PRIORITY, priority, 2);
    to = dhcp_put_option(to, BSDP_DEFAULT_IMAGE, image, 4);
    to = dhcp_put_option(to, BSDP_SELECTED_IMAGE, image, 4);
    to = dhcp_put_option(to, BSDP_IMAGE_LIST, list, 8);
    to = dhcp_put_option(to, BSDP_IMAGE_LIST, list + 8, sizeof list - 8);
    at = put_text(at, DHCP_VENDOR_CLASS, BSDP_CLASS);
    at = dhcp_put_option(at, DHCP_VENDOR, vendor, 20);
    at = dhcp_put_option(at, DHCP_VENDOR, vendor + 20, (size_t)(to - vendor) - 20);
    seed_packet("bsdp", "list", at);
    say(packet, (size_t)(at - packet));
    say(packet, (size_t)(at - packet));
    seed_conversation("lease", "bsdp");
    seed("bsdp", "images", list, sizeof list);
}

/* The lease's offer and a proxy's at once, the lease, and what the proxy says on port 4011. */
static void seed_proxy(void)
{
    static const uint8_t menu[] = {6,    1, 3,  8,   7,   0x80, 0,   1,   10,  0,
                                   2,    9, 10, 4,   0,   'P',  'X', 'E', 9,   9,
                                   0x80, 0, 6,  'D', 'a', 'r',  'w', 'i', 'n', 0xFF};
    static const uint8_t dhcpd[] = {10, 0, 2, 2}, proxy[] = {10, 0, 2, 9},
                         mask[] = {255, 255, 255, 0};
    uint8_t lease[300], offer[400], *at;
    size_t lease_length, offer_length;

    at = begin(DHCP_IS_OFFER);
    at = dhcp_put_option(at, DHCP_SERVER_ID, dhcpd, 4);
    at = dhcp_put_option(at, DHCP_NETMASK, mask, 4);
    *at++ = DHCP_END;
    lease_length = (size_t)(at - packet);
    memcpy(lease, packet, lease_length);
    at = begin(DHCP_IS_OFFER);
    put_be32(packet + DHCP_YIADDR, 0);
    at = dhcp_put_option(at, DHCP_SERVER_ID, proxy, 4);
    at = put_text(at, DHCP_VENDOR_CLASS, "PXEClient");
    at = dhcp_put_option(at, DHCP_VENDOR, menu, sizeof menu);
    *at++ = DHCP_END;
    offer_length = (size_t)(at - packet);
    memcpy(offer, packet, offer_length);

    say_as(2, lease, lease_length);
    say_as(1, offer, offer_length);
    lease[DHCP_OPTIONS + 2] = DHCP_IS_ACK;
    say_as(0, lease, lease_length);
    offer[DHCP_OPTIONS + 2] = DHCP_IS_ACK;
    memcpy(offer + DHCP_FILE, "kernel", 6);
    say_as(0, offer, offer_length);
    seed_conversation("proxy", "menu");
    /* All in the offer. */
    offer[DHCP_OPTIONS + 2] = lease[DHCP_OPTIONS + 2] = DHCP_IS_OFFER;
    say_as(3, offer, offer_length);
    say_as(0, lease, lease_length);
    lease[DHCP_OPTIONS + 2] = DHCP_IS_ACK;
    say_as(0, lease, lease_length);
    seed_conversation("proxy", "offer");
}

static void seed_writing(void)
{
    static const uint8_t oack[] = "\0\6blksize\0001000\0tsize\0005000";
    static const uint8_t error[] = "\0\5\0\3full";
    uint8_t ack[] = {0, 4, 0, 0};

    say_as(0, oack, sizeof oack);
    for (ack[3] = 1; ack[3] <= 6; ack[3]++)
        say_as(0, ack, sizeof ack);
    seed_conversation("writing", "blocks");
    /* Without options; after two blocks a second process has the file. */
    for (ack[3] = 0; ack[3] <= 2; ack[3]++)
        say_as(0, ack, sizeof ack);
    for (ack[3] = 0; ack[3] <= 10; ack[3]++)
        say_as(1, ack, sizeof ack);
    seed_conversation("writing", "second");
    say_as(0, error, sizeof error);
    seed_conversation("writing", "error");
}

static void seed_tftp(void)
{
    static const char data[] = "\0\3\0\1data", error[] = "\0\5\0\1file not found";
    static const char oack[] =
        "\0\6blksize\0001428\0TSIZE\000123456\0timeout\0003\0windowsize\0004";
    static const char numbers[] = "\377\376\377\377\0\0\0\1\0\2\0\3\0\1\0\4";

    seed("tftp", "data", data, sizeof data);
    seed("tftp", "error", error, sizeof error);
    seed("tftp", "oack", oack, sizeof oack);
    seed("tftp", "numbers", numbers, sizeof numbers);
    /* Blocks of 8 bytes, the last one shorter; then the same without options, and an error. */
    say("\0\6blksize\0008\0tsize\00019", 20);
    say("\0\3\0\001firstone", 12);
    say("\0\3\0\002secondly", 12);
    say("\0\3\0\003end", 7);
    seed_conversation("transfer", "blocks");
    say(data, sizeof data);
    seed_conversation("transfer", "plain");
    say(error, sizeof error);
    seed_conversation("transfer", "error");
}

/* Behind the number: flags, counts, the question, records (RFC 1035 section 4.1). */
static void seed_dns(void)
{
#define QUESTION             "\4boot\7example\0\0\1\0\1"
#define RECORD(type, length) "\300\014\0" type "\0\1\0\0\0\074\0" length
    static const char address[] =
        "\201\200\0\1\0\1\0\0\0\0" QUESTION RECORD("\1", "\4") "\12\0\2\11";
    static const char alias[] = "\201\200\0\1\0\2\0\0\0\0" QUESTION RECORD(
        "\5", "\4") "\1b\300\021" RECORD("\1", "\4") "\12\0\2\11";
    static const char unknown[] = "\201\203\0\1\0\0\0\0\0\0" QUESTION;

    seed("dns", "address", address, sizeof address - 1);
    seed("dns", "alias", alias, sizeof alias - 1);
    seed("dns", "unknown", unknown, sizeof unknown - 1);
}

/* A length in front of each frame, as the target wants it. */
static void seed_frames(void)
{
    static const uint8_t client[] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
    static const uint8_t arp[] = {0,  1, 8, 0, 6, 4, 0, 1, 0x52, 0x55, 10, 0, 2, 2,
                                  10, 0, 2, 2, 0, 0, 0, 0, 0,    0,    10, 0, 2, 15};
    uint8_t frames[256] = {0}, *frame = frames + 2, *ip = frame + 14;

    memset(frame, 0xFF, 6);
    put_be16(frame + 12, 0x0806);
    memcpy(frame + 14, arp, sizeof arp);
    put_be16(frames, 60);
    seed("frames", "arp", frames, 62);
    memset(frames, 0, sizeof frames);
    memcpy(frame, client, 6);
    put_be16(frame + 12, 0x0800);
    ip[0] = 0x45;
    ip[8] = 64;
    ip[9] = 1;
    put_be32(ip + 12, 0x0A000202);
    put_be32(ip + 16, 0x0A00020F);
    put_be16(frames, 60);
    put_be16(ip + 2, 46);
    put_be16(ip + 10, 0x62bb);
    ip[20] = 8;
    put_be16(ip + 22, 0xf7ff);
    seed("frames", "ping", frames, 62);
    /* The first and the last fragment of a datagram. */
    ip[9] = 17;
    put_be16(ip + 6, 0x2000);
    memcpy(frames + 62, frames, 62);
    put_be16(frames + 62 + 2 + 14 + 6, 3);
    seed("frames", "fragments", frames, 124);
}

void seeds_of_packets(void)
{
    seed_dns();
    seed_frames();
    seed_dhcp();
    seed_bsdp();
    seed_proxy();
    seed_tftp();
    seed_writing();
}
