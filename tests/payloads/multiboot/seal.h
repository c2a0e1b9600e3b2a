/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a multiboot kernel, which has no table of digests as the Darwin ones do, knows what has to
 * have arrived: a seal stands behind the bytes that it is for, in memory as in the file.
 * make-image seal fills in the CRC-32. The name must not stand anywhere else in the file.
 */
#ifndef MULTIBOOT_SEAL_H
#define MULTIBOOT_SEAL_H

#include <stdint.h>

struct seal {
    char name[16];
    uint32_t length; /* of the bytes that stand before this */
    uint32_t crc;    /* theirs */
};
extern const struct seal seal_text, seal_data;

#endif
