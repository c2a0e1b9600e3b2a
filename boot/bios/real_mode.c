/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * BIOS interrupts and far calls in real mode. The interrupt controllers are as the BIOS set them,
 * so its timer and keyboard work for the time of the call; our own interrupt table is put back
 * behind it.
 */
#include "boot/bios/bios.h"
#include "boot/bios/real_mode.h"

#include <string.h>

#include "lib/bytes.h"

#define EFLAGS_ALWAYS    0x0002u
#define EFLAGS_INTERRUPT 0x0200u

extern uint8_t real_mode_code[], real_mode_code_end[], real_mode_number[], real_mode_far[];
void real_mode_enter(void);

_Static_assert(REAL_MODE_CODE == REAL_MODE_BASE && REAL_MODE_STACK_TOP == REAL_MODE_BUFFER,
               "real_mode.h and bios.h name the same places");

/* Offsets in the frame, in the order in which real_mode_call.S pushes. */
enum {
    FRAME_ES = 0,
    FRAME_DS = 2,
    FRAME_EDI = 4,
    FRAME_ESI = 8,
    FRAME_EBP = 12,
    FRAME_ESP = 16, /* not loaded */
    FRAME_EBX = 20,
    FRAME_EDX = 24,
    FRAME_ECX = 28,
    FRAME_EAX = 32,
    FRAME_EFLAGS = 36,
};

/* Firmware that is no BIOS (EFI without its compatibility module) leaves the vectors empty. */
static bool has_vector(uint8_t number)
{
    return get_le32(platform_virtual(4u * number)) != 0;
}

static void call(uint8_t interrupt, uint32_t far_pointer, struct real_mode_registers *registers)
{
    uint8_t *frame = platform_virtual(REAL_MODE_FRAME);
    uint8_t *code = platform_virtual(REAL_MODE_CODE);
    size_t length = (size_t)(real_mode_code_end - real_mode_code);

    /* Each time anew: whoever uses low memory between two calls is welcome. */
    memcpy(code, real_mode_code, length);
    code[real_mode_number - real_mode_code] = interrupt;
    put_le32(code + (real_mode_far - real_mode_code), far_pointer);
    put_le16(frame + FRAME_ES, registers->es);
    put_le16(frame + FRAME_DS, registers->ds);
    put_le32(frame + FRAME_EDI, registers->edi);
    put_le32(frame + FRAME_ESI, registers->esi);
    put_le32(frame + FRAME_EBP, registers->ebp);
    put_le32(frame + FRAME_ESP, 0);
    put_le32(frame + FRAME_EBX, registers->ebx);
    put_le32(frame + FRAME_EDX, registers->edx);
    put_le32(frame + FRAME_ECX, registers->ecx);
    put_le32(frame + FRAME_EAX, registers->eax);
    put_le32(frame + FRAME_EFLAGS, EFLAGS_ALWAYS | EFLAGS_INTERRUPT);

    __asm__ volatile("" : : : "memory");
    real_mode_enter();
    __asm__ volatile("" : : : "memory");

    registers->es = get_le16(frame + FRAME_ES);
    registers->ds = get_le16(frame + FRAME_DS);
    registers->edi = get_le32(frame + FRAME_EDI);
    registers->esi = get_le32(frame + FRAME_ESI);
    registers->ebp = get_le32(frame + FRAME_EBP);
    registers->ebx = get_le32(frame + FRAME_EBX);
    registers->edx = get_le32(frame + FRAME_EDX);
    registers->ecx = get_le32(frame + FRAME_ECX);
    registers->eax = get_le32(frame + FRAME_EAX);
    registers->eflags = get_le32(frame + FRAME_EFLAGS);
}

void real_mode_interrupt(uint8_t number, struct real_mode_registers *registers)
{
    if (has_vector(number))
        call(number, 0, registers);
    else
        registers->eflags |= REAL_MODE_CARRY;
}

void real_mode_pxe(uint32_t far_pointer, struct real_mode_registers *registers)
{
    call(0, far_pointer, registers);
}
