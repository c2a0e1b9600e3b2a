/* SPDX-License-Identifier: BSD-2-Clause */
/* Parts of a PC's device tree: SMBIOS, root-matching, the random seed. */
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
#include "darwin/random_seed.h"
#include "darwin/root_matching.h"
#include "darwin/smbios.h"
#include "lib/bytes.h"

/* --- SMBIOS ---------------------------------------------------------------------------------- */

static const uint8_t structures[] =
    "\x00\x06\x00\x00\x01\x02"
    "SeaBIOS\0rel\0"
    "\0"
    "\x01\x1B\x00\x01\x01\x02\x00\x03"
    "\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1A\x1B\x1C\x1D\x1E\x1F"
    "\x06\x00\x00"
    "QEMU\0Standard PC\0S123\0"
    "\0"
    "\x7F\x04\x00\x7F\0";
#define STRUCTURES_LENGTH (sizeof structures)
#define SYSTEM            19 /* where structure type 1 begins */

/* In a copy of exactly that length. */
static bool read_copy(const uint8_t *bytes, size_t length, struct smbios_system *system)
{
    uint8_t *copy = malloc(length != 0 ? length : 1);
    memcpy(copy, bytes, length);
    bool found = smbios_read_system(copy, length, system);
    free(copy);
    return found;
}

static void test_system(void **state)
{
    struct smbios_system system;
    (void)state;
    assert_int_equal(structures[SYSTEM], 1);
    assert_true(read_copy(structures, STRUCTURES_LENGTH, &system));
    assert_true(system.has_uuid);
    for (int i = 0; i < 16; i++)
        assert_int_equal(system.uuid[i], 0x10 + i);
    assert_string_equal(system.product, "Standard PC");
    assert_string_equal(system.serial, "S123");
    for (size_t length = 0; length < STRUCTURES_LENGTH; length++)
        read_copy(structures, length, &system);
}

static void test_system_that_says_little(void **state)
{
    uint8_t changed[STRUCTURES_LENGTH];
    struct smbios_system system;
    (void)state;
    memcpy(changed, structures, sizeof changed);
    changed[SYSTEM + 5] = 0; /* no product name */
    changed[SYSTEM + 7] = 9; /* there is no such text */
    memset(changed + SYSTEM + 8, 0xFF, 16);
    assert_true(read_copy(changed, sizeof changed, &system));
    assert_false(system.has_uuid);
    assert_string_equal(system.product, "");
    assert_string_equal(system.serial, "");
    memset(changed + SYSTEM + 8, 0, 16);
    assert_true(read_copy(changed, sizeof changed, &system));
    assert_false(system.has_uuid);
    /* SMBIOS 2.0 ends before the UUID. Its texts then begin in what was the UUID. */
    changed[SYSTEM + 1] = 8;
    assert_true(read_copy(changed, sizeof changed, &system));
    assert_false(system.has_uuid);
    /* A text longer than is kept. */
    uint8_t large[200] = {1, 8, 0, 0, 0, 1, 0, 0};
    memset(large + 8, 'x', 150);
    assert_true(read_copy(large, sizeof large, &system));
    assert_int_equal(strlen(system.product), SMBIOS_TEXT - 1);
}

static void test_no_system(void **state)
{
    static const uint8_t end_first[] = {127, 4, 0, 0, 0, 0, 1, 8, 0, 0, 0, 0, 0, 0, 0, 0};
    static const uint8_t short_header[] = {0, 3, 0, 0, 0, 0};
    static const uint8_t beyond[] = {0, 0xFF, 0, 0, 0, 0};
    static const uint8_t endless_text[] = {0, 4, 0, 0, 'a', 'b', 0, 'c'};
    struct smbios_system system;
    (void)state;
    assert_false(read_copy(end_first, sizeof end_first, &system));
    assert_false(read_copy(short_header, sizeof short_header, &system));
    assert_false(read_copy(beyond, sizeof beyond, &system));
    assert_false(read_copy(endless_text, sizeof endless_text, &system));
}

static void make_entry_point(uint8_t entry[31])
{
    memset(entry, 0, 31);
    memcpy(entry, "_SM_", 4);
    entry[5] = 0x1F;
    put_le16(entry + 0x16, 300);
    put_le32(entry + 0x18, 0xF5000);
    uint8_t sum = 0;
    for (int i = 0; i < 31; i++)
        sum = (uint8_t)(sum + entry[i]);
    entry[4] = (uint8_t)-sum;
}

static void test_entry_point(void **state)
{
    uint8_t entry[31];
    uint32_t address, size;
    (void)state;
    make_entry_point(entry);
    assert_true(smbios_find_structures(entry, 31, &address, &size));
    assert_int_equal(address, 0xF5000);
    assert_int_equal(size, 300);
    assert_false(smbios_find_structures(entry, 29, &address, &size));
    assert_false(smbios_find_structures(entry, 30, &address, &size)); /* it says 31 */
    entry[6]++;                                                       /* sum */
    assert_false(smbios_find_structures(entry, 31, &address, &size));
    make_entry_point(entry);
    entry[0] = '-';
    assert_false(smbios_find_structures(entry, 31, &address, &size));
    make_entry_point(entry);
    entry[5] = 0x10;
    entry[4] = (uint8_t)(entry[4] + 0x0F);
    assert_false(smbios_find_structures(entry, 31, &address, &size));
    make_entry_point(entry);
    entry[0x16] = entry[0x17] = 0;
    entry[4] = (uint8_t)(entry[4] + 300 % 256 + 300 / 256);
    assert_false(smbios_find_structures(entry, 31, &address, &size));
}

/* --- The rest ----------------------------------------------------------------------------------
 */

static void test_root_matching(void **state)
{
    static const uint8_t address[6] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
    static const uint8_t all_ones[6] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
    char text[ROOT_MATCHING_SIZE];
    (void)state;
    root_matching_write(address, text);
    assert_string_equal(text, "<dict><key>IOProviderClass</key><string>IONetworkInterface</string>"
                              "<key>IOParentMatch</key><dict><key>IOPropertyMatch</key><dict>"
                              "<key>IOMACAddress</key><data>UlQAEjRW</data></dict></dict></dict>");
    root_matching_write(all_ones, text);
    assert_non_null(strstr(text, "<data>////////</data>"));
    assert_true(root_is_chosen("-v rd=en0"));
    assert_true(root_is_chosen("rootdev=disk0s2"));
    assert_true(root_is_chosen("boot-uuid=1 rd"));
    assert_false(root_is_chosen("-v rp=nfs:1.2.3.4:/a rdx=1"));
}

static void test_random_seed(void **state)
{
    uint8_t first[RANDOM_SEED_SIZE], second[RANDOM_SEED_SIZE];
    (void)state;
    host_reset(4u << 20);
    uint64_t before = platform_microseconds();
    random_seed_write((const uint8_t *)"a", 1, first);
    assert_true(platform_microseconds() - before < 1000000);
    random_seed_write((const uint8_t *)"a", 1, second);
    assert_memory_not_equal(first, second, RANDOM_SEED_SIZE);
    for (int i = 0; i < RANDOM_SEED_SIZE; i += 8)
        for (int k = 0; k < i; k += 8)
            assert_memory_not_equal(first + i, first + k, 8);
    /* The salt counts. */
    host_reset(4u << 20);
    random_seed_write((const uint8_t *)"b", 1, second);
    assert_memory_not_equal(first, second, RANDOM_SEED_SIZE);
    /* A clock that stands still ends it as well. */
    host_clock_step_us(0);
    random_seed_write(NULL, 0, second);
    assert_memory_not_equal(second, second + 8, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_system),        cmocka_unit_test(test_system_that_says_little),
        cmocka_unit_test(test_no_system),     cmocka_unit_test(test_entry_point),
        cmocka_unit_test(test_root_matching), cmocka_unit_test(test_random_seed),
    };
    return cmocka_run_group_tests_name("parts of a PC's tree", tests, NULL, NULL);
}
