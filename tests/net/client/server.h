/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A boot server at the far end of the wire in virtual time: ARP, DHCP and TFTP, with the manners of
 * real ones. It takes nothing whose checksums are wrong, and tells a client that talks to a
 * transfer that has ended "port unreachable", as a kernel does.
 */
#ifndef TESTS_NET_CLIENT_SERVER_H
#define TESTS_NET_CLIENT_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum server_manners {
    /* Repeats a block when its own time is up, which doubles, and never for a repeated
     * acknowledgement (tftpd-hpa). */
    SERVER_PATIENT,
    /* Answers each acknowledgement with the block behind it, and repeats after a fixed time
     * (atftpd). */
    SERVER_EAGER,
    /* Answers each acknowledgement, whatever its number, with the next block that it has not sent
     * yet, and never repeats anything (QEMU). */
    SERVER_BLIND,
    /* Knows no options; otherwise like the first, with a time of 3 s (RFC 1350). */
    SERVER_PLAIN
};

#define SERVER_PATTERN                                                        \
    65521u /* the files' period: a prime, so that no block looks like another \
            */

typedef void (*server_send)(const uint8_t *frame, size_t length);

/* Serves a file of so many bytes under every name. `window`: the most blocks it grants at once
 * (RFC 7440), 0: it does not know that option. */
void server_begin(enum server_manners manners, uint64_t size, unsigned window, server_send send);
/* A frame arrives. */
void server_receive(const uint8_t *frame, size_t length, uint64_t now_us);
void server_run(uint64_t now_us);
/* When server_run has something to do; UINT64_MAX: never. */
uint64_t server_next_us(void);

/* Byte `offset` of the file and the following ones, at most SERVER_PATTERN. */
const uint8_t *server_pattern(uint64_t offset);

#endif
