/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where Open Firmware enters the loader: r5 is the client interface, r6 and r7 are the program's
 * arguments, r1 is a stack of the firmware (PowerPC binding to IEEE 1275, section 8.2.1).
 *
 * This is the first instruction of the image: QEMU's -kernel always enters there, whatever the ELF
 * header says. The XCOFF form is entered here too, through entry_descriptor.
 */
#define STACK_SIZE 0x20000

    .section .start, "ax"
    .globl  start
start:
    mflr    %r0
    mfmsr   %r8
    lis     %r9, entry_state@ha
    la      %r9, entry_state@l(%r9)
    stw     %r0, 0(%r9)         /* in .data, so that clearing the BSS spares it */
    stw     %r1, 4(%r9)
    stw     %r8, 8(%r9)
    stw     %r5, 12(%r9)
    /*
     * The MSR stays as it is: the firmware needs its translation and its timer interrupts, and
     * nothing of the loader uses the floating-point or vector units, which may be off.
     */

    /* No firmware clears memory that is not in the file the same way: QEMU does not at all. */
    lis     %r9, bss_start@ha
    la      %r9, bss_start@l(%r9)
    lis     %r10, bss_end@ha
    la      %r10, bss_end@l(%r10)
    subf    %r10, %r9, %r10
    srwi.   %r10, %r10, 2       /* both ends are aligned to 16 by the layout */
    beq     2f
    mtctr   %r10
    li      %r0, 0
    addi    %r9, %r9, -4
1:  stwu    %r0, 4(%r9)
    bdnz    1b

2:  lis     %r1, stack_top@ha
    la      %r1, stack_top@l(%r1)
    li      %r0, 0
    stwu    %r0, -16(%r1)       /* the last frame: back chain 0 */
    bl      platform_start
3:  b       3b                  /* platform_start does not return */

    .section .data
    .balign 4
    .globl  entry_state
entry_state:                    /* struct entry_state of openfirmware.h */
    .long   0, 0, 0, 0

    /* What an XCOFF file's entry field points at: code, table of contents, environment. */
    .globl  entry_descriptor
entry_descriptor:
    .long   start, 0, 0

    .section .bss
    .balign 16
stack:
    .space  STACK_SIZE
stack_top:
    .section .note.GNU-stack, "", @progbits
