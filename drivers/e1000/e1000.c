/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Intel 8254x: 82540 to 82547, PCI and PCI-X, on copper, fibre and SerDes.
 *
 * RCTL is written once, when all else is ready: after each write QEMU's card keeps received frames
 * back for a second.
 */
#include <string.h>

#include "boot/platform.h"
#include "console/console.h"
#include "drivers/e1000/e1000.h"
#include "drivers/e1000/registers.h"
#include "lib/bytes.h"

#define STATE_ALIGNMENT 4096u

/* TIPG: the gap between frames, and the two parts of it for half duplex, 10 bits each */
#define TIPG(gap, first, second) ((gap) | (first) << 10 | (second) << 20)
#define TIPG_82542               TIPG(10u, 2u, 10u)
#define TIPG_FIBRE               TIPG(9u, 8u, 6u)
#define TIPG_COPPER              TIPG(10u, 8u, 6u)

#define INTEL(device, name, data)                             \
    {                                                         \
        0x8086, device, NIC_ANY, NIC_ANY, "Intel " name, data \
    }

static const struct nic_id ids[] = {
    INTEL(0x1000, "82542", E1000_82542),
    INTEL(0x1001, "82543GC fibre", E1000_82543),
    INTEL(0x1004, "82543GC", E1000_82543),
    INTEL(0x1008, "82544EI", E1000_82544),
    INTEL(0x1009, "82544EI fibre", E1000_82544),
    INTEL(0x100C, "82544GC", E1000_82544),
    INTEL(0x100D, "82544GC LOM", E1000_82544),
    INTEL(0x100E, "82540EM", E1000_82540),
    INTEL(0x100F, "82545EM", E1000_82545),
    INTEL(0x1010, "82546EB", E1000_82546),
    INTEL(0x1011, "82545EM fibre", E1000_82545),
    INTEL(0x1012, "82546EB fibre", E1000_82546),
    INTEL(0x1013, "82541EI", E1000_82541),
    INTEL(0x1014, "82541ER LOM", E1000_82541),
    INTEL(0x1015, "82540EM LOM", E1000_82540),
    INTEL(0x1016, "82540EP LOM", E1000_82540),
    INTEL(0x1017, "82540EP", E1000_82540),
    INTEL(0x1018, "82541EI mobile", E1000_82541),
    INTEL(0x1019, "82547EI", E1000_82547),
    INTEL(0x101A, "82547EI mobile", E1000_82547),
    INTEL(0x101D, "82546EB quad", E1000_82546),
    INTEL(0x101E, "82540EP LP", E1000_82540),
    INTEL(0x1026, "82545GM", E1000_82545_REV3),
    INTEL(0x1027, "82545GM fibre", E1000_82545_REV3),
    INTEL(0x1028, "82545GM SerDes", E1000_82545_REV3 | E1000_ID_SERDES),
    INTEL(0x1075, "82547GI", E1000_82547_REV2),
    INTEL(0x1076, "82541GI", E1000_82541_REV2),
    INTEL(0x1077, "82541GI mobile", E1000_82541_REV2),
    INTEL(0x1078, "82541ER", E1000_82541_REV2),
    INTEL(0x1079, "82546GB", E1000_82546_REV3),
    INTEL(0x107A, "82546GB fibre", E1000_82546_REV3),
    INTEL(0x107B, "82546GB SerDes", E1000_82546_REV3 | E1000_ID_SERDES),
    INTEL(0x107C, "82541PI", E1000_82541_REV2),
    INTEL(0x108A, "82546GB PCIe", E1000_82546_REV3),
    INTEL(0x1099, "82546GB quad", E1000_82546_REV3),
    INTEL(0x10B5, "82546GB quad KSP3", E1000_82546_REV3),
    INTEL(0x2E6E, "CE4100", E1000_CE4100),
};

/* --- Registers ------------------------------------------------------------------------------ */

/* Where the 82542 has a register that later chips have at `offset` (same manual, table 13-2). */
static unsigned place_82542(unsigned offset)
{
    static const struct {
        uint16_t first, last, place;
    } moved[] = {
        {E1000_RDBAL, E1000_RDH, 0x0110},
        {E1000_RDT, E1000_RDT, 0x0128},
        {E1000_RDTR, E1000_RDTR, 0x0108},
        {E1000_TDBAL, E1000_TDH, 0x0420},
        {E1000_TDT, E1000_TDT, 0x0438},
        {E1000_TIDV, E1000_TIDV, 0x0440},
        {E1000_FCRTH, E1000_FCRTH, 0x0160},
        {E1000_FCRTL, E1000_FCRTL, 0x0168},
        {E1000_RAL(0), E1000_RAH(RECEIVE_ADDRESSES - 1), 0x0040},
        {E1000_MTA, E1000_MTA + 4 * (FILTER_WORDS - 1), 0x0200},
        {E1000_VFTA, E1000_VFTA + 4 * (FILTER_WORDS - 1), 0x0600},
    };

    for (unsigned i = 0; i < sizeof moved / sizeof moved[0]; i++) {
        if (offset >= moved[i].first && offset <= moved[i].last)
            return moved[i].place + (offset - moved[i].first);
    }
    return offset;
}

uint32_t e1000_read(const struct e1000 *card, unsigned offset)
{
    return io_read32(&card->nic->registers,
                     card->chip == E1000_82542 ? place_82542(offset) : offset);
}

void e1000_write(const struct e1000 *card, unsigned offset, uint32_t value)
{
    io_write32(&card->nic->registers, card->chip == E1000_82542 ? place_82542(offset) : offset,
               value);
}

void e1000_flush(const struct e1000 *card)
{
    (void)e1000_read(card, E1000_STATUS);
}

/* --- Open and close ------------------------------------------------------------------------- */

static bool is_first_82542(const struct e1000 *card)
{
    return card->chip == E1000_82542 && card->nic->pci.revision == E1000_82542_REV2_0;
}

static void set_filter(struct e1000 *card, unsigned number, const uint8_t address[6])
{
    /* The valid bit comes last: RAL has to be complete by then. */
    e1000_write(card, E1000_RAL(number), get_le32(address));
    e1000_flush(card);
    e1000_write(card, E1000_RAH(number), RAH_AV | get_le16(address + 4));
    e1000_flush(card);
}

/* What is received: broadcast, our address and the bridges' group in two of sixteen filters. */
static void set_filters(struct e1000 *card)
{
    if (is_first_82542(card)) {
        /* Its filters can be written only while the receiver is held in reset. */
        e1000_write(card, E1000_RCTL, RCTL_RST);
        e1000_flush(card);
        platform_delay_us(5000);
    }
    set_filter(card, 0, card->nic->address);
    set_filter(card, 1, nic_bridge_group);
    for (unsigned i = 2; i < RECEIVE_ADDRESSES; i++) {
        e1000_write(card, E1000_RAL(i), 0);
        e1000_flush(card);
        e1000_write(card, E1000_RAH(i), 0);
        e1000_flush(card);
    }
    if (is_first_82542(card)) {
        e1000_write(card, E1000_RCTL, 0);
        e1000_flush(card);
        platform_delay_us(1000);
    }
    for (unsigned i = 0; i < FILTER_WORDS; i++) {
        e1000_write(card, E1000_MTA + 4 * i, 0);
        e1000_write(card, E1000_VFTA + 4 * i, 0);
    }
    if (card->chip < E1000_82545_REV3)
        e1000_write(card, E1000_VET, 0);
}

static void set_units(struct e1000 *card)
{
    /* No flow control: a loader that is slow loses frames and asks again. */
    e1000_write(card, E1000_FCAL, 0);
    e1000_write(card, E1000_FCAH, 0);
    e1000_write(card, E1000_FCT, 0);
    e1000_write(card, E1000_FCTTV, 0);
    e1000_write(card, E1000_FCRTL, 0);
    e1000_write(card, E1000_FCRTH, 0);
    if (card->chip >= E1000_82543)
        e1000_write(card, E1000_RXCSUM, 0);
    if (card->chip > E1000_82544)
        e1000_write(card, E1000_TXDCTL,
                    (e1000_read(card, E1000_TXDCTL) & ~TXDCTL_WTHRESH) | TXDCTL_FULL_WB);
    if (card->chip == E1000_82542)
        e1000_write(card, E1000_TIPG, TIPG_82542);
    else
        e1000_write(card, E1000_TIPG, card->medium == E1000_COPPER ? TIPG_COPPER : TIPG_FIBRE);
}

static struct e1000 *take_state(struct nic *nic)
{
    struct e1000 *card = platform_claim(sizeof *card, STATE_ALIGNMENT);

    if (card == NULL)
        return NULL;
    memset(card, 0, sizeof *card);
    card->nic = nic;
    card->chip = (enum e1000_chip)(nic->id->data & E1000_ID_CHIP);
    nic->state = card;
    return card;
}

static void release_state(struct nic *nic)
{
    struct e1000 *card = nic->state;

    nic->state = NULL;
    platform_release(card, sizeof *card);
}

static error_t start(struct e1000 *card)
{
    uint32_t status = e1000_read(card, E1000_STATUS);
    error_t error;

    if (status == 0xFFFFFFFFu)
        return fail(ERROR_NIC_REGISTERS, "%s: STATUS reads as all ones", card->nic->pci.path);
    error = e1000_reset(card);
    if (error != OK)
        return error;
    error = e1000_find_address(card);
    if (error != OK)
        return error;
    error = e1000_rings_take(card);
    if (error != OK)
        return error;
    card->medium = e1000_find_medium(card);
    set_filters(card);
    set_units(card);
    e1000_rings_start(card);
    e1000_write(card, E1000_TCTL, TCTL_EN | TCTL_PSP | TCTL_CT | TCTL_COLD);
    e1000_write(card, E1000_RCTL, RCTL_EN | RCTL_BAM);
    e1000_flush(card);
    e1000_link_start(card, (status & STATUS_LU) != 0);
    return OK;
}

static error_t e1000_open(struct nic *nic)
{
    struct e1000 *card;
    error_t error;

    /* The I/O window has two registers only, to reach the others through: of no use here. */
    error = pci_map_registers(&nic->pci, PCI_MEMORY_ONLY, E1000_REGISTERS_LENGTH, &nic->registers);
    if (error != OK)
        return error;
    card = take_state(nic);
    if (card == NULL)
        return fail(ERROR_NIC_MEMORY, "%s: %u bytes", nic->pci.path, (unsigned)sizeof *card);
    error = start(card);
    if (error != OK)
        release_state(nic);
    return error;
}

/*
 * The chip is not reset: its units are off and its causes masked, so it is silent, and a link that
 * stays up is there at once for the kernel's driver.
 */
static void e1000_close(struct nic *nic)
{
    struct e1000 *card = nic->state;

    e1000_stop(card);
    if (e1000_read(card, E1000_RCTL) & RCTL_EN) {
        print("%s: the card does not stop; it is cut off from memory\n", nic->pci.path);
        pci_disable_master(&nic->pci);
    }
    e1000_rings_release(card);
    release_state(nic);
}

NIC_DRIVER(e1000_driver) = {
    .name = "e1000",
    .ids = ids,
    .id_count = sizeof ids / sizeof ids[0],
    .burst = E1000_BURST,
    .open = e1000_open,
    .close = e1000_close,
    .transmit = e1000_transmit,
    .poll = e1000_poll,
    .link = e1000_link,
};
