/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames from the wire, through the network stack as it is set up here: ARP, IP with its fragments,
 * ICMP, UDP. An input is several frames, each with a length in front (two bytes, big-endian).
 *
 * Longest input: 1024
 * Inputs in the fast test: 2000
 */
#include <string.h>

#include "boot/host/host.h"
#include "lib/bytes.h"
#include "net/network.h"
#include "net/stack.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/peer.h"

#define FRESH     4096 /* inputs between two fresh machines */
#define MEMORY    (2u << 20)
#define A_STEP_US 20000

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static unsigned count;
    size_t at = 0;

    if (count++ % FRESH == 0) {
        peer_start_with(MEMORY);
        peer_configure();
        host_clock_step_us(A_STEP_US);
    }
    while (bytes_within(length, at, 2)) {
        size_t left = length - at - 2, size = get_be16(bytes + at) % NIC_FRAME_MAXIMUM;

        if (size > left)
            size = left;
        peer_send_frame(bytes + at + 2, size);
        at += 2 + size;
    }
    for (unsigned i = 0; i < 4; i++)
        network_poll();
    FUZZ_CHECK(network_interface() != NULL);
    return 0;
}

/* The checksum of each IP header, and none for what is inside (RFC 768: 0 is none). */
static void repair(uint8_t *bytes, size_t length)
{
    size_t at = 0;

    while (bytes_within(length, at, 2)) {
        size_t size = get_be16(bytes + at) % NIC_FRAME_MAXIMUM;
        uint8_t *frame = bytes + at + 2, *ip = frame + 14;

        at += 2 + size;
        if (at > length || size < 34 || get_be16(frame + 12) != 0x0800)
            continue;
        memcpy(frame, peer_client_station, 6);
        put_be16(ip + 2, (uint16_t)(size - 14));
        put_be16(ip + 10, 0);
        put_be16(ip + 10, peer_checksum(ip, 20, 0));
        if (ip[9] == 17 && size >= 42) {
            put_be16(ip + 24, (uint16_t)(size - 34));
            put_be16(ip + 26, 0);
        } else if (ip[9] == 1 && size >= 42) {
            put_be16(ip + 22, 0);
            put_be16(ip + 22, peer_checksum(ip + 20, size - 34, 0));
        }
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t length, size_t room, unsigned seed)
{
    return fuzz_mutate(bytes, length, room, seed, repair);
}
