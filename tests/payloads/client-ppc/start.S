/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entry of the Open Firmware client program: r1 is firmware's stack, r5 the client interface,
 * r3 and r4 are 0 (IEEE 1275 PowerPC binding, section 8.2). Stays on firmware's stack: it has to
 * be usable.
 */
    .section .text
    .globl client_start
client_start:
    mr      31, 3
    mr      30, 4
    mr      29, 5
    mr      28, 1
    mr      26, 2
    mfmsr   25

    lis     3, bss_start@ha
    addi    3, 3, bss_start@l
    lis     4, bss_end@ha
    addi    4, 4, bss_end@l
    li      27, 0
1:  cmplw   3, 4
    bge     2f
    lwz     5, 0(3)
    addi    3, 3, 4
    cmpwi   5, 0
    beq     1b
    addi    27, 3, -4
2:
    stwu    1, -64(1)
    lis     3, client_state@ha
    addi    3, 3, client_state@l
    stw     31, 0(3)
    stw     30, 4(3)
    stw     29, 8(3)
    stw     28, 12(3)
    stw     27, 16(3)
    stw     26, 20(3)
    stw     25, 24(3)
    bl      client_main
3:  b       3b

/* XCOFF's entry is this descriptor: code, table of contents, environment (tools/elf2xcoff). */
    .section .data
    .balign 4
    .globl entry_descriptor
entry_descriptor:
    .long   client_start, 0, 0
    .globl client_state
client_state:
    .long   0, 0, 0, 0, 0, 0, 0
