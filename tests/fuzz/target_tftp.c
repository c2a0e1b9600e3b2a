/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packets of TFTP servers; the numbers of blocks in any order; requests for any path.
 *
 * Longest input: 1500
 */
#include <stdlib.h>
#include <string.h>

#include "lib/bytes.h"
#include "net/tftp_packet.h"
#include "tests/fuzz/fuzz.h"

static void check_packet(const uint8_t *bytes, size_t length, const struct tftp_packet *packet)
{
    switch (packet->opcode) {
    case TFTP_DATA:
        FUZZ_CHECK(fuzz_inside(bytes, length, packet->data, packet->length));
        break;
    case TFTP_ERROR:
        FUZZ_CHECK(memchr(packet->text, '\0', sizeof packet->text) != NULL);
        for (const char *c = packet->text; *c != '\0'; c++)
            FUZZ_CHECK(*c >= ' ' && *c <= '~');
        FUZZ_CHECK(tftp_error_text(packet->error)[0] != '\0');
        break;
    case TFTP_OACK:
        FUZZ_CHECK(packet->bad || packet->block_size == 0 ||
                   (packet->block_size >= TFTP_BLOCK_MINIMUM && packet->block_size <= 65464));
        FUZZ_CHECK(packet->timeout <= 255 && packet->window <= 65535);
        FUZZ_CHECK(packet->has_size || packet->size == 0 || packet->bad);
        break;
    default:
        FUZZ_CHECK(!"a packet that servers send");
    }
}

/* The input as block numbers: whatever is accepted is the next one. */
static void try_counter(const uint8_t *bytes, size_t length)
{
    struct tftp_counter counter = {0, 0, TFTP_WRAP_UNKNOWN};

    /* Half of them begin shortly before the wrap. */
    if (length % 2 != 0)
        counter = (struct tftp_counter){65534, 65534, TFTP_WRAP_UNKNOWN};
    for (size_t at = 0; at + 2 <= length; at += 2) {
        uint16_t wire = get_be16(bytes + at), before = counter.wire;
        uint64_t received = counter.received;

        if (tftp_counter_judge(&counter, wire) != TFTP_BLOCK_NEXT)
            continue;
        tftp_counter_accept(&counter, wire);
        FUZZ_CHECK(counter.received == received + 1 && counter.wire == wire);
        FUZZ_CHECK(wire == (uint16_t)(before + 1) || (before == 65535 && wire == 1));
        FUZZ_CHECK(tftp_counter_judge(&counter, wire) == TFTP_BLOCK_AGAIN);
    }
}

static void try_request(const uint8_t *bytes, size_t length)
{
    static uint8_t packet[TFTP_REQUEST_MAXIMUM];
    char *path = fuzz_allocate(length + 1);
    size_t made;
    bool options;

    memcpy(path, bytes, length);
    path[length] = '\0';
    made = tftp_build_request(path, 1428, 3, 1 + length % 64, packet, &options);
    FUZZ_CHECK(made <= sizeof packet);
    FUZZ_CHECK(made == 0 || (packet[made - 1] == 0 && made > strlen(path) + 2));
    FUZZ_CHECK(made != 0 || path[0] == '\0' || strlen(path) + 2 + 7 > sizeof packet);
    free(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct tftp_packet packet;

    fuzz_begin(bytes, length);
    if (tftp_parse(bytes, length, &packet))
        check_packet(bytes, length, &packet);
    try_counter(bytes, length);
    try_request(bytes, length);
    fuzz_end();
    return 0;
}
