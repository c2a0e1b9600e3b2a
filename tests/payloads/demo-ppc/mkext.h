/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mkext version 1 archives, checked as XNU's catalogue does and beyond (specs: xnu-handoff 4.3, 5).
 * Written apart from the loader's own code on purpose.
 */
#ifndef DEMO_MKEXT_H
#define DEMO_MKEXT_H

#include <stdint.h>

/* Prints the verdicts on one archive of exactly `length` bytes; `what` names it. */
void check_mkext(const char *what, const uint8_t *bytes, uint32_t length);

#endif
