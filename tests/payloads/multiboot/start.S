/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel for multiboot 1, entered in 32-bit protected mode with EAX = magic and EBX = information
 * (Multiboot Specification 0.6.96, sections 3.1 and 3.2). KLUDGE: the header itself has the
 * addresses, for a file of no format.
 */
#define KERNEL_BASE 0
#include "../common-x86/entry.inc"

#define HEADER_MAGIC  0x1BADB002
#define ALIGN_MODULES 0x00000001
#define MEMORY_INFO   0x00000002
#define ADDRESSES     0x00010000
#ifdef KLUDGE
#define HEADER_FLAGS (ALIGN_MODULES | MEMORY_INFO | ADDRESSES)
#else
#define HEADER_FLAGS (ALIGN_MODULES | MEMORY_INFO)
#endif

    .section .header, "a"
    .balign 4
header:
    .long   HEADER_MAGIC
    .long   HEADER_FLAGS
    .long   -(HEADER_MAGIC + HEADER_FLAGS)
#ifdef KLUDGE
    .long   header
    .long   text_start
    .long   data_end
    .long   bss_end
    .long   kernel_start
#endif

    .section .text
    .globl  kernel_start
kernel_start:
    ENTRY_CODE
    call    kernel_main
1:  hlt
    jmp     1b
    ENTRY_DATA

/* More than a page of data, which is not text's neighbour. */
    .section .data
    .fill   0x1800 / 4, 4, 0x44415441

/* The name of struct seal (seal.h); the linker script puts the words behind it. */
    .section .seal_text, "a"
    .ascii  "SawbootSealedBy0"
    .section .seal_data, "aw"
    .ascii  "SawbootSealedBy0"
