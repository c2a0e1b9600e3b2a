/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a client program calls us instead of the firmware: r3 is the argument array, the answer
 * comes back in r3. r1, r2, r13 to r31, LR and CR are kept (PowerPC binding to IEEE 1275, section
 * 8.2.2); the MSR stays as the client has it. Our handler has a stack of its own: the client's may
 * be tiny. What is not for us goes on to the firmware on the client's stack, as if it had been
 * called there.
 *
 * The firmware may call the client back while the handler waits for it, and that may call us: such
 * a call goes to the firmware straight away.
 */
#include "boot/openfirmware/interface.h"

#define PASS 1 /* DEVICE_PASS */

    .section .text.interface_entry, "ax"
    .globl  interface_entry
interface_entry:
    mfcr    %r0
    lis     %r12, interface_state@ha
    la      %r12, interface_state@l(%r12)
    lwz     %r11, INTERFACE_BUSY(%r12)
    cmpwi   %r11, 0
    bne     to_firmware
    stw     %r0, INTERFACE_CR(%r12)
    stw     %r1, INTERFACE_R1(%r12)
    stw     %r3, INTERFACE_ARRAY(%r12)
    mflr    %r0
    stw     %r0, INTERFACE_LINK(%r12)
    li      %r11, 1
    stw     %r11, INTERFACE_BUSY(%r12)

    lwz     %r1, INTERFACE_STACK(%r12)
    li      %r0, 0
    stwu    %r0, -16(%r1)       /* the last frame: back chain 0 */
    bl      interface_call

    lis     %r12, interface_state@ha
    la      %r12, interface_state@l(%r12)
    cmpwi   %r3, PASS
    lwz     %r0, INTERFACE_LINK(%r12)
    mtlr    %r0
    lwz     %r1, INTERFACE_R1(%r12)
    lwz     %r0, INTERFACE_CR(%r12)
    li      %r11, 0
    stw     %r11, INTERFACE_BUSY(%r12)
    beq     1f
    mtcrf   0xFF, %r0
    blr
1:  lwz     %r3, INTERFACE_ARRAY(%r12)
to_firmware:
    lwz     %r11, INTERFACE_FIRMWARE(%r12)
    mtctr   %r11
    mtcrf   0xFF, %r0
    bctr

    /*
     * The client program has ended: back to the firmware with the stack, LR and MSR with which it
     * entered us, and the client's r3.
     */
    .globl  interface_return
interface_return:
    lis     %r12, interface_state@ha
    la      %r12, interface_state@l(%r12)
    lwz     %r1, INTERFACE_STACK(%r12)
    li      %r0, 0
    stwu    %r0, -16(%r1)
    mr      %r31, %r3
    bl      interface_returned
    mr      %r3, %r31
    lis     %r12, entry_state@ha
    la      %r12, entry_state@l(%r12)
    lwz     %r0, 0(%r12)        /* link */
    lwz     %r1, 4(%r12)        /* stack */
    lwz     %r11, 8(%r12)       /* msr */
    mtlr    %r0
    sync
    mtmsr   %r11
    isync
    blr
    .section .note.GNU-stack, "", @progbits
