/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ROM of a card for PCs: a PCI image with a Plug and Play header (PCI Local Bus Specification
 * 3.0, 6.3; Plug and Play BIOS Specification 1.0A, section 3; BIOS Boot Specification 1.01).
 *
 *   .rom      headers, and where the BIOS comes to boot
 *   .low      what runs then, at 0:7C00
 *   .once     what the BIOS runs when it finds the ROM, and nobody needs behind that
 *   .payload  the unpacking program (boot/unpack/start_x86.S) and the packed loader
 *
 * The first call moves the payload to memory above 1 MB that the BIOS's memory manager gives ("POST
 * Memory Manager Specification" 1.01), and makes the ROM so small that it ends behind .low. Where
 * that fails, all of it stays in the ROM. Only this call may write to the ROM.
 *
 * UNPACKER and PACKED are the payload's files; SCRATCH and SCRATCH_LENGTH say where the unpacking
 * program may work, behind the loader's memory; VENDOR and DEVICE are the card's.
 */
#include "boot/bios/rom_start.h"

#define UNIT 512                    /* of the size in the header */

    .section .rom, "awx"
    .code16
rom:
    .word   0xAA55
rom_units:
    .byte   0                       /* mkrom fills in sizes and sums */
    jmp     initialise
rom_sum:
    .byte   0
    .org    0x18
    .word   pcir - rom
    .word   pnp - rom

    .balign 4
pcir:
    .ascii  "PCIR"
    .word   VENDOR, DEVICE
    .word   0                       /* no vital product data */
    .word   0x18                    /* length */
    .byte   0                       /* revision: the BIOS runs the ROM where it stays */
    .byte   0x00, 0x00, 0x02        /* Ethernet */
    .word   0                       /* size */
    .word   1                       /* of the code: revision */
    .byte   0                       /* for PCs */
    .byte   0x80                    /* the last image */
    .word   0

    /* The sum of its bytes is 0. */
#define PNP_LENGTH     0x20
#define PNP_TYPE       0x02         /* network; Ethernet, 0 */
#define PNP_INDICATORS 0xF4         /* writable at first, cacheable, wanted for booting only, boots */
#define BYTES(word)    (((word) & 0xFF) + ((word) >> 8))
    .balign 16
pnp:
    .ascii  "$PnP"
    .byte   1, PNP_LENGTH / 16
    .word   0
    .byte   0
    .byte   (-('$' + 'P' + 'n' + 'P' + 1 + PNP_LENGTH / 16 + PNP_TYPE + PNP_INDICATORS + BYTES(title - rom) + BYTES(boot - rom))) & 0xFF
    .long   0
    .word   0                       /* no name of a manufacturer */
    .word   title - rom
    .byte   PNP_TYPE, 0, 0
    .byte   PNP_INDICATORS
    .word   0, 0
    .word   boot - rom
    .word   0, 0

    /* What the BIOS calls us in its lists. The first call writes down which card it is. */
title:
    .ascii  "Sawboot"
title_card:
    .asciz  ""
    .space  sizeof_title_card - 1
    sizeof_title_card = 25          /* " 10ec:8139 (PCI 00:03.0)", NUL */

    /*
     * The boot entry: far called in real mode. It returns if there is nothing to boot; the BIOS goes on
     * with its next device then.
     */
boot:
    pushw   %ds
    pushw   %es
    cld
    pushw   %cs
    popw    %ds
    xorw    %di, %di
    movw    %di, %es
    movw    $low_image, %si
    movw    $low_start, %di
    movw    $low_words, %cx
    rep movsw
    movw    %cs, %es:rom_segment
    lcallw  $0, $start
    popw    %es
    popw    %ds
    lretw

/* --- At 0:7C00 ------------------------------------------------------------------------------- */

#define EFLAGS_ID      0x00200000   /* can be changed: CPUID is there */
#define CPUID_NEEDED   0x00008010   /* leaf 1, EDX: bit 4 time-stamp counter, bit 15 CMOV */
#define TELETYPE       0x0E         /* INT 10h */
#define MEMORY_MAP     0xE820       /* INT 15h */
#define SMAP           0x534D4150
#define MEMORY_SIZE    0x88         /* INT 15h: KB from 1 MB on */
#define KEY_READ       0x00         /* INT 16h */
#define KEY_WAITS      0x01

#define KEYBOARD_FULL  0x01         /* status: a byte waits, */
#define KEYBOARD_MOUSE 0x20         /* and is the mouse's */
#define COM1_DATA      0x3F8
#define COM1_STATUS    0x3FD
#define COM1_RECEIVED  0x01
#define KEYS_MAXIMUM   32           /* more bytes than any keyboard keeps */

    /* Low memory that the loader takes next. */
#define MAP_ENTRY      0x9000
#define MAP_SIZE       8
#define MAP_TYPE       16
#define MAP_USABLE     1
#define MAP_LENGTH     20
#define STACK_TOP      0xC000

    /* All that has to be there: loader, working memory, room for a payload that is in the way. */
#define PAYLOAD_MOST   0x20000
#define PAYLOAD_COPY   (SCRATCH + SCRATCH_LENGTH + PAYLOAD_MOST)
#define MEMORY_END     (PAYLOAD_COPY + PAYLOAD_MOST)

/* The words of console/errors.def for what stops us. */
.macro  catalogue name, code, summary, advice
    .ifc    \name, ERROR_PC_CPU
too_old:
    .asciz  "\code: \summary\r\n"
    .endif
    .ifc    \name, ERROR_UNPACK_MEMORY
too_little:
    .asciz  "\code: \summary\r\n"
    .endif
    .ifc    \name, ERROR_UNPACK_DAMAGED
damaged:
    .asciz  "\code: \summary\r\n"
    .endif
.endm
#define ERROR(name, code, summary, advice) catalogue name, code, summary, advice

    .section .low, "awx"
low:
#include "boot/bios/prefix/enter.inc"

    /* In: DS = the ROM's segment, ES = 0. */
start:
    call    unpack_loader
    lretw

unpack_loader:
    movw    $title, %si
    call    print
    pushw   %es
    popw    %ds
    movw    $about_the_key, %si
    call    print

    /* The loader would stop here, where the BIOS has more to boot (boot/bios/start.S). */
    pushfl
    popl    %eax
    movl    %eax, %ecx
    xorl    $EFLAGS_ID, %eax
    pushl   %eax
    popfl
    pushfl
    popl    %eax
    movw    $too_old, %si
    xorl    %ecx, %eax
    testl   $EFLAGS_ID, %eax
    jz      print
    xorl    %eax, %eax
    cpuid
    testl   %eax, %eax
    jz      print
    movl    $1, %eax
    cpuid
    andl    $CPUID_NEEDED, %edx
    cmpl    $CPUID_NEEDED, %edx
    jne     print
    rdtsc
    movl    %eax, information + ROM_START_TIME
    movl    %edx, information + ROM_START_TIME + 4

    /* RAM for all of it, by the memory map, by its size where there is no map. */
    xorl    %ebx, %ebx
    xorw    %bp, %bp
1:  movl    $MEMORY_MAP, %eax
    movl    $MAP_LENGTH, %ecx
    movl    $SMAP, %edx
    movw    $MAP_ENTRY, %di
    int     $0x15
    jc      2f
    cmpl    $SMAP, %eax
    jne     2f
    incw    %bp
    cmpl    $MAP_USABLE, MAP_ENTRY + MAP_TYPE
    jne     3f
    cmpl    $0, MAP_ENTRY + 4
    jne     3f
    movl    $LOADER_ADDRESS, %eax
    subl    MAP_ENTRY, %eax
    jb      3f
    addl    $MEMORY_END - LOADER_ADDRESS, %eax
    cmpl    $0, MAP_ENTRY + MAP_SIZE + 4
    jne     look_for_key
    cmpl    %eax, MAP_ENTRY + MAP_SIZE
    jae     look_for_key
3:  testl   %ebx, %ebx
    jnz     1b
2:  movw    $too_little, %si
    testw   %bp, %bp
    jnz     print
    movb    $MEMORY_SIZE, %ah
    int     $0x15
    jc      print
    cmpw    $(MEMORY_END - LOADER_ADDRESS) / 1024, %ax
    jb      print

    /* What was typed up to now. What comes while we unpack is looked at behind that. */
look_for_key:
    movb    $KEY_WAITS, %ah
    int     $0x16
    jz      4f
    movb    $KEY_READ, %ah
    int     $0x16
    cmpb    $ROM_KEY, %al
    jne     look_for_key
    movb    $1, information + ROM_START_KEY
    jmp     look_for_key

4:  call    switch_a20_on
    movw    $no_a20, %si
    je      print

    cli
    movl    %esp, stack
    movw    %ss, stack + 4
    lgdtl   gdt_pointer
    movl    %cr0, %eax
    orb     $1, %al
    movl    %eax, %cr0
    ljmpl   $FLAT_CODE, $unpack
back:
    movw    $REAL_DATA, %ax
    movw    %ax, %ds
    movw    %ax, %es
    movw    %ax, %fs
    movw    %ax, %gs
    movw    %ax, %ss
    movl    %cr0, %eax
    andb    $~1, %al
    movl    %eax, %cr0
    ljmpw   $0, $5f
5:  xorw    %ax, %ax
    movw    %ax, %ds
    movw    %ax, %es
    movw    %ax, %fs
    movw    %ax, %gs
    lssl    stack, %esp
    sti
    movw    $damaged, %si

    /* Shows the text at SI, up to its NUL. For what is above, the end: back to the ROM. */
print:
    lodsb
    testb   %al, %al
    jz      6f
    movb    $TELETYPE, %ah
    movw    $7, %bx
    pushw   %si
    int     $0x10
    popw    %si
    jmp     print
6:  ret

    .code32
unpack:
    movl    $FLAT_DATA, %eax
    movl    %eax, %ds
    movl    %eax, %es
    movl    %eax, %fs
    movl    %eax, %gs
    movl    %eax, %ss
    movl    $STACK_TOP, %esp

    movl    payload_place, %esi
    testl   %esi, %esi
    jnz     1f
    movzwl  rom_segment, %esi
    shll    $4, %esi
    addl    $payload, %esi

    /* Others had the memory since the first call. A sum of 0 was not written down. */
1:  movl    $payload_words, %ecx
    xorl    %edx, %edx
    xorl    %eax, %eax
2:  roll    %eax
    addl    (%esi, %edx, 4), %eax
    incl    %edx
    loop    2b
    movl    payload_sum, %ecx
    jecxz   3f
    cmpl    %ecx, %eax
    jne     failed

    /* It may lie where the loader goes. */
3:  cmpl    $LOADER_ADDRESS, %esi
    jb      4f
    cmpl    $SCRATCH + SCRATCH_LENGTH, %esi
    jae     4f
    movl    $PAYLOAD_COPY, %edi
    movl    %edx, %ecx
    rep movsl
    movl    $PAYLOAD_COPY, %esi
4:  movl    %esi, %eax
    addl    $UNPACKER_LENGTH, %esi
    movl    $PACKED_LENGTH, %ecx
    movl    $LOADER_ADDRESS, %edi
    movl    $SCRATCH, %ebx
    call    *%eax
    testl   %eax, %eax
    jnz     5f
failed:
    ljmp    $REAL_CODE, $back

    /* The keyboard's bytes, the port's; neither if there is no such thing. */
5:  movl    $KEYS_MAXIMUM, %ecx
6:  inb     $KEYBOARD_STATUS, %al
    cmpb    $0xFF, %al
    je      8f
    testb   $KEYBOARD_FULL, %al
    jz      8f
    movb    %al, %ah
    inb     $KEYBOARD_DATA, %al
    testb   $KEYBOARD_MOUSE, %ah
    jnz     7f
    cmpb    $ROM_KEY_SCAN_CODE, %al
    jne     7f
    movb    %al, information + ROM_START_KEY
7:  loop    6b
8:  movl    $KEYS_MAXIMUM, %ecx
9:  movw    $COM1_STATUS, %dx
    inb     %dx, %al
    cmpb    $0xFF, %al
    je      11f
    testb   $COM1_RECEIVED, %al
    jz      11f
    movw    $COM1_DATA, %dx
    inb     %dx, %al
    cmpb    $ROM_KEY, %al
    jne     10f
    movb    %al, information + ROM_START_KEY
10: loop    9b

11: movl    $LOADED_BY_ROM, %eax
    movl    $information, %ebx
    movl    $LOADER_ADDRESS, %edx
    jmp     *%edx

#include "console/errors.def"
no_a20:
    .asciz  "Sawboot: address line 20 cannot be switched on.\r\n"
about_the_key:
    .asciz  "\r\nEscape leads to the prompt\r\n"

    /* What the first call leaves; in the ROM at IN_ROM() of it. */
#define IN_ROM(label) low_image + (label - low)
    .balign 4
information:
    .word   ROM_PLACE_UNKNOWN
    .word   0
    .long   0, 0
payload_place:                      /* 0: in the ROM */
    .long   0
payload_sum:
    .long   0
rom_segment:
    .word   0
    .balign 4
stack:
    .long   0
    .word   0

/* --- The first call --------------------------------------------------------------------------- */

#define BOOT_DEVICE    0x20         /* AX: one that the BIOS can boot from */

/* POST Memory Manager: a structure on a paragraph from E0000h on; its call takes what is pushed. */
#define PMM_FIRST      0xE000
#define PMM_SIGNATURE  0x4D4D5024   /* "$PMM" */
#define PMM_LENGTH     5
#define PMM_ENTRY      7
#define PMM_ALLOCATE   0
#define PMM_EXTENDED   0x02         /* above 1 MB */
#define PMM_PERMANENT  0x08         /* version 1.01: also behind the start of a system */
#define PMM_HANDLE     0x5342       /* "SB", and below it the card's place */

    .section .once, "awx"
    .code16
    /*
     * Far called by the BIOS. In: AX = the card's place. Out: AX; everything else is as it was.
     */
initialise:
    pushfw
    pushal
    pushw   %ds
    pushw   %es
    cld
    pushw   %cs
    popw    %ds
    pushw   %cs
    popw    %es
    movw    %ax, IN_ROM(information) + ROM_START_PLACE
    cmpw    %ax, IN_ROM(information) + ROM_START_PLACE
    jne     done                    /* it is read-only */
    pushw   %ax

    movw    $title_card, %di
    movw    $' ', %ax
    stosb
    movw    pcir + 4, %ax
    call    put_four
    movb    $':', %al
    stosb
    movw    pcir + 6, %ax
    call    put_four
    movw    $words_before_place, %si
    movw    $words_before_place_end - words_before_place, %cx
    rep movsb
    popw    %ax
    pushw   %ax
    xchgb   %ah, %al
    call    put_two
    movb    $':', %al
    stosb
    popw    %ax
    pushw   %ax
    shrb    $3, %al
    call    put_two
    movb    $'.', %al
    stosb
    popw    %ax
    pushw   %ax
    andb    $7, %al
    call    put_one
    movw    $')', %ax
    stosw

    /* Memory of the BIOS's: EDX, or 0. What is permanent stays ours whatever is booted first. */
    popw    %di
    xorl    %edx, %edx
    movw    $PMM_FIRST, %bx
1:  movw    %bx, %es
    cmpl    $PMM_SIGNATURE, %es:0
    jne     3f
    movzbw  %es:PMM_LENGTH, %cx
    jcxz    3f
    xorw    %si, %si
    movb    $0, %al
2:  addb    %es:(%si), %al
    incw    %si
    loop    2b
    testb   %al, %al
    jz      4f
3:  incw    %bx
    jnz     1b
    jmp     no_memory
4:  movw    $PMM_EXTENDED + PMM_PERMANENT, %cx
    call    allocate
    jnc     5f
    movw    $PMM_EXTENDED, %cx
    call    allocate
5:
no_memory:

    /* Segments that reach all memory, as BIOSes have them here themselves; no interrupt before
     * we are through, as its handler may shorten them. */
    xorl    %ebp, %ebp
    movw    %cs, %bp
    shll    $4, %ebp
    leal    flat_gdt(%ebp), %eax
    movl    %eax, flat_gdt_pointer + 2
    subw    $6, %sp
    movw    %sp, %bx
    cli
    sgdtl   %ss:(%bx)
    lgdtl   flat_gdt_pointer
    movl    %cr0, %eax
    orb     $1, %al
    movl    %eax, %cr0
    jmp     6f
6:  movw    $8, %cx
    movw    %cx, %ds
    movw    %cx, %es
    andb    $~1, %al
    movl    %eax, %cr0
    jmp     7f
7:  xorw    %cx, %cx
    movw    %cx, %ds
    movw    %cx, %es

    leal    payload(%ebp), %esi
    call    sum
    movl    %eax, IN_ROM(payload_sum)(%ebp)
    testl   %edx, %edx
    jz      8f
    leal    payload(%ebp), %esi
    movl    %edx, %edi
    movl    $payload_words, %ecx
    addr32 rep movsl
    movl    %edx, %esi
    call    sum
    cmpl    %eax, IN_ROM(payload_sum)(%ebp)
    jne     8f
    movl    %edx, IN_ROM(payload_place)(%ebp)
    movb    $resident_units, rom_units(%ebp)

8:  movzbl  rom_units(%ebp), %ecx
    shll    $9, %ecx
    movl    %ebp, %esi
    movb    $0, %al
9:  addb    (%esi), %al
    incl    %esi
    decl    %ecx
    jnz     9b
    subb    %al, rom_sum(%ebp)

    movw    %sp, %bx
    lgdtl   %ss:(%bx)
    addw    $6, %sp
done:
    popw    %es
    popw    %ds
    popal
    popfw
    movw    $BOOT_DEVICE, %ax
    lretw

    /* In: ES = the structure's segment, CX = what kind of memory, DI = the card's place. Out: EDX,
     * or carry and 0. */
allocate:
    pushw   %es
    pushw   %di
    pushw   %cx
    pushw   $PMM_HANDLE
    pushw   %di
    pushl   $payload_paragraphs
    pushw   $PMM_ALLOCATE
    lcallw  *%es:PMM_ENTRY
    addw    $12, %sp
    popw    %di
    popw    %es
    pushw   %cs
    popw    %ds
    shll    $16, %edx
    movw    %ax, %dx
    cmpl    $LOADER_ADDRESS, %edx
    jb      1f
    cmpl    $-LOADER_ADDRESS, %edx  /* -1: there is no such function */
    cmc
    jnc     2f
1:  movl    $0, %edx
2:  ret

    /* The payload's sum at ESI, as at 0:7C00. Out: EAX. Changes ESI, ECX. */
sum:
    movl    $payload_words, %ecx
    xorl    %eax, %eax
1:  roll    %eax
    addl    (%esi), %eax
    addl    $4, %esi
    decl    %ecx
    jnz     1b
    ret

    /* Hexadecimal digits to ES:DI. Changes AX. */
put_four:
    pushw   %ax
    movb    %ah, %al
    call    put_two
    popw    %ax
put_two:
    pushw   %ax
    shrb    $4, %al
    call    put_one
    popw    %ax
put_one:
    andb    $0x0F, %al
    cmpb    $10, %al
    jb      1f
    addb    $'a' - '0' - 10, %al
1:  addb    $'0', %al
    stosb
    ret

words_before_place:
    .ascii  " (PCI "
words_before_place_end:

    .balign 8
flat_gdt:
    .quad   0
    .quad   0x00CF92000000FFFF      /* data, 4 GB */
flat_gdt_pointer:
    .word   flat_gdt_pointer - flat_gdt - 1
    .long   0

/* --- The payload ------------------------------------------------------------------------------ */

    .section .payload, "a"
payload:
    .incbin UNPACKER
    .incbin PACKED
    .balign 4
    .section .note.GNU-stack, "", @progbits
