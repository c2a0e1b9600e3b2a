/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transfer: the loader's network as a process on a wire of its own, in real time. It fetches one
 * file after the other and compares each with what it should be.
 *
 *     transfer [-v] [-w WINDOW] TAP METHOD URI=FILE...
 *
 * TAP is a tap interface, or udp:OWN,PEER for two ports of 127.0.0.1 (QEMU's dgram). METHOD is as
 * behind net= (docs/options.md). A line for each: "right" or "WRONG", or the error's code, then
 * milliseconds, packets sent and received, and the URI. -v: the loader's console too.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "boot/host/host.h"
#include "drivers/nic.h"
#include "net/fetch.h"
#include "net/network.h"
#include "net/tftp.h"

#define MEMORY        (4u << 20)
#define FRAME_MAXIMUM 2048

static int wire;
static unsigned frames_sent, frames_received;
static uint64_t real_start_us, machine_start_us;

static void give_up(const char *what)
{
    fprintf(stderr, "transfer: %s: %s\n", what, strerror(errno));
    exit(2);
}

static uint64_t real_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* The machine's clock follows the real one. */
static void set_clock(void)
{
    uint64_t real = real_us() - real_start_us, machine = platform_microseconds() - machine_start_us;

    if (real > machine)
        host_clock_advance_us(real - machine);
}

/* --- The card: frames of a wire ----------------------------------------------------------------
 */

static error_t wire_transmit(struct nic *nic, const uint8_t *frame, size_t length)
{
    (void)nic;
    frames_sent++;
    return write(wire, frame, length) == (ssize_t)length ? OK
                                                         : fail(ERROR_NIC_TRANSMIT, "the wire");
}

static unsigned wire_poll(struct nic *nic, nic_receive receive, unsigned budget)
{
    struct pollfd wait = {wire, POLLIN, 0};
    unsigned count = 0;

    if (poll(&wait, 1, 1) > 0) {
        for (; count < budget; count++) {
            uint8_t frame[FRAME_MAXIMUM];
            ssize_t length = read(wire, frame, sizeof frame);

            if (length <= 0)
                break;
            frames_received++;
            set_clock();
            receive(nic, frame, (size_t)length);
        }
    }
    set_clock();
    return count;
}

static bool wire_link(struct nic *nic)
{
    (void)nic;
    return true;
}

static void open_tap(const char *name)
{
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};

    wire = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    if (wire < 0 || ioctl(wire, TUNSETIFF, &request) != 0)
        give_up(name);
}

/* "OWN,PEER" */
static void open_udp(const char *ports)
{
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in peer = own;
    const char *comma = strchr(ports, ',');

    own.sin_port = htons((uint16_t)atoi(ports));
    peer.sin_port = htons((uint16_t)(comma != NULL ? atoi(comma + 1) : 0));
    wire = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (wire < 0 || bind(wire, (struct sockaddr *)&own, sizeof own) != 0 ||
        connect(wire, (struct sockaddr *)&peer, sizeof peer) != 0)
        give_up(ports);
}

/* --- Files ------------------------------------------------------------------------------------ */

static const uint8_t *right_bytes;
static uint64_t right_length, received;
static bool wrong, wrong_size;

static error_t compare_begin(struct fetch_sink *sink, uint64_t size)
{
    (void)sink;
    wrong_size = size != FETCH_SIZE_UNKNOWN && size != right_length;
    return OK;
}

static error_t compare_write(struct fetch_sink *sink, uint64_t offset, const uint8_t *bytes,
                             size_t length)
{
    (void)sink;
    if (offset == 0) /* from the beginning again: what came before counts no more */
        wrong = false, received = 0;
    if (offset != received || offset + length > right_length ||
        memcmp(bytes, right_bytes + offset, length) != 0)
        wrong = true;
    received = offset + length;
    return OK;
}

static bool transfer(char *words)
{
    struct fetch_sink sink = {compare_begin, compare_write, NULL};
    char *file = strrchr(words, '=');
    struct stat about;
    uint64_t began = real_us();
    error_t error;
    int handle;

    if (file == NULL)
        give_up(words);
    *file++ = '\0';
    handle = open(file, O_RDONLY | O_CLOEXEC);
    if (handle < 0 || fstat(handle, &about) != 0)
        give_up(file);
    right_length = (uint64_t)about.st_size;
    right_bytes = NULL;
    if (right_length != 0) {
        right_bytes = mmap(NULL, right_length, PROT_READ, MAP_PRIVATE, handle, 0);
        if (right_bytes == MAP_FAILED)
            give_up(file);
    }
    close(handle);
    received = 0;
    wrong = wrong_size = false;
    frames_sent = frames_received = 0;
    error_clear();
    error = fetch_to_sink(words, &sink);
    wrong |= wrong_size || (error == OK && received != right_length);
    printf("%s ms=%u sent=%u received=%u %s\n",
           error != OK ? error_code(error)
           : wrong     ? "WRONG"
                       : "right",
           (unsigned)((real_us() - began) / 1000), frames_sent, frames_received, words);
    if (error != OK)
        printf("# %s\n", error_detail());
    fflush(stdout);
    if (right_bytes != NULL)
        munmap((void *)right_bytes, right_length);
    return error == OK && !wrong;
}

int main(int argc, char **argv)
{
    static const struct nic_driver driver = {.name = "wire",
                                             .burst = 64,
                                             .transmit = wire_transmit,
                                             .poll = wire_poll,
                                             .link = wire_link};
    static struct nic nic = {
        .driver = &driver, .address = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56}, .is_open = true};
    static struct network_config config;
    bool good = true;
    int letter;

    host_reset(MEMORY);
    host_clock_step_us(0);
    while ((letter = getopt(argc, argv, "vw:")) != -1) {
        if (letter == 'v')
            host_echo(true);
        else if (letter == 'w')
            tftp_limit_window((unsigned)atoi(optarg));
        else
            return 2;
    }
    if (argc - optind < 3) {
        fputs("usage: transfer [-v] [-w WINDOW] TAP METHOD URI=FILE...\n", stderr);
        return 2;
    }
    if (strncmp(argv[optind], "udp:", 4) == 0)
        open_udp(argv[optind] + 4);
    else
        open_tap(argv[optind]);
    real_start_us = real_us();
    machine_start_us = platform_microseconds();
    if (network_start(&nic) != OK || network_configure(argv[optind + 1], &config) != OK) {
        fprintf(stderr, "transfer: %s\n", error_detail());
        return 2;
    }
    for (int i = optind + 2; i < argc; i++)
        good &= transfer(argv[i]);
    network_stop();
    return good ? 0 : 1;
}
