/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of the RTL8139 driver share. */
#ifndef DRIVERS_RTL8139_RTL8139_H
#define DRIVERS_RTL8139_RTL8139_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/nic.h"

/*
 * 32 KB is Linux's choice too: 8 KB holds five full frames, and at 64 KB the chip ignores WRAP.
 * With WRAP a frame that starts in the last bytes of the ring ends beyond it: the pad holds the
 * largest frame with its header, and the 16 bytes that the ring is larger than its name. The
 * largest is not Ethernet's: chips write all of frames that are far too long, and QEMU, whose
 * networks carry them, does so up to 69632 bytes (NET_BUFSIZE). With less room, whoever sends such
 * a frame writes over what lies behind.
 */
#define RTL_RING_LENGTH 32768u
#define RTL_RING_PAD    0x11800u
/* So many bytes that were taken may be kept back; then the chip is told that they are. */
#define RTL_KEPT_BACK      1600u
#define RTL_BURST          20u /* frames of 1514 bytes, CRC and header, in the rest of the ring */
#define RTL_TRANSMIT_SLOTS 4u
#define RTL_TRANSMIT_ROOM  1536u /* a slot's buffer: NIC_FRAME_MAXIMUM and alignment */

struct rtl8139 {
    uint8_t *memory; /* ring, pad, four transmit buffers: one piece */
    uint32_t bus;    /* its address for the card */
    unsigned offset; /* of the next frame's header in the ring */
    unsigned known;  /* bytes from there on that the chip is known to have written */
    unsigned kept;   /* bytes in front of it that the chip still takes for ours */
    bool quiet;      /* the ring was empty, and this stood at the next header's place: */
    uint32_t stale;
    uint64_t asked_ms; /* when the causes were read last; 0: never */
    bool draining;     /* receiver off after an overflow; the ring still holds frames */
    bool waiting;      /* for a frame that is announced and not complete, since: */
    uint64_t waiting_since_ms;
    unsigned slot; /* the next transmit slot */
    bool slot_busy[RTL_TRANSMIT_SLOTS];
    uint32_t threshold; /* TSD early transmit threshold, in place */
};

/* --- receive.c ------------------------------------------------------------------------------ */

/* Gives the ring to the chip and starts the receiver. The transmitter goes on with it. */
void rtl8139_receive_start(struct nic *nic);
unsigned rtl8139_poll(struct nic *nic, nic_receive receive, unsigned budget);

/* --- eeprom.c ------------------------------------------------------------------------------- */

/* Reads the station address from the EEPROM. False: no EEPROM that is programmed, or no address. */
bool rtl8139_eeprom_address(const struct io_window *registers, uint8_t address[6]);

#endif
