/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#undef fail /* cmocka's; ours is console/error.h's */

#include "boot/host/host.h"
#include "console/console.h"
#include "console/error.h"
#include "console/prompt.h"
#include "lib/adler32.h"
#include "lib/bytes.h"

static int start(void **state)
{
    (void)state;
    host_reset(16 << 20);
    return 0;
}

static void test_failure_says_everything(void **state)
{
    (void)state;
    assert_int_equal(fail(ERROR_TFTP_SERVER, "%s: \"%s\"", "mach_kernel", "File not found"),
                     ERROR_TFTP_SERVER);
    error_show(ERROR_TFTP_SERVER);
    assert_non_null(strstr(host_console(), "SB-TFTP-01: the TFTP server refused"));
    assert_non_null(strstr(host_console(), "what: mach_kernel: \"File not found\""));
    assert_non_null(strstr(host_console(), "try:  the server's own words"));
}

static void test_context_goes_in_front(void **state)
{
    char longest[600];

    (void)state;
    fail(ERROR_MKEXT_CHECKSUM, "Adler-32 is 1, header says 2");
    error_context("driver=%s: ", "nic.mkext");
    assert_string_equal(error_detail(), "driver=nic.mkext: Adler-32 is 1, header says 2");
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    fail(ERROR_MKEXT_CHECKSUM, "%s", longest);
    assert_int_equal(strlen(error_detail()), 255);
    error_context("%s", longest);
    assert_int_equal(strlen(error_detail()), 255);
    error_clear();
    assert_string_equal(error_detail(), "");
}

static void test_every_code_is_complete(void **state)
{
    (void)state;
    for (int i = OK + 1; i < ERROR_COUNT; i++) {
        assert_int_equal(strncmp(error_code((error_t)i), "SB-", 3), 0);
        assert_true(strlen(error_summary((error_t)i)) > 3);
        assert_true(strlen(error_advice((error_t)i)) > 10);
    }
}

static void test_verbose(void **state)
{
    (void)state;
    console_verbose = false;
    print_verbose("hidden");
    console_verbose = true;
    print_verbose("shown %d", 7);
    console_verbose = false;
    assert_string_equal(host_console(), "shown 7");
}

static void test_long_line_is_cut(void **state)
{
    char longest[2000];

    (void)state;
    memset(longest, 'y', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    print("%s", longest);
    assert_int_equal(strlen(host_console()), 511);
}

static void test_progress(void **state)
{
    struct progress progress;

    (void)state;
    progress_begin(&progress, "mach_kernel", 4 << 20);
    progress_update(&progress, 1000); /* too early to show */
    assert_string_equal(host_console(), "");
    host_clock_advance_us(1000000);
    progress_update(&progress, 2 << 20);
    assert_non_null(strstr(host_console(), "mach_kernel"));
    assert_non_null(strstr(host_console(), "[##########..........]  50%"));
    assert_non_null(strstr(host_console(), "2.0 MiB"));
    progress_end(&progress, 4 << 20, true);
    assert_non_null(strstr(host_console(), "100%"));
    assert_int_equal(host_console()[strlen(host_console()) - 1], '\n');

    /* Unknown size: no bar; more than announced: no bar past its end. */
    progress_begin(&progress, "unknown", 0);
    progress_end(&progress, 500, false);
    assert_non_null(strstr(host_console(), "  unknown 500 B"));
    assert_non_null(strstr(host_console(), "not complete"));
    progress_begin(&progress, "lying", 10);
    progress_end(&progress, 1000, true);
    assert_non_null(strstr(host_console(), "lying [####################] 100%"));
}

static void test_prompt_edits(void **state)
{
    char line[8];

    (void)state;
    host_type("abx\bc\r");
    prompt_line("> ", line, sizeof line);
    assert_string_equal(line, "abc");
    host_type("wrong\x15right\n");
    prompt_line("> ", line, sizeof line);
    assert_string_equal(line, "right");
    host_type("\x7f\x7fmuchtoolong\n");
    prompt_line("> ", line, sizeof line);
    assert_string_equal(line, "muchtoo");
    host_type("a\x01\x16"
              "b\n");
    prompt_line("> ", line, sizeof line);
    assert_string_equal(line, "ba");
}

/* A line feed behind the return belongs to it; any other key is the next line's. */
static void test_prompt_line_feed(void **state)
{
    char line[8];

    (void)state;
    host_type("one\r\n");
    prompt_line("> ", line, sizeof line);
    assert_string_equal(line, "one");
    assert_int_equal(platform_read_key(), -1);
    host_type("two\rthree\r\n\r\n");
    prompt_line("> ", line, sizeof line);
    assert_string_equal(line, "two");
    prompt_line("> ", line, sizeof line);
    assert_string_equal(line, "three");
    prompt_line("> ", line, sizeof line);
    assert_string_equal(line, "");
    assert_int_equal(platform_read_key(), -1);
}

/* RFC 1950's algorithm on values known from zlib. */
static void test_adler32(void **state)
{
    static uint8_t bytes[100000];

    (void)state;
    assert_int_equal(adler32(bytes, 0), 1);
    assert_int_equal(adler32((const uint8_t *)"Wikipedia", 9), 0x11E60398);
    memset(bytes, 0xFF, sizeof bytes);
    assert_int_equal(adler32(bytes, sizeof bytes), 0x149A302C);
}

static void test_bytes(void **state)
{
    uint8_t bytes[9] = {0, 1, 2, 3, 4, 5, 6, 7, 8};

    (void)state;
    assert_int_equal(get_be16(bytes + 1), 0x0102);
    assert_int_equal(get_be32(bytes + 1), 0x01020304);
    assert_true(get_be64(bytes + 1) == 0x0102030405060708u);
    assert_int_equal(get_le16(bytes + 1), 0x0201);
    assert_int_equal(get_le32(bytes + 1), 0x04030201);
    assert_true(get_le64(bytes + 1) == 0x0807060504030201u);
    put_be64(bytes + 1, 0x1122334455667788u);
    assert_int_equal(bytes[1], 0x11);
    assert_int_equal(bytes[8], 0x88);
    put_le64(bytes + 1, 0x1122334455667788u);
    assert_int_equal(bytes[1], 0x88);
    assert_int_equal(bytes[8], 0x11);
    assert_true(bytes_within(10, 10, 0));
    assert_false(bytes_within(10, 11, 0));
    assert_false(bytes_within(10, 1, UINT64_MAX));
    assert_true(ranges_overlap(0, 2, 1, 1));
    assert_false(ranges_overlap(0, 1, 1, 1));
    assert_false(ranges_overlap(0, 0, 0, 1));
    assert_true(round_up(4097, 4096) == 8192);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_failure_says_everything, start),
        cmocka_unit_test_setup(test_context_goes_in_front, start),
        cmocka_unit_test_setup(test_every_code_is_complete, start),
        cmocka_unit_test_setup(test_verbose, start),
        cmocka_unit_test_setup(test_long_line_is_cut, start),
        cmocka_unit_test_setup(test_progress, start),
        cmocka_unit_test_setup(test_prompt_edits, start),
        cmocka_unit_test_setup(test_prompt_line_feed, start),
        cmocka_unit_test_setup(test_adler32, start),
        cmocka_unit_test_setup(test_bytes, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
