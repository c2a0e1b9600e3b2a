/* SPDX-License-Identifier: BSD-2-Clause */
#include "exceptions.h"

#include "../common/report.h"
#include "lib/bytes.h"
#include "processor.h"

/* Intel SDM volume 3, 6.11 and 6.14.1: gates of 8 bytes, of 16 in 64-bit mode. */
#define VECTORS        32u
#define STUB_SIZE      16u
#define GATE_SIZE      (2 * sizeof(uintptr_t))
#define INTERRUPT_GATE 0x8E00u

extern const uint8_t exception_stubs[];
static uint8_t table[VECTORS * GATE_SIZE];

void exceptions_install(void)
{
    uint16_t code;
    __asm__ volatile("mov %%cs, %0" : "=r"(code));
    for (uint32_t i = 0; i < VECTORS; i++) {
        uint8_t *gate = table + GATE_SIZE * i;
        uint64_t stub = (uintptr_t)exception_stubs + STUB_SIZE * i;
        put_le16(gate, (uint16_t)stub);
        put_le16(gate + 2, code);
        put_le32(gate + 4, ((uint32_t)stub & 0xFFFF0000u) | INTERRUPT_GATE);
        if (GATE_SIZE == 16)
            put_le32(gate + 8, (uint32_t)(stub >> 32));
    }
    struct {
        uint16_t limit;
        uintptr_t base;
    } __attribute__((packed)) descriptor = {sizeof(table) - 1, (uintptr_t)table};
    __asm__ volatile("lidt %0" ::"m"(descriptor), "m"(table));
}

void exception(uintptr_t vector, uintptr_t error, uintptr_t address)
{
    uintptr_t fault;
    __asm__ volatile("mov %%cr2, %0" : "=r"(fault));
    failed("exception %u at 0x%llx (error code 0x%x, CR2 0x%llx)", (uint32_t)vector,
           (unsigned long long)address, (uint32_t)error, (unsigned long long)fault);
    report_verdict();
    for (;;)
        processor_stop();
}
