/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/fuzz/wire.h"

#include <string.h>

#include "boot/host/host.h"
#include "boot/platform.h"
#include "lib/bytes.h"
#include "net/address.h"
#include "net/network.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/peer.h"

#define FRESH  512 /* inputs between two fresh machines: what is printed is kept */
#define MEMORY (4u << 20)

static struct {
    const uint8_t *bytes;
    size_t length, at;
    bool escaped;
} input;

void wire_begin(const uint8_t *bytes, size_t length, uint32_t step_us)
{
    static unsigned count;

    if (count++ % FRESH == 0)
        peer_start_with(MEMORY);
    host_clock_step_us(step_us);
    input.bytes = bytes;
    input.length = length;
    input.at = 0;
    input.escaped = false;
}

bool wire_next(const uint8_t **packet, size_t *length)
{
    size_t size, left;

    if (!bytes_within(input.length, input.at, 2)) {
        if (!input.escaped)
            host_type("\033");
        input.escaped = true;
        return false;
    }
    left = input.length - input.at - 2;
    size = get_be16(input.bytes + input.at) % (WIRE_PACKET + 1);
    *length = size < left ? size : left;
    *packet = input.bytes + input.at + 2;
    input.at += 2 + *length;
    return true;
}

void wire_check_config(const struct network_config *config)
{
    FUZZ_CHECK(address_is_host(config->address));
    FUZZ_CHECK(address_is_netmask(config->netmask));
    FUZZ_CHECK(config->gateway == 0 || address_is_host(config->gateway));
    FUZZ_CHECK(memchr(config->file, '\0', sizeof config->file) != NULL);
    FUZZ_CHECK(memchr(config->server_name, '\0', sizeof config->server_name) != NULL);
    FUZZ_CHECK(memchr(config->root_path, '\0', sizeof config->root_path) != NULL);
    FUZZ_CHECK(config->reply_length <= sizeof config->reply);
    FUZZ_CHECK(config->boot_reply_length <= sizeof config->boot_reply);
    FUZZ_CHECK(config->bsdp_reply_length <= sizeof config->bsdp_reply);
}

void wire_end(void)
{
    while (platform_read_key() >= 0)
        ;
}
