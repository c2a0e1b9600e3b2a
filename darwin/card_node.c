/* SPDX-License-Identifier: BSD-2-Clause */
#include "darwin/card_node.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/platform.h"
#include "lib/bytes.h"

#define STATION_ADDRESS_LENGTH 6
#define MAX_FRAME_SIZE         1518 /* with header and FCS, IEEE 1275 network device type */
#define ADDRESS_BITS           48
#define PCI_INTERRUPT_PIN      0x3D   /* PCI 2.2 section 6.2.4: 1 to 4, 0: none */
#define REG_ENTRY_LENGTH       20     /* three address cells, two size cells */
#define CLASS_PCI_BRIDGE       0x0604 /* class and subclass, PCI 2.2 appendix D */
#define PCI_ADDRESS_CELLS      3      /* PCI bus binding to IEEE 1275 section 3.1 */
#define PCI_SIZE_CELLS         2
#define NAME_LENGTH            20 /* "pciVVVV,DDDD" */

error_t card_node_find(const struct devtree *tree, const struct nic *nic,
                       struct devtree_node **node)
{
    *node = devtree_find_handle(tree, nic->pci.node);
    if (*node == NULL) {
        *node = devtree_find(tree, nic->pci.path);
    }
    return *node != NULL ? OK
                         : fail(ERROR_DEVTREE_NODE, "there is none for the card %s", nic->pci.path);
}

static bool lacks(const struct devtree_node *node, const char *name)
{
    return devtree_get(node, name) == NULL;
}

static error_t add_number(struct devtree *tree, struct devtree_node *node, const char *name,
                          uint32_t value)
{
    return lacks(node, name) ? devtree_set_be32(tree, node, name, value) : OK;
}

static error_t add_string(struct devtree *tree, struct devtree_node *node, const char *name,
                          const char *value)
{
    return lacks(node, name) ? devtree_set_string(tree, node, name, value) : OK;
}

/* A station address that is there in full is the firmware's word; anything else is replaced. */
static error_t add_station_address(struct devtree *tree, struct devtree_node *node,
                                   const char *name, const struct nic *nic)
{
    const struct devtree_property *property = devtree_get(node, name);
    if (property != NULL && property->length == STATION_ADDRESS_LENGTH &&
        nic_address_valid(property->value)) {
        return OK;
    }
    return devtree_set(tree, node, name, nic->address, STATION_ADDRESS_LENGTH);
}

/* As the PCI binding to IEEE 1275 names a device: "pci10ec,8139", no leading zeros. */
static void pci_name(const struct pci_device *pci, char name[NAME_LENGTH])
{
    snprintf(name, NAME_LENGTH, "pci%x,%x", pci->vendor, pci->device);
}

/*
 * The driver finds its card by this list. OpenBIOS gives e1000 cards a wrong id ("pci1086,100e"),
 * other firmware only a marketing name: the right id is put behind them.
 */
static error_t add_compatible(struct devtree *tree, struct devtree_node *node, const char *name)
{
    if (devtree_has_string(node, "compatible", name)) {
        return OK;
    }
    const struct devtree_property *old = devtree_get(node, "compatible");
    size_t old_length = old != NULL ? old->length : 0;
    size_t room = old_length + 1 + strlen(name) + 1;
    uint8_t *list = malloc(room);
    if (list == NULL) {
        return fail(ERROR_MEMORY_HEAP, "for the card's compatible list");
    }
    size_t length = 0;
    if (old_length != 0) {
        memcpy(list, old->value, old_length);
        length = old_length;
        if (list[length - 1] != 0) {
            list[length++] = 0;
        }
    }
    memcpy(list + length, name, strlen(name) + 1);
    length += strlen(name) + 1;
    error_t error = devtree_set(tree, node, "compatible", list, length);
    free(list);
    return error;
}

/* Without a unit the node has no path that the kernel could find it by. It carries no NUL. */
static error_t add_unit(struct devtree *tree, struct devtree_node *node,
                        const struct pci_device *pci)
{
    char unit[8];
    if (!lacks(node, "AAPL,unit-string")) {
        return OK;
    }
    if (pci->function != 0) {
        snprintf(unit, sizeof(unit), "%x,%x", pci->slot & 0x1Fu, pci->function & 7u);
    } else {
        snprintf(unit, sizeof(unit), "%x", pci->slot & 0x1Fu);
    }
    return devtree_set(tree, node, "AAPL,unit-string", unit, strlen(unit));
}

/* The configuration space entry that a PCI node's `reg` starts with. */
static error_t add_reg(struct devtree *tree, struct devtree_node *node,
                       const struct pci_device *pci)
{
    uint8_t reg[REG_ENTRY_LENGTH] = {0};
    if (!lacks(node, "reg")) {
        return OK;
    }
    put_be32(reg, (uint32_t)pci->bus << 16 | (pci->slot & 0x1Fu) << 11 | (pci->function & 7u) << 8);
    return devtree_set(tree, node, "reg", reg, sizeof(reg));
}

static error_t add_interrupts(struct devtree *tree, struct devtree_node *node,
                              const struct pci_device *pci)
{
    if (!lacks(node, "interrupts") || !lacks(node, "AAPL,interrupts")) {
        return OK;
    }
    uint32_t pin = platform_pci_read(pci, PCI_INTERRUPT_PIN, 1);
    return pin >= 1 && pin <= 4 ? devtree_set_be32(tree, node, "interrupts", pin) : OK;
}

/* What names the card: it is on the PCI bus, and which one it is. */
static error_t add_identity(struct devtree *tree, struct devtree_node *node,
                            const struct pci_device *pci)
{
    char name[NAME_LENGTH];
    const bool subsystem = pci->subsystem_vendor != 0;
    const struct {
        const char *name;
        uint32_t value;
        bool known;
    } numbers[] = {
        {"vendor-id", pci->vendor, true},
        {"device-id", pci->device, true},
        {"revision-id", pci->revision, true},
        {"class-code", pci->class_code, true},
        {"subsystem-vendor-id", pci->subsystem_vendor, subsystem},
        {"subsystem-id", pci->subsystem, subsystem},
    };
    pci_name(pci, name);
    error_t error = add_string(tree, node, "name", name);
    if (error == OK) {
        error = add_unit(tree, node, pci);
    }
    if (error == OK) {
        error = add_reg(tree, node, pci);
    }
    for (size_t i = 0; error == OK && i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        if (numbers[i].known) {
            error = add_number(tree, node, numbers[i].name, numbers[i].value);
        }
    }
    if (error == OK) {
        error = add_interrupts(tree, node, pci);
    }
    return error == OK ? add_compatible(tree, node, name) : error;
}

/* What makes it a network device (IEEE 1275 section 3.6.5 and its recommended practice). */
static error_t add_network(struct devtree *tree, struct devtree_node *node, const struct nic *nic)
{
    error_t error = OK;
    /* A path counts as a network device's only if this says so. */
    const char *type = devtree_get_string(node, "device_type");
    if (type == NULL || strcmp(type, "network") != 0) {
        error = devtree_set_string(tree, node, "device_type", "network");
    }
    if (error == OK) {
        error = add_string(tree, node, "network-type", "ethernet");
    }
    if (error == OK) {
        error = add_station_address(tree, node, "local-mac-address", nic);
    }
    if (error == OK) {
        error = add_station_address(tree, node, "mac-address", nic);
    }
    if (error == OK) {
        error = add_number(tree, node, "max-frame-size", MAX_FRAME_SIZE);
    }
    return error == OK ? add_number(tree, node, "address-bits", ADDRESS_BITS) : error;
}

/*
 * OpenBIOS says of a PCI-PCI bridge neither what it is nor how the addresses below it are
 * written, nor that they go through; the kernel would read the card's `reg` in the wrong cells.
 */
static error_t add_bridges(struct devtree *tree, struct devtree_node *node)
{
    error_t error = OK;
    for (node = node->parent; error == OK && node != NULL; node = node->parent) {
        const struct devtree_property *code = devtree_get(node, "class-code");
        if (code == NULL || code->length != 4 || get_be32(code->value) >> 8 != CLASS_PCI_BRIDGE) {
            break;
        }
        error = add_string(tree, node, "device_type", "pci");
        if (error == OK) {
            error = add_number(tree, node, "#address-cells", PCI_ADDRESS_CELLS);
        }
        if (error == OK) {
            error = add_number(tree, node, "#size-cells", PCI_SIZE_CELLS);
        }
        /* Empty: addresses are the same on both sides. The kernel stops at a bus without it and
         * would take the card's I/O ports for memory at their numbers. */
        if (error == OK && lacks(node, "ranges")) {
            error = devtree_set(tree, node, "ranges", NULL, 0);
        }
    }
    return error;
}

error_t card_node_complete(struct devtree *tree, struct devtree_node *node, const struct nic *nic)
{
    error_t error = add_identity(tree, node, &nic->pci);
    if (error == OK) {
        error = add_network(tree, node, nic);
    }
    return error == OK ? add_bridges(tree, node) : error;
}
