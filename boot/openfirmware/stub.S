/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Moves the pieces, makes the instruction cache agree with memory, and jumps. In: r3 = address of
 * struct stub_parameters. Its own addresses are the same with and without translation, so a plain
 * mtmsr may turn that off (as Apple's BootX does), on every processor. The jump itself is an rfi
 * or, on the 970, an rfid: from version 2 of the architecture on, and in QEMU always, mtmsr leaves
 * the machine check bit as it was.
 */
#include "boot/openfirmware/stub.h"

/* The smallest cache line of the family; 64 and 128 byte lines are met several times. */
#define LINE 32

    /* Everything that the program sees in general registers; r31 itself comes last. */
    .macro load_registers
    lwz     %r1, STUB_R1(%r31)
    lwz     %r2, STUB_R2(%r31)
    lwz     %r3, STUB_R3(%r31)
    lwz     %r4, STUB_R4(%r31)
    lwz     %r5, STUB_R5(%r31)
    li      %r0, 0
    mtcrf   0xFF, %r0
    .irp    n, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26
    li      %r\n, 0
    .endr
    .irp    n, 27, 28, 29, 30, 31
    li      %r\n, 0
    .endr
    .endm

    .section .rodata.stub, "a"
    .balign 4
    .globl  stub_start
stub_start:
    mr      %r31, %r3
    lwz     %r4, STUB_MOVE_MSR(%r31)
    sync
    mtmsr   %r4
    isync

    lwz     %r30, STUB_STEPS(%r31)
    lwz     %r29, STUB_STEP_COUNT(%r31)
next_step:
    cmplwi  %r29, 0
    beq     moved
    lwz     %r3, 0(%r30)        /* to */
    lwz     %r4, 4(%r30)        /* from */
    lwz     %r5, 8(%r30)        /* length */
    lwz     %r6, 12(%r30)       /* zero? */
    addi    %r30, %r30, 16
    addi    %r29, %r29, -1
    srwi    %r7, %r5, 2         /* whole words */
    andi.   %r8, %r5, 3         /* bytes left */
    cmplwi  %r6, 0
    bne     clear
    cmplw   %r3, %r4
    beq     next_step
    bgt     backward

    /* to < from: upwards. Unaligned words are allowed in cached, big-endian memory. */
    addi    %r3, %r3, -4
    addi    %r4, %r4, -4
    cmplwi  %r7, 0
    beq     2f
    mtctr   %r7
1:  lwzu    %r9, 4(%r4)
    stwu    %r9, 4(%r3)
    bdnz    1b
2:  cmplwi  %r8, 0
    beq     next_step
    mtctr   %r8
    addi    %r3, %r3, 3
    addi    %r4, %r4, 3
3:  lbzu    %r9, 1(%r4)
    stbu    %r9, 1(%r3)
    bdnz    3b
    b       next_step

backward:
    /* to > from: downwards, the odd bytes at the end first. */
    add     %r3, %r3, %r5
    add     %r4, %r4, %r5
    cmplwi  %r8, 0
    beq     2f
    mtctr   %r8
1:  lbzu    %r9, -1(%r4)
    stbu    %r9, -1(%r3)
    bdnz    1b
2:  cmplwi  %r7, 0
    beq     next_step
    mtctr   %r7
3:  lwzu    %r9, -4(%r4)
    stwu    %r9, -4(%r3)
    bdnz    3b
    b       next_step

clear:
    li      %r9, 0
    addi    %r3, %r3, -4
    cmplwi  %r7, 0
    beq     2f
    mtctr   %r7
1:  stwu    %r9, 4(%r3)
    bdnz    1b
2:  cmplwi  %r8, 0
    beq     next_step
    mtctr   %r8
    addi    %r3, %r3, 3
3:  stbu    %r9, 1(%r3)
    bdnz    3b
    b       next_step

moved:
    /* All written lines go to memory first, then the stale instructions are dropped. */
    li      %r28, 0             /* 0: dcbst, 1: icbi */
flush_pass:
    lwz     %r30, STUB_STEPS(%r31)
    lwz     %r29, STUB_STEP_COUNT(%r31)
flush_step:
    cmplwi  %r29, 0
    beq     flush_passed
    lwz     %r3, 0(%r30)
    lwz     %r5, 8(%r30)
    addi    %r30, %r30, 16
    addi    %r29, %r29, -1
    cmplwi  %r5, 0
    beq     flush_step
    add     %r4, %r3, %r5       /* lines from the one of the first byte to the one of the last */
    addi    %r4, %r4, -1
    srwi    %r4, %r4, 5
    srwi    %r6, %r3, 5
    subf    %r4, %r6, %r4
    addi    %r4, %r4, 1
    mtctr   %r4
    slwi    %r3, %r6, 5
    cmplwi  %r28, 0
    bne     2f
1:  dcbst   0, %r3
    addi    %r3, %r3, LINE
    bdnz    1b
    b       flush_step
2:  icbi    0, %r3
    addi    %r3, %r3, LINE
    bdnz    2b
    b       flush_step
flush_passed:
    sync
    addi    %r28, %r28, 1
    cmplwi  %r28, 2
    bne     flush_pass
    isync

    lwz     %r9, STUB_LINK(%r31)
    cmplwi  %r9, 0
    bne     1f
    bl      0f
0:  mflr    %r9
    addi    %r9, %r9, park - 0b
1:  mtlr    %r9
    lwz     %r9, STUB_FINAL_MSR(%r31)
    lwz     %r10, STUB_ENTRY(%r31)
    mtsrr0  %r10
    lwz     %r11, STUB_IS_970(%r31)
    cmplwi  %r11, 0
    bne     2f
    mtsrr1  %r9
    load_registers
    rfi

    /* The 970: 32-bit mode (SF off) comes with the word above; hypervisor state (HV) stays. */
    .machine push
    .machine ppc64
2:  mfmsr   %r8
    rldicl  %r8, %r8, 4, 63     /* HV is bit 3 of 64 */
    rldicr  %r8, %r8, 60, 3
    or      %r9, %r9, %r8
    mtsrr1  %r9
    load_registers
    rfid
    .machine pop

    /*
     * XNU from Mac OS X 10.3 on returns to its loader when it does not know the processor. The
     * firmware is quiet by then, so there is nobody left to print: a debugger finds the processor
     * here.
     */
park:
    b       park
    .globl  stub_end
stub_end:
    .section .note.GNU-stack, "", @progbits
