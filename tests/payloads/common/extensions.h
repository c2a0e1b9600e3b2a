/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which kernel extensions there are, in the order in which XNU finds them. A test tells what it
 * expects on the command line:
 *
 *     expect-extensions=org.example.one:0123abcd,org.example.two:89ef4567
 *
 * the CFBundleIdentifier of each, and the CRC-32 of its executable (00000000 if it has none).
 */
#ifndef PAYLOADS_EXTENSIONS_H
#define PAYLOADS_EXTENSIONS_H

#include <stdbool.h>
#include <stdint.h>

/* One more, by its property list; prints its CFBundleIdentifier. False if it names none. */
bool extension_begins(const uint8_t *plist, uint32_t length);
/* Its executable; prints the CRC-32. */
void extension_executable(const uint8_t *bytes, uint32_t length);

/* Compares them all with the words of the command line, if it has such. */
void check_extensions_expected(const char *line);

#endif
