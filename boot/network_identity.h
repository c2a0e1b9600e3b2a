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
/* The longest model: "AAPLBSDPC/i386/" stands in front of it. */
#define NETWORK_MODEL_LONGEST 49

struct network_identity {
    const char *vendor_class; /* option 60; lives for ever */
    bool is_pxe;              /* requests are those of a PC's PXE client: options 93, 94, 97 */
    bool is_apple;            /* those of a Mac's firmware: see dhcp_build (net/dhcp_packet.h) */
    uint8_t machine[16];      /* a PXE client's option 97: UUID as SMBIOS has it; all 0: not told */
    /* How NetBoot servers know the machine: "ppc" and "PowerMac3,1"; NULL: it has no such name. */
    const char *architecture;
    char model[NETWORK_MODEL_LONGEST + 1];
};

/* Always fills it in, is_apple with false: whether to ask as one is for net/bsdp.h to decide. */
void platform_network_identity(struct network_identity *identity);

/*
 * What the machine's requests have beyond DHCP (net/dhcp_exchange.h): on PCs, net/pxe_client.h.
 * NULL: nothing; then none of that is in the image.
 */
struct dhcp_extension;
const struct dhcp_extension *platform_dhcp_extension(void);

#endif
