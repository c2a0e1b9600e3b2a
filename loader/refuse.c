/* SPDX-License-Identifier: BSD-2-Clause */
#include "loader/refuse.h"

#define BYTES_SHOWN 16

static error_t refuse_by_bytes(const uint8_t *bytes, size_t length)
{
    static const char digits[] = "0123456789abcdef";
    char hex[BYTES_SHOWN * 3 + 1], text[BYTES_SHOWN + 1];
    size_t shown = length < BYTES_SHOWN ? length : BYTES_SHOWN;

    for (size_t i = 0; i < shown; i++) {
        hex[i * 3] = ' ';
        hex[i * 3 + 1] = digits[bytes[i] >> 4];
        hex[i * 3 + 2] = digits[bytes[i] & 15];
        text[i] = bytes[i] >= ' ' && bytes[i] <= '~' ? (char)bytes[i] : '.';
    }
    hex[shown * 3] = '\0';
    text[shown] = '\0';
    return fail(ERROR_IMAGE_UNKNOWN, "it starts with%s (\"%s\")", hex, text);
}

error_t image_refuse(const uint8_t *bytes, size_t length)
{
    error_t error;

    if (length == 0)
        return fail(ERROR_IMAGE_UNKNOWN, "the file is empty");
    error = image_refuse_known(bytes, length);
    return error != OK ? error : refuse_by_bytes(bytes, length);
}
