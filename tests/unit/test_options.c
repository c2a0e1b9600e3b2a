/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>
#undef fail /* cmocka's; ours is console/error.h's */

#include "boot/options.h"

static struct options options;

static void test_nothing(void **state)
{
    (void)state;
    assert_int_equal(options_parse("", &options), OK);
    assert_null(options.file);
    assert_null(options.args);
    assert_null(options.net);
    assert_null(options.nic);
    assert_null(options.driver);
    assert_int_equal(options.mkext_count, 0);
    assert_false(options.verbose);
    assert_int_equal(options_parse(" \t \n", &options), OK);
}

static void test_every_word(void **state)
{
    (void)state;
    assert_int_equal(options_parse("verbose file=tftp://10.0.2.2/mach_kernel  driver=nic.mkext\t"
                                   "mkext=a.mkext mkext=b.mkext net=bootp nic=1 "
                                   "args=-v debug=0x8 file=not-ours ",
                                   &options),
                     OK);
    assert_true(options.verbose);
    assert_string_equal(options.file, "tftp://10.0.2.2/mach_kernel");
    assert_string_equal(options.driver, "nic.mkext");
    assert_int_equal(options.mkext_count, 2);
    assert_string_equal(options.mkext[0], "a.mkext");
    assert_string_equal(options.mkext[1], "b.mkext");
    assert_string_equal(options.net, "bootp");
    assert_string_equal(options.nic, "1");
    /* args= takes the rest of the line, words that look like ours included. */
    assert_string_equal(options.args, "-v debug=0x8 file=not-ours");
}

static void test_later_word_wins(void **state)
{
    (void)state;
    assert_int_equal(options_parse("file=a file=b", &options), OK);
    assert_string_equal(options.file, "b");
}

static void test_empty_args_is_given(void **state)
{
    (void)state;
    assert_int_equal(options_parse("args=", &options), OK);
    assert_string_equal(options.args, "");
}

static void test_unknown_word_is_named(void **state)
{
    (void)state;
    assert_int_equal(options_parse("file=a flie=b", &options), ERROR_OPTION_UNKNOWN);
    assert_non_null(strstr(error_detail(), "flie=b"));
    assert_int_equal(options_parse("verbosely", &options), ERROR_OPTION_UNKNOWN);
}

static void test_empty_value_is_refused(void **state)
{
    (void)state;
    assert_int_equal(options_parse("file=", &options), ERROR_OPTION_VALUE);
    assert_int_equal(options_parse("mkext= file=x", &options), ERROR_OPTION_VALUE);
}

static void test_limits(void **state)
{
    static char line[OPTIONS_LENGTH + 1];

    (void)state;
    memset(line, ' ', OPTIONS_LENGTH - 1);
    assert_int_equal(options_parse(line, &options), OK);
    memset(line, ' ', OPTIONS_LENGTH);
    assert_int_equal(options_parse(line, &options), ERROR_OPTION_LENGTH);
    assert_int_equal(
        options_parse("mkext=1 mkext=2 mkext=3 mkext=4 mkext=5 mkext=6 mkext=7 mkext=8", &options),
        OK);
    assert_int_equal(
        options_parse("mkext=1 mkext=2 mkext=3 mkext=4 mkext=5 mkext=6 mkext=7 mkext=8 "
                      "mkext=9",
                      &options),
        ERROR_OPTION_VALUE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_every_word),
        cmocka_unit_test(test_later_word_wins),
        cmocka_unit_test(test_empty_args_is_given),
        cmocka_unit_test(test_unknown_word_is_named),
        cmocka_unit_test(test_empty_value_is_refused),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
