/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>
#undef fail /* cmocka's macro; ours is a function */

#include "console/error.h"
#include "tests/unit/models/driver_bench.h"
#include "tests/unit/random.h"

struct host_card *card;
struct nic nic;
struct bench_received got;

static uint8_t card_address[6];

void bench_insert(const struct pci_device *pci, unsigned bar, struct io_model *model,
                  const uint8_t address[6], const char *driver)
{
    host_reset(4 << 20);
    memcpy(card_address, address, sizeof card_address);
    card = host_add_card(pci, bar, false, model);
    memset(&got, 0, sizeof got);
    assert_int_equal(nic_find(&nic, 1), 1);
    assert_string_equal(nic.driver->name, driver);
}

void open_card(void)
{
    assert_int_equal(nic_open(&nic), OK);
}

void bench_end(unsigned violations, const char *violation)
{
    nic_close(&nic);
    if (violations != 0)
        print_error("%s\n", violation);
    assert_int_equal(violations, 0);
    assert_int_equal(host_claimed(), 0);
}

void fill(uint8_t *frame, size_t length, unsigned number)
{
    for (size_t i = 0; i < length; i++)
        frame[i] = (uint8_t)(number * 7 + i);
    memcpy(frame, card_address, 6);
    frame[14] = (uint8_t)number;
}

unsigned random_length(uint32_t *random, bool flood, bool giant)
{
    if (giant)
        return 1519 + random_next(random) % 7400;
    if (flood && random_next(random) % 4 != 0)
        return NIC_FRAME_MAXIMUM;
    return 60 + random_next(random) % 1459;
}

void receive(struct nic *from, const uint8_t *frame, size_t length)
{
    uint8_t expected[NIC_FRAME_MAXIMUM];

    assert_ptr_equal(from, &nic);
    assert_true(length <= NIC_FRAME_MAXIMUM);
    fill(expected, length, frame[14]);
    if (memcmp(frame, expected, length) != 0)
        got.damaged++;
    if (got.count < GOT_MAXIMUM) {
        got.length[got.count] = length;
        got.first[got.count] = frame[14];
    }
    got.count++;
}
