/* SPDX-License-Identifier: BSD-2-Clause */
/* mkext archives, for the targets of both versions. */
#ifndef TESTS_FUZZ_ARCHIVES_H
#define TESTS_FUZZ_ARCHIVES_H

#include <stddef.h>
#include <stdint.h>

/* Writes the header's length and Adler-32. */
void archive_seal(uint8_t *bytes, size_t length);

#endif
