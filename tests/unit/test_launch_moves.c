/* SPDX-License-Identifier: BSD-2-Clause */
/* Moves that need more scratch memory than the platform has at hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#undef fail /* console/error.h has a function of that name */

#include <string.h>

#include "boot/host/host.h"
#include "boot/launch_moves.h"

#define MB      (1u << 20)
#define SMALL   0x10000u
#define FEW     40
#define MEMORY  (64 * MB)
#define SWAPPED (4 * MB)

static struct launch launch;
static struct relocator_step steps[FEW];
static unsigned claims;

/* Two pieces that change places: through 64 KB they take far more steps than there are. */
static void set_up(void)
{
    host_reset(MEMORY);
    memset(&launch, 0, sizeof launch);
    launch.piece_count = 2;
    launch.pieces[0] = (struct relocator_piece){8 * MB, 16 * MB, SWAPPED, SWAPPED};
    launch.pieces[1] = (struct relocator_piece){16 * MB, 8 * MB, SWAPPED, SWAPPED};
    claims = 0;
}

/* As firmware on a machine of this size: the largest pieces are not to be had. */
static void *claim(const struct launch *what, uint32_t length)
{
    assert_ptr_equal(what, &launch);
    claims++;
    return length > 8 * MB ? NULL : platform_claim(length, 4096);
}

static void *claim_nothing(const struct launch *what, uint32_t length)
{
    (void)what;
    (void)length;
    claims++;
    return NULL;
}

static void test_more_scratch_is_taken(void **state)
{
    struct launch_steps moves = {.steps = steps, .maximum = FEW};
    struct launch_scratch more = {NULL, 0};
    uint8_t *first, *second;
    void *scratch;

    (void)state;
    set_up();
    scratch = platform_claim(SMALL, 4096);
    first = host_memory(8 * MB);
    second = host_memory(16 * MB);
    for (uint32_t i = 0; i < SWAPPED; i++) {
        first[i] = (uint8_t)(i * 7 + (i >> 8));
        second[i] = (uint8_t)(i * 13 + (i >> 9));
    }
    assert_int_equal(launch_plan_moves(&launch, scratch, SMALL, claim, &more, &moves), OK);
    assert_non_null(more.memory);
    assert_int_equal(more.length, 8 * MB);
    assert_int_equal(claims, 4); /* 64, 32, 16 and 8 MB */
    for (size_t i = 0; i < moves.count; i++)
        memmove(host_memory(steps[i].to), host_memory(steps[i].from), steps[i].length);
    for (uint32_t i = 0; i < SWAPPED; i++) {
        assert_int_equal(second[i], (uint8_t)(i * 7 + (i >> 8)));
        assert_int_equal(first[i], (uint8_t)(i * 13 + (i >> 9)));
    }
}

static void test_what_is_at_hand_is_enough(void **state)
{
    struct launch_steps moves = {.steps = steps, .maximum = FEW};
    struct launch_scratch more = {NULL, 0};

    (void)state;
    set_up();
    launch.piece_count = 1;
    assert_int_equal(
        launch_plan_moves(&launch, platform_claim(SMALL, 4096), SMALL, claim, &more, &moves), OK);
    assert_null(more.memory);
    assert_int_equal(claims, 0);
    assert_int_equal(moves.count, 1);
}

static void test_none_to_be_had(void **state)
{
    struct launch_steps moves = {.steps = steps, .maximum = FEW};
    struct launch_scratch more = {NULL, 0};

    (void)state;
    set_up();
    assert_int_equal(launch_plan_moves(&launch, platform_claim(SMALL, 4096), SMALL, claim_nothing,
                                       &more, &moves),
                     ERROR_RELOCATE_STEPS);
    assert_null(more.memory);
    assert_int_equal(claims, 10); /* down to 128 KB */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_more_scratch_is_taken),
        cmocka_unit_test(test_what_is_at_hand_is_enough),
        cmocka_unit_test(test_none_to_be_had),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
