/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files written by TFTP: each packet that the client sends is answered with the next one of the
 * input, from the port that the answer's first byte chooses (a server may have several processes).
 * No byte is sent that is not the file's.
 *
 * Dictionary: tftp
 * Inputs in the fast test: 2000
 */
#include <string.h>

#include "lib/bytes.h"
#include "net/fetch.h"
#include "net/tftp_packet.h"
#include "net/tftp_send.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/wire.h"
#include "tests/unit/peer.h"

#define SERVER_PORT 1069
#define FILE_LENGTH 5000
#define STEP_US     2000

static uint8_t file[FILE_LENGTH];

/* Every block of DATA has to be a part of the file, and no more than what a frame carries. */
static void check_data(const uint8_t *packet, size_t length)
{
    size_t size = length - TFTP_HEADER;

    FUZZ_CHECK(size <= FILE_LENGTH);
    for (size_t at = 0; at + size <= FILE_LENGTH; at++)
        if (memcmp(file + at, packet + TFTP_HEADER, size) == 0)
            return;
    FUZZ_CHECK(!"a block of the file");
}

static void answer(const struct peer_datagram *datagram)
{
    const uint8_t *packet;
    size_t length;

    if (datagram->length >= TFTP_HEADER && get_be16(datagram->bytes) == TFTP_DATA)
        check_data(datagram->bytes, datagram->length);
    /* The number of the process in front. */
    if (wire_next(&packet, &length) && length != 0)
        peer_send(datagram->to, (uint16_t)(SERVER_PORT + packet[0] % 4), datagram->from,
                  datagram->from_port, packet + 1, length - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct fetch_uri uri;

    for (size_t i = 0; i < FILE_LENGTH; i++)
        file[i] = (uint8_t)(i * i >> 3 ^ i >> 7);
    wire_begin(bytes, length, STEP_US);
    peer_configure();
    peer_on_receive(answer);
    error_clear();
    FUZZ_CHECK(fetch_parse("tftp://10.0.2.2/tree", &uri) == OK);
    fuzz_succeeded(tftp_send(&uri, file, length % 7 == 0 ? 0 : FILE_LENGTH));
    wire_end();
    return 0;
}
