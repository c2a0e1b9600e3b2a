/* SPDX-License-Identifier: BSD-2-Clause */
/* What a multiboot loader says, in the simulated machine's memory: whole, odd and hostile. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>
#undef fail /* cmocka's macro; ours is a function */

#include "boot/bios/bios.h"
#include "boot/host/host.h"
#include "tests/unit/random.h"

uint32_t entry_magic, entry_information;
#define LOADER      ((uintptr_t)0x100000)
#define LOADER_END  ((uintptr_t)0x140000)
#define image_start LOADER
#define image_end   LOADER_END
/* The PC's own file: nothing in it is a PC's but the addresses. */
#include "boot/bios/multiboot_information.c"

#define RAM         (4u << 20)
#define LOW_RAM     0x40000u /* zeroes, but for what follows */
#define INFORMATION 0x9500u
#define MAP         0x9800u
#define MODULES     0xB000u
#define WORDS       0xC000u
#define FIRST       0x200000u

static uint8_t *at(uint32_t address)
{
    return host_memory(address);
}

static void put_module(unsigned index, uint32_t start, uint32_t end, uint32_t words)
{
    put_le32(at(MODULES + index * 16), start);
    put_le32(at(MODULES + index * 16 + 4), end);
    put_le32(at(MODULES + index * 16 + 8), words);
}

static uint32_t put_map(uint32_t offset, uint32_t size, uint64_t base, uint64_t length)
{
    put_le32(at(MAP + offset), size);
    put_le64(at(MAP + offset + 4), base);
    put_le64(at(MAP + offset + 12), length);
    put_le32(at(MAP + offset + 20), MEMORY_USABLE);
    return offset + 4 + size;
}

static int setup(void **state)
{
    (void)state;
    host_reset(RAM);
    memset(at(0), 0, LOW_RAM);
    error_clear();
    memset(command_line, 0, sizeof command_line);
    memset(loader_name, 0, sizeof loader_name);
    module_count = module_words_used = map_count = 0;
    lower_kb = upper_kb = 0;
    entry_magic = 0x2BADB002;
    entry_information = INFORMATION;
    strcpy((char *)at(WORDS), "sawboot.elf verbose args=-v");
    strcpy((char *)at(WORDS + 0x100), "GRUB 2.06");
    strcpy((char *)at(WORDS + 0x200), "mach_kernel -s");
    put_le32(at(INFORMATION), 1u << 0 | 1u << 2 | 1u << 3 | 1u << 6 | 1u << 9);
    put_le32(at(INFORMATION + 4), 639);
    put_le32(at(INFORMATION + 8), 3 * 1024);
    put_le32(at(INFORMATION + 16), WORDS);
    put_le32(at(INFORMATION + 20), 2);
    put_le32(at(INFORMATION + 24), MODULES);
    put_le32(at(INFORMATION + 48), MAP);
    put_le32(at(INFORMATION + 64), WORDS + 0x100);
    put_module(0, FIRST, FIRST + 0x1234, WORDS + 0x200);
    put_module(1, FIRST + 0x2000, FIRST + 0x2000, 0);
    put_le32(at(INFORMATION + 44),
             put_map(put_map(put_map(0, 20, 0, 0x9FC00), 24, 0x100000, 0x300000), 20, 0x100000000u,
                     0x40000000u));
    return 0;
}

static void test_whole(void **state)
{
    struct memory_map_entry map_read[4];
    struct platform_module modules_read[4];
    uint32_t lower, upper;

    (void)state;
    assert_int_equal(multiboot_read(), OK);
    /* What was read has to be a copy. */
    memset(at(INFORMATION), 0xFF, 0x4000);
    assert_string_equal(multiboot_command_line(), "sawboot.elf verbose args=-v");
    assert_string_equal(multiboot_loader_name(), "GRUB 2.06");
    assert_int_equal(multiboot_memory_map(map_read, 4), 3);
    assert_true(map_read[1].base == 0x100000 && map_read[1].length == 0x300000);
    assert_true(map_read[2].base == 0x100000000u && map_read[2].length == 0x40000000u);
    assert_int_equal(map_read[2].type, MEMORY_USABLE);
    assert_int_equal(multiboot_modules(modules_read, 4), 2);
    assert_string_equal(modules_read[0].words, "mach_kernel -s");
    assert_ptr_equal(modules_read[0].bytes, at(FIRST));
    assert_int_equal(modules_read[0].length, 0x1234);
    assert_string_equal(modules_read[1].words, "");
    assert_int_equal(modules_read[1].length, 0);
    assert_int_equal(multiboot_modules(modules_read, 1), 1);
    multiboot_memory_sizes(&lower, &upper);
    assert_int_equal(lower, 639);
    assert_int_equal(upper, 3 * 1024);
}

static void test_nothing_said(void **state)
{
    struct memory_map_entry entry;

    (void)state;
    put_le32(at(INFORMATION), 0);
    assert_int_equal(multiboot_read(), OK);
    assert_string_equal(multiboot_command_line(), "");
    assert_string_equal(multiboot_loader_name(), "");
    assert_int_equal(multiboot_memory_map(&entry, 1), 0);
}

static void test_not_multiboot(void **state)
{
    (void)state;
    entry_magic = 0x36D76289; /* multiboot 2 */
    assert_int_equal(multiboot_read(), ERROR_PC_START);
    entry_magic = 0x2BADB002;
    entry_information = 0xFFFFFFF0u;
    assert_int_equal(multiboot_read(), ERROR_PC_START);
    entry_information = 0;
    assert_int_equal(multiboot_read(), ERROR_PC_START);
}

static void test_long_words(void **state)
{
    (void)state;
    memset(at(WORDS), 'a', OPTIONS_LENGTH - 1);
    *at(WORDS + OPTIONS_LENGTH - 1) = 0;
    put_le32(at(INFORMATION + 20), 0);
    assert_int_equal(multiboot_read(), OK);
    assert_int_equal(strlen(multiboot_command_line()), OPTIONS_LENGTH - 1);
    *at(WORDS + OPTIONS_LENGTH - 1) = 'a';
    assert_int_equal(multiboot_read(), ERROR_OPTION_LENGTH);
    assert_int_equal(strlen(multiboot_command_line()), OPTIONS_LENGTH - 1);
}

/* All modules' words share one room. */
static void test_long_module_words(void **state)
{
    (void)state;
    memset(at(WORDS), 'm', 1000);
    *at(WORDS + 1000) = 0;
    put_le32(at(INFORMATION), 1u << 3);
    for (unsigned i = 0; i < 9; i++)
        put_module(i, FIRST, FIRST + 1, WORDS);
    put_le32(at(INFORMATION + 20), 8);
    assert_int_equal(multiboot_read(), OK);
    module_count = module_words_used = 0;
    put_le32(at(INFORMATION + 20), 9);
    assert_int_equal(multiboot_read(), ERROR_OPTION_LENGTH);
}

static void test_bad_modules(void **state)
{
    (void)state;
    put_module(1, FIRST, FIRST - 1, 0);
    assert_int_equal(multiboot_read(), ERROR_PC_START);
    setup(NULL);
    put_module(1, 0x13FFFF, 0x150000, 0); /* the loader's last byte */
    assert_int_equal(multiboot_read(), ERROR_PC_START);
    setup(NULL);
    put_module(1, 0x140000, 0x150000, 0);
    assert_int_equal(multiboot_read(), OK);
    setup(NULL);
    put_module(1, REAL_MODE_END - 1, REAL_MODE_END + 10, 0);
    assert_int_equal(multiboot_read(), ERROR_PC_START);
    setup(NULL);
    put_le32(at(INFORMATION + 20), MODULES_MAXIMUM + 1);
    assert_int_equal(multiboot_read(), ERROR_PC_START);
    setup(NULL);
    put_le32(at(INFORMATION + 24), 0xFFFFFFF8u);
    assert_int_equal(multiboot_read(), ERROR_PC_START);
}

static void test_bad_map(void **state)
{
    struct memory_map_entry entries[MEMORY_MAP_MAXIMUM];
    uint32_t offset = 0;

    (void)state;
    put_le32(at(MAP + 24), 0xFFFFFFFFu); /* the second entry's size */
    assert_int_equal(multiboot_read(), OK);
    assert_int_equal(multiboot_memory_map(entries, MEMORY_MAP_MAXIMUM), 1);
    setup(NULL);
    put_le32(at(MAP + 24), 19);
    assert_int_equal(multiboot_read(), OK);
    assert_int_equal(multiboot_memory_map(entries, MEMORY_MAP_MAXIMUM), 1);
    setup(NULL);
    put_le32(at(INFORMATION + 44), 24 + 27); /* cut in the second */
    assert_int_equal(multiboot_read(), OK);
    assert_int_equal(multiboot_memory_map(entries, MEMORY_MAP_MAXIMUM), 1);
    setup(NULL);
    put_le32(at(INFORMATION), 1u << 6);
    put_le32(at(INFORMATION + 48), FIRST);
    for (unsigned i = 0; i < MEMORY_MAP_MAXIMUM + 3; i++) {
        memcpy(at(FIRST + offset), at(MAP), 24);
        offset += 24;
    }
    put_le32(at(INFORMATION + 44), offset);
    assert_int_equal(multiboot_read(), OK);
    assert_int_equal(multiboot_memory_map(entries, MEMORY_MAP_MAXIMUM), MEMORY_MAP_MAXIMUM);
    setup(NULL);
    put_le32(at(INFORMATION + 44), 0xFFFFFFF0u);
    assert_int_equal(multiboot_read(), OK);
    assert_int_equal(multiboot_memory_map(entries, MEMORY_MAP_MAXIMUM), 0);
}

/* Random words in random fields: nothing is read outside of what they can reach, all text ends. */
static void test_random(void **state)
{
    uint32_t random_state = 0x51ed270b;

    for (int round = 0; round < 500; round++) {
        setup(state);
        for (int i = 0; i < 3; i++) {
            uint32_t where = random_next(&random_state) % 3, value = random_next(&random_state);
            uint32_t place = where == 0 ? INFORMATION + value % 68 / 4 * 4
                                        : (where == 1 ? MAP : MODULES) + value % 48 / 4 * 4;

            /* What is higher holds no addresses that could be followed here. */
            put_le32(at(place), random_next(&random_state) % (LOW_RAM / 2));
        }
        multiboot_read();
        assert_true(strlen(multiboot_command_line()) < OPTIONS_LENGTH);
        assert_true(strlen(multiboot_loader_name()) < LOADER_NAME_ROOM);
        for (size_t i = 0; i < module_count; i++)
            assert_true(strlen(modules[i].words) < MODULE_WORDS_ROOM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_whole, setup),
        cmocka_unit_test_setup(test_nothing_said, setup),
        cmocka_unit_test_setup(test_not_multiboot, setup),
        cmocka_unit_test_setup(test_long_words, setup),
        cmocka_unit_test_setup(test_long_module_words, setup),
        cmocka_unit_test_setup(test_bad_modules, setup),
        cmocka_unit_test_setup(test_bad_map, setup),
        cmocka_unit_test_setup(test_random, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
