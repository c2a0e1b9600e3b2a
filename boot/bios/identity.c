/* SPDX-License-Identifier: BSD-2-Clause */
/* What a PC calls itself when it asks the network for its boot. */
#include <string.h>

#include "boot/bios/bios.h"
#include "boot/network_identity.h"
#include "darwin/smbios.h"
#include "net/pxe_client.h"

#define SMBIOS_ENTRY_POINT_SIZE 0x1F

/* The identity stays all 0 where the firmware does not tell it: RFC 4578 wants the option there. */
static void read_machine(struct network_identity *identity)
{
    struct pc_information pc;
    struct smbios_system system;
    uint32_t address, size;

    memset(&pc, 0, sizeof pc);
    firmware_tables_describe(&pc);
    if (pc.smbios != 0 &&
        smbios_find_structures(platform_virtual(pc.smbios), SMBIOS_ENTRY_POINT_SIZE, &address,
                               &size) &&
        smbios_read_system(platform_virtual(address), size, &system)) {
        if (system.has_uuid)
            memcpy(identity->machine, system.uuid, sizeof system.uuid);
        memcpy(identity->model, system.product, sizeof identity->model - 1);
    }
}

void platform_network_identity(struct network_identity *identity)
{
    memset(identity, 0, sizeof *identity);
    /* PXE 2.1, table 2-1: processor architecture 0 (a PC with BIOS), UNDI 2.1 (RFC 4578, 2.1). */
    identity->vendor_class = "PXEClient:Arch:00000:UNDI:002001";
    identity->is_pxe = true;
    identity->architecture = "i386";
    read_machine(identity);
}

const struct dhcp_extension *platform_dhcp_extension(void)
{
    return &pxe_client;
}
