/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The last step on Power Macs. Two kinds of programs:
 * - XNU: firmware is told to quiesce and may be overwritten, translation is off, r3 = boot_args,
 *   r4 = 'MOSX' (specs: xnu-handoff section 1.1);
 * - Open Firmware client programs: firmware lives on, so nothing of it may be overwritten, and so
 *   do we, between the two (interface.c); the stack is the one with which the firmware entered us.
 */
#include "loader/launch.h"

#include <string.h>

#include "boot/launch_moves.h"
#include "boot/openfirmware/interface.h"
#include "boot/openfirmware/move.h"
#include "boot/openfirmware/openfirmware.h"
#include "boot/openfirmware/stub.h"
#include "console/console.h"
#include "lib/bytes.h"

#define MSR_EE        0x8000u
#define MSR_ME        0x1000u     /* what XNU is entered with: nothing but machine checks */
#define XNU_SIGNATURE 0x4D4F5358u /* 'MOSX' */

#define STEPS_MAXIMUM  2048
#define CODE_ROOM      1024
#define SCRATCH_LENGTH 0x10000u
#define BLOCK_LENGTH   (CODE_ROOM + STEPS_MAXIMUM * sizeof(struct relocator_step) + SCRATCH_LENGTH)
#define BLOCK_TRIES    64

/* What lies where in the block: parameters, code, steps, the relocator's scratch memory. */
struct block {
    struct stub_parameters parameters;
    uint8_t code[CODE_ROOM - sizeof(struct stub_parameters)];
    struct relocator_step steps[STEPS_MAXIMUM];
    uint8_t scratch[SCRATCH_LENGTH];
};
_Static_assert(sizeof(struct block) == BLOCK_LENGTH, "the block has holes");
_Static_assert(offsetof(struct stub_parameters, r5) == STUB_R5, "stub.S uses these offsets");
_Static_assert(offsetof(struct stub_parameters, is_970) == STUB_IS_970, "stub.S uses them too");
_Static_assert(offsetof(struct stub_parameters, entry) == STUB_ENTRY, "stub.S uses these offsets");
_Static_assert(sizeof(struct relocator_step) == 16, "stub.S walks steps of 16 bytes");

/*
 * Claims memory that shares nothing with what moves. Claims come top-down, so those that collide
 * are held until one does not.
 */
static void *claim_clear(const struct launch *launch, uint32_t length)
{
    void *refused[BLOCK_TRIES];
    unsigned count = 0;
    void *clear = NULL;
    while (clear == NULL && count < BLOCK_TRIES) {
        void *memory = platform_claim(length, OF_PAGE);
        if (memory == NULL)
            break;
        if (relocator_is_clear(launch->pieces, launch->piece_count, (uint32_t)(uintptr_t)memory,
                               length) &&
            platform_physical(memory) == (uintptr_t)memory)
            clear = memory;
        else
            refused[count++] = memory;
    }
    while (count-- > 0)
        platform_release(refused[count], length);
    return clear;
}

static void enter_stub(struct block *block) __attribute__((noreturn));
static void enter_stub(struct block *block)
{
    interrupts_off();
    code_synchronise(block, sizeof *block - SCRATCH_LENGTH);
    void (*stub)(struct stub_parameters *) =
        (void (*)(struct stub_parameters *))(uintptr_t)block->code;
    stub(&block->parameters);
    __builtin_unreachable();
}

/* The 970 family: 64-bit processors, without rfi. */
static bool is_970(void)
{
    uint32_t version;
    __asm__("mfpvr %0" : "=r"(version));
    switch (version >> 16) {
    case 0x0039: /* 970 */
    case 0x003C: /* 970FX */
    case 0x0044: /* 970MP */
    case 0x0045: /* 970GX */
        return true;
    default:
        return false;
    }
}

/* The pieces' memory is real RAM: XNU may take any of it, a client only what can be claimed. */
static error_t check_ram(const struct launch *launch)
{
    struct memory_region banks[32];
    size_t count = platform_memory_banks(banks, sizeof banks / sizeof banks[0]);
    for (size_t i = 0; i < launch->piece_count; i++) {
        const struct relocator_piece *piece = &launch->pieces[i];
        bool inside = false;
        for (size_t b = 0; b < count; b++)
            inside = inside || (piece->destination >= banks[b].base &&
                                bytes_within(banks[b].length, piece->destination - banks[b].base,
                                             piece->size));
        if (!inside && piece->size != 0)
            return fail(ERROR_MEMORY_RANGE, "%08x, %u bytes", (unsigned)piece->destination,
                        (unsigned)piece->size);
    }
    return OK;
}

static error_t take_destinations(const struct launch *launch)
{
    for (size_t i = 0; i < launch->piece_count; i++) {
        const struct relocator_piece *piece = &launch->pieces[i];
        if (!memory_take_for_program(piece->destination, piece->size))
            return fail(ERROR_MEMORY_TAKEN, "the program wants %08x, %u bytes",
                        (unsigned)piece->destination, (unsigned)piece->size);
    }
    return OK;
}

/* From here on the program's devices are there, and the memory for them is set aside. */
static error_t prepare_interface(const struct launch *launch)
{
    const struct device_boot boot = {
        .nic = launch->client_card,
        .network = launch->client_network,
        .server = launch->client_server,
        .file = launch->client_file,
        .bootpath = launch->client_path,
        .bootargs = launch->client_arguments,
        .driver = launch->client_driver,
        .driver_length = launch->client_driver_length,
    };
    return interface_prepare(&boot);
}

static error_t launch_checked(const struct launch *launch)
{
    bool xnu = launch->handover == HANDOVER_XNU_POWERPC;
    if (!xnu && launch->handover != HANDOVER_OPENFIRMWARE_CLIENT)
        return fail(ERROR_LAUNCH_KIND, "this is a Power Mac");
    error_t error = check_ram(launch);
    /* Destinations before the block: it must not sit where the program is going to be. */
    if (error == OK && !xnu)
        error = take_destinations(launch);
    if (error != OK)
        return error;

    struct block *block;
    struct launch_scratch scratch = {NULL, 0};
    size_t code_length = (size_t)(stub_end - stub_start);
    if (code_length > sizeof block->code)
        return fail(ERROR_LAUNCH_STUB, "the stub has %u bytes", (unsigned)code_length);
    block = claim_clear(launch, BLOCK_LENGTH);
    if (block == NULL)
        return fail(ERROR_LAUNCH_STUB, "looking for %u bytes", (unsigned)BLOCK_LENGTH);
    memcpy(block->code, stub_start, code_length);
    struct launch_steps moves = {.steps = block->steps, .maximum = STEPS_MAXIMUM};
    error =
        launch_plan_moves(launch, block->scratch, SCRATCH_LENGTH, claim_clear, &scratch, &moves);
    bool jumps = error == OK && !launch_is_dry_run(launch);
    if (jumps && !xnu) {
        error = prepare_interface(launch);
        jumps = error == OK;
    }
    if (!jumps) {
        platform_release(scratch.memory, scratch.length);
        platform_release(block, BLOCK_LENGTH);
        return error;
    }

    block->parameters = (struct stub_parameters){
        .steps = (uint32_t)(uintptr_t)block->steps,
        .step_count = (uint32_t)moves.count,
        .entry = (uint32_t)launch->entry,
        .is_970 = is_970(),
    };
    struct stub_parameters *parameters = &block->parameters;
    print_verbose("launch: %u pieces, %u steps, from %08x, entry %08x\n",
                  (unsigned)launch->piece_count, (unsigned)moves.count, (unsigned)(uintptr_t)block,
                  (unsigned)launch->entry);
    if (xnu) {
        parameters->move_msr = 0;
        parameters->final_msr = MSR_ME;
        parameters->r3 = launch->boot_args;
        parameters->r4 = XNU_SIGNATURE;
        of_quiesce();
    } else {
        parameters->move_msr = entry_state.msr & ~MSR_EE;
        parameters->final_msr = entry_state.msr;
        parameters->link = (uint32_t)(uintptr_t)interface_return;
        parameters->r1 = entry_state.stack;
        parameters->r2 = launch->table_of_contents;
        parameters->r5 = (uint32_t)(uintptr_t)interface_entry;
    }
    enter_stub(block);
}

error_t platform_launch(const struct launch *launch)
{
    error_t error = launch_checked(launch);
    memory_forget_program();
    return error;
}
