/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * client: the loader's network and drivers as a process. It gets an address and a file and says how
 * that went, in one line. Either everything is in this process and in virtual time (the wire of
 * tests/net/wire and a server), or frames go through a datagram socket in real time.
 * tests/net/README.md has the words.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "boot/host/host.h"
#include "net/fetch.h"
#include "net/network.h"
#include "tests/net/client/card.h"
#include "tests/net/client/server.h"
#include "tests/net/wire/wire.h"

#define MEMORY          (4u << 20)
#define LATENCY_US      100
#define IDLE_US         2000 /* the most that virtual time jumps when nothing happens */
#define LIMIT_SECONDS   36000u
#define FRAME_MAXIMUM   65536
#define FRAMES_AT_ONCE  64
#define SOCKET_BUFFER   (1 << 20)
#define STATION_DEFAULT 0x123456u
#define WAIT_MS         1 /* the longest sleep in real time */
#define CHECKED_AT_ONCE 512

static struct {
    const char *card, *socket, *peer, *output, *record, *report, *file, *right;
    uint64_t seed, size, latency_us, limit_us;
    enum server_manners manners;
    unsigned window, wait_ms;
    bool echo, keep;
    uint32_t station;
} words = {.card = "scripted",
           .seed = 1,
           .size = 1 << 20,
           .latency_us = LATENCY_US,
           .limit_us = LIMIT_SECONDS * 1000000ull,
           .wait_ms = WAIT_MS,
           .station = STATION_DEFAULT};

/* What came, and how. */
static struct {
    FILE *output;
    uint64_t bytes, furthest, wrong;
    uint64_t last_us; /* when the last byte came */
    uint64_t sent;    /* frames */
} got;

/* What should come in real time; NULL: nobody said. */
static const uint8_t *right_bytes;
static uint64_t right_length;

static struct wire *wire;
static int handle = -1;
static struct sockaddr_un peer = {.sun_family = AF_UNIX};
static uint64_t real_start_us, machine_start_us;

static void give_up(const char *what)
{
    fprintf(stderr, "client: %s: %s\n", what, strerror(errno));
    if (words.socket != NULL)
        unlink(words.socket);
    exit(2);
}

static void result(const char *outcome)
{
    uint64_t now = platform_microseconds();

    printf("client %s: ms=%llu quiet_ms=%llu bytes=%llu wrong=%llu sent=%llu\n", outcome,
           (unsigned long long)(now - machine_start_us) / 1000,
           (unsigned long long)(now - got.last_us) / 1000, (unsigned long long)got.bytes,
           (unsigned long long)got.wrong, (unsigned long long)got.sent);
    fflush(stdout);
}

/* A loader that neither ends nor fails: that is what the limit is for. */
static void check_limit(uint64_t now_us)
{
    if (now_us - machine_start_us < words.limit_us)
        return;
    result("HANGS");
    fprintf(stderr, "%s\n", host_console());
    if (words.socket != NULL)
        unlink(words.socket);
    exit(5);
}

/* --- Virtual time ----------------------------------------------------------------------------- */

static void virtual_sent(const uint8_t *frame, size_t length)
{
    got.sent++;
    wire_input(wire, WIRE_CLIENT, frame, length, platform_microseconds());
}

static void server_sent(const uint8_t *frame, size_t length)
{
    wire_input(wire, WIRE_SERVER, frame, length, platform_microseconds());
}

static void out_of_wire(void *context, enum wire_side side, const uint8_t *frame, size_t length)
{
    (void)context;
    if (side == WIRE_CLIENT)
        card_deliver(frame, length);
    else
        server_receive(frame, length, platform_microseconds());
}

static void virtual_pump(void)
{
    uint64_t now = platform_microseconds(), next = wire_next_us(wire);

    check_limit(now);
    if (server_next_us() < next)
        next = server_next_us();
    if (next > now) {
        host_clock_advance_us(next - now < IDLE_US ? next - now : IDLE_US);
        now = platform_microseconds();
    }
    server_run(now);
    wire_run(wire, now);
}

/* --- Real time -------------------------------------------------------------------------------- */

static uint64_t real_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void real_sent(const uint8_t *frame, size_t length)
{
    got.sent++;
    /* What the other end does not take is lost, as on a network. */
    if (words.peer == NULL)
        (void)!send(handle, frame, length, MSG_DONTWAIT);
    else
        (void)!sendto(handle, frame, length, MSG_DONTWAIT, (struct sockaddr *)&peer, sizeof peer);
}

/* The machine's clock follows the real one. */
static void set_clock(void)
{
    uint64_t real = real_us() - real_start_us, machine = platform_microseconds() - machine_start_us;

    if (real > machine)
        host_clock_advance_us(real - machine);
}

static void real_pump(void)
{
    static uint8_t frame[FRAME_MAXIMUM];
    struct pollfd wait = {handle, POLLIN, 0};

    if (poll(&wait, 1, (int)words.wait_ms) > 0) {
        for (int i = 0; i < FRAMES_AT_ONCE; i++) {
            ssize_t length = read(handle, frame, sizeof frame);

            if (length <= 0)
                break;
            card_deliver(frame, (size_t)length);
        }
    }
    set_clock();
    check_limit(platform_microseconds());
}

static void open_socket(void)
{
    struct sockaddr_un own = {.sun_family = AF_UNIX};
    int buffer = SOCKET_BUFFER;

    if (strlen(words.socket) >= sizeof own.sun_path || strlen(words.peer) >= sizeof peer.sun_path) {
        errno = ENAMETOOLONG;
        give_up(words.socket);
    }
    strcpy(own.sun_path, words.socket);
    strcpy(peer.sun_path, words.peer);
    unlink(own.sun_path);
    handle = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (handle < 0 || bind(handle, (struct sockaddr *)&own, sizeof own) != 0)
        give_up(words.socket);
    setsockopt(handle, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
}

/* --- The file --------------------------------------------------------------------------------- */

static error_t sink_begin(struct fetch_sink *sink, uint64_t size)
{
    (void)sink;
    (void)size;
    return OK;
}

static error_t sink_write(struct fetch_sink *sink, uint64_t offset, const uint8_t *bytes,
                          size_t length)
{
    (void)sink;
    if (offset == 0) { /* from the beginning again: what came before counts no more */
        got.bytes = got.wrong = 0;
        if (got.output != NULL &&
            (fseek(got.output, 0, SEEK_SET) != 0 || ftruncate(fileno(got.output), 0) != 0))
            give_up(words.output);
    }
    if (offset != got.bytes)
        got.wrong++;
    if (right_bytes != NULL) {
        if (offset + length > right_length || memcmp(bytes, right_bytes + offset, length) != 0)
            got.wrong++;
    } else if (handle < 0) {
        const uint8_t *right = server_pattern(offset);

        for (size_t i = 0; i < length; i++)
            got.wrong += bytes[i] != right[i];
    }
    if (got.output != NULL && fwrite(bytes, 1, length, got.output) != length)
        give_up(words.output);
    got.bytes = offset + length;
    if (got.bytes > got.furthest) {
        got.furthest = got.bytes;
        got.last_us = platform_microseconds();
    }
    return OK;
}

static bool right_size(void)
{
    if (words.right != NULL)
        return got.bytes == right_length;
    return handle >= 0 || got.bytes == words.size;
}

/* Into memory, as the loader's flow does; what came is looked at when all of it is there. */
static error_t fetch_kept(const char *name)
{
    struct fetched_file file;
    error_t error = fetch_file(name, SIZE_MAX, &file);

    if (error != OK)
        return error;
    for (size_t at = 0; at < file.length; at += CHECKED_AT_ONCE)
        sink_write(NULL, at, file.bytes + at,
                   file.length - at < CHECKED_AT_ONCE ? file.length - at : CHECKED_AT_ONCE);
    fetch_release(&file);
    return OK;
}

static error_t boot(struct nic *nic)
{
    static struct network_config config;
    struct fetch_sink sink = {sink_begin, sink_write, NULL};
    const char *name;
    error_t error = network_start(nic);

    if (error != OK)
        return error;
    error = network_configure(NULL, &config);
    got.last_us = platform_microseconds();
    name = words.file != NULL ? words.file : config.file;
    if (error == OK)
        error = words.keep ? fetch_kept(name) : fetch_to_sink(name, &sink);
    network_stop();
    return error;
}

/* --- Words ------------------------------------------------------------------------------------ */

static const char usage[] =
    "usage: client [-n scripted|rtl8139|e1000] [-m STATION] [-L LIMIT-S] [-e] [-k]\n"
    "              virtual time: [-s SEED] [-r RULE]... [-b BYTES] [-M patient|eager|blind|plain]\n"
    "                            [-w WINDOW] [-l LATENCY-US] [-p PCAPNG] [-o REPORT]\n"
    "              real time:    -c OWN-SOCKET,PEER-SOCKET|fd:NUMBER [-O OUTPUT] [-F FILE]\n"
    "                            [-C FILE-THAT-IS-RIGHT] [-W LONGEST-SLEEP-MS]\n";

static void refuse(const char *what)
{
    fprintf(stderr, "client: %s\n%s", what, usage);
    exit(2);
}

static uint64_t number(const char *text)
{
    char *rest;
    unsigned long long value = strtoull(text, &rest, 0);

    if (text[0] == '\0' || *rest != '\0')
        refuse(text);
    return value;
}

static enum server_manners manners(const char *text)
{
    if (strcmp(text, "patient") == 0)
        return SERVER_PATIENT;
    if (strcmp(text, "eager") == 0)
        return SERVER_EAGER;
    if (strcmp(text, "blind") == 0)
        return SERVER_BLIND;
    if (strcmp(text, "plain") != 0)
        refuse(text);
    return SERVER_PLAIN;
}

static void take_sockets(char *text)
{
    char *comma = strchr(text, ',');

    if (strncmp(text, "fd:", 3) == 0) {
        handle = (int)number(text + 3);
        return;
    }
    if (comma == NULL)
        refuse(text);
    *comma = '\0';
    words.socket = text;
    words.peer = comma + 1;
}

static void take(int letter, char *value)
{
    switch (letter) {
    case 'n':
        words.card = value;
        break;
    case 'm':
        words.station = (uint32_t)number(value);
        break;
    case 'L':
        words.limit_us = number(value) * 1000000;
        break;
    case 'e':
        words.echo = true;
        break;
    case 'k':
        words.keep = true;
        break;
    case 's':
        words.seed = number(value);
        break;
    case 'b':
        words.size = number(value);
        break;
    case 'M':
        words.manners = manners(value);
        break;
    case 'w':
        words.window = (unsigned)number(value);
        break;
    case 'l':
        words.latency_us = number(value);
        break;
    case 'p':
        words.record = value;
        break;
    case 'o':
        words.report = value;
        break;
    case 'c':
        take_sockets(value);
        break;
    case 'O':
        words.output = value;
        break;
    case 'F':
        words.file = value;
        break;
    case 'C':
        words.right = value;
        break;
    case 'W':
        words.wait_ms = (unsigned)number(value);
        break;
    case 'r':
        break; /* with the wire */
    default:
        refuse("what?");
    }
}

#define LETTERS "n:m:L:eks:r:b:M:w:l:p:o:c:O:F:C:W:"

static void make_wire(int argc, char **argv)
{
    char why[200];
    int letter;

    wire = wire_create(words.seed, out_of_wire, NULL);
    wire_set_latency(wire, words.latency_us);
    optind = 1;
    while ((letter = getopt(argc, argv, LETTERS)) != -1)
        if (letter == 'r' && !wire_add_rule(wire, optarg, why, sizeof why))
            refuse(why);
    if (words.record != NULL) {
        FILE *file = fopen(words.record, "wb");

        if (file == NULL)
            give_up(words.record);
        wire_record(wire, file);
    }
    server_begin(words.manners, words.size, words.window, server_sent);
}

static void make_machine(void)
{
    uint8_t station[6] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};

    station[3] = (uint8_t)(words.station >> 16);
    station[4] = (uint8_t)(words.station >> 8);
    station[5] = (uint8_t)words.station;
    host_reset(words.keep ? MEMORY + (size_t)words.size : MEMORY);
    host_echo(words.echo);
    if (!card_insert(words.card, station, handle < 0 ? virtual_sent : real_sent,
                     handle < 0 ? virtual_pump : real_pump))
        refuse(words.card);
    if (handle >= 0)
        host_clock_step_us(1);
    else
        /* Machines with different seeds were not switched on at the same microsecond. */
        host_clock_advance_us(words.seed * 2654435761u % 1000003u);
    machine_start_us = platform_microseconds();
    real_start_us = real_us();
}

/* Maps the file that the one from the network should be the same as. */
static void map_right(void)
{
    struct stat about;
    int file = open(words.right, O_RDONLY | O_CLOEXEC);

    if (file < 0 || fstat(file, &about) != 0 || about.st_size == 0)
        give_up(words.right);
    right_length = (uint64_t)about.st_size;
    right_bytes = mmap(NULL, right_length, PROT_READ, MAP_PRIVATE, file, 0);
    if (right_bytes == MAP_FAILED)
        give_up(words.right);
    close(file);
}

static void write_report(void)
{
    FILE *report = fopen(words.report, "w");

    if (report == NULL)
        give_up(words.report);
    wire_report(wire, report);
    if (fclose(report) != 0)
        give_up(words.report);
}

int main(int argc, char **argv)
{
    struct nic *nic;
    error_t error = ERROR_NIC_NONE;
    bool right;
    int letter;

    prctl(PR_SET_PDEATHSIG, SIGTERM);
    while ((letter = getopt(argc, argv, LETTERS)) != -1)
        take(letter, optarg);
    if (optind != argc)
        refuse(argv[optind]);
    if (words.socket != NULL)
        open_socket();
    else if (handle < 0)
        make_wire(argc, argv);
    if (words.right != NULL)
        map_right();
    if (words.output != NULL && (got.output = fopen(words.output, "wb")) == NULL)
        give_up(words.output);
    make_machine();
    nic = card_open();
    if (nic != NULL) {
        error = boot(nic);
        card_close();
    }
    if (got.output != NULL && fclose(got.output) != 0)
        give_up(words.output);
    right = error == OK && got.wrong == 0 && right_size();
    result(right ? "right" : error == OK ? "WRONG" : error_code(error));
    if (error != OK)
        printf("client detail: %s\n", error_detail());
    if (card_violation() != NULL) {
        printf("client card: %s\n", card_violation());
        right = false;
    }
    if (host_claimed() != 0)
        printf("client memory: %zu bytes left claimed\n", host_claimed());
    if (words.report != NULL && wire != NULL)
        write_report();
    if (words.socket != NULL)
        unlink(words.socket);
    if (wire != NULL)
        wire_destroy(wire);
    return right ? 0 : error != OK ? 1 : 3;
}
