/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bytes as text that survives a serial line and its log:
 *
 *   DUMP devtree length=20524 crc32=1a2b3c4d byte-order=big
 *   00000000 <up to 32 bytes as lower-case hexadecimal digits>
 *   ...
 *   DUMP end
 */
#ifndef CONSOLE_DUMP_H
#define CONSOLE_DUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Prints them under `name`, with `attributes` behind length and checksum ("" for none). Asks
 * `interrupted` before each line; if that is true, "DUMP interrupted" stands in the end's place.
 */
void dump_print(const char *name, const char *attributes, const uint8_t *bytes, size_t length,
                bool (*interrupted)(void));

#endif
