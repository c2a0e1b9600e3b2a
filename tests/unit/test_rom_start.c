/* SPDX-License-Identifier: BSD-2-Clause */
/* A start by the ROM of a card: whose ROM, the key for the prompt, and who is waited for. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>

#include "boot/bios/bios.h"
#include "boot/host/host.h"
#include "lib/bytes.h"

/* The PC's own file, beside the simulated machine's functions of the same names. */
bool rom_wants_prompt(bool last_chance);
unsigned rom_patience(void);
#define platform_wants_prompt rom_wants_prompt
#define platform_patience     rom_patience
#include "boot/bios/rom.c"

#include <cmocka.h>

uint32_t entry_magic, entry_information = 0x7F40;

/* When the ROM spoke of the key: before the simulated machine's clock began. */
#define ROM_SPOKE 0x123456789ull
static uint64_t unpacking_ms;

uint64_t clock_milliseconds_since(uint64_t counter)
{
    assert_int_equal(counter, ROM_SPOKE);
    return unpacking_ms;
}

static int set_up(void **state)
{
    (void)state;
    host_reset(1u << 20);
    host_clock_step_us(1000);
    entry_magic = LOADED_BY_ROM;
    card[0] = '\0';
    unpacking_ms = 0;
    key_pressed = is_listening = time_is_up = somebody_is_there = false;
    return 0;
}

static void start(unsigned place, uint8_t key)
{
    uint8_t *information = host_memory(entry_information);

    put_le16(information + ROM_START_PLACE, (uint16_t)place);
    information[ROM_START_KEY] = key;
    put_le64(information + ROM_START_TIME, ROM_SPOKE);
    rom_start();
}

static uint64_t time_of(bool *wants)
{
    uint64_t before = platform_milliseconds();

    *wants = rom_wants_prompt(true);
    return platform_milliseconds() - before;
}

static void test_card(void **state)
{
    (void)state;
    start(0x0018, 0);
    assert_string_equal(rom_boot_path(), "00:03.0");
    start(0xAFFF, 0);
    assert_string_equal(rom_boot_path(), "af:1f.7");
}

static void test_unknown_card(void **state)
{
    (void)state;
    start(ROM_PLACE_UNKNOWN, 0);
    assert_string_equal(rom_boot_path(), "");
}

static void test_no_key(void **state)
{
    bool wants;

    (void)state;
    start(0x0018, 0);
    assert_false(rom_wants_prompt(false));
    assert_non_null(strstr(host_console(), "Escape leads to the prompt\n"));
    assert_in_range(time_of(&wants), KEY_MS - 50, KEY_MS + 50);
    assert_false(wants);
    /* The time is over, and the hint is not said again. */
    host_type("\033");
    assert_in_range(time_of(&wants), 0, 20);
    assert_false(wants);
    assert_null(strstr(strstr(host_console(), "Escape") + 1, "Escape"));
    assert_int_equal(rom_patience(), PATIENCE_SECONDS);
}

/* What other waits take of the time is not waited for again. */
static void test_time_passes_elsewhere(void **state)
{
    bool wants;

    (void)state;
    start(0x0018, 0);
    rom_wants_prompt(false);
    host_clock_advance_us((KEY_MS - 300) * 1000u);
    assert_in_range(time_of(&wants), 200, 350);
    assert_false(wants);
}

/* What unpacking took neither, but for a moment for who sees the serial port only. */
static void test_time_of_unpacking(void **state)
{
    static const unsigned took[] = {1200, KEY_MS - KEY_HERE_MS, 1900, 40000};
    bool wants;

    for (unsigned i = 0; i < sizeof took / sizeof *took; i++) {
        set_up(state);
        start(0x0018, 0);
        unpacking_ms = took[i];
        rom_wants_prompt(false);
        if (i == 0)
            assert_in_range(time_of(&wants), KEY_MS - 1250, KEY_MS - 1150);
        else
            assert_in_range(time_of(&wants), KEY_HERE_MS - 50, KEY_HERE_MS + 50);
        assert_false(wants);
    }
}

/* Pressed while nobody read keys, and asked for when the time is over. */
static void test_key_waits(void **state)
{
    bool wants;

    (void)state;
    start(0x0018, 0);
    rom_wants_prompt(false);
    host_type("xy\033");
    host_clock_advance_us(60000 * 1000u);
    assert_in_range(time_of(&wants), 0, 100);
    assert_true(wants);
}

/* A port that has a byte whenever it is asked does not hold the boot up. */
static void test_endless_keys(void **state)
{
    static char keys[KEYS_WAITING + 20];
    bool wants;

    (void)state;
    memset(keys, 'x', sizeof keys - 2);
    keys[sizeof keys - 2] = '\033';
    start(0x0018, 0);
    rom_wants_prompt(false);
    host_type(keys);
    host_clock_advance_us(60000 * 1000u);
    time_of(&wants);
    assert_false(wants);
}

static void test_key_in_time(void **state)
{
    bool wants;

    (void)state;
    start(0x0018, 0);
    assert_false(rom_wants_prompt(false));
    host_type("x\r\033");
    assert_in_range(time_of(&wants), 0, 100);
    assert_true(wants);
    assert_false(rom_wants_prompt(true));
    assert_int_equal(rom_patience(), 0);
}

static void test_key_before(void **state)
{
    (void)state;
    start(0x0018, 1);
    assert_true(rom_wants_prompt(false));
    assert_false(rom_wants_prompt(true));
    assert_int_equal(rom_patience(), 0);
}

static void test_somebody_is_there(void **state)
{
    (void)state;
    start(0x0018, 0);
    rom_note_key();
    assert_int_equal(rom_patience(), 0);
}

static void test_other_starts(void **state)
{
    (void)state;
    entry_magic = 0x2BADB002;
    host_type("\033");
    assert_false(rom_wants_prompt(true));
    assert_int_equal(rom_patience(), 0);
    assert_string_equal(host_console(), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_card, set_up),
        cmocka_unit_test_setup(test_unknown_card, set_up),
        cmocka_unit_test_setup(test_no_key, set_up),
        cmocka_unit_test_setup(test_time_passes_elsewhere, set_up),
        cmocka_unit_test_setup(test_time_of_unpacking, set_up),
        cmocka_unit_test_setup(test_key_waits, set_up),
        cmocka_unit_test_setup(test_endless_keys, set_up),
        cmocka_unit_test_setup(test_key_in_time, set_up),
        cmocka_unit_test_setup(test_key_before, set_up),
        cmocka_unit_test_setup(test_somebody_is_there, set_up),
        cmocka_unit_test_setup(test_other_starts, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
