/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where Open Firmware enters the loader: r5 is the client interface, r6 and r7 are the program's
 * arguments, r1 is a stack of the firmware (PowerPC binding to IEEE 1275, section 8.2.1).
 *
 * This is the first instruction of the image: QEMU's -kernel always enters there, whatever the ELF
 * header says. The XCOFF form is entered here too, through entry_descriptor.
 *
 * The image runs at every multiple of 64 KB: it is entered at its first byte, finds out where that
 * is, and relocates itself. move.c puts a copy to the top of memory that way, and so does whoever
 * unpacks an image.
 */
#define STACK_SIZE 0x20000
/* The smallest cache line of the family; 64 and 128 byte lines are met several times. */
#define LINE       32

    .section .start, "ax"
    .globl  start
start:
    b       1f
    /*
     * For whoever puts the image where it is: memory that he and it have left behind, which is the
     * loader's to use from now on (struct image_origin of move.h).
     */
    .globl  image_origin
image_origin:
    .long   0, 0
    /* These are relocated too. The first is where the image is relocated to, all of the time. */
relocated_to:
    .long   start
    .long   relocations
    .long   data_start

1:  mflr    %r0
    mfmsr   %r8
    mr      %r6, %r3                        /* the request, if a Forth word has called: see below */
    bcl     20, 31, 2f
2:  mflr    %r7
    addi    %r7, %r7, start - 2b            /* where the image is */
    lwz     %r10, relocated_to - start(%r7)
    subf.   %r10, %r10, %r7                 /* how far that is from where it believes to be */
    beq     entered

    /*
     * The table (tools/relocations.c): steps from one site to the next, in words, one byte each,
     * two lists. 0 ends a list; 255 is a step of 254 words to no site.
     * The sites of the first list are instructions with the upper half of an address. Both halves
     * of the sum stay in their places, as it is the upper half of an address again.
     */
    lwz     %r11, relocated_to + 4 - start(%r7)
    add     %r11, %r11, %r10
    addi    %r11, %r11, -1
    srawi   %r9, %r10, 16
list:
    mr      %r12, %r7
site:
    lbzu    %r4, 1(%r11)
    slwi    %r4, %r4, 2
    add     %r12, %r12, %r4
    cmpwi   %r4, 255 * 4
    bne     1f
    addi    %r12, %r12, -4
    b       site
1:  cmpwi   %r4, 0
    beq     listed
    lwz     %r4, 0(%r12)
    add     %r4, %r4, %r9
    stw     %r4, 0(%r12)
    b       site
listed:
    cmpw    %r9, %r10
    mr      %r9, %r10                       /* the second list: whole addresses */
    bne     list

    mr      %r3, %r7
    lwz     %r4, relocated_to + 8 - start(%r7)
    subf    %r4, %r3, %r4
    bl      code_synchronise

entered:
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

    /*
     * Without a client interface this is a Forth word of the card's node (forth_device.h), with a
     * request in r3 and a stack. It wants r14 to r31 as they were, and to be returned to.
     */
2:  lis     %r9, entry_state@ha
    lwz     %r0, entry_state@l(%r9)
    mtlr    %r0
    mr      %r3, %r6
    cmpwi   %r5, 0
    bne     3f
    b       forth_device
3:  lis     %r1, stack_top@ha
    la      %r1, stack_top@l(%r1)
    li      %r0, 0
    stwu    %r0, -16(%r1)       /* the last frame: back chain 0 */
    bl      platform_start
4:  b       4b                  /* platform_start does not return */

    /*
     * void code_synchronise(const void *code, size_t length): writes the lines of freshly made code
     * back to memory and drops stale instructions. Runs anywhere, without a stack; changes r3, r4,
     * r9 and ctr.
     */
    .globl  code_synchronise
code_synchronise:
    add     %r4, %r3, %r4
    rlwinm  %r3, %r3, 0, 0, 26  /* the line of the first byte */
    subf    %r4, %r3, %r4
    addi    %r4, %r4, LINE - 1
    srwi    %r4, %r4, 5
    mtctr   %r4
    mr      %r9, %r3
1:  dcbst   0, %r9
    addi    %r9, %r9, LINE
    bdnz    1b
    sync
    mtctr   %r4
2:  icbi    0, %r3
    addi    %r3, %r3, LINE
    bdnz    2b
    sync
    isync
    blr

    /*
     * void move_enter(void *image): enters another copy of the image as the firmware entered this
     * one.
     */
    .globl  move_enter
move_enter:
    mtctr   %r3
    lis     %r9, entry_state@ha
    la      %r9, entry_state@l(%r9)
    lwz     %r0, 0(%r9)
    mtlr    %r0
    lwz     %r1, 4(%r9)
    lwz     %r5, 12(%r9)
    li      %r6, 0              /* nobody reads the arguments here: they are in /chosen */
    li      %r7, 0
    .globl  move_jump           /* debuggers stop here: the counter is where the copy is */
move_jump:
    bctr

    .section .data
    .balign 4
    .globl  entry_state
entry_state:                    /* struct entry_state of openfirmware.h */
    .long   0, 0, 0, 0

    /* What an XCOFF file's entry field points at: code, table of contents, environment. */
    .globl  entry_descriptor
entry_descriptor:
    .long   start, 0, 0

    .section .stack, "aw", @nobits      /* behind the BSS, and not cleared */
    .balign 16
    .globl  stack_end
stack_end:
    .space  STACK_SIZE
stack_top:
    .section .note.GNU-stack, "", @progbits
