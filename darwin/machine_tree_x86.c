/* SPDX-License-Identifier: BSD-2-Clause */
#include "darwin/machine_tree_x86.h"

#include <string.h>

#include "darwin/chosen.h"
#include "darwin/random_seed.h"
#include "darwin/root_matching.h"
#include "darwin/smbios.h"
#include "lib/bytes.h"

#define ENTRY_POINT_SIZE 31 /* SMBIOS 2 */

/* AppleACPIPlatform's driver matches this name of the root. */
#define WITH_ACPI    "ACPI"
#define WITHOUT_ACPI "PC"

static error_t add_node(struct devtree *tree, struct devtree_node *parent, const char *name,
                        struct devtree_node **node)
{
    *node = devtree_add(tree, parent);
    if (*node == NULL) {
        return fail(ERROR_MEMORY_HEAP, "for the device tree's node %s", name);
    }
    /* A node without a name would hide those behind it from the kernel. */
    return devtree_set_string(tree, *node, "name", name);
}

/* --- Root and /chosen --------------------------------------------------------------------- */

static error_t describe_root(struct devtree *tree, const struct xnu_request *request,
                             const struct pc_information *pc)
{
    const char *kind = pc->rsdp != 0 && !request->without_acpi ? WITH_ACPI : WITHOUT_ACPI;
    error_t error = devtree_set_string(tree, tree->root, "name", "/");
    if (error == OK) {
        error = devtree_set_string(tree, tree->root, "compatible", kind);
    }
    if (error == OK) {
        error = devtree_set_string(tree, tree->root, "model", kind);
    }
    /* IOFindBSDRoot: a path, if there is one, names a network interface and no disk. */
    if (error == OK && request->nic != NULL) {
        error = devtree_set(tree, tree->root, "net-boot", NULL, 0);
    }
    return error;
}

static error_t add_random_seed(struct devtree *tree, struct devtree_node *chosen,
                               const struct xnu_request *request)
{
    uint8_t seed[RANDOM_SEED_SIZE];
    if (request->network != NULL) {
        random_seed_write(request->network->reply, request->network->reply_length, seed);
    } else {
        random_seed_write((const uint8_t *)request->arguments, strlen(request->arguments), seed);
    }
    return devtree_set(tree, chosen, "random-seed", seed, sizeof(seed));
}

static error_t add_network(struct devtree *tree, struct devtree_node *chosen,
                           const struct xnu_request *request)
{
    error_t error = chosen_add_reply(tree, chosen, request->network);
    if (error == OK && !root_is_chosen(request->arguments)) {
        char matching[ROOT_MATCHING_SIZE];
        root_matching_write(request->nic->address, matching);
        error = devtree_set_string(tree, chosen, "root-matching", matching);
    }
    return error;
}

static error_t add_chosen(struct devtree *tree, const struct xnu_request *request)
{
    struct devtree_node *chosen;
    error_t error = add_node(tree, tree->root, "chosen", &chosen);
    if (error == OK) {
        error = devtree_set_string(tree, chosen, "boot-args", request->arguments);
    }
    if (error == OK) {
        error = devtree_set_string(tree, chosen, "boot-file", request->boot_file);
    }
    if (error == OK && request->nic != NULL && request->network != NULL) {
        error = add_network(tree, chosen, request);
    }
    return error == OK ? add_random_seed(tree, chosen, request) : error;
}

/* --- /efi --------------------------------------------------------------------------------- */

static error_t set_efi_text(struct devtree *tree, struct devtree_node *node, const char *name,
                            const char *text)
{
    uint8_t value[2 * SMBIOS_TEXT];
    return devtree_set(tree, node, name, value, efi_text_write(text, value, sizeof(value)));
}

static error_t set_pointer(struct devtree *tree, struct devtree_node *node, unsigned width,
                           uint64_t value)
{
    return width == 64 ? devtree_set_le64(tree, node, "table", value)
                       : devtree_set_le32(tree, node, "table", (uint32_t)value);
}

static bool read_smbios(const struct pc_information *pc, struct smbios_system *system)
{
    uint32_t address, size;
    return pc->smbios != 0 &&
           smbios_find_structures(platform_virtual(pc->smbios), ENTRY_POINT_SIZE, &address,
                                  &size) &&
           smbios_read_system(platform_virtual(address), size, system);
}

static error_t add_system(struct devtree *tree, struct devtree_node *platform,
                          const struct pc_information *pc)
{
    struct smbios_system system;
    error_t error = OK;
    if (!read_smbios(pc, &system)) {
        return OK;
    }
    if (system.has_uuid) {
        error = devtree_set(tree, platform, "system-id", system.uuid, sizeof(system.uuid));
    }
    if (error == OK && system.product[0] != 0) {
        error = set_efi_text(tree, platform, "Model", system.product);
    }
    if (error == OK && system.serial[0] != 0) {
        error = set_efi_text(tree, platform, "SystemSerialNumber", system.serial);
    }
    return error;
}

/* tsc_init (osfmk/i386/tsc.c) takes FSBFrequency only if it has exactly eight bytes. */
static error_t add_platform(struct devtree *tree, struct devtree_node *efi,
                            const struct pc_information *pc)
{
    struct devtree_node *platform;
    error_t error = add_node(tree, efi, "platform", &platform);
    if (error == OK) {
        error = devtree_set_le64(tree, platform, "FSBFrequency", pc->fsb_hz);
    }
    if (error == OK) {
        error = devtree_set_le64(tree, platform, "TSCFrequency", pc->tsc_hz);
    }
    if (error == OK) {
        error = devtree_set_le64(tree, platform, "CPUFrequency", pc->cpu_hz);
    }
    if (error == OK) {
        error = devtree_set_le32(tree, platform, "DevicePathsSupported", 1);
    }
    return error == OK ? add_system(tree, platform, pc) : error;
}

static error_t add_configuration(struct devtree *tree, struct devtree_node *parent,
                                 const struct efi_tables *tables, enum efi_configuration which)
{
    struct devtree_node *node;
    uint8_t guid[EFI_GUID_SIZE];
    char name[EFI_GUID_TEXT];
    efi_guid(which, guid);
    efi_guid_text(which, name);
    error_t error = add_node(tree, parent, name, &node);
    if (error == OK) {
        error = devtree_set(tree, node, "guid", guid, sizeof(guid));
    }
    if (error == OK) {
        error = set_pointer(tree, node, tables->width, tables->configuration[which]);
    }
    if (error == OK) {
        error = devtree_set_string(tree, node, "alias", efi_configuration_alias(which));
    }
    return error;
}

static error_t add_tables(struct devtree *tree, struct devtree_node *efi,
                          const struct efi_tables *tables)
{
    struct devtree_node *node;
    error_t error = add_node(tree, efi, "runtime-services", &node);
    if (error == OK) {
        error = set_pointer(tree, node, tables->width, efi_tables_runtime_services(tables));
    }
    if (error == OK) {
        error = add_node(tree, efi, "configuration-table", &node);
    }
    for (int which = 0; error == OK && which < EFI_CONFIGURATIONS; which++) {
        if (tables->configuration[which] != 0) {
            error = add_configuration(tree, node, tables, (enum efi_configuration)which);
        }
    }
    return error;
}

static error_t add_efi(struct devtree *tree, const struct pc_information *pc,
                       const struct efi_tables *tables)
{
    struct devtree_node *efi;
    error_t error = add_node(tree, tree->root, "efi", &efi);
    if (error == OK) {
        error = devtree_set_le32(tree, efi, "firmware-revision", EFI_FIRMWARE_REVISION);
    }
    if (error == OK) {
        error = set_efi_text(tree, efi, "firmware-vendor", EFI_FIRMWARE_VENDOR);
    }
    if (error == OK) {
        error =
            devtree_set_string(tree, efi, "firmware-abi", tables->width == 64 ? "EFI64" : "EFI32");
    }
    if (error == OK) {
        error = add_platform(tree, efi, pc);
    }
    return error == OK ? add_tables(tree, efi, tables) : error;
}

error_t machine_tree_build(struct devtree *tree, const struct xnu_request *request,
                           const struct pc_information *pc, const struct efi_tables *tables)
{
    error_t error = describe_root(tree, request, pc);
    if (error == OK) {
        error = add_chosen(tree, request);
    }
    return error == OK ? add_efi(tree, pc, tables) : error;
}

/* --- /chosen/memory-map ------------------------------------------------------------------- */

error_t machine_tree_memory_map(struct devtree *tree, struct devtree_node **memory_map)
{
    return add_node(tree, devtree_find(tree, "/chosen"), "memory-map", memory_map);
}

error_t machine_tree_memory_map_set(struct devtree *tree, struct devtree_node *memory_map,
                                    const char *name, uint32_t address, uint32_t length)
{
    uint8_t range[8];
    put_le32(range, address);
    put_le32(range + 4, length);
    return devtree_set(tree, memory_map, name, range, sizeof(range));
}
