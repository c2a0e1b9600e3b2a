/* SPDX-License-Identifier: BSD-2-Clause */
/* What an open card takes fits into the memory that is set aside for it while a program runs. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include "device/device.h"
#include "tests/unit/models/driver_bench.h"
#include "tests/unit/models/e1000_model.h"
#include "tests/unit/models/rtl8139_model.h"

#include <cmocka.h> /* last: it has a macro `fail` */

static const uint8_t address[6] = {0x00, 0x1B, 0x21, 0x4A, 0x3B, 0x7C};

static void test_e1000(void **state)
{
    static struct e1000_model model;
    const struct pci_device pci = {
        .vendor = 0x8086, .device = 0x100E, .revision = 3, .path = "/pci@f2000000/e1000@10"};

    (void)state;
    e1000_model_init(&model, address);
    bench_insert(&pci, 0, &model.io, address, "e1000");
    open_card();
    assert_true(host_claimed() > DEVICE_CARD_MEMORY / 2); /* the largest one */
    assert_true(host_claimed() <= DEVICE_CARD_MEMORY);
    nic_close(&nic);
    bench_end(model.violations, model.violation);
}

static void test_rtl8139(void **state)
{
    static struct rtl8139_model model;
    const struct pci_device pci = {
        .vendor = 0x10EC, .device = 0x8139, .path = "/pci@f2000000/rtl8139@f"};

    (void)state;
    rtl8139_model_init(&model, address);
    bench_insert(&pci, 1, &model.io, address, "rtl8139");
    open_card();
    assert_true(host_claimed() != 0 && host_claimed() <= DEVICE_CARD_MEMORY);
    nic_close(&nic);
    bench_end(model.violations, model.violation);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_e1000),
                                       cmocka_unit_test(test_rtl8139)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
