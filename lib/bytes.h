/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading and writing integers of a stated byte order at any alignment.
 *
 * Everything that comes from outside (files, packets, firmware properties,
 * EEPROMs) and everything that leaves for a kernel goes through these. The
 * caller has checked that the bytes exist; `bytes_within` is the check.
 * This is the only header that may care about the processor's byte order, and
 * it has no need to.
 */
#ifndef LIB_BYTES_H
#define LIB_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * True if [offset, offset + length) lies inside an object of `size` bytes. Never overflows. In 32
 * bits where none of the three has more: 32-bit processors are told three numbers, not six.
 */
static inline bool bytes_within_32(uint32_t size, uint32_t offset, uint32_t length)
{
    return offset <= size && length <= size - offset;
}
static inline bool bytes_within_64(uint64_t size, uint64_t offset, uint64_t length)
{
    return offset <= size && length <= size - offset;
}
#define bytes_within(size, offset, length)                                           \
    (sizeof(size) <= 4 && sizeof(offset) <= 4 && sizeof(length) <= 4                 \
         ? bytes_within_32((uint32_t)(size), (uint32_t)(offset), (uint32_t)(length)) \
         : bytes_within_64(size, offset, length))

/*
 * True if [a, a + a_length) and [b, b + b_length) share a byte. Ranges must not wrap; their end may
 * be 2^32 or 2^64. In 32 bits where that is enough, as above.
 */
static inline bool ranges_overlap_32(uint32_t a, uint32_t a_length, uint32_t b, uint32_t b_length)
{
    return a < b ? b_length != 0 && b - a < a_length : a_length != 0 && a - b < b_length;
}
static inline bool ranges_overlap_64(uint64_t a, uint64_t a_length, uint64_t b, uint64_t b_length)
{
    return a < b ? b_length != 0 && b - a < a_length : a_length != 0 && a - b < b_length;
}
#define ranges_overlap(a, a_length, b, b_length)                                        \
    (sizeof(a) <= 4 && sizeof(a_length) <= 4 && sizeof(b) <= 4 && sizeof(b_length) <= 4 \
         ? ranges_overlap_32((uint32_t)(a), (uint32_t)(a_length), (uint32_t)(b),        \
                             (uint32_t)(b_length))                                      \
         : ranges_overlap_64(a, a_length, b, b_length))

static inline uint64_t round_up(uint64_t value, uint64_t power_of_two)
{
    return (value + power_of_two - 1) & ~(power_of_two - 1);
}

static inline uint16_t get_be16(const void *at)
{
    const uint8_t *b = at;
    return (uint16_t)((unsigned)b[0] << 8 | b[1]);
}

static inline uint32_t get_be32(const void *at)
{
    const uint8_t *b = at;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static inline uint64_t get_be64(const void *at)
{
    const uint8_t *b = at;
    return (uint64_t)get_be32(b) << 32 | get_be32(b + 4);
}

static inline uint16_t get_le16(const void *at)
{
    const uint8_t *b = at;
    return (uint16_t)((unsigned)b[1] << 8 | b[0]);
}

static inline uint32_t get_le32(const void *at)
{
    const uint8_t *b = at;
    return (uint32_t)b[3] << 24 | (uint32_t)b[2] << 16 | (uint32_t)b[1] << 8 | b[0];
}

static inline uint64_t get_le64(const void *at)
{
    const uint8_t *b = at;
    return (uint64_t)get_le32(b + 4) << 32 | get_le32(b);
}

static inline void put_be16(void *at, uint16_t value)
{
    uint8_t *b = at;
    b[0] = (uint8_t)(value >> 8);
    b[1] = (uint8_t)value;
}

static inline void put_be32(void *at, uint32_t value)
{
    uint8_t *b = at;
    put_be16(b, (uint16_t)(value >> 16));
    put_be16(b + 2, (uint16_t)value);
}

static inline void put_be64(void *at, uint64_t value)
{
    uint8_t *b = at;
    put_be32(b, (uint32_t)(value >> 32));
    put_be32(b + 4, (uint32_t)value);
}

static inline void put_le16(void *at, uint16_t value)
{
    uint8_t *b = at;
    b[0] = (uint8_t)value;
    b[1] = (uint8_t)(value >> 8);
}

static inline void put_le32(void *at, uint32_t value)
{
    uint8_t *b = at;
    put_le16(b, (uint16_t)value);
    put_le16(b + 2, (uint16_t)(value >> 16));
}

static inline void put_le64(void *at, uint64_t value)
{
    uint8_t *b = at;
    put_le32(b, (uint32_t)value);
    put_le32(b + 4, (uint32_t)(value >> 32));
}

#endif
