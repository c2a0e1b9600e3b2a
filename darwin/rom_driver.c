/* SPDX-License-Identifier: BSD-2-Clause */
#include "darwin/rom_driver.h"

#include "console/console.h"
#include "darwin/mkext.h"
#include "drivers/pci_rom_bar.h"
#include "lib/pci_rom.h"

#define PAYLOAD_TYPE "MKXT"

/* Kernels take version 1 alone from a node, as long as they take any. */
static error_t check(const uint8_t *bytes, size_t length)
{
    struct mkext_info info;
    error_t error = mkext_check_version_1(bytes, length);
    if (error == OK) {
        error = mkext_check(bytes, length, &info);
    }
    return error == OK ? mkext_check_cpu(bytes, length, MACH_CPU_POWERPC) : error;
}

static void leave_out(const struct nic *nic, error_t error)
{
    print("The driver in the ROM of %s is left out: %s (%s), %s. With driver= the kernel gets "
          "another "
          "one.\n",
          nic->pci.path, error_summary(error), error_code(error), error_detail());
}

/* FCode does not look into what it makes a property of. */
static void check_property(struct devtree_node *card, const struct nic *nic)
{
    const struct devtree_property *made = devtree_get(card, ROM_DRIVER_PROPERTY);
    error_t error = check(made->value, made->length);
    if (error != OK) {
        leave_out(nic, error);
        devtree_remove(card, ROM_DRIVER_PROPERTY);
    }
}

static error_t find_driver(const struct pci_rom_copy *rom, struct pci_rom_payload *payload)
{
    error_t error = pci_rom_find_payload(rom->bytes, rom->length, PAYLOAD_TYPE, NULL, payload);
    return error == OK ? check(payload->bytes, payload->length) : error;
}

error_t rom_driver_add(struct devtree *tree, struct devtree_node *card, const struct nic *nic)
{
    struct pci_rom_copy rom;
    struct pci_rom_payload payload;
    if (devtree_get(card, ROM_DRIVER_PROPERTY) != NULL) {
        check_property(card, nic);
        return OK;
    }
    error_t error = pci_rom_bar_copy(&nic->pci, &rom);
    if (error != OK) {
        print_verbose("%s\n", error_detail());
        return OK;
    }
    error = find_driver(&rom, &payload);
    if (error != OK) {
        if (error != ERROR_ROM_NO_PAYLOAD) {
            leave_out(nic, error);
        }
        pci_rom_bar_release(&rom);
        return OK;
    }
    print("driver in the ROM of %s: %s, %u bytes\n", nic->pci.path, payload.name,
          (unsigned)payload.length);
    error = devtree_adopt(tree, rom.bytes, rom.length, platform_release);
    if (error != OK) {
        pci_rom_bar_release(&rom);
        return error;
    }
    return devtree_set_reference(tree, card, ROM_DRIVER_PROPERTY, payload.bytes, payload.length);
}
