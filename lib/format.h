/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * printf's formats, as many of them as the loader uses, in a fraction of the C library's size: for
 * images in which every byte counts (boot/unpack/unpack.mk).
 */
#ifndef LIB_FORMAT_H
#define LIB_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

/*
 * vsnprintf of C11 (7.21.6.12) for the conversions d i u x X c s p %, with the flags '-' and '0', a
 * width, a precision (of s only; of numbers it is passed over), either of them as '*', and the
 * lengths hh h l ll z j t. Another conversion is written as it is.
 */
int format_text(char *out, size_t size, const char *format, va_list arguments);

#endif
