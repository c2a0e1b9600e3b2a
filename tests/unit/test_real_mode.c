/* SPDX-License-Identifier: BSD-2-Clause */
/* What goes into a BIOS call and comes out of it, in the simulated machine's low memory. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>
#undef fail /* cmocka's macro; ours is a function */

#include "boot/host/host.h"

/* The PC's own file: nothing in it is a PC's but the addresses. */
#include "boot/bios/real_mode.c"

#define SERVICES 0x15u
#define VECTORS  0u
#define RAM      (1u << 20)

/*
 * In place of the code of real_mode_call.S: five bytes, the fourth is the interrupt's number; then
 * the far pointer.
 */
__asm__(".data\n"
        ".globl real_mode_code, real_mode_number, real_mode_far, real_mode_code_end\n"
        "real_mode_code: .byte 0x11, 0x22, 0x33\n"
        "real_mode_number: .byte 0\n"
        ".byte 0x55\n"
        "real_mode_far: .byte 0x66, 0x77, 0x88, 0x99\n"
        "real_mode_code_end:\n"
        ".text\n");

#define PXE_ENTRY 0x9C6D0010u

static unsigned calls;
static uint32_t expected_far;
static uint8_t expected_number;

/* The BIOS: looks at what it was given and answers. */
void real_mode_enter(void)
{
    uint8_t copied[] = {0x11, 0x22, 0x33, expected_number, 0x55, 0, 0, 0, 0};
    uint8_t *frame = host_memory(REAL_MODE_FRAME);

    calls++;
    put_le32(copied + 5, expected_far);
    assert_memory_equal(host_memory(REAL_MODE_CODE), copied, sizeof copied);
    assert_int_equal(get_le32(frame + FRAME_EAX), 0xE820);
    assert_int_equal(get_le32(frame + FRAME_EBX), 0x11223344);
    assert_int_equal(get_le16(frame + FRAME_ES), 0x900);
    assert_int_equal(get_le16(frame + FRAME_DS), 0);
    assert_int_equal(get_le32(frame + FRAME_EFLAGS), 0x202);
    put_le32(frame + FRAME_EAX, 0x534D4150);
    put_le32(frame + FRAME_EBX, 7);
    put_le16(frame + FRAME_DS, 0x40);
    put_le32(frame + FRAME_EFLAGS, 0x46);
}

static int setup(void **state)
{
    (void)state;
    host_reset(RAM);
    memset(host_memory(VECTORS), 0, 0x400);
    put_le32(host_memory(4 * SERVICES), 0xF000F859u);
    calls = 0;
    expected_far = 0;
    expected_number = SERVICES;
    return 0;
}

static const struct real_mode_registers question = {
    .eax = 0xE820, .ebx = 0x11223344, .es = 0x900, .eflags = 0};

static void test_registers_go_in_and_come_out(void **state)
{
    struct real_mode_registers registers = question;

    (void)state;
    real_mode_interrupt(SERVICES, &registers);
    assert_int_equal(calls, 1);
    assert_int_equal(registers.eax, 0x534D4150);
    assert_int_equal(registers.ebx, 7);
    assert_int_equal(registers.ds, 0x40);
    assert_int_equal(registers.es, 0x900);
    assert_int_equal(registers.eflags & REAL_MODE_CARRY, 0);
}

/* A machine whose firmware is no BIOS: a jump through an empty vector would be the end. */
static void test_no_vector_is_no_service(void **state)
{
    struct real_mode_registers registers = question;

    (void)state;
    put_le32(host_memory(4 * SERVICES), 0);
    real_mode_interrupt(SERVICES, &registers);
    assert_int_equal(calls, 0);
    assert_int_equal(registers.eax, question.eax);
    assert_int_equal(registers.ebx, question.ebx);
    assert_int_equal(registers.eflags & REAL_MODE_CARRY, REAL_MODE_CARRY);
}

/* A far call needs no vector, and the same registers reach it. */
static void test_far_call(void **state)
{
    struct real_mode_registers registers = question;

    (void)state;
    memset(host_memory(VECTORS), 0, 0x400);
    expected_far = PXE_ENTRY;
    expected_number = 0;
    real_mode_pxe(PXE_ENTRY, &registers);
    assert_int_equal(calls, 1);
    assert_int_equal(registers.eax, 0x534D4150);
    assert_int_equal(registers.ebx, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_registers_go_in_and_come_out, setup),
        cmocka_unit_test_setup(test_no_vector_is_no_service, setup),
        cmocka_unit_test_setup(test_far_call, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
