/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The stream: a flag byte, used from bit 0 up; a set bit stands for one literal byte, a clear bit
 * for a pair (b0, b1): position b0 | (b1 & 0xF0) << 4 in the ring, length (b1 & 0x0F) + 3.
 *
 * Decoders keep the last 4096 bytes in a ring whose write position starts at 4078. Here the output
 * itself is the ring: a position is turned into a distance back from the end of the output.
 */
#include "lib/lzss.h"

#define RING        4096u
#define RING_START  4078u /* RING - MATCH_LONGEST */
#define RING_PRESET 0x20  /* what stands in the ring before anything was written */

#define MATCH_SHORTEST 3u
#define MATCH_LONGEST  18u

size_t lzss_unpack(const uint8_t *in, size_t in_size, uint8_t *out, size_t out_size)
{
    size_t at = 0, made = 0;
    unsigned flags = 1; /* a 1 in bit 0 alone: a new flag byte is due */

    while (at < in_size) {
        unsigned length;
        size_t distance;

        if (flags == 1) {
            flags = 0x100u | in[at++];
            continue;
        }
        if ((flags & 1) != 0) {
            if (made < out_size)
                out[made] = in[at];
            made++;
            at++;
        } else {
            if (in_size - at < 2)
                break; /* a cut pair ends the stream */
            distance = in[at] | (in[at + 1] & 0xf0u) << 4;
            distance = (RING_START + made - distance - 1) % RING + 1;
            length = (in[at + 1] & 0x0fu) + MATCH_SHORTEST;
            at += 2;
            for (; length != 0; length--, made++)
                if (made < out_size)
                    out[made] = made >= distance ? out[made - distance] : RING_PRESET;
        }
        flags >>= 1;
    }
    return made;
}

size_t lzss_pack_bound(size_t in_size)
{
    return in_size + in_size / 8 + (in_size % 8 != 0);
}

/*
 * Finding matches: positions whose next three bytes have the same hash form a chain, newest first.
 * A match must not reach into the part of the ring that the decoder is about to overwrite, which
 * Apple's own encoder avoids as well: so a match starts at most RING - MATCH_LONGEST bytes back.
 */
#define HASH_BITS     13
#define HASH_SIZE     (1u << HASH_BITS)
#define DISTANCE_MOST (RING - MATCH_LONGEST)
#define CHAIN_MOST    400 /* tries; more makes packing slow and gains next to nothing */
#define NOWHERE       SIZE_MAX

struct matcher {
    const uint8_t *in;
    size_t in_size;
    size_t newest[HASH_SIZE];
    size_t older[RING]; /* by position modulo RING */
};

static unsigned hash3(const uint8_t *b)
{
    uint32_t three = (uint32_t)b[0] << 16 | (uint32_t)b[1] << 8 | b[2];

    return (three * 0x9e3779b1u) >> (32 - HASH_BITS);
}

static void remember(struct matcher *matcher, size_t at)
{
    unsigned hash;

    if (matcher->in_size - at < MATCH_SHORTEST)
        return;
    hash = hash3(matcher->in + at);
    matcher->older[at % RING] = matcher->newest[hash];
    matcher->newest[hash] = at;
}

/* The length of the longest match for what stands at `at`; below MATCH_SHORTEST: none. */
static size_t find_match(const struct matcher *matcher, size_t at, size_t *distance)
{
    const uint8_t *in = matcher->in;
    size_t left = matcher->in_size - at;
    size_t most = left < MATCH_LONGEST ? left : MATCH_LONGEST, best = 0, candidate;

    if (left < MATCH_SHORTEST)
        return 0;
    candidate = matcher->newest[hash3(in + at)];
    for (unsigned tries = 0; candidate != NOWHERE && at - candidate <= DISTANCE_MOST &&
                             tries < CHAIN_MOST && best < most;
         tries++) {
        size_t same = 0;

        while (same < most && in[candidate + same] == in[at + same])
            same++;
        if (same > best) {
            best = same;
            *distance = at - candidate;
        }
        candidate = matcher->older[candidate % RING];
    }
    return best;
}

size_t lzss_pack(const uint8_t *in, size_t in_size, uint8_t *out, size_t out_size)
{
    static struct matcher matcher; /* too large for a stack */
    size_t at = 0, made = 0, flags_at = 0;
    unsigned item = 8;

    matcher.in = in;
    matcher.in_size = in_size;
    for (size_t i = 0; i < HASH_SIZE; i++)
        matcher.newest[i] = NOWHERE;
    while (at < in_size) {
        size_t distance = 0, length = find_match(&matcher, at, &distance);
        unsigned needed = (item == 8) + (length >= MATCH_SHORTEST ? 2u : 1u);

        if (out_size - made < needed)
            return 0;
        if (item == 8) {
            flags_at = made++;
            out[flags_at] = 0;
            item = 0;
        }
        if (length >= MATCH_SHORTEST) {
            size_t position = (RING_START + at - distance) % RING;

            out[made++] = (uint8_t)position;
            out[made++] = (uint8_t)((position >> 4 & 0xf0u) | (length - MATCH_SHORTEST));
        } else {
            length = 1;
            out[flags_at] = (uint8_t)(out[flags_at] | 1u << item);
            out[made++] = in[at];
        }
        item++;
        while (length-- != 0)
            remember(&matcher, at++);
    }
    return made;
}
