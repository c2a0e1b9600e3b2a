/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A multiboot kernel whose first instructions say that they run, for tools/bench: PADDING is a file of
 * what else is in it. Multiboot Specification 0.6.96, section 3.1; the header has the addresses.
 */
#define HEADER_MAGIC 0x1BADB002
#define ADDRESSES    0x00010000

    .section .text
    .globl  kernel_start
header:
    .long   HEADER_MAGIC
    .long   ADDRESSES
    .long   -(HEADER_MAGIC + ADDRESSES)
    .long   header
    .long   header
    .long   kernel_end
    .long   kernel_end
    .long   kernel_start
kernel_start:
    movl    $words, %esi
    movw    $0x3F8, %dx     /* the first serial port, which QEMU never lets wait */
    cld
1:  lodsb
    testb   %al, %al
    jz      2f
    outb    %al, %dx
    jmp     1b
2:  hlt
    jmp     2b
words:
    .asciz  "\r\nThe kernel runs\r\n"
    .balign 4
    .incbin PADDING
kernel_end:
