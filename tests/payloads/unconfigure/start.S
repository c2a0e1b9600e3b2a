/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entered by a multiboot loader: EAX the magic, EBX the information (Multiboot Specification
 * 0.6.96, section 3.2). The next program is entered the same way, by `enter`.
 */
#define MULTIBOOT_MAGIC 0x1BADB002
#define MULTIBOOT_FLAGS 0x00000003 /* modules on page boundaries; tell the memory */
#define LOADED_BY       0x2BADB002
#define STACK_SIZE      0x8000

    .section .start, "ax"
    .globl  start
start:
    jmp     1f
    .balign 4
    .long   MULTIBOOT_MAGIC
    .long   MULTIBOOT_FLAGS
    .long   -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)
1:  cli
    cld
    movl    $stack_top, %esp
    pushl   %ebx
    pushl   %eax
    call    unconfigure
2:  hlt
    jmp     2b

/* void enter(uint32_t entry, uint32_t information) */
    .text
    .globl  enter
enter:
    movl    4(%esp), %edx
    movl    8(%esp), %ebx
    movl    $LOADED_BY, %eax
    jmp     *%edx

    .section .bss
    .balign 16
    .space  STACK_SIZE
stack_top:
    .section .note.GNU-stack, "", @progbits
