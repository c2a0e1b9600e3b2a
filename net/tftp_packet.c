/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/tftp_packet.h"

#include <stdio.h>
#include <string.h>

#include "lib/bytes.h"
#include "net/address.h"

#define LAST_BLOCK 65535u

const char *tftp_error_text(unsigned number)
{
    static const char *const texts[] = {
        "not defined",         "file not found",    "access violation",
        "disk full",           "illegal operation", "unknown transfer id",
        "file already exists", "no such user",      "option refused",
    };

    return number < sizeof texts / sizeof texts[0] ? texts[number] : "unknown error";
}

/* --- Taking apart ----------------------------------------------------------------------------- */

/* The string at `*at`, moving behind its NUL. NULL if there is no NUL before the end. */
static const char *next_string(const uint8_t *packet, size_t length, size_t *at)
{
    const uint8_t *start = packet + *at;
    const uint8_t *end = *at < length ? memchr(start, 0, length - *at) : NULL;

    if (end == NULL)
        return NULL;
    *at = (size_t)(end - packet) + 1;
    return (const char *)start;
}

/* Option names are the same in capitals (RFC 2347). */
static bool same_name(const char *a, const char *b)
{
    for (;; a++, b++) {
        char lower = *a >= 'A' && *a <= 'Z' ? (char)(*a - 'A' + 'a') : *a;

        if (lower != *b)
            return false;
        if (*b == '\0')
            return true;
    }
}

static bool parse_number(const char *text, uint64_t maximum, uint64_t *number)
{
    uint64_t value = 0;

    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        unsigned digit = (unsigned)(*text - '0');

        if (*text < '0' || *text > '9' || value > (maximum - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *number = value;
    return true;
}

static bool parse_options(const uint8_t *packet, size_t length, struct tftp_packet *parsed)
{
    size_t at = 2;

    while (at < length) {
        const char *name = next_string(packet, length, &at);
        const char *value;
        uint64_t number;

        /* No option has an empty name: some servers fill their packets up with zeros. */
        if (name != NULL && *name == '\0')
            return true;
        value = name != NULL ? next_string(packet, length, &at) : NULL;
        if (value == NULL)
            return false;
        if (same_name(name, "blksize")) {
            if (!parse_number(value, 65464, &number) || number < TFTP_BLOCK_MINIMUM)
                return false;
            parsed->block_size = (uint32_t)number;
        } else if (same_name(name, "tsize")) {
            if (!parse_number(value, UINT64_MAX - 1, &parsed->size))
                return false;
            parsed->has_size = true;
        } else if (same_name(name, "timeout")) {
            if (!parse_number(value, 255, &number) || number == 0)
                return false;
            parsed->timeout = (uint32_t)number;
        } else if (same_name(name, "windowsize")) {
            if (!parse_number(value, 65535, &number) || number == 0)
                return false;
            parsed->window = (uint32_t)number;
        } else {
            parsed->bad = true;
        }
    }
    return true;
}

bool tftp_parse(const uint8_t *packet, size_t length, struct tftp_packet *parsed)
{
    uint16_t opcode;

    /* All but the text, which no block has. */
    memset(parsed, 0, offsetof(struct tftp_packet, text));
    parsed->text[0] = '\0';
    if (length < 2)
        return false;
    opcode = get_be16(packet);
    switch (opcode) {
    case TFTP_OACK:
        parsed->opcode = TFTP_OACK;
        if (!parse_options(packet, length, parsed))
            parsed->bad = true;
        return true;
    case TFTP_DATA:
        if (length < TFTP_HEADER)
            return false;
        parsed->opcode = TFTP_DATA;
        parsed->block = get_be16(packet + 2);
        parsed->data = packet + TFTP_HEADER;
        parsed->length = length - TFTP_HEADER;
        return true;
    case TFTP_ERROR:
        if (length < TFTP_HEADER)
            return false;
        parsed->opcode = TFTP_ERROR;
        parsed->error = get_be16(packet + 2);
        text_make_printable(parsed->text, sizeof parsed->text, packet + TFTP_HEADER,
                            length - TFTP_HEADER);
        return true;
    default:
        return false;
    }
}

/* --- Building --------------------------------------------------------------------------------- */

/* Appends text and its NUL; false if there is no room. */
static bool put_string(uint8_t *packet, size_t *at, const char *text)
{
    size_t length = strlen(text) + 1;

    if (!bytes_within(TFTP_REQUEST_MAXIMUM, *at, length))
        return false;
    memcpy(packet + *at, text, length);
    *at += length;
    return true;
}

static bool put_number_option(uint8_t *packet, size_t *at, const char *name, unsigned number)
{
    char text[12];

    snprintf(text, sizeof text, "%u", number);
    return put_string(packet, at, name) && put_string(packet, at, text);
}

size_t tftp_build_request(const char *path, unsigned block_size, unsigned timeout_s,
                          unsigned window, uint8_t packet[TFTP_REQUEST_MAXIMUM], bool *options)
{
    size_t at = 2, plain;

    *options = false;
    put_be16(packet, TFTP_RRQ);
    if (path[0] == '\0' || !put_string(packet, &at, path) || !put_string(packet, &at, "octet"))
        return 0;
    plain = at;
    if (block_size == 0)
        return plain;
    *options = put_number_option(packet, &at, "tsize", 0) &&
               put_number_option(packet, &at, "blksize", block_size) &&
               put_number_option(packet, &at, "timeout", timeout_s) &&
               (window == 1 || put_number_option(packet, &at, "windowsize", window));
    return *options ? at : plain;
}

#ifndef SAWBOOT_SMALL

size_t tftp_build_write_request(const char *path, size_t size, unsigned block_size,
                                unsigned timeout_s, uint8_t packet[TFTP_REQUEST_MAXIMUM],
                                bool *options)
{
    size_t at = 2, plain;

    *options = false;
    put_be16(packet, TFTP_WRQ);
    if (path[0] == '\0' || !put_string(packet, &at, path) || !put_string(packet, &at, "octet"))
        return 0;
    plain = at;
    *options = block_size != 0 && put_number_option(packet, &at, "tsize", (unsigned)size) &&
               put_number_option(packet, &at, "blksize", block_size) &&
               put_number_option(packet, &at, "timeout", timeout_s);
    return *options ? at : plain;
}

#endif

size_t tftp_build_ack(uint16_t block, uint8_t packet[TFTP_HEADER])
{
    put_be16(packet, TFTP_ACK);
    put_be16(packet + 2, block);
    return TFTP_HEADER;
}

size_t tftp_build_error(enum tftp_error error, const char *text, uint8_t packet[TFTP_ERROR_PACKET])
{
    put_be16(packet, TFTP_ERROR);
    put_be16(packet + 2, (uint16_t)error);
    snprintf((char *)packet + TFTP_HEADER, TFTP_ERROR_PACKET - TFTP_HEADER, "%s", text);
    return TFTP_HEADER + strlen((char *)packet + TFTP_HEADER) + 1;
}

/* --- The block counter ------------------------------------------------------------------------ */

enum tftp_arrival tftp_counter_judge(const struct tftp_counter *counter, uint16_t wire)
{
    if (counter->received != 0 && wire == counter->wire)
        return TFTP_BLOCK_AGAIN;
    if (counter->wire != LAST_BLOCK ? wire == counter->wire + 1u
                                    : (wire == 0 && counter->wrap != TFTP_WRAP_TO_1) ||
                                          (wire == 1 && counter->wrap != TFTP_WRAP_TO_0))
        return TFTP_BLOCK_NEXT;
    /* Half of all numbers are behind, the other half before us. */
    return (uint16_t)(wire - counter->wire - 1u) < 0x7FFF ? TFTP_BLOCK_AHEAD : TFTP_BLOCK_OLD;
}

void tftp_counter_accept(struct tftp_counter *counter, uint16_t wire)
{
    if (counter->wire == LAST_BLOCK)
        counter->wrap = wire == 0 ? TFTP_WRAP_TO_0 : TFTP_WRAP_TO_1;
    counter->wire = wire;
    counter->received++;
}
