/* SPDX-License-Identifier: BSD-2-Clause */
/* What kind of processor a kernel extension's executable is for. */
#ifndef PAYLOADS_MACHO_H
#define PAYLOADS_MACHO_H

#include <stdbool.h>
#include <stdint.h>

/* A thin Mach-O file's cputype (<mach/machine.h>); 0 if the bytes are none. */
uint32_t macho_cpu_type(const uint8_t *bytes, uint32_t length);
/* True for a thin file of this cputype and for a fat one with such a slice. */
bool macho_is_for(const uint8_t *bytes, uint32_t length, uint32_t cpu_type);

#endif
