/* SPDX-License-Identifier: BSD-2-Clause */
/* Simulated cards: configuration space, register models, DMA memory, and the scripted card. */
#include <stdlib.h>
#include <string.h>

#include "boot/host/host.h"
#include "boot/host/internal.h"
#include "lib/bytes.h"

#define CARDS_MAXIMUM   8
#define SCRIPTED_VENDOR 0x1AF4
#define SCRIPTED_DEVICE 0x5B00

static struct host_card cards[CARDS_MAXIMUM];
static size_t card_count;

struct queued_frame {
    struct queued_frame *next;
    size_t length;
    uint8_t bytes[];
};
static struct queued_frame *queue_first, **queue_last = &queue_first;
static uint8_t scripted_address[6];
static host_transmitted scripted_transmitted;
static void *scripted_context;
static bool scripted_up;

#define SCRIPTED_NAME "scripted card"
static struct nic_id scripted_ids[] = {
    {SCRIPTED_VENDOR, SCRIPTED_DEVICE, NIC_ANY, NIC_ANY, SCRIPTED_NAME, 0},
};

void host_cards_reset(void)
{
    while (queue_first != NULL) {
        struct queued_frame *next = queue_first->next;

        free(queue_first);
        queue_first = next;
    }
    queue_last = &queue_first;
    card_count = 0;
    scripted_transmitted = NULL;
    scripted_up = true;
    scripted_ids[0].vendor = SCRIPTED_VENDOR;
    scripted_ids[0].device = SCRIPTED_DEVICE;
    scripted_ids[0].subsystem_vendor = scripted_ids[0].subsystem = NIC_ANY;
    scripted_ids[0].name = SCRIPTED_NAME;
}

struct host_card *host_add_card(const struct pci_device *pci, unsigned bar, bool bar_is_io,
                                struct io_model *model)
{
    struct host_card *card;

    if (card_count == CARDS_MAXIMUM)
        abort();
    card = &cards[card_count];
    memset(card, 0, sizeof *card);
    card->pci = *pci;
    card->pci.node = (uint32_t)card_count;
    card->model = model;
    card->bar = bar;
    card->bar_is_io = bar_is_io;
    put_le16(card->config + PCI_VENDOR_ID, pci->vendor);
    put_le16(card->config + PCI_DEVICE_ID, pci->device);
    card->config[PCI_REVISION] = pci->revision;
    put_le16(card->config + PCI_SUBSYSTEM_VENDOR_ID, pci->subsystem_vendor);
    put_le16(card->config + PCI_SUBSYSTEM_ID, pci->subsystem);
    put_le32(card->config + PCI_BAR(bar), bar_is_io ? 0x1001u : 0x82000000u);
    card_count++;
    return card;
}

size_t platform_pci_devices(struct pci_device *devices, size_t maximum)
{
    size_t count = card_count < maximum ? card_count : maximum;

    for (size_t i = 0; i < count; i++)
        devices[i] = cards[i].pci;
    return count;
}

static bool is_at(const struct host_card *card, const struct pci_device *place)
{
    return card->pci.bus == place->bus && card->pci.slot == place->slot &&
           card->pci.function == place->function;
}

/* By its number, or somebody who looks around has made a place up. NULL: nobody is there. */
static const struct host_card *card_at(const struct pci_device *device)
{
    if (device->node < CARDS_MAXIMUM && is_at(&cards[device->node], device))
        return &cards[device->node];
    for (size_t i = 0; i < card_count; i++)
        if (is_at(&cards[i], device))
            return &cards[i];
    return NULL;
}

uint32_t platform_pci_read(const struct pci_device *device, unsigned offset, unsigned width)
{
    const struct host_card *card = card_at(device);
    const uint8_t *config;

    if (card == NULL || !bytes_within(256, offset, width))
        return 0xFFFFFFFFu;
    config = card->config;
    switch (width) {
    case 1:
        return config[offset];
    case 2:
        return get_le16(config + offset);
    default:
        return get_le32(config + offset);
    }
}

void platform_pci_write(const struct pci_device *device, unsigned offset, unsigned width,
                        uint32_t value)
{
    uint8_t *config;

    if (device->node >= CARDS_MAXIMUM || !bytes_within(256, offset, width))
        return;
    config = cards[device->node].config;
    switch (width) {
    case 1:
        config[offset] = (uint8_t)value;
        break;
    case 2:
        put_le16(config + offset, (uint16_t)value);
        break;
    default:
        put_le32(config + offset, value);
        break;
    }
}

error_t platform_pci_map(const struct pci_device *device, unsigned bar, struct io_window *window)
{
    struct host_card *card;

    memset(window, 0, sizeof *window);
    if (device->node >= CARDS_MAXIMUM)
        return fail(ERROR_NIC_REGISTERS, "%s: there is no such card", device->path);
    card = &cards[device->node];
    if (bar == PCI_BAR_ROM && card->rom != NULL) {
        window->model = card->rom;
        window->length = card->rom_length;
        return OK;
    }
    if (card->model == NULL || card->bar != bar)
        return fail(ERROR_NIC_REGISTERS, "%s: base address register %u", device->path, bar);
    window->model = card->model;
    window->length = 0x20000;
    window->is_port = card->bar_is_io;
    return OK;
}

void *platform_dma_allocate(const struct pci_device *device, size_t length, size_t alignment,
                            uint32_t *bus)
{
    void *memory = platform_claim(length, alignment);

    (void)device;
    if (memory == NULL)
        return NULL;
    memset(memory, 0, length);
    *bus = (uint32_t)platform_physical(memory);
    return memory;
}

void platform_dma_free(const struct pci_device *device, void *memory, size_t length, uint32_t bus)
{
    (void)device;
    (void)bus;
    platform_release(memory, length);
}

uint8_t io_read8(const struct io_window *w, unsigned offset)
{
    return (uint8_t)w->model->read(w->model->context, offset, 1);
}
uint16_t io_read16(const struct io_window *w, unsigned offset)
{
    return (uint16_t)w->model->read(w->model->context, offset, 2);
}
uint32_t io_read32(const struct io_window *w, unsigned offset)
{
    return w->model->read(w->model->context, offset, 4);
}
void io_write8(const struct io_window *w, unsigned offset, uint8_t value)
{
    w->model->write(w->model->context, offset, 1, value);
}
void io_write16(const struct io_window *w, unsigned offset, uint16_t value)
{
    w->model->write(w->model->context, offset, 2, value);
}
void io_write32(const struct io_window *w, unsigned offset, uint32_t value)
{
    w->model->write(w->model->context, offset, 4, value);
}
void dma_read_barrier(void)
{
}
void dma_write_barrier(void)
{
}

/* --- The scripted card -------------------------------------------------------------------- */

void host_add_scripted_card(const uint8_t address[6], host_transmitted transmitted, void *context)
{
    struct pci_device pci = {.vendor = SCRIPTED_VENDOR,
                             .device = SCRIPTED_DEVICE,
                             .class_code = 0x020000,
                             .slot = (uint8_t)(0x10 + card_count),
                             .path = "/pci@f2000000/rtl8139@f"};

    host_add_scripted_card_as(&pci, address, transmitted, context);
}

/* A row that names all four numbers goes before that of the real driver. */
void host_add_scripted_card_as(const struct pci_device *pci, const uint8_t address[6],
                               host_transmitted transmitted, void *context)
{
    const struct nic_id *real;

    if (nic_driver_for(pci, &real) != NULL)
        scripted_ids[0].name = real->name;
    scripted_ids[0].vendor = pci->vendor;
    scripted_ids[0].device = pci->device;
    scripted_ids[0].subsystem_vendor = pci->subsystem_vendor;
    scripted_ids[0].subsystem = pci->subsystem;
    memcpy(scripted_address, address, 6);
    scripted_transmitted = transmitted;
    scripted_context = context;
    host_add_card(pci, 0, false, NULL);
}

void host_deliver(const uint8_t *frame, size_t length)
{
    struct queued_frame *queued = malloc(sizeof *queued + length);

    if (queued == NULL)
        abort();
    queued->next = NULL;
    queued->length = length;
    memcpy(queued->bytes, frame, length);
    *queue_last = queued;
    queue_last = &queued->next;
}

void host_scripted_link(bool up)
{
    scripted_up = up;
}

static error_t scripted_open(struct nic *nic)
{
    memcpy(nic->address, scripted_address, 6);
    return OK;
}

static void scripted_close(struct nic *nic)
{
    (void)nic;
}

static error_t scripted_transmit(struct nic *nic, const uint8_t *frame, size_t length)
{
    nic->counters.transmitted++;
    if (scripted_transmitted != NULL)
        scripted_transmitted(scripted_context, frame, length);
    return OK;
}

static unsigned scripted_poll(struct nic *nic, nic_receive receive, unsigned budget)
{
    unsigned count = 0;

    while (count < budget && queue_first != NULL) {
        struct queued_frame *queued = queue_first;

        queue_first = queued->next;
        if (queue_first == NULL)
            queue_last = &queue_first;
        nic->counters.received++;
        receive(nic, queued->bytes, queued->length);
        free(queued);
        count++;
    }
    return count;
}

static bool scripted_link(struct nic *nic)
{
    (void)nic;
    return scripted_up;
}

NIC_DRIVER(scripted_driver) = {
    .name = "scripted",
    .burst = 64,
    .ids = scripted_ids,
    .id_count = 1,
    .open = scripted_open,
    .close = scripted_close,
    .transmit = scripted_transmit,
    .poll = scripted_poll,
    .link = scripted_link,
};
