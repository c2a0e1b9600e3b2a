/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The 8254x's descriptor rings. Whether a descriptor is done is read in memory (DD), never in the
 * cause register: virtual cards leave causes out, and reading memory costs nothing.
 *
 * The card owns the descriptors from head up to, not including, tail; head equal to tail means
 * "none". So one receive descriptor always stays with us.
 */
#include <string.h>

#include "boot/platform.h"
#include "drivers/deadline.h"
#include "drivers/e1000/e1000.h"
#include "drivers/e1000/registers.h"
#include "lib/bytes.h"

/* RDLEN and TDLEN count in 128 bytes: eight descriptors. */
#define RECEIVE_COUNT   (E1000_BURST + GIVE_BACK_EVERY)
#define TRANSMIT_COUNT  16u
#define BUFFER_LENGTH   2048u /* RCTL.BSIZE 0 */
#define GIVE_BACK_EVERY 8u    /* descriptors for one write of RDT; until then they stay with us */
#define TRANSMIT_US     100000

/*
 * One piece of memory: both rings, each aligned to its own size, then the buffers, aligned to
 * theirs, so that none of them crosses 64 KB, which 82545 and 82546 cannot follow.
 */
#define TRANSMIT_RING    (RECEIVE_COUNT * DESCRIPTOR_LENGTH)
#define RECEIVE_BUFFERS  2048u
#define TRANSMIT_BUFFERS (RECEIVE_BUFFERS + RECEIVE_COUNT * BUFFER_LENGTH)
#define MEMORY_LENGTH    (TRANSMIT_BUFFERS + TRANSMIT_COUNT * BUFFER_LENGTH)
#define MEMORY_ALIGNMENT 4096u

_Static_assert(TRANSMIT_RING % (TRANSMIT_COUNT * DESCRIPTOR_LENGTH) == 0, "ring not aligned");
_Static_assert(TRANSMIT_RING + TRANSMIT_COUNT * DESCRIPTOR_LENGTH <= RECEIVE_BUFFERS,
               "rings overlap buffers");

error_t e1000_rings_take(struct e1000 *card)
{
    card->memory =
        platform_dma_allocate(&card->nic->pci, MEMORY_LENGTH, MEMORY_ALIGNMENT, &card->bus);
    if (card->memory == NULL)
        return fail(ERROR_NIC_MEMORY, "%s: %u bytes for rings", card->nic->pci.path, MEMORY_LENGTH);
    return OK;
}

void e1000_rings_release(struct e1000 *card)
{
    platform_dma_free(&card->nic->pci, card->memory, MEMORY_LENGTH, card->bus);
    card->memory = NULL;
}

static uint8_t *receive_descriptor(const struct e1000 *card, unsigned index)
{
    return card->memory + index * DESCRIPTOR_LENGTH;
}

static uint8_t *transmit_descriptor(const struct e1000 *card, unsigned index)
{
    return card->memory + TRANSMIT_RING + index * DESCRIPTOR_LENGTH;
}

/* A byte that the card changes behind the compiler's back. */
static uint8_t card_byte(const uint8_t *at)
{
    return *(const volatile uint8_t *)at;
}

static void prepare_receive(const struct e1000 *card, unsigned index)
{
    uint8_t *descriptor = receive_descriptor(card, index);

    put_le64(descriptor + DESCRIPTOR_ADDRESS, card->bus + RECEIVE_BUFFERS + index * BUFFER_LENGTH);
    put_le64(descriptor + DESCRIPTOR_BYTES, 0); /* length, checksum, status, errors, VLAN */
}

void e1000_rings_start(struct e1000 *card)
{
    memset(card->memory, 0, RECEIVE_BUFFERS);
    for (unsigned i = 0; i < RECEIVE_COUNT; i++)
        prepare_receive(card, i);
    card->receive_next = 0;
    card->receive_given = 0;
    card->dropping = false;
    card->transmit_next = 0;
    card->transmit_done = 0;
    dma_write_barrier();

    e1000_write(card, E1000_RDTR, 0);
    if (card->chip >= E1000_82540)
        e1000_write(card, E1000_RADV, 0);
    e1000_write(card, E1000_RDBAL, card->bus);
    e1000_write(card, E1000_RDBAH, 0);
    e1000_write(card, E1000_RDLEN, RECEIVE_COUNT * DESCRIPTOR_LENGTH);
    e1000_write(card, E1000_RDH, 0);
    e1000_write(card, E1000_RDT, RECEIVE_COUNT - 1);

    e1000_write(card, E1000_TIDV, 0);
    e1000_write(card, E1000_TDBAL, card->bus + TRANSMIT_RING);
    e1000_write(card, E1000_TDBAH, 0);
    e1000_write(card, E1000_TDLEN, TRANSMIT_COUNT * DESCRIPTOR_LENGTH);
    e1000_write(card, E1000_TDH, 0);
    e1000_write(card, E1000_TDT, 0);
}

/* --- Receive -------------------------------------------------------------------------------- */

/* Hands a done descriptor's frame out. True if there was a whole good one. */
static bool deliver(struct e1000 *card, unsigned index, uint8_t status, nic_receive receive)
{
    struct nic *nic = card->nic;
    const uint8_t *descriptor = receive_descriptor(card, index);
    const uint8_t *buffer = card->memory + RECEIVE_BUFFERS + index * BUFFER_LENGTH;
    unsigned length = get_le16(descriptor + DESCRIPTOR_BYTES);
    uint8_t errors = card_byte(descriptor + RX_ERRORS);

    if (!(status & RX_STATUS_EOP)) {
        /* Longer than a buffer: nothing of it is of use, its end (the next EOP) included. */
        if (!card->dropping)
            nic->counters.receive_errors++;
        card->dropping = true;
        return false;
    }
    if (card->dropping) {
        card->dropping = false;
        return false;
    }
    /* RCTL.SECRC stays off, since the 82542 has no such bit: the CRC is counted. */
    if ((errors & RX_ERRORS_FRAME) || length > BUFFER_LENGTH || length <= FRAME_CRC ||
        length - FRAME_CRC > NIC_FRAME_MAXIMUM) {
        nic->counters.receive_errors++;
        return false;
    }
    nic->counters.received++;
    receive(nic, buffer, length - FRAME_CRC);
    return true;
}

/* The tail goes to the last descriptor handled: that one is the one that stays with us. */
static void give_back(struct e1000 *card)
{
    card->receive_given = 0;
    dma_write_barrier();
    e1000_write(card, E1000_RDT, (card->receive_next + RECEIVE_COUNT - 1) % RECEIVE_COUNT);
}

unsigned e1000_poll(struct nic *nic, nic_receive receive, unsigned budget)
{
    struct e1000 *card = nic->state;
    unsigned count = 0;

    /* Once round the ring at most, so that a flood of bad frames does not keep us here. */
    for (unsigned looked = 0; looked < RECEIVE_COUNT && count < budget; looked++) {
        unsigned index = card->receive_next;
        uint8_t status = card_byte(receive_descriptor(card, index) + RX_STATUS);

        if (!(status & RX_STATUS_DD))
            break;
        dma_read_barrier();
        if (deliver(card, index, status, receive))
            count++;
        prepare_receive(card, index);
        card->receive_next = (index + 1) % RECEIVE_COUNT;
        if (++card->receive_given == GIVE_BACK_EVERY)
            give_back(card);
    }
    return count;
}

/* --- Transmit ------------------------------------------------------------------------------- */

static void reclaim(struct e1000 *card)
{
    while (card->transmit_done != card->transmit_next) {
        uint8_t status = card_byte(transmit_descriptor(card, card->transmit_done) + TX_STATUS);

        if (!(status & TX_STATUS_DD))
            break;
        if (status & TX_STATUS_ERRORS)
            card->nic->counters.transmit_errors++;
        card->transmit_done = (card->transmit_done + 1) % TRANSMIT_COUNT;
    }
    dma_read_barrier();
}

static bool wait_room(struct e1000 *card)
{
    unsigned after = (card->transmit_next + 1) % TRANSMIT_COUNT;
    deadline_t deadline;
    bool late;

    reclaim(card);
    if (after != card->transmit_done)
        return true;
    deadline = deadline_after_us(TRANSMIT_US);
    do {
        late = deadline_passed(deadline);
        reclaim(card);
        if (after != card->transmit_done)
            return true;
    } while (!late);
    return false;
}

/*
 * The 82544 on PCI-X can hang on a buffer that ends in the first half of an 8-byte word: there the
 * frame begins 4 bytes later, so that it ends in the second half.
 */
static unsigned buffer_shift(const struct e1000 *card, size_t length)
{
    return card->chip == E1000_82544 && !((length - 1) & 4) ? 4 : 0;
}

error_t e1000_transmit(struct nic *nic, const uint8_t *frame, size_t length)
{
    struct e1000 *card = nic->state;
    unsigned index = card->transmit_next;
    uint8_t *descriptor = transmit_descriptor(card, index);
    size_t padded = length < NIC_FRAME_MINIMUM ? NIC_FRAME_MINIMUM : length;
    unsigned offset;

    if (length > NIC_FRAME_MAXIMUM)
        return fail(ERROR_NIC_TRANSMIT, "%s: a frame of %u bytes", nic->pci.path, (unsigned)length);
    if (!wait_room(card)) {
        nic->counters.transmit_errors++;
        return fail(ERROR_NIC_TRANSMIT, "%s: all %u descriptors are still busy after %u ms",
                    nic->pci.path, TRANSMIT_COUNT - 1, TRANSMIT_US / 1000);
    }
    offset = TRANSMIT_BUFFERS + index * BUFFER_LENGTH + buffer_shift(card, padded);
    memcpy(card->memory + offset, frame, length);
    memset(card->memory + offset + length, 0, padded - length);

    put_le64(descriptor + DESCRIPTOR_ADDRESS, card->bus + offset);
    put_le64(descriptor + DESCRIPTOR_BYTES, 0);
    put_le16(descriptor + DESCRIPTOR_BYTES, (uint16_t)padded);
    descriptor[TX_COMMAND] = TX_COMMAND_EOP | TX_COMMAND_IFCS | TX_COMMAND_RS;
    card->transmit_next = (index + 1) % TRANSMIT_COUNT;
    dma_write_barrier();
    e1000_write(card, E1000_TDT, card->transmit_next);
    nic->counters.transmitted++;
    return OK;
}
