/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Link: copper PHYs negotiate by themselves; fibre and SerDes negotiate in the MAC, step by step.
 *
 * A link that is up is left alone: restarting it costs seconds of negotiation and, on ports with
 * spanning tree, half a minute more.
 */
#include "boot/platform.h"
#include "console/console.h"
#include "drivers/deadline.h"
#include "drivers/e1000/e1000.h"
#include "drivers/e1000/registers.h"

#define LINK_RETURN_US   100000 /* LU after a MAC reset with the PHY untouched: a few ms */
#define FIBRE_ATTEMPT_MS 500

/* IEEE 802.3 clause 22 PHY registers, and the Marvell PHY's resolved speed and duplex */
#define BMSR            1
#define BMSR_LINK       0x0004
#define M88_STATUS      17
#define M88_SPEED       0xC000
#define M88_SPEED_1000  0x8000
#define M88_SPEED_100   0x4000
#define M88_FULL_DUPLEX 0x2000
#define M88_RESOLVED    0x0800

enum e1000_medium e1000_find_medium(const struct e1000 *card)
{
    if (card->nic->id->data & E1000_ID_SERDES)
        return E1000_SERDES;
    if (card->chip == E1000_82542)
        return E1000_FIBRE;
    if (card->chip == E1000_CE4100)
        return E1000_COPPER;
    return e1000_read(card, E1000_STATUS) & STATUS_TBIMODE ? E1000_FIBRE : E1000_COPPER;
}

static bool link_up(const struct e1000 *card)
{
    return (e1000_read(card, E1000_STATUS) & STATUS_LU) != 0;
}

/* --- Copper --------------------------------------------------------------------------------- */

static bool link_returns(const struct e1000 *card)
{
    deadline_t deadline = deadline_after_us(LINK_RETURN_US);
    bool late;

    do {
        late = deadline_passed(deadline);
        if (link_up(card))
            return true;
    } while (!late);
    return false;
}

static void copper_start(struct e1000 *card, bool was_up)
{
    uint32_t ctrl = e1000_read(card, E1000_CTRL);

    ctrl &= ~(CTRL_LRST | CTRL_FRCSPD | CTRL_FRCDPX | CTRL_ILOS | CTRL_PHY_RST);
    ctrl |= CTRL_SLU | CTRL_ASDE;
    e1000_write(card, E1000_CTRL, ctrl);
    e1000_flush(card);
    if (card->phy_is_reset || card->chip == E1000_CE4100)
        return; /* negotiating already; the CE4100's PHY is not behind this function */
    if (was_up ? link_returns(card) : link_up(card))
        return;
    e1000_phy_reset(card);
}

/* BMSR's link bit remembers a loss until it is read: the second reading tells the present. */
static bool phy_link_up(struct e1000 *card)
{
    uint16_t status;

    return e1000_phy_read(card, BMSR, &status) && e1000_phy_read(card, BMSR, &status) &&
           status != 0xFFFF && (status & BMSR_LINK);
}

/* The 82543 does not learn speed and duplex from its PHY: they are copied. */
static void copper_start_82543(struct e1000 *card)
{
    uint32_t ctrl = e1000_read(card, E1000_CTRL) & ~(CTRL_LRST | CTRL_ASDE);

    e1000_write(card, E1000_CTRL, ctrl | CTRL_SLU | CTRL_FRCSPD | CTRL_FRCDPX);
    e1000_flush(card);
    if (!phy_link_up(card))
        e1000_phy_reset(card);
}

static bool copper_link_82543(struct e1000 *card)
{
    uint16_t status;
    uint32_t ctrl;

    if (card->mac_follows_phy && link_up(card))
        return true;
    card->mac_follows_phy = false;
    if (!phy_link_up(card) || !e1000_phy_read(card, M88_STATUS, &status) ||
        !(status & M88_RESOLVED))
        return false;
    ctrl = e1000_read(card, E1000_CTRL) & ~(CTRL_SPEED | CTRL_FD);
    ctrl |= CTRL_SLU | CTRL_FRCSPD | CTRL_FRCDPX;
    if (status & M88_FULL_DUPLEX)
        ctrl |= CTRL_FD;
    if ((status & M88_SPEED) == M88_SPEED_1000)
        ctrl |= CTRL_SPEED_1000;
    else if ((status & M88_SPEED) == M88_SPEED_100)
        ctrl |= CTRL_SPEED_100;
    e1000_write(card, E1000_CTRL, ctrl);
    e1000_flush(card);
    card->mac_follows_phy = true;
    return link_up(card);
}

/* --- Fibre and SerDes ----------------------------------------------------------------------- */

static void fibre_start(struct e1000 *card)
{
    uint32_t ctrl = e1000_read(card, E1000_CTRL);

    e1000_write(card, E1000_TXCW, TXCW_ANE | TXCW_FD);
    /* With SLU set the link would be forced instead of negotiated. */
    e1000_write(card, E1000_CTRL, (ctrl & ~(CTRL_LRST | CTRL_SLU)) | CTRL_FD);
    e1000_flush(card);
    platform_delay_us(1000);
    card->link_forced = false;
    card->link_since_ms = platform_milliseconds();
}

/* The receiver's signal detect comes in on SWDPIN1, low when there is light up to the 82544. */
static bool has_signal(const struct e1000 *card)
{
    bool pin = (e1000_read(card, E1000_CTRL) & CTRL_SWDPIN1) != 0;

    if (card->medium == E1000_SERDES)
        return true; /* a backplane has no such pin */
    return card->chip > E1000_82544 ? pin : !pin;
}

/* One step: forces the link where the partner does not negotiate, negotiates again if it does. */
static bool fibre_link(struct e1000 *card)
{
    bool partner_negotiates = (e1000_read(card, E1000_RXCW) & RXCW_C) != 0;
    uint32_t ctrl;

    if (card->link_forced && partner_negotiates) {
        fibre_start(card);
        return false;
    }
    if (link_up(card))
        return true;
    if (card->link_forced || partner_negotiates || !has_signal(card) ||
        platform_milliseconds() - card->link_since_ms < FIBRE_ATTEMPT_MS)
        return false;
    print_verbose("%s: the fibre's other end does not negotiate, forcing 1000 Mbit/s\n",
                  card->nic->pci.path);
    ctrl = e1000_read(card, E1000_CTRL);
    e1000_write(card, E1000_TXCW, TXCW_FD);
    e1000_write(card, E1000_CTRL, ctrl | CTRL_SLU | CTRL_FD);
    e1000_flush(card);
    card->link_forced = true;
    return link_up(card);
}

/* --- Both ----------------------------------------------------------------------------------- */

void e1000_link_start(struct e1000 *card, bool was_up)
{
    if (card->medium != E1000_COPPER)
        fibre_start(card);
    else if (card->chip == E1000_82543)
        copper_start_82543(card);
    else
        copper_start(card, was_up);
}

bool e1000_link(struct nic *nic)
{
    struct e1000 *card = nic->state;

    if (card->medium != E1000_COPPER)
        return fibre_link(card);
    if (card->chip == E1000_82543)
        return copper_link_82543(card);
    return link_up(card);
}
