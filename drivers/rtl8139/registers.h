/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Registers of the Realtek RTL8139 family (RTL8139C(L) data sheet, section 5; names as there).
 * Widths: IDR bytes to read, 32 bits to write; TSD, TSAD, RBSTART, TCR, RCR 32; CAPR, CBR, IMR, ISR
 * 16; the rest bytes.
 */
#ifndef DRIVERS_RTL8139_REGISTERS_H
#define DRIVERS_RTL8139_REGISTERS_H

#define RTL_REGISTERS_LENGTH 0x100

#define RTL_IDR0        0x00 /* station address, IDR0 to IDR5 */
#define RTL_MAR0        0x08 /* multicast hash, 64 bits */
#define RTL_TSD(n)      (0x10 + 4 * (n))
#define TSD_OWN         0x00002000u /* the frame is in the FIFO */
#define TSD_TUN         0x00004000u /* FIFO ran empty */
#define TSD_TOK         0x00008000u
#define TSD_THRESHOLD_1 0x00010000u /* 32 bytes of early transmit threshold */
#define TSD_TABT        0x40000000u
#define RTL_TSAD(n)     (0x20 + 4 * (n))
#define RTL_RBSTART     0x30
#define RTL_CR          0x37
#define CR_BUFE         0x01 /* receive buffer empty */
#define CR_TE           0x04
#define CR_RE           0x08
#define CR_RST          0x10
#define RTL_CAPR        0x38 /* read position minus 16 */
#define RTL_CBR         0x3A /* write position */
#define RTL_IMR         0x3C
#define RTL_ISR         0x3E
#define ISR_ROK         0x0001
#define ISR_RER         0x0002
#define ISR_RXOVW       0x0010 /* receive buffer overflow */
#define ISR_FOVW        0x0040 /* receive FIFO overflow */
#define RTL_TCR         0x40
#define TCR_CLRABT      0x00000001u
#define TCR_BURST_1024  0x00000600u /* MXDMA 110 */
#define TCR_IFG_NORMAL  0x03000000u
#define TCR_VERSION     0x7CC00000u
#define RTL_RCR         0x44
#define RCR_APM         0x00000002u /* accept what is sent to our address */
#define RCR_AM          0x00000004u /* accept groups whose hash is in MAR */
#define RCR_AB          0x00000008u /* accept broadcast */
#define RCR_WRAP        0x00000080u /* frames run past the ring's end in one piece */
#define RCR_BURST_1024  0x00000600u
#define RCR_RING_32K    0x00001000u /* RBLEN 10 */
#define RCR_WHOLE_FRAME 0x0000E000u /* RXFTH 111: DMA starts when the frame is in the FIFO */
#define RTL_MPC         0x4C        /* missed frames; any write clears */
#define RTL_9346CR      0x50
#define CFG_NORMAL      0x00
#define CFG_EEPROM      0x80 /* the EEPROM's wires are the low four bits */
#define CFG_UNLOCK      0xC0 /* IDR and CONFIG may be written */
#define CFG_EECS        0x08
#define CFG_EESK        0x04
#define CFG_EEDI        0x02
#define CFG_EEDO        0x01
#define RTL_CONFIG1     0x52
#define CONFIG1_PWRDN   0x01 /* 8139 and 8139A only; later chips have other bits there */
#define CONFIG1_SLEEP   0x02
#define RTL_MSR         0x58
#define MSR_LINKB       0x04 /* inverted: 1 is no link */
#define RTL_HLTCLK      0x5B
#define HLTCLK_RUN      'R'

/* The header before each received frame: status 16 bits, length with CRC 16 bits, little-endian */
#define HEADER_LENGTH     4
#define HEADER_ROK        0x0001
#define HEADER_UNFINISHED 0xFFF0 /* in the length: the frame is still being written */
#define FRAME_CRC         4

#endif
