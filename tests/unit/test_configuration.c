/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Configuration files: what each key becomes, who wins, and files that are broken in every way. And
 * which files are asked for: those come from a scheme of this test's own ("map"), or by none.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/configuration.h"
#include "boot/configuration_search.h"
#include "boot/host/host.h"
#include "console/console.h"
#include "drivers/nic.h"
#include "net/fetch.h"
#include "peer.h"
#include "random.h"

#include <cmocka.h>

#define ROOT          "map://10.0.0.1/"
#define FILES_MAXIMUM 8

static struct configuration configuration;
static struct options options;
static struct configuration_place place;
static struct network_config network;
static struct nic nic;

static struct {
    const char *path, *text;
} served[FILES_MAXIMUM];
static char asked[1024]; /* every path, each with a blank behind it */
static bool silent;

static error_t map_fetch(const struct fetch_uri *uri, struct fetch_sink *sink)
{
    strcat(strcat(asked, uri->path), " ");
    if (silent)
        return (fail)(ERROR_TFTP_NO_ANSWER, "\"%s\"", uri->path);
    for (size_t i = 0; i < FILES_MAXIMUM && served[i].path != NULL; i++)
        if (strcmp(served[i].path, uri->path) == 0) {
            error_t error = sink->begin(sink, strlen(served[i].text));

            return error == OK ? sink->write(sink, 0, (const uint8_t *)served[i].text,
                                             strlen(served[i].text))
                               : error;
        }
    return (fail)(ERROR_TFTP_SERVER, "\"%s\" is not there", uri->path);
}

FETCH_SCHEME(configuration_map_scheme) = {.name = "map", .fetch = map_fetch};

static void serve(const char *path, const char *text)
{
    size_t i = 0;

    while (served[i].path != NULL)
        assert_in_range(++i, 0, FILES_MAXIMUM - 1);
    served[i].path = path;
    served[i].text = text;
}

static int set_up(void **state)
{
    (void)state;
    host_reset(8u << 20);
    memset(served, 0, sizeof served);
    memset(&network, 0, sizeof network);
    memset(&nic, 0, sizeof nic);
    memset(&options, 0, sizeof options);
    memcpy(nic.address, "\x52\x54\x00\xab\xCD\x01", 6);
    network.address = peer_address("192.168.7.1");
    network.server = peer_address("10.0.0.1");
    place = (struct configuration_place){.folder = ""};
    asked[0] = '\0';
    silent = false;
    console_verbose = false;
    error_clear();
    return 0;
}

/* In a copy of exactly that length, so that a sanitizer sees each byte read beyond it. */
static error_t parse_bytes(const void *bytes, size_t length)
{
    uint8_t *copy = malloc(length != 0 ? length : 1);
    error_t error;

    assert_non_null(copy);
    memcpy(copy, bytes, length);
    error = configuration_parse(copy, length, &place, &configuration);
    free(copy);
    return error;
}

static error_t parse(const char *text)
{
    return parse_bytes(text, strlen(text));
}

#define HEAD                                       \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" \
    "<plist version=\"1.0\">\n<dict>\n"
#define TAIL             "</dict>\n</plist>\n"
#define KEY(name, value) "\t<key>" name "</key>\n\t<string>" value "</string>\n"

static void good(const char *text)
{
    error_t error = parse(text);

    if (error != OK)
        fail_msg("%s: %s (%s)", text, error_code(error), error_detail());
}

static void bad(const char *text, error_t expected, const char *detail)
{
    error_t error = parse(text);

    if (error != expected || strstr(error_detail(), detail) == NULL)
        fail_msg("%s: %s (%s) instead of %s (%s)", text, error_code(error), error_detail(),
                 error_code(expected), detail);
}

/* --- Keys ------------------------------------------------------------------------------------- */

static void test_apples_keys(void **state)
{
    const struct options *said = &configuration.options;

    (void)state;
    host_set_cpu(IMAGE_CPU_X86_64);
    good("\xEF\xBB\xBF" HEAD KEY("Kernel", "\n\t mach_kernel \r\n")
             KEY("Kernel Flags", " -v \n debug=0x8&lt;&#x26; ") KEY("Kernel Architecture", "i386")
                 KEY("MKext Cache", "\\System\\Library\\Extensions.mkext")
                     KEY("Root UUID", "not used") TAIL);
    assert_string_equal(said->file, "mach_kernel");
    assert_null(said->beside);
    assert_string_equal(said->args, "-v   debug=0x8<&");
    assert_true(said->has_arch);
    assert_int_equal(said->arch, IMAGE_CPU_I386);
    assert_int_equal(said->mkext_count, 1);
    assert_string_equal(said->mkext[0], "/System/Library/Extensions.mkext");
    /* What stands in Apple's own files. */
    good(HEAD KEY("Kernel", "mach_kernel") KEY("Kernel Flags", "") TAIL);
    assert_string_equal(said->file, "mach_kernel");
    assert_null(said->args);
    good("<dict/>");
    assert_null(said->file);
}

static void test_kernel_caches(void **state)
{
    (void)state;
    good(HEAD KEY("Kernel", "a") KEY("Kernel Cache", "b") TAIL);
    assert_string_equal(configuration.options.file, "b");
    good(HEAD KEY("Kernel Cache", "b") KEY("Kernel", "a") TAIL);
    assert_string_equal(configuration.options.file, "b");
    good(HEAD KEY("Kernel Cache", "") KEY("Kernel", "a") TAIL);
    assert_string_equal(configuration.options.file, "a");
    place.beside_booter = true;
    good(HEAD KEY("Kernel", "a") KEY("Kernel Cache", "x86_64\\kernelcache") TAIL);
    assert_string_equal(configuration.options.beside, "x86_64/kernelcache");
    assert_null(configuration.options.file);
    good(HEAD KEY("Kernel", "mach") KEY("Kernel Cache", "/k") TAIL);
    assert_string_equal(configuration.options.file, "/k");
    assert_null(configuration.options.beside);
}

/* Of several processors in one file, one that this machine is not is somebody else's. */
static void test_architectures(void **state)
{
    (void)state;
    host_set_cpu(IMAGE_CPU_POWERPC);
    good(HEAD KEY("Kernel Architecture", "x86_64") TAIL);
    assert_false(configuration.options.has_arch);
    good(HEAD KEY("Kernel Architecture", "ppc") TAIL);
    assert_true(configuration.options.has_arch);
    bad(HEAD KEY("Kernel Architecture", "sparc") TAIL, ERROR_CONFIG_VALUE,
        "line 5, Kernel Architecture: ");
}

static void test_our_keys(void **state)
{
    const struct options *said = &configuration.options;

    (void)state;
    good(HEAD "<key>MKext Cache</key><array><string>a</string><string>b</string></array>"
              "<key>Sawboot Driver</key><array><string>d.mkext</string><string>My "
              "Net.kext</string></array>" KEY("Sawboot Initrd", "root.img ro quiet")
                  KEY("Sawboot Ramdisk", "disk") TAIL);
    assert_int_equal(said->mkext_count, 2);
    assert_string_equal(said->mkext[1], "b");
    assert_int_equal(said->driver_count, 2);
    assert_string_equal(said->driver[1], "My Net.kext");
    assert_int_equal(said->module_count, 1);
    assert_string_equal(said->module[0], "root.img ro quiet");
    assert_string_equal(said->ramdisk, "disk");
    /* Words win over keys, and join the flags. */
    good(HEAD KEY("Sawboot Words", "file=w mkext=x video=1024x768 verbose args=-s x=2")
             KEY("Kernel", "k") KEY("Kernel Flags", "-v x=1") KEY("MKext Cache", "m") TAIL);
    assert_string_equal(said->file, "w");
    assert_int_equal(said->mkext_count, 1);
    assert_string_equal(said->mkext[0], "x");
    assert_int_equal(said->video_width, 1024);
    assert_true(said->verbose);
    assert_string_equal(said->args, "-v x=1 -s x=2");
}

static void expect_name(const char *folder, const char *name, const char *expected)
{
    char text[400];

    place.folder = folder;
    snprintf(text, sizeof text, HEAD KEY("Sawboot Module", "%s words") TAIL, name);
    good(text);
    snprintf(text, sizeof text, "%s words", expected);
    assert_string_equal(configuration.options.module[0], text);
    snprintf(text, sizeof text, HEAD KEY("Sawboot Driver", "%s") TAIL, name);
    good(text);
    assert_string_equal(configuration.options.driver[0], expected);
}

static void test_names(void **state)
{
    (void)state;
    expect_name("", "kernel", "kernel");
    expect_name("a/b/", "kernel", "a/b/kernel");
    expect_name("a/b/", "c\\kernel", "a/b/c/kernel");
    expect_name("a/b/", "\\\\kernel", "a/b/kernel");
    expect_name("a/b/", "/c/kernel", "/c/kernel");
    expect_name("a/b/", "50%", "a/b/50%");
    expect_name("tftp://10.0.0.9:70/a/", "50%", "tftp://10.0.0.9:70/a/50%25");
    expect_name("tftp://10.0.0.9:70/a/", "/50%", "tftp://10.0.0.9:70/50%25");
    expect_name("//10.0.0.9/a/", "/k", "//10.0.0.9/k");
    expect_name("tftp://10.0.0.9/a/", "tftp://10.0.0.8/50%25", "tftp://10.0.0.8/50%25");
    expect_name("a/", "module:1", "module:1");
}

/* --- What is wrong ---------------------------------------------------------------------------- */

static void test_wrong_values(void **state)
{
    (void)state;
    bad(HEAD "<key>Kernel</key>\n<integer>1</integer>" TAIL, ERROR_CONFIG_VALUE,
        "line 5, Kernel: it has to be a string");
    bad(HEAD "<key>Kernel Flags</key><array/>" TAIL, ERROR_CONFIG_VALUE, "line 4, Kernel Flags: ");
    bad(HEAD "<key>MKext Cache</key><array>\n<string>a</string>\n<true/></array>" TAIL,
        ERROR_CONFIG_VALUE, "line 6, MKext Cache: it has to be a string");
    bad(HEAD KEY("Kernel", "a") KEY("Kernel", "b") TAIL, ERROR_CONFIG_VALUE,
        "line 7, Kernel: it is there twice");
    bad(HEAD KEY("Sawboot Drivers", "a") TAIL, ERROR_CONFIG_VALUE,
        "line 5, Sawboot Drivers: there is no such key");
    bad(HEAD KEY("Kernel", "&unknown;") TAIL, ERROR_CONFIG_VALUE, "line 5, Kernel: ");
    bad(HEAD KEY("Kernel", "&#0;") TAIL, ERROR_CONFIG_VALUE, "line 5, Kernel: ");
    bad(HEAD KEY("Kernel", "&#27;[2J") TAIL, ERROR_CONFIG_VALUE, "not ASCII");
    bad(HEAD KEY("Kernel", "M\xC3\xBCsli") TAIL, ERROR_CONFIG_VALUE, "not ASCII");
    bad(HEAD KEY("Kernel", "\xFF\xFE") TAIL, ERROR_CONFIG_VALUE, "not ASCII");
    bad(HEAD KEY("Sawboot Words", "fiel=k") TAIL, ERROR_OPTION_UNKNOWN,
        "line 5, Sawboot Words: \"fiel=k\"");
    bad(HEAD KEY("Sawboot Words", "net=dhcp") TAIL, ERROR_CONFIG_VALUE, "too late");
    bad(HEAD KEY("Sawboot Words", "config=x") TAIL, ERROR_CONFIG_VALUE, "too late");
    bad(HEAD KEY("Sawboot Words", "chain") TAIL, ERROR_CONFIG_VALUE, "too late");
}

static void test_unknown_keys(void **state)
{
    (void)state;
    console_verbose = true;
    good(HEAD KEY("Kernel", "k") KEY("Boot Logo", "x") KEY("&#27;", "x") KEY("&bad;", "x")
             KEY("A name that is longer than every key that there is, and still longer",
                 "x") "<key>Any</key><dict><key>Kernel</key><string>no</string></dict>" TAIL);
    assert_string_equal(configuration.options.file, "k");
    assert_non_null(strstr(host_console(), "line 7, Boot Logo: not used"));
    assert_null(strchr(host_console(), '\033'));
}

static void test_broken(void **state)
{
    static const struct {
        const char *text, *detail;
    } cases[] = {
        {"", "line 1: the file ends too early"},
        {"bplist00\xD1", "line 1, at \"bplist00"},
        {"\xFF\xFE<\0d\0", "line 1, at "},
        {"sawboot file=x", "line 1, at \"sawboot file=x\""},
        {"<html>\n<body>", "line 1, at \"<html>\""},
        {"<plist>\n<array>\n</array></plist>", "the list's value is no dict"},
        {"<plist>\n<string>x</string></plist>", "line 2: the list's value is no dict"},
        {HEAD KEY("Kernel", "k"), "line 6: the file ends too early"},
        {HEAD "<key>Kernel</key>\n<string>k\n", "line 5, at \"<string>\""},
        {HEAD "<key>Kernel</key>\n<string>k</strnig>\n" TAIL, "line 5, at \"<string>\""},
        {HEAD "<key>Kernel</key>\n" TAIL, "line 5, at \"</dict>\""},
        {HEAD "<string>k</string>\n" TAIL, "line 4, at \"<string>\""},
        {HEAD KEY("Kernel", "k") "</dcit></plist>", "line 6, at \"</dcit>\""},
        {HEAD "<key>Kernel</key><kernel>k</kernel>" TAIL, "line 4, at \"<kernel>\""},
        {HEAD "<!-- Kernel\n" TAIL, "line 3, at \"<dict>\""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        bad(cases[i].text, ERROR_CONFIG_XML, cases[i].detail);
}

/* The file whole works; less of it, down to the last tag, never does. */
static void test_truncated(void **state)
{
    static const char text[] = HEAD KEY("Kernel", "mach_kernel") KEY("Sawboot Initrd", "a b")
        KEY("Kernel Flags", "<![CDATA[-v]]>") "</dict>";

    (void)state;
    assert_int_equal(parse_bytes(text, sizeof text - 1), OK);
    for (size_t length = 0; length < sizeof text - 1; length++)
        assert_int_equal(parse_bytes(text, length), ERROR_CONFIG_XML);
}

static void test_deep_and_huge(void **state)
{
    static char text[CONFIGURATION_LIMIT + 64];
    size_t length = 0;

    (void)state;
    for (unsigned i = 0; i < 3000; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "<dict><key>a</key>");
    bad(text, ERROR_CONFIG_XML, "line 1, at \"<dict>\"");
    /* A value that no room is left for; a value of nothing but entities; many values. */
    memset(text, 'x', sizeof text);
    memcpy(text, "<dict><key>Kernel</key><string>", 31);
    memcpy(text + CONFIGURATION_LIMIT - 16, "</string></dict>", 17);
    bad(text, ERROR_CONFIG_VALUE, "line 1, Kernel: the text is too long");
    length = (size_t)snprintf(text, sizeof text, "<dict><key>Kernel Flags</key><string>");
    while (length < 60000)
        length += (size_t)snprintf(text + length, sizeof text - length, "&amp;");
    snprintf(text + length, sizeof text - length, "</string></dict>");
    bad(text, ERROR_CONFIG_VALUE, "Kernel Flags: the text is too long");
    length = (size_t)snprintf(text, sizeof text, "<dict><key>MKext Cache</key><array>");
    while (length < 60000)
        length += (size_t)snprintf(text + length, sizeof text - length, "<string>x</string>");
    snprintf(text + length, sizeof text - length, "</array></dict>");
    bad(text, ERROR_CONFIG_VALUE, "MKext Cache: there are too many");
}

/* Names that are too long together or alone, at every length around the bounds. */
static void test_long_names(void **state)
{
    static char text[3000];
    char folder[FETCH_PATH_LENGTH];

    (void)state;
    memset(folder, 'f', sizeof folder);
    folder[300] = '\0';
    place.folder = folder;
    for (size_t length = 200; length < 230; length++) {
        size_t start = (size_t)snprintf(text, sizeof text, "<dict><key>Kernel</key><string>");

        memset(text + start, 'n', length);
        strcpy(text + start + length, "</string></dict>");
        if (300 + length < FETCH_PATH_LENGTH) {
            good(text);
            assert_int_equal(strlen(configuration.options.file), 300 + length);
        } else {
            bad(text, ERROR_CONFIG_VALUE, "line 1, Kernel: the name is too long");
        }
    }
}

/* Any bytes at all: no more is read than there is, and nothing crashes. */
static void test_random_damage(void **state)
{
    static const char whole[] =
        HEAD KEY("Kernel", "a\\b") KEY("Sawboot Initrd", "a b") KEY("Sawboot Words", "args=-v")
            KEY("Kernel Flags", "<![CDATA[-v]]>&lt;") "<key>MKext Cache</key><array><string>x"
                                                      "</string></array>" TAIL;
    uint32_t random = 7;
    char text[sizeof whole];

    (void)state;
    place.folder = "tftp://10.0.0.1/a/";
    for (unsigned i = 0; i < 20000; i++) {
        memcpy(text, whole, sizeof whole);
        for (unsigned changes = 1 + random_next(&random) % 4; changes > 0; changes--)
            text[random_next(&random) % (sizeof whole - 1)] = (char)(random_next(&random) >> 7);
        parse_bytes(text, sizeof whole - 1);
    }
}

/* --- Who wins --------------------------------------------------------------------------------- */

static void complete(const char *words, const char *text)
{
    assert_int_equal(options_parse(words, &options), OK);
    good(text);
    assert_int_equal(configuration_complete(&configuration, &options), OK);
}

static void test_precedence(void **state)
{
    static const char text[] =
        HEAD KEY("Kernel", "k") KEY("Kernel Flags", "-v debug=1") KEY("MKext Cache", "m")
            KEY("Sawboot Driver", "d") KEY("Sawboot Module", "i") KEY("Sawboot Ramdisk", "r")
                KEY("Sawboot Words", "window=5 bootargs=1.5 acpi=none") TAIL;

    (void)state;
    complete("", text);
    assert_string_equal(options.file, "k");
    assert_string_equal(options.args, "-v debug=1");
    assert_string_equal(options.mkext[0], "m");
    assert_string_equal(options.driver[0], "d");
    assert_string_equal(options.module[0], "i");
    assert_string_equal(options.ramdisk, "r");
    assert_int_equal(options.window, 5);
    assert_int_equal(options.boot_args_revision, 5);
    assert_true(options.without_acpi);

    complete("file=K mkext=M driver=D module=I ramdisk=R window=6 bootargs=2 args=debug=2", text);
    assert_string_equal(options.file, "K");
    /* Both, so that the last counts. */
    assert_string_equal(options.args, "-v debug=1 debug=2");
    assert_int_equal(options.mkext_count, 1);
    assert_string_equal(options.mkext[0], "M");
    assert_string_equal(options.driver[0], "D");
    assert_string_equal(options.module[0], "I");
    assert_string_equal(options.ramdisk, "R");
    assert_int_equal(options.window, 6);
    assert_int_equal(options.boot_args_version, 2);

    complete("driver=none args=", text);
    assert_string_equal(options.args, "");
    assert_int_equal(options.driver_count, 0);
}

static void test_args_without_room(void **state)
{
    static char text[CONFIGURATION_TEXT + 200], words[OPTIONS_LENGTH];
    size_t start = (size_t)snprintf(text, sizeof text, "<dict><key>Kernel Flags</key><string>");

    (void)state;
    memset(text + start, 'x', CONFIGURATION_TEXT - 100);
    strcpy(text + start + CONFIGURATION_TEXT - 100, "</string></dict>");
    snprintf(words, sizeof words, "args=");
    memset(words + 5, 'y', 100);
    assert_int_equal(options_parse(words, &options), OK);
    good(text);
    assert_int_equal(configuration_complete(&configuration, &options), ERROR_CONFIG_VALUE);
}

/* --- Where it is looked for ------------------------------------------------------------------- */

static void test_search_names(void **state)
{
    static const char *const names[] = {"sawboot/01-52-54-00-ab-cd-01",
                                        "sawboot/C0A80701",
                                        "sawboot/C0A8070",
                                        "sawboot/C0A807",
                                        "sawboot/C0A80",
                                        "sawboot/C0A8",
                                        "sawboot/C0A",
                                        "sawboot/C0",
                                        "sawboot/C",
                                        "sawboot/default"};
    char name[CONFIGURATION_NAME_LENGTH];

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_true(configuration_name(i, nic.address, network.address, name));
        assert_string_equal(name, names[i]);
    }
    assert_false(
        configuration_name(sizeof names / sizeof *names, nic.address, network.address, name));
}

static error_t read_with(const char *words, const char *boot_file)
{
    error_t error;

    asked[0] = '\0';
    snprintf(network.file, sizeof network.file, "%s", boot_file);
    assert_int_equal(options_parse(words, &options), OK);
    error = configuration_read(&nic, &network, &options);
    assert_int_equal(host_claimed(), 0);
    return error;
}

static void test_beside(void **state)
{
    (void)state;
    serve("a/com.apple.Boot.plist", HEAD KEY("Kernel", "k") KEY("Kernel Flags", "-v") TAIL);
    assert_int_equal(read_with("args=-s", ROOT "a/kernel"), OK);
    assert_string_equal(asked, "a/com.apple.Boot.plist ");
    assert_string_equal(options.file, ROOT "a/k");
    assert_string_equal(options.args, "-v -s");
    /* A server without it. */
    assert_int_equal(read_with("", ROOT "b/kernel"), OK);
    assert_string_equal(asked, "b/com.apple.Boot.plist ");
    assert_null(options.file);
    /* Nobody is asked. */
    assert_int_equal(read_with("file=x", ROOT "a/kernel"), OK);
    assert_int_equal(read_with("config=none", ROOT "a/kernel"), OK);
    assert_string_equal(asked, "");
    assert_null(options.file);
    /* A NetBoot server's: the kernel's name stays a name. */
    network.has_booter = true;
    assert_int_equal(read_with("", ROOT "a/booter"), OK);
    assert_string_equal(options.beside, "k");
    assert_null(options.file);
    assert_int_equal(read_with("chain", ROOT "a/booter"), OK);
    assert_string_equal(asked, "");
}

static void test_silence(void **state)
{
    (void)state;
    silent = true;
    assert_int_equal(read_with("", ROOT "a/kernel"), OK);
    assert_string_equal(asked, "a/com.apple.Boot.plist ");
    assert_non_null(strstr(host_console(), "nobody answers for " ROOT "a/com.apple.Boot.plist"));
    /* Asked for by name it has to be there. */
    assert_int_equal(read_with("config=" ROOT "x", ROOT "a/kernel"), ERROR_TFTP_NO_ANSWER);
    silent = false;
    assert_int_equal(read_with("config=" ROOT "x", ROOT "a/kernel"), ERROR_TFTP_SERVER);
    assert_non_null(strstr(error_detail(), "configuration: \"x\""));
}

static void test_named(void **state)
{
    static char huge[CONFIGURATION_LIMIT + 2];

    (void)state;
    serve("c/x", HEAD KEY("Kernel", "k") TAIL);
    serve("c/y.plist", HEAD KEY("Kernel", "../k") TAIL);
    serve("empty.plist", "<dict/>");
    serve("broken.plist", HEAD);
    memset(huge, ' ', sizeof huge - 1);
    serve("huge.plist", huge);
    assert_int_equal(read_with("config=" ROOT "c/x", ROOT "a/kernel"), OK);
    assert_string_equal(options.file, ROOT "c/k");
    assert_int_equal(read_with("config=" ROOT "c/x file=other", ""), OK);
    assert_string_equal(options.file, "other");
    /* The server names one. */
    assert_int_equal(read_with("", ROOT "c/y.plist"), OK);
    assert_string_equal(options.file, ROOT "c/../k");
    assert_string_equal(asked, "c/y.plist ");
    assert_int_equal(read_with("", ROOT "empty.plist"), ERROR_NET_NO_FILE);
    assert_int_equal(read_with("", ROOT "broken.plist"), ERROR_CONFIG_XML);
    assert_non_null(strstr(error_detail(), ROOT "broken.plist: line 4"));
    assert_int_equal(read_with("", ROOT "huge.plist"), ERROR_FETCH_LIMIT);
    assert_int_equal(read_with("", ROOT "gone.plist"), ERROR_TFTP_SERVER);
}

/* Without a server there is nobody to ask; without a card's network there is no answer. */
static void test_search(void **state)
{
    (void)state;
    network.server = 0;
    assert_int_equal(read_with("", ""), OK);
    assert_string_equal(host_console(), "");
    network.server = peer_address("10.0.0.1");
    fetch_set_server(network.server);
    assert_int_not_equal(read_with("", ""), OK);
    assert_non_null(strstr(host_console(), "sawboot/01-52-54-00-ab-cd-01 to sawboot/default"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, set_up)
    const struct CMUnitTest tests[] = {
        TEST(test_apples_keys),   TEST(test_kernel_caches),
        TEST(test_architectures), TEST(test_our_keys),
        TEST(test_names),         TEST(test_wrong_values),
        TEST(test_unknown_keys),  TEST(test_broken),
        TEST(test_truncated),     TEST(test_deep_and_huge),
        TEST(test_long_names),    TEST(test_random_damage),
        TEST(test_precedence),    TEST(test_args_without_room),
        TEST(test_search_names),  TEST(test_beside),
        TEST(test_silence),       TEST(test_named),
        TEST(test_search),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
