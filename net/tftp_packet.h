/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TFTP packets (RFC 1350, options RFC 2347 to 2349 and 7440) and the block counter. Pure functions
 * of bytes.
 */
#ifndef NET_TFTP_PACKET_H
#define NET_TFTP_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TFTP_PORT            69
#define TFTP_HEADER          4   /* of DATA, ACK and ERROR */
#define TFTP_BLOCK_DEFAULT   512 /* without the option blksize */
#define TFTP_BLOCK_MINIMUM   8   /* RFC 2348 */
#define TFTP_REQUEST_MAXIMUM 512 /* RFC 2347: a request's whole length */
#define TFTP_TEXT_LENGTH     128

enum tftp_opcode {
    TFTP_RRQ = 1,
    TFTP_WRQ = 2,
    TFTP_DATA = 3,
    TFTP_ACK = 4,
    TFTP_ERROR = 5,
    TFTP_OACK = 6
};

/* RFC 1350 appendix and RFC 2347. */
enum tftp_error {
    TFTP_ERROR_UNDEFINED = 0,
    TFTP_ERROR_NOT_FOUND = 1,
    TFTP_ERROR_ACCESS = 2,
    TFTP_ERROR_FULL = 3,
    TFTP_ERROR_ILLEGAL = 4,
    TFTP_ERROR_TID = 5,
    TFTP_ERROR_EXISTS = 6,
    TFTP_ERROR_USER = 7,
    TFTP_ERROR_OPTION = 8
};
/* What a number means in words; for unknown numbers too. */
const char *tftp_error_text(unsigned number);

struct tftp_packet {
    enum tftp_opcode opcode;
    uint16_t block;      /* DATA, ACK */
    const uint8_t *data; /* DATA: inside the packet */
    size_t length;
    uint16_t error; /* ERROR: the number */
    /* OACK; 0 (or the flag) means absent. Malformed, or with names that we never ask for: `bad`. */
    bool has_size, bad;
    uint64_t size;
    uint32_t block_size, timeout, window;
    char text[TFTP_TEXT_LENGTH]; /* ERROR: the server's words, printable; else "" */
};

/* Takes a packet apart. False if it is cut off or none that a server sends. */
bool tftp_parse(const uint8_t *packet, size_t length, struct tftp_packet *parsed);

/*
 * A read request in octet mode for `path`. With a `block_size` other than 0 it asks for blksize,
 * tsize and timeout too, and with a `window` other than 1 for windowsize, unless that made it
 * longer than RFC 2347 allows (then *options is false). Returns the length, or 0 if the path is
 * empty or too long.
 */
size_t tftp_build_request(const char *path, unsigned block_size, unsigned timeout_s,
                          unsigned window, uint8_t packet[TFTP_REQUEST_MAXIMUM], bool *options);
/*
 * A write request in the same way: `size` bytes are going to come. With a `block_size` other than 0
 * it asks for tsize, blksize and timeout.
 */
size_t tftp_build_write_request(const char *path, size_t size, unsigned block_size,
                                unsigned timeout_s, uint8_t packet[TFTP_REQUEST_MAXIMUM],
                                bool *options);
/* Each returns the length. */
size_t tftp_build_ack(uint16_t block, uint8_t packet[TFTP_HEADER]);
#define TFTP_ERROR_PACKET 64
size_t tftp_build_error(enum tftp_error error, const char *text, uint8_t packet[TFTP_ERROR_PACKET]);

/*
 * Counts blocks in 64 bits beside the 16 bits of the wire. RFC 1350 does not say what follows block
 * 65535: some servers go on with 0, some with 1. The first block after it shows which.
 */
struct tftp_counter {
    uint64_t received; /* blocks accepted so far */
    uint16_t wire;     /* the number of the last one; 0 before the first */
    enum { TFTP_WRAP_UNKNOWN, TFTP_WRAP_TO_0, TFTP_WRAP_TO_1 } wrap;
};
enum tftp_arrival { TFTP_BLOCK_NEXT, TFTP_BLOCK_AGAIN, TFTP_BLOCK_AHEAD, TFTP_BLOCK_OLD };

/* What block `wire` is: the next, the last one again, beyond the next, or an older one. */
enum tftp_arrival tftp_counter_judge(const struct tftp_counter *counter, uint16_t wire);
/* Counts a block that was judged TFTP_BLOCK_NEXT. */
void tftp_counter_accept(struct tftp_counter *counter, uint16_t wire);

#endif
