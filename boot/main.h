/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BOOT_MAIN_H
#define BOOT_MAIN_H

#include "console/error.h"

/*
 * The loader: called by the platform's start-up code once its console, clock and memory work. Tries
 * to boot; on failure explains it and asks at a prompt. Returns when the user wants the firmware
 * back.
 */
void loader_main(void);

/* One try with these option words. Returns only on failure (or, on the host, after the launch). */
error_t loader_boot(const char *words);

#endif
