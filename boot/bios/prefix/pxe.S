/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sawboot-x86.pxe: a network boot program ("Preboot Execution Environment Specification 2.1",
 * section 4.4.5). The PXE ROM loads the whole file to 0:7C00 and calls it there, in real mode: the
 * far pointer to its !PXE structure lies above the return address, the one to PXENV+ is in ES:BX.
 *
 * The ROM's own memory is at the top of the memory that the BIOS counts, so the file has to end
 * below that. IMAGE is the loader, which is linked for 1 MB.
 */
#include "boot/bios/pxe_start.h"

#define BASE_MEMORY_KB 0x413        /* BIOS data area: KB of memory from 0 on */
#define TELETYPE       0x0E         /* INT 10h */
#define END_MARK       0x444E4553   /* what a file that came complete ends with */
#define EXIT_FAILURE   1
#define MULTIBOOT_HEADER 4          /* its offset in the loader (boot/bios/start.S) */

    .section .text
    .code16
    .globl  start
start:
    ljmp    $0, $1f                 /* whether we were called as 0:7C00 or as 7C0:0 */
1:  movw    %sp, %bp
    movl    4(%bp), %eax
    movl    %eax, %cs:information + PXE_START_PXE
    movw    %bx, %cs:information + PXE_START_PXENV
    movw    %es, %cs:information + PXE_START_PXENV + 2
    pushw   %ds
    pushw   %es
    cld
    xorw    %ax, %ax
    movw    %ax, %ds

    movw    $too_large, %si
    movzwl  BASE_MEMORY_KB, %eax
    shll    $10, %eax
    cmpl    $file_end, %eax
    jb      refuse

    movw    $incomplete, %si
    movl    $image_end, %eax
    movw    %ax, %di
    andw    $0x0F, %di
    shrl    $4, %eax
    movw    %ax, %es
    cmpl    $END_MARK, %es:(%di)
    jne     refuse

    movl    $image, %esi
    movl    $image_end, %ecx
    subl    %esi, %ecx
    movl    $LOADED_BY_PXE, %eax
    movl    $information, %ebx
    call    enter_image             /* comes back only if that is impossible */
    movw    $no_a20, %si

    /* Says why, and goes back to the ROM, which goes on with the BIOS's next device. */
refuse:
    lodsb
    testb   %al, %al
    jz      2f
    movb    $TELETYPE, %ah
    movw    $7, %bx
    int     $0x10
    jmp     refuse
2:  popw    %es
    popw    %ds
    movw    $EXIT_FAILURE, %ax
    lretw

too_large:
    .asciz  "\r\nSawboot: the PXE ROM left too little memory below 640 KB.\r\n"
incomplete:
    .asciz  "\r\nSawboot: the PXE ROM loaded only a part of the file.\r\n"
no_a20:
    .asciz  "\r\nSawboot: address line 20 cannot be switched on.\r\n"

#include "boot/bios/prefix/enter.inc"

    .balign 4
information:
    .space  PXE_START_LENGTH

    .balign 16
image:
    /* Without the multiboot header's magic: iPXE takes any file that has one for such a kernel. */
    .incbin IMAGE, 0, MULTIBOOT_HEADER
    .long   0
    .incbin IMAGE, MULTIBOOT_HEADER + 4
    .balign 4
image_end:
    .long   END_MARK
file_end:
    .section .note.GNU-stack, "", @progbits
