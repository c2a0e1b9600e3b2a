/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the ROM of a card enters what unpacks the loader for PCs: 32-bit protected mode, flat
 * segments, anywhere in memory, which is not written to.
 *
 * In:  ESI the packed bytes, ECX their length, EDI where the program goes, EBX working memory
 *      (sizeof(struct predictor), at a multiple of 4), ESP a stack of at least 4 KB
 * Out: EAX 1; 0 if the packed bytes are damaged. Every other register may be another one.
 */
    .section .start, "ax"
    .globl  start
start:
    cld
    push    %edi
    push    %ebx
    push    %ecx
    push    %esi
    call    packed_unpack
    add     $16, %esp
    movzbl  %al, %eax
    ret
    .section .note.GNU-stack, "", @progbits
