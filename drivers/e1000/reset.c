/* SPDX-License-Identifier: BSD-2-Clause */
/* Stopping and resetting an 8254x, with what each kind needs around it. */
#include "boot/platform.h"
#include "console/console.h"
#include "drivers/deadline.h"
#include "drivers/e1000/e1000.h"
#include "drivers/e1000/registers.h"

#define DRAIN_US      20000 /* sixteen full frames at 10 Mbit/s */
#define DMA_END_US    10000 /* PCI transactions under way when the units go off */
#define NO_ACCESS_US  10000 /* after CTRL.RST */
#define AUTO_LOAD_US  20000 /* the EEPROM's contents: 5 ms, on 82541 and 82547 up to 20 */
#define RESET_US      100000
#define COMMAND_WIDTH 2

void e1000_stop(struct e1000 *card)
{
    deadline_t deadline = deadline_after_us(DRAIN_US);

    e1000_write(card, E1000_IMC, 0xFFFFFFFFu);
    /* Written only where it changes something: QEMU holds frames back for a second after each. */
    if (e1000_read(card, E1000_RCTL) & RCTL_EN)
        e1000_write(card, E1000_RCTL, 0);
    if (e1000_read(card, E1000_TCTL) & TCTL_EN) {
        /* Frames given to the card still go out: the last one may be an acknowledgement. */
        while (e1000_read(card, E1000_TDH) != e1000_read(card, E1000_TDT) &&
               !deadline_passed(deadline))
            ;
    }
    e1000_write(card, E1000_TCTL, TCTL_PSP);
    e1000_flush(card);
    platform_delay_us(DMA_END_US);
    (void)e1000_read(card, E1000_ICR); /* reading clears */
}

static bool is_first_82541(const struct e1000 *card)
{
    return card->chip == E1000_82541 || card->chip == E1000_82547;
}

static bool is_second_82541(const struct e1000 *card)
{
    return card->chip == E1000_82541_REV2 || card->chip == E1000_82547_REV2;
}

/* Memory Write and Invalidate does not work on the first 82542s; it is a mere speed-up. */
static void no_write_and_invalidate(const struct e1000 *card)
{
    const struct pci_device *pci = &card->nic->pci;

    if (card->chip == E1000_82542 && pci->revision == E1000_82542_REV2_0)
        platform_pci_write(pci, PCI_COMMAND, COMMAND_WIDTH,
                           platform_pci_read(pci, PCI_COMMAND, COMMAND_WIDTH) &
                               ~(uint32_t)PCI_COMMAND_INVALIDATE);
}

/*
 * The PHY inside the first 82541 and 82547 must be reset before their MAC is, link or no link. Its
 * successors do not need that, so there a link that is up stays.
 */
static void reset_phy_first(struct e1000 *card)
{
    bool link = (e1000_read(card, E1000_STATUS) & STATUS_LU) != 0;

    if (is_first_82541(card) || (is_second_82541(card) && !link)) {
        uint32_t ctrl = e1000_read(card, E1000_CTRL);

        e1000_write(card, E1000_CTRL, ctrl | CTRL_PHY_RST);
        e1000_flush(card);
        platform_delay_us(5000);
        e1000_write(card, E1000_CTRL, ctrl & ~CTRL_PHY_RST);
        e1000_flush(card);
    }
}

static void reload_eeprom(struct e1000 *card)
{
    if (card->chip <= E1000_82544) {
        /* These load the EEPROM at power-up only. */
        e1000_write(card, E1000_CTRL_EXT, e1000_read(card, E1000_CTRL_EXT) | CTRL_EXT_EE_RST);
        e1000_flush(card);
    }
    platform_delay_us(AUTO_LOAD_US);
}

error_t e1000_reset(struct e1000 *card)
{
    uint32_t ctrl;
    deadline_t deadline;
    bool late;

    print_verbose("%s: reset\n", card->nic->pci.path);
    no_write_and_invalidate(card);
    e1000_stop(card);
    reset_phy_first(card);

    ctrl = e1000_read(card, E1000_CTRL) & ~CTRL_PHY_RST;
    /*
     * 82545 and 82546 revision 3 are reset through CTRL's shadow. 82544, 82540, 82545, 82546 and
     * 82541 cannot end a 64-bit-wide write that resets them: the write is 32 bits wide, and nothing
     * touches the chip until it is back.
     */
    if (card->chip == E1000_82545_REV3 || card->chip == E1000_82546_REV3)
        e1000_write(card, E1000_CTRL_DUP, ctrl | CTRL_RST);
    else
        e1000_write(card, E1000_CTRL, ctrl | CTRL_RST);
    platform_delay_us(NO_ACCESS_US);

    deadline = deadline_after_us(RESET_US);
    do {
        late = deadline_passed(deadline);
        ctrl = e1000_read(card, E1000_CTRL); /* all ones while the chip is away: RST seems set */
        if (!(ctrl & CTRL_RST))
            break;
    } while (!late);
    if (ctrl & CTRL_RST)
        return fail(ERROR_NIC_RESET, "%s: CTRL is %08x after %u ms", card->nic->pci.path,
                    (unsigned)ctrl, RESET_US / 1000);
    reload_eeprom(card);

    /* Firmware for remote management would answer (and swallow) ARP requests. */
    if (card->chip >= E1000_82540)
        e1000_write(card, E1000_MANC, e1000_read(card, E1000_MANC) & ~MANC_ARP_EN);
    e1000_write(card, E1000_IMC, 0xFFFFFFFFu);
    (void)e1000_read(card, E1000_ICR);
    if (is_first_82541(card))
        e1000_phy_reset(card); /* and prepares it, now that the MAC is back */
    return OK;
}
