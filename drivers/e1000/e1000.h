/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of the 8254x driver share. */
#ifndef DRIVERS_E1000_E1000_H
#define DRIVERS_E1000_E1000_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/nic.h"

/* In the order of their making: comparisons ("82540 and later") mean something. */
enum e1000_chip {
    E1000_82542,
    E1000_82543,
    E1000_82544,
    E1000_82540,
    E1000_82545,
    E1000_82545_REV3,
    E1000_82546,
    E1000_82546_REV3,
    E1000_CE4100,
    E1000_82541,
    E1000_82541_REV2,
    E1000_82547,
    E1000_82547_REV2,
};

/* nic_id.data: the chip, and this where the id says that the medium is a SerDes */
#define E1000_ID_SERDES    0x100u
#define E1000_ID_CHIP      0x0FFu
#define E1000_82542_REV2_0 2 /* PCI revision of the 82542 with the most errata */

/*
 * Frames that the receive ring holds when as many as ever are kept back: a TFTP window and what
 * comes between.
 */
#define E1000_BURST 56u

enum e1000_medium { E1000_COPPER, E1000_FIBRE, E1000_SERDES };

enum e1000_eeprom {
    E1000_EEPROM_UNKNOWN, /* not asked yet */
    E1000_EEPROM_EERD_SMALL,
    E1000_EEPROM_EERD_LARGE,
    E1000_EEPROM_MICROWIRE,
    E1000_EEPROM_SPI,
};

struct e1000 {
    struct nic *nic;
    enum e1000_chip chip;
    enum e1000_medium medium;

    enum e1000_eeprom eeprom;
    uint32_t eecd; /* EECD without the wires, while they are being moved */

    /* link.c */
    bool phy_is_reset;      /* in this open */
    bool link_forced;       /* fibre: the partner does not negotiate */
    bool mac_follows_phy;   /* 82543 copper: speed and duplex were copied from the PHY */
    uint64_t link_since_ms; /* fibre: when negotiation began */

    /* rings.c */
    uint8_t *memory;
    uint32_t bus;
    unsigned receive_next;  /* descriptor that the card fills next */
    unsigned receive_given; /* processed and not yet given back by RDT */
    bool dropping;          /* inside a frame that is longer than a buffer */
    unsigned transmit_next; /* descriptor for the next frame */
    unsigned transmit_done; /* oldest descriptor not known to be sent */
};

/* --- e1000.c: registers, by their number on all chips but the 82542 ------------------------- */
uint32_t e1000_read(const struct e1000 *card, unsigned offset);
void e1000_write(const struct e1000 *card, unsigned offset, uint32_t value);
/* Makes sure that what was written has arrived. */
void e1000_flush(const struct e1000 *card);

/* --- reset.c -------------------------------------------------------------------------------- */
/*
 * Masks all causes, stops both directions, resets the chip as its kind wants it and waits for the
 * EEPROM's contents to be loaded. ERROR_NIC_RESET if the chip does not come back.
 */
error_t e1000_reset(struct e1000 *card);
/* Masks all causes, stops both directions, waits until no DMA is under way. */
void e1000_stop(struct e1000 *card);

/* --- address.c ------------------------------------------------------------------------------ */
/* Finds the station address. ERROR_NIC_ADDRESS if there is none. */
error_t e1000_find_address(struct e1000 *card);

/* --- eeprom.c ------------------------------------------------------------------------------- */
/* Reads one word. False if the EEPROM cannot be reached. */
bool e1000_eeprom_read(struct e1000 *card, unsigned word, uint16_t *value);

/* --- phy.c ---------------------------------------------------------------------------------- */
/* One register of the copper PHY. False if it does not answer. */
bool e1000_phy_read(struct e1000 *card, unsigned number, uint16_t *value);
/* The hardware reset of the PHY; negotiation starts anew. Prepares the IGP PHY of 82541/82547. */
void e1000_phy_reset(struct e1000 *card);

/* --- link.c --------------------------------------------------------------------------------- */
enum e1000_medium e1000_find_medium(const struct e1000 *card);
/* Brings the link up. One that comes back by itself after the MAC's reset is left alone. */
void e1000_link_start(struct e1000 *card, bool was_up);
bool e1000_link(struct nic *nic);

/* --- rings.c -------------------------------------------------------------------------------- */
error_t e1000_rings_take(struct e1000 *card);
void e1000_rings_release(struct e1000 *card);
/* Gives the rings to the card. Both directions are off. */
void e1000_rings_start(struct e1000 *card);
error_t e1000_transmit(struct nic *nic, const uint8_t *frame, size_t length);
unsigned e1000_poll(struct nic *nic, nic_receive receive, unsigned budget);

#endif
