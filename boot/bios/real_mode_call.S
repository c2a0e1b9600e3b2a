/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The way to real mode and back (Intel SDM volume 3, 9.9), for one interrupt or far call.
 *
 * The part between real_mode_code and real_mode_code_end is copied to REAL_MODE_CODE and runs there
 * only; LOW() is an address in the copy.
 */
#include "boot/bios/real_mode.h"

#define CR0_PE          0x01
#define CR0_PG          0x80000000
#define SELECTOR_CODE      0x10     /* bios.h */
#define SELECTOR_DATA      0x18
#define SELECTOR_REAL_CODE 0x20
#define SELECTOR_REAL_DATA 0x28
#define INSTRUCTION_INT 0xCD
#define SYSTEM_CONTROL_A    0x92    /* bit 1: address line 20; bit 0: reset */

#define LOW(label) (REAL_MODE_CODE + (label) - real_mode_code)

    .section .text
    .code32
    /* void real_mode_enter(void): the frame is in place, and what is to be called. */
    .globl  real_mode_enter
real_mode_enter:
    pushfl
    pushal
    cli
    sgdtl   LOW(low_gdt)
    sidtl   saved_idt
    movl    %cr0, %eax
#ifndef SAWBOOT_SMALL                   /* in which there are no pages: protection.c */
    movl    %eax, saved_cr0
    movl    %cr3, %ecx
    movl    %ecx, saved_cr3
    movl    %cr4, %ecx
    movl    %ecx, saved_cr4
    andl    $~CR0_PG, %eax
#endif
    movl    %eax, LOW(low_cr0)
    movl    %esp, saved_stack
    ljmp    $SELECTOR_REAL_CODE, $LOW(low_entry)

real_mode_return:
    movl    $SELECTOR_DATA, %eax
    movl    %eax, %ds
    movl    %eax, %es
    movl    %eax, %fs
    movl    %eax, %gs
    movl    %eax, %ss
    movl    saved_stack, %esp
    lidtl   saved_idt
#ifndef SAWBOOT_SMALL
    movl    saved_cr4, %eax
    movl    %eax, %cr4
    movl    saved_cr3, %eax
    movl    %eax, %cr3
    movl    saved_cr0, %eax
    movl    %eax, %cr0
    jmp     1f
1:
#endif
    popal
    popfl
    cld
    ret

    .code16
    .balign 16
    .globl  real_mode_code, real_mode_code_end
real_mode_code:
low_entry:
    /* Segments with real mode's limits: they stay in the processor when PE is cleared. */
    movw    $SELECTOR_REAL_DATA, %ax
    movw    %ax, %ds
    movw    %ax, %es
    movw    %ax, %fs
    movw    %ax, %gs
    movw    %ax, %ss
    lidtl   LOW(low_idt)
    movl    LOW(low_cr0), %eax      /* first without pages, then without protection */
    movl    %eax, %cr0
    andl    $~CR0_PE, %eax
    movl    %eax, %cr0
    ljmp    $0, $LOW(1f)
1:  xorw    %ax, %ax
    movw    %ax, %ds
    movw    %ax, %es
    movw    %ax, %fs
    movw    %ax, %gs
    movw    %ax, %ss
    movl    $REAL_MODE_FRAME, %esp
    cmpl    $0, LOW(real_mode_far)
    popw    %es
    popw    %ds
    popal
    jne     far_call
    popfl                           /* lets interrupts in */
    .byte   INSTRUCTION_INT
    .globl  real_mode_number        /* set in the copy before each call */
real_mode_number:
    .byte   0
returned:
    pushfl
    cli
    pushal
    pushw   %ds
    pushw   %es

    /*
     * Back. A BIOS may have switched address line 20 off on its way, or loaded a table of its own.
     * With the line off, FFFF:x+10h shows what 0:x is, also after 0:x has changed.
     */
    xorw    %ax, %ax
    movw    %ax, %ds
    movw    $0xFFFF, %ax
    movw    %ax, %es
    movw    $2, %cx
2:  incw    LOW(low_probe)
    movw    LOW(low_probe), %ax
    cmpw    %ax, %es:LOW(low_probe) + 0x10
    loope   2b
    jne     3f
    inb     $SYSTEM_CONTROL_A, %al
    orb     $0x02, %al
    andb    $0xFE, %al
    outb    %al, $SYSTEM_CONTROL_A
3:  lgdtl   LOW(low_gdt)
    movl    LOW(low_cr0), %eax
    movl    %eax, %cr0
    ljmpl   $SELECTOR_CODE, $real_mode_return

    /* As PXE wants it: the registers are for PXENV+, the three words on the stack for !PXE. */
far_call:
    popfl
    pushw   %es
    pushw   %di
    pushw   %bx
    lcall   *%cs:LOW(real_mode_far)
    leaw    6(%esp), %sp            /* leaves the flags */
    jmp     returned

    .balign 4
    .globl  real_mode_far           /* set in the copy: offset, segment; 0: the interrupt */
real_mode_far:
    .long   0
low_cr0:
    .long   0
low_gdt:
    .word   0
    .long   0
low_idt:                            /* real mode's vectors: 256 of 4 bytes at 0 */
    .word   0x3FF
    .long   0
low_probe:
    .word   0
real_mode_code_end:

    .section .bss
    .balign 4
saved_stack:
    .space  4
saved_idt:
    .space  6
#ifndef SAWBOOT_SMALL
    .balign 4
saved_cr0:
    .space  4
saved_cr3:
    .space  4
saved_cr4:
    .space  4
#endif
    .section .note.GNU-stack, "", @progbits
