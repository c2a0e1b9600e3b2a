/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/inflate.h without zlib, for the loader in a card's ROM: a tenth of the code, a quarter of the
 * speed. RFC 1950, 1951 and 1952; section numbers are of RFC 1951. tests/unit/test_small_inflate.c
 * compares the two.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/bytes.h"
#include "lib/crc32.h"
#include "lib/inflate.h"

#define WINDOW        0x8000u /* how far back a copy reaches */
#define ADLER_MODULUS 65521u
#define CRC_POLYNOME  0xEDB88320u

#define CODE_BITS_MAXIMUM 15
#define LITERALS_MAXIMUM  286 /* with the lengths */
#define DISTANCES_MAXIMUM 30
#define FIXED_LITERALS    288 /* of which two are never used, */
#define FIXED_DISTANCES   32  /* nor are two of these */
#define END_OF_BLOCK      256
#define FIRST_LENGTH      257
#define LONGEST           285

struct stream {
    enum inflate_result result; /* DONE until something else is known */
    const uint8_t *in;
    size_t length, at;
    uint32_t bits; /* read, but not used: `held` of them */
    unsigned held;
    uint8_t *out;
    size_t mask; /* of an index into `out`: all of it, or a window */
    size_t room, made;
    bool gzip;
    uint32_t crc, low, high; /* of what was made: CRC-32, or the two sums of Adler-32 */
};

/* A Huffman code: how many codes there are of each length; the symbols, by code (3.2.2). */
struct code {
    uint16_t count[CODE_BITS_MAXIMUM + 1];
    uint16_t symbol[FIXED_LITERALS];
};

/* The first reason counts. */
static void stop(struct stream *stream, enum inflate_result reason)
{
    if (stream->result == INFLATE_DONE)
        stream->result = reason;
}

/* The next bits, the first one lowest; at most 16. 0 behind the end. */
static uint32_t take(struct stream *stream, unsigned count)
{
    uint32_t value;

    while (stream->held < count) {
        if (stream->at == stream->length) {
            stop(stream, INFLATE_TRUNCATED);
            return 0;
        }
        stream->bits |= (uint32_t)stream->in[stream->at++] << stream->held;
        stream->held += 8;
    }
    value = stream->bits & ((1u << count) - 1);
    stream->bits >>= count;
    stream->held -= count;
    return value;
}

static void put(struct stream *stream, uint8_t byte)
{
    if (stream->made == stream->room) {
        stop(stream, INFLATE_TOO_LARGE);
        return;
    }
    stream->out[stream->made++ & stream->mask] = byte;
    if (stream->gzip) {
        stream->crc ^= byte;
        for (unsigned bit = 0; bit < 8; bit++)
            stream->crc = stream->crc >> 1 ^ (CRC_POLYNOME & -(stream->crc & 1));
    } else {
        stream->low = (stream->low + byte) % ADLER_MODULUS;
        stream->high = (stream->high + stream->low) % ADLER_MODULUS;
    }
}

/* --- Huffman codes -------------------------------------------------------------------------- */

/*
 * From the length of each symbol's code. It is damage if codes are left over, but where the longest
 * has at most `short_bits`; no codes at all show when one is read.
 */
static void make_code(struct stream *stream, struct code *code, const uint8_t *lengths,
                      unsigned symbols, unsigned short_bits)
{
    uint16_t place[CODE_BITS_MAXIMUM + 1];
    unsigned longest = 0, used = 0;
    int left = 1;

    memset(code->count, 0, sizeof code->count);
    for (unsigned i = 0; i < symbols; i++)
        code->count[lengths[i]]++;
    code->count[0] = 0;
    for (unsigned bits = 1; bits <= CODE_BITS_MAXIMUM; bits++) {
        place[bits] = (uint16_t)used;
        used += code->count[bits];
        left = left * 2 - code->count[bits];
        if (left < 0) {
            stop(stream, INFLATE_DAMAGED);
            return;
        }
        if (code->count[bits] != 0)
            longest = bits;
    }
    if (left > 0 && longest > short_bits)
        stop(stream, INFLATE_DAMAGED);
    for (unsigned i = 0; i < symbols; i++)
        if (lengths[i] != 0)
            code->symbol[place[lengths[i]]++] = (uint16_t)i;
}

/* The next symbol, bit by bit: codes of a length are numbers in a row (3.2.2). */
static unsigned symbol(struct stream *stream, const struct code *code)
{
    int number = 0, first = 0, before = 0;

    for (unsigned bits = 1; bits <= CODE_BITS_MAXIMUM; bits++) {
        number = number * 2 + (int)take(stream, 1);
        first *= 2;
        if (number - first < code->count[bits])
            return code->symbol[before + number - first];
        before += code->count[bits];
        first += code->count[bits];
    }
    stop(stream, INFLATE_DAMAGED);
    return END_OF_BLOCK;
}

/* --- Blocks --------------------------------------------------------------------------------- */

/*
 * Lengths and distances (3.2.5): numbers in groups of 1 << group; from the third group on, each has
 * one bit more behind it than those of the group before.
 */
static unsigned number_with_bits(struct stream *stream, unsigned number, unsigned group)
{
    unsigned extra = number >> group, in_group = 1u << group;

    if (extra < 2)
        return number;
    extra--;
    return ((in_group + number % in_group) << extra) + take(stream, extra);
}

static void copy(struct stream *stream, unsigned length, size_t distance)
{
    if (distance > stream->made) {
        stop(stream, INFLATE_DAMAGED);
        return;
    }
    while (length-- > 0 && stream->result == INFLATE_DONE)
        put(stream, stream->out[(stream->made - distance) & stream->mask]);
}

static void read_symbols(struct stream *stream, const struct code *literals,
                         const struct code *distances)
{
    while (stream->result == INFLATE_DONE) {
        unsigned literal = symbol(stream, literals), length, distance;

        if (literal == END_OF_BLOCK)
            return;
        if (literal < END_OF_BLOCK) {
            put(stream, (uint8_t)literal);
            continue;
        }
        if (literal > LONGEST) {
            stop(stream, INFLATE_DAMAGED);
            return;
        }
        length = literal == LONGEST ? 258 : 3 + number_with_bits(stream, literal - FIRST_LENGTH, 2);
        distance = symbol(stream, distances);
        if (distance >= DISTANCES_MAXIMUM)
            stop(stream, INFLATE_DAMAGED);
        else
            copy(stream, length, 1 + number_with_bits(stream, distance, 1));
    }
}

/* The lengths of the codes of a block, themselves in a code (3.2.7). */
static void read_lengths(struct stream *stream, struct code *code, uint8_t *lengths,
                         unsigned literals, unsigned distances)
{
    static const uint8_t order[] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                    11, 4,  12, 3, 13, 2, 14, 1, 15};
    unsigned given = take(stream, 4) + 4, at = 0;

    while (at < given)
        lengths[order[at++]] = (uint8_t)take(stream, 3);
    make_code(stream, code, lengths, sizeof order, 0);
    memset(lengths, 0, sizeof order);
    if (literals > LITERALS_MAXIMUM || distances > DISTANCES_MAXIMUM)
        stop(stream, INFLATE_DAMAGED);
    for (at = 0; at < literals + distances && stream->result == INFLATE_DONE;) {
        unsigned length = symbol(stream, code), times = 1;

        if (length == 16) { /* the last one again */
            times = 3 + take(stream, 2);
            length = at != 0 ? lengths[at - 1] : 0;
            if (at == 0)
                stop(stream, INFLATE_DAMAGED);
        } else if (length > 16) {
            times = length == 17 ? 3 + take(stream, 3) : 11 + take(stream, 7);
            length = 0;
        }
        if (times > literals + distances - at)
            stop(stream, INFLATE_DAMAGED);
        else
            while (times-- > 0)
                lengths[at++] = (uint8_t)length;
    }
    if (lengths[END_OF_BLOCK] == 0)
        stop(stream, INFLATE_DAMAGED);
}

static void coded_block(struct stream *stream, bool fixed)
{
    uint8_t lengths[FIXED_LITERALS + FIXED_DISTANCES];
    struct code codes[2];
    unsigned literals = FIXED_LITERALS, distances = FIXED_DISTANCES;

    memset(lengths, 0, sizeof lengths);
    if (fixed) { /* 3.2.6 */
        for (unsigned i = 0; i < sizeof lengths; i++)
            lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : i < 288 ? 8 : 5;
    } else {
        literals = take(stream, 5) + FIRST_LENGTH;
        distances = take(stream, 5) + 1;
        read_lengths(stream, codes, lengths, literals, distances);
    }
    make_code(stream, &codes[0], lengths, literals, 1);
    make_code(stream, &codes[1], lengths + literals, distances, 1);
    read_symbols(stream, &codes[0], &codes[1]);
}

static void stored_block(struct stream *stream)
{
    uint32_t length;

    stream->held = 0;
    stream->bits = 0;
    length = take(stream, 16);
    if (take(stream, 16) != (length ^ 0xFFFF))
        stop(stream, INFLATE_DAMAGED);
    while (length-- > 0 && stream->result == INFLATE_DONE)
        put(stream, (uint8_t)take(stream, 8));
}

static void read_blocks(struct stream *stream)
{
    bool last = false;

    while (!last && stream->result == INFLATE_DONE) {
        unsigned kind;

        last = take(stream, 1) != 0;
        kind = take(stream, 2);
        if (kind == 0)
            stored_block(stream);
        else if (kind < 3)
            coded_block(stream, kind == 1);
        else
            stop(stream, INFLATE_DAMAGED);
    }
    stream->held = 0;
    stream->bits = 0;
}

/* --- Wrappers ------------------------------------------------------------------------------- */

/* RFC 1952, section 2.3. */
enum { GZIP_CRC = 2, GZIP_EXTRA = 4, GZIP_NAME = 8, GZIP_COMMENT = 16, GZIP_RESERVED = 0xE0 };

static void gzip_header(struct stream *stream)
{
    uint32_t magic = take(stream, 16), method = take(stream, 8), flags = take(stream, 8);

    if (magic != 0x8B1F || method != 8 || (flags & GZIP_RESERVED) != 0)
        stop(stream, INFLATE_DAMAGED);
    for (unsigned i = 0; i < 6; i++) /* time, system */
        take(stream, 8);
    if (flags & GZIP_EXTRA)
        for (uint32_t length = take(stream, 16); length > 0; length--)
            take(stream, 8);
    for (unsigned text = GZIP_NAME; text <= GZIP_COMMENT; text *= 2)
        while ((flags & text) != 0 && take(stream, 8) != 0)
            ;
    if (flags & GZIP_CRC) {
        uint32_t crc = crc32_ieee(stream->in, stream->at);

        if (take(stream, 16) != (crc & 0xFFFF))
            stop(stream, INFLATE_DAMAGED);
    }
}

/* RFC 1950, section 2.2; without a dictionary. */
static void zlib_header(struct stream *stream)
{
    uint32_t first = take(stream, 8), second = take(stream, 8);

    if ((first & 15) != 8 || first >> 4 > 7 || (first * 256 + second) % 31 != 0 ||
        (second & 0x20) != 0)
        stop(stream, INFLATE_DAMAGED);
}

/* True if the next 4 bytes are this number. */
static bool confirms(struct stream *stream, uint32_t number, bool big_endian)
{
    uint8_t bytes[4];

    for (unsigned i = 0; i < 4; i++)
        bytes[i] = (uint8_t)take(stream, 8);
    return (big_endian ? get_be32(bytes) : get_le32(bytes)) == number;
}

static enum inflate_result run(bool gzip, const uint8_t *in, size_t in_length, uint8_t *out,
                               size_t out_size, struct inflate_counts *counts)
{
    struct stream stream = {.in = in,
                            .length = in_length,
                            .out = out != NULL ? out : malloc(WINDOW),
                            .mask = out != NULL ? SIZE_MAX : WINDOW - 1,
                            .room = out_size,
                            .gzip = gzip,
                            .crc = 0xFFFFFFFFu,
                            .low = 1};

    memset(counts, 0, sizeof *counts);
    if (stream.out == NULL)
        return INFLATE_NO_MEMORY;
    if (gzip)
        gzip_header(&stream);
    else
        zlib_header(&stream);
    read_blocks(&stream);
    if (!(gzip ? confirms(&stream, ~stream.crc, false) &&
                     confirms(&stream, (uint32_t)stream.made, false)
               : confirms(&stream, stream.high << 16 | stream.low, true)))
        stop(&stream, INFLATE_CHECKSUM);
    if (out == NULL)
        free(stream.out);
    *counts = (struct inflate_counts){.used = stream.at, .made = stream.made};
    return stream.result;
}

enum inflate_result inflate_gzip(const uint8_t *in, size_t in_length, uint8_t *out, size_t out_size,
                                 struct inflate_counts *counts)
{
    return run(true, in, in_length, out, out_size, counts);
}

enum inflate_result inflate_zlib(const uint8_t *in, size_t in_length, uint8_t *out, size_t out_size,
                                 struct inflate_counts *counts)
{
    return run(false, in, in_length, out, out_size, counts);
}
