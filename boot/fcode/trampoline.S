/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How Forth calls the loader: a piece of machine code without arguments. FCode has these
 * instructions as a string, puts them into memory and writes the address of the save area into the
 * two that have none (frames.fth).
 *
 * Forth systems keep stack pointers and the top of the stack in registers of their choice, so every
 * register that C may change is kept, and no stack but the loader's is touched. Only the counter is
 * not kept: it is how all of them branch to words.
 */
#define SAVED_LINK    128
#define SAVED_XER     132
#define SAVED_CR      136
#define STACK         140
#define REQUEST       144 /* the arguments: r3 ... */
#define IMAGE         148 /* ... r4 ... */
#define WORKING       152 /* ... and r6; r5 is 0, for there is no client interface */
#define ENTRY         156
#define NEW_CODE      160 /* from here to there Forth has written code: none the next time */
#define NEW_CODE_END  164
#define LINE          32  /* the smallest cache line of the family */

    .section .text
    mtctr   %r11
    lis     %r11, 0             /* Forth writes the save area's address here ... */
    ori     %r11, %r11, 0       /* ... and here */
    stmw    %r0, 0(%r11)        /* r0 to r31 */
    mfctr   %r0
    stw     %r0, 44(%r11)
    mflr    %r0
    stw     %r0, SAVED_LINK(%r11)
    mfxer   %r0
    stw     %r0, SAVED_XER(%r11)
    mfcr    %r0
    stw     %r0, SAVED_CR(%r11)

    /* What Forth has stored as data must leave the data cache before it is code. */
    lwz     %r3, NEW_CODE(%r11)
    lwz     %r4, NEW_CODE_END(%r11)
    stw     %r4, NEW_CODE(%r11)
1:  cmplw   %r3, %r4
    bge     2f
    dcbst   0, %r3
    sync
    icbi    0, %r3
    addi    %r3, %r3, LINE
    b       1b
2:  sync
    isync

    mr      %r31, %r11          /* C keeps it */
    lwz     %r1, STACK(%r11)
    lwz     %r3, REQUEST(%r11)
    lwz     %r4, IMAGE(%r11)
    li      %r5, 0
    lwz     %r6, WORKING(%r11)
    lwz     %r0, ENTRY(%r11)
    mtctr   %r0
    bctrl

    mr      %r11, %r31
    lwz     %r0, SAVED_LINK(%r11)
    mtlr    %r0
    lwz     %r0, SAVED_XER(%r11)
    mtxer   %r0
    lwz     %r0, SAVED_CR(%r11)
    mtcr    %r0
    lmw     %r12, 48(%r11)
    lwz     %r0, 0(%r11)
    lwz     %r1, 4(%r11)
    lwz     %r2, 8(%r11)
    lwz     %r3, 12(%r11)
    lwz     %r4, 16(%r11)
    lwz     %r5, 20(%r11)
    lwz     %r6, 24(%r11)
    lwz     %r7, 28(%r11)
    lwz     %r8, 32(%r11)
    lwz     %r9, 36(%r11)
    lwz     %r10, 40(%r11)
    lwz     %r11, 44(%r11)
    blr
    .section .note.GNU-stack, "", @progbits
