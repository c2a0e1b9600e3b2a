/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/host/host.h"
#include "lib/bytes.h"
#include "net/fetch.h"
#include "net/network.h"
#include "net/round_trip.h"
#include "net/stack.h"
#include "net/tftp.h"
#include "net/tftp_packet.h"
#include "peer.h"
#include "peer_tftp.h"

/* After the rest, for it makes a macro of fail. */
#include <cmocka.h>

/* Compares what comes with the pattern and keeps nothing. */
static struct {
    struct fetch_sink sink;
    uint64_t announced, received;
    unsigned begins;
    bool wrong;
    unsigned wrong_bytes; /* since the last beginning */
    error_t begin_error, write_error;
    uint64_t write_error_at;
} judge;

static error_t judge_begin(struct fetch_sink *sink, uint64_t size)
{
    (void)sink;
    judge.begins++;
    judge.announced = size;
    return judge.begin_error;
}

static error_t judge_write(struct fetch_sink *sink, uint64_t offset, const uint8_t *bytes,
                           size_t length)
{
    (void)sink;
    if (judge.write_error != OK && offset >= judge.write_error_at)
        return judge.write_error;
    if (offset == 0) /* from the beginning again */
        judge.received = judge.wrong_bytes = 0;
    judge.wrong_bytes += memcmp(bytes, peer_pattern(offset), length) != 0;
    if (offset != judge.received || memcmp(bytes, peer_pattern(offset), length) != 0)
        judge.wrong = true;
    judge.received += length;
    return OK;
}

static struct peer_tftp *server;

static int set_up(void **state)
{
    (void)state;
    peer_start();
    peer_configure();
    server = peer_tftp_start(100000);
    memset(&judge, 0, sizeof judge);
    judge.sink.begin = judge_begin;
    judge.sink.write = judge_write;
    error_clear();
    return 0;
}

static error_t fetch(const char *path)
{
    struct fetch_uri uri = {.scheme = "tftp", .server = peer_address("10.0.2.2")};

    snprintf(uri.path, sizeof uri.path, "%s", path);
    return tftp_fetch(&uri, &judge.sink);
}

static void expect_whole_file(void)
{
    assert_int_equal(fetch("mach_kernel"), OK);
    assert_int_equal(judge.received, server->size);
    assert_false(judge.wrong);
    assert_int_equal(judge.begins, 1);
}

static void expect_failure(error_t error, const char *words)
{
    assert_int_equal(fetch("mach_kernel"), error);
    if (strstr(error_detail(), words) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", words, error_detail());
    assert_false(judge.wrong);
}

static void expect_console(const char *words)
{
    if (strstr(host_console(), words) == NULL)
        fail_msg("\"%s\" is not on the console:\n%s", words, host_console());
}

static void wait_ms(uint64_t milliseconds)
{
    uint64_t until = platform_milliseconds() + milliseconds;

    while (platform_milliseconds() < until)
        network_poll();
}

/* --- Well-behaved servers -----------------------------------------------------------------------
 */

static void test_options(void **state)
{
    (void)state;
    expect_whole_file();
    assert_string_equal(server->path, "mach_kernel");
    assert_int_equal(server->asked_block_size, 1468);
    assert_int_equal(server->asked_timeout, 1);
    /* Behind a gateway a round trip may take longer than that. */
    set_up(state);
    network_set_address(peer_address("10.0.2.15"), peer_address("255.255.255.255"),
                        peer_address("10.0.2.1"));
    expect_whole_file();
    assert_int_equal(server->asked_timeout, 2);
    assert_int_equal(judge.announced, 100000);
    assert_int_equal(server->data_packets, 100000 / 1468 + 1);
    assert_int_equal(server->acks, server->data_packets + 1);
    assert_true(server->complete);
    assert_int_equal(server->requests, 1);
}

static void test_sizes(void **state)
{
    static const uint64_t sizes[] = {0, 1, 511, 512, 513, 1467, 1468, 1469, 2936, 65536};

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        set_up(state);
        server->size = sizes[i];
        expect_whole_file();
        assert_true(server->complete);
        set_up(state);
        server->size = sizes[i];
        server->options = OPTIONS_IGNORED;
        expect_whole_file();
        assert_true(server->complete);
    }
}

static void test_no_options_known(void **state)
{
    (void)state;
    server->options = OPTIONS_IGNORED;
    expect_whole_file();
    assert_int_equal(judge.announced, FETCH_SIZE_UNKNOWN);
    assert_int_equal(server->data_packets, 100000 / 512 + 1);
    assert_int_equal(server->requests, 1);
}

static void test_options_refused(void **state)
{
    static const unsigned numbers[] = {8, 4, 0};

    for (size_t i = 0; i < 3; i++) {
        set_up(state);
        server->options = OPTIONS_REFUSED;
        server->refusal = numbers[i];
        expect_whole_file();
        /* First without the youngest option, then without any. */
        assert_int_equal(server->requests, 3);
        assert_int_equal(server->requests_with_options, 2);
        assert_int_equal(server->windows_asked, 1);
        expect_console("refuses options");
        expect_console("no options?please");
    }
}

/* The refusal is late: meanwhile a request without options has been sent, and lost. */
static unsigned late_requests;
static void refuse_late(const struct peer_datagram *datagram)
{
    static const uint8_t refusal[] = {0, 5, 0, 8, 'n', 'o', 0};
    uint8_t data[5] = {0, 3, 0, 1, 0};

    data[4] = *peer_pattern(0);
    if (datagram->to_port != 69)
        return;
    late_requests++;
    if (late_requests == 4)
        peer_send(datagram->to, 4001, datagram->from, datagram->from_port, refusal, sizeof refusal);
    else if (late_requests == 5)
        peer_send(datagram->to, 4002, datagram->from, datagram->from_port, data, sizeof data);
}

static void test_options_refused_late(void **state)
{
    (void)state;
    late_requests = 0;
    peer_on_receive(refuse_late);
    assert_int_equal(fetch("x"), OK);
    assert_int_equal(judge.received, 1);
    assert_int_equal(late_requests, 5);
}

static void test_options_swallowed(void **state)
{
    (void)state;
    server->options = OPTIONS_SWALLOWED;
    expect_whole_file();
    assert_int_equal(server->requests_with_options, 3);
    assert_int_equal(server->requests, 4);
}

static void test_small_block_granted(void **state)
{
    (void)state;
    server->block_limit = 1000;
    expect_whole_file();
    assert_int_equal(server->data_packets, 100000 / 1000 + 1);
}

static void test_no_size_told(void **state)
{
    (void)state;
    server->no_size = true;
    expect_whole_file();
    assert_int_equal(judge.announced, FETCH_SIZE_UNKNOWN);
    set_up(state);
    server->announced = 0;
    expect_whole_file();
    assert_int_equal(judge.announced, FETCH_SIZE_UNKNOWN);
}

static void test_own_port(void **state)
{
    struct fetch_uri uri = {.scheme = "tftp", .port = 6969, .path = "x"};

    (void)state;
    uri.server = peer_address("10.0.2.2");
    server->deaf_requests = 100;
    host_clock_step_us(5000);
    peer_on_receive(NULL);
    assert_int_equal(tftp_fetch(&uri, &judge.sink), ERROR_TFTP_NO_ANSWER);
    assert_non_null(strstr(error_detail(), "port 6969"));
}

/* --- Loss
 * ----------------------------------------------------------------------------------------- */

static void test_requests_lost(void **state)
{
    (void)state;
    server->deaf_requests = 2;
    expect_whole_file();
    assert_int_equal(server->requests, 3);
    expect_console("no answer from 10.0.2.2 yet");
}

/* Machines whose first requests got lost at the same moment do not ask again at the same moment. */
static void test_requests_spread(void **state)
{
    uint64_t shortest = UINT64_MAX, longest = 0;

    for (uint8_t i = 0; i < 32; i++) {
        uint64_t before;

        set_up(state);
        peer_nic()->address[5] = i;
        network_start(peer_nic());
        peer_configure();
        server->deaf_requests = 1;
        before = platform_milliseconds();
        expect_whole_file();
        before = platform_milliseconds() - before;
        assert_int_equal(server->requests, 2);
        shortest = before < shortest ? before : shortest;
        longest = before > longest ? before : longest;
    }
    /* A second, give or take a quarter. */
    assert_in_range(shortest, 750, 900);
    assert_in_range(longest, 1100, 1300);
}

static void test_acknowledgements_lost(void **state)
{
    (void)state;
    server->deaf_acks_from = 10;
    server->deaf_acks = 2;
    expect_whole_file();
    /* The OACK's, too. */
    set_up(state);
    server->deaf_acks = 1;
    expect_whole_file();
}

static void test_server_repeats(void **state)
{
    (void)state;
    server->repeat_ms = 600;
    server->repeat_oack = true;
    server->deaf_acks = 1;
    expect_whole_file();
    assert_int_equal(server->oacks, 2);
    set_up(state);
    /* Ours come 50, 150, 350, 750 and 1550 ms after the first. */
    server->repeat_ms = 1400;
    server->deaf_acks_from = 5;
    server->deaf_acks = 5;
    expect_whole_file();
    assert_int_equal(server->data_packets, 100000 / 1468 + 2);
}

static void test_seeds(void **state)
{
    for (uint32_t seed = 1; seed <= 60; seed++) {
        set_up(state);
        peer_impair(seed * 2654435761u, 50, 50, 50);
        server->size = 300000 + seed * 97;
        /* A server that never repeats by itself has to answer a repeated acknowledgement. */
        server->repeat_ms = seed % 3 * 700;
        server->sorcerer = seed % 3 == 0;
        server->repeat_oack = seed % 2;
        server->wrap = seed % 2;
        server->options = seed % 4 == 0 ? OPTIONS_IGNORED : OPTIONS_TAKEN;
        server->every_request = seed % 5 == 0;
        expect_whole_file();
        assert_true(peer_frames_lost > 0);
    }
}

static void test_sorcerers_apprentice(void **state)
{
    (void)state;
    server->sorcerer = true;
    peer_impair(12345, 0, 30, 30);
    server->size = 1000000;
    expect_whole_file();
    /* Some duplicates from the wire, but no doubling of all that follows. */
    assert_true(server->acks < 1000000 / 1468 + 120);
    assert_true(server->data_packets < 1000000 / 1468 + 120);
}

static void test_last_acknowledgement_lost(void **state)
{
    (void)state;
    server->size = 1000;
    server->deaf_acks_from = 1;
    server->deaf_acks = 2;
    server->repeat_ms = 700;
    expect_whole_file();
    assert_false(server->complete);
    wait_ms(3000);
    assert_true(server->complete);
    /* Foreign packets to the old endpoint are nothing to it. */
    peer_tftp_send(1, (const uint8_t *)"\0\3\0\1", 4);
    wait_ms(10);
    assert_int_equal(server->acks, 4);
}

static void test_server_dies(void **state)
{
    (void)state;
    server->silent_from = 20;
    host_clock_step_us(200);
    expect_failure(ERROR_TFTP_LOST, "after 27892 bytes");
    expect_console("went silent, starting \"mach_kernel\" again");
    expect_console("acknowledging again");
    /* With full blocks, since these came; and once only, as it got no further. */
    assert_int_equal(server->requests, 2);
    assert_int_equal(judge.received, 19 * 1468);
    assert_int_equal(judge.begins, 1);
}

static void test_server_comes_back(void **state)
{
    (void)state;
    /* Dead in the middle of the first run only. */
    server->path_limit = 1467;
    server->block_limit = 1468;
    host_clock_step_us(200);
    expect_whole_file();
    expect_console("blocks of 512 bytes");
    assert_int_equal(server->asked_block_size, 512);
}

/* The start goes over a path for full frames, then the route changes: only small ones pass. */
static uint64_t limit_path_after;
static error_t limiting_write(struct fetch_sink *sink, uint64_t offset, const uint8_t *bytes,
                              size_t length)
{
    if (offset >= limit_path_after)
        server->path_limit = 1000;
    return judge_write(sink, offset, bytes, length);
}

static error_t slow_write(struct fetch_sink *sink, uint64_t offset, const uint8_t *bytes,
                          size_t length)
{
    if (server->path_limit == 1000)
        peer_delay(2000000, 0, 0, 0);
    return limiting_write(sink, offset, bytes, length);
}

/* Nobody can tell that the first answer is forged; but nothing of it stays in the file. */
static void test_forged_answer(void **state)
{
    (void)state;
    server->deaf_requests = 1;
    server->forged = true;
    host_clock_step_us(200);
    assert_int_equal(fetch("mach_kernel"), OK);
    assert_int_equal(server->requests, 2);
    assert_int_equal(judge.received, server->size);
    assert_int_equal(judge.wrong_bytes, 0);
    expect_console("went silent, starting \"mach_kernel\" again");
}

/* The second start gets its blocks so slowly that it would take hours to get further. */
static void test_second_start_behind(void **state)
{
    uint64_t began = platform_milliseconds();

    (void)state;
    limit_path_after = 1000000;
    judge.sink.write = slow_write;
    server->size = 3000000;
    host_clock_step_us(200);
    expect_failure(ERROR_TFTP_LOST, "bytes");
    assert_true(judge.received < limit_path_after);
    assert_in_range(platform_milliseconds() - began, 60000, 180000);
}

static void test_black_hole_in_the_middle(void **state)
{
    (void)state;
    limit_path_after = 50000;
    judge.sink.write = limiting_write;
    host_clock_step_us(200);
    expect_whole_file();
    assert_int_equal(server->requests, 3);
    /* Another size at the second start: not the same file any more. */
    set_up(state);
    judge.sink.write = limiting_write;
    server->announced_later = 5;
    host_clock_step_us(200);
    expect_failure(ERROR_TFTP_SIZE, "100000 bytes at first, 5 at the second start");
    /* No size to compare, but it ends before what we have. */
    set_up(state);
    judge.sink.write = limiting_write;
    server->no_size = true;
    host_clock_step_us(200);
    expect_whole_file();
}

static uint64_t shrink_after;
static error_t shrinking_write(struct fetch_sink *sink, uint64_t offset, const uint8_t *bytes,
                               size_t length)
{
    if (offset >= shrink_after) {
        server->path_limit = 1000;
        server->size = 2000;
    }
    return judge_write(sink, offset, bytes, length);
}

static void test_shorter_at_second_start(void **state)
{
    (void)state;
    shrink_after = 30000;
    judge.sink.write = shrinking_write;
    server->no_size = true;
    host_clock_step_us(200);
    expect_failure(ERROR_TFTP_SIZE, "the last block ends at 2000");
}

static void test_size_learnt_at_second_start(void **state)
{
    (void)state;
    /* A second start whose OACK has the size, after a first one that had none. */
    server->announced = 0;
    server->announced_later = 100000;
    limit_path_after = 50000;
    judge.sink.write = limiting_write;
    host_clock_step_us(200);
    expect_whole_file();
}

static void test_nobody_there(void **state)
{
    uint64_t before;

    (void)state;
    server->deaf_requests = 1000;
    host_clock_step_us(500);
    before = platform_milliseconds();
    expect_failure(ERROR_TFTP_NO_ANSWER, "10.0.2.2, port 69");
    assert_in_range(platform_milliseconds() - before, 59000, 62000);
    assert_in_range(server->requests, 8, 14);
    set_up(state);
    peer_answer_arp(false);
    peer_link(false);
    host_clock_step_us(500);
    expect_failure(ERROR_TFTP_NO_ANSWER, "requests in 60 s");
    expect_console("the link is down");
}

static void test_unreachable(void **state)
{
    (void)state;
    network_set_address(peer_address("10.0.9.15"), peer_address("255.255.255.0"), 0);
    expect_failure(ERROR_TFTP_NO_ANSWER, "no gateway");
    network_stop();
    assert_int_equal(fetch("x"), ERROR_NET_STACK);
}

static void test_port_closed(void **state)
{
    uint64_t before;

    (void)state;
    peer_on_receive(peer_refuse);
    host_clock_step_us(500);
    before = platform_milliseconds();
    expect_failure(ERROR_TFTP_NO_ANSWER, "nothing listens on UDP port 69");
    assert_true(platform_milliseconds() - before < 10000);
}

/* A machine that was asked at one address and answers from another. */
static unsigned elsewhere_answers, elsewhere_acks;
static void answer_from_elsewhere(const struct peer_datagram *datagram)
{
    uint8_t data[5] = {0, 3, 0, 1, 0};

    data[4] = *peer_pattern(0);
    if (datagram->to == peer_address("10.0.2.3")) {
        elsewhere_acks += get_be16(datagram->bytes) == 4 && datagram->to_port == 4000;
        return;
    }
    elsewhere_answers++;
    peer_send(peer_address("10.0.2.3"), 4000, datagram->from, datagram->from_port, data,
              sizeof data);
}

static void test_stranger_answers(void **state)
{
    (void)state;
    /* However often it answers, it is not the one that was asked. */
    peer_on_receive(answer_from_elsewhere);
    elsewhere_answers = elsewhere_acks = 0;
    host_clock_step_us(500);
    expect_failure(ERROR_TFTP_NO_ANSWER, "an answer came from 10.0.2.3 instead");
    assert_int_equal(judge.received, 0);
    assert_true(elsewhere_answers > 3);
    assert_int_equal(elsewhere_acks, 0);
}

static void test_card_does_not_send(void **state)
{
    (void)state;
    peer_transmit_fails(true);
    host_clock_step_us(500);
    assert_int_equal(fetch("x"), ERROR_TFTP_NO_ANSWER);
}

/* --- Links that come and go
 * ------------------------------------------------------------------------------------- */

static uint64_t cut_after, cut_down_ms, cut_blocked_ms;
static error_t cutting_write(struct fetch_sink *sink, uint64_t offset, const uint8_t *bytes,
                             size_t length)
{
    if (cut_after != 0 && offset >= cut_after) {
        cut_after = 0;
        if (cut_down_ms != 0)
            peer_cut(cut_down_ms, cut_blocked_ms);
        else
            peer_flap();
    }
    return judge_write(sink, offset, bytes, length);
}

static uint64_t cut(uint64_t down_ms, uint64_t blocked_ms)
{
    judge.sink.write = cutting_write;
    server->repeat_ms = 1000;
    cut_after = 50000;
    cut_down_ms = down_ms;
    cut_blocked_ms = blocked_ms;
    host_clock_step_us(200);
    return platform_milliseconds();
}

static void test_link_flap(void **state)
{
    uint64_t before;

    (void)state;
    before = cut(5000, 0);
    expect_whole_file();
    assert_int_equal(server->requests, 1);
    assert_in_range(platform_milliseconds() - before, 5000, 10000);
    expect_console("the link is down");
    expect_console("the link is up again");
    /* And a switch that learns its tree again before it forwards. */
    set_up(state);
    before = cut(20000, 50000);
    expect_whole_file();
    assert_int_equal(server->requests, 1);
    assert_in_range(platform_milliseconds() - before, 70000, 75000);
}

static void test_link_flap_and_server_gone(void **state)
{
    uint64_t before;

    (void)state;
    server->gone_from = 50000 / 1468 + 2;
    before = cut(5000, 20000);
    expect_whole_file();
    assert_int_equal(server->requests, 2);
    assert_int_equal(server->asked_block_size, 1468); /* the path is not to blame */
    assert_true(platform_milliseconds() - before < 40000);
    assert_in_range(server->acks_of_gone, 3, 8);
}

static void test_link_stays_down(void **state)
{
    uint64_t before;

    (void)state;
    before = cut(1000000, 0);
    expect_failure(ERROR_TFTP_LOST, ", the link is down");
    assert_in_range(platform_milliseconds() - before, 60000, 62000);
    assert_int_equal(server->requests, 1);
    set_up(state);
    before = cut(0, 0);
    assert_int_equal(fetch("x"), ERROR_TFTP_LOST);
    assert_true(platform_milliseconds() - before < 140000);
}

/* Dead a while after each start, but further each time. */
static error_t dying_write(struct fetch_sink *sink, uint64_t offset, const uint8_t *bytes,
                           size_t length)
{
    server->silent_from = offset / 512 < 30 ? 60 : offset / 512 < 70 ? 120 : 0;
    return judge_write(sink, offset, bytes, length);
}

static void test_many_starts(void **state)
{
    (void)state;
    judge.sink.write = dying_write;
    server->block_limit = 512;
    server->silent_from = 60;
    host_clock_step_us(200);
    expect_whole_file();
}

/* --- How long to wait
 * ------------------------------------------------------------------------------------- */

static void test_round_trip(void **state)
{
    struct round_trip trip;

    (void)state;
    round_trip_begin(&trip);
    assert_int_equal(trip.timeout_ms, 1000);
    round_trip_measured(&trip, 0);
    assert_int_equal(trip.timeout_ms, 50);
    round_trip_repeated(&trip);
    round_trip_repeated(&trip);
    assert_int_equal(trip.timeout_ms, 200);
    for (unsigned i = 0; i < 10; i++)
        round_trip_repeated(&trip);
    assert_int_equal(trip.timeout_ms, 1000);
    round_trip_measured(&trip, 1); /* the doubling is over */
    assert_in_range(trip.timeout_ms, 50, 52);
    /* RFC 6298 rule 2.2: R, R / 2, so R + 4 * R / 2. */
    round_trip_begin(&trip);
    round_trip_measured(&trip, 200);
    assert_int_equal(trip.timeout_ms, 600);
    /* Steady: never nearer than a second round trip. */
    for (unsigned i = 0; i < 1000; i++)
        round_trip_measured(&trip, 200);
    assert_in_range(trip.timeout_ms, 395, 405);
    /* It follows a change both ways and does not run away. */
    for (unsigned i = 0; i < 100; i++)
        round_trip_measured(&trip, 1500);
    assert_in_range(trip.timeout_ms, 2900, 3100);
    for (unsigned i = 0; i < 100; i++)
        round_trip_measured(&trip, 2);
    assert_in_range(trip.timeout_ms, 50, 100);
    round_trip_measured(&trip, UINT64_MAX);
    assert_int_equal(trip.timeout_ms, 4000);
}

/* One packet in a hundred is lost, either way, on a fast network. */
static void test_speed_under_loss(void **state)
{
    uint64_t before = platform_milliseconds(), rate;

    (void)state;
    server->size = 3000000;
    server->sorcerer = true; /* as far as it sends a block again when asked again */
    peer_impair(4711, 10, 0, 0);
    expect_whole_file();
    rate = server->size * 1000 / (platform_milliseconds() - before);
    print_message("1 %% loss, server answers repeated acknowledgements: %u kB/s\n",
                  (unsigned)(rate / 1000));
    assert_true(rate > 500000);
    /* A server that sends again at its own time only. */
    set_up(state);
    before = platform_milliseconds();
    server->size = 3000000;
    server->repeat_ms = 1000;
    peer_impair(4711, 10, 0, 0);
    expect_whole_file();
    rate = server->size * 1000 / (platform_milliseconds() - before);
    print_message("1 %% loss, server repeats after a second: %u kB/s\n", (unsigned)(rate / 1000));
    assert_true(rate > 100000);
}

/* Nothing is lost: nothing has to be sent twice, however long the way is. */
static void test_slow_paths(void **state)
{
    static const unsigned trips_ms[] = {1, 20, 100, 300, 600, 750};

    for (size_t i = 0; i < sizeof trips_ms / sizeof trips_ms[0]; i++) {
        set_up(state);
        host_clock_step_us(100);
        peer_impair(1 + (uint32_t)i, 0, 0, 0);
        peer_delay(trips_ms[i] * 1000, trips_ms[i] * 300, 0, 0);
        server->sorcerer = true;
        expect_whole_file();
        assert_int_equal(server->acks, server->data_packets + 1);
        assert_int_equal(server->data_packets, 100000 / 1468 + 1);
    }
    /* Longer than the first wait: that one is repeated, and with a little luck no more. */
    set_up(state);
    host_clock_step_us(100);
    peer_delay(1500000, 0, 0, 0);
    server->sorcerer = true;
    expect_whole_file();
    assert_true(server->acks <= server->data_packets + 1 + 3);
    assert_true(server->data_packets <= 100000 / 1468 + 1 + 3);
}

/* Late packets, on a server that answers every acknowledgement: each costs some, none doubles. */
static void test_late_packets(void **state)
{
    unsigned blocks = 2000000 / 1468 + 1;

    (void)state;
    host_clock_step_us(50);
    server->size = 2000000;
    server->sorcerer = true;
    peer_impair(31337, 0, 0, 0);
    peer_delay(5000, 3000, 20, 300000);
    expect_whole_file();
    print_message("2 %% late by 300 ms: %u data packets for %u blocks\n", server->data_packets,
                  blocks);
    assert_true(server->data_packets < blocks + blocks / 50 * 5);
}

/* --- Windows (RFC 7440)
 * ----------------------------------------------------------------------------------- */

static unsigned blocks_of(uint64_t size, unsigned block_size)
{
    return (unsigned)(size / block_size) + 1;
}

static uint64_t window_began_ms;
static void use_window(void **state, unsigned limit)
{
    set_up(state);
    window_began_ms = platform_milliseconds();
    server->window_limit = limit;
}

static unsigned window_took_ms(void)
{
    return (unsigned)(platform_milliseconds() - window_began_ms);
}

static void test_window(void **state)
{
    use_window(state, 64);
    expect_whole_file();
    assert_int_equal(server->asked_window, TFTP_WINDOW);
    assert_int_equal(server->requests, 1);
    assert_int_equal(server->data_packets, blocks_of(100000, 1468));
    /* One for the OACK and one for each window. */
    assert_int_equal(server->acks, 1 + (blocks_of(100000, 1468) + 15) / 16);
    assert_true(server->complete);
    use_window(state, 7);
    expect_whole_file();
    assert_int_equal(server->acks, 1 + (blocks_of(100000, 1468) + 6) / 7);
}

static void test_window_of_the_card(void **state)
{
    static const struct {
        unsigned frames, window;
    } cards[] = {{0, 4}, {3, 4}, {9, 5}, {21, 16}, {63, 16}};

    for (size_t i = 0; i < sizeof cards / sizeof cards[0]; i++) {
        use_window(state, 64);
        peer_burst(cards[i].frames);
        expect_whole_file();
        assert_int_equal(server->asked_window, cards[i].window);
    }
    use_window(state, 64);
    tftp_limit_window(1);
    expect_whole_file();
    assert_int_equal(server->windows_asked, 0);
    assert_int_equal(server->asked_block_size, 1468);
    use_window(state, 64);
    tftp_limit_window(40);
    expect_whole_file();
    assert_int_equal(server->asked_window, 40);
    tftp_limit_window(0);
}

/* Files that end anywhere in a window, and with an empty block. */
static void test_window_sizes(void **state)
{
    static const int around[] = {-1, 0, 1};

    for (unsigned blocks = 0; blocks < 50; blocks++) {
        for (size_t i = 0; i < 3; i++) {
            if (blocks == 0 && around[i] < 0)
                continue;
            use_window(state, 64);
            server->size = (uint64_t)((int)blocks * 1468 + around[i]);
            expect_whole_file();
            assert_true(server->complete);
            assert_int_equal(server->data_packets, blocks_of(server->size, 1468));
        }
    }
}

/* The number wraps at every place of a window. */
static void test_window_wrap(void **state)
{
    for (unsigned wrap = 0; wrap < 2; wrap++) {
        for (unsigned limit = 2; limit <= 16; limit += 7) {
            for (int extra = -1; extra <= 1; extra++) {
                use_window(state, limit);
                server->block_limit = 512;
                server->wrap = wrap;
                server->size = (65536u + (unsigned)extra) * 512ull + 77;
                server->lost_block = 65534 + wrap;
                server->lost_times = 2;
                expect_whole_file();
                assert_true(server->complete);
            }
        }
    }
    for (unsigned wrap = 0; wrap < 2; wrap++) {
        use_window(state, 16);
        server->block_limit = 512;
        server->wrap = wrap;
        server->size = 65700ull * 512;
        peer_impair(77 + wrap, 1, 3, 3);
        expect_whole_file();
    }
}

/* One acknowledgement for a block that is missing, whatever comes behind it. */
static void test_window_gap(void **state)
{
    unsigned blocks = blocks_of(100000, 1468), windows = (blocks + 15) / 16;

    use_window(state, 16);
    server->lost_block = 21;
    server->lost_times = 1;
    expect_whole_file();
    /* Windows: 1 to 16, 17 to 20, 21 to 36 and so on. */
    assert_int_equal(server->acks, 1 + windows + 1);
    assert_int_equal(server->data_packets, blocks + 12);
    assert_true(window_took_ms() < 40); /* nobody waited for a timer */
    /* The first one of a window; it gets lost again. */
    use_window(state, 16);
    server->lost_block = 17;
    server->lost_times = 2;
    expect_whole_file();
    assert_in_range(server->acks, 1 + windows + 2, 1 + windows + 3);
    assert_true(server->data_packets <= blocks + 3 * 16);
    /* The last one of a window, of the file, and each other one. */
    for (unsigned lost = 1; lost <= blocks; lost++) {
        use_window(state, 16);
        server->lost_block = lost;
        server->lost_times = 1;
        expect_whole_file();
        assert_int_equal(server->requests, 1);
        assert_in_range(server->acks, 1 + windows, 1 + windows + 2);
        assert_true(server->data_packets <= blocks + 16);
    }
}

static void test_window_acknowledgements_lost(void **state)
{
    for (unsigned at = 0; at <= 48; at += 16) {
        use_window(state, 16);
        server->deaf_acks_from = at;
        server->deaf_acks = 2;
        expect_whole_file();
        assert_int_equal(server->requests, 1);
        assert_int_equal(server->data_packets, blocks_of(100000, 1468));
    }
    /* The last one, which the server asks for. */
    use_window(state, 16);
    server->size = 20000;
    server->deaf_acks_from = 14;
    server->deaf_acks = 1;
    server->repeat_ms = 700;
    expect_whole_file();
    assert_false(server->complete);
    wait_ms(2000);
    assert_true(server->complete);
}

/* 1 and 2 are of the OACK and 4 of block 16, so that our timer gets slow; 6: block 21 is missing.
 * From then on the server sends again by itself. */
static bool is_unheard(unsigned ack)
{
    if (ack == 6)
        server->repeat_ms = 1000;
    return ack <= 2 || ack == 4 || ack == 6;
}

/*
 * A server that sends a window again has not heard how far we are. It is told so, if that is news:
 * our own timer may be far behind by then, and servers give up after a few times.
 */
static void test_window_sent_again(void **state)
{
    unsigned blocks = blocks_of(100000, 1468);

    use_window(state, 16);
    server->deaf_to = is_unheard;
    server->lost_block = 21;
    server->lost_times = 1;
    expect_whole_file();
    print_message("%u data packets for %u blocks in %u ms\n", server->data_packets, blocks,
                  window_took_ms());
    /* 12 behind the missing one, and the window again: with that one, and to ask once more. */
    assert_in_range(server->data_packets, blocks + 12 + 16, blocks + 12 + 2 * 16);
}

static void test_window_seeds(void **state)
{
    for (uint32_t seed = 1; seed <= 60; seed++) {
        use_window(state, seed % 20 + 2);
        peer_impair(seed * 2654435761u, seed % 4 * 30, 50, seed % 3 * 50);
        peer_delay(seed % 5 * 1000, 0, 0, 0);
        server->size = 300000 + seed * 97;
        server->repeat_ms = seed % 3 * 700;
        server->repeat_oack = seed % 2;
        server->wrap = seed % 2;
        server->every_request = seed % 5 == 0;
        server->window_to_its_end = seed % 3 != 0 && seed % 7 == 0;
        expect_whole_file();
    }
}

/* What is duplicated or overtaken costs something, but does not multiply what follows. */
static void test_window_disorder(void **state)
{
    unsigned blocks = blocks_of(2000000, 1468);

    use_window(state, 16);
    server->size = 2000000;
    peer_impair(4711, 0, 50, 0);
    expect_whole_file();
    print_message("5 %% duplicates: %u data packets for %u blocks\n", server->data_packets, blocks);
    assert_true(server->data_packets < blocks + blocks / 2);
    use_window(state, 16);
    server->size = 2000000;
    peer_impair(4711, 0, 50, 100);
    peer_delay(2000, 0, 0, 0);
    expect_whole_file();
    print_message("and 10 %% overtaken: %u data packets\n", server->data_packets);
    assert_true(server->data_packets < 6 * blocks);
}

static void test_window_refused(void **state)
{
    static const unsigned numbers[] = {8, 4, 0};

    for (size_t i = 0; i < 3; i++) {
        use_window(state, 0);
        server->window_refused = true;
        server->refusal = numbers[i];
        expect_whole_file();
        assert_int_equal(server->requests, 2);
        assert_int_equal(server->asked_block_size, 1468);
    }
    use_window(state, 0);
    server->window_swallowed = true;
    expect_whole_file();
    assert_int_equal(server->requests, 3);
    assert_int_equal(server->asked_block_size, 1468);
    use_window(state, 16);
    server->window_grant = 17;
    expect_whole_file();
    assert_int_equal(server->errors[8], 1);
    assert_int_equal(server->requests, 2);
    assert_int_equal(server->asked_block_size, 1468);
    /* Granted where it was not asked for: tested by test_oack_bad. */
}

/* Servers that grant a window and do something else: it takes them a while, but not long. */
static void test_window_not_kept(void **state)
{
    static const struct {
        unsigned sent, requests;
    } servers[] = {{1, 3}, {2, 3}, {3, 3}, {4, 2}, {5, 2}, {15, 2}, {17, 1}, {32, 1}};

    for (size_t i = 0; i < sizeof servers / sizeof servers[0]; i++) {
        use_window(state, 64);
        server->window_sent = servers[i].sent;
        server->size = 1000000;
        expect_whole_file();
        assert_int_equal(server->asked_block_size, 1468);
        assert_int_equal(server->requests, servers[i].requests);
        print_message("%u blocks at once: %u ms\n", servers[i].sent, window_took_ms());
        assert_true(window_took_ms() < 1000);
        if (servers[i].requests != 1)
            expect_console("windows do not come whole");
    }
}

/* Of each burst only the beginning arrives. */
static void test_window_too_large(void **state)
{
    static const struct {
        unsigned arrive, window;
    } paths[] = {{15, 4}, {9, 4}, {4, 4}, {3, 0}, {1, 0}};

    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        use_window(state, 64);
        server->size = 1000000;
        server->window_lost = paths[i].arrive;
        expect_whole_file();
        assert_int_equal(server->asked_window, paths[i].window);
        assert_true(window_took_ms() < 1000);
    }
}

static void test_window_server_dies(void **state)
{
    use_window(state, 16);
    server->silent_from = 20;
    host_clock_step_us(200);
    expect_failure(ERROR_TFTP_LOST, "after 27892 bytes");
    use_window(state, 16);
    server->gone_from = 40;
    host_clock_step_us(200);
    expect_whole_file();
    assert_int_equal(server->requests, 2);
}

/* Two milliseconds each way. */
static void test_window_speed(void **state)
{
    unsigned one, windowed;

    use_window(state, 64);
    server->size = 1000000;
    peer_delay(4000, 0, 0, 0);
    expect_whole_file();
    windowed = window_took_ms();
    use_window(state, 0);
    server->size = 1000000;
    peer_delay(4000, 0, 0, 0);
    expect_whole_file();
    one = window_took_ms();
    print_message("1 MB with 4 ms of delay: %u ms, %u ms with a window\n", one, windowed);
    assert_true(windowed * 6 < one);
}

/* --- Wrong, foreign and hostile packets
 * ------------------------------------------------------------ */

static void test_wrong_transfer_id(void **state)
{
    (void)state;
    /* Each repeated request makes another process of the server speak up. */
    server->every_request = true;
    peer_impair(99, 0, 600, 0);
    expect_whole_file();
    assert_true(server->errors[5] > 0);
}

static uint64_t injected;
static error_t injecting_write(struct fetch_sink *sink, uint64_t offset, const uint8_t *bytes,
                               size_t length)
{
    static const uint8_t foreign[][8] = {
        {0, 3, 0, 9, 'e', 'v', 'i', 'l'},
        {0, 5, 0, 1, 'e', 'v', 'i', 0},
        {0, 3},
        {0},
        {0, 9, 1, 1, 1, 1, 1, 1},
        {0, 5, 0},
        {0, 4, 0, 3, 0, 0, 0, 0},
        {0, 6, 'x', 0, 0, 0, 0, 0},
        {0, 3, 0},
        {0, 3, 0xFF, 0xFF, 1, 2, 3, 4},
        {0, 3, 0, 0, 1, 2, 3, 4},
    };
    static const size_t lengths[] = {8, 7, 2, 1, 8, 3, 4, 8, 3, 8, 8};
    size_t which = (size_t)(injected % 11);
    uint32_t client = peer_address("10.0.2.15");

    /* From another machine; from another port of the server; from its own. */
    peer_send(peer_address("10.0.2.9"), peer_tftp_port(), client, server->client_port,
              foreign[which], lengths[which]);
    peer_tftp_send(7, foreign[which], lengths[which]);
    if (which != 0 && which != 1)
        peer_tftp_send(peer_tftp_port(), foreign[which], lengths[which]);
    injected++;
    return judge_write(sink, offset, bytes, length);
}

static void test_foreign_packets(void **state)
{
    (void)state;
    judge.sink.write = injecting_write;
    expect_whole_file();
    assert_true(injected > 60);
    assert_true(server->errors[5] > 5);
}

static void test_oack_bad(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
    } bad[] = {
        {"blksize\0"
         "1469",
         13},
        {"blksize\0"
         "7",
         10},
        {"blksize\0"
         "99999",
         14},
        {"blksize\0", 8},
        {"blksize\0"
         "512",
         11},
        {"blksize\0"
         "5x",
         11},
        {"windowsize\0"
         "17",
         14},
        {"windowsize\0"
         "0",
         13},
        {"windowsize\0"
         "65536",
         17},
        {"tsize\0"
         "99999999999999999999999",
         30},
        {"tsize\0", 7},
        {"timeout\0"
         "0",
         10},
        {"timeout\0"
         "256",
         12},
        {"x", 1},
        {"tsize\0-5", 9},
    };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        set_up(state);
        server->oack = bad[i].bytes;
        server->oack_length = bad[i].length;
        expect_whole_file(); /* without options */
        assert_int_equal(server->errors[8], 2);
        assert_int_equal(server->requests_with_options, 2);
        assert_int_equal(server->requests, 3);
        expect_console("not asked for");
    }
    /* Filled up with zeros. */
    set_up(state);
    server->oack = "tsize\0"
                   "100000\0\0\0\0";
    server->oack_length = 17;
    server->block_grant = 512;
    expect_whole_file();
    assert_int_equal(judge.announced, 100000);
    assert_int_equal(server->requests, 1);
    set_up(state);
    server->oack = "";
    server->oack_length = 0;
    server->block_grant = 512;
    expect_whole_file();
    assert_int_equal(server->errors[8], 0);
}

static void test_oack_never_asked_for(void **state)
{
    (void)state;
    server->oack_always = true;
    server->block_grant = 4096;
    expect_failure(ERROR_TFTP_PROTOCOL, "options answered that were not asked for");
    (void)state;
    set_up(state);
    server->oack_always = true;
    server->oack = "blksize\0"
                   "9000";
    server->oack_length = 13;
    expect_failure(ERROR_TFTP_PROTOCOL, "options answered that were not asked for");
    assert_int_equal(server->errors[8], 3);
}

static void test_block_too_long(void **state)
{
    (void)state;
    server->block_limit = 1000;
    server->long_block = 7;
    expect_failure(ERROR_TFTP_PROTOCOL, "a block of 1001 bytes where 1000 were agreed");
    assert_int_equal(server->errors[4], 1);
    set_up(state);
    server->options = OPTIONS_IGNORED;
    server->long_block = 1;
    expect_failure(ERROR_TFTP_PROTOCOL, "a block of 513 bytes where 512 were agreed");
}

static void test_size_wrong(void **state)
{
    (void)state;
    server->announced = 100001;
    expect_failure(ERROR_TFTP_SIZE, "100001 bytes announced, the last block ends at 100000");
    set_up(state);
    server->announced = 99999;
    expect_failure(ERROR_TFTP_SIZE, "99999 bytes announced, the last block ends at 100000");
    set_up(state);
    server->announced = 50000;
    expect_failure(ERROR_TFTP_SIZE, "50000 bytes announced, there are at least 51380");
    assert_string_equal(server->last_error, "not the announced size");
    set_up(state);
    server->announced = 68 * 1468;
    server->size = 70 * 1468;
    expect_failure(ERROR_TFTP_SIZE, "there are at least");
}

static void test_server_errors(void **state)
{
    (void)state;
    server->refuse_all = true;
    server->error_number = 1;
    server->error_text = "no such \033[31mfile\007";
    expect_failure(ERROR_TFTP_SERVER, "error 1 (file not found), \"no such ?[31mfile?\"");
    assert_int_equal(judge.begins, 0);
    set_up(state);
    server->refuse_all = true;
    server->error_number = 2;
    expect_failure(ERROR_TFTP_SERVER, "error 2 (access violation)");
    set_up(state);
    server->refuse_all = true; /* also without options */
    server->error_number = 0;
    server->error_text = "go away";
    expect_failure(ERROR_TFTP_SERVER, "error 0 (not defined), \"go away\"");
    assert_int_equal(server->requests, 3);
    set_up(state);
    server->error_block = 5;
    server->error_number = 99;
    server->error_text = "disk trouble";
    expect_failure(ERROR_TFTP_SERVER, "error 99 (unknown error), \"disk trouble\"");
    assert_int_equal(judge.received, 4 * 1468);
}

static void test_sink_refuses(void **state)
{
    (void)state;
    judge.begin_error = ERROR_MEMORY_CLAIM;
    assert_int_equal(fetch("x"), ERROR_MEMORY_CLAIM);
    assert_int_equal(server->errors[3], 1);
    assert_int_equal(server->data_packets, 0);
    set_up(state);
    judge.begin_error = ERROR_MEMORY_CLAIM;
    server->options = OPTIONS_IGNORED;
    assert_int_equal(fetch("x"), ERROR_MEMORY_CLAIM);
    assert_int_equal(server->errors[3], 1);
    set_up(state);
    judge.write_error = ERROR_FETCH_LIMIT;
    judge.write_error_at = 30000;
    assert_int_equal(fetch("x"), ERROR_FETCH_LIMIT);
    assert_int_equal(server->errors[3], 1);
    assert_in_range(judge.received, 29000, 31468);
}

static void test_key(void **state)
{
    (void)state;
    server->silent_from = 3;
    host_type("x\033");
    expect_failure(ERROR_NET_STOPPED, "while fetching \"mach_kernel\"");
    assert_int_equal(server->errors[0], 1);
    set_up(state);
    server->deaf_requests = 100;
    host_type("\003");
    expect_failure(ERROR_NET_STOPPED, "while fetching");
}

static void test_path(void **state)
{
    char path[FETCH_PATH_LENGTH];

    (void)state;
    assert_int_equal(fetch(""), ERROR_FETCH_URI);
    memset(path, 'a', sizeof path);
    path[511] = '\0';
    assert_int_equal(fetch(path), ERROR_FETCH_URI);
    path[503] = '\0';
    assert_int_equal(fetch(path), OK); /* too long for options */
    assert_int_equal(server->requests_with_options, 0);
    assert_string_equal(server->path, path);
}

static void test_many_transfers(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 100; i++) {
        judge.received = 0;
        judge.begins = 0;
        server = peer_tftp_start(i * 200);
        expect_whole_file();
    }
}

/* --- Large files
 * ------------------------------------------------------------------------------------- */

static void test_over_32_megabytes(void **state)
{
    for (unsigned wrap = 0; wrap < 2; wrap++) {
        set_up(state);
        server->size =
            33ull * 1024 * 1024 + 77 + 65536ull * 512 * wrap; /* the second wraps twice */
        server->options = OPTIONS_IGNORED;
        server->wrap = wrap;
        expect_whole_file();
        assert_true(server->complete);
    }
}

static void test_over_93_megabytes(void **state)
{
    for (unsigned wrap = 0; wrap < 2; wrap++) {
        set_up(state);
        server->size = 100ull * 1000 * 1000 + 3;
        server->wrap = wrap;
        expect_whole_file();
        assert_int_equal(judge.announced, server->size);
        assert_true(server->complete);
    }
}

static void test_wrap_under_loss(void **state)
{
    for (unsigned wrap = 0; wrap < 2; wrap++) {
        set_up(state);
        server->size = 65600ull * 512;
        server->block_limit = 512;
        server->wrap = wrap;
        server->repeat_ms = 2000;
        peer_impair(77 + wrap, 1, 3, 3);
        expect_whole_file();
    }
}

static void test_counter_over_4_gigabytes(void **state)
{
    (void)state;
    for (unsigned wrap = 0; wrap < 2; wrap++) {
        struct tftp_counter counter = {0};
        uint64_t blocks = (1ull << 32) / 1468 + 100000;

        for (uint64_t i = 1; i <= blocks; i++) {
            uint16_t wire = wrap == 0 ? (uint16_t)i : (uint16_t)((i - 1) % 65535 + 1);

            if (tftp_counter_judge(&counter, wire) != TFTP_BLOCK_NEXT)
                fail_msg("block %llu", (unsigned long long)i);
            tftp_counter_accept(&counter, wire);
            if (tftp_counter_judge(&counter, wire) != TFTP_BLOCK_AGAIN ||
                tftp_counter_judge(&counter, (uint16_t)(wire + 3)) != TFTP_BLOCK_AHEAD)
                fail_msg("around block %llu", (unsigned long long)i);
        }
        assert_int_equal(counter.received, blocks);
    }
}

static void test_counter_edges(void **state)
{
    struct tftp_counter counter = {0};

    (void)state;
    assert_int_equal(tftp_counter_judge(&counter, 0), TFTP_BLOCK_OLD);
    counter.received = counter.wire = 65535;
    assert_int_equal(tftp_counter_judge(&counter, 0), TFTP_BLOCK_NEXT);
    assert_int_equal(tftp_counter_judge(&counter, 1), TFTP_BLOCK_NEXT);
    assert_int_equal(tftp_counter_judge(&counter, 2), TFTP_BLOCK_AHEAD);
    assert_int_equal(tftp_counter_judge(&counter, 65534), TFTP_BLOCK_OLD);
    counter.wrap = TFTP_WRAP_TO_0;
    assert_int_equal(tftp_counter_judge(&counter, 1), TFTP_BLOCK_AHEAD);
    counter.wrap = TFTP_WRAP_TO_1;
    assert_int_not_equal(tftp_counter_judge(&counter, 0), TFTP_BLOCK_NEXT);
}

/* A whole transfer beyond 4 GB takes too long for quick runs: tests/net/large.t asks for it. */
static void test_over_4_gigabytes(void **state)
{
    (void)state;
    server->size = (4ull << 30) + 1000003;
    server->wrap = 1;
    expect_whole_file();
    assert_true(server->complete);
}

/* --- Packets alone
 * --------------------------------------------------------------------------------------- */

static void test_parse_every_length(void **state)
{
    static const uint8_t packets[][40] = {
        {0,   6,   't', 's', 'i', 'z', 'e', 0, '1', '2', 0,
         'b', 'l', 'k', 's', 'i', 'z', 'e', 0, '8', 0},
        {0, 3, 1, 2, 3, 4, 5},
        {0, 5, 0, 1, 'a', 'b', 'c', 0},
        {0, 1, 'x', 0},
    };
    struct tftp_packet parsed;

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        for (size_t length = 0; length <= 40; length++) {
            uint8_t *exact = malloc(length + 1);

            memcpy(exact + 1, packets[i], length); /* odd, and ends where the memory ends */
            tftp_parse(exact + 1, length, &parsed);
            free(exact);
        }
    }
    assert_true(tftp_parse(packets[0], 21, &parsed));
    assert_false(parsed.bad);
    assert_int_equal(parsed.size, 12);
    assert_int_equal(parsed.block_size, 8);
    assert_true(tftp_parse(packets[0], 20, &parsed));
    assert_true(parsed.bad);
    assert_false(tftp_parse(packets[3], 4, &parsed));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, set_up)
    const struct CMUnitTest tests[] = {
        TEST(test_options),
        TEST(test_sizes),
        TEST(test_no_options_known),
        TEST(test_options_refused),
        TEST(test_options_refused_late),
        TEST(test_options_swallowed),
        TEST(test_small_block_granted),
        TEST(test_no_size_told),
        TEST(test_own_port),
        TEST(test_requests_lost),
        TEST(test_requests_spread),
        TEST(test_acknowledgements_lost),
        TEST(test_server_repeats),
        TEST(test_seeds),
        TEST(test_sorcerers_apprentice),
        TEST(test_last_acknowledgement_lost),
        TEST(test_server_dies),
        TEST(test_server_comes_back),
        TEST(test_forged_answer),
        TEST(test_second_start_behind),
        TEST(test_black_hole_in_the_middle),
        TEST(test_shorter_at_second_start),
        TEST(test_size_learnt_at_second_start),
        TEST(test_nobody_there),
        TEST(test_unreachable),
        TEST(test_port_closed),
        TEST(test_stranger_answers),
        TEST(test_link_flap),
        TEST(test_link_flap_and_server_gone),
        TEST(test_link_stays_down),
        TEST(test_many_starts),
        TEST(test_round_trip),
        TEST(test_speed_under_loss),
        TEST(test_slow_paths),
        TEST(test_late_packets),
        TEST(test_window),
        TEST(test_window_of_the_card),
        TEST(test_window_sizes),
        TEST(test_window_wrap),
        TEST(test_window_gap),
        TEST(test_window_acknowledgements_lost),
        TEST(test_window_sent_again),
        TEST(test_window_seeds),
        TEST(test_window_disorder),
        TEST(test_window_refused),
        TEST(test_window_not_kept),
        TEST(test_window_too_large),
        TEST(test_window_server_dies),
        TEST(test_window_speed),
        TEST(test_card_does_not_send),
        TEST(test_wrong_transfer_id),
        TEST(test_foreign_packets),
        TEST(test_oack_bad),
        TEST(test_oack_never_asked_for),
        TEST(test_block_too_long),
        TEST(test_size_wrong),
        TEST(test_server_errors),
        TEST(test_sink_refuses),
        TEST(test_key),
        TEST(test_path),
        TEST(test_many_transfers),
        TEST(test_over_32_megabytes),
        TEST(test_over_93_megabytes),
        TEST(test_wrap_under_loss),
        TEST(test_counter_over_4_gigabytes),
        TEST(test_counter_edges),
        TEST(test_parse_every_length),
    };
    const struct CMUnitTest large_tests[] = {
        TEST(test_over_4_gigabytes),
    };

    if (getenv("SAWBOOT_LARGE") != NULL)
        return cmocka_run_group_tests(large_tests, NULL, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
