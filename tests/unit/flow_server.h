/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A network for tests of the whole flow: a scripted card, and behind it one machine, 10.0.2.2, with
 * DHCP and TFTP servers of a few lines. The loader gets 10.0.2.15.
 */
#ifndef TESTS_UNIT_FLOW_SERVER_H
#define TESTS_UNIT_FLOW_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FLOW_WRITTEN_MAXIMUM 0x40000

struct flow_server {
    const char *boot_file; /* what the DHCP server says; "mach_kernel" at the start */
    bool dhcp_answers;
    bool silent_about_missing; /* as BSD's tftpd with -n */
    unsigned frames_sent;      /* by the loader */
    /* The file that was written by the loader last. */
    char written_name[128];
    uint8_t written[FLOW_WRITTEN_MAXIMUM];
    size_t written_length;
    bool written_whole;
};
extern struct flow_server flow_server;
extern const uint8_t flow_client_station[6];

/* After host_reset: adds the card; no files are served yet. */
void flow_server_start(void);
/* Serves a file, eight at the most; name and bytes stay the caller's. */
void flow_serve(const char *name, const uint8_t *bytes, size_t length);

/* A stored mkext of one kext without a module; returns its length. */
extern uint8_t flow_package[600];
size_t flow_build_package(void);

#endif
