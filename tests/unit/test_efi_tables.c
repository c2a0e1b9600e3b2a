/* SPDX-License-Identifier: BSD-2-Clause */
/* The EFI tables: read back field by field with other code than wrote them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#undef fail /* error.h has one */

#include "boot/host/host.h"
#include "darwin/efi_tables.h"
#include "lib/bytes.h"
#include "lib/crc32.h"

static uint8_t page[EFI_TABLES_SIZE];

/* By polynomial division, a bit at a time from the other end: nothing in common with lib/crc32.c.
 */
static uint32_t slow_crc(const uint8_t *bytes, size_t length, size_t hole)
{
    uint32_t remainder = 0xFFFFFFFFu;
    for (size_t i = 0; i < length; i++) {
        uint8_t byte = i >= hole && i < hole + 4 ? 0 : bytes[i];
        for (int bit = 0; bit < 8; bit++) {
            uint32_t top = remainder >> 31 ^ (byte >> bit & 1u);
            remainder = remainder << 1 ^ (top != 0 ? 0x04C11DB7u : 0);
        }
    }
    uint32_t reflected = 0;
    for (int bit = 0; bit < 32; bit++)
        reflected |= (remainder >> bit & 1u) << (31 - bit);
    return ~reflected;
}

static void test_crc(void **state)
{
    (void)state;
    assert_int_equal(crc32_ieee((const uint8_t *)"123456789", 9), 0xCBF43926u);
    assert_int_equal(crc32_ieee(NULL, 0), 0);
    assert_int_equal(slow_crc((const uint8_t *)"123456789", 9, 100), 0xCBF43926u);
}

static void check_header(const uint8_t *table, const char *signature, uint32_t size)
{
    assert_memory_equal(table, signature, 8);
    assert_int_equal(get_le32(table + 8), 0x0001000A);
    assert_int_equal(get_le32(table + 12), size);
    assert_int_equal(get_le32(table + 16), slow_crc(table, size, 16));
    assert_int_equal(get_le32(table + 20), 0);
}

static uint64_t pointer_at(unsigned width, const uint8_t *at)
{
    return width == 64 ? get_le64(at) : get_le32(at);
}

/* From a kernel's pointer to the byte in the page; it has to be in it. */
static const uint8_t *follow(const struct efi_tables *tables, uint64_t pointer)
{
    uint64_t offset = pointer - tables->virtual_base - tables->address;
    assert_true(offset < EFI_TABLES_SIZE);
    return page + offset;
}

static const uint8_t *check_runtime_services(const struct efi_tables *tables, uint64_t pointer)
{
    unsigned width = tables->width / 8;
    const uint8_t *runtime = follow(tables, pointer), *service = NULL;
    check_header(runtime, "RUNTSERV", 24 + 11 * width);
    for (unsigned i = 0; i < 11; i++) {
        const uint8_t *code = follow(tables, pointer_at(tables->width, runtime + 24 + i * width));
        assert_true(service == NULL || service == code);
        service = code;
    }
    return service;
}

static void check_vendor(const uint8_t *text)
{
    for (size_t i = 0; i <= strlen("Sawboot"); i++)
        assert_int_equal(get_le16(text + 2 * i), "Sawboot"[i]);
}

static void test_32_bits(void **state)
{
    static const uint8_t code[] = {0xB8, 0x03, 0x00, 0x00, 0x80, 0xC3};
    static const uint8_t acpi[16] = {0x30, 0x2D, 0x9D, 0xEB, 0x88, 0x2D, 0xD3, 0x11,
                                     0x9A, 0x16, 0x00, 0x90, 0x27, 0x3F, 0xC1, 0x4D};
    static const uint8_t smbios[16] = {0x31, 0x2D, 0x9D, 0xEB, 0x88, 0x2D, 0xD3, 0x11,
                                       0x9A, 0x16, 0x00, 0x90, 0x27, 0x3F, 0xC1, 0x4D};
    const struct efi_tables tables = {
        .width = 32, .address = 0x700000, .configuration = {0xF5A10, 0, 0xF5B20}};
    (void)state;
    memset(page, 0xA5, sizeof page);
    efi_tables_write(&tables, page);
    assert_int_equal(efi_tables_system_table(&tables), 0x700000);
    check_header(page, "IBI SYST", 72);
    check_vendor(follow(&tables, get_le32(page + 24)));
    assert_int_equal(get_le32(page + 28), 1);
    for (size_t at = 32; at < 56; at += 4)
        assert_int_equal(get_le32(page + at), 0); /* no consoles */
    assert_int_equal(get_le32(page + 56), efi_tables_runtime_services(&tables));
    assert_int_equal(get_le32(page + 60), 0); /* no boot services any more */
    assert_int_equal(get_le32(page + 64), 2);
    const uint8_t *configuration = follow(&tables, get_le32(page + 68));
    assert_memory_equal(configuration, acpi, 16);
    assert_int_equal(get_le32(configuration + 16), 0xF5A10);
    assert_memory_equal(configuration + 20, smbios, 16);
    assert_int_equal(get_le32(configuration + 36), 0xF5B20);
    assert_memory_equal(check_runtime_services(&tables, get_le32(page + 56)), code, sizeof code);
}

static void test_64_bits(void **state)
{
    static const uint8_t code[] = {0x48, 0xB8, 3, 0, 0, 0, 0, 0, 0, 0x80, 0xC3};
    static const uint8_t acpi_20[16] = {0x71, 0xE8, 0x68, 0x88, 0xF1, 0xE4, 0xD3, 0x11,
                                        0xBC, 0x22, 0x00, 0x80, 0xC7, 0x3C, 0x88, 0x81};
    const struct efi_tables tables = {.width = 64,
                                      .address = 0x1234000,
                                      .virtual_base = 0xFFFFFF8000000000ull,
                                      .configuration = {0xF5A10, 0xF5A10, 0}};
    (void)state;
    memset(page, 0xA5, sizeof page);
    efi_tables_write(&tables, page);
    assert_int_equal(efi_tables_system_table(&tables), 0x1234000);
    check_header(page, "IBI SYST", 120);
    /* The addresses that the kernel itself uses, in full: it follows them as they stand. */
    assert_int_equal(get_le64(page + 24) >> 32, 0xFFFFFF80);
    check_vendor(follow(&tables, get_le64(page + 24)));
    assert_int_equal(get_le32(page + 32), 1);
    assert_int_equal(get_le32(page + 36), 0);
    for (size_t at = 40; at < 88; at += 8)
        assert_int_equal(get_le64(page + at), 0);
    assert_int_equal(get_le64(page + 88), efi_tables_runtime_services(&tables));
    assert_int_equal(get_le64(page + 96), 0);
    assert_int_equal(get_le64(page + 104), 2);
    const uint8_t *configuration = follow(&tables, get_le64(page + 112));
    assert_int_equal(get_le64(configuration + 16), 0xF5A10);
    assert_memory_equal(configuration + 24, acpi_20, 16);
    assert_int_equal(get_le64(configuration + 40), 0xF5A10);
    assert_memory_equal(check_runtime_services(&tables, get_le64(page + 88)), code, sizeof code);
}

static void test_names(void **state)
{
    char text[EFI_GUID_TEXT];
    (void)state;
    efi_guid_text(EFI_ACPI_10, text);
    assert_string_equal(text, "EB9D2D30-2D88-11D3-9A16-0090273FC14D");
    efi_guid_text(EFI_ACPI_20, text);
    assert_string_equal(text, "8868E871-E4F1-11D3-BC22-0080C73C8881");
    efi_guid_text(EFI_SMBIOS, text);
    assert_string_equal(text, "EB9D2D31-2D88-11D3-9A16-0090273FC14D");
    assert_string_equal(efi_configuration_alias(EFI_ACPI_10), "ACPI");
    assert_string_equal(efi_configuration_alias(EFI_ACPI_20), "ACPI_20");
    assert_string_equal(efi_configuration_alias(EFI_SMBIOS), "SMBIOS");
}

static void test_text(void **state)
{
    uint8_t out[8];
    (void)state;
    memset(out, 0xA5, sizeof out);
    assert_int_equal(efi_text_write("a\xE9", out, sizeof out), 6);
    assert_memory_equal(out, "a\0\xE9\0\0\0\xA5\xA5", 8);
    assert_int_equal(efi_text_write("abcdef", out, sizeof out), 8);
    assert_memory_equal(out, "a\0b\0c\0\0\0", 8);
    assert_int_equal(efi_text_write("abc", out, 2), 2);
    assert_int_equal(get_le16(out), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crc),     cmocka_unit_test(test_32_bits),
        cmocka_unit_test(test_64_bits), cmocka_unit_test(test_names),
        cmocka_unit_test(test_text),
    };
    return cmocka_run_group_tests_name("EFI tables", tests, NULL, NULL);
}
