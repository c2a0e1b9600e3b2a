/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The last step on PCs, the same for all kinds of kernels: 32-bit protected mode without paging,
 * interrupts off, flat segments (XNU: osfmk/i386/start.s and osfmk/x86_64/start.s; multiboot:
 * "Multiboot Specification" 0.6.96, section 3.2; Linux: Documentation/x86/boot.rst, "32-bit Boot
 * Protocol"). Firmware needs no farewell, but nothing of it may be overwritten.
 */
#include "loader/launch.h"

#include <string.h>

#include "boot/bios/bios.h"
#include "boot/bios/stub.h"
#include "boot/launch_moves.h"
#include "console/console.h"
#include "lib/bytes.h"

#define PAGE           4096u
#define ADDRESS_LIMIT  ((uint64_t)1 << 32)
#define STEPS_MAXIMUM  2048
#define CODE_ROOM      512
#define SCRATCH_LENGTH 0x10000u
#define STACK_LENGTH   1024u

/* Interrupt vectors and BIOS data; video memory, option ROMs and the BIOS. */
#define LOW_PAGE_END  0x1000u
#define FIRMWARE_BASE 0xA0000u
#define FIRMWARE_END  0x100000u

/* Above what real-mode calls use, below any extended BIOS data area. */
#define LOW_BLOCK_BASE 0x10000u
#define LOW_BLOCK_END  0x80000u

/* Interrupt mask registers of the two 8259A. */
#define PIC_FIRST_MASK  0x21
#define PIC_SECOND_MASK 0xA1

/* What lies where in the block: parameters, code, steps, the program's first stack, the relocator's
 * scratch memory. */
struct block {
    struct stub_parameters parameters;
    uint8_t code[CODE_ROOM - sizeof(struct stub_parameters)];
    struct relocator_step steps[STEPS_MAXIMUM];
    uint8_t stack[STACK_LENGTH];
    uint8_t scratch[SCRATCH_LENGTH];
};
_Static_assert(sizeof(struct block) ==
                   CODE_ROOM + STEPS_MAXIMUM * 16 + STACK_LENGTH + SCRATCH_LENGTH,
               "the block has holes");
_Static_assert(offsetof(struct stub_parameters, gdt) == STUB_GDT, "stub.S uses these offsets");
_Static_assert(offsetof(struct stub_parameters, idt) == STUB_IDT, "stub.S uses these offsets");
_Static_assert(offsetof(struct stub_parameters, registers) == STUB_REGISTERS, "stub.S uses them");
_Static_assert(sizeof(struct stub_parameters) == STUB_STACK_TOP, "stub.S uses these offsets");
_Static_assert(sizeof(struct relocator_step) == 16, "stub.S walks steps of 16 bytes");

/* --- Memory that nothing moves from or to ------------------------------------------------- */

static void lower_to(place_t *lowest, place_t base, place_t length, uint32_t piece_base,
                     uint32_t piece_length)
{
    if (ranges_overlap(base, length, piece_base, piece_length) && piece_base < *lowest)
        *lowest = piece_base;
}

/* The lowest byte of all that moves and shares something with [base, base + length). */
static bool in_the_way(const struct launch *launch, place_t base, place_t length, place_t *lowest)
{
    *lowest = PLACE_END;
    for (size_t i = 0; i < launch->piece_count; i++) {
        const struct relocator_piece *piece = &launch->pieces[i];
        lower_to(lowest, base, length, piece->destination, piece->size);
        lower_to(lowest, base, length, piece->source, piece->copy);
    }
    return *lowest != PLACE_END;
}

/* The highest free memory that shares nothing with what moves. Each round looks further down. */
static void *claim_clear(const struct launch *launch, uint32_t length)
{
    place_t limit = PLACE_END, place, lowest;
    while (memory_highest_free(length, PAGE, limit, &place)) {
        if (!in_the_way(launch, place, length, &lowest))
            return platform_claim_at(place, length) ? platform_virtual(place) : NULL;
        limit = lowest;
    }
    return NULL;
}

/*
 * Where a kernel and its files fill a small machine up, the RAM below the BIOS data is left. Claims
 * never come from there, so nothing of the loader's is there either. NULL if that is taken too.
 */
static void *low_clear(const struct launch *launch, uint32_t length)
{
    for (uint32_t base = LOW_BLOCK_BASE; base + length <= LOW_BLOCK_END; base += PAGE)
        if (memory_use(base, length) == MEMORY_IS_USABLE &&
            relocator_is_clear(launch->pieces, launch->piece_count, base, length))
            return (void *)(uintptr_t)base;
    return NULL;
}

/* --- Checks ------------------------------------------------------------------------------- */

static error_t check_place(const struct relocator_piece *piece)
{
    uint32_t base = piece->destination, size = piece->size;
    enum memory_use use = memory_use(base, size);
    if (use == MEMORY_IS_FIRMWARES || base < LOW_PAGE_END ||
        ranges_overlap(base, size, FIRMWARE_BASE, FIRMWARE_END - FIRMWARE_BASE))
        return fail(ERROR_MEMORY_TAKEN, "the kernel wants %08x, %u bytes", (unsigned)base,
                    (unsigned)size);
    if (use == MEMORY_IS_NOWHERE)
        return fail(ERROR_MEMORY_RANGE, "%08x, %u bytes", (unsigned)base, (unsigned)size);
    return OK;
}

static error_t check(const struct launch *launch)
{
    switch (launch->handover) {
    case HANDOVER_XNU_X86:
    case HANDOVER_MULTIBOOT:
    case HANDOVER_LINUX_X86:
        break;
    default:
        return fail(ERROR_LAUNCH_KIND, "this is a PC");
    }
    if (launch->entry >= ADDRESS_LIMIT)
        return fail(ERROR_MEMORY_RANGE, "the entry %08x%08x is above 4 GB",
                    (unsigned)(launch->entry >> 32), (unsigned)launch->entry);
    for (size_t i = 0; i < launch->piece_count; i++) {
        error_t error = launch->pieces[i].size != 0 ? check_place(&launch->pieces[i]) : OK;
        if (error != OK)
            return error;
    }
    return OK;
}

/* --- The jump ----------------------------------------------------------------------------- */

/* Flat segments: base 0, limit 4 GB, ring 0. */
static const uint64_t descriptors[STUB_DESCRIPTORS] = {
    0, 0, 0x00CF9A000000FFFFu, /* SELECTOR_CODE: code, readable */
    0x00CF92000000FFFFu,       /* SELECTOR_DATA: data, writable */
};
_Static_assert(SELECTOR_CODE == 2 * 8 && SELECTOR_DATA == 3 * 8, "descriptors are in this order");

static void fill_in(struct block *block, const struct launch *launch, size_t step_count)
{
    struct stub_parameters *parameters = &block->parameters;
    uint32_t own_stack = (uint32_t)(uintptr_t)(block->stack + STACK_LENGTH);
    *parameters = (struct stub_parameters){
        .steps = (uint32_t)(uintptr_t)block->steps,
        .step_count = (uint32_t)step_count,
        .gdt = {.limit = sizeof descriptors - 1,
                .base = (uint32_t)(uintptr_t)parameters->descriptors},
        .registers = {.edi = launch->x86.edi,
                      .esi = launch->x86.esi,
                      .ebp = launch->x86.ebp,
                      .ebx = launch->x86.ebx,
                      .edx = launch->x86.edx,
                      .ecx = launch->x86.ecx,
                      .eax = launch->x86.eax},
    };
    memcpy(parameters->descriptors, descriptors, sizeof descriptors);
    memcpy(block->code, stub_start, (size_t)(stub_end - stub_start));
    put_le32(block->code + (stub_esp - stub_start),
             launch->x86.esp != 0 ? launch->x86.esp : own_stack);
    put_le32(block->code + (stub_entry - stub_start), (uint32_t)launch->entry);
}

static void enter_stub(struct block *block) __attribute__((noreturn));
static void enter_stub(struct block *block)
{
    port_write8(PIC_FIRST_MASK, 0xFF);
    port_write8(PIC_SECOND_MASK, 0xFF);
    protection_end();
    __asm__ volatile("cli\n\tpushl %2\n\tpushl %1\n\tlret"
                     :
                     : "a"(&block->parameters), "r"(block->code), "i"(SELECTOR_FLAT_CODE)
                     : "memory", "cc");
    __builtin_unreachable();
}

error_t platform_launch(const struct launch *launch)
{
    struct launch_scratch scratch = {NULL, 0};
    error_t error = check(launch);
    if (error != OK)
        return error;
    if ((size_t)(stub_end - stub_start) > sizeof((struct block *)NULL)->code)
        return fail(ERROR_LAUNCH_STUB, "the stub has %u bytes", (unsigned)(stub_end - stub_start));
    struct block *claimed = claim_clear(launch, sizeof *claimed);
    struct block *block = claimed != NULL ? claimed : low_clear(launch, sizeof *block);
    if (block == NULL)
        return fail(ERROR_LAUNCH_STUB, "looking for %u bytes", (unsigned)sizeof *block);

    struct launch_steps moves = {.steps = block->steps, .maximum = STEPS_MAXIMUM};
    error =
        launch_plan_moves(launch, block->scratch, SCRATCH_LENGTH, claim_clear, &scratch, &moves);
    if (error == OK) {
        fill_in(block, launch, moves.count);
        print_verbose("launch: %u pieces, %u steps, from %08x, entry %08x\n",
                      (unsigned)launch->piece_count, (unsigned)moves.count,
                      (unsigned)(uintptr_t)block, (unsigned)launch->entry);
        if (launch->set_video && !launch_is_dry_run(launch))
            error = video_set(&launch->video);
    }
    if (error == OK && !launch_is_dry_run(launch)) {
        pxe_leave();
        enter_stub(block);
    }
    platform_release(scratch.memory, scratch.length);
    platform_release(claimed, sizeof *claimed);
    return error;
}
