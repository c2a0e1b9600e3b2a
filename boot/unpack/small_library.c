/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the small image has instead of the C library's and the compiler's larger functions. It is
 * compiled without link-time optimisation, which does not see that divisions call it.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/format.h"

int vsnprintf(char *out, size_t size, const char *format, va_list arguments)
{
    return format_text(out, size, format, arguments);
}

int snprintf(char *out, size_t size, const char *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = format_text(out, size, format, arguments);
    va_end(arguments);
    return length;
}

/* The compiler's own names (GCC internals, "Routines for integer arithmetic"). */
uint64_t __udivmoddi4(uint64_t dividend, uint64_t divisor, uint64_t *remainder);
uint64_t __udivdi3(uint64_t dividend, uint64_t divisor);
uint64_t __umoddi3(uint64_t dividend, uint64_t divisor);
int64_t __divdi3(int64_t dividend, int64_t divisor);

/* Bit by bit. A division by zero gives all ones, as nothing traps it on this processor. */
uint64_t __udivmoddi4(uint64_t dividend, uint64_t divisor, uint64_t *remainder)
{
    uint64_t rest = 0;

    for (unsigned i = 0; i < 64; i++) {
        uint64_t carry = rest >> 63;

        rest = rest << 1 | dividend >> 63;
        dividend <<= 1;
        if (carry != 0 || rest >= divisor) {
            rest -= divisor;
            dividend |= 1;
        }
    }
    *remainder = rest;
    return dividend;
}

uint64_t __udivdi3(uint64_t dividend, uint64_t divisor)
{
    uint64_t remainder;

    return __udivmoddi4(dividend, divisor, &remainder);
}

uint64_t __umoddi3(uint64_t dividend, uint64_t divisor)
{
    uint64_t remainder;

    __udivmoddi4(dividend, divisor, &remainder);
    return remainder;
}

int64_t __divdi3(int64_t dividend, int64_t divisor)
{
    uint64_t quotient = __udivdi3(dividend < 0 ? 0 - (uint64_t)dividend : (uint64_t)dividend,
                                  divisor < 0 ? 0 - (uint64_t)divisor : (uint64_t)divisor);

    return (int64_t)((dividend < 0) != (divisor < 0) ? 0 - quotient : quotient);
}
