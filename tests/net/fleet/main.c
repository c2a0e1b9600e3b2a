/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fleet: a room full of machines that are switched on together, in real time. It starts many
 * processes of tests/net/client, each with a station address of its own, and is the switch between
 * them and a tap interface, behind which servers listen. It writes down when each machine asked for
 * what, and how long it took. tests/net/README.md has the words.
 */
#define _GNU_SOURCE /* memfd_create */

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/net/wire/packet.h"
#include "tests/net/wire/pcapng.h"

#define MACHINES_MAXIMUM 1000
#define SPREAD_MS        1000
#define SECONDS          300
#define STATION_FIRST    0x100000u
#define FRAME_MAXIMUM    2048
#define FRAMES_AT_ONCE   64
#define SOCKET_BUFFER    (1 << 20)
#define LINE_MAXIMUM     256
#define WORDS_MAXIMUM    32

/* In what epoll returns, besides numbers of machines. */
#define FROM_SERVERS  (MACHINES_MAXIMUM + 0u)
#define FROM_CHILDREN (MACHINES_MAXIMUM + 1u)

struct machine {
    pid_t process; /* 0: not started yet, or gone */
    int cable;     /* our end of it */
    int console;   /* what the process says */
    bool started, ended;
    uint64_t start_us;
};

static struct {
    const char *tap, *output, *record;
    char **client; /* the program and its words */
    unsigned machines, spread_ms, seconds;
    uint32_t seed;
} words = {.machines = 200, .spread_ms = SPREAD_MS, .seconds = SECONDS, .seed = 1};

static struct machine machines[MACHINES_MAXIMUM];
static int servers, events;
static FILE *output, *record;
static uint64_t began_us;
static unsigned running, ended, right;
static struct {
    uint64_t from_machines, from_servers, refused_by_machines, refused_by_servers;
} frames;

static void give_up(const char *what)
{
    fprintf(stderr, "fleet: %s: %s\n", what, strerror(errno));
    exit(2); /* takes the machines along: PR_SET_PDEATHSIG */
}

static uint64_t now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000 - began_us;
}

static void watch(int handle, uint32_t who)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = who};

    if (epoll_ctl(events, EPOLL_CTL_ADD, handle, &event) != 0)
        give_up("epoll");
}

/* --- The switch ------------------------------------------------------------------------------- */

static void to_machine(const struct machine *machine, const uint8_t *frame, size_t length)
{
    if (!machine->started || machine->ended)
        return;
    if (send(machine->cable, frame, length, MSG_DONTWAIT) != (ssize_t)length)
        frames.refused_by_machines++;
}

/* A station address is of the kind that start_machine gives, or it is everybody's or a server's. */
static struct machine *machine_at(const uint8_t *address)
{
    static const uint8_t vendor[3] = {0x52, 0x54, 0x00};
    uint32_t number = (uint32_t)address[3] << 16 | (uint32_t)address[4] << 8 | address[5];

    if (memcmp(address, vendor, 3) != 0 || number < STATION_FIRST ||
        number - STATION_FIRST >= words.machines)
        return NULL;
    return &machines[number - STATION_FIRST];
}

/* To whom it may concern; `from` NULL: from the servers. */
static void pass(const struct machine *from, const uint8_t *frame, size_t length)
{
    const struct machine *to;

    if (length < PACKET_ETHERNET)
        return;
    to = machine_at(frame);
    if (to != NULL) {
        to_machine(to, frame, length);
        return;
    }
    if ((frame[0] & 1) != 0)
        for (unsigned i = 0; i < words.machines; i++)
            if (&machines[i] != from)
                to_machine(&machines[i], frame, length);
    if (from != NULL && write(servers, frame, length) != (ssize_t)length)
        frames.refused_by_servers++;
}

/* Writes down what asks a server for something. */
static void note_request(const struct machine *from, const uint8_t *frame, size_t length)
{
    static struct packet_transfers transfers;
    struct packet packet;
    const uint8_t *to;

    packet_classify(frame, length, &transfers, &packet);
    if (packet.kind != PACKET_DHCP_DISCOVER && packet.kind != PACKET_DHCP_REQUEST &&
        packet.kind != PACKET_BOOTP && packet.kind != PACKET_TFTP_REQUEST)
        return;
    to = frame + packet.ip + 16;
    fprintf(output, "request %u %u %s %u.%u.%u.%u\n", (unsigned)(now_us() / 1000),
            (unsigned)(from - machines), packet_kind_text(packet.kind), to[0], to[1], to[2], to[3]);
    if (record != NULL)
        pcapng_frame(record, 0, true, now_us(), frame, length, "");
}

static void take_from_machine(const struct machine *machine)
{
    static uint8_t frame[FRAME_MAXIMUM];

    for (int i = 0; i < FRAMES_AT_ONCE; i++) {
        ssize_t length = recv(machine->cable, frame, sizeof frame, MSG_DONTWAIT);

        if (length <= 0)
            return;
        frames.from_machines++;
        note_request(machine, frame, (size_t)length);
        pass(machine, frame, (size_t)length);
    }
}

static void take_from_servers(void)
{
    static uint8_t frame[FRAME_MAXIMUM];

    for (int i = 0; i < FRAMES_AT_ONCE; i++) {
        ssize_t length = read(servers, frame, sizeof frame);

        if (length <= 0)
            return;
        frames.from_servers++;
        pass(NULL, frame, (size_t)length);
    }
}

static void open_servers(void)
{
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};

    servers = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", words.tap);
    if (servers < 0 || ioctl(servers, TUNSETIFF, &request) != 0)
        give_up(words.tap);
    watch(servers, FROM_SERVERS);
}

/* --- Machines --------------------------------------------------------------------------------- */

static void run_client(unsigned number, int cable, int console)
{
    char *arguments[WORDS_MAXIMUM + 8], station[16], end[16];
    unsigned count = 0;
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    snprintf(station, sizeof station, "0x%06x", STATION_FIRST + number);
    snprintf(end, sizeof end, "fd:%d", cable);
    while (words.client[count] != NULL && count < WORDS_MAXIMUM) {
        arguments[count] = words.client[count];
        count++;
    }
    arguments[count++] = "-m";
    arguments[count++] = station;
    arguments[count++] = "-c";
    arguments[count++] = end;
    arguments[count] = NULL;
    /* The copy outlives the call of the program, its original does not. */
    if (dup2(console, 1) < 0 || dup2(console, 2) < 0 || fcntl(cable, F_SETFD, 0) != 0)
        _exit(2);
    execv(arguments[0], arguments);
    dprintf(1, "%s: %s\n", arguments[0], strerror(errno));
    _exit(2);
}

/* A socket pair has no limit to the number of frames in it, only to their bytes. */
static void start_machine(unsigned number)
{
    struct machine *machine = &machines[number];
    int cable[2], buffer = SOCKET_BUFFER;

    machine->console = memfd_create("console", MFD_CLOEXEC);
    if (machine->console < 0 ||
        socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, cable) != 0)
        give_up("another machine");
    for (int i = 0; i < 2; i++)
        setsockopt(cable[i], SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
    machine->cable = cable[0];
    machine->start_us = now_us();
    machine->process = fork();
    if (machine->process < 0)
        give_up("fork");
    if (machine->process == 0)
        run_client(number, cable[1], machine->console);
    close(cable[1]);
    machine->started = true;
    running++;
    watch(machine->cable, number);
}

/* "right" or the code that the client gives, and for all but "right" what it says besides. */
static void report(unsigned number, bool stopped)
{
    static char said[16 * LINE_MAXIMUM];
    const struct machine *machine = &machines[number];
    char outcome[LINE_MAXIMUM] = "DIED";
    ssize_t length = pread(machine->console, said, sizeof said - 1, 0);

    said[length > 0 ? length : 0] = '\0';
    for (char *line = strtok(said, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        if (strncmp(line, "client ", 7) == 0 && strstr(line, ": ms=") != NULL)
            sscanf(line, "client %31[A-Za-z0-9-]", outcome);
        if (strcmp(outcome, "right") != 0)
            fprintf(output, "# %u: %s\n", number, line);
    }
    if (stopped)
        strcpy(outcome, "HANGS");
    right += strcmp(outcome, "right") == 0;
    fprintf(output, "machine %u start=%u ms=%u %s\n", number, (unsigned)(machine->start_us / 1000),
            (unsigned)((now_us() - machine->start_us) / 1000), outcome);
}

static void end_machine(unsigned number, bool stopped)
{
    struct machine *machine = &machines[number];

    take_from_machine(machine);
    report(number, stopped);
    machine->ended = true;
    machine->process = 0;
    close(machine->cable);
    close(machine->console);
    running--;
    ended++;
}

static void reap(int signals)
{
    struct signalfd_siginfo information;
    pid_t process;

    (void)!read(signals, &information, sizeof information);
    while ((process = waitpid(-1, NULL, WNOHANG)) > 0)
        for (unsigned i = 0; i < words.machines; i++)
            if (machines[i].process == process)
                end_machine(i, false);
}

/* Those that are still there when the time is over. */
static void stop_rest(void)
{
    for (unsigned i = 0; i < words.machines; i++) {
        if (machines[i].process == 0)
            continue;
        kill(machines[i].process, SIGKILL);
        waitpid(machines[i].process, NULL, 0);
        end_machine(i, true);
    }
}

/* --- Running ---------------------------------------------------------------------------------- */

/* When each machine is switched on, in order: evenly by chance over the time of -p. */
static uint64_t starts_us[MACHINES_MAXIMUM];

static int compare(const void *a, const void *b)
{
    uint64_t first = *(const uint64_t *)a, second = *(const uint64_t *)b;

    return first < second ? -1 : first > second;
}

static void plan_starts(void)
{
    uint32_t random = words.seed;

    for (unsigned i = 0; i < words.machines; i++) {
        random = random * 1664525u + 1013904223u;
        starts_us[i] = (uint64_t)(random >> 8) * words.spread_ms * 1000 >> 24;
    }
    qsort(starts_us, words.machines, sizeof starts_us[0], compare);
}

static void dispatch(const struct epoll_event *event, int signals)
{
    if (event->data.u32 == FROM_SERVERS)
        take_from_servers();
    else if (event->data.u32 == FROM_CHILDREN)
        reap(signals);
    else if (!machines[event->data.u32].ended)
        take_from_machine(&machines[event->data.u32]);
}

static void run(int signals)
{
    uint64_t until = (uint64_t)words.seconds * 1000000;
    unsigned next = 0;

    while (ended < words.machines && now_us() < until) {
        struct epoll_event ready[64];
        int wait = 100, count;

        if (next < words.machines && starts_us[next] <= now_us())
            start_machine(next++);
        if (next < words.machines) {
            uint64_t now = now_us();
            uint64_t left_ms = starts_us[next] > now ? (starts_us[next] - now) / 1000 : 0;

            if (left_ms < 100)
                wait = (int)left_ms;
        }
        count = epoll_wait(events, ready, 64, wait);
        for (int i = 0; i < count; i++)
            dispatch(&ready[i], signals);
    }
}

static const char usage[] =
    "usage: fleet [-n MACHINES] [-p SPREAD-MS] [-s SEED] [-t SECONDS] [-o OUTPUT] [-r PCAPNG]\n"
    "             TAP CLIENT WORDS...\n";

static void read_words(int argc, char **argv)
{
    int letter;

    while ((letter = getopt(argc, argv, "+n:p:s:t:o:r:")) != -1) {
        if (letter == 'n')
            words.machines = (unsigned)atoi(optarg);
        else if (letter == 'p')
            words.spread_ms = (unsigned)atoi(optarg);
        else if (letter == 's')
            words.seed = (uint32_t)atoi(optarg);
        else if (letter == 't')
            words.seconds = (unsigned)atoi(optarg);
        else if (letter == 'o')
            words.output = optarg;
        else if (letter == 'r')
            words.record = optarg;
        else
            argc = 0;
    }
    if (argc - optind < 2 || argc - optind > WORDS_MAXIMUM || words.machines == 0 ||
        words.machines > MACHINES_MAXIMUM) {
        fputs(usage, stderr);
        exit(2);
    }
    words.tap = argv[optind];
    words.client = argv + optind + 1;
}

int main(int argc, char **argv)
{
    sigset_t children;
    int signals;

    prctl(PR_SET_PDEATHSIG, SIGTERM);
    read_words(argc, argv);
    output = words.output != NULL ? fopen(words.output, "w") : stdout;
    if (output == NULL)
        give_up(words.output);
    if (words.record != NULL) {
        record = fopen(words.record, "wb");
        if (record == NULL)
            give_up(words.record);
        pcapng_begin(record);
    }
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    sigprocmask(SIG_BLOCK, &children, NULL);
    signals = signalfd(-1, &children, SFD_NONBLOCK | SFD_CLOEXEC);
    events = epoll_create1(EPOLL_CLOEXEC);
    if (signals < 0 || events < 0)
        give_up("epoll");
    watch(signals, FROM_CHILDREN);
    open_servers();
    plan_starts();
    began_us = now_us();
    printf("fleet ready: machines=%u\n", words.machines);
    fflush(stdout);
    run(signals);
    stop_rest();
    fprintf(output, "fleet: machines=%u right=%u ms=%u\n", words.machines, right,
            (unsigned)(now_us() / 1000));
    fprintf(output, "fleet frames: from_machines=%llu from_servers=%llu\n",
            (unsigned long long)frames.from_machines, (unsigned long long)frames.from_servers);
    fprintf(output, "fleet refused: by_machines=%llu by_servers=%llu\n",
            (unsigned long long)frames.refused_by_machines,
            (unsigned long long)frames.refused_by_servers);
    fflush(output);
    if (ferror(output) || (record != NULL && fclose(record) != 0))
        give_up("writing");
    return right == words.machines ? 0 : 1;
}
