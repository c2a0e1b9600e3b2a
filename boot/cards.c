/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/cards.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/platform.h"
#include "console/console.h"
#include "darwin/devtree.h"
#include "lib/bytes.h"

#define CARDS_MAXIMUM 16
/* Gigabit auto-negotiation takes up to 4.5 s, some switches longer. */
#define LINK_WAIT_MS 15000

static struct nic cards[CARDS_MAXIMUM];

static void list(size_t count)
{
    for (size_t i = 0; i < count; i++)
        print("  card %u: %04x:%04x %s at %s\n", (unsigned)i, cards[i].pci.vendor,
              cards[i].pci.device, cards[i].id->name, cards[i].pci.path);
}

/* The path that an alias stands for ("enet"), copied; false if there is no such alias. */
static bool alias_path(const char *alias, char *path, size_t size)
{
    struct devtree tree;
    struct devtree_node *aliases;
    const char *value = NULL;

    if (platform_device_tree(&tree) != OK)
        return false;
    aliases = devtree_find(&tree, "/aliases");
    if (aliases != NULL)
        value = devtree_get_string(aliases, alias);
    if (value != NULL)
        snprintf(path, size, "%s", value);
    devtree_free(&tree);
    return value != NULL;
}

/* True if `choice` is only an index; gives its value. */
static bool is_index(const char *choice, size_t *index)
{
    char *end;
    unsigned long value = strtoul(choice, &end, 10);

    if (end == choice || *end != '\0')
        return false;
    *index = value;
    return true;
}

static bool is_pci_id(const char *choice, uint16_t *vendor, uint16_t *device)
{
    char *end;
    unsigned long first, second;

    first = strtoul(choice, &end, 16);
    if (end == choice || *end != ':' || first > 0xFFFF)
        return false;
    choice = end + 1;
    second = strtoul(choice, &end, 16);
    if (end == choice || *end != '\0' || second > 0xFFFF)
        return false;
    *vendor = (uint16_t)first;
    *device = (uint16_t)second;
    return true;
}

/* "/pci@f2000000/rtl8139@f:,\\file" names the card as well. Returns its arguments, or NULL. */
static const char *arguments_at(const char *path, const struct nic *card)
{
    size_t length = strlen(card->pci.path);

    if (length == 0 || strncmp(path, card->pci.path, length) != 0)
        return NULL;
    path += length;
    if (*path == ':')
        return path + 1;
    return *path == '\0' ? path : NULL;
}

/* Marks the cards that `choice` means. */
static void mark(const char *choice, size_t count, bool wanted[])
{
    char path[PCI_PATH_LENGTH];
    uint16_t vendor, device;
    size_t index;

    for (size_t i = 0; i < count; i++)
        wanted[i] = choice == NULL;
    if (choice == NULL)
        return;
    if (is_index(choice, &index)) {
        if (index < count)
            wanted[index] = true;
        return;
    }
    if (is_pci_id(choice, &vendor, &device)) {
        for (size_t i = 0; i < count; i++)
            wanted[i] = cards[i].pci.vendor == vendor && cards[i].pci.device == device;
        return;
    }
    if (choice[0] == '/' || !alias_path(choice, path, sizeof path))
        snprintf(path, sizeof path, "%s", choice);
    for (size_t i = 0; i < count; i++)
        wanted[i] = arguments_at(path, &cards[i]) != NULL;
}

/*
 * Opens every wanted card. One that fails is reported when others remain, so that a broken card
 * does not stand in the way of a good one.
 */
static error_t open_wanted(size_t count, bool wanted[], size_t *open_count)
{
    error_t last = OK;
    size_t left = 0;

    *open_count = 0;
    for (size_t i = 0; i < count; i++)
        left += wanted[i];
    for (size_t i = 0; i < count; i++) {
        if (!wanted[i])
            continue;
        left--;
        print("opening card %u: %s at %s\n", (unsigned)i, cards[i].id->name, cards[i].pci.path);
        last = nic_open(&cards[i]);
        if (last == OK) {
            const uint8_t *a = cards[i].address;

            print("  station address %02x:%02x:%02x:%02x:%02x:%02x\n", a[0], a[1], a[2], a[3], a[4],
                  a[5]);
            ++*open_count;
        } else {
            wanted[i] = false;
            /* If it was the only hope, the caller says it. */
            if (left != 0 || *open_count != 0)
                error_show(last);
        }
    }
    return *open_count != 0 ? OK : last;
}

error_t cards_choose(const char *choice, struct nic **chosen)
{
    bool wanted[CARDS_MAXIMUM];
    size_t count, wanted_count = 0, open_count;
    uint64_t start;
    error_t error;

    count = nic_find(cards, CARDS_MAXIMUM);
    if (count == 0)
        return fail(ERROR_NIC_NONE, "looked at every device on every PCI bus");
    list(count);
    mark(choice, count, wanted);
    for (size_t i = 0; i < count; i++)
        wanted_count += wanted[i];
    if (wanted_count == 0)
        return fail(ERROR_NIC_CHOICE, "nic=%s, %u card(s) found", choice, (unsigned)count);

    error = open_wanted(count, wanted, &open_count);
    if (error != OK)
        return error;
    start = platform_milliseconds();
    *chosen = nic_wait_link(cards, count, LINK_WAIT_MS);
    for (size_t i = 0; i < count; i++)
        if (&cards[i] != *chosen)
            nic_close(&cards[i]);
    if (*chosen == NULL)
        return fail(ERROR_NIC_LINK, "%u card(s) tried for %u s", (unsigned)open_count,
                    (unsigned)((platform_milliseconds() - start) / 1000));
    print("link is up on %s\n", (*chosen)->pci.path);
    return OK;
}

const char *cards_at_path(const char *path, char card[PCI_PATH_LENGTH])
{
    size_t count = *path != '\0' ? nic_find(cards, CARDS_MAXIMUM) : 0;

    for (size_t i = 0; i < count; i++) {
        const char *arguments = arguments_at(path, &cards[i]);

        if (arguments != NULL) {
            snprintf(card, PCI_PATH_LENGTH, "%s", cards[i].pci.path);
            return arguments;
        }
    }
    return NULL;
}

struct nic *cards_known(size_t *count)
{
    *count = 0;
    while (*count < CARDS_MAXIMUM && cards[*count].driver != NULL)
        ++*count;
    if (*count == 0)
        *count = nic_find(cards, CARDS_MAXIMUM);
    return cards;
}
