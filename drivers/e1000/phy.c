/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The copper PHY: MDIC from the 82544 on, two pins moved by hand on the 82543; its reset; and the
 * preparation that the IGP PHY inside 82541 and 82547 needs after a reset.
 */
#include "boot/platform.h"
#include "console/console.h"
#include "drivers/deadline.h"
#include "drivers/e1000/e1000.h"
#include "drivers/e1000/registers.h"

#define PHY_ADDRESS      1u
#define MDIC_US          2000 /* a transfer takes 64 bits at 2.5 MHz: 26 us */
#define MDIC_REGISTER(n) ((uint32_t)(n) << 16)
#define MDIC_PHY         (PHY_ADDRESS << 21)

/* IEEE 802.3 clause 22.2.4.5: preamble, start 01, operation, PHY, register, turnaround, data */
#define MDIO_PREAMBLE_BITS 32
#define MDIO_START         0x1u
#define MDIO_READ          0x2u
#define MDIO_HALF_US       10

/* IGP PHY: registers above 15 are on pages that register 31 chooses. */
#define IGP_PAGE_SELECT   31
#define IGP_PAGED         16
#define IGP_TRANSMITTER   0x2F5B
#define IGP_FUSE_CONTROL  0x20DC
#define IGP_FUSE_BYPASS   0x20DE
#define IGP_FUSE_STATUS   0x20D0
#define IGP_SPARE_FUSE    0x20D1
#define IGP_SPARE_ENABLED 0x0100
#define IGP_FUSE_FINE     0x0F80
#define IGP_FUSE_COARSE   0x0070
#define IGP_FUSE_POLY     0xF000
#define IGP_COARSE_LIMIT  0x0040
#define IGP_COARSE_10     0x0010
#define IGP_FINE_1        0x0080
#define IGP_FINE_10       0x0500
#define IGP_FUSE_SOFTWARE 0x0002

/* --- 82543: MDIO on SWDPIN2, MDC on SWDPIN3 ------------------------------------------------- */

static void mdio_out(struct e1000 *card, uint32_t bits, unsigned count)
{
    uint32_t ctrl = (e1000_read(card, E1000_CTRL) | CTRL_SWDPIO2 | CTRL_SWDPIO3) &
                    ~(CTRL_SWDPIN2 | CTRL_SWDPIN3);

    while (count-- > 0) {
        uint32_t data = bits >> count & 1 ? CTRL_SWDPIN2 : 0;

        for (unsigned half = 0; half < 3; half++) { /* low, high, low */
            e1000_write(card, E1000_CTRL, ctrl | data | (half == 1 ? CTRL_SWDPIN3 : 0));
            e1000_flush(card);
            platform_delay_us(MDIO_HALF_US);
        }
    }
}

static uint16_t mdio_in(struct e1000 *card)
{
    uint32_t ctrl = (e1000_read(card, E1000_CTRL) | CTRL_SWDPIO3) &
                    ~(CTRL_SWDPIO2 | CTRL_SWDPIN2 | CTRL_SWDPIN3);
    uint32_t value = 0;

    e1000_write(card, E1000_CTRL, ctrl); /* lets go of MDIO before the PHY takes it */
    e1000_flush(card);
    /* One clock for the turnaround, 16 of data. The PHY changes its output on the rising edge. */
    for (unsigned clock = 0; clock < 17; clock++) {
        e1000_write(card, E1000_CTRL, ctrl | CTRL_SWDPIN3);
        e1000_flush(card);
        platform_delay_us(MDIO_HALF_US);
        value = value << 1 | (e1000_read(card, E1000_CTRL) & CTRL_SWDPIN2 ? 1u : 0u);
        e1000_write(card, E1000_CTRL, ctrl);
        e1000_flush(card);
        platform_delay_us(MDIO_HALF_US);
    }
    return (uint16_t)value;
}

static uint16_t mdio_read(struct e1000 *card, unsigned number)
{
    mdio_out(card, 0xFFFFFFFFu, MDIO_PREAMBLE_BITS);
    mdio_out(card, MDIO_START << 12 | MDIO_READ << 10 | PHY_ADDRESS << 5 | number, 14);
    return mdio_in(card);
}

/* --- 82544 and later ------------------------------------------------------------------------ */

static bool mdic(struct e1000 *card, uint32_t command, uint16_t *value)
{
    deadline_t deadline = deadline_after_us(MDIC_US);
    bool late;

    e1000_write(card, E1000_MDIC, command | MDIC_PHY);
    do {
        uint32_t result;

        late = deadline_passed(deadline);
        result = e1000_read(card, E1000_MDIC);
        if (result & MDIC_READY) {
            *value = (uint16_t)result;
            return !(result & MDIC_ERROR);
        }
    } while (!late);
    return false;
}

static bool choose_page(struct e1000 *card, unsigned number)
{
    uint16_t ignored;

    if (card->chip < E1000_82541 || number < IGP_PAGED)
        return true;
    return mdic(card, MDIC_WRITE | MDIC_REGISTER(IGP_PAGE_SELECT) | (uint16_t)number, &ignored);
}

bool e1000_phy_read(struct e1000 *card, unsigned number, uint16_t *value)
{
    if (card->chip == E1000_82543) {
        *value = mdio_read(card, number);
        return true;
    }
    return choose_page(card, number) && mdic(card, MDIC_READ | MDIC_REGISTER(number & 31), value);
}

static bool phy_write(struct e1000 *card, unsigned number, uint16_t value)
{
    uint16_t ignored;

    return choose_page(card, number) &&
           mdic(card, MDIC_WRITE | MDIC_REGISTER(number & 31) | value, &ignored);
}

/* --- IGP: values as Linux has them from Intel (e1000_phy_init_script) ----------------------- */

static void igp_fuse(struct e1000 *card)
{
    uint16_t fused;
    unsigned fine, coarse;

    if (!e1000_phy_read(card, IGP_SPARE_FUSE, &fused) || (fused & IGP_SPARE_ENABLED) ||
        !e1000_phy_read(card, IGP_FUSE_STATUS, &fused))
        return;
    fine = fused & IGP_FUSE_FINE;
    coarse = fused & IGP_FUSE_COARSE;
    if (coarse > IGP_COARSE_LIMIT) {
        coarse -= IGP_COARSE_10;
        fine -= IGP_FINE_1;
    } else if (coarse == IGP_COARSE_LIMIT) {
        fine -= IGP_FINE_10;
    }
    phy_write(
        card, IGP_FUSE_CONTROL,
        (uint16_t)((fused & IGP_FUSE_POLY) | (fine & IGP_FUSE_FINE) | (coarse & IGP_FUSE_COARSE)));
    phy_write(card, IGP_FUSE_BYPASS, IGP_FUSE_SOFTWARE);
}

static void igp_prepare(struct e1000 *card)
{
    static const struct {
        uint16_t number, value;
    } first_revision[] = {{0x1F95, 0x0001}, {0x1F71, 0xBD21}, {0x1F79, 0x0018},
                          {0x1F30, 0x1600}, {0x1F31, 0x0014}, {0x1F32, 0x161C},
                          {0x1F94, 0x0003}, {0x1F96, 0x003F}, {0x2010, 0x0008}};
    uint16_t transmitter;

    platform_delay_us(20000);
    if (!e1000_phy_read(card, IGP_TRANSMITTER, &transmitter)) {
        print_verbose("%s: the PHY does not answer\n", card->nic->pci.path);
        return;
    }
    phy_write(card, IGP_TRANSMITTER, 0x0003); /* off */
    platform_delay_us(20000);
    phy_write(card, 0, 0x0140);
    platform_delay_us(5000);
    if (card->chip == E1000_82541 || card->chip == E1000_82547) {
        for (unsigned i = 0; i < sizeof first_revision / sizeof first_revision[0]; i++)
            phy_write(card, first_revision[i].number, first_revision[i].value);
    } else {
        phy_write(card, 0x1F73, 0x0099);
    }
    phy_write(card, 0, 0x3300); /* negotiate */
    platform_delay_us(20000);
    phy_write(card, IGP_TRANSMITTER, transmitter);
    if (card->chip == E1000_82547)
        igp_fuse(card);
}

/* The 82543's PHY hangs on SDP4. */
static void reset_82543(struct e1000 *card)
{
    uint32_t extended = (e1000_read(card, E1000_CTRL_EXT) | CTRL_EXT_SDPIO4) & ~CTRL_EXT_SDP4;

    e1000_write(card, E1000_CTRL_EXT, extended);
    e1000_flush(card);
    platform_delay_us(10000);
    e1000_write(card, E1000_CTRL_EXT, extended | CTRL_EXT_SDP4);
    e1000_flush(card);
    platform_delay_us(150);
}

void e1000_phy_reset(struct e1000 *card)
{
    uint32_t ctrl;

    print_verbose("%s: PHY reset\n", card->nic->pci.path);
    card->phy_is_reset = true;
    if (card->chip == E1000_82543) {
        reset_82543(card);
        return;
    }
    ctrl = e1000_read(card, E1000_CTRL) & ~CTRL_PHY_RST;
    e1000_write(card, E1000_CTRL, ctrl | CTRL_PHY_RST);
    e1000_flush(card);
    platform_delay_us(10000);
    /* The bit does not clear itself on all chips. */
    e1000_write(card, E1000_CTRL, ctrl);
    e1000_flush(card);
    platform_delay_us(10000);
    if (card->chip >= E1000_82541)
        igp_prepare(card);
}
