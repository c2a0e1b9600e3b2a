/* SPDX-License-Identifier: BSD-2-Clause */
/* Words from a text file on the medium, as all kinds of editors leave it. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#undef fail /* cmocka's macro; ours is a function */

#include "boot/bios/bios.h"
#include "boot/host/host.h"
#include "boot/options.h"

static struct platform_module given[3];
static size_t given_count;

size_t multiboot_modules(struct platform_module *list, size_t maximum)
{
    assert_true(given_count <= maximum);
    memcpy(list, given, given_count * sizeof *given);
    return given_count;
}

/* The PC's own files: nothing in them is a PC's. */
#include "boot/bios/medium_words.c"
#define platform_modules bios_modules
size_t bios_modules(struct platform_module *list, size_t maximum);
#include "boot/bios/modules.c"

static int setup(void **state)
{
    (void)state;
    host_reset(1 << 20);
    error_clear();
    given_count = 0;
    return 0;
}

static void take(const char *text)
{
    /* Exactly as long as it is, so that reading beyond the end is seen. */
    size_t length = strlen(text);
    uint8_t *bytes = malloc(length != 0 ? length : 1);

    memcpy(bytes, text, length);
    assert_int_equal(medium_words_take(bytes, length), OK);
    free(bytes);
}

static void expect(const char *text, const char *expected)
{
    take(text);
    assert_string_equal(medium_words(), expected);
}

static void test_texts(void **state)
{
    (void)state;
    expect("", "");
    expect("\n\r\n", "");
    expect("file=mach_kernel args=-v", "file=mach_kernel args=-v");
    expect("file=a\nargs=-v x\n", "file=a args=-v x");
    expect("# a comment\r\nfile=a\r\n  # another\r\n\r\n\targs=-v\tx  \r\n", "file=a args=-v x");
    expect("file=a#b args=-v # c\n", "file=a#b args=-v # c");
    expect("\xEF\xBB\xBF# with a mark\nfile=a", "file=a");
    expect("\xEF\xBB", "\xEF\xBB");
    expect("file=a\r# old Mac\rargs=-v\r", "file=a args=-v");
    expect("module=\"x y\" file=\xC3\xA4", "module=\"x y\" file=\xC3\xA4");
}

static void test_length(void **state)
{
    char text[OPTIONS_LENGTH + 2];

    (void)state;
    memset(text, 'a', sizeof text);
    text[OPTIONS_LENGTH - 1] = '\n';
    text[OPTIONS_LENGTH] = '\0';
    assert_int_equal(medium_words_take((const uint8_t *)text, OPTIONS_LENGTH - 1), OK);
    assert_int_equal(strlen(medium_words()), OPTIONS_LENGTH - 1);
    text[OPTIONS_LENGTH - 1] = 'a';
    assert_int_equal(medium_words_take((const uint8_t *)text, OPTIONS_LENGTH), ERROR_OPTION_LENGTH);
    assert_int_equal(strlen(medium_words()), OPTIONS_LENGTH - 1);
    /* Comments take no room. */
    text[0] = '#';
    assert_int_equal(medium_words_take((const uint8_t *)text, OPTIONS_LENGTH), OK);
    assert_string_equal(medium_words(), "");
}

static void test_among_modules(void **state)
{
    static const uint8_t text[] = {'v', 'e', 'r', 'b', 'o', 's', 'e', '\n'};
    struct platform_module list[3];

    (void)state;
    given[0] = (struct platform_module){"mach_kernel -v", text, 1};
    given[1] = (struct platform_module){"/boot/sawboot.cfg", text, sizeof text};
    given[2] = (struct platform_module){"not-sawboot.cfg", text, 3};
    given_count = 3;
    assert_int_equal(medium_words_read(), OK);
    assert_string_equal(medium_words(), "verbose");
    assert_int_equal(bios_modules(list, 3), 2);
    assert_string_equal(list[0].words, "mach_kernel -v");
    assert_string_equal(list[1].words, "not-sawboot.cfg");
    assert_int_equal(bios_modules(list, 1), 1);
    given[1].words = "sawboot.cfg and words";
    assert_int_equal(bios_modules(list, 3), 2);
    given[1].words = "sawboot.cfgs";
    assert_int_equal(bios_modules(list, 3), 3);
    given[1].words = "";
    assert_int_equal(bios_modules(list, 3), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_texts, setup),
        cmocka_unit_test_setup(test_length, setup),
        cmocka_unit_test_setup(test_among_modules, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
