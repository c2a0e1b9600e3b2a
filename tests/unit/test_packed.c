/* SPDX-License-Identifier: BSD-2-Clause */
/* The unpacking of the loader in a card's ROM, against streams that the arithmetic coder writes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boot/unpack/packed.h"
#include "lib/bytes.h"
#include "lib/crc32.h"

#define LENGTH      600
#define CODE_LENGTH 400
#define CANARY      0xA5

static struct predictor predictor;
static uint8_t plain[LENGTH], packed[2 * LENGTH], out[LENGTH + 16];

/* Calls, other instructions and text, as a program has them. */
static void make_plain(void)
{
    for (uint32_t at = 0; at < CODE_LENGTH; at += 4)
        put_be32(plain + at, at % 12 == 0 ? 0x48000001u | ((0x200u - at) & 0x03FFFFFCu)
                                          : 0x38600000u + at * 0x10001u % 7);
    for (uint32_t at = CODE_LENGTH; at < LENGTH; at++)
        plain[at] = (uint8_t) "the quick brown fox; the lazy dog; "[at % 35];
}

/* What tools/pack does. */
static size_t make_packed(unsigned processor)
{
    static uint8_t bytes[LENGTH];
    struct packed_range range = {0, UINT32_MAX};
    size_t made = PACKED_HEADER;

    make_plain();
    memcpy(bytes, plain, LENGTH);
    packed_calls_absolute(processor, bytes, CODE_LENGTH);
    put_be32(packed, LENGTH);
    put_be32(packed + 4, 3 * LENGTH);
    put_be32(packed + 8, processor << 24 | CODE_LENGTH);
    put_be32(packed + 12, crc32_ieee(plain, LENGTH));
    predictor_begin(&predictor, processor, bytes, CODE_LENGTH);
    for (unsigned i = 0; i < LENGTH * 8; i++) {
        unsigned bit = bytes[i / 8] >> (7 - i % 8) & 1;
        uint32_t middle = packed_middle(&range, predictor_guess(&predictor));
        uint32_t front = bit != 0 ? range.low : middle + 1;

        for (unsigned n = packed_narrow(&range, middle, bit); n > 0; n--, front <<= 8)
            packed[made++] = (uint8_t)(front >> 24);
        predictor_learn(&predictor, bit);
    }
    packed[made++] = (uint8_t)((range.low >> 24) + 1);
    return made;
}

static bool unpack(size_t length)
{
    bool good;

    memset(out, CANARY, sizeof out);
    good = packed_unpack(packed, length, &predictor, out);
    for (size_t i = LENGTH; i < sizeof out; i++)
        assert_int_equal(out[i], CANARY);
    return good;
}

static void comes_back(void **state)
{
    static const unsigned processors[] = {CONTEXTS_POWERPC, CONTEXTS_X86};

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        size_t length = make_packed(processors[i]);

        assert_true(length < LENGTH / 2);
        assert_int_equal(packed_length(packed), LENGTH);
        assert_int_equal(packed_memory(packed), 3 * LENGTH);
        assert_true(unpack(length));
        assert_memory_equal(out, plain, LENGTH);
    }
}

/*
 * The guesses are the same on every processor: this is what the coder makes of these bytes. A
 * change here means that tools/pack and old stubs no longer understand each other, which is no
 * harm, as they are built together; that the processors differ would be.
 */
static void is_the_same_everywhere(void **state)
{
    size_t length = make_packed(CONTEXTS_POWERPC);

    (void)state;
    assert_int_equal(length, 84);
    assert_int_equal(crc32_ieee(packed, length), 0xe487885a);
    length = make_packed(CONTEXTS_X86);
    assert_int_equal(length, 195);
    assert_int_equal(crc32_ieee(packed, length), 0xc3c39050);
}

static void calls_are_absolute_and_back(void **state)
{
    uint8_t code[16];

    (void)state;
    put_be32(code, 0x48000101);                        /* bl +0x100 */
    put_be32(code + 4, 0x4BFFFFFD);                    /* bl -4 */
    put_be32(code + 8, 0x48000100);                    /* b: stays */
    put_be32(code + 12, 0x48000103);                   /* bla: stays */
    packed_calls_absolute(CONTEXTS_POWERPC, code, 15); /* the last one is not whole */
    assert_int_equal(get_be32(code), 0x48000101);
    assert_int_equal(get_be32(code + 4), 0x48000001);
    assert_int_equal(get_be32(code + 8), 0x48000100);
    assert_int_equal(get_be32(code + 12), 0x48000103);
    packed_calls_relative(CONTEXTS_POWERPC, code, 16);
    assert_int_equal(get_be32(code + 4), 0x4BFFFFFD);
}

/* The five bytes of an instruction with a distance, wherever that leads, come back. */
static void x86_calls_are_absolute_and_back(void **state)
{
    static const uint8_t call[] = {0x90, 0xE8, 0xFB, 0xFF, 0xFF, 0xFF,
                                   0xE9, 0x04, 0x00, 0x00, 0x00};
    static const uint8_t absolute[] = {0x90, 0xE8, 0, 0, 0, 1, 0xE9, 0, 0, 0, 15};
    static const uint32_t other[] = {0,          94,         95,         99,         100,
                                     0x7FFFFFFF, 0x80000000, 0xFFFFFF9B, 0xFFFFFF9C, 0xFFFFFFFF,
                                     0xFFFFFFFA, 0xFFFFFFF9, 0xE8E8E8E8};
    uint8_t code[100], before[sizeof code];

    (void)state;
    memset(code, 0x90, sizeof code);
    memcpy(code, call, sizeof call);
    packed_calls_absolute(CONTEXTS_X86, code, sizeof code);
    assert_memory_equal(code, absolute, sizeof absolute);
    packed_calls_relative(CONTEXTS_X86, code, sizeof code);
    assert_memory_equal(code, call, sizeof call);
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        for (size_t length = 0; length <= sizeof code; length++) {
            for (size_t at = 0; at < sizeof code; at++)
                code[at] = at % 7 == 3 ? 0xE8 : (uint8_t)(other[i] >> at % 4 * 8);
            memcpy(before, code, sizeof code);
            packed_calls_absolute(CONTEXTS_X86, code, (uint32_t)length);
            assert_memory_equal(code + length, before + length, sizeof code - length);
            packed_calls_relative(CONTEXTS_X86, code, (uint32_t)length);
            assert_memory_equal(code, before, sizeof code);
        }
    }
}

/* Every byte, the header's included, and every length. */
static void damage_is_seen(void **state)
{
    size_t length = make_packed(CONTEXTS_POWERPC);

    (void)state;
    for (size_t i = 8; i < length; i++) {
        packed[i] ^= 0x10;
        /* Behind the last byte that matters there may be bits that decide nothing. */
        if (i + 1 < length)
            assert_false(unpack(length));
        packed[i] ^= 0x10;
    }
    assert_false(unpack(PACKED_HEADER));
    assert_false(unpack(length / 2));
    assert_true(unpack(length));
    put_be32(packed + 8,
             CONTEXTS_POWERPC << 24 | (LENGTH + 1)); /* more instructions than there are bytes */
    assert_false(unpack(length));
    put_be32(packed + 8, CONTEXTS_POWERPC << 24 | CODE_LENGTH);
    assert_true(unpack(length));
    packed[8] = CONTEXTS_POWERPC + 1;
    assert_false(unpack(length));
    packed[8] = CONTEXTS_POWERPC;
    put_be32(packed, LENGTH - 4); /* shorter */
    assert_false(unpack(length));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back),
        cmocka_unit_test(is_the_same_everywhere),
        cmocka_unit_test(calls_are_absolute_and_back),
        cmocka_unit_test(x86_calls_are_absolute_and_back),
        cmocka_unit_test(damage_is_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
