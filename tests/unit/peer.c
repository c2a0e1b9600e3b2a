/* SPDX-License-Identifier: BSD-2-Clause */
#include "peer.h"

#include <stdlib.h>
#include <string.h>

#include "boot/host/host.h"
#include "lib/bytes.h"
#include "net/address.h"
#include "net/fetch.h"
#include "net/network.h"
#include "net/stack.h"

const uint8_t peer_client_station[6] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
static const uint8_t peer_station[6] = {0x52, 0x55, 0x0A, 0x00, 0x02, 0x02};
static const uint8_t everybody[6] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};

uint8_t peer_last_frame[NIC_FRAME_MAXIMUM];
size_t peer_last_frame_length;
unsigned peer_arp_requests, peer_frames_lost;

struct in_flight {
    struct in_flight *next;
    uint64_t due_us;
    size_t length;
    uint8_t *bytes; /* of exactly that length, so that a read past the end is seen */
};
static struct in_flight *in_flight;
static peer_receive on_receive, on_special_port;
static uint16_t special_port;
static peer_tick on_tick;
static bool arp_answered, link_up, transmit_fails;
static uint32_t seed;
static unsigned loss, duplicate, reorder;
static uint64_t delay_us, delay_jitter_us, delay_late_us;
static unsigned delay_late;
static uint64_t cut_down_until_us, cut_blocked_until_us;
static bool flapping;

uint16_t peer_checksum(const uint8_t *bytes, size_t length, uint32_t sum)
{
    for (size_t i = 0; i + 1 < length; i += 2)
        sum += get_be16(bytes + i);
    if (length % 2 != 0)
        sum += (uint32_t)bytes[length - 1] << 8;
    while (sum >> 16 != 0)
        sum = (sum & 0xFFFF) + (sum >> 16);
    return (uint16_t)~sum;
}

uint32_t peer_address(const char *text)
{
    uint32_t address;

    if (!address_parse(text, strlen(text), &address))
        abort();
    return address;
}

static bool chance(unsigned in_1000)
{
    if (seed == 0)
        return false;
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed % 1000 < in_1000;
}

void peer_impair(uint32_t with_seed, unsigned with_loss, unsigned with_duplicate,
                 unsigned with_reorder)
{
    seed = with_seed;
    loss = with_loss;
    duplicate = with_duplicate;
    reorder = with_reorder;
}

void peer_delay(uint64_t us, uint64_t jitter_us, unsigned late, uint64_t late_us)
{
    delay_us = us;
    delay_jitter_us = jitter_us;
    delay_late = late;
    delay_late_us = late_us;
}

void peer_flap(void)
{
    flapping = true;
}

static void put_in_flight(const uint8_t *frame, size_t length, uint64_t due_us)
{
    struct in_flight *new = malloc(sizeof *new), **at = &in_flight;

    if (new == NULL || (new->bytes = malloc(length != 0 ? length : 1)) == NULL)
        abort();
    memcpy(new->bytes, frame, length);
    new->length = length;
    new->due_us = due_us;
    while (*at != NULL && (*at)->due_us <= due_us)
        at = &(*at)->next;
    new->next = *at;
    *at = new;
}

static bool cut(void)
{
    return flapping || platform_microseconds() < cut_blocked_until_us;
}

static void drop_in_flight(void)
{
    while (in_flight != NULL) {
        struct in_flight *next = in_flight->next;

        free(in_flight->bytes);
        free(in_flight);
        in_flight = next;
    }
}

void peer_send_frame(const uint8_t *frame, size_t length)
{
    uint64_t due = platform_microseconds() + delay_us;

    if (delay_jitter_us != 0) {
        (void)chance(0); /* moves the seed on */
        due += seed % delay_jitter_us;
    }
    if (delay_late != 0 && chance(delay_late))
        due += delay_late_us;
    if (cut() || chance(loss)) {
        peer_frames_lost++;
        return;
    }
    put_in_flight(frame, length, chance(reorder) ? due + 3000 : due);
    if (chance(duplicate))
        put_in_flight(frame, length, due + 200);
}

size_t peer_build_udp(uint8_t *frame, uint32_t from, uint16_t from_port, uint32_t to,
                      uint16_t to_port, const uint8_t *bytes, size_t length)
{
    uint8_t *ip = frame + 14, *udp = ip + 20;
    uint16_t checksum;

    memcpy(frame, to == 0xFFFFFFFFu ? everybody : peer_client_station, 6);
    memcpy(frame + 6, peer_station, 6);
    put_be16(frame + 12, 0x0800);
    memset(ip, 0, 20);
    ip[0] = 0x45;
    put_be16(ip + 2, (uint16_t)(28 + length));
    ip[8] = 64;
    ip[9] = 17;
    address_to_bytes(from, ip + 12);
    address_to_bytes(to, ip + 16);
    put_be16(ip + 10, peer_checksum(ip, 20, 0));
    put_be16(udp, from_port);
    put_be16(udp + 2, to_port);
    put_be16(udp + 4, (uint16_t)(8 + length));
    put_be16(udp + 6, 0);
    memcpy(udp + 8, bytes, length);
    checksum = peer_checksum(udp, 8 + length,
                             (uint32_t)get_be16(ip + 12) + get_be16(ip + 14) + get_be16(ip + 16) +
                                 get_be16(ip + 18) + 17 + (uint32_t)(8 + length));
    put_be16(udp + 6, checksum != 0 ? checksum : 0xFFFF);
    return 42 + length;
}

void peer_send(uint32_t from, uint16_t from_port, uint32_t to, uint16_t to_port,
               const uint8_t *bytes, size_t length)
{
    uint8_t frame[2048];

    memset(frame, 0, 60);
    length = peer_build_udp(frame, from, from_port, to, to_port, bytes, length);
    peer_send_frame(frame, length < 60 ? 60 : length);
}

static void answer_arp(const uint8_t *arp)
{
    uint8_t reply[60] = {0};

    peer_arp_requests++;
    if (!arp_answered || get_be16(arp + 6) != 1 || memcmp(arp + 14, arp + 24, 4) == 0)
        return;
    memcpy(reply, arp + 8, 6);
    memcpy(reply + 6, peer_station, 6);
    put_be16(reply + 12, 0x0806);
    memcpy(reply + 14, arp, 6);
    put_be16(reply + 20, 2);
    memcpy(reply + 22, peer_station, 6);
    memcpy(reply + 28, arp + 24, 4);
    memcpy(reply + 32, arp + 8, 10);
    peer_send_frame(reply, sizeof reply);
}

/* Checks what lwIP made, as a real host would. */
static void take_udp(const uint8_t *ip)
{
    struct peer_datagram datagram;
    const uint8_t *udp = ip + 20;
    size_t length = get_be16(udp + 4);

    if (peer_checksum(ip, 20, 0) != 0 ||
        peer_checksum(udp, length,
                      (uint32_t)get_be16(ip + 12) + get_be16(ip + 14) + get_be16(ip + 16) +
                          get_be16(ip + 18) + 17 + (uint32_t)length) != 0)
        abort();
    datagram.from = address_from_bytes(ip + 12);
    datagram.to = address_from_bytes(ip + 16);
    datagram.from_port = get_be16(udp);
    datagram.to_port = get_be16(udp + 2);
    datagram.bytes = udp + 8;
    datagram.length = length - 8;
    if (on_special_port != NULL && datagram.to_port == special_port)
        on_special_port(&datagram);
    else if (on_receive != NULL)
        on_receive(&datagram);
}

static error_t transmit(struct nic *nic, const uint8_t *frame, size_t length)
{
    nic->counters.transmitted++;
    if (transmit_fails)
        return fail(ERROR_NIC_TRANSMIT, "as the test wants");
    if (cut() || chance(loss)) {
        peer_frames_lost++;
        return OK;
    }
    if (get_be16(frame + 12) == 0x0806)
        answer_arp(frame + 14);
    if (get_be16(frame + 12) == 0x0800 && frame[23] == 17) {
        take_udp(frame + 14);
        if (chance(duplicate))
            take_udp(frame + 14);
    } else {
        memcpy(peer_last_frame, frame, length);
        peer_last_frame_length = length;
    }
    return OK;
}

static unsigned poll(struct nic *nic, nic_receive receive, unsigned budget)
{
    uint64_t now = platform_microseconds();
    unsigned count = 0;

    if (on_tick != NULL)
        on_tick(now / 1000);
    while (count < budget && in_flight != NULL && in_flight->due_us <= now) {
        struct in_flight *arrived = in_flight;

        in_flight = arrived->next;
        receive(nic, arrived->bytes, arrived->length);
        free(arrived->bytes);
        free(arrived);
        count++;
    }
    return count;
}

static bool link(struct nic *nic)
{
    (void)nic;
    if (flapping)
        return platform_milliseconds() / 1000 % 2 != 0;
    return link_up && platform_microseconds() >= cut_down_until_us;
}

static struct nic_driver driver = {
    .name = "peer", .burst = 64, .transmit = transmit, .poll = poll, .link = link};
static struct nic nic;

void peer_burst(unsigned frames)
{
    driver.burst = frames;
}

struct nic *peer_nic(void)
{
    return &nic;
}

void peer_start_with(size_t memory)
{
    network_stop();
    host_reset(memory);
    drop_in_flight();
    memset(&nic, 0, sizeof nic);
    driver.burst = 64;
    nic.driver = &driver;
    memcpy(nic.address, peer_client_station, 6);
    on_receive = on_special_port = NULL;
    on_tick = NULL;
    arp_answered = link_up = true;
    transmit_fails = false;
    peer_impair(0, 0, 0, 0);
    peer_delay(50, 0, 0, 0);
    cut_down_until_us = cut_blocked_until_us = 0;
    flapping = false;
    peer_last_frame_length = 0;
    peer_arp_requests = peer_frames_lost = 0;
    if (network_start(&nic) != OK)
        abort();
}

void peer_start(void)
{
    peer_start_with(PEER_MEMORY);
}

void peer_configure(void)
{
    network_set_address(peer_address("10.0.2.15"), peer_address("255.255.255.0"),
                        peer_address("10.0.2.1"));
    fetch_set_server(peer_address("10.0.2.2"));
}

void peer_on_receive(peer_receive receive)
{
    on_receive = receive;
}

void peer_on_port(uint16_t port, peer_receive receive)
{
    special_port = port;
    on_special_port = receive;
}

void peer_on_tick(peer_tick tick)
{
    on_tick = tick;
}

void peer_answer_arp(bool on)
{
    arp_answered = on;
}

void peer_link(bool up)
{
    link_up = up;
}

void peer_transmit_fails(bool on)
{
    transmit_fails = on;
}

void peer_cut(uint64_t down_ms, uint64_t blocked_ms)
{
    cut_down_until_us = platform_microseconds() + down_ms * 1000;
    cut_blocked_until_us = cut_down_until_us + blocked_ms * 1000;
    drop_in_flight();
}

void peer_refuse(const struct peer_datagram *datagram)
{
    uint8_t frame[42 + 28] = {0}, *ip = frame + 14, *icmp = ip + 20;

    peer_build_udp(frame, datagram->to, 0, datagram->from, 0, frame, 0);
    ip[9] = 1;
    put_be16(ip + 2, 20 + 8 + 28);
    put_be16(ip + 10, 0);
    put_be16(ip + 10, peer_checksum(ip, 20, 0));
    memset(icmp, 0, 36);
    icmp[0] = 3;
    icmp[1] = 3;
    put_be16(icmp + 2, peer_checksum(icmp, 36, 0));
    peer_send_frame(frame, sizeof frame);
}
