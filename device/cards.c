/* SPDX-License-Identifier: BSD-2-Clause */
#include "device/cards.h"

#include <string.h>

#include "boot/platform.h"
#include "console/console.h"
#include "device/firmware.h"

/* As for the boot itself; a card that had none the last time is not waited for as long again. */
#define LINK_WAIT_MS       15000
#define LINK_WAIT_AGAIN_MS 1000
/* Some cards bring a link up only step by step, one with each question (drivers/nic.h). */
#define LINK_INTERVAL_MS 100

static struct nic nics[DEVICE_CARDS_MAXIMUM];
static struct card cards[DEVICE_CARDS_MAXIMUM];
static size_t card_count;

static bool read_station_address(struct nic *nic, const struct nic *known)
{
    error_t error;

    if (known != NULL && known->pci.node == nic->pci.node) {
        memcpy(nic->address, known->address, sizeof nic->address);
        return true;
    }
    error = nic_open(nic);
    if (error == OK) {
        nic_close(nic);
        return true;
    }
    print_verbose("%s is no network device: %s: %s (%s)\n", nic->pci.path, error_code(error),
                  error_summary(error), error_detail());
    return false;
}

size_t cards_find(const struct nic *known)
{
    size_t found = nic_find(nics, DEVICE_CARDS_MAXIMUM);

    card_count = 0;
    for (size_t i = 0; i < found; i++) {
        uint32_t node = firmware_find(nics[i].pci.path);

        if (node != 0 && read_station_address(&nics[i], known))
            cards[card_count++] = (struct card){.nic = &nics[i], .node = node, .link_given = true};
    }
    return card_count;
}

struct card *cards_at(size_t index)
{
    return index < card_count ? &cards[index] : NULL;
}

struct card *cards_of_node(uint32_t node)
{
    for (size_t i = 0; i < card_count; i++)
        if (cards[i].node == node)
            return &cards[i];
    return NULL;
}

error_t card_open(struct card *card)
{
    unsigned wait = card->link_given ? LINK_WAIT_MS : LINK_WAIT_AGAIN_MS;

    if (card->users == 0) {
        error_t error = nic_open(card->nic);

        if (error != OK)
            return error;
        card->link_given = nic_wait_link(card->nic, 1, wait) != NULL;
        if (!card->link_given) {
            nic_close(card->nic);
            return fail(ERROR_NIC_LINK, "%s", card->nic->pci.path);
        }
    }
    card->users++;
    return OK;
}

void card_close(struct card *card)
{
    if (card->users != 0 && --card->users == 0)
        nic_close(card->nic);
}

/* Where the handler of a poll puts the frame. */
static struct {
    uint8_t *bytes;
    size_t size, length;
} receiving;

static void take(struct nic *nic, const uint8_t *frame, size_t length)
{
    (void)nic;
    receiving.length = length < receiving.size ? length : receiving.size;
    memcpy(receiving.bytes, frame, receiving.length);
}

static void watch_link(struct card *card)
{
    uint64_t now = platform_milliseconds();

    if (now - card->link_asked_ms < LINK_INTERVAL_MS)
        return;
    card->link_asked_ms = now;
    card->nic->driver->link(card->nic);
}

size_t card_receive(struct card *card, uint8_t *bytes, size_t size)
{
    receiving.bytes = bytes;
    receiving.size = size;
    receiving.length = 0;
    if (card->nic->driver->poll(card->nic, take, 1) == 0)
        watch_link(card);
    return receiving.length;
}

error_t card_transmit(struct card *card, const uint8_t *bytes, size_t length)
{
    return card->nic->driver->transmit(card->nic, bytes, length);
}
