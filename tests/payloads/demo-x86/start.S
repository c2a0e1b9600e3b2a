/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The demonstration kernels' first instructions. They are entered as XNU is, the 64-bit ones too:
 * 32-bit protected mode, paging off, EAX = boot_args (specs: xnu-handoff 2.1). A 64-bit
 * kernel goes on to long mode with page tables of its own, which map the lowest 4 GB twice: at 0,
 * where the report looks at physical memory, and at KERNEL_BASE, where it is linked.
 */
#ifdef __x86_64__
#define KERNEL_BASE 0xFFFFFF8000000000
#else
#define KERNEL_BASE 0
#endif

#include "../common-x86/entry.inc"

#define CR0_PAGING    0x80000000
#define CR4_PAE       0x00000020
#define MSR_EFER      0xC0000080
#define EFER_LME      0x00000100
#define PRESENT_WRITE 0x003
#define LARGE         0x080
#define LONG_MODE_BIT 29 /* CPUID leaf 80000001h, EDX */

    .section .text
    .code32
    .globl  kernel_start
kernel_start:
    ENTRY_CODE
#ifdef __x86_64__
    movl    $0x80000000, %eax
    cpuid
    cmpl    $0x80000001, %eax
    jb      no_long_mode
    movl    $0x80000001, %eax
    cpuid
    btl     $LONG_MODE_BIT, %edx
    jnc     no_long_mode

    /* Four page directories of 2 MB pages for 4 GB; the fifth is the window of window.c. */
    movl    $PHYS(directories), %edi
    movl    $(PRESENT_WRITE | LARGE), %eax
1:  movl    %eax, (%edi)
    movl    $0, 4(%edi)
    addl    $8, %edi
    addl    $0x200000, %eax
    jnc     1b
    movl    $PHYS(pointers), %edi
    movl    $(PHYS(directories) + PRESENT_WRITE), %eax
    movl    $5, %ecx
2:  movl    %eax, (%edi)
    addl    $8, %edi
    addl    $4096, %eax
    decl    %ecx
    jnz     2b
    movl    $(PHYS(pointers) + PRESENT_WRITE), %eax
    movl    %eax, PHYS(level_4)
    movl    %eax, PHYS(level_4) + 511 * 8

    movl    %cr4, %eax
    orl     $CR4_PAE, %eax
    movl    %eax, %cr4
    movl    $PHYS(level_4), %eax
    movl    %eax, %cr3
    movl    $MSR_EFER, %ecx
    rdmsr
    orl     $EFER_LME, %eax
    wrmsr
    movl    %cr0, %eax
    orl     $CR0_PAGING, %eax
    movl    %eax, %cr0
    ljmp    $CODE_64, $PHYS(3f)

no_long_mode:
    movl    $PHYS(no_long_mode_message), %esi
    jmp     early_say
no_long_mode_message:
    .ascii  "\r\nSawboot demonstration kernel\r\n"
    .ascii  "FAIL - a kernel for x86_64 was started on a processor without long mode\r\n"
    .asciz  "VERDICT pass=0 fail=1\r\n"

    .code64
3:  movabs  $stack_end, %rsp
    movabs  $kernel_main, %rax
    xor     %ebp, %ebp
    call    *%rax
4:  hlt
    jmp     4b
    .code32
#else
    call    kernel_main
4:  hlt
    jmp     4b
#endif
    ENTRY_DATA

#ifdef __x86_64__
    .section .bss
    .balign 4096
level_4:
    .space  4096
pointers:
    .space  4096
directories:
    .space  4 * 4096
    .globl  window_directory
window_directory:
    .space  4096
#endif

/*
 * The segments that Apple's kernels have below __TEXT (specs: xnu-handoff 2.2), filled so that a
 * missing part shows in their digests.
 */
    .section .initpt, "a"
    .fill   0x6000 / 4, 4, 0x50540001
    .section .initgdt, "a"
    .fill   0x200 / 4, 4, 0x47445402
    .section .sleep, "a"
    .fill   0x300 / 4, 4, 0x534C5003
    .section .hib, "a"
    .ascii  "hibernation segment of the demonstration kernel "
    .fill   0x700, 1, 0x48

/* Filled in by tools/elf2macho: a count, then one record of 32 bytes for each other segment. */
    .section .digest, "a"
    .globl  segment_digests
segment_digests:
    .space  4 + 32 * 15
