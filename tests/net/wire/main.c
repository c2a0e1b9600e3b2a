/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire: the cable of wire.h in real time, between two ends that are sockets of QEMU or the host
 * build, or a tap interface. tests/net/README.md has the words. It ends by itself when it has run
 * for its time, and when whoever started it ends.
 */
#define _GNU_SOURCE /* ppoll */

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "tests/net/wire/wire.h"

#define FRAME_MAXIMUM   65536
#define SECONDS_DEFAULT 3600u
#define SOCKET_BUFFER   (1 << 20)
#define FRAMES_AT_ONCE  64

/* One end of the cable. */
struct end {
    int handle;
    bool is_socket;
    union {
        struct sockaddr any;
        struct sockaddr_un local;
        struct sockaddr_in internet;
    } peer;
    socklen_t peer_length;
    char path[sizeof((struct sockaddr_un *)0)->sun_path]; /* of our own socket; "" for the others */
    uint64_t refused;
};

static struct end ends[2] = {{.handle = -1}, {.handle = -1}};
static volatile sig_atomic_t stopped;

static void stop(int number)
{
    (void)number;
    stopped = 1;
}

static void remove_sockets(void)
{
    for (int i = 0; i < 2; i++)
        if (ends[i].path[0] != '\0')
            unlink(ends[i].path);
}

static void give_up(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
static void give_up(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fprintf(stderr, "wire: ");
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\n");
    va_end(arguments);
    remove_sockets();
    exit(2);
}

static uint64_t now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* --- Ends ------------------------------------------------------------------------------------- */

/* "first,second" */
static bool split(const char *text, char *first, size_t room, const char **second)
{
    const char *comma = strchr(text, ',');
    size_t length = comma != NULL ? (size_t)(comma - text) : 0;

    if (comma == NULL || length == 0 || length >= room || comma[1] == '\0')
        return false;
    memcpy(first, text, length);
    first[length] = '\0';
    *second = comma + 1;
    return true;
}

static void open_socket(struct end *end, const struct sockaddr *local, socklen_t length,
                        const char *name)
{
    int buffer = SOCKET_BUFFER;

    end->is_socket = true;
    end->handle = socket(local->sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (end->handle < 0 || bind(end->handle, local, length) != 0)
        give_up("%s: %s", name, strerror(errno));
    setsockopt(end->handle, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    setsockopt(end->handle, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
}

/* unix:OWN,PEER - two datagram sockets of the file system. */
static void open_unix(struct end *end, const char *words)
{
    struct sockaddr_un own = {.sun_family = AF_UNIX};
    const char *peer;

    if (!split(words, own.sun_path, sizeof own.sun_path, &peer) ||
        strlen(peer) >= sizeof end->peer.local.sun_path)
        give_up("\"unix:%s\" is not unix:OWN,PEER", words);
    end->peer.local.sun_family = AF_UNIX;
    strcpy(end->peer.local.sun_path, peer);
    end->peer_length = sizeof end->peer.local;
    unlink(own.sun_path);
    open_socket(end, (struct sockaddr *)&own, sizeof own, own.sun_path);
    strcpy(end->path, own.sun_path);
}

static bool port_number(const char *text, uint16_t *port)
{
    char *rest;
    unsigned long value = strtoul(text, &rest, 10);

    *port = htons((uint16_t)value);
    return text[0] != '\0' && *rest == '\0' && value >= 1 && value <= 65535;
}

/* udp:OWN,PEER - two ports of 127.0.0.1. */
static void open_udp(struct end *end, const char *words)
{
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    char first[8];
    const char *peer;

    end->peer.internet = own;
    if (!split(words, first, sizeof first, &peer) || !port_number(first, &own.sin_port) ||
        !port_number(peer, &end->peer.internet.sin_port))
        give_up("\"udp:%s\" is not udp:OWN,PEER", words);
    end->peer_length = sizeof end->peer.internet;
    open_socket(end, (struct sockaddr *)&own, sizeof own, words);
}

/* tap:NAME - the far end of a network interface, which is made if it is not there. */
static void open_tap(struct end *end, const char *name)
{
    struct ifreq request;

    memset(&request, 0, sizeof request);
    if (name[0] == '\0' || strlen(name) >= sizeof request.ifr_name)
        give_up("\"tap:%s\" is not tap:NAME", name);
    strcpy(request.ifr_name, name);
    request.ifr_flags = IFF_TAP | IFF_NO_PI;
    end->handle = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (end->handle < 0 || ioctl(end->handle, TUNSETIFF, &request) != 0)
        give_up("%s: %s", name, strerror(errno));
}

static void open_end(struct end *end, const char *words)
{
    if (end->handle >= 0)
        give_up("\"%s\": that end has something already", words);
    if (strncmp(words, "unix:", 5) == 0)
        open_unix(end, words + 5);
    else if (strncmp(words, "udp:", 4) == 0)
        open_udp(end, words + 4);
    else if (strncmp(words, "tap:", 4) == 0)
        open_tap(end, words + 4);
    else
        give_up("\"%s\" is neither unix:, udp: nor tap:", words);
}

/* What the other side does not take, a real network would have lost, too. */
static void deliver(void *context, enum wire_side side, const uint8_t *frame, size_t length)
{
    struct end *end = &ends[side];
    ssize_t sent = end->is_socket ? sendto(end->handle, frame, length, MSG_DONTWAIT, &end->peer.any,
                                           end->peer_length)
                                  : write(end->handle, frame, length);

    (void)context;
    if (sent != (ssize_t)length)
        end->refused++;
}

/* --- Words ------------------------------------------------------------------------------------ */

static void add_rule(struct wire *wire, const char *text)
{
    char why[200];

    if (!wire_add_rule(wire, text, why, sizeof why))
        give_up("\"%s\": %s", text, why);
}

/* A rule in each line; # begins a remark. */
static void add_rules_of(struct wire *wire, const char *path)
{
    FILE *file = fopen(path, "r");
    char line[256];

    if (file == NULL)
        give_up("%s: %s", path, strerror(errno));
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "#\r\n")] = '\0';
        if (line[strspn(line, " \t")] != '\0')
            add_rule(wire, line);
    }
    fclose(file);
}

static const char usage[] =
    "usage: wire [-s SEED] [-r RULE]... [-f FILE-OF-RULES]... [-l LATENCY-US] [-p PCAPNG]\n"
    "            [-o REPORT] [-t SECONDS] -c END -S END\n"
    "-c is the client's end, -S the server's: unix:OWN,PEER, udp:OWN-PORT,PEER-PORT or tap:NAME\n";

struct words {
    const char *client, *server, *record, *report;
    uint64_t seed, latency_us;
    unsigned seconds;
};

static uint64_t number(const char *text)
{
    char *rest;
    unsigned long long value = strtoull(text, &rest, 0);

    if (text[0] == '\0' || *rest != '\0')
        give_up("\"%s\" is no number", text);
    return value;
}

/* Rules go to the wire once its seed is known, in the order of the words. */
static struct wire *read_words(int argc, char **argv, struct words *words)
{
    struct wire *wire;
    int letter;

    *words = (struct words){.seed = 1, .seconds = SECONDS_DEFAULT};
    while ((letter = getopt(argc, argv, "s:r:f:l:p:o:t:c:S:")) != -1) {
        switch (letter) {
        case 's':
            words->seed = number(optarg);
            break;
        case 'l':
            words->latency_us = number(optarg);
            break;
        case 'p':
            words->record = optarg;
            break;
        case 'o':
            words->report = optarg;
            break;
        case 't':
            words->seconds = (unsigned)number(optarg);
            break;
        case 'c':
            words->client = optarg;
            break;
        case 'S':
            words->server = optarg;
            break;
        case 'r':
        case 'f':
            break;
        default:
            fputs(usage, stderr);
            exit(2);
        }
    }
    if (optind != argc || words->client == NULL || words->server == NULL) {
        fputs(usage, stderr);
        exit(2);
    }
    wire = wire_create(words->seed, deliver, NULL);
    optind = 1;
    while ((letter = getopt(argc, argv, "s:r:f:l:p:o:t:c:S:")) != -1) {
        if (letter == 'r')
            add_rule(wire, optarg);
        else if (letter == 'f')
            add_rules_of(wire, optarg);
    }
    return wire;
}

/* --- Running ---------------------------------------------------------------------------------- */

static void take(struct wire *wire, enum wire_side side)
{
    static uint8_t frame[FRAME_MAXIMUM];

    for (int i = 0; i < FRAMES_AT_ONCE; i++) {
        ssize_t length = read(ends[side].handle, frame, sizeof frame);

        if (length <= 0)
            return;
        wire_input(wire, side, frame, (size_t)length, now_us());
    }
}

static void run(struct wire *wire, uint64_t until_us)
{
    while (!stopped) {
        struct pollfd waits[2] = {{ends[0].handle, POLLIN, 0}, {ends[1].handle, POLLIN, 0}};
        uint64_t now = now_us(), next = wire_next_us(wire), wait;
        struct timespec timeout;

        if (now >= until_us)
            break;
        if (next > until_us)
            next = until_us;
        wait = next > now ? next - now : 0;
        timeout.tv_sec = (time_t)(wait / 1000000);
        timeout.tv_nsec = (long)(wait % 1000000) * 1000;
        if (ppoll(waits, 2, &timeout, NULL) < 0 && errno != EINTR)
            give_up("poll: %s", strerror(errno));
        for (int side = 0; side < 2; side++)
            if (waits[side].revents != 0)
                take(wire, (enum wire_side)side);
        wire_run(wire, now_us());
    }
}

int main(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = stop};
    struct words words;
    struct wire *wire;
    FILE *report = stdout;

    prctl(PR_SET_PDEATHSIG, SIGTERM);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    wire = read_words(argc, argv, &words);
    wire_set_latency(wire, words.latency_us);
    if (words.record != NULL) {
        FILE *record = fopen(words.record, "wb");

        if (record == NULL)
            give_up("%s: %s", words.record, strerror(errno));
        wire_record(wire, record);
    }
    open_end(&ends[WIRE_CLIENT], words.client);
    open_end(&ends[WIRE_SERVER], words.server);
    printf("wire ready: seed=%llu\n", (unsigned long long)words.seed);
    fflush(stdout);
    run(wire, now_us() + (uint64_t)words.seconds * 1000000);
    remove_sockets();
    if (words.report != NULL) {
        report = fopen(words.report, "w");
        if (report == NULL)
            give_up("%s: %s", words.report, strerror(errno));
    }
    wire_report(wire, report);
    fprintf(report, "wire refused: client=%llu server=%llu\n",
            (unsigned long long)ends[WIRE_CLIENT].refused,
            (unsigned long long)ends[WIRE_SERVER].refused);
    if (fclose(report) != 0)
        give_up("the report: %s", strerror(errno));
    wire_destroy(wire);
    return 0;
}
