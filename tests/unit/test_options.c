/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>

#include "boot/options.h"

/* After the rest, for it makes a macro of fail. */
#include <cmocka.h>

static struct options options;

static void test_nothing(void **state)
{
    (void)state;
    assert_int_equal(options_parse("", &options), OK);
    assert_null(options.file);
    assert_null(options.args);
    assert_null(options.net);
    assert_null(options.nic);
    assert_null(options.ramdisk);
    assert_int_equal(options.driver_count, 0);
    assert_false(options.without_driver);
    assert_int_equal(options.mkext_count, 0);
    assert_int_equal(options.module_count, 0);
    assert_false(options.has_arch);
    assert_false(options.without_acpi);
    assert_int_equal(options.window, 0);
    assert_int_equal(options.boot_args_version, 0);
    assert_int_equal(options.video_width, 0);
    assert_false(options.verbose);
    assert_int_equal(options_parse(" \t \n", &options), OK);
}

static void test_no_driver(void **state)
{
    (void)state;
    assert_int_equal(options_parse("driver=none verbose", &options), OK);
    assert_true(options.without_driver);
    assert_int_equal(options.driver_count, 0);
    assert_true(options.verbose);
}

static void test_netboot_words(void **state)
{
    (void)state;
    assert_int_equal(options_parse("", &options), OK);
    assert_null(options.image);
    assert_null(options.model);
    assert_false(options.chain);
    assert_int_equal(options_parse("net=bsdp image=\"Mac OS X\" chain model=PowerMac3,1", &options),
                     OK);
    assert_string_equal(options.image, "Mac OS X");
    assert_string_equal(options.model, "PowerMac3,1");
    assert_true(options.chain);
    assert_int_equal(options_parse("image=", &options), ERROR_OPTION_VALUE);
    assert_int_equal(options_parse("chained", &options), ERROR_OPTION_UNKNOWN);
}

static void test_every_word(void **state)
{
    (void)state;
    assert_int_equal(options_parse("verbose file=tftp://10.0.2.2/mach_kernel  driver=nic.mkext\t"
                                   "mkext=a.mkext mkext=b.mkext net=bootp nic=1 "
                                   "driver=a/Card.kext ramdisk=root.dmg module=module:0 "
                                   "initrd=initrd.gz arch=x86_64 bootargs=1.6 acpi=none window=4 "
                                   "video=1024x768 "
                                   "args=-v debug=0x8 file=not-ours ",
                                   &options),
                     OK);
    assert_true(options.verbose);
    assert_string_equal(options.file, "tftp://10.0.2.2/mach_kernel");
    assert_int_equal(options.driver_count, 2);
    assert_string_equal(options.driver[0], "nic.mkext");
    assert_string_equal(options.driver[1], "a/Card.kext");
    assert_int_equal(options.mkext_count, 2);
    assert_string_equal(options.mkext[0], "a.mkext");
    assert_string_equal(options.mkext[1], "b.mkext");
    assert_string_equal(options.net, "bootp");
    assert_string_equal(options.nic, "1");
    assert_string_equal(options.ramdisk, "root.dmg");
    assert_int_equal(options.module_count, 2);
    assert_string_equal(options.module[0], "module:0");
    assert_string_equal(options.module[1], "initrd.gz");
    assert_true(options.has_arch);
    assert_int_equal(options.arch, IMAGE_CPU_X86_64);
    assert_int_equal(options.boot_args_version, 1);
    assert_int_equal(options.boot_args_revision, 6);
    assert_true(options.without_acpi);
    assert_int_equal(options.window, 4);
    assert_int_equal(options.video_width, 1024);
    assert_int_equal(options.video_height, 768);
    assert_int_equal(options.video_depth, 0);
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

/* As people type it behind a device: boot /pci/sawboot:,mach_kernel -v debug=8 */
static void test_flags_begin_arguments(void **state)
{
    (void)state;
    assert_int_equal(options_parse("-v", &options), OK);
    assert_string_equal(options.args, "-v");
    assert_int_equal(options_parse("verbose file=a  -s debug=0x8 file=b ", &options), OK);
    assert_true(options.verbose);
    assert_string_equal(options.file, "a");
    assert_string_equal(options.args, "-s debug=0x8 file=b");
    assert_int_equal(options_parse("args=-v -x", &options), OK);
    assert_string_equal(options.args, "-v -x");
    /* Inside a word it is a character like others. */
    assert_int_equal(options_parse("file=-v", &options), OK);
    assert_string_equal(options.file, "-v");
    assert_null(options.args);
    /* Other words of the kernel's need args= in front, or spelling mistakes would be taken. */
    assert_int_equal(options_parse("debug=0x8 -v", &options), ERROR_OPTION_UNKNOWN);
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

static void expect_value_error(const char *text, const char *words)
{
    assert_int_equal(options_parse(text, &options), ERROR_OPTION_VALUE);
    if (strstr(error_detail(), words) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", words, error_detail());
}

static void test_arch(void **state)
{
    (void)state;
    assert_int_equal(options_parse("arch=i386", &options), OK);
    assert_int_equal(options.arch, IMAGE_CPU_I386);
    assert_int_equal(options_parse("arch=ppc", &options), OK);
    assert_int_equal(options.arch, IMAGE_CPU_POWERPC);
    assert_int_equal(options_parse("arch=ppc arch=x86_64", &options), OK);
    assert_int_equal(options.arch, IMAGE_CPU_X86_64);
    expect_value_error("arch=amd64", "amd64");
    expect_value_error("arch=x86_6", "x86_6");
    expect_value_error("arch=", "arch=");
}

static void test_boot_args(void **state)
{
    static const struct {
        const char *text;
        unsigned version, revision;
    } good[] = {{"bootargs=1.4", 1, 4},
                {"bootargs=1.5", 1, 5},
                {"bootargs=1.6", 1, 6},
                {"bootargs=2", 2, 0},
                {"bootargs=2.0", 2, 0}};
    static const char *const bad[] = {"bootargs=1", "bootargs=1.3", "bootargs=1.7", "bootargs=3",
                                      "bootargs=2.00"};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_int_equal(options_parse(good[i].text, &options), OK);
        assert_int_equal(options.boot_args_version, good[i].version);
        assert_int_equal(options.boot_args_revision, good[i].revision);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        expect_value_error(bad[i], bad[i]);
    expect_value_error("acpi=off", "acpi=off");
    expect_value_error("window=0", "from 1 to 63");
    expect_value_error("window=64", "window=64");
    expect_value_error("window=4x4", "window=4x4");
    expect_value_error("window=99999999999999999999", "from 1 to 63");
    expect_value_error("window=-1", "window=-1");
}

static void test_video(void **state)
{
    static const char *const bad[] = {
        "video=1024",       "video=1024x",
        "video=x768",       "video=1024x768x",
        "video=0x768",      "video=1024x0",
        "video=1024x768x8", "video=1024x768x32x1",
        "video=-1x768",     "video=1024X768",
        "video=16385x1",    "video=1x16385",
        "video=1024x768 ",  "video=99999999999999999999x1",
        "video=1024 x768",  "video=+1x1",
    };

    (void)state;
    assert_int_equal(options_parse("video=640x480x16", &options), OK);
    assert_int_equal(options.video_width, 640);
    assert_int_equal(options.video_height, 480);
    assert_int_equal(options.video_depth, 16);
    assert_int_equal(options_parse("video=16384x16384x32", &options), OK);
    assert_int_equal(options.video_depth, 32);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        bool blank_behind = bad[i][strlen(bad[i]) - 1] == ' ';
        error_t error = options_parse(bad[i], &options);

        if ((error == OK) != blank_behind)
            fail_msg("%s: %s", bad[i], error_code(error));
    }
}

static void test_quotes(void **state)
{
    (void)state;
    assert_int_equal(options_parse("module=\"vmlinuz quiet  root=x\" file=a module=b "
                                   "initrd=\"c d\"",
                                   &options),
                     OK);
    assert_int_equal(options.module_count, 3);
    assert_string_equal(options.module[0], "vmlinuz quiet  root=x");
    assert_string_equal(options.module[1], "b");
    assert_string_equal(options.module[2], "c d");
    assert_string_equal(options.file, "a");
    /* As GRUB passes them on. */
    assert_int_equal(options_parse("\"module=vmlinuz quiet\" \"file=a\" b", &options),
                     ERROR_OPTION_UNKNOWN);
    assert_string_equal(options.module[0], "vmlinuz quiet");
    assert_string_equal(options.file, "a");
    assert_int_equal(options_parse("\"args=-v debug=8\" more ", &options), OK);
    assert_string_equal(options.args, "-v debug=8 more");
    assert_int_equal(options_parse("\"args=-v", &options), OK);
    assert_string_equal(options.args, "-v");
    /* A quote elsewhere is a character like others. */
    assert_int_equal(options_parse("file=a\"b c\"", &options), ERROR_OPTION_UNKNOWN);
    assert_int_equal(options_parse("file=a\"b", &options), OK);
    assert_string_equal(options.file, "a\"b");
    /* args= takes the rest as it is. */
    assert_int_equal(options_parse("args=-v \"x y\"", &options), OK);
    assert_string_equal(options.args, "-v \"x y\"");
    expect_value_error("file=x module=\"vmlinuz quiet", "module=\"vmlinuz quiet");
    expect_value_error("module=\"a\"b", "do not close");
    expect_value_error("module=\"\"", "nothing behind");
}

static void repeat(const char *word, size_t count, error_t expected)
{
    char line[1024] = "";

    for (size_t i = 0; i < count; i++)
        strcat(line, word);
    assert_int_equal(options_parse(line, &options), expected);
}

static void test_lists_have_limits(void **state)
{
    (void)state;
    repeat("driver=x ", OPTIONS_DRIVERS_MAXIMUM, OK);
    repeat("driver=x ", OPTIONS_DRIVERS_MAXIMUM + 1, ERROR_OPTION_VALUE);
    assert_non_null(strstr(error_detail(), "driver="));
    repeat("module=x ", OPTIONS_MODULES_MAXIMUM, OK);
    repeat("initrd=x ", OPTIONS_MODULES_MAXIMUM + 1, ERROR_OPTION_VALUE);
    assert_non_null(strstr(error_detail(), "initrd="));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_netboot_words),
        cmocka_unit_test(test_every_word),
        cmocka_unit_test(test_no_driver),
        cmocka_unit_test(test_later_word_wins),
        cmocka_unit_test(test_empty_args_is_given),
        cmocka_unit_test(test_unknown_word_is_named),
        cmocka_unit_test(test_empty_value_is_refused),
        cmocka_unit_test(test_flags_begin_arguments),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_arch),
        cmocka_unit_test(test_boot_args),
        cmocka_unit_test(test_video),
        cmocka_unit_test(test_quotes),
        cmocka_unit_test(test_lists_have_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
