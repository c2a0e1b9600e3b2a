/* SPDX-License-Identifier: BSD-2-Clause */
/* Which release a kernel image says it is; words of the kernel's command line. */
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
#include "darwin/kernel_release.h"
#include "darwin/kernel_words.h"

/* Looks in a copy that is exactly as long, so that a sanitizer sees every byte beyond. */
static struct kernel_release look(const char *bytes, size_t length)
{
    struct kernel_release release;
    uint8_t *copy = malloc(length != 0 ? length : 1);
    memcpy(copy, bytes, length);
    kernel_release_find(copy, length, &release);
    free(copy);
    return release;
}

static void expect(const char *text, unsigned major, unsigned minor, unsigned xnu)
{
    struct kernel_release release = look(text, strlen(text));
    assert_int_equal(release.major, major);
    assert_int_equal(release.minor, minor);
    assert_int_equal(release.xnu, xnu);
}

static void test_banners(void **state)
{
    (void)state;
    expect("\x7f Darwin Kernel Version 8.11.1: Wed Oct 10 2007; root:xnu-792.25.20~1/RELEASE_I386",
           8, 11, 792);
    expect("Darwin Kernel Version 9.8.0: x; root:xnu-1228.15.4~1/RELEASE_I386", 9, 8, 1228);
    expect("Darwin Kernel Version 10.8.0: x; root:xnu-1504.15.3~1/RELEASE_X86_64", 10, 8, 1504);
    expect("Darwin Kernel Version 12.0.0: x; root:xnu-2050.7.9~1/RELEASE_X86_64", 12, 0, 2050);
    /* A format string comes first; a banner cut off at the file's end. */
    expect("Darwin Kernel Version %d.%d: Darwin Kernel Version 11", 11, 0, 0);
    expect("Darwin Kernel Version 11.", 11, 0, 0);
    expect("DDarwin Kernel Version 13.4", 13, 4, 0);
}

static void test_source_number_alone(void **state)
{
    static const struct {
        const char *text;
        unsigned major;
    } sources[] = {
        {"root:xnu-517.3.15", 7},    {"root:xnu-792.13.8", 8},    {"root:xnu-1228", 9},
        {"root:xnu-1455", 9},        {"root:xnu-1456.1.26", 10},  {"root:xnu-1504.9.37", 10},
        {"root:xnu-1699.22.73", 11}, {"root:xnu-2050.24.15", 12}, {"root:xnu-2422.1.72", 13},
        {"root:xnu-2782", 14},       {"root:xnu-3248", 15},       {"root:xnu-3789", 16},
        {"root:xnu-4570", 17},       {"root:xnu-4903", 18},       {"root:xnu-344", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++)
        expect(sources[i].text, sources[i].major, 0,
               (unsigned)strtoul(sources[i].text + 9, NULL, 10));
    /* A banner without a number behind it does not stop the search. */
    expect("Darwin Kernel Version unknown root:xnu-2050", 12, 0, 2050);
}

static void test_silence(void **state)
{
    (void)state;
    expect("", 0, 0, 0);
    expect("Darwin Kernel Version", 0, 0, 0);
    expect("Darwin Kernel Version ", 0, 0, 0);
    expect("Darwin Kernel Version 123456.1", 0, 0, 0);
    expect("root:xnu-999999999999", 0, 0, 0);
    expect("root:xnu-", 0, 0, 0);
    const char *banner = "Darwin Kernel Version 9.8.0: root:xnu-1228.";
    for (size_t length = 0; length <= strlen(banner); length++)
        look(banner, length);
    struct kernel_release release = look("zero\0Darwin Kernel Version 9.1", 30);
    assert_int_equal(release.major, 9);
    assert_string_equal(kernel_release_name(&release), "Darwin 9.1");
    release.major = 0;
    assert_string_equal(kernel_release_name(&release), "a kernel of an unknown release");
}

static void test_words(void **state)
{
    (void)state;
    assert_string_equal(kernel_word("-v rd=md0 serial=3", "rd="), "md0 serial=3");
    assert_string_equal(kernel_word("\t rd=", "rd="), "");
    assert_string_equal(kernel_word("-x\t-v", "-v"), "");
    assert_null(kernel_word("-verbose x-v", "-v"));
    assert_null(kernel_word("ard=md0", "rd="));
    assert_null(kernel_word("rd", "rd="));
    assert_null(kernel_word("", "-v"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_banners),
        cmocka_unit_test(test_source_number_alone),
        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests_name("kernel release", tests, NULL, NULL);
}
