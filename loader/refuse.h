/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What to say about bytes that no image format takes: kinds that people serve by mistake are called
 * by their names, anything else is shown by its first bytes.
 */
#ifndef LOADER_REFUSE_H
#define LOADER_REFUSE_H

#include <stddef.h>
#include <stdint.h>

#include "console/error.h"

/* Always a failure: ERROR_IMAGE_KIND, ERROR_IMAGE_CPU or ERROR_IMAGE_UNKNOWN. */
error_t image_refuse(const uint8_t *bytes, size_t length);

/* The part of it that knows other kinds of files (refuse_known.c). OK: it is none of those. */
error_t image_refuse_known(const uint8_t *bytes, size_t length);

#endif
