/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Answers of NetBoot servers.
 *
 * Longest input: 1500
 */
#include <stdlib.h>
#include <string.h>

#include "net/bsdp_packet.h"
#include "net/dhcp_packet.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/packets.h"

static void try_list(const uint8_t *bytes, size_t length)
{
    size_t found = bsdp_option(bytes, length, BSDP_IMAGE_LIST, NULL, 0), at = 0;
    struct bsdp_image image;
    uint8_t *list;

    if (found == DHCP_OPTION_ABSENT)
        return;
    FUZZ_CHECK(found < length);
    list = fuzz_allocate(found);
    FUZZ_CHECK(bsdp_option(bytes, length, BSDP_IMAGE_LIST, list, found) == found);
    while (bsdp_next_image(list, found, &at, &image)) {
        FUZZ_CHECK(at <= found);
        FUZZ_CHECK(fuzz_inside(list, found, image.name, image.name_length));
    }
    free(list);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct bsdp_answer answer;
    struct bsdp_image image;
    size_t at = 0;

    fuzz_begin(bytes, length);
    try_list(bytes, length);
    bsdp_parse(bytes, length, &answer);
    /* The input as a list, too. */
    while (bsdp_next_image(bytes, length, &at, &image))
        FUZZ_CHECK(fuzz_inside(bytes, length, image.name, image.name_length));
    fuzz_end();
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t length, size_t room, unsigned seed)
{
    return fuzz_mutate(bytes, length, room, seed, packet_repair);
}
