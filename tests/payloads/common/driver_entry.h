/* SPDX-License-Identifier: BSD-2-Clause */
/* Driver-... entries of the memory map: one kernel extension each (specs: xnu-handoff 2.9). */
#ifndef PAYLOADS_DRIVER_ENTRY_H
#define PAYLOADS_DRIVER_ENTRY_H

#include <stdint.h>

#include "map_entries.h"

/* The kernel that reads it. */
struct driver_reader {
    uint32_t (*get32)(const void *at); /* its byte order */
    /*
     * 16: property list and executable, each an address and a length; 24: the bundle's path as
     * well, from Darwin 10 on. Older kernels do not mind the longer one.
     */
    uint32_t header;
    uint32_t cpu_type;
};

/* Prints the verdicts. */
void check_driver_entry(const struct driver_reader *reader, const struct map_entry *entry);

#endif
