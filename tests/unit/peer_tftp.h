/* SPDX-License-Identifier: BSD-2-Clause */
/* A TFTP server for tests, well behaved or not, on the wire of peer.h. */
#ifndef TESTS_UNIT_PEER_TFTP_H
#define TESTS_UNIT_PEER_TFTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PEER_PATTERN 65521u /* the files' period: a prime, so that no block looks like another */

struct peer_tftp {
    /* How it behaves; set after peer_tftp_start. */
    uint64_t size;
    enum { OPTIONS_TAKEN, OPTIONS_IGNORED, OPTIONS_REFUSED, OPTIONS_SWALLOWED } options;
    unsigned refusal;       /* OPTIONS_REFUSED: the error number */
    unsigned block_limit;   /* the largest block it grants */
    unsigned block_grant;   /* not 0: what it grants, whatever was asked for */
    unsigned window_limit;  /* the largest window it grants; 0: does not know the option */
    unsigned window_grant;  /* not 0: what it grants, whatever was asked for */
    unsigned window_sent;   /* not 0: how many blocks it sends at once, whatever was granted */
    unsigned window_lost;   /* not 0: of each window only the first so many blocks arrive */
    bool window_to_its_end; /* takes no acknowledgement of a block inside its window */
    bool window_refused;    /* answers `refusal` if asked for one */
    bool window_swallowed;  /* does not answer if asked for one */
    const char *oack;       /* not NULL: the OACK's strings, with oack_length */
    size_t oack_length;
    bool oack_always;                   /* even if no options were asked for */
    bool no_size;                       /* leaves tsize out */
    uint64_t announced;                 /* what tsize says, if not UINT64_MAX */
    uint64_t announced_later;           /* the same for later requests, if not UINT64_MAX */
    unsigned wrap;                      /* the number after 65535 */
    unsigned repeat_ms;                 /* its own retransmission; 0: none */
    bool repeat_oack;                   /* that for the OACK as well */
    bool sorcerer;                      /* sends a block for every acknowledgement, new or not */
    bool every_request;                 /* answers each request by a process of its own */
    uint64_t lost_block, lost_times;    /* this block gets lost so many times */
    uint64_t silent_from;               /* from this block on it is dead, for good */
    uint64_t gone_from;                 /* from this block on it has ended, until asked again */
    unsigned path_limit;                /* datagrams with more data than this get lost */
    uint64_t long_block;                /* this block is a byte too long */
    unsigned deaf_requests;             /* so many requests get lost */
    bool forged;                        /* somebody answers those instead, with one block */
    uint64_t deaf_acks_from, deaf_acks; /* from this block on so many acknowledgements get lost */
    bool (*deaf_to)(unsigned ack);      /* which acknowledgements get lost; the first is 1 */
    uint64_t error_block;               /* at this block an error comes instead */
    unsigned error_number;
    const char *error_text;
    bool refuse_all; /* answers every request with that error */

    /* What happened. */
    unsigned requests, requests_with_options;
    char path[600];
    unsigned asked_block_size, asked_timeout, asked_window, windows_asked;
    unsigned data_packets, acks, oacks;
    unsigned errors[16]; /* received, by number */
    char last_error[128];
    uint16_t client_port;
    uint64_t acknowledged; /* blocks */
    uint64_t acks_of_gone; /* acknowledgements that found nobody */
    bool complete;
};

/* Starts it at 10.0.2.2, well behaved, with a file of `size` bytes. */
struct peer_tftp *peer_tftp_start(uint64_t size);
/* Byte `offset` of every file and the following ones. `length` is at most PEER_PATTERN. */
const uint8_t *peer_pattern(uint64_t offset);
/* Sends something from the server's present port. */
void peer_tftp_send(uint16_t from_port, const uint8_t *bytes, size_t length);
uint16_t peer_tftp_port(void);

#endif
