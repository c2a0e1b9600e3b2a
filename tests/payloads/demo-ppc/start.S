/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The demonstration kernel's first instructions and its exception vectors. It is entered as XNU is:
 * translation off, MSR = 0x1000, r3 = boot_args, r4 = 'MOSX', no stack (specs: xnu-handoff 1.1).
 */

    .section .text
    .globl demo_start
demo_start:
    mr      31, 3
    mr      30, 4
    mfmsr   29
    mflr    28

    /* Our BSS has to be zero before we write there: remember the first word that is not. */
    lis     3, bss_start@ha
    addi    3, 3, bss_start@l
    lis     4, bss_end@ha
    addi    4, 4, bss_end@l
    li      27, 0
1:  cmplw   3, 4
    bge     3f
    lwz     5, 0(3)
    cmpwi   5, 0
    bne     2f
    addi    3, 3, 4
    b       1b
2:  mr      27, 3
    li      0, 0
    lis     3, bss_start@ha
    addi    3, 3, bss_start@l
4:  stw     0, 0(3)
    addi    3, 3, 4
    cmplw   3, 4
    blt     4b
3:
    lis     1, stack_end@ha
    addi    1, 1, stack_end@l - 32
    li      0, 0
    stw     0, 0(1)

    lis     3, entry_state@ha
    addi    3, 3, entry_state@l
    stw     31, 0(3)
    stw     30, 4(3)
    stw     29, 8(3)
    stw     28, 12(3)
    stw     27, 16(3)
    bl      demo_main
5:  b       5b

/* r3: vector. Prints where it happened and gives the verdict; never returns. */
exception_common:
    mfsrr0  4
    mfsrr1  5
    mfdar   6
    lis     1, exception_stack_end@ha
    addi    1, 1, exception_stack_end@l - 32
    li      0, 0
    stw     0, 0(1)
    bl      demo_exception
6:  b       6b

    .section .bss
    .balign 16
stack:
    .space  32768
stack_end:
exception_stack:
    .space  8192
exception_stack_end:
    .globl entry_state
entry_state:
    .space  32

#ifndef DEMO_HIGH
/*
 * 0x0000-0x6FFF. One vector every 0x100 bytes up to 0x2F00; the rest, most of it beyond the first
 * 0x4000 bytes that loaders treat apart, is filled so that a missing part shows in the segment's
 * digest.
 */
    .section .vectors, "ax"
    .set    vector, 0
    .rept   0x30
    .org    vector
    li      3, vector
    b       exception_common
    .fill   (0x100 - 8) / 4, 4, 0x60000000 + vector
    .set    vector, vector + 0x100
    .endr
    .set    word, vector
    .rept   (0x7000 - 0x3000) / 4
    .long   0x5A000000 + word
    .set    word, word + 4
    .endr

    .section .hib, "ax"
    .ascii  "hibernation segment of the demonstration kernel "
    .fill   0x700, 1, 0x48
#endif

/* Filled in by tools/elf2macho: a count, then one record of 32 bytes for each other segment. */
    .section .digest, "a"
    .globl segment_digests
segment_digests:
    .space  4 + 32 * 15
