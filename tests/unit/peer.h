/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A scripted Ethernet for tests of net/: a card whose other end answers ARP and hands UDP to the
 * test, with loss, duplicates and reordering from a seed, in virtual time.
 */
#ifndef TESTS_UNIT_PEER_H
#define TESTS_UNIT_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/nic.h"

#define PEER_MEMORY (4u << 20)

/* A datagram that the loader sent. Addresses in network order. */
struct peer_datagram {
    uint32_t from, to;
    uint16_t from_port, to_port;
    const uint8_t *bytes;
    size_t length;
};
typedef void (*peer_receive)(const struct peer_datagram *datagram);
typedef void (*peer_tick)(uint64_t now_ms);

/* A fresh machine of PEER_MEMORY bytes, a fresh wire, the network started on it (not configured).
 */
void peer_start(void);
/* How many frames the card says that it holds: 64 unless this is called. */
void peer_burst(unsigned frames);
/* The same with some other amount of memory. */
void peer_start_with(size_t memory);
/* Gives the interface 10.0.2.15/24, gateway 10.0.2.1, boot server 10.0.2.2. */
void peer_configure(void);

struct nic *peer_nic(void);
extern const uint8_t peer_client_station[6];
uint32_t peer_address(const char *text);

/* Who gets the loader's datagrams; who is called whenever the loader polls. */
void peer_on_receive(peer_receive receive);
/* Who gets those to one port instead. */
void peer_on_port(uint16_t port, peer_receive receive);
void peer_on_tick(peer_tick tick);
/* Answer ARP requests for any address but the loader's own (default) or for none. */
void peer_answer_arp(bool on);
void peer_link(bool up);
void peer_transmit_fails(bool on);

/* Sends a datagram to the loader's card. `to` of all ones is broadcast. */
void peer_send(uint32_t from, uint16_t from_port, uint32_t to, uint16_t to_port,
               const uint8_t *bytes, size_t length);
/* Any frame, as it is. */
void peer_send_frame(const uint8_t *frame, size_t length);
/* The last frame that the loader sent that was not UDP. */
extern uint8_t peer_last_frame[NIC_FRAME_MAXIMUM];
extern size_t peer_last_frame_length;
extern unsigned peer_arp_requests;

/* Chances in 1000, both ways. Seed 0 switches them off. */
void peer_impair(uint32_t seed, unsigned loss, unsigned duplicate, unsigned reorder);
extern unsigned peer_frames_lost;

/*
 * The loader's link goes down now, for `down_ms`; then it is up, and the switch forwards nothing
 * for another `blocked_ms`. What is on the wire or sent in that time is lost.
 */
void peer_cut(uint64_t down_ms, uint64_t blocked_ms);
/* The same again and again: a second down, a second up, and nothing ever comes through. */
void peer_flap(void);
/* How long frames take to the loader: `us`, up to `jitter_us` more, and with a chance in 1000
 * `late_us` more. */
void peer_delay(uint64_t us, uint64_t jitter_us, unsigned late, uint64_t late_us);
/* "Port unreachable" (RFC 792), sent by the machine that the datagram was for. */
void peer_refuse(const struct peer_datagram *datagram);

/* Internet checksum (RFC 1071) of what is there with a partial sum added. */
uint16_t peer_checksum(const uint8_t *bytes, size_t length, uint32_t sum);
/* Builds a UDP frame; returns its length. */
size_t peer_build_udp(uint8_t *frame, uint32_t from, uint16_t from_port, uint32_t to,
                      uint16_t to_port, const uint8_t *bytes, size_t length);

#endif
