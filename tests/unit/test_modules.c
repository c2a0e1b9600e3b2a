/* SPDX-License-Identifier: BSD-2-Clause */
/* Files that came with the loader: as URIs, and the parts that they get by themselves. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include "boot/host/host.h"
#include "boot/modules.h"
#include "lib/bytes.h"
#include "net/fetch.h"

#include <cmocka.h>

static const uint8_t kernel[] = "a kernel", other[] = "something else", empty[1];
/* Enough of an archive to be known by. */
static const uint8_t mkext[] = "MKXTMOSX";
static uint8_t fat_mkext[64];
static struct options options;

static int set_up(void **state)
{
    (void)state;
    host_reset(4u << 20);
    put_be32(fat_mkext, 0xCAFEBABE);
    put_be32(fat_mkext + 4, 1);
    put_be32(fat_mkext + 8, 7);
    put_be32(fat_mkext + 16, 40);
    put_be32(fat_mkext + 20, 24);
    memcpy(fat_mkext + 40, mkext, 8);
    return 0;
}

static void add(const char *words, const uint8_t *bytes, size_t length)
{
    host_add_module(words, bytes, length);
}

#define ADD(words, bytes) add(words, bytes, sizeof bytes)

static void expect_file(const char *uri, const uint8_t *bytes, size_t length)
{
    struct fetched_file file;

    if (fetch_file(uri, SIZE_MAX, &file) != OK)
        fail_msg("%s: %s", uri, error_detail());
    assert_int_equal(file.length, length);
    assert_memory_equal(file.bytes, bytes, length);
    assert_string_equal(file.name, uri);
    fetch_release(&file);
    assert_int_equal(host_claimed(), 0);
}

static void expect_no_file(const char *uri, size_t limit, error_t expected)
{
    struct fetched_file file;
    error_t error = fetch_file(uri, limit, &file);

    if (error != expected)
        fail_msg("%s: %s instead of %s", uri, error_code(error), error_code(expected));
    assert_int_equal(host_claimed(), 0);
}

static void test_names(void **state)
{
    (void)state;
    ADD("/boot/mach_kernel -v root=x", kernel);
    ADD("2", other);
    ADD("mach_kernel", other);
    add("nothing", empty, 0);
    expect_file("module:mach_kernel", kernel, sizeof kernel); /* the first of that name */
    expect_file("module:/boot/mach_kernel", kernel, sizeof kernel);
    expect_file("module:0", kernel, sizeof kernel);
    expect_file("module:1", other, sizeof other);
    /* A name that is a number is a name first. */
    expect_file("module:2", other, sizeof other);
    expect_file("module:nothing", empty, 0);
    expect_no_file("module:4", SIZE_MAX, ERROR_FETCH_MODULE);
    assert_non_null(strstr(error_detail(), "of 4 module(s)"));
    expect_no_file("module:boot/mach_kernel", SIZE_MAX, ERROR_FETCH_MODULE);
    expect_no_file("module:mach", SIZE_MAX, ERROR_FETCH_MODULE);
    expect_no_file("module:mach_kernel ", SIZE_MAX, ERROR_FETCH_MODULE);
    expect_no_file("module:0x0", SIZE_MAX, ERROR_FETCH_MODULE);
    expect_no_file("module:-0", SIZE_MAX, ERROR_FETCH_MODULE);
    expect_no_file("module:99999999999999999999", SIZE_MAX, ERROR_FETCH_MODULE);
    expect_no_file("module:", SIZE_MAX, ERROR_FETCH_URI);
    expect_no_file("module:0", sizeof kernel - 1, ERROR_FETCH_LIMIT);
    host_limit_claims(100);
    expect_no_file("module:0", SIZE_MAX, ERROR_MEMORY_CLAIM);
}

static void test_no_modules(void **state)
{
    (void)state;
    expect_no_file("module:0", SIZE_MAX, ERROR_FETCH_MODULE);
    assert_int_equal(options_parse("file=x", &options), OK);
    assert_int_equal(modules_assign(&options), OK);
    assert_string_equal(options.file, "x");
    assert_int_equal(options.module_count + options.mkext_count, 0);
}

static error_t assign(const char *words)
{
    assert_int_equal(options_parse(words, &options), OK);
    return modules_assign(&options);
}

static void test_parts(void **state)
{
    (void)state;
    ADD("a.mkext", mkext);
    ADD("/boot/kernel verbose", kernel);
    ADD("b.mkext", fat_mkext);
    ADD("initrd", other);
    assert_int_equal(assign(""), OK);
    assert_string_equal(options.file, "module:1");
    assert_int_equal(options.mkext_count, 2);
    assert_string_equal(options.mkext[0], "module:0");
    assert_string_equal(options.mkext[1], "module:2");
    assert_int_equal(options.module_count, 1);
    assert_string_equal(options.module[0], "module:3");
    assert_non_null(strstr(host_console(), "module 1: /boot/kernel, 9 bytes, taken as kernel"));
    assert_non_null(strstr(host_console(), "module 2: b.mkext, 64 bytes, taken as mkext"));
    expect_file(options.file, kernel, sizeof kernel);
    /* With a kernel named, all others are modules; twice gives the same. */
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(assign("file=mach_kernel"), OK);
        assert_string_equal(options.file, "mach_kernel");
        assert_int_equal(options.module_count, 2);
        assert_string_equal(options.module[0], "module:1");
        assert_string_equal(options.module[1], "module:3");
    }
}

/* What an option names has its part, by whatever name. */
static void test_named(void **state)
{
    (void)state;
    ADD("a.mkext", mkext);
    ADD("/boot/kernel", kernel);
    ADD("b.mkext", mkext);
    ADD("disk", other);
    ADD("more", other);
    assert_int_equal(assign("driver=module:a.mkext mkext=module:2 ramdisk=module:disk "
                            "file=module:/boot/kernel module=\"module:more x=1\""),
                     OK);
    assert_int_equal(options.mkext_count, 1);
    assert_int_equal(options.driver_count, 1);
    assert_int_equal(options.module_count, 1);
    assert_string_equal(options.module[0], "module:more x=1");
    assert_null(strstr(host_console(), "taken as"));
    /* A name that is none leaves them all. */
    assert_int_equal(assign("mkext=module:c.mkext"), OK);
    assert_int_equal(options.mkext_count, 3);
}

static void test_too_many(void **state)
{
    (void)state;
    for (unsigned i = 0; i <= OPTIONS_MODULES_MAXIMUM; i++)
        ADD("x", other);
    assert_int_equal(assign(""), OK); /* the first is the kernel */
    assert_int_equal(options.module_count, OPTIONS_MODULES_MAXIMUM);
    assert_string_equal(options.module[OPTIONS_MODULES_MAXIMUM - 1], "module:16");
    assert_int_equal(assign("file=x"), ERROR_OPTION_VALUE);
    assert_non_null(strstr(error_detail(), "16 modules"));
    set_up(state);
    for (unsigned i = 0; i <= OPTIONS_MKEXTS_MAXIMUM; i++)
        ADD("x", mkext);
    assert_int_equal(assign(""), ERROR_OPTION_VALUE);
    assert_non_null(strstr(error_detail(), "8 mkexts"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, set_up)
    const struct CMUnitTest tests[] = {
        TEST(test_names), TEST(test_no_modules), TEST(test_parts),
        TEST(test_named), TEST(test_too_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
