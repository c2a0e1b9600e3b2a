/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the processor watches for us, with pages of 4 KB for the 2 MB that the loader is in and of 2
 * MB for all other memory (Intel SDM volume 3, 4.4). Addresses stay what they are.
 * - The image's instructions and constants cannot be written to.
 * - Nothing else can be executed, where the processor has that bit; where it has not, what can be
 *   executed ends with the instructions nevertheless, as the code segment does (start.S).
 * - The page below the stack is not there. An exception for want of stack has none itself: it
 * becomes a double fault, which has a task of its own for that (Intel SDM volume 3, 7.2 and 6.15).
 *
 * Real mode is entered without all this and left with it (real_mode_call.S), and it ends before the
 * first byte of a kernel is moved.
 */
#include "boot/bios/bios.h"

#define PAGE       4096u
#define LARGE_PAGE 0x200000u
#define ENTRIES    512u

#define PAGE_PRESENT    (1u << 0)
#define PAGE_WRITABLE   (1u << 1)
#define PAGE_LARGE      (1u << 7)
#define PAGE_NO_EXECUTE ((uint64_t)1 << 63)

#define CPUID_PAE         (1u << 6) /* leaf 1, EDX */
#define CPUID_EXTENDED    0x80000001u
#define CPUID_NO_EXECUTE  (1u << 20) /* that leaf, EDX */
#define EFER              0xC0000080u
#define EFER_NO_EXECUTE   (1u << 11)
#define CR4_PAE           (1u << 5)
#define CR0_WRITE_PROTECT 0x00010000u
#define CR0_PAGING        0x80000000u

/* link.ld: the end of what is executed, and of what is only read. */
extern uint8_t text_end[], data_start[];
/* The page that is not there, right below stack_end (start.S). */
extern uint8_t stack_guard[];

static uint64_t pointers[4] __attribute__((aligned(32)));
static uint64_t directory[4 * ENTRIES] __attribute__((aligned(PAGE)));
static uint64_t low_table[ENTRIES] __attribute__((aligned(PAGE)));

static uint32_t address_of(const void *memory)
{
    return (uint32_t)(uintptr_t)memory;
}

static bool can_forbid_execution(void)
{
    return cpuid(CPUID_EXTENDED, 0).edx & CPUID_NO_EXECUTE;
}

static void fill_tables(uint64_t no_execute)
{
    for (uint32_t i = 0; i < 4 * ENTRIES; i++)
        directory[i] =
            (uint64_t)i * LARGE_PAGE | PAGE_LARGE | PAGE_WRITABLE | PAGE_PRESENT | no_execute;
    for (uint32_t i = 0; i < ENTRIES; i++) {
        uint32_t page = i * PAGE;
        bool is_image = page >= address_of(image_start);

        low_table[i] = page | PAGE_PRESENT;
        if (!is_image || page >= address_of(data_start))
            low_table[i] |= PAGE_WRITABLE;
        /* The way to real mode is in low memory. */
        if (page != REAL_MODE_BASE && (!is_image || page >= address_of(text_end)))
            low_table[i] |= no_execute;
    }
    low_table[address_of(stack_guard) / PAGE] = 0;
    directory[0] = address_of(low_table) | PAGE_WRITABLE | PAGE_PRESENT;
    for (uint32_t i = 0; i < 4; i++)
        pointers[i] = address_of(directory + i * ENTRIES) | PAGE_PRESENT;
}

/* A bit of EFER, on a processor that has it. */
static void allow_no_execute(bool on)
{
    uint32_t low, high;

    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(EFER));
    low = on ? low | EFER_NO_EXECUTE : low & ~EFER_NO_EXECUTE;
    __asm__ volatile("wrmsr" : : "a"(low), "d"(high), "c"(EFER) : "memory");
}

/* --- The task of the double fault ------------------------------------------------------------- */

/* A task's state, as the processor keeps it (Intel SDM volume 3, 7.2.1). */
struct task {
    uint32_t back, stacks[6], cr3, eip, eflags, eax, ecx, edx, ebx, esp, ebp, esi, edi;
    uint32_t es, cs, ss, ds, fs, gs, ldt;
    uint16_t trap, io_map;
};
_Static_assert(sizeof(struct task) == 104, "the processor's structure");

#define DESCRIPTOR_TASK 0x8900u /* present, ring 0, a 32-bit task that does not run */

extern uint32_t gdt[][2];
extern uint8_t double_fault_entry[];

static struct task loader_task, fault_task;

static void describe_task(unsigned selector, struct task *task)
{
    uint32_t base = address_of(task);

    task->cr3 = address_of(pointers);
    task->io_map = sizeof *task;
    gdt[selector / 8][0] = base << 16 | (sizeof *task - 1);
    gdt[selector / 8][1] = (base & 0xFF000000u) | DESCRIPTOR_TASK | (base >> 16 & 0xFF);
}

static void make_tasks(void)
{
    describe_task(SELECTOR_TASK, &loader_task);
    describe_task(SELECTOR_FAULT_TASK, &fault_task);
    fault_task.eip = address_of(double_fault_entry);
    fault_task.eflags = 2; /* the bit that is always set */
    fault_task.cs = SELECTOR_CODE;
    fault_task.es = fault_task.ss = fault_task.ds = fault_task.fs = fault_task.gs = SELECTOR_DATA;
    __asm__ volatile("ltr %w0" : : "r"(SELECTOR_TASK) : "memory");
    exceptions_take_double_faults();
}

void protection_fault_place(uint32_t *eip, uint32_t *esp)
{
    *eip = loader_task.eip;
    *esp = loader_task.esp;
}

void protection_begin(void)
{
    uint32_t cr0, cr4;

    if (!(cpuid(1, 0).edx & CPUID_PAE))
        return;
    bool no_execute = can_forbid_execution();
    fill_tables(no_execute ? PAGE_NO_EXECUTE : 0);
    make_tasks();
    if (no_execute)
        allow_no_execute(true);
    __asm__ volatile("movl %%cr4, %0" : "=r"(cr4));
    __asm__ volatile("movl %0, %%cr4" : : "r"(cr4 | CR4_PAE));
    __asm__ volatile("movl %0, %%cr3" : : "r"(pointers) : "memory");
    __asm__ volatile("movl %%cr0, %0" : "=r"(cr0));
    __asm__ volatile("movl %0, %%cr0\n\tjmp 1f\n1:"
                     :
                     : "r"(cr0 | CR0_PAGING | CR0_WRITE_PROTECT)
                     : "memory");
}

void protection_end(void)
{
    uint32_t cr0, cr4;

    __asm__ volatile("movl %%cr0, %0" : "=r"(cr0));
    if (!(cr0 & CR0_PAGING))
        return;
    __asm__ volatile("movl %0, %%cr0" : : "r"(cr0 & ~(CR0_PAGING | CR0_WRITE_PROTECT)) : "memory");
    __asm__ volatile("movl %0, %%cr3" : : "r"(0) : "memory");
    __asm__ volatile("movl %%cr4, %0" : "=r"(cr4));
    __asm__ volatile("movl %0, %%cr4" : : "r"(cr4 & ~CR4_PAE) : "memory");
    if (can_forbid_execution())
        allow_no_execute(false);
}
