/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/adler32.h"

#define ADLER_MODULUS 65521u
/* The longest run after which the sums still fit 32 bits without a reduction. */
#define ADLER_RUN 5552u

uint32_t adler32(const uint8_t *bytes, size_t length)
{
    uint32_t low = 1, high = 0;

    while (length != 0) {
        size_t run = length < ADLER_RUN ? length : ADLER_RUN;

        length -= run;
        while (run-- != 0) {
            low += *bytes++;
            high += low;
        }
        low %= ADLER_MODULUS;
        high %= ADLER_MODULUS;
    }
    return high << 16 | low;
}
