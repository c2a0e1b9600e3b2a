/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whole transfers by TFTP: each packet that the client sends is answered with the next one of the
 * input. What comes out is a file of at most the limit, or a failure that leaves nothing claimed.
 *
 * Dictionary: tftp
 * Inputs in the fast test: 2000
 */
#include "boot/host/host.h"
#include "net/fetch.h"
#include "net/tftp.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/wire.h"
#include "tests/unit/peer.h"

#define SERVER_PORT 1069
#define TFTP_PORT   69
#define LIMIT       (64u << 10)
#define STEP_US     2000

static void answer(const struct peer_datagram *datagram)
{
    const uint8_t *packet;
    size_t length;

    if (wire_next(&packet, &length))
        peer_send(datagram->to, datagram->to_port == TFTP_PORT ? SERVER_PORT : datagram->to_port,
                  datagram->from, datagram->from_port, packet, length);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static struct fetched_file file;
    size_t claimed;

    wire_begin(bytes, length, STEP_US);
    peer_configure();
    peer_on_receive(answer);
    claimed = host_claimed();
    error_clear();
    if (fuzz_succeeded(fetch_file("kernel", LIMIT, &file))) {
        FUZZ_CHECK(file.length <= LIMIT && file.claimed >= file.length);
        fetch_release(&file);
    }
    FUZZ_CHECK(host_claimed() == claimed);
    tftp_forget();
    wire_end();
    return 0;
}
