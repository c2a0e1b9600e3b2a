/* SPDX-License-Identifier: BSD-2-Clause */
/* One stub of 16 bytes for each exception; those without an error code push a 0 for it. */
    .section .text
    .globl  exception_stubs
    .balign 16
exception_stubs:
    .set    vector, 0
    .rept   32
    .balign 16
    /* Intel SDM volume 3, table 6-1: vectors with an error code */
    .if (0x60227D00 >> vector & 1) == 0
    push    $0
    .endif
    push    $vector
    jmp     exception_common
    .set    vector, vector + 1
    .endr
    .balign 16

exception_common:
#ifdef __x86_64__
    pop     %rdi
    pop     %rsi
    pop     %rdx
    and     $-16, %rsp
#endif
    /* i386: vector, error code and EIP stand on the stack as arguments do. */
    call    exception
