/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An RTL8139 as a driver sees it: registers, EEPROM wires, the receive ring and four transmit slots
 * in the simulated RAM. It is strict: what real chips would suffer from counts as a violation.
 */
#ifndef TESTS_UNIT_MODELS_RTL8139_MODEL_H
#define TESTS_UNIT_MODELS_RTL8139_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/io.h"
#include "tests/unit/models/serial_model.h"

#define RTL_MODEL_SENT 64
#define RTL_MODEL_KEPT 64

struct rtl8139_model {
    struct io_model io;
    struct serial_model eeprom;
    uint8_t eeprom_address[6]; /* loaded into IDR by a reset */

    /* what a test sets */
    uint32_t version;    /* TCR's version bits */
    bool reset_hangs;    /* RST never clears */
    bool receiver_hangs; /* RE and TE never clear */
    bool link;
    bool transmitter_dead; /* frames never end */
    unsigned aborts;       /* the next frames end with TABT */
    unsigned underruns;    /* or with TUN */
    /* A frame that arrives at the moment when the receiver is next switched off, before it is. */
    const uint8_t *last_moment;
    size_t last_moment_length;
    /*
     * As QEMU's: a frame without room in the ring is kept, with all behind it, and tried again when
     * CAPR is written, and then alone; the positions go back to 0 when RCR is written, not with RE.
     */
    bool keeps_frames;
    const uint8_t *kept[RTL_MODEL_KEPT]; /* borrowed until the card is closed */
    size_t kept_length[RTL_MODEL_KEPT];
    unsigned kept_count;

    /* registers */
    uint8_t idr[8], command, config, config1, hltclk;
    uint16_t isr;
    uint32_t tcr, rcr, rbstart, tsad[4], tsd[4];
    uint32_t mar[2];
    unsigned read_at, write_at; /* positions in the ring */
    bool overflowed;            /* nothing is received until the receiver is started anew */
    unsigned slot;              /* the next transmit slot of the chip */
    bool waiting[4];            /* slots with a frame that is not sent yet */

    /* what a test looks at */
    unsigned violations;
    const char *violation;
    unsigned resets, receiver_starts, lost;
    uint8_t sent[RTL_MODEL_SENT][2048];
    size_t sent_length[RTL_MODEL_SENT];
    unsigned sent_count;
};

void rtl8139_model_init(struct rtl8139_model *model, const uint8_t address[6]);
/* A frame (without CRC) from the wire. False if it was lost. */
bool rtl8139_model_receive(struct rtl8139_model *model, const uint8_t *frame, size_t length);
/* The same in two steps: space taken and BUFE clear, but the header says "unfinished". */
bool rtl8139_model_begin(struct rtl8139_model *model, size_t length);
void rtl8139_model_finish(struct rtl8139_model *model, const uint8_t *frame, size_t length);
/* Puts a header with these fields, and `follows` bytes behind it, where the next frame would go. */
void rtl8139_model_bad_header(struct rtl8139_model *model, uint16_t status, uint16_t length,
                              size_t follows);

#endif
