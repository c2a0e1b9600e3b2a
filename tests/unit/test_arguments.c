/* SPDX-License-Identifier: BSD-2-Clause */
/* What stands behind the ':' of a network device's path. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include "console/error.h"
#include "device/arguments.h"
#include "net/address.h"
#include "random.h"

/* After the rest, for it makes a macro of fail. */
#include <cmocka.h>

#define ANY   BOOT_ARGUMENTS_ANY
#define BOOTP BOOT_ARGUMENTS_BOOTP
#define DHCP  BOOT_ARGUMENTS_DHCP
#define BSDP  BOOT_ARGUMENTS_BSDP

static struct boot_arguments found;

static uint32_t address(unsigned a, unsigned b, unsigned c, unsigned d)
{
    return address_from_number((uint32_t)a << 24 | b << 16 | c << 8 | d);
}

static void expect_parsed(const char *text)
{
    error_t error = boot_arguments_parse(text, &found);

    if (error != OK)
        fail_msg("\"%s\": %s %s", text, error_code(error), error_detail());
}

/* What most paths say: a method, a server, a file. */
static void test_common_forms(void **state)
{
    static const struct {
        const char *text;
        enum boot_arguments_method method;
        unsigned server; /* last byte of 192.168.7.x; 0: none */
        const char *file;
    } forms[] = {
        /* Apple's */
        {"", ANY, 0, ""},
        {"0", ANY, 0, ""},
        {"0,", ANY, 0, ""},
        {",", ANY, 0, ""},
        {"0,mach_kernel", ANY, 0, "mach_kernel"},
        {",\\dir\\file", ANY, 0, "\\dir\\file"},
        {",\\\\com.apple.Boot.plist", ANY, 0, "\\\\com.apple.Boot.plist"},
        {"0,\\\\mach.macosx", ANY, 0, "\\\\mach.macosx"},
        {"192.168.7.1,mach_kernel", ANY, 1, "mach_kernel"},
        {"192.168.7.1", ANY, 1, ""},
        {"192.168.7.1,", ANY, 1, ""},
        {"mach_kernel", ANY, 0, "mach_kernel"},
        {"ofwboot.xcf,", ANY, 0, "ofwboot.xcf"},
        {"2kernel", ANY, 0, "2kernel"},
        {",2", ANY, 0, "2"},
        {"bsdp", BSDP, 0, ""},
        {"bsdp,192.168.7.2", BSDP, 2, ""},
        /* the standard's, and those of IBM, Sun and GRUB */
        {"bootp", BOOTP, 0, ""},
        {"bootp,192.168.7.3,kernel", BOOTP, 3, "kernel"},
        {"BootP,,kernel", BOOTP, 0, "kernel"},
        {"dhcp,kernel", DHCP, 0, "kernel"},
        {"dhcp,0.0.0.0,kernel,0.0.0.0,0.0.0.0", DHCP, 0, "kernel"},
        {"speed=auto,duplex=full,bootp,192.168.7.4,a", BOOTP, 4, "a"},
        {"promiscuous,speed=100,192.168.7.4,a", ANY, 4, "a"},
        {"promiscuous=true,,a=b", ANY, 0, "a=b"},
        {"promiscuously", ANY, 0, "promiscuously"},
        {",a|b|c", ANY, 0, "a|b|c"},
        {",bootp", ANY, 0, "bootp"},
        {",two words", ANY, 0, "two words"},
        {",,,,,,,,", ANY, 0, ""},
    };

    (void)state;
    assert_int_equal(boot_arguments_parse(NULL, &found), OK);
    assert_false(found.given);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        uint32_t server = forms[i].server != 0 ? address(192, 168, 7, forms[i].server) : 0;

        expect_parsed(forms[i].text);
        if (found.method != forms[i].method || found.server != server ||
            strcmp(found.file, forms[i].file) != 0 || found.client != 0 || found.gateway != 0 ||
            found.netmask != 0 || found.bootp_retries != 0 || found.tftp_retries != 0)
            fail_msg("\"%s\": method %d, server %08x, file \"%s\"", forms[i].text, found.method,
                     (unsigned)address_to_number(found.server), found.file);
        if (found.given != (forms[i].method != ANY || server != 0 || forms[i].file[0] != '\0'))
            fail_msg("\"%s\": given %d", forms[i].text, found.given);
    }
}

static void test_every_field(void **state)
{
    (void)state;
    expect_parsed("bootp,10.0.0.1,dir/kernel,10.0.0.2,10.0.0.3,4,5,255.255.0.0,1024");
    assert_int_equal(found.method, BOOTP);
    assert_int_equal(found.server, address(10, 0, 0, 1));
    assert_string_equal(found.file, "dir/kernel");
    assert_int_equal(found.client, address(10, 0, 0, 2));
    assert_int_equal(found.gateway, address(10, 0, 0, 3));
    assert_int_equal(found.bootp_retries, 4);
    assert_int_equal(found.tftp_retries, 5);
    assert_int_equal(found.netmask, address(255, 255, 0, 0));
    /* One of them alone is given too. */
    expect_parsed(",,10.0.0.2");
    assert_true(found.given);
    assert_int_equal(found.client, address(10, 0, 0, 2));
    expect_parsed(",,,,,7");
    assert_true(found.given);
    assert_int_equal(found.tftp_retries, 7);
    /* The file first: its place is taken. */
    expect_parsed("kernel,10.0.0.2");
    assert_string_equal(found.file, "kernel");
    assert_int_equal(found.client, address(10, 0, 0, 2));
    /* What GRUB opens every network device with. */
    expect_parsed("speed=auto,duplex=auto,1.1.1.1,dummy,1.1.1.1,1.1.1.1,5,5,1.1.1.1,512");
    assert_string_equal(found.file, "dummy");
    assert_int_equal(found.netmask, address(1, 1, 1, 1));
}

static void expect_refused(const char *text, error_t error, const char *words)
{
    struct boot_arguments nothing;
    error_t result;

    memset(&nothing, 0, sizeof nothing);
    memset(&found, 0xA5, sizeof found);
    result = boot_arguments_parse(text, &found);
    if (result != error)
        fail_msg("\"%s\": %s instead of %s", text, result == OK ? "OK" : error_code(result),
                 error_code(error));
    if (strstr(error_detail(), words) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", words, error_detail());
    assert_memory_equal(&found, &nothing, sizeof found);
}

static void test_refusals(void **state)
{
    static const struct {
        const char *text, *words;
    } bad[] = {
        {"192.168.7,kernel", "server: \"192.168.7\""},
        {"192.168.7.256,kernel", "server: \"192.168.7.256\""},
        {"192.168.7.01", "server"},
        {"1", "server: \"1\""},
        {"224.0.0.1,kernel", "server: \"224.0.0.1\""},
        {"255.255.255.255", "server"},
        {"127.0.0.1", "server"},
        {"server.example.org,kernel", "client: \"kernel\""},
        {"10.0.0.1,kernel,10.0.0", "client: \"10.0.0\""},
        {"10.0.0.1,kernel,10.0.0.2 ", "client"},
        {"10.0.0.1,kernel,10.0.0.2,gate", "gateway: \"gate\""},
        {",,,,-1", "BOOTP retries: \"-1\""},
        {",,,,100000", "BOOTP retries"},
        {",,,,,5x", "TFTP retries: \"5x\""},
        {",,,,,,255.255", "netmask"},
        {",,,,,,,big", "block size: \"big\""},
        {",,,,,,,,x", "too many fields: \"x\""},
        {",,,,,,,,,", "too many fields"},
        {"kernel,,,,,,,x", "too many fields"},
        {"rarp", "\"rarp\""},
        {"RARP,10.0.0.1,kernel", "RARP"},
        {"nfs,10.0.0.1,kernel", "nfs"},
        {"last", "last"},
        {"ipv6,kernel", "ipv6"},
        {"bootp,dhcp,10.0.0.1", "two ways"},
        {"vtag=81000001,10.0.0.1", "vtag=81000001"},
        {"host-ip=10.0.0.9,file=kernel", "host-ip=10.0.0.9"},
        {"ker\nnel", "character 4 is 0a"},
        {",k\x7f", "character 3 is 7f"},
        {",\xC3\xA9", "c3"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        expect_refused(bad[i].text, ERROR_ARGUMENTS, bad[i].words);
}

static void test_lengths(void **state)
{
    static char text[BOOT_ARGUMENTS_TEXT_LENGTH + 1];
    char name[BOOT_ARGUMENTS_FILE_LENGTH];

    (void)state;
    memset(text, 'a', BOOT_ARGUMENTS_FILE_LENGTH);
    text[BOOT_ARGUMENTS_FILE_LENGTH - 1] = '\0';
    expect_parsed(text);
    assert_string_equal(found.file, text);
    assert_int_equal(boot_arguments_file(&found, "", name, sizeof name), OK);
    assert_string_equal(name, text);
    text[BOOT_ARGUMENTS_FILE_LENGTH - 1] = 'a';
    expect_refused(text, ERROR_ARGUMENTS_LENGTH, "512 characters, at most 511");
    memset(text, ',', BOOT_ARGUMENTS_TEXT_LENGTH);
    expect_refused(text, ERROR_ARGUMENTS_LENGTH, "1024 characters, at most 1023");
}

static void test_net(void **state)
{
    static const struct {
        const char *text, *net;
    } good[] = {
        {"", ""},
        {"10.0.0.1,kernel", ""},
        {"dhcp", "dhcp"},
        {"bootp,10.0.0.1", "bootp"},
        {"bsdp", "bsdp"},
        {"10.0.0.1,kernel,10.0.0.9", "static:10.0.0.9/255.0.0.0,,10.0.0.1"},
        {",kernel,172.16.0.9", "static:172.16.0.9/255.255.0.0,,"},
        {"10.0.0.1,,192.168.7.9,192.168.7.1",
         "static:192.168.7.9/255.255.255.0,192.168.7.1,10.0.0.1"},
        {"10.0.0.1,k,10.0.0.9,,,,255.255.255.252", "static:10.0.0.9/255.255.255.252,,10.0.0.1"},
        {"bootp,10.0.0.1,bootme,10.0.0.9,10.0.0.3,5,5",
         "static:10.0.0.9/255.0.0.0,10.0.0.3,10.0.0.1"},
        {"100.100.100.100,k,200.200.200.200,200.200.200.201,,,255.255.255.240",
         "static:200.200.200.200/255.255.255.240,200.200.200.201,100.100.100.100"},
    };
    static const struct {
        const char *text, *words;
    } bad[] = {
        {",kernel,,10.0.0.1", "no client address"},
        {",kernel,,,,,255.0.0.0", "no client address"},
        {"10.0.0.1,kernel,10.0.0.9,,,,255.0.255.0", "255.0.255.0"},
        {"dhcp,10.0.0.1,,10.0.0.9", "dhcp and a client address"},
        {"bootp,,kernel,10.0.0.9", "bootp and a client address"},
    };
    char net[BOOT_ARGUMENTS_NET_LENGTH];

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        expect_parsed(good[i].text);
        assert_int_equal(boot_arguments_net(&found, net), OK);
        assert_string_equal(net, good[i].net);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        expect_parsed(bad[i].text);
        if (boot_arguments_net(&found, net) != ERROR_ARGUMENTS)
            fail_msg("\"%s\" was accepted", bad[i].text);
        if (strstr(error_detail(), bad[i].words) == NULL)
            fail_msg("\"%s\" is not in \"%s\"", bad[i].words, error_detail());
    }
}

static void test_file(void **state)
{
    static const struct {
        const char *text, *boot_file, *name;
    } files[] = {
        {",kernel", "boot/sawboot", "kernel"},
        {",dir\\kernel", "", "dir/kernel"},
        {",\\dir\\kernel", "/boot/sawboot", "/dir/kernel"},
        {",/dir/kernel", NULL, "/dir/kernel"},
        {",dir|kernel", NULL, "dir/kernel"},
        /* Beside the boot file, whose folder stays as the server knows it. */
        {",\\\\kernel", "boot/mac/booter", "boot/mac/kernel"},
        {",\\\\kernel", "/tftpboot/booter", "/tftpboot/kernel"},
        {",\\\\kernel", "/booter", "/kernel"},
        {",\\\\kernel", "booter", "kernel"},
        {",\\\\kernel", "", "kernel"},
        {",\\\\kernel", NULL, "kernel"},
        {",\\\\sub\\kernel", "boot\\booter", "boot\\sub/kernel"},
        {",\\\\\\kernel", "a/b", "a/kernel"},
        /* Only backslashes mean that. */
        {",//kernel", "a/b", "//kernel"},
        /* Without one, the server's, exactly as it said. */
        {"", "odd\\name|x", "odd\\name|x"},
        {"192.168.7.1", "kernel", "kernel"},
    };
    struct boot_arguments many;
    char name[BOOT_ARGUMENTS_FILE_LENGTH], small[9];

    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        error_t error;

        expect_parsed(files[i].text);
        error = boot_arguments_file(&found, files[i].boot_file, name, sizeof name);
        if (error != OK || strcmp(name, files[i].name) != 0)
            fail_msg("\"%s\": \"%s\" instead of \"%s\"", files[i].text,
                     error == OK ? name : error_detail(), files[i].name);
    }
    expect_parsed("192.168.7.1");
    assert_int_equal(boot_arguments_file(&found, "", name, sizeof name), ERROR_NET_NO_FILE);
    assert_int_equal(boot_arguments_file(&found, NULL, name, sizeof name), ERROR_NET_NO_FILE);
    expect_parsed(",dir\\");
    assert_int_equal(boot_arguments_file(&found, "x", name, sizeof name), ERROR_ARGUMENTS);
    expect_parsed(",\\\\");
    assert_int_equal(boot_arguments_file(&found, "a/x", name, sizeof name), ERROR_ARGUMENTS);
    expect_parsed(",/");
    assert_int_equal(boot_arguments_file(&found, "a/x", name, sizeof name), ERROR_ARGUMENTS);

    /* Exactly as long as there is room, and one more. */
    expect_parsed(",\\\\ernel");
    assert_int_equal(boot_arguments_file(&found, "ab/x", small, sizeof small), OK);
    assert_string_equal(small, "ab/ernel");
    assert_int_equal(boot_arguments_file(&found, "abc/x", small, sizeof small),
                     ERROR_ARGUMENTS_LENGTH);
    expect_parsed(",12345678");
    assert_int_equal(boot_arguments_file(&found, "", small, sizeof small), OK);
    expect_parsed(",123456789");
    assert_int_equal(boot_arguments_file(&found, "", small, sizeof small), ERROR_ARGUMENTS_LENGTH);
    memset(&many, 0, sizeof many);
    assert_int_equal(boot_arguments_file(&many, "12345678", small, sizeof small), OK);
    assert_int_equal(boot_arguments_file(&many, "123456789", small, sizeof small),
                     ERROR_ARGUMENTS_LENGTH);
}

/* Whatever the text: bounds are kept, what is taken is usable, a refusal says why. */
static void test_random_texts(void **state)
{
    static const char *const parts[] = {
        "bootp", "dhcp",     "rarp",     "10.0.0.1", "255.255.255.0",
        "0",     "speed=",   "\\\\",     "\\",       "/",
        ",",     ",",        ",",        "kernel",   "1.1.1.1",
        "5",     "99999999", "\x80\xFF", ".",        " ",
        "|",     "\n",       ":",        "0.0.0.0",  "224.0.0.1"};
    unsigned taken = 0, refused = 0;
    uint32_t seed = 4;

    (void)state;
    for (unsigned round = 0; round < 20000; round++) {
        char text[BOOT_ARGUMENTS_TEXT_LENGTH + 64] = "", net[BOOT_ARGUMENTS_NET_LENGTH];
        char name[64];
        size_t used = 0, count = random_next(&seed) % (round % 100 == 0 ? 300 : 12);

        for (size_t i = 0; i < count && used < BOOT_ARGUMENTS_TEXT_LENGTH + 32; i++)
            used += (size_t)sprintf(text + used, "%s",
                                    parts[random_next(&seed) % (sizeof parts / sizeof *parts)]);
        error_clear();
        if (boot_arguments_parse(text, &found) != OK) {
            refused++;
            assert_false(found.given);
            assert_true(error_detail()[0] != '\0');
            continue;
        }
        taken++;
        assert_true(memchr(found.file, '\0', sizeof found.file) != NULL);
        assert_true(strlen(found.file) <= used);
        assert_true(found.server == 0 || address_is_host(found.server));
        assert_true(found.client == 0 || address_is_host(found.client));
        assert_true(found.gateway == 0 || address_is_host(found.gateway));
        if (boot_arguments_net(&found, net) == OK) {
            assert_true(strlen(net) < sizeof net);
            assert_int_equal(found.client != 0, strncmp(net, "static:", 7) == 0);
        }
        if (boot_arguments_file(&found, "boot/mac/x", name, sizeof name) == OK) {
            assert_true(name[0] != '\0' && strlen(name) < sizeof name);
            assert_null(strchr(name, '\\'));
            assert_true(name[strlen(name) - 1] != '/');
        }
    }
    /* Both happen, or the loop tests nothing. */
    assert_true(taken > 1000 && refused > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_common_forms), cmocka_unit_test(test_every_field),
        cmocka_unit_test(test_refusals),     cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_net),          cmocka_unit_test(test_file),
        cmocka_unit_test(test_random_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
