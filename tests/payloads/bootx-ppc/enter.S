/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * enter_kernel(boot_args, entry, vectors, length): the last step (specs: xnu-handoff 1.1). Memory is
 * where it was without translation. r3 boot_args, r4 'MOSX'.
 */
    .text
    .globl  enter_kernel
enter_kernel:
    mfmsr   %r7
    lis     %r8, 0xFFFF
    ori     %r8, %r8, 0x7FCF    /* neither EE nor IR nor DR */
    and     %r7, %r7, %r8
    sync
    mtmsr   %r7
    isync
    li      %r9, 0
    srwi    %r10, %r6, 2
    mtctr   %r10
    cmplwi  %r10, 0
    beq     2f
1:  lwzx    %r11, %r5, %r9
    stw     %r11, 0(%r9)
    dcbst   0, %r9
    sync
    icbi    0, %r9
    addi    %r9, %r9, 4
    bdnz    1b
2:  sync
    isync
    mtsrr0  %r4
    li      %r12, 0x1000        /* machine checks alone */
    mtsrr1  %r12
    mtlr    %r4
    lis     %r4, 0x4D4F
    ori     %r4, %r4, 0x5358
    li      %r5, 0
    rfi
    .section .note.GNU-stack, "", @progbits
