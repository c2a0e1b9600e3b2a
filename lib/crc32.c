/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/crc32.h"

/* Small and slow: it runs over a few hundred bytes. */
uint32_t crc32_ieee(const uint8_t *bytes, size_t length)
{
    uint32_t crc = 0xFFFFFFFFu;
    for (size_t i = 0; i < length; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320u : crc >> 1;
        }
    }
    return ~crc;
}
