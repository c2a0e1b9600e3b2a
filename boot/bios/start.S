/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a multiboot loader enters us: 32-bit protected mode without paging, interrupts off, EAX
 * the magic, EBX the information (Multiboot Specification 0.6.96, sections 3.1 and 3.2). Segments
 * are flat, but the descriptor table behind them may already be overwritten, and there is no stack.
 * Our own prefixes (prefix/) enter the same way, at the first byte, each with a magic of its own.
 *
 * All code behind this file is built for a Pentium Pro. Older processors are told so here, as the
 * first CMOV would stop them without a word.
 */
#define STACK_SIZE 0x20000

#define MULTIBOOT_MAGIC 0x1BADB002
#define MULTIBOOT_FLAGS 0x00000003 /* modules on page boundaries; tell the memory */

#define EFLAGS_ID     0x00200000 /* can be changed: CPUID is there */
#define CPUID_NEEDED  0x00008010 /* leaf 1, EDX: bit 4 time-stamp counter, bit 15 CMOV */

#define COM1          0x3F8
#define COM1_STATUS   0x3FD
#define VGA_TEXT      0xB8000
#define VGA_CELLS     2000

/* The words of console/errors.def for ERROR_PC_CPU. */
.macro  catalogue name, code, summary, advice
    .ifc    \name, ERROR_PC_CPU
    .ascii  "\n\code: \summary\n  what: it has no CPUID, time-stamp counter or CMOV\n"
    .asciz  "  try:  \advice\n"
    .endif
.endm
#define ERROR(name, code, summary, advice) catalogue name, code, summary, advice

    .section .start, "ax"
    .globl  start
start:
    jmp     entry

    .org    start + 4                   /* prefix/pxe.S knows this place */
    .long   MULTIBOOT_MAGIC
    .long   MULTIBOOT_FLAGS
    .long   -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)

entry:
    cli
    cld
    movl    %eax, entry_magic           /* in .data, so that clearing the BSS spares it */
    movl    %ebx, entry_information

    lgdt    gdt_pointer
    ljmp    $0x10, $1f                  /* SELECTOR_CODE */
1:  movl    $0x18, %eax                 /* SELECTOR_DATA */
    movl    %eax, %ds
    movl    %eax, %es
    movl    %eax, %fs
    movl    %eax, %gs
    movl    %eax, %ss
    movl    $stack_top, %esp

    /* CPUID exists where bit 21 of the flags can be changed (Intel SDM volume 1, 20.1.2). */
    pushfl
    popl    %eax
    movl    %eax, %ecx
    xorl    $EFLAGS_ID, %eax
    pushl   %eax
    popfl
    pushfl
    popl    %eax
    xorl    %ecx, %eax
    testl   $EFLAGS_ID, %eax
    jz      too_old
    xorl    %eax, %eax
    cpuid
    testl   %eax, %eax
    jz      too_old
    movl    $1, %eax
    cpuid
    andl    $CPUID_NEEDED, %edx
    cmpl    $CPUID_NEEDED, %edx
    jne     too_old

    /* Not every loader clears what is not in the file. Both ends are aligned to 16. */
    movl    $bss_start, %edi
    movl    $bss_end, %ecx
    subl    %edi, %ecx
    shrl    $2, %ecx
    xorl    %eax, %eax
    rep stosl

    xorl    %ebp, %ebp                  /* the last frame, for debuggers */
    call    platform_start              /* does not return */

    /*
     * Shows the message at the top of the text screen and on COM1, and stays. Uses nothing that a
     * 386 does not have.
     */
too_old:
    movl    $VGA_TEXT, %edi
    movl    $VGA_CELLS, %ecx
    movl    $0x07200720, %eax           /* two blanks, light grey on black */
    shrl    %ecx
    rep stosl
    movw    $COM1 + 3, %dx
    movb    $0x80, %al                  /* the divisor's latch: 1 is 115200 baud */
    outb    %al, %dx
    movw    $COM1, %dx
    movb    $1, %al
    outb    %al, %dx
    incl    %edx
    xorl    %eax, %eax
    outb    %al, %dx
    movw    $COM1 + 3, %dx
    movb    $3, %al                     /* 8 bits, no parity, 1 stop bit */
    outb    %al, %dx

    movl    $too_old_text, %esi
    movl    $VGA_TEXT, %edi
2:  lodsb
    testb   %al, %al
    jz      5f
    cmpb    $'\n', %al
    jne     3f
    movb    $'\r', %al
    call    send
    movb    $'\n', %al
    call    send
    movl    %edi, %eax                  /* to the start of the next line of 160 bytes */
    subl    $VGA_TEXT, %eax
    movb    $160, %cl
    divb    %cl
    incb    %al
    mulb    %cl
    addl    $VGA_TEXT, %eax
    movl    %eax, %edi
    jmp     2b
3:  movb    $7, %ah
    stosw
    call    send
    jmp     2b
5:  hlt
    jmp     5b

    /* AL to COM1, waiting for room for a bounded time. Changes AH, ECX, EDX. */
send:
    movb    %al, %ah
    movl    $0x10000, %ecx
6:  movw    $COM1_STATUS, %dx
    inb     %dx, %al
    testb   $0x20, %al                  /* transmitter holding register empty */
    loopz   6b
    movw    $COM1, %dx
    movb    %ah, %al
    outb    %al, %dx
    ret

    .section .rodata
too_old_text:
#include "console/errors.def"

    .section .data
    /*
     * Segments from 0 on: code ends with the image's instructions, so that nothing behind them can be
     * executed; on the way to real mode 16-bit ones with the limit that real mode has (Intel SDM volume
     * 3, 9.9.2); and code without an end for the launch. They are marked as used already. The selectors
     * are named in bios.h; protection.c fills in the tasks.
     */
    .balign 8
    .globl  gdt
gdt:
    .quad   0
    .quad   0
    .word   code_limit, 0, 0x9B00, 0x00C0 /* 10h: code, up to that page */
    .quad   0x00CF93000000FFFF          /* 18h: data, 4 GB */
    .quad   0x00009B000000FFFF          /* 20h: 16-bit code, 64 KB */
    .quad   0x000093000000FFFF          /* 28h: 16-bit data, 64 KB */
    .quad   0x00CF9B000000FFFF          /* 30h: code, 4 GB */
#ifndef SAWBOOT_SMALL
    .quad   0                           /* 38h: the loader's task */
    .quad   0                           /* 40h: the double fault's task */
#endif
gdt_end:
    .word   0                           /* so that the base below is aligned */
gdt_pointer:
    .word   gdt_end - gdt - 1
    .long   gdt

    .balign 4
    .globl  entry_magic, entry_information
entry_magic:
    .long   0
entry_information:
    .long   0

    .section .stack, "aw", @nobits      /* behind the BSS, and not cleared */
#ifndef SAWBOOT_SMALL
    .balign 4096
    .globl  stack_guard
stack_guard:                            /* protection.c takes it away */
    .space  4096
#endif
    .balign 16
    .globl  stack_end
stack_end:
    .space  STACK_SIZE
stack_top:
    .section .note.GNU-stack, "", @progbits
