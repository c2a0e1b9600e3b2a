/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/host/host.h"
#include "boot/platform.h"
#include "loader/pieces.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h> /* last: it has a macro `fail` */

#define MB 0x100000u

static struct launch launch;
static struct placement placement;
static uint8_t *bytes;

static int set_up(void **state)
{
    static const struct memory_map_entry map[] = {{0x100000, 7 * MB, MEMORY_USABLE}};

    (void)state;
    host_reset(8 * MB);
    memset(&launch, 0, sizeof launch);
    placement_start(&placement, map, 1);
    bytes = platform_claim(3 * 4096, 4096);
    assert_non_null(bytes);
    return 0;
}

static void expect_failure(error_t found, error_t error, const char *words)
{
    if (found != error || strstr(error_detail(), words) == NULL)
        fail_msg("%s: %s", error_code(found), error_detail());
    assert_int_equal(launch.piece_count, 0);
}

static void test_add(void **state)
{
    (void)state;
    assert_int_equal(pieces_add(&launch, 0x200000, bytes, 10, 20), OK);
    assert_int_equal(launch.piece_count, 1);
    assert_int_equal(launch.pieces[0].destination, 0x200000);
    assert_int_equal(launch.pieces[0].source, platform_physical(bytes));
    assert_int_equal(launch.pieces[0].copy, 10);
    assert_int_equal(launch.pieces[0].size, 20);
    assert_int_equal(pieces_add(&launch, 0x300000, bytes, 0, 0), OK); /* nothing */
    assert_int_equal(launch.piece_count, 1);
    assert_int_equal(pieces_add(&launch, 0x300000, NULL, 0, 5), OK); /* zeros */
    assert_int_equal(launch.piece_count, 2);
    assert_int_equal(launch.pieces[1].source, 0);
    /* Up to the last byte below 4 GB. */
    assert_int_equal(pieces_add(&launch, 0xfffffff0, bytes, 16, 16), OK);
    assert_int_equal(launch.pieces[2].destination, 0xfffffff0);
}

static void test_what_does_not_fit(void **state)
{
    (void)state;
    expect_failure(pieces_add(&launch, 0xfffffff0, bytes, 16, 17), ERROR_MEMORY_RANGE,
                   "above 4 GB");
    expect_failure(pieces_add(&launch, 0x100000000ull, bytes, 1, 1), ERROR_MEMORY_RANGE,
                   "to 0x100000000");
    expect_failure(pieces_add(&launch, UINT64_MAX, bytes, 1, 2), ERROR_MEMORY_RANGE, "above 4 GB");
    expect_failure(pieces_add(&launch, 0x200000, bytes, 1, 0x100000000ull), ERROR_MEMORY_RANGE,
                   "0x100000000 bytes");
    expect_failure(pieces_add(&launch, 0x200000, bytes, 2, 1), ERROR_MEMORY_RANGE, "0x1 bytes");
    for (unsigned i = 0; i < LAUNCH_PIECES_MAXIMUM; i++)
        assert_int_equal(pieces_add(&launch, 0x200000 + i, bytes, 1, 1), OK);
    assert_int_equal(pieces_add(&launch, 0x200000, bytes, 0, 0), OK);
    assert_int_equal(pieces_add(&launch, 0x300000, bytes, 1, 1), ERROR_IMAGE_PIECES);
    assert_int_equal(launch.piece_count, LAUNCH_PIECES_MAXIMUM);
}

static bool may_stay(uint8_t *start, size_t length, uint64_t minimum, uint64_t end)
{
    struct kernel_module module = {"m", start, length};

    return pieces_module_may_stay(&placement, &module, minimum, end);
}

static void test_what_may_stay(void **state)
{
    uint64_t at = platform_physical(bytes);

    (void)state;
    assert_true(may_stay(bytes, 5000, 0, PLACE_END));
    assert_false(may_stay(bytes, 0, 0, PLACE_END));
    assert_false(may_stay(bytes + 1, 5000, 0, PLACE_END)); /* begins no page */
    assert_true(may_stay(bytes, 5000, at, at + 0x2000));
    assert_false(may_stay(bytes, 5000, at + 1, PLACE_END));
    assert_false(may_stay(bytes, 5000, 0, at + 0x1fff)); /* its last page is counted whole */
    assert_int_equal(placement_take(&placement, at + 0x2000, 1), OK);
    assert_true(may_stay(bytes, 0x2000, 0, PLACE_END));
    assert_false(may_stay(bytes, 0x2001, 0, PLACE_END));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_add, set_up),
        cmocka_unit_test_setup(test_what_does_not_fit, set_up),
        cmocka_unit_test_setup(test_what_may_stay, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
