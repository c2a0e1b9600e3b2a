/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Answers of DHCP and BOOTP servers.
 *
 * Longest input: 1500
 */
#include <stdlib.h>
#include <string.h>

#include "net/dhcp_packet.h"
#include "net/network.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/packets.h"

/* Through an option twice: with room for all of it, and with a byte less. */
static void try_option(const uint8_t *bytes, size_t length, uint8_t code)
{
    size_t found = dhcp_option(bytes, length, code, NULL, 0);
    uint8_t *value, *shorter;

    if (found == DHCP_OPTION_ABSENT || found == 0)
        return;
    FUZZ_CHECK(found < length);
    value = fuzz_allocate(found);
    shorter = fuzz_allocate(found - 1);
    FUZZ_CHECK(dhcp_option(bytes, length, code, value, found) == found);
    FUZZ_CHECK(dhcp_option(bytes, length, code, shorter, found - 1) == found);
    FUZZ_CHECK(memcmp(value, shorter, found - 1) == 0);
    free(shorter);
    free(value);
}

#define CHECK_ENDS(text) FUZZ_CHECK(memchr(text, '\0', sizeof(text)) != NULL)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static const uint8_t codes[] = {DHCP_NETMASK,   DHCP_OVERLOAD,       DHCP_VENDOR,
                                    DHCP_BOOT_FILE, DHCP_TFTP_ADDRESSES, DHCP_SITE_WORDS};
    static struct dhcp_answer answer;

    fuzz_begin(bytes, length);
    for (size_t i = 0; i < sizeof codes; i++)
        try_option(bytes, length, codes[i]);
    if (dhcp_parse(bytes, length, PACKET_TRANSACTION, packet_station, &answer)) {
        CHECK_ENDS(answer.file);
        CHECK_ENDS(answer.server_name);
        CHECK_ENDS(answer.root_path);
        CHECK_ENDS(answer.message);
        for (const char *c = answer.message; *c != '\0'; c++)
            FUZZ_CHECK(*c >= ' ' && *c <= '~');
        FUZZ_CHECK(answer.type == DHCP_IS_BOOTP || answer.type == DHCP_IS_OFFER ||
                   answer.type == DHCP_IS_ACK || answer.type == DHCP_IS_NAK);
        dhcp_names_boot(&answer);
    }
    fuzz_end();
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t length, size_t room, unsigned seed)
{
    return fuzz_mutate(bytes, length, room, seed, packet_repair);
}
