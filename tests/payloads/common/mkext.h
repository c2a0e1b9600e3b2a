/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mkext archives, checked as XNU's readers do and beyond (specs: xnu-handoff 4.3, 5). Written apart
 * from the loader's own code on purpose.
 */
#ifndef PAYLOADS_MKEXT_H
#define PAYLOADS_MKEXT_H

#include <stdbool.h>
#include <stdint.h>

/* The kernel that reads the archive. */
struct mkext_reader {
    uint32_t cpu_type; /* modules have to be for it */
    bool takes_version_2;
    uint8_t *room; /* memory that nobody uses, for what is unpacked */
    uint32_t room_length;
};

/* Prints the verdicts on one archive of exactly `length` bytes; `what` names it. */
void check_mkext(const struct mkext_reader *reader, const char *what, const uint8_t *bytes,
                 uint32_t length);

#endif
