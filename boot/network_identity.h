/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the machine calls itself when it asks the network for its boot: a part of the platform seam.
 * Servers choose by it. That it is Sawboot who asks, and not the machine's firmware, stands in the
 * user class, which is the same everywhere (net/dhcp_packet.c).
 */
#ifndef BOOT_NETWORK_IDENTITY_H
#define BOOT_NETWORK_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

/* The longest vendor class that a request has room for. */
#define NETWORK_VENDOR_CLASS_LONGEST 64

struct network_identity {
    const char *vendor_class; /* option 60; lives for ever */
    bool is_pxe;              /* requests are those of a PC's PXE client: options 93, 94, 97 */
    uint8_t machine[16];      /* then option 97's UUID as SMBIOS has it; all 0: not told */
};

/* Always fills it in. */
void platform_network_identity(struct network_identity *identity);

#endif
