/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Our client interface in front of the firmware's, for a client program (device/device.h says what
 * it answers).
 */
#ifndef BOOT_OPENFIRMWARE_INTERFACE_H
#define BOOT_OPENFIRMWARE_INTERFACE_H

/* Offsets in struct interface_state, for interface_entry.S. */
#define INTERFACE_BUSY     0
#define INTERFACE_STACK    4
#define INTERFACE_FIRMWARE 8
#define INTERFACE_ARRAY    12
#define INTERFACE_R1       16
#define INTERFACE_LINK     20
#define INTERFACE_CR       24

#ifndef __ASSEMBLER__

#include <stdint.h>

#include "device/device.h"

struct interface_state {
    uint32_t busy;     /* the handler runs */
    uint32_t stack;    /* the handler's own: the loader's, which nobody else uses any more */
    uint32_t firmware; /* the firmware's entry point */
    uint32_t array, r1, link, cr; /* the caller's, while the handler runs */
};
extern struct interface_state interface_state;

/* What the client gets in r5, and as the address to return to. */
extern const uint8_t interface_entry[], interface_return[];

/*
 * Makes the devices and sets the memory aside in which they live on. After this nothing but the
 * jump may follow. Errors: those of device_start, ERROR_MEMORY_CLAIM.
 */
error_t interface_prepare(const struct device_boot *boot);

#endif
#endif
