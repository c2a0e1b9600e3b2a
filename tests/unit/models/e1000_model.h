/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An 8254x as a driver sees it: registers, EERD in both layouts or none, EEPROM wires with request
 * and grant, MDIC and MDIO, descriptor rings in the simulated RAM. What real chips would suffer
 * from counts as a violation.
 */
#ifndef TESTS_UNIT_MODELS_E1000_MODEL_H
#define TESTS_UNIT_MODELS_E1000_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/io.h"
#include "tests/unit/models/serial_model.h"

#define E1000_MODEL_SENT 64

enum e1000_model_eerd { EERD_NONE, EERD_SMALL, EERD_LARGE };

struct e1000_model {
    struct io_model io;
    struct serial_model eeprom; /* eeprom.words is what EERD reads, too */

    /* what a test sets */
    enum e1000_model_eerd eerd;
    bool old_places;           /* 82542 */
    bool grants;               /* EECD.REQ is answered */
    bool wants_request;        /* the wires move only with REQ */
    bool loads_by_itself;      /* RAL0/RAH0 from the EEPROM after RST; else after EE_RST */
    bool reload_ignored;       /* EE_RST loads nothing */
    bool marks_valid;          /* with AV */
    uint32_t left_by_reset[2]; /* RAL0 and RAH0 where nothing is loaded */
    bool second_port;
    bool reset_hangs;
    bool reset_by_shadow; /* RST works in CTRL_DUP only */
    bool phy_reset_first; /* RST without a PHY reset before is a violation */
    bool transmitter_dead;
    bool receiver_hangs; /* RCTL.EN does not clear */
    bool link;           /* what STATUS.LU would be, were the MAC set for it */
    bool fibre;
    bool partner_negotiates;
    bool partner_is_silent_until_forced; /* LU only with SLU in fibre mode */
    bool phy_silent;                     /* MDIC never gets ready */
    bool link_lost_in_reset;
    uint16_t fuse, spare_fuse; /* IGP PHY, pages 20D0 and 20D1 */

    uint32_t registers[0x8000 / 4];
    uint16_t phy[32];
    uint16_t phy_page;
    struct {
        uint16_t number, value;
    } phy_writes[64];
    unsigned phy_write_count;
    uint64_t reset_at_us;

    /* the 82543's MDIO */
    bool mdc, mdio_driven_by_phy, mdio_out;
    unsigned mdio_bits, mdio_out_left;
    uint32_t mdio_in, mdio_data;

    /* what a test looks at */
    unsigned violations;
    const char *violation;
    unsigned resets, phy_resets, receive_control_writes, lost;
    uint8_t sent[E1000_MODEL_SENT][2048];
    size_t sent_length[E1000_MODEL_SENT];
    uint32_t sent_from[E1000_MODEL_SENT];
    unsigned sent_count;
};

void e1000_model_init(struct e1000_model *model, const uint8_t address[6]);
/* Makes the EEPROM's words 0 to 63 add up. */
void e1000_model_checksum(struct e1000_model *model);
uint32_t e1000_model_register(const struct e1000_model *model, unsigned offset);
/* A frame (without CRC) from the wire; longer ones than a buffer take several descriptors. */
bool e1000_model_receive(struct e1000_model *model, const uint8_t *frame, size_t length,
                         uint8_t errors);

#endif
