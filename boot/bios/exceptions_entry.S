/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the processor enters for vectors 0 to 31 and 70h to 77h. Each entry pushes its vector; the
 * common part saves the registers as struct exception_frame (exceptions.c) wants them.
 *
 * The processor pushes an error code for some exceptions and none for an interrupt of the same
 * vector, so only exception_taken() can tell where the return address lies: it gives back the
 * place of {EIP, CS, EFLAGS}.
 */
#define ENTRY_SIZE 16

    .section .text
    .balign ENTRY_SIZE
    .globl  exception_entries       /* 32 entries, ENTRY_SIZE bytes apart, vector 0 first */
exception_entries:
    .set    vector, 0
    .rept   32
    .balign ENTRY_SIZE
    pushl   $vector
    jmp     common
    .set    vector, vector + 1
    .endr
    .globl  interrupt_entries       /* 8 more: vectors 70h to 77h, the BIOS's for IRQ 8 to 15 */
    .balign ENTRY_SIZE
interrupt_entries:
    .set    vector, 0x70
    .rept   8
    .balign ENTRY_SIZE
    pushl   $vector
    jmp     common
    .set    vector, vector + 1
    .endr

common:
    pushal
    cld
    movl    %esp, %eax
    pushl   %eax                    /* the frame: exception_taken's argument */
    call    exception_taken
    addl    $4, %esp
    movl    %eax, return_place      /* one at a time: interrupts are off */
    popal
    movl    return_place, %esp
    iretl

#ifndef SAWBOOT_SMALL
    /* The double fault's task: each time with the whole of its stack. */
    .globl  double_fault_entry
double_fault_entry:
    movl    $fault_stack_top, %esp
    call    double_fault_taken
    iretl                           /* to the task that was interrupted */
    jmp     double_fault_entry

    .section .stack, "aw", @nobits
    .space  0x2000
fault_stack_top:
#endif

    .section .bss
    .balign 4
return_place:
    .space  4
    .section .note.GNU-stack, "", @progbits
