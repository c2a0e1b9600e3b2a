/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bool msr_try(uint32_t number, uint64_t *value): RDMSR, which raises a general-protection
 * exception for a register that the processor does not have. The handler knows that instruction by
 * its address and goes on at msr_refused.
 */
    .section .text
    .globl  msr_try, msr_instruction, msr_refused
msr_try:
    movl    4(%esp), %ecx
msr_instruction:
    rdmsr
    movl    8(%esp), %ecx
    movl    %eax, (%ecx)
    movl    %edx, 4(%ecx)
    movl    $1, %eax
    ret
msr_refused:
    xorl    %eax, %eax
    ret
    .section .note.GNU-stack, "", @progbits
