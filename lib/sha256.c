/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/sha256.h"

#include <string.h>

#include "lib/bytes.h"

#define BLOCK  64
#define ROUNDS 64

/* Section 4.2.2: the fractions of the cube roots of the first 64 primes. */
static const uint32_t constants[ROUNDS] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate(uint32_t value, unsigned by)
{
    return value >> by | value << (32 - by);
}

/* Section 6.2.2. */
static void take_block(uint32_t hash[8], const uint8_t block[BLOCK])
{
    uint32_t words[ROUNDS], state[8];

    for (unsigned i = 0; i < 16; i++)
        words[i] = get_be32(block + 4 * i);
    for (unsigned i = 16; i < ROUNDS; i++) {
        uint32_t a = words[i - 15], b = words[i - 2];

        words[i] = (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10) + words[i - 7] +
                   (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + words[i - 16];
    }
    memcpy(state, hash, sizeof state);
    for (unsigned i = 0; i < ROUNDS; i++) {
        uint32_t e = state[4], a = state[0];
        uint32_t first = state[7] + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +
                         ((e & state[5]) ^ (~e & state[6])) + constants[i] + words[i];
        uint32_t second = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) +
                          ((a & state[1]) ^ (a & state[2]) ^ (state[1] & state[2]));

        memmove(state + 1, state, 7 * sizeof state[0]);
        state[4] += first;
        state[0] = first + second;
    }
    for (unsigned i = 0; i < 8; i++)
        hash[i] += state[i];
}

void sha256(const uint8_t *bytes, size_t length, uint8_t digest[SHA256_LENGTH])
{
    /* Section 5.3.3: the fractions of the square roots of the first eight primes. */
    uint32_t hash[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    uint8_t last[2 * BLOCK] = {0};
    size_t whole = length / BLOCK * BLOCK, rest = length - whole, end;

    for (size_t at = 0; at < whole; at += BLOCK)
        take_block(hash, bytes + at);
    /* Section 5.1.1: a one, zeros, the length in bits. */
    if (rest != 0)
        memcpy(last, bytes + whole, rest);
    last[rest] = 0x80;
    end = rest < BLOCK - 8 ? BLOCK : 2 * BLOCK;
    put_be64(last + end - 8, (uint64_t)length * 8);
    for (size_t at = 0; at < end; at += BLOCK)
        take_block(hash, last + at);
    for (unsigned i = 0; i < 8; i++)
        put_be32(digest + 4 * i, hash[i]);
}
