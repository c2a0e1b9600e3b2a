/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Registers and descriptors of Intel's 8254x family (PCI/PCI-X Family of Gigabit Ethernet
 * Controllers Software Developer's Manual, chapter 13; names as there). All are 32 bits wide. The
 * 82542 has some at other places: e1000_read and e1000_write know them.
 */
#ifndef DRIVERS_E1000_REGISTERS_H
#define DRIVERS_E1000_REGISTERS_H

#define E1000_REGISTERS_LENGTH 0x8000 /* the last one used is MANC; the BAR spans 128 KB */

#define E1000_CTRL        0x0000
#define CTRL_FD           0x00000001u
#define CTRL_LRST         0x00000008u /* link reset (fibre) */
#define CTRL_ASDE         0x00000020u
#define CTRL_SLU          0x00000040u
#define CTRL_ILOS         0x00000080u
#define CTRL_SPEED_100    0x00000100u
#define CTRL_SPEED_1000   0x00000200u
#define CTRL_SPEED        0x00000300u
#define CTRL_FRCSPD       0x00000800u
#define CTRL_FRCDPX       0x00001000u
#define CTRL_SWDPIN1      0x00080000u /* fibre: signal detect */
#define CTRL_SWDPIN2      0x00100000u /* 82543 copper: MDIO */
#define CTRL_SWDPIN3      0x00200000u /* 82543 copper: MDC */
#define CTRL_SWDPIO2      0x01000000u
#define CTRL_SWDPIO3      0x02000000u
#define CTRL_RST          0x04000000u
#define CTRL_PHY_RST      0x80000000u
#define E1000_CTRL_DUP    0x0004
#define E1000_STATUS      0x0008
#define STATUS_LU         0x00000002u
#define STATUS_FUNC       0x00000004u /* dual-port chips: this is the second port */
#define STATUS_TBIMODE    0x00000020u
#define E1000_EECD        0x0010
#define EECD_SK           0x00000001u
#define EECD_CS           0x00000002u
#define EECD_DI           0x00000004u
#define EECD_DO           0x00000008u
#define EECD_REQ          0x00000040u
#define EECD_GNT          0x00000080u
#define EECD_SIZE         0x00000200u /* Microwire: 256 words */
#define EECD_ADDR_BITS    0x00000400u /* SPI: 16 address bits */
#define EECD_TYPE_SPI     0x00002000u
#define E1000_EERD        0x0014
#define EERD_START        0x00000001u
#define EERD_DONE_LARGE   0x00000002u
#define EERD_DONE_SMALL   0x00000010u
#define E1000_CTRL_EXT    0x0018
#define CTRL_EXT_SDP4     0x00000010u /* 82543 copper: PHY reset, active low */
#define CTRL_EXT_SDPIO4   0x00000100u
#define CTRL_EXT_EE_RST   0x00002000u
#define E1000_MDIC        0x0020
#define MDIC_WRITE        0x04000000u
#define MDIC_READ         0x08000000u
#define MDIC_READY        0x10000000u
#define MDIC_ERROR        0x40000000u
#define E1000_FCAL        0x0028
#define E1000_FCAH        0x002C
#define E1000_FCT         0x0030
#define E1000_VET         0x0038
#define E1000_ICR         0x00C0
#define E1000_IMC         0x00D8
#define E1000_RCTL        0x0100
#define RCTL_RST          0x00000001u /* 82542 */
#define RCTL_EN           0x00000002u
#define RCTL_BAM          0x00008000u /* accept broadcast; BSIZE 0: buffers of 2048 bytes */
#define E1000_FCTTV       0x0170
#define E1000_TXCW        0x0178
#define TXCW_FD           0x00000020u
#define TXCW_ANE          0x80000000u
#define E1000_RXCW        0x0180
#define RXCW_C            0x20000000u /* the partner sends configuration words */
#define E1000_TCTL        0x0400
#define TCTL_EN           0x00000002u
#define TCTL_PSP          0x00000008u
#define TCTL_CT           0x000000F0u /* 15 attempts */
#define TCTL_COLD         0x00040000u /* 64 byte times: full duplex, and half duplex up to 100 */
#define E1000_TIPG        0x0410
#define E1000_FCRTL       0x2160
#define E1000_FCRTH       0x2168
#define E1000_RDBAL       0x2800
#define E1000_RDBAH       0x2804
#define E1000_RDLEN       0x2808
#define E1000_RDH         0x2810
#define E1000_RDT         0x2818
#define E1000_RDTR        0x2820
#define E1000_RADV        0x282C
#define E1000_TDBAL       0x3800
#define E1000_TDBAH       0x3804
#define E1000_TDLEN       0x3808
#define E1000_TDH         0x3810
#define E1000_TDT         0x3818
#define E1000_TIDV        0x3820
#define E1000_TXDCTL      0x3828
#define TXDCTL_WTHRESH    0x003F0000u
#define TXDCTL_FULL_WB    0x01010000u /* descriptor granularity, write back each */
#define E1000_RXCSUM      0x5000
#define E1000_MTA         0x5200 /* 128 words */
#define E1000_RAL(n)      (0x5400 + 8 * (n))
#define E1000_RAH(n)      (0x5404 + 8 * (n))
#define RAH_AV            0x80000000u
#define RECEIVE_ADDRESSES 16
#define E1000_VFTA        0x5600 /* 128 words */
#define FILTER_WORDS      128
#define E1000_MANC        0x5820
#define MANC_ARP_EN       0x00002000u

/* Descriptors: 16 bytes, little-endian (sections 3.2.3 and 3.3.3) */
#define DESCRIPTOR_LENGTH  16
#define DESCRIPTOR_ADDRESS 0 /* 64 bits */
#define DESCRIPTOR_BYTES   8 /* 16 bits */
#define RX_STATUS          12
#define RX_STATUS_DD       0x01
#define RX_STATUS_EOP      0x02
#define RX_ERRORS          13
#define RX_ERRORS_FRAME    0x97 /* CE, SE, SEQ, CXE, RXE; not the checksum ones */
#define TX_COMMAND         11
#define TX_COMMAND_EOP     0x01
#define TX_COMMAND_IFCS    0x02
#define TX_COMMAND_RS      0x08
#define TX_STATUS          12
#define TX_STATUS_DD       0x01
#define TX_STATUS_ERRORS   0x0E /* EC, LC, TU */
#define FRAME_CRC          4

#endif
