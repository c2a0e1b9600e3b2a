/* SPDX-License-Identifier: BSD-2-Clause */
#include "device/node.h"

#include <stdio.h>
#include <string.h>

#include "console/console.h"
#include "darwin/rom_driver.h"
#include "device/firmware.h"
#include "device/overlay.h"
#include "lib/bytes.h"
#include "net/dhcp_packet.h"

#define STATION_ADDRESS_LENGTH 6
#define ADDRESS_BITS           48
#define COMPATIBLE_LENGTH      512
#define PCI_NAME_LENGTH        16 /* "pciVVVV,DDDD", and a NUL that a list may lack */

/* Names that programs use for "the network"; firmware without a card of its own has neither. */
static const char *const aliases[] = {"enet", "net"};
#define ALIAS_COUNT (sizeof aliases / sizeof aliases[0])
static struct card *alias_cards[ALIAS_COUNT]; /* NULL: the machine has this one */

/* Into the firmware's tree, or, if that does not take it, in front of it. */
static bool set(uint32_t node, const char *name, const void *value, size_t length)
{
    if (node == 0)
        return false;
    if (firmware_set_property(node, name, value, length) &&
        firmware_property(node, name, NULL, 0) == (int32_t)length)
        return true;
    return overlay_set(node, name, value, length);
}

static bool set_text(uint32_t node, const char *name, const char *text)
{
    return set(node, name, text, strlen(text) + 1);
}

static bool has(uint32_t node, const char *name)
{
    return firmware_property(node, name, NULL, 0) >= 0;
}

static bool add_text(uint32_t node, const char *name, const char *text)
{
    return has(node, name) || set_text(node, name, text);
}

static bool add_number(uint32_t node, const char *name, uint32_t number)
{
    uint8_t value[4];

    put_be32(value, number);
    return has(node, name) || set(node, name, value, sizeof value);
}

/* The firmware's own address, if it has a valid one, stays. */
static bool add_address(uint32_t node, const char *name, const uint8_t *address)
{
    uint8_t value[STATION_ADDRESS_LENGTH];

    return (firmware_property(node, name, value, sizeof value) == STATION_ADDRESS_LENGTH &&
            nic_address_valid(value)) ||
           set(node, name, address, STATION_ADDRESS_LENGTH);
}

static bool is_network(uint32_t node)
{
    static const char network[] = "network";
    char type[sizeof network];

    return firmware_property(node, "device_type", type, sizeof type) == sizeof network &&
           memcmp(type, network, sizeof network) == 0;
}

/*
 * Drivers find a card by this list (PCI binding to IEEE 1275, 2.5). OpenBIOS gives e1000 cards a
 * wrong id, and cards that it does not know none: the right one goes behind what is there.
 */
static bool add_compatible(const struct card *card)
{
    char list[COMPATIBLE_LENGTH + PCI_NAME_LENGTH], name[PCI_NAME_LENGTH];
    int32_t length = firmware_property(card->node, "compatible", list, COMPATIBLE_LENGTH);
    size_t used = length > 0 ? (size_t)length : 0, size;

    if (used > COMPATIBLE_LENGTH)
        return false;
    if (used != 0 && list[used - 1] != '\0')
        list[used++] = '\0';
    size = (size_t)snprintf(name, sizeof name, "pci%x,%x", card->nic->pci.vendor,
                            card->nic->pci.device) +
           1;
    for (size_t at = 0; at < used; at += strlen(list + at) + 1)
        if (strcmp(list + at, name) == 0)
            return true;
    memcpy(list + used, name, size);
    return set(card->node, "compatible", list, used + size);
}

void node_complete(const struct card *card)
{
    uint32_t node = card->node;
    const uint8_t *address = card->nic->address;
    bool complete = is_network(node) || set_text(node, "device_type", "network");

    complete &= add_compatible(card);
    complete &= add_text(node, "network-type", "ethernet");
    complete &= add_text(node, "removable", "network");
    complete &= add_text(node, "category", "net");
    complete &= add_address(node, "local-mac-address", address);
    complete &= add_address(node, "mac-address", address);
    complete &= add_number(node, "max-frame-size", NIC_FRAME_MAXIMUM);
    complete &= add_number(node, "address-bits", ADDRESS_BITS);
    if (!complete)
        print_verbose("%s: not every property could be set\n", card->nic->pci.path);
}

void node_alias(const struct card *card)
{
    uint32_t node = firmware_find("/aliases");

    for (size_t i = 0; i < ALIAS_COUNT; i++) {
        alias_cards[i] = NULL;
        if (node != 0 && has(node, aliases[i]))
            continue;
        alias_cards[i] = cards_of_node(card->node);
        set_text(node, aliases[i], card->nic->pci.path);
    }
}

/* Firmwares keep property values in little memory: this one stays in ours. */
void node_driver(const struct card *card, const struct device_boot *boot)
{
    if (boot->driver != NULL &&
        !overlay_refer(card->node, ROM_DRIVER_PROPERTY, boot->driver, boot->driver_length))
        print_verbose("%s: there is no place for the driver\n", card->nic->pci.path);
}

struct card *node_of_alias(const char *name)
{
    for (size_t i = 0; i < ALIAS_COUNT; i++)
        if (strcmp(name, aliases[i]) == 0)
            return alias_cards[i];
    return NULL;
}

error_t node_announce_boot(const struct device_boot *boot)
{
    uint32_t chosen = firmware_find("/chosen");

    if (set_text(chosen, "bootargs", boot->bootargs) &&
        set_text(chosen, "bootpath", boot->bootpath))
        return OK;
    return fail(ERROR_LAUNCH_FIRMWARE, "setting bootargs and bootpath of /chosen");
}

/* The file field of a reply is empty, and no options stand in it. */
static bool file_field_is_free(const uint8_t *reply, size_t length)
{
    uint8_t overload = 0; /* RFC 2132 section 9.3: bit 0 for the file field */

    return length >= DHCP_FIXED_LENGTH && reply[DHCP_FILE] == 0 &&
           (dhcp_option(reply, length, DHCP_OVERLOAD, &overload, 1) == DHCP_OPTION_ABSENT ||
            (overload & 1) == 0);
}

static void set_reply(uint32_t chosen, const char *name, const uint8_t *reply, size_t length)
{
    if (!set(chosen, name, reply, length))
        print_verbose("/chosen did not take %s\n", name);
}

void node_announce_reply(const struct network_config *config, const char *file)
{
    static uint8_t reply[NETWORK_PACKET_MAXIMUM];
    uint32_t chosen = firmware_find("/chosen");
    const char *name = "dhcp-response";
    const uint8_t *bytes = config->reply;
    size_t length = config->reply_length;

    if (config->method == NETWORK_STATIC || config->reply_length == 0)
        return;
    if (config->method == NETWORK_BSDP) {
        set_reply(chosen, "dhcp-response", config->reply, length);
        bytes = config->bsdp_reply;
        length = config->bsdp_reply_length;
        name = "bsdp-response";
    }
    memcpy(reply, bytes, length);
    if (file != NULL && strlen(file) < DHCP_FILE_LENGTH && file_field_is_free(reply, length))
        memcpy(reply + DHCP_FILE, file, strlen(file) + 1);
    if (config->method != NETWORK_BOOTP)
        set_reply(chosen, name, reply, length);
    /* With BSDP too: programs take the folder of their files from the first that they find. */
    set_reply(chosen, "bootp-response", reply, length);
}
