/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CHRP boot files: a text in tags with a Forth script, and a program behind it (Apple's BootX,
 * Linux's and NetBSD's boot blocks). The script only moves the program to the start of the load
 * area and starts it, so here the program is taken directly.
 */
#include <string.h>

#include "lib/bytes.h"
#include "loader/image.h"

#define START_TAG "<CHRP-BOOT>"
#define END_TAG   "</CHRP-BOOT>"
/*
 * Apple's files have the two bytes 0x0A 0x04 between the end tag and the program (14 bytes from the
 * tag's start). Files that went through editors have other line ends.
 */
#define GAP_MAXIMUM 8

static bool starts_with(const uint8_t *bytes, size_t length, const char *text)
{
    size_t n = strlen(text);

    return length >= n && memcmp(bytes, text, n) == 0;
}

static bool chrp_recognise(const uint8_t *bytes, size_t length)
{
    return starts_with(bytes, length, START_TAG);
}

static bool is_gap(uint8_t byte)
{
    return byte == '\n' || byte == '\r' || byte == 0x04 || byte == ' ' || byte == '\0';
}

static bool is_program(const uint8_t *bytes, size_t length)
{
    return length >= 4 && (get_be16(bytes) == 0x01df || memcmp(bytes, "\177ELF", 4) == 0);
}

static error_t chrp_unwrap(const uint8_t *bytes, size_t length, enum image_cpu cpu,
                           struct image_memory *memory, struct image_bytes *inner)
{
    bool ended = false;

    (void)cpu;
    (void)memory;
    /* A script may name the end tag itself, to look for it: only one with a program behind it
     * counts. */
    for (size_t at = 0; at < length; at++) {
        size_t gap = 0;

        if (bytes[at] != '<' || !starts_with(bytes + at, length - at, END_TAG))
            continue;
        ended = true;
        at += strlen(END_TAG);
        while (gap < GAP_MAXIMUM && at + gap < length && is_gap(bytes[at + gap]))
            gap++;
        at += gap;
        if (is_program(bytes + at, length - at)) {
            inner->bytes = bytes + at;
            inner->length = length - at;
            inner->owned = false;
            return OK;
        }
        at--;
    }
    if (!ended)
        return fail(ERROR_IMAGE_TRUNCATED, "CHRP boot file: no end tag %s", END_TAG);
    return fail(ERROR_IMAGE_KIND,
                "the file is a CHRP script without a program (XCOFF or ELF) behind it: "
                "serve the program that the script names");
}

IMAGE_CONTAINER(chrp_container) = {
    .name = "CHRP boot file",
    .recognise = chrp_recognise,
    .unwrap = chrp_unwrap,
};
