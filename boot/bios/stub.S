/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Moves the pieces, sets the machine's state and jumps. In: EAX = address of struct
 * stub_parameters. 32-bit protected mode, flat segments, interrupts off.
 */
#include "boot/bios/stub.h"

#define CODE 0x10
#define DATA 0x18

    .section .rodata.stub, "a"
    .globl  stub_start, stub_end, stub_esp, stub_entry
stub_start:
    movl    %eax, %ebp
    leal    STUB_STACK_TOP(%ebp), %esp

    /* The tables that were in force so far may be overwritten. An empty IDT turns any exception
     * into a reset. */
    lgdt    STUB_GDT + 2(%ebp)
    lidt    STUB_IDT + 2(%ebp)
    call    1f
1:  popl    %eax
    addl    $2f - 1b, %eax
    pushl   $CODE
    pushl   %eax
    lretl
2:  movl    $DATA, %eax
    movl    %eax, %ds
    movl    %eax, %es
    movl    %eax, %fs
    movl    %eax, %gs
    movl    %eax, %ss
    /* No ready-made flag but the one that is always set; direction upwards, no interrupts. */
    pushl   $2
    popfl

    movl    STUB_STEPS(%ebp), %ebx
    movl    STUB_STEP_COUNT(%ebp), %edx
next_step:
    testl   %edx, %edx
    jz      moved
    decl    %edx
    movl    0(%ebx), %edi               /* to */
    movl    4(%ebx), %esi               /* from */
    movl    8(%ebx), %ecx               /* length */
    cmpl    $0, 12(%ebx)                /* zero? */
    leal    16(%ebx), %ebx              /* leaves the flags */
    jne     clear

    /* Upwards, unless `to` is inside of what is still to be read. */
    movl    %edi, %eax
    subl    %esi, %eax
    jz      next_step
    cmpl    %ecx, %eax
    jb      backward
    movl    %ecx, %eax
    shrl    $2, %ecx
    rep movsl
    movl    %eax, %ecx
    andl    $3, %ecx
    rep movsb
    jmp     next_step

backward:
    /* The odd bytes at the end first, then words from the last one on. */
    std
    leal    -1(%esi,%ecx), %esi
    leal    -1(%edi,%ecx), %edi
    movl    %ecx, %eax
    andl    $3, %ecx
    rep movsb
    subl    $3, %esi
    subl    $3, %edi
    movl    %eax, %ecx
    shrl    $2, %ecx
    rep movsl
    cld
    jmp     next_step

clear:
    movl    %ecx, %esi
    xorl    %eax, %eax
    shrl    $2, %ecx
    rep stosl
    movl    %esi, %ecx
    andl    $3, %ecx
    rep stosb
    jmp     next_step

moved:
    pushl   $2
    popfl
    leal    STUB_REGISTERS(%ebp), %esp
    popal
    /* MOV ESP and the far jump have their operands in the code, as no register is left. */
    .byte   0xBC
stub_esp:
    .long   0
    .byte   0xEA
stub_entry:
    .long   0
    .word   CODE
stub_end:
    .section .note.GNU-stack, "", @progbits
