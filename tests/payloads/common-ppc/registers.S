/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * uint32_t call_with_registers(uint32_t entry, uint32_t *cells, uint32_t stack,
 *                              struct kept_registers *kept)
 *
 * Calls the client interface on the stack that ends at `stack` with known values in every register
 * that a function keeps (System V ABI, PowerPC supplement, "Registers"; r2 by the PowerPC binding
 * to IEEE 1275, 6.3.1), and notes what they are afterwards: r1, r2, r13 to r31, CR.
 */
#define FRAME 96

    .text
    .globl  call_with_registers
call_with_registers:
    mflr    %r0
    stw     %r0, 4(%r1)
    stwu    %r1, -FRAME(%r1)
    stmw    %r13, 16(%r1)
    mfcr    %r0
    stw     %r0, 92(%r1)
    lis     %r12, saved@ha
    la      %r12, saved@l(%r12)
    stw     %r1, 0(%r12)
    stw     %r2, 4(%r12)
    stw     %r6, 8(%r12)

    mtctr   %r3
    mr      %r3, %r4
    mr      %r1, %r5
    lis     %r2, 0x5A02
    .irp    n, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    lis     %r\n, 0x5A00 + \n
    .endr
    lis     %r0, 0x00A5
    ori     %r0, %r0, 0xA000    /* CR2 to CR4: A, 5, A */
    mtcr    %r0
    bctrl

    lis     %r12, saved@ha
    la      %r12, saved@l(%r12)
    lwz     %r11, 8(%r12)
    stw     %r1, 0(%r11)
    stw     %r2, 4(%r11)
    stmw    %r13, 8(%r11)
    mfcr    %r0
    stw     %r0, 84(%r11)
    lwz     %r1, 0(%r12)
    lwz     %r2, 4(%r12)
    lwz     %r0, 92(%r1)
    mtcr    %r0
    lmw     %r13, 16(%r1)
    addi    %r1, %r1, FRAME
    lwz     %r0, 4(%r1)
    mtlr    %r0
    blr

    .section .bss
    .balign 4
saved:
    .space  12
    .section .note.GNU-stack, "", @progbits
