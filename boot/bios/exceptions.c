/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processor exceptions: shown, then the machine waits for a key and restarts. Vectors are those of
 * the Intel SDM, volume 3, table 6-1.
 *
 * The BIOS has the first interrupt controller at vectors 8 to 15, among the exceptions, and the
 * second at 70h to 77h. Interrupts are off here, but one that comes nevertheless is told from an
 * exception by the controller's in-service register and sent back harmlessly.
 */
#include "boot/bios/bios.h"

#include "console/console.h"

enum {
    VECTOR_DOUBLE_FAULT = 8,
    VECTOR_GENERAL_PROTECTION = 13,
    VECTOR_PAGE_FAULT = 14,
    VECTOR_COUNT = 32,

    PIC_FIRST_VECTOR = 0x08,
    PIC_SECOND_VECTOR = 0x70,
    PIC_LINES = 8,
    PIC_SPURIOUS_LINE = 7,
    IDT_COUNT = PIC_SECOND_VECTOR + PIC_LINES,

    ENTRY_SIZE = 16,            /* exceptions_entry.S */
    GATE_INTERRUPT_32 = 0x8E00, /* present, ring 0, 32-bit interrupt gate */
    GATE_TASK = 0x8500,         /* present, ring 0, a task */
};

/* Ports and commands of the 8259A. */
enum {
    PIC_FIRST = 0x20,
    PIC_SECOND = 0xA0,
    PIC_READ_IN_SERVICE = 0x0B, /* OCW3 */
    PIC_END_OF_INTERRUPT = 0x20 /* OCW2, not specific */
};

#define STACK_WORDS 16

/* What exceptions_entry.S and the processor push, lowest address first. */
struct exception_frame {
    uint32_t edi, esi, ebp, esp, ebx, edx, ecx, eax; /* PUSHA; esp before it */
    uint32_t vector;
    uint32_t pushed[]; /* by the processor: [error code,] EIP, CS, EFLAGS */
};

extern const uint8_t exception_entries[], interrupt_entries[];
extern const uint8_t msr_instruction[], msr_refused[];
ARGUMENTS_ON_STACK uint32_t *exception_taken(struct exception_frame *frame);
#ifndef SAWBOOT_SMALL
ARGUMENTS_ON_STACK void double_fault_taken(void);
#endif

static struct {
    uint32_t low, high;
} idt[IDT_COUNT];

/* The smallest image has the numbers alone. */
static const char *const names[VECTOR_COUNT] = {
#ifndef SAWBOOT_SMALL
    [0] = "divide error",
    [1] = "debug trap",
    [2] = "non-maskable interrupt (memory or bus error)",
    [3] = "breakpoint",
    [4] = "overflow",
    [5] = "bound range exceeded",
    [6] = "invalid opcode",
    [7] = "no floating-point unit",
    [VECTOR_DOUBLE_FAULT] = "double fault",
    [9] = "coprocessor segment overrun",
    [10] = "invalid TSS",
    [11] = "segment not present",
    [12] = "stack fault",
    [VECTOR_GENERAL_PROTECTION] = "general protection",
    [VECTOR_PAGE_FAULT] = "page fault",
    [16] = "floating-point error",
    [17] = "alignment check",
    [18] = "machine check",
    [19] = "SIMD floating-point error",
    [20] = "virtualisation exception",
    [21] = "control protection",
#endif
};

/* Double fault, invalid TSS to page fault, alignment check, control protection. */
#define VECTORS_WITH_ERROR_CODE (1u << 8 | 0x1Fu << 10 | 1u << 17 | 1u << 21)

static void set_gate(unsigned vector, const uint8_t *entry)
{
    uint32_t address = (uint32_t)(uintptr_t)entry;

    idt[vector].low = (uint32_t)SELECTOR_CODE << 16 | (address & 0xFFFF);
    idt[vector].high = (address & 0xFFFF0000) | GATE_INTERRUPT_32;
}

void exceptions_initialise(void)
{
    struct __attribute__((packed)) {
        uint16_t limit;
        uint32_t base;
    } pointer = {sizeof idt - 1, (uint32_t)(uintptr_t)idt};

    for (unsigned i = 0; i < VECTOR_COUNT; i++)
        set_gate(i, exception_entries + i * ENTRY_SIZE);
    for (unsigned i = 0; i < PIC_LINES; i++)
        set_gate(PIC_SECOND_VECTOR + i, interrupt_entries + i * ENTRY_SIZE);
    __asm__ volatile("lidt %0" : : "m"(pointer));
}

#ifndef SAWBOOT_SMALL

void exceptions_take_double_faults(void)
{
    idt[VECTOR_DOUBLE_FAULT].low = (uint32_t)SELECTOR_FAULT_TASK << 16;
    idt[VECTOR_DOUBLE_FAULT].high = GATE_TASK;
}

#endif

static bool in_service(uint16_t pic, unsigned line)
{
    port_write8(pic, PIC_READ_IN_SERVICE);
    return port_read8(pic) >> line & 1;
}

/* If the vector came from an interrupt controller, tells it that this is over. */
static bool interrupt_taken(uint32_t vector)
{
    if (vector >= PIC_SECOND_VECTOR) {
        /* Without a bit in service the second controller took it back; the first did not. */
        if (in_service(PIC_SECOND, vector - PIC_SECOND_VECTOR))
            port_write8(PIC_SECOND, PIC_END_OF_INTERRUPT);
        port_write8(PIC_FIRST, PIC_END_OF_INTERRUPT);
        return true;
    }
    if (vector < PIC_FIRST_VECTOR || vector >= PIC_FIRST_VECTOR + PIC_LINES)
        return false;
    if (in_service(PIC_FIRST, vector - PIC_FIRST_VECTOR)) {
        port_write8(PIC_FIRST, PIC_END_OF_INTERRUPT);
        return true;
    }
    /* Vector 15 is no exception: it can only be an interrupt that was taken back. */
    return vector == PIC_FIRST_VECTOR + PIC_SPURIOUS_LINE;
}

static void __attribute__((noreturn))
show(const struct exception_frame *frame, uint32_t error_code, const uint32_t *returns)
{
    static bool showing;
    const char *name = frame->vector < VECTOR_COUNT && names[frame->vector] != NULL
                           ? names[frame->vector]
                           : "exception";
    const uint32_t *stack = returns + 3; /* where ESP was: there is no change of ring */
    uint32_t cr2;

    /* An exception while one is shown: the console's code or data is destroyed. */
    if (showing)
        machine_restart();
    showing = true;

    __asm__ volatile("movl %%cr2, %0" : "=r"(cr2));
    error_show(fail(ERROR_PC_EXCEPTION, "%s (vector %u, error code %X) at EIP %08X", name,
                    (unsigned)frame->vector, (unsigned)error_code, (unsigned)returns[0]));
    print("  EAX %08X  EBX %08X  ECX %08X  EDX %08X\n", (unsigned)frame->eax, (unsigned)frame->ebx,
          (unsigned)frame->ecx, (unsigned)frame->edx);
    print("  ESI %08X  EDI %08X  EBP %08X  ESP %08X\n", (unsigned)frame->esi, (unsigned)frame->edi,
          (unsigned)frame->ebp, (unsigned)(uintptr_t)stack);
    print("  CS %04X  EFLAGS %08X  CR2 %08X  image %08X to %08X\n", (unsigned)returns[1] & 0xFFFF,
          (unsigned)returns[2], (unsigned)cr2, (unsigned)(uintptr_t)image_start,
          (unsigned)(uintptr_t)image_end);
    print("  stack");
    for (unsigned i = 0; i < STACK_WORDS; i++)
        print("%s %08X", i != 0 && i % 4 == 0 ? "\n       " : "", (unsigned)stack[i]);
    print("\n");
    platform_stop();
}

#ifndef SAWBOOT_SMALL

/* Called by exceptions_entry.S in the double fault's task; that goes back where it returns. */
ARGUMENTS_ON_STACK void double_fault_taken(void)
{
    uint32_t eip, esp;

    if (interrupt_taken(VECTOR_DOUBLE_FAULT))
        return;
    protection_fault_place(&eip, &esp);
    error_show(fail(ERROR_MEMORY_STACK, "it is used up: EIP %08X, ESP %08X, its end is %08X",
                    (unsigned)eip, (unsigned)esp, (unsigned)(uintptr_t)stack_end));
    platform_stop();
}

#endif

/* Called by exceptions_entry.S; gives back where {EIP, CS, EFLAGS} to return to are. */
ARGUMENTS_ON_STACK uint32_t *exception_taken(struct exception_frame *frame)
{
    uint32_t *returns = frame->pushed;
    uint32_t error_code = 0;

    if (interrupt_taken(frame->vector))
        return returns;
    if (VECTORS_WITH_ERROR_CODE >> frame->vector & 1)
        error_code = *returns++;
    if (frame->vector == VECTOR_GENERAL_PROTECTION &&
        returns[0] == (uint32_t)(uintptr_t)msr_instruction) {
        returns[0] = (uint32_t)(uintptr_t)msr_refused;
        return returns;
    }
    show(frame, error_code, returns);
}
