/* SPDX-License-Identifier: BSD-2-Clause */
/* The part of mkext_check that is about version 2 archives. */
#ifndef DARWIN_MKEXT_V2_H
#define DARWIN_MKEXT_V2_H

#include <stddef.h>
#include <stdint.h>

#include "console/error.h"

/*
 * Checks what the header, whose common part is good, leads to: the property list, packed with zlib
 * or not, and every executable and resource that it names. A packed list that is larger than the
 * loader's own memory is only checked by itself; that is said with the option verbose.
 * ERROR_MKEXT_ENTRY, with the field in the message.
 */
error_t mkext_v2_check(const uint8_t *bytes, size_t length);

#endif
