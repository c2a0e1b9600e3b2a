/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/openfirmware/forth_device.h"

#include <stdio.h>
#include <string.h>

#include "boot/openfirmware/openfirmware.h"
#include "drivers/nic.h"
#include "lib/bytes.h"

#define CONFIGURATION_LENGTH 256
/* Gigabit auto-negotiation takes up to 4.5 s. Clients send their first frame at once. */
#define LINK_WAIT_MS 5000
#define LINK_POLL_MS 20

/* boot/fcode/frames.fth uses the offsets. */
_Static_assert(offsetof(struct forth_request, memory) == 0x18, "offsets that Forth uses");
_Static_assert(offsetof(struct forth_request, bar) == 0x30, "offsets that Forth uses");
_Static_assert(offsetof(struct forth_request, message) == 0x44, "offsets that Forth uses");

static struct forth_request *current; /* from open to close */
static struct nic card;
static bool dma_taken;
/* Where the frame of a `read` goes. */
static uint8_t *frame_buffer;
static size_t frame_room, frame_length;

bool forth_device_active(void)
{
    return current != NULL;
}

/* --- What firmware would give ------------------------------------------------------------- */

uint32_t forth_configuration_read(unsigned offset, unsigned width)
{
    const uint8_t *bytes = (const uint8_t *)(uintptr_t)current->configuration;

    if (width > 4 || offset > CONFIGURATION_LENGTH - width)
        return 0xFFFFFFFFu;
    switch (width) {
    case 1:
        return bytes[offset];
    case 2:
        return get_le16(bytes + offset);
    default:
        return get_le32(bytes + offset);
    }
}

/*
 * Forth has turned on what the card needs and turns it off again. Drivers read back what they
 * wrote, so the copy follows.
 */
void forth_configuration_write(unsigned offset, unsigned width, uint32_t value)
{
    uint8_t *bytes = (uint8_t *)(uintptr_t)current->configuration;

    for (unsigned i = 0; i < width && offset + i < CONFIGURATION_LENGTH; i++)
        bytes[offset + i] = (uint8_t)(value >> 8 * i);
}

error_t forth_registers(unsigned bar, struct io_window *window)
{
    if (bar != current->bar)
        return fail(ERROR_NIC_REGISTERS, "register %u is not mapped", bar);
    memset(window, 0, sizeof *window);
    window->base = (volatile uint8_t *)(uintptr_t)current->registers;
    window->length = current->registers_length;
    return OK;
}

void *forth_dma_allocate(size_t length, size_t alignment, uint32_t *bus)
{
    /* The card sees what has to be aligned. */
    uint32_t skip = (uint32_t)(round_up(current->dma_bus, alignment) - current->dma_bus);

    if (dma_taken || !bytes_within(current->dma_length, skip, length))
        return NULL;
    dma_taken = true;
    *bus = current->dma_bus + skip;
    return memset((uint8_t *)(uintptr_t)current->dma + skip, 0, length);
}

void forth_dma_free(void)
{
    dma_taken = false;
}

/* --- The operations ----------------------------------------------------------------------- */

static void describe(struct pci_device *device)
{
    memset(device, 0, sizeof *device);
    device->vendor = (uint16_t)forth_configuration_read(PCI_VENDOR_ID, 2);
    device->device = (uint16_t)forth_configuration_read(PCI_DEVICE_ID, 2);
    device->subsystem_vendor = (uint16_t)forth_configuration_read(PCI_SUBSYSTEM_VENDOR_ID, 2);
    device->subsystem = (uint16_t)forth_configuration_read(PCI_SUBSYSTEM_ID, 2);
    device->class_code = forth_configuration_read(PCI_REVISION, 4) >> 8;
    device->revision = (uint8_t)forth_configuration_read(PCI_REVISION, 1);
    snprintf(device->path, sizeof device->path, "the card");
}

static error_t open_card(void)
{
    memset(&card, 0, sizeof card);
    describe(&card.pci);
    card.driver = nic_driver_for(&card.pci, &card.id);
    if (card.driver == NULL)
        return fail(ERROR_NIC_NONE, "%04x:%04x", card.pci.vendor, card.pci.device);
    return nic_open(&card);
}

/* Forth has said that it starts the card. Whoever has no link in that time may get one later. */
static int32_t wait_link(void)
{
    for (unsigned waited = 0; waited < LINK_WAIT_MS; waited += LINK_POLL_MS) {
        if (card.driver->link(&card))
            return FORTH_LINK;
        platform_delay_us(LINK_POLL_MS * 1000);
    }
    return FORTH_NO_LINK;
}

static int32_t open_device(struct forth_request *request)
{
    error_t error;

    if (current != NULL) /* each card has a loader of its own */
        return -1;
    current = request;
    dma_taken = false;
    clock_set_frequency(request->clock_hz);
    memory_adopt(request->memory, request->memory_length);
    error_clear();
    error = open_card();
    if (error != OK) {
        snprintf(request->message, sizeof request->message, "%s: %s (%s)", error_code(error),
                 error_summary(error), error_detail());
        memory_abandon();
        current = NULL;
        return -1;
    }
    memcpy(request->address, card.address, sizeof card.address);
    return wait_link();
}

static void close_device(void)
{
    if (current == NULL)
        return;
    nic_close(&card);
    memory_abandon();
    current = NULL;
}

static void keep_frame(struct nic *nic, const uint8_t *frame, size_t length)
{
    (void)nic;
    frame_length = length < frame_room ? length : frame_room;
    memcpy(frame_buffer, frame, frame_length);
}

static int32_t read_frame(const struct forth_request *request)
{
    frame_buffer = (uint8_t *)(uintptr_t)request->buffer;
    frame_room = request->length;
    frame_length = 0;
    if (card.driver->poll(&card, keep_frame, 1) != 0)
        return (int32_t)frame_length;
    card.driver->link(&card); /* may take a step of a slow link's start-up */
    return FORTH_NO_FRAME;
}

static int32_t write_frame(const struct forth_request *request)
{
    if (request->length == 0 || request->length > NIC_FRAME_MAXIMUM ||
        card.driver->transmit(&card, (const uint8_t *)(uintptr_t)request->buffer,
                              request->length) != OK)
        return -1;
    return (int32_t)request->length;
}

void forth_device(struct forth_request *request)
{
    request->gate = (uint32_t)(uintptr_t)forth_device;
    request->result = -1;
    if (request->operation == FORTH_OPEN)
        request->result = open_device(request);
    else if (current == NULL)
        return;
    else if (request->operation == FORTH_READ)
        request->result = read_frame(request);
    else if (request->operation == FORTH_WRITE)
        request->result = write_frame(request);
    else if (request->operation == FORTH_CLOSE) {
        close_device();
        request->result = 0;
    }
}
