/* SPDX-License-Identifier: BSD-2-Clause */
/* ACPI's and SMBIOS' tables in the simulated machine's memory, whole and damaged. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>
#undef fail /* cmocka's macro; ours is a function */

#include "boot/host/host.h"
#include "tests/unit/random.h"

/* The PC's own file: nothing in it is a PC's but the addresses. */
#include "boot/bios/firmware_tables.c"

#define RSDP   0xF0010u
#define XSDT   0x200000u
#define RSDT   0x201000u
#define MCFG   0x202000u
#define FADT   0x203000u
#define SMBIOS 0xFFFE0u /* the last place where one fits */

static void balance(uint32_t at, uint32_t length, uint32_t checksum_at)
{
    uint8_t *bytes = host_memory(at), sum = 0;

    bytes[checksum_at] = 0;
    for (uint32_t i = 0; i < length; i++)
        sum = (uint8_t)(sum + bytes[i]);
    bytes[checksum_at] = (uint8_t)-sum;
}

static void put_table(uint32_t at, const char *signature, uint32_t length)
{
    uint8_t *bytes = host_memory(at);

    memcpy(bytes, signature, 4);
    put_le32(bytes + 4, length);
    balance(at, length, 9);
}

static void put_rsdp(uint32_t at, uint8_t revision)
{
    uint8_t *bytes = host_memory(at);

    memcpy(bytes, "RSD PTR ", 8);
    bytes[15] = revision;
    put_le32(bytes + 16, RSDT);
    put_le32(bytes + 20, 36);
    put_le64(bytes + 24, XSDT);
    balance(at, 20, 8);
    balance(at, 36, 32);
}

static void put_mcfg(void)
{
    uint8_t *bytes = host_memory(MCFG);

    memset(bytes, 0, 0x100);
    put_le64(bytes + 44, 0xC0000000u); /* segment 1 */
    put_le16(bytes + 52, 1);
    bytes[55] = 255;
    put_le64(bytes + 60, 0x4E0000000u); /* segment 0 */
    bytes[70] = 2;
    bytes[71] = 0x7F;
    put_table(MCFG, "MCFG", 76);
}

static int setup(void **state)
{
    uint8_t *bytes;

    (void)state;
    host_reset(4 << 20);
    put_le16(host_memory(0x40E), 0x9FC0);
    memset(host_memory(0x9FC00), 0, 0x400);
    memset(host_memory(0xE0000), 0, 0x20000);
    put_rsdp(RSDP, 2);
    put_mcfg();
    put_table(FADT, "FACP", 116);
    put_le64((uint8_t *)host_memory(XSDT) + 36, 0xFF00000000u + FADT); /* above 4 GB */
    put_le64((uint8_t *)host_memory(XSDT) + 44, FADT);
    put_le64((uint8_t *)host_memory(XSDT) + 52, MCFG);
    put_table(XSDT, "XSDT", 60);
    put_le32((uint8_t *)host_memory(RSDT) + 36, 0);
    put_le32((uint8_t *)host_memory(RSDT) + 40, MCFG);
    put_table(RSDT, "RSDT", 46); /* and half an entry */
    bytes = host_memory(SMBIOS);
    memcpy(bytes, "_SM_", 4);
    bytes[5] = 0x1F;
    memcpy(bytes + 16, "_DMI_", 5);
    balance(SMBIOS + 16, 15, 5);
    balance(SMBIOS, 0x1F, 4);
    return 0;
}

static struct pc_information describe_now(void)
{
    struct pc_information pc;

    memset(&pc, 0x5A, sizeof pc);
    firmware_tables_describe(&pc);
    return pc;
}

static bool has(const char *signature)
{
    uint32_t length;

    return acpi_table(signature, &length) != NULL;
}

static void test_whole(void **state)
{
    struct pc_information pc = describe_now();
    uint32_t length = 0;

    (void)state;
    assert_int_equal(pc.rsdp, RSDP);
    assert_int_equal(pc.rsdp_revision, 2);
    assert_int_equal(pc.smbios, SMBIOS);
    assert_true(pc.ecam == 0x4E0000000u);
    assert_int_equal(pc.ecam_first_bus, 2);
    assert_int_equal(pc.ecam_last_bus, 0x7F);
    assert_ptr_equal(acpi_table("FACP", &length), host_memory(FADT));
    assert_int_equal(length, 116);
    assert_false(has("HPET"));
}

static void test_acpi_1(void **state)
{
    struct pc_information pc;

    (void)state;
    put_rsdp(RSDP, 0);
    pc = describe_now();
    assert_int_equal(pc.rsdp, RSDP);
    assert_int_equal(pc.rsdp_revision, 0);
    assert_false(has("FACP")); /* only the 64-bit list has it */
    assert_true(has("MCFG"));
}

/* A damaged second part leaves what ACPI 1.0 has; so does a damaged 64-bit list. */
static void test_damaged_extension(void **state)
{
    (void)state;
    host_memory(RSDP)[33] ^= 1;
    assert_int_equal(describe_now().rsdp_revision, 0);
    assert_false(has("FACP"));
    assert_true(has("MCFG"));
    put_rsdp(RSDP, 2);
    host_memory(XSDT)[50] ^= 1;
    assert_int_equal(describe_now().rsdp_revision, 2);
    assert_false(has("FACP"));
    assert_true(has("MCFG"));
}

static void test_extended_data_area(void **state)
{
    (void)state;
    put_rsdp(0x9FFE0, 0); /* the last place that is searched */
    assert_int_equal(describe_now().rsdp, 0x9FFE0);
    put_le16(host_memory(0x40E), 0xA000); /* the video memory: not searched */
    assert_int_equal(describe_now().rsdp, RSDP);
    put_le16(host_memory(0x40E), 0);
    assert_int_equal(describe_now().rsdp, RSDP);
}

static void test_damaged_tables(void **state)
{
    (void)state;
    host_memory(FADT)[100] ^= 1;
    assert_false(has("FACP"));
    put_table(FADT, "FACP", 35); /* shorter than its own header */
    assert_false(has("FACP"));
    put_le32(host_memory(FADT) + 4, 0xFFFFFFFFu);
    assert_false(has("FACP"));
    put_table(MCFG, "MCFG", 75); /* the second entry is not whole */
    assert_true(has("MCFG"));
    assert_int_equal(describe_now().ecam, 0);
    host_memory(RSDP)[3] = 'x';
    assert_int_equal(describe_now().rsdp, 0);
    assert_false(has("MCFG"));
}

static void test_smbios(void **state)
{
    (void)state;
    host_memory(SMBIOS)[0x18] ^= 1;
    assert_int_equal(describe_now().smbios, 0);
    balance(SMBIOS + 16, 15, 5);
    balance(SMBIOS, 0x1F, 4);
    assert_int_equal(describe_now().smbios, SMBIOS);
    host_memory(SMBIOS)[5] = 0x21; /* longer than the space behind it */
    assert_int_equal(describe_now().smbios, 0);
    memcpy(host_memory(SMBIOS), "_SM3_", 5);
    assert_int_equal(describe_now().smbios, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_whole, setup),
        cmocka_unit_test_setup(test_acpi_1, setup),
        cmocka_unit_test_setup(test_damaged_extension, setup),
        cmocka_unit_test_setup(test_extended_data_area, setup),
        cmocka_unit_test_setup(test_damaged_tables, setup),
        cmocka_unit_test_setup(test_smbios, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
