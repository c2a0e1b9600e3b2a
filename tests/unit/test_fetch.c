/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include "boot/host/host.h"
#include "net/fetch.h"
#include "net/network.h"
#include "peer.h"
#include "peer_tftp.h"

/* After the rest, for it makes a macro of fail. */
#include <cmocka.h>

static struct peer_tftp *server;
static struct fetched_file file;

static int set_up(void **state)
{
    (void)state;
    peer_start_with(64u << 20);
    peer_configure();
    server = peer_tftp_start(100000);
    error_clear();
    return 0;
}

/* --- URIs
 * -------------------------------------------------------------------------------------------- */

static void expect_uri(const char *text, const char *server_text, unsigned port, const char *path)
{
    struct fetch_uri uri;

    assert_int_equal(fetch_parse(text, &uri), OK);
    assert_int_equal(uri.server, server_text != NULL ? peer_address(server_text) : 0);
    assert_int_equal(uri.port, port);
    assert_string_equal(uri.path, path);
}

static void test_uris(void **state)
{
    struct fetch_uri uri;
    char longest[FETCH_PATH_LENGTH + 1];

    (void)state;
    expect_uri("mach_kernel", NULL, 0, "mach_kernel");
    expect_uri("a/b", NULL, 0, "a/b");
    expect_uri("/a/b", NULL, 0, "/a/b");
    expect_uri("a b%20c", NULL, 0, "a b%20c"); /* exactly as written */
    expect_uri("a//b://c", NULL, 0, "a//b://c");
    expect_uri("C:\\boot", NULL, 0, "C:\\boot");
    expect_uri("tftp://10.0.0.1/x", "10.0.0.1", 0, "x");
    expect_uri("TFTP://10.0.0.1:6969/a/b", "10.0.0.1", 6969, "a/b");
    expect_uri("tftp://10.0.0.1//abs", "10.0.0.1", 0, "/abs");
    expect_uri("tftp://10.0.0.1/a%20b%2Fc%c3%A9", "10.0.0.1", 0, "a b/c\303\251");
    expect_uri("tftp:///on/boot/server", NULL, 0, "on/boot/server");
    expect_uri("tftp://:70/x", NULL, 70, "x");
    expect_uri("//10.0.0.1/x", "10.0.0.1", 0, "x");
    expect_uri("///x", NULL, 0, "x");
    assert_int_equal(fetch_parse("http://10.0.0.1/x", &uri), OK);
    assert_string_equal(uri.scheme, "http");
    memset(longest, 'x', sizeof longest);
    longest[FETCH_PATH_LENGTH - 1] = '\0';
    expect_uri(longest, NULL, 0, longest);
}

/* Files that came with the loader have no server. */
static void test_local_uris(void **state)
{
    static const char *const local[] = {"module:x", "module:/a/b", "module:0",
                                        "module://10.0.0.1/x"};
    static const char *const remote[] = {"modul:x",          "module/x", "tftp:x", "MODULE:x",
                                         "tftp://1.2.3.4/x", "",         "x:y",    ":x"};
    struct fetch_uri uri;

    (void)state;
    for (size_t i = 0; i < sizeof local / sizeof *local; i++) {
        assert_true(fetch_is_local(local[i]));
        expect_uri(local[i], NULL, 0, local[i] + strlen("module:"));
    }
    assert_int_equal(fetch_parse("module:a%20b c", &uri), OK);
    assert_string_equal(uri.scheme, "module");
    assert_string_equal(uri.path, "a%20b c");
    for (size_t i = 0; i < sizeof remote / sizeof *remote; i++)
        assert_false(fetch_is_local(remote[i]));
    /* What is like no scheme that there is stays a path on the boot server. */
    expect_uri("modul:x", NULL, 0, "modul:x");
    assert_int_equal(fetch_parse("module:", &uri), ERROR_FETCH_URI);
    assert_int_equal(fetch_parse("module:a\tb", &uri), ERROR_FETCH_URI);
}

static void test_bad_uris(void **state)
{
    static const char *const bad[] = {
        "",
        "tftp://10.0.0.1",
        "tftp://10.0.0.1/",
        "tftp://ser ver/x",
        "tftp://10.0.0/x",
        "tftp://10.0.0.1x/x",
        "tftp://server:/x",
        "tftp://10.0.0.1:/x",
        "tftp://10.0.0.1:0/x",
        "tftp://10.0.0.1:65536/x",
        "tftp://10.0.0.1:123456/x",
        "tftp://10.0.0.1:6x/x",
        "tftp://10.0.0.1:69:70/x",
        "tftp://127.0.0.1/x",
        "tftp://10.0.0.1/a%2",
        "tftp://10.0.0.1/a%",
        "tftp://10.0.0.1/a%zz",
        "tftp://10.0.0.1/a%00",
        "tftp://10.0.0.1/a%0A",
        "//10.0.0.1/%1b[2J",
        "//10.0.0.1/a%7f",
        "//x",
        "//",
        "averyveryverylongscheme://10.0.0.1/x",
        "bell\007",
        "\177",
    };
    struct fetch_uri uri;
    char text[FETCH_PATH_LENGTH + 40];

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (fetch_parse(bad[i], &uri) != ERROR_FETCH_URI)
            fail_msg("\"%s\" passed", bad[i]);
    memset(text, 'x', sizeof text);
    text[FETCH_PATH_LENGTH] = '\0';
    assert_int_equal(fetch_parse(text, &uri), ERROR_FETCH_URI);
    memset(text, 'x', sizeof text);
    memcpy(text, "tftp://10.0.0.1/", 16);
    text[16 + FETCH_PATH_LENGTH] = '\0';
    assert_int_equal(fetch_parse(text, &uri), ERROR_FETCH_URI);
    memset(text, 'x', sizeof text);
    memcpy(text, "module:", 7);
    text[7 + FETCH_PATH_LENGTH] = '\0';
    assert_int_equal(fetch_parse(text, &uri), ERROR_FETCH_URI);
    text[7 + FETCH_PATH_LENGTH - 1] = '\0';
    assert_int_equal(fetch_parse(text, &uri), OK);
}

/* --- Files
 * ---------------------------------------------------------------------------------------------- */

static void expect_file(const char *uri, size_t limit)
{
    assert_int_equal(fetch_file(uri, limit, &file), OK);
    assert_string_equal(file.name, uri);
    assert_int_equal(file.length, server->size);
    assert_memory_equal(file.bytes, peer_pattern(0),
                        file.length < PEER_PATTERN ? file.length : PEER_PATTERN);
    for (size_t at = PEER_PATTERN; at < file.length; at += 1000)
        assert_int_equal(file.bytes[at], *peer_pattern(at));
    assert_int_equal(file.claimed % 4096, 0);
    assert_true(file.claimed >= file.length && file.claimed < file.length + 4096 + 1);
    assert_int_equal(host_claimed(), file.claimed);
    fetch_release(&file);
    assert_int_equal(host_claimed(), 0);
    assert_null(file.bytes);
    fetch_release(&file); /* harmless */
}

static void test_known_size(void **state)
{
    (void)state;
    expect_file("mach_kernel", SIZE_MAX);
    assert_non_null(strstr(host_console(), "mach_kernel [####################] 100%"));
    server->size = 8192;
    expect_file("tftp://10.0.2.2/page/multiple", SIZE_MAX);
    assert_string_equal(server->path, "page/multiple");
    server->size = 1;
    expect_file("//10.0.2.2/one", 1);
}

static void test_unknown_size(void **state)
{
    (void)state;
    server->options = OPTIONS_IGNORED;
    expect_file("mach_kernel", SIZE_MAX);
    expect_file("mach_kernel", 100000);
    server->size = 5;
    expect_file("small", 5);
    server->size = 0;
    expect_file("empty", 5);
}

static void test_large_file(void **state)
{
    (void)state;
    server->size = 40u * 1000 * 1000;
    expect_file("large", SIZE_MAX);
}

static void expect_failure(const char *uri, size_t limit, error_t error, const char *words)
{
    assert_int_equal(fetch_file(uri, limit, &file), error);
    if (strstr(error_detail(), words) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", words, error_detail());
    assert_int_equal(host_claimed(), 0);
    assert_null(file.bytes);
}

static void test_limit(void **state)
{
    (void)state;
    expect_failure("x", 99999, ERROR_FETCH_LIMIT, "has 100000 bytes, 99999 are the most");
    assert_int_equal(server->data_packets, 0);
    set_up(state);
    server->options = OPTIONS_IGNORED;
    expect_failure("x", 99999, ERROR_FETCH_LIMIT, "more than 99999 bytes");
    assert_non_null(strstr(host_console(), "not complete"));
}

static void test_memory(void **state)
{
    (void)state;
    server->size = 65u << 20;
    expect_failure("x", SIZE_MAX, ERROR_MEMORY_CLAIM, "68157440 bytes for \"x\"");
    set_up(state);
    server->announced = UINT64_MAX - 1;
    expect_failure("x", SIZE_MAX, sizeof(size_t) == 8 ? ERROR_MEMORY_CLAIM : ERROR_FETCH_LIMIT,
                   "\"x\"");
    set_up(state);
    host_limit_claims(65536);
    server->options = OPTIONS_IGNORED;
    expect_failure("x", SIZE_MAX, ERROR_MEMORY_CLAIM, "larger than the largest free memory, 65536");
    set_up(state);
    host_limit_claims(100);
    server->options = OPTIONS_IGNORED;
    expect_failure("x", SIZE_MAX, ERROR_MEMORY_CLAIM, "size the server does not tell");
}

/*
 * Whatever a server announces and whatever it sends then: no more is claimed than the limit,
 * rounded up to a page, nothing but that is written to, and after a failure nothing stays claimed.
 */
static void test_announced_and_sent(void **state)
{
    static const uint64_t sizes[] = {
        0,      1,      4095,       4096,          65535,          99999,          100000,
        100001, 300000, 0x7FFFFFFF, 0xFFFFFFFFull, 0x100000000ull, UINT64_MAX - 1,
    };
    const size_t limit = 100000, room = 102400, count = sizeof sizes / sizeof *sizes;
    unsigned arrived = 0;

    (void)state;
    for (size_t i = 0; i < 2 * count * 9; i++) {
        uint64_t sent = sizes[i / 2 % 9];
        size_t size = 64u << 20;

        set_up(state);
        size = host_memory_size();
        server->size = sent;
        server->announced = sizes[i / 18];
        server->no_size = i % 2 != 0;
        /* One page more, and a claim that should not be made would be met. */
        host_limit_claims(room);
        error_t error = fetch_file("x", limit, &file);

        assert_true(host_claimed() <= room);
        if (error == OK) {
            assert_int_equal(file.length, sent);
            assert_true(sent <= limit);
            arrived++;
        } else {
            assert_int_equal(host_claimed(), 0);
            assert_null(file.bytes);
        }
        /* Claims come from the top, below a megabyte of firmware's. */
        for (size_t at = 0; at < size - (1u << 20) - room; at += 61)
            if (*host_memory(at) != 0xA5)
                fail_msg("%zx was written to", at);
        fetch_release(&file);
        assert_int_equal(host_claimed(), 0);
    }
    /* Those that are not too large: without a size told always, else if it was the right one. */
    assert_true(arrived >= 7 * count + 7);
}

static void test_failures(void **state)
{
    (void)state;
    server->error_block = 30;
    server->error_number = 0;
    server->error_text = "broken";
    expect_failure("x", SIZE_MAX, ERROR_TFTP_SERVER, "broken");
    expect_failure("http://10.0.2.2/x", SIZE_MAX, ERROR_FETCH_URI, "scheme http is not known");
    expect_failure("", SIZE_MAX, ERROR_FETCH_URI, "empty");
    fetch_set_server(0);
    expect_failure("x", SIZE_MAX, ERROR_NET_NO_SERVER, "\"x\"");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, set_up)
    const struct CMUnitTest tests[] = {
        TEST(test_uris),       TEST(test_local_uris),   TEST(test_bad_uris),
        TEST(test_known_size), TEST(test_unknown_size), TEST(test_large_file),
        TEST(test_limit),      TEST(test_memory),       TEST(test_announced_and_sent),
        TEST(test_failures),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
