/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cards that only their own PXE ROM can drive: its UNDI ("PXE Specification 2.1", chapter 3), in
 * real mode, polled. A ROM expects an interrupt before it is asked what happened; we ask all the
 * time, as every driver has to that shares its interrupt, and keep the line masked meanwhile.
 */
#include <string.h>

#include "boot/bios/bios.h"
#include "boot/bios/pxe.h"
#include "console/console.h"
#include "drivers/nic.h"
#include "lib/bytes.h"

enum {
    ETHERNET_HEADER = 14,
    TYPE_IP = 0x0800,
    TYPE_ARP = 0x0806,

    /* UNDI_OPEN: which frames to receive. */
    FILTER_DIRECTED = 1,
    FILTER_BROADCAST = 2,

    /* UNDI_TRANSMIT: whether the ROM writes the header, and for what. */
    PROTOCOL_WHOLE_FRAME = 0,
    PROTOCOL_IP = 1,
    PROTOCOL_ARP = 2,
    TO_ADDRESS = 0,
    TO_ALL = 1,

    /* UNDI_ISR. */
    ISR_START = 1,   /* in: has there been an interrupt? */
    ISR_PROCESS = 2, /* in: what happened? */
    ISR_NEXT = 3,    /* in: what else? */
    ISR_DONE = 0,    /* out */
    ISR_SENT = 2,
    ISR_RECEIVED = 3,

    INTERRUPTS = 16,
    PIC_FIRST_MASK = 0x21,
    PIC_SECOND_MASK = 0xA1,
};
#define EVENTS_MAXIMUM 64 /* in one poll */

/* A frame that is sent: its descriptor, where it goes to, the bytes. Several, used in turn. */
#define FRAME_ROOM        0x800u
#define FRAME_DESTINATION 0x60u
#define FRAME_BYTES       0x70u
#define FRAME_COUNT       ((REAL_MODE_FRAMES_END - REAL_MODE_FRAMES) / FRAME_ROOM)
_Static_assert(FRAME_BYTES + NIC_FRAME_MAXIMUM <= FRAME_ROOM, "a frame fits into its place");

static struct nic_id attached_id = {.subsystem_vendor = NIC_ANY, .subsystem = NIC_ANY};
static struct pci_device attached;
static bool in_service; /* the ROM has more to tell */
static uint8_t gathered[NIC_FRAME_MAXIMUM + 4];
static size_t gathered_length;  /* of a frame that comes in pieces */
static unsigned interrupt_line; /* INTERRUPTS: none */
static bool interrupt_was_masked;

void undi_attach(const struct pci_device *device)
{
    attached = *device;
    attached_id.vendor = device->vendor;
    attached_id.device = device->device;
    attached_id.name = "network card, through its PXE ROM";
}

/* --- The interrupt line ------------------------------------------------------------------------
 */

/* Sets the line's mask in the 8259A; returns what it was. */
static bool set_masked(bool masked)
{
    uint16_t port = interrupt_line < 8 ? PIC_FIRST_MASK : PIC_SECOND_MASK;
    uint8_t bit = (uint8_t)(1u << (interrupt_line & 7)), mask;

    if (interrupt_line >= INTERRUPTS)
        return masked;
    mask = port_read8(port);
    port_write8(port, masked ? mask | bit : mask & (uint8_t)~bit);
    return (mask & bit) != 0;
}

/* --- Opening -----------------------------------------------------------------------------------
 */

static error_t refused(const struct nic *nic, const char *what, const uint8_t *block)
{
    return fail(ERROR_PC_UNDI, "%s: %s, status %02x", nic->pci.path, what, get_le16(block));
}

/* GET_INFORMATION: the interrupt at 4, the address's length at 10, the address at 12. */
static error_t read_information(struct nic *nic)
{
    uint8_t block[64] = {0};

    if (!pxe_call(PXE_UNDI_GET_INFORMATION, block, sizeof block))
        return refused(nic, "no information about the card", block);
    memcpy(nic->address, block + 12, sizeof nic->address);
    if (get_le16(block + 10) != sizeof nic->address || !nic_address_valid(nic->address))
        return fail(ERROR_NIC_ADDRESS, "%s: the ROM says %02x:%02x:%02x:%02x:%02x:%02x",
                    nic->pci.path, block[12], block[13], block[14], block[15], block[16],
                    block[17]);
    /* 0 is the timer's. */
    interrupt_line = get_le16(block + 4);
    if (interrupt_line == 0 || interrupt_line >= INTERRUPTS)
        interrupt_line = INTERRUPTS;
    return OK;
}

static void undi_close(struct nic *nic)
{
    uint8_t block[16] = {0};

    (void)nic;
    pxe_call(PXE_UNDI_CLOSE, block, sizeof block);
    if (!interrupt_was_masked)
        set_masked(false);
    interrupt_line = INTERRUPTS;
}

static error_t undi_open(struct nic *nic)
{
    uint8_t block[PXE_BLOCK_MAXIMUM] = {0}; /* with room for the list of groups */
    error_t error;

    if (nic->pci.bus != attached.bus || nic->pci.slot != attached.slot ||
        nic->pci.function != attached.function)
        return fail(ERROR_PC_UNDI, "%s: the PXE ROM drives %s only", nic->pci.path, attached.path);
    error = read_information(nic);
    if (error != OK)
        return error;
    in_service = false;
    gathered_length = 0;
    interrupt_was_masked = set_masked(true);
    /* The ROM has it open, with a filter of its own. */
    pxe_call(PXE_UNDI_CLOSE, block, 16);
    memset(block, 0, sizeof block);
    put_le16(block + 4, FILTER_DIRECTED | FILTER_BROADCAST);
    if (!pxe_call(PXE_UNDI_OPEN, block, sizeof block)) {
        error = refused(nic, "the ROM does not open the card", block);
        undi_close(nic);
        return error;
    }
    return OK;
}

/* --- Sending -----------------------------------------------------------------------------------
 */

static void put_far(uint8_t *at, uint32_t address)
{
    put_le16(at, address & 0x0F);
    put_le16(at + 2, (uint16_t)(address >> 4));
}

/*
 * Some ROMs put a header before every frame, also where the caller says that there is one. They get
 * it without for the protocols that they know.
 */
static uint8_t protocol_of(const uint8_t *frame)
{
    switch (get_be16(frame + 12)) {
    case TYPE_IP:
        return PROTOCOL_IP;
    case TYPE_ARP:
        return PROTOCOL_ARP;
    default:
        return PROTOCOL_WHOLE_FRAME;
    }
}

static error_t undi_transmit(struct nic *nic, const uint8_t *frame, size_t length)
{
    static const uint8_t all[6] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
    static unsigned turn;
    uint32_t place = REAL_MODE_FRAMES + (turn++ % FRAME_COUNT) * FRAME_ROOM;
    uint8_t *low = platform_virtual(place);
    uint8_t block[20] = {0}; /* status, protocol, flag, far pointers to destination, descriptor */
    size_t skip, padded;

    if (length < ETHERNET_HEADER || length > NIC_FRAME_MAXIMUM)
        return fail(ERROR_NIC_TRANSMIT, "%s: a frame of %u bytes", nic->pci.path, (unsigned)length);
    padded = length < NIC_FRAME_MINIMUM ? NIC_FRAME_MINIMUM : length;
    memset(low, 0, FRAME_BYTES + NIC_FRAME_MINIMUM);
    memcpy(low + FRAME_DESTINATION, frame, 6);
    memcpy(low + FRAME_BYTES, frame, length);
    block[2] = protocol_of(frame);
    block[3] = memcmp(frame, all, sizeof all) == 0 ? TO_ALL : TO_ADDRESS;
    skip = block[2] == PROTOCOL_WHOLE_FRAME ? 0 : ETHERNET_HEADER;
    /* The descriptor: length, far pointer, no further pieces. */
    put_le16(low, (uint16_t)(padded - skip));
    put_far(low + 2, place + FRAME_BYTES + (uint32_t)skip);
    put_far(block + 4, place + FRAME_DESTINATION);
    put_far(block + 8, place);
    if (!pxe_call(PXE_UNDI_TRANSMIT, block, sizeof block)) {
        nic->counters.transmit_errors++;
        return fail(ERROR_NIC_TRANSMIT, "%s: the PXE ROM's status is %02x", nic->pci.path,
                    get_le16(block));
    }
    nic->counters.transmitted++;
    return OK;
}

/* --- Receiving ---------------------------------------------------------------------------------
 */

/*
 * Takes a piece of a frame: its length at 4, the frame's at 6, a far pointer to it at 10. True if
 * the frame is complete.
 */
static bool gather(struct nic *nic, const uint8_t *block)
{
    size_t piece = get_le16(block + 4), whole = get_le16(block + 6);
    const uint8_t *bytes = pxe_bytes(get_le32(block + 10), piece);

    if (bytes == NULL || whole > sizeof gathered || !bytes_within(whole, gathered_length, piece)) {
        nic->counters.receive_errors++;
        gathered_length = 0;
        return false;
    }
    memcpy(gathered + gathered_length, bytes, piece);
    gathered_length += piece;
    if (gathered_length < whole)
        return false;
    gathered_length = 0;
    return whole > ETHERNET_HEADER;
}

static bool ask(uint16_t question, uint8_t block[16])
{
    memset(block, 0, 16);
    put_le16(block + 2, question);
    return pxe_call(PXE_UNDI_ISR, block, 16);
}

static unsigned undi_poll(struct nic *nic, nic_receive receive, unsigned budget)
{
    uint8_t block[16];
    unsigned count = 0;

    /* Whether the answer is "yes" says nothing: some ROMs always deny. */
    if (!in_service && !ask(ISR_START, block))
        return 0;
    for (unsigned i = 0; i < EVENTS_MAXIMUM && count < budget; i++) {
        uint16_t event;

        if (!ask(in_service ? ISR_NEXT : ISR_PROCESS, block)) {
            nic->counters.receive_errors++;
            in_service = false;
            return count;
        }
        event = get_le16(block + 2);
        in_service = event == ISR_SENT || event == ISR_RECEIVED;
        if (!in_service)
            return count;
        if (event == ISR_RECEIVED && gather(nic, block)) {
            nic->counters.received++;
            count++;
            receive(nic, gathered, get_le16(block + 6));
        }
    }
    return count;
}

/* UNDI does not tell; it was good enough to load us. */
static bool undi_link(struct nic *nic)
{
    (void)nic;
    return true;
}

NIC_DRIVER(undi) = {
    .name = "undi",
    .ids = &attached_id,
    .id_count = 1,
    .open = undi_open,
    .close = undi_close,
    .transmit = undi_transmit,
    .poll = undi_poll,
    .link = undi_link,
};
