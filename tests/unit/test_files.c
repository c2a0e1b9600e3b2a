/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files of a boot, from a scheme of this test's own ("map"): a table of paths. What a kext's
 * folder makes the loader ask for, and that nothing stays claimed when something fails.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/files.h"
#include "boot/host/host.h"
#include "darwin/mkext.h"
#include "darwin/mkext_write.h"
#include "lib/bytes.h"
#include "net/fetch.h"

#include <cmocka.h>

#define CPU_I386      7
#define CPU_X86_64    0x01000007u
#define FILES_MAXIMUM 16
#define ROOT          "map://10.0.0.1/"

static struct {
    const char *path;
    const uint8_t *bytes;
    size_t length;
} served[FILES_MAXIMUM];
static char asked[2048]; /* every path, each with a blank behind it */
static struct options options;
static struct boot_files files;
static uint8_t macho[64], fat[256], archive[512], fat_archive[640];
static size_t archive_length;

static error_t map_fetch(const struct fetch_uri *uri, struct fetch_sink *sink)
{
    strcat(strcat(asked, uri->path), " ");
    for (size_t i = 0; i < FILES_MAXIMUM && served[i].path != NULL; i++)
        if (strcmp(served[i].path, uri->path) == 0) {
            error_t error = sink->begin(sink, served[i].length);

            return error == OK ? sink->write(sink, 0, served[i].bytes, served[i].length) : error;
        }
    return (fail)(ERROR_TFTP_SERVER, "\"%s\" is not there", uri->path);
}

FETCH_SCHEME(map_scheme) = {.name = "map", .fetch = map_fetch};

static void serve(const char *path, const void *bytes, size_t length)
{
    size_t i = 0;

    while (served[i].path != NULL)
        assert_in_range(++i, 0, FILES_MAXIMUM - 1);
    served[i].path = path;
    served[i].bytes = bytes;
    served[i].length = length;
}

static void serve_text(const char *path, const char *text)
{
    serve(path, text, strlen(text));
}

static const char with_executable[] =
    "<plist><dict><key>CFBundleExecutable</key><string>Foo</string></dict></plist>";
static const char without[] = "<plist><dict/></plist>";

static void put_fat(uint8_t *at, uint32_t cpu, uint32_t offset, uint32_t size)
{
    put_be32(at, 0xCAFEBABE);
    put_be32(at + 4, 1);
    put_be32(at + 8, cpu);
    put_be32(at + 16, offset);
    put_be32(at + 20, size);
}

static void make_files(void)
{
    const struct mkext_source source = {.plist = (const uint8_t *)without,
                                        .plist_length = sizeof without - 1};

    memset(macho, 0, sizeof macho);
    put_le32(macho, 0xFEEDFACE);
    put_le32(macho + 4, CPU_I386);
    put_le32(macho + 12, 1);
    put_fat(fat, CPU_I386, 100, sizeof macho);
    memcpy(fat + 100, macho, sizeof macho);
    assert_int_equal(mkext_write(&source, 1, true, archive, sizeof archive, &archive_length), OK);
    put_fat(fat_archive, CPU_I386, 40, (uint32_t)archive_length);
    memcpy(fat_archive + 40, archive, archive_length);
}

static int set_up(void **state)
{
    (void)state;
    host_reset(8u << 20);
    memset(served, 0, sizeof served);
    memset(&files, 0, sizeof files);
    asked[0] = '\0';
    error_clear();
    make_files();
    serve_text("kernel", "the kernel");
    serve("a.mkext", archive, archive_length);
    serve("fat.mkext", fat_archive, sizeof fat_archive);
    return 0;
}

static error_t fetch(const char *words)
{
    asked[0] = '\0';
    assert_int_equal(options_parse(words, &options), OK);
    return files_fetch(&options, NULL, &files);
}

static void expect_failure(const char *words, error_t expected, const char *detail)
{
    error_t error = fetch(words);

    if (error != expected || strstr(error_detail(), detail) == NULL)
        fail_msg("%s: %s (%s) instead of %s (%s)", words, error_code(error), error_detail(),
                 error_code(expected), detail);
    assert_int_equal(host_claimed(), 0);
}

static void release(void)
{
    files_release(&files);
    assert_int_equal(host_claimed(), 0);
}

static void test_every_kind(void **state)
{
    (void)state;
    serve_text("disk", "a disk");
    serve_text("m1", "one");
    serve_text("m2", "two two");
    assert_int_equal(fetch("file=" ROOT "kernel driver=" ROOT "a.mkext mkext=" ROOT
                           "fat.mkext ramdisk=" ROOT "disk module=\"" ROOT
                           "m1 quiet x\" initrd=" ROOT "m2"),
                     OK);
    assert_int_equal(files.kernel.length, 10);
    assert_int_equal(files.driver_count, 1);
    assert_int_equal(files.package_count, 1);
    assert_true(files.has_ramdisk);
    assert_memory_equal(files.ramdisk.bytes, "a disk", 6);
    assert_int_equal(files.module_count, 2);
    assert_memory_equal(files.modules[0].file.bytes, "one", 3);
    assert_string_equal(files.modules[0].words, ROOT "m1 quiet x");
    assert_int_equal(files.modules[1].file.length, 7);
    assert_string_equal(files.modules[1].words, ROOT "m2");
    assert_string_equal(asked, "kernel a.mkext fat.mkext disk m1 m2 ");
    /* Fat archives become thin, for the processor of the kernel. */
    assert_int_equal(files_prepare_kexts(&files, IMAGE_CPU_I386), OK);
    assert_int_equal(files.packages[0].length, archive_length);
    assert_memory_equal(files.packages[0].bytes, archive, archive_length);
    release();
}

static void test_no_kernel(void **state)
{
    struct network_config network = {0};

    (void)state;
    expect_failure("", ERROR_NET_NO_FILE, "no file=");
    assert_int_equal(files_fetch(&options, &network, &files), ERROR_NET_NO_FILE);
    snprintf(network.file, sizeof network.file, ROOT "kernel");
    assert_int_equal(files_fetch(&options, &network, &files), OK);
    assert_string_equal(files.kernel.name, ROOT "kernel");
    release();
    expect_failure("file=" ROOT "none", ERROR_TFTP_SERVER, "none");
}

/* Whatever is missing, its option is named and the rest given back. */
static void test_missing(void **state)
{
    static const char *const words[] = {"driver", "mkext", "ramdisk", "module"};
    char line[200], detail[40];

    (void)state;
    serve_text("disk", "a disk");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        snprintf(line, sizeof line,
                 "file=" ROOT "kernel driver=" ROOT "a.mkext mkext=" ROOT "a.mkext "
                 "module=" ROOT "disk %s=" ROOT "gone",
                 words[i]);
        snprintf(detail, sizeof detail, "%s=" ROOT "gone", words[i]);
        expect_failure(line, ERROR_TFTP_SERVER, detail);
    }
    host_limit_claims(8192);
    expect_failure("file=" ROOT "kernel mkext=" ROOT "a.mkext module=" ROOT "disk",
                   ERROR_MEMORY_CLAIM, "module=");
}

static void test_bundle(void **state)
{
    (void)state;
    serve_text("dir/My Foo.kext/Contents/Info.plist", with_executable);
    serve("dir/My Foo.kext/Contents/MacOS/Foo", fat, sizeof fat);
    assert_int_equal(fetch("file=" ROOT "kernel driver=" ROOT "dir/My%20Foo.kext/"), OK);
    assert_string_equal(asked, "kernel dir/My Foo.kext/Contents/Info.plist "
                               "dir/My Foo.kext/Contents/MacOS/Foo ");
    assert_int_equal(files.driver_count, 0);
    assert_int_equal(files.kext_count, 1);
    assert_string_equal(files.kexts[0].bundle_path, "/System/Library/Extensions/My Foo.kext");
    assert_int_equal(files.kexts[0].plist.length, sizeof with_executable - 1);
    assert_true(files.kexts[0].has_executable);
    assert_int_equal(files_prepare_kexts(&files, IMAGE_CPU_X86_64), ERROR_MKEXT_CPU);
    assert_non_null(strstr(error_detail(), "driver=" ROOT "dir/My%20Foo.kext"));
    assert_int_equal(files_prepare_kexts(&files, IMAGE_CPU_I386), OK);
    assert_int_equal(files.kexts[0].executable.length, sizeof macho);
    assert_memory_equal(files.kexts[0].executable.bytes, macho, sizeof macho);
    release();
}

static void test_flat_bundle(void **state)
{
    (void)state;
    serve_text("Foo.kext/Info.plist", with_executable);
    serve("Foo.kext/Foo", macho, sizeof macho);
    assert_int_equal(fetch("file=" ROOT "kernel driver=" ROOT "Foo.kext"), OK);
    assert_string_equal(asked, "kernel Foo.kext/Contents/Info.plist Foo.kext/Info.plist "
                               "Foo.kext/Foo ");
    assert_int_equal(files_prepare_kexts(&files, IMAGE_CPU_I386), OK);
    assert_int_equal(files.kexts[0].executable.length, sizeof macho);
    release();
}

/* A kext of properties only, beside an archive: each goes to its own list. */
static void test_without_executable(void **state)
{
    (void)state;
    serve_text("P.kext/Contents/Info.plist", without);
    assert_int_equal(fetch("file=" ROOT "kernel driver=" ROOT "P.kext driver=" ROOT "a.mkext"), OK);
    assert_int_equal(files.kext_count, 1);
    assert_int_equal(files.driver_count, 1);
    assert_false(files.kexts[0].has_executable);
    assert_int_equal(files_prepare_kexts(&files, IMAGE_CPU_I386), OK);
    release();
}

static void test_bad_bundles(void **state)
{
    char line[700], name[620];

    (void)state;
    expect_failure("file=" ROOT "kernel driver=" ROOT "No.kext", ERROR_TFTP_SERVER,
                   "driver=" ROOT "No.kext");
    serve_text("Bad.kext/Contents/Info.plist", "bplist00");
    expect_failure("file=" ROOT "kernel driver=" ROOT "Bad.kext", ERROR_KEXT_PLIST,
                   "driver=" ROOT "Bad.kext");
    serve_text("Foo.kext/Contents/Info.plist", with_executable);
    expect_failure("file=" ROOT "kernel driver=" ROOT "Foo.kext", ERROR_TFTP_SERVER,
                   "driver=" ROOT "Foo.kext");
    assert_non_null(strstr(error_detail(), "Contents/MacOS/Foo"));
    /* A folder's name that leaves no room for the names in it, for the kernel's, or for itself. */
    for (size_t length = 470; length <= 600; length++) {
        memset(name, 'x', sizeof name);
        snprintf(name + length, sizeof name - length, ".kext");
        snprintf(line, sizeof line, "file=" ROOT "kernel driver=" ROOT "%s", name);
        expect_failure(line, length <= 471 ? ERROR_TFTP_SERVER : ERROR_FETCH_URI, "xxx");
    }
    expect_failure("file=" ROOT "kernel driver=" ROOT "bad%.kext", ERROR_FETCH_URI, "bad%");
}

static void test_bad_archives(void **state)
{
    static uint8_t damaged[512];

    (void)state;
    memcpy(damaged, archive, archive_length);
    damaged[40] ^= 1;
    serve("bad.mkext", damaged, archive_length);
    assert_int_equal(fetch("file=" ROOT "kernel driver=" ROOT "bad.mkext"), OK);
    assert_int_equal(files_prepare_kexts(&files, IMAGE_CPU_I386), ERROR_MKEXT_CHECKSUM);
    assert_non_null(strstr(error_detail(), "driver=" ROOT "bad.mkext"));
    release();
    assert_int_equal(fetch("file=" ROOT "kernel mkext=" ROOT "fat.mkext"), OK);
    assert_int_equal(files_prepare_kexts(&files, IMAGE_CPU_X86_64), ERROR_MKEXT_CPU);
    assert_non_null(strstr(error_detail(), "mkext=" ROOT "fat.mkext"));
    release();
    /* For one processor, and not this one. */
    memcpy(damaged, archive, archive_length);
    put_be32(damaged + 24, CPU_X86_64);
    put_be32(damaged + 28, 3);
    served[3].bytes = damaged;
    assert_int_equal(fetch("file=" ROOT "kernel mkext=" ROOT "bad.mkext"), OK);
    assert_int_not_equal(files_prepare_kexts(&files, IMAGE_CPU_I386), OK);
    release();
}

static void test_modules(void **state)
{
    static const uint8_t bytes[] = "module";

    (void)state;
    host_add_module("/boot/kernel -v", bytes, 6);
    host_add_module("/boot/root.img ro quiet", bytes, 5);
    /* A module is a file, whatever its name ends in. */
    host_add_module("Foo.kext", archive, archive_length);
    assert_int_equal(fetch("file=module:0 module=module:1 module=\"module:root.img other words\" "
                           "driver=module:Foo.kext"),
                     OK);
    assert_string_equal(asked, "");
    assert_int_equal(files.kernel.length, 6);
    assert_int_equal(files.driver_count, 1);
    assert_int_equal(files.kext_count, 0);
    assert_string_equal(files.modules[0].words, "/boot/root.img ro quiet");
    assert_string_equal(files.modules[1].words, "module:root.img other words");
    assert_int_equal(files.modules[1].file.length, 5);
    release();
    expect_failure("file=module:0 module=module:3", ERROR_FETCH_MODULE, "module=module:3");
}

static void test_need_of_a_network(void **state)
{
    static const struct {
        const char *words;
        bool network;
    } cases[] = {
        {"", true},
        {"file=x", true},
        {"file=module:0", false},
        {"file=module:0 driver=x", true},
        {"file=module:0 mkext=x", true},
        {"file=module:0 module=x", true},
        {"file=module:0 ramdisk=x", true},
        {"file=module:0 ramdisk=" ROOT "x", true},
        {"driver=module:1", true},
        {"file=module:0 driver=module:1 mkext=module:2 module=\"module:3 a\" ramdisk=module:4",
         false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(options_parse(cases[i].words, &options), OK);
        if (files_need_network(&options) != cases[i].network)
            fail_msg("%s", cases[i].words);
    }
}

/* What a NetBoot server names, and what is asked for; "" for the kernel: nothing is found. */
static void expect_netboot(const char *words, const char *booter, const char *asks,
                           const char *kernel)
{
    static struct network_config network;

    asked[0] = '\0';
    network.has_booter = true;
    snprintf(network.file, sizeof network.file, ROOT "%s", booter);
    assert_int_equal(options_parse(words, &options), OK);
    assert_int_equal(files_fetch(&options, &network, &files), OK);
    assert_string_equal(asked, asks);
    assert_string_equal(files.kernel.name + strlen(ROOT), kernel);
}

static void test_netboot(void **state)
{
    (void)state;
    serve_text("a/ppc/mach.macosx", "kernel");
    serve("a/ppc/mach.macosx.mkext", archive, archive_length);
    serve_text("b/mach.macosx", "fat kernel");
    serve_text("c/x/booter", "something else");
    serve_text("pp/ppc/booter", "one more");
    expect_netboot("", "a/ppc/booter", "a/ppc/mach.macosx a/ppc/mach.macosx.mkext ",
                   "a/ppc/mach.macosx");
    assert_int_equal(files.package_count, 1);
    assert_memory_equal(files.packages[0].bytes, archive, archive_length);
    release();
    /* Folders of the other kind, both ways; without extensions. */
    expect_netboot("", "a/booter", "a/mach.macosx a/ppc/mach.macosx a/ppc/mach.macosx.mkext ",
                   "a/ppc/mach.macosx");
    release();
    expect_netboot("", "b/ppc/booter", "b/ppc/mach.macosx b/mach.macosx b/mach.macosx.mkext ",
                   "b/mach.macosx");
    assert_int_equal(files.package_count, 0);
    assert_non_null(strstr(host_console(), "the kernel goes without"));
    release();
    /* On a PC. */
    host_set_cpu(IMAGE_CPU_X86_64);
    expect_netboot("", "b/i386/booter", "b/i386/mach.macosx b/mach.macosx b/mach.macosx.mkext ",
                   "b/mach.macosx");
    release();
    host_set_cpu(IMAGE_CPU_POWERPC);
    /* No kernel belongs to it: what is named is started. */
    expect_netboot("", "c/x/booter", "c/x/mach.macosx c/x/ppc/mach.macosx c/x/booter ",
                   "c/x/booter");
    assert_non_null(strstr(host_console(), "it is started itself"));
    release();
    expect_netboot("", "kernel", "mach.macosx ppc/mach.macosx kernel ", "kernel");
    release();
    expect_netboot("", "pp/ppc/booter", "pp/ppc/mach.macosx pp/mach.macosx pp/ppc/booter ",
                   "pp/ppc/booter");
    release();
    /* Words win. */
    expect_netboot("chain", "c/x/booter", "c/x/booter ", "c/x/booter");
    release();
    expect_netboot("mkext=" ROOT "a.mkext", "a/ppc/booter", "a/ppc/mach.macosx a.mkext ",
                   "a/ppc/mach.macosx");
    release();
    expect_netboot("file=" ROOT "kernel", "a/ppc/booter", "kernel ", "kernel");
    release();
}

/* The kernel that a configuration names has the same places, and its own extensions. */
static void test_netboot_with_a_name(void **state)
{
    static struct network_config network;

    (void)state;
    serve_text("a/x86/cache", "kernel");
    serve("a/x86/cache.mkext", archive, archive_length);
    network.has_booter = true;
    snprintf(network.file, sizeof network.file, ROOT "a/ppc/booter");
    assert_int_equal(options_parse("", &options), OK);
    options.beside = "x86/cache";
    assert_int_equal(files_fetch(&options, &network, &files), OK);
    assert_string_equal(asked, "a/ppc/x86/cache a/x86/cache a/x86/cache.mkext ");
    assert_int_equal(files.package_count, 1);
    release();
    /* Somebody wants this one: the booter is not started instead. */
    options.beside = "no-such";
    assert_int_equal(files_fetch(&options, &network, &files), ERROR_TFTP_SERVER);
    assert_int_equal(host_claimed(), 0);
}

/* What is too long for a name is refused, and nothing stays claimed. */
static void test_netboot_refusals(void **state)
{
    static struct network_config network;
    static char long_name[FETCH_PATH_LENGTH - 100];

    (void)state;
    network.has_booter = true;
    memset(network.file, 'x', sizeof network.file - 1);
    memcpy(network.file, ROOT, strlen(ROOT));
    network.file[100] = '/';
    assert_int_equal(options_parse("", &options), OK);
    assert_int_equal(files_fetch(&options, &network, &files), ERROR_TFTP_SERVER);
    /* The whole name does not fit: nothing that begins like it is asked for. */
    network.file[100] = 'x';
    network.file[sizeof network.file - 2] = '/';
    memset(long_name, 'y', sizeof long_name - 1);
    options.beside = long_name;
    assert_int_equal(files_fetch(&options, &network, &files), ERROR_FETCH_URI);
    assert_int_equal(host_claimed(), 0);
    options.beside = NULL;
    /* The kernel is there, its extensions do not fit into memory. */
    serve_text("d/mach.macosx", "kernel");
    serve("d/mach.macosx.mkext", archive, 64u << 20);
    snprintf(network.file, sizeof network.file, ROOT "d/booter");
    assert_int_equal(files_fetch(&options, &network, &files), ERROR_MEMORY_CLAIM);
    assert_int_equal(host_claimed(), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, set_up)
    const struct CMUnitTest tests[] = {
        TEST(test_every_kind),       TEST(test_no_kernel),
        TEST(test_missing),          TEST(test_bundle),
        TEST(test_flat_bundle),      TEST(test_without_executable),
        TEST(test_bad_bundles),      TEST(test_bad_archives),
        TEST(test_modules),          TEST(test_need_of_a_network),
        TEST(test_netboot),          TEST(test_netboot_with_a_name),
        TEST(test_netboot_refusals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
