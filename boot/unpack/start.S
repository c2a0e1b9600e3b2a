/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where Open Firmware enters a packed loader (PowerPC binding to IEEE 1275, section 8.2.1): r5 is
 * the client interface, r6 and r7 the arguments, r1 a stack of the firmware, which is used. It is
 * the first instruction, as QEMU's -kernel wants it.
 */
/* The smallest cache line of the family; 64 and 128 byte lines are met several times. */
#define LINE 32

    .section .start, "ax"
    .globl  start
start:
    mflr    %r0
    stwu    %r1, -48(%r1)
    stw     %r0, 52(%r1)
    stw     %r3, 8(%r1)
    stw     %r5, 12(%r1)
    stw     %r6, 16(%r1)
    stw     %r7, 20(%r1)
    cmpwi   %r5, 0
    beq     from_forth

    mr      %r3, %r5
    bl      unpack_program
    lis     %r4, packed_start@ha
    la      %r4, packed_start@l(%r4)
    b       unpacked

    /*
     * A Forth word of the card's node calls (boot/fcode/loader.fth): r3 is what the image gets, r4 is
     * where it is to be, r6 is working memory. This program is anywhere then: up to the image, nothing
     * here, in packed.c or predictor.c uses an address of its own but by the instruction's. A test
     * looks for such addresses (tests/fast/pack.t).
     */
from_forth:
    stw     %r4, 28(%r1)
    mr      %r5, %r6
    mr      %r6, %r4
    bcl     20, 31, 1f
1:  mflr    %r3
    addis   %r3, %r3, (packed_start - 1b)@ha
    addi    %r3, %r3, (packed_start - 1b)@l
    stw     %r3, 32(%r1)
    lis     %r4, (packed_end - packed_start)@h
    ori     %r4, %r4, (packed_end - packed_start)@l
    bl      packed_unpack
    lwz     %r4, 32(%r1)
    cmpwi   %r3, 0                  /* false: damaged */
    beq     unpacked
    lwz     %r3, 28(%r1)

    /* r3: the image, or 0; r4: what it was packed in, which begins with its length */
unpacked:
    cmpwi   %r3, 0
    beq     4f

    /* Freshly made code: memory first, then the instruction cache. */
    lwz     %r4, 0(%r4)
    addi    %r4, %r4, LINE - 1
    srwi    %r4, %r4, 5
    mtctr   %r4
    mr      %r5, %r3
2:  dcbst   0, %r5
    addi    %r5, %r5, LINE
    bdnz    2b
    sync
    mtctr   %r4
    mr      %r5, %r3
3:  icbi    0, %r5
    addi    %r5, %r5, LINE
    bdnz    3b
    sync
    isync

4:  mtctr   %r3
    cmpwi   %r3, 0
    lwz     %r0, 52(%r1)
    lwz     %r3, 8(%r1)
    lwz     %r5, 12(%r1)
    lwz     %r6, 16(%r1)
    lwz     %r7, 20(%r1)
    addi    %r1, %r1, 48
    mtlr    %r0
    beqlr                           /* back to the firmware */
    bctr

    .section .rodata
    .globl  packed_start, packed_end
    .balign 4
packed_start:
    .incbin PACKED
packed_end:

    .section .data
    .balign 4
    .globl  entry_descriptor        /* what an XCOFF file's entry field points at */
entry_descriptor:
    .long   start, 0, 0
    .section .note.GNU-stack, "", @progbits
