/* SPDX-License-Identifier: BSD-2-Clause */
/* What a PC calls itself, from SMBIOS tables in the simulated machine's memory. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>
#undef fail /* cmocka's macro; ours is a function */

#include "boot/host/host.h"
#include "lib/bytes.h"

/* The PC's own files; the simulated machine has an identity of its own. */
#include "boot/bios/firmware_tables.c"
#define platform_network_identity bios_network_identity
#define platform_dhcp_extension   bios_dhcp_extension
#include "boot/bios/identity.c"

#define SMBIOS     0xF5000u
#define STRUCTURES 0x200000u

static const uint8_t uuid[16] = {0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66,
                                 0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF};

static void balance(uint32_t at, uint32_t length, uint32_t checksum_at)
{
    uint8_t *bytes = host_memory(at), sum = 0;

    bytes[checksum_at] = 0;
    for (uint32_t i = 0; i < length; i++)
        sum = (uint8_t)(sum + bytes[i]);
    bytes[checksum_at] = (uint8_t)-sum;
}

static int setup(void **state)
{
    uint8_t *entry, *system;

    (void)state;
    host_reset(4 << 20);
    memset(host_memory(0x500), 0, 0x100000 - 0x500);
    put_le16(host_memory(0x40E), 0);
    entry = host_memory(SMBIOS);
    memcpy(entry, "_SM_", 4);
    entry[5] = 0x1F;
    memcpy(entry + 16, "_DMI_", 5);
    put_le16(entry + 0x16, 29);
    put_le32(entry + 0x18, STRUCTURES);
    balance(SMBIOS + 16, 15, 5);
    balance(SMBIOS, 0x1F, 4);
    system = host_memory(STRUCTURES);
    memset(system, 0, 29);
    system[0] = 1; /* System Information of version 2.1 */
    system[1] = 25;
    memcpy(system + 8, uuid, sizeof uuid);
    return 0;
}

static void expect_machine(const uint8_t expected[16])
{
    struct network_identity identity;

    memset(&identity, 0xA5, sizeof identity);
    bios_network_identity(&identity);
    assert_string_equal(identity.vendor_class, "PXEClient:Arch:00000:UNDI:002001");
    assert_memory_equal(identity.machine, expected, 16);
    assert_true(identity.is_pxe);
    assert_ptr_equal(bios_dhcp_extension(), &pxe_client);
}

static void test_told(void **state)
{
    (void)state;
    expect_machine(uuid);
}

/* What NetBoot servers hear: the product's name, as much as there is room for. */
static void test_model(void **state)
{
    static const char product[] = "A product whose name goes on and on, beyond what fits into it";
    struct network_identity identity;

    bios_network_identity(&identity);
    assert_string_equal(identity.architecture, "i386");
    assert_string_equal(identity.model, "");
    put_le16(host_memory(SMBIOS + 0x16), 25 + sizeof "MacBook1,1" + 1);
    balance(SMBIOS + 16, 15, 5);
    balance(SMBIOS, 0x1F, 4);
    *host_memory(STRUCTURES + 5) = 1; /* the first string */
    strcpy((char *)host_memory(STRUCTURES + 25), "MacBook1,1");
    bios_network_identity(&identity);
    assert_string_equal(identity.model, "MacBook1,1");
    setup(state);
    put_le16(host_memory(SMBIOS + 0x16), 25 + sizeof product + 1);
    balance(SMBIOS + 16, 15, 5);
    balance(SMBIOS, 0x1F, 4);
    *host_memory(STRUCTURES + 5) = 1;
    memcpy(host_memory(STRUCTURES + 25), product, sizeof product);
    bios_network_identity(&identity);
    assert_int_equal(strlen(identity.model), NETWORK_MODEL_LONGEST);
    assert_memory_equal(identity.model, product, NETWORK_MODEL_LONGEST);
}

static void test_not_told(void **state)
{
    static const uint8_t none[16] = {0};

    (void)state;
    memset(host_memory(STRUCTURES + 8), 0xFF, 16); /* "not set" */
    expect_machine(none);
    setup(state);
    *host_memory(STRUCTURES + 1) = 23; /* the UUID is not wholly in the structure */
    expect_machine(none);
    setup(state);
    *host_memory(STRUCTURES) = 2; /* another structure */
    expect_machine(none);
    setup(state);
    *host_memory(SMBIOS + 6) ^= 1; /* the checksum is wrong */
    expect_machine(none);
    setup(state);
    memset(host_memory(SMBIOS), 0, 16); /* no SMBIOS */
    expect_machine(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_told, setup),
        cmocka_unit_test_setup(test_not_told, setup),
        cmocka_unit_test_setup(test_model, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
