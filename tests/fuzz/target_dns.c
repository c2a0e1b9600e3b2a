/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Answers of name servers, through lwIP's resolver: an input is what stands behind the number of a
 * DNS message, from its flags on. With no answer that counts, the wait ends after its bound.
 *
 * Longest input: 600
 * Inputs in the fast test: 2000
 */
#include <string.h>

#include "boot/host/host.h"
#include "net/address.h"
#include "net/names.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/peer.h"

#define NAME      "boot.example"
#define LONGEST   1024
#define DNS_PORT  53
#define FRESH     1024 /* inputs between two fresh machines: what is printed is kept */
#define MEMORY    (2u << 20)
#define A_STEP_US 50000 /* a read of the clock; so the wait of 30 s takes no time */

static struct {
    const uint8_t *bytes;
    size_t length;
} input;

/* Answers each question with the input, the question's number in front. */
static void answer(const struct peer_datagram *question)
{
    uint8_t message[2 + LONGEST];

    FUZZ_CHECK(question->length > 12);
    memcpy(message, question->bytes, 2);
    memcpy(message + 2, input.bytes, input.length);
    peer_send(question->to, DNS_PORT, question->from, question->from_port, message,
              2 + input.length);
}

static void start(void)
{
    peer_start_with(MEMORY);
    peer_configure();
    peer_on_port(DNS_PORT, answer);
    host_clock_step_us(A_STEP_US);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static struct network_config config;
    static unsigned count;
    uint32_t address = 0;

    if (length > LONGEST)
        return -1;
    if (count++ % FRESH == 0)
        start();
    input.bytes = bytes;
    input.length = length;
    config.dns = peer_address("10.0.2.3");
    names_use(&config);
    error_clear();
    if (fuzz_succeeded(names_find(NAME, strlen(NAME), &address)))
        FUZZ_CHECK(address_is_host(address));
    else
        FUZZ_CHECK(address == 0);
    return 0;
}
