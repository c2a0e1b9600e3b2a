/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entry of an Open Firmware client program (IEEE 1275 PowerPC binding, section 8.2): notes the
 * registers in client_entry (client.h), changes to a stack of its own as BootX does, and calls
 * client_main. When that returns, so does the program, to whoever started it.
 */
#define STACK_SIZE 0x10000

    .section .text.start, "ax"
    .globl  client_start
client_start:
    lis     %r12, client_entry@ha
    la      %r12, client_entry@l(%r12)
    stw     %r1, 0(%r12)
    stw     %r2, 4(%r12)
    stw     %r3, 8(%r12)
    stw     %r4, 12(%r12)
    stw     %r5, 16(%r12)
    stw     %r6, 20(%r12)
    stw     %r7, 24(%r12)
    mfmsr   %r0
    stw     %r0, 28(%r12)
    mflr    %r0
    stw     %r0, 32(%r12)
    stmw    %r13, 36(%r12)
    mfcr    %r0
    stw     %r0, 112(%r12)

    lis     %r1, client_stack_top@ha
    la      %r1, client_stack_top@l(%r1)
    li      %r0, 0
    stwu    %r0, -16(%r1)
    bl      client_main

    lis     %r12, client_entry@ha
    la      %r12, client_entry@l(%r12)
    lwz     %r1, 0(%r12)
    lwz     %r2, 4(%r12)
    lmw     %r13, 36(%r12)
    lwz     %r0, 112(%r12)
    mtcr    %r0
    lwz     %r0, 32(%r12)
    mtlr    %r0
    li      %r3, 0
    blr

/* XCOFF's entry is this descriptor: code, table of contents, environment. */
    .section .data
    .balign 4
    .globl  entry_descriptor
entry_descriptor:
    .long   client_start, 0, 0
    .globl  client_entry
client_entry:
    .space  116

    .section .bss
    .balign 16
    .globl  client_stack
client_stack:
    .space  STACK_SIZE
client_stack_top:
    .section .note.GNU-stack, "", @progbits
