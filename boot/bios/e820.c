/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The BIOS's own memory map: INT 15h function E820h as ACPI 6.5, section 15.1 describes it, and
 * what BIOSes had before it: functions E801h and 88h.
 */
#include <string.h>

#include "boot/bios/bios.h"
#include "lib/bytes.h"

#define SERVICES     0x15
#define SIGNATURE    0x534D4150u /* 'SMAP' */
#define ENTRY_LENGTH 24u         /* with the attributes of ACPI 3.0 */
#define ENTRY_LEAST  20u
/* Attributes, at offset 20: bit 0 is clear in entries that are to be ignored. */
#define ATTRIBUTE_VALID 1u
/* More calls than that mean a BIOS that goes round in a circle. */
#define CALLS_MAXIMUM 1024

#define KB        1024u
#define MB        (1024u * KB)
#define LOW_END   0xA0000u   /* the video memory */
#define LOW_WORDS 0x413u     /* BIOS data area: KB of memory from 0 on */
#define E801_STEP (64u * KB) /* the unit of what E801h says of memory above 16 MB */
#define ISA_HOLE  (16u * MB)

static size_t read_e820(struct memory_map_entry *entries, size_t maximum)
{
    uint8_t *buffer = platform_virtual(REAL_MODE_BUFFER);
    uint32_t continuation = 0;
    size_t count = 0;
    for (unsigned calls = 0; calls < CALLS_MAXIMUM && count < maximum; calls++) {
        struct real_mode_registers registers = {
            .eax = 0xE820,
            .ebx = continuation,
            .ecx = ENTRY_LENGTH,
            .edx = SIGNATURE,
            .es = REAL_MODE_BUFFER >> 4,
        };
        memset(buffer, 0, ENTRY_LENGTH);
        /* BIOSes that do not know of attributes may say 24 all the same. */
        put_le32(buffer + 20, ATTRIBUTE_VALID);
        real_mode_interrupt(SERVICES, &registers);
        /* Carry after the first entry is another way to say that there are no more. */
        if ((registers.eflags & REAL_MODE_CARRY) != 0 || registers.eax != SIGNATURE ||
            registers.ecx < ENTRY_LEAST)
            break;
        bool valid = registers.ecx < ENTRY_LENGTH || (get_le32(buffer + 20) & ATTRIBUTE_VALID) != 0;
        if (valid && get_le64(buffer + 8) != 0)
            entries[count++] = (struct memory_map_entry){get_le64(buffer), get_le64(buffer + 8),
                                                         get_le32(buffer + 16)};
        continuation = registers.ebx;
        if (continuation == 0)
            break;
    }
    return count;
}

static size_t add_usable(struct memory_map_entry *entries, size_t count, size_t maximum,
                         uint64_t base, uint64_t length)
{
    if (length != 0 && count < maximum)
        entries[count++] = (struct memory_map_entry){base, length, MEMORY_USABLE};
    return count;
}

size_t memory_map_from_sizes(uint32_t lower_kb, uint64_t upper_kb, struct memory_map_entry *entries,
                             size_t maximum)
{
    uint64_t low = (uint64_t)lower_kb * KB, high = upper_kb * KB;
    if (high == 0)
        return 0;
    size_t count = add_usable(entries, 0, maximum, 0, low < LOW_END ? low : LOW_END);
    return add_usable(entries, count, maximum, MB, high);
}

static uint32_t low_kb(void)
{
    return get_le16(platform_virtual(LOW_WORDS));
}

/*
 * E801h: KB from 1 MB to 16 MB in AX (and CX), units of 64 KB above 16 MB in BX (and DX). Some
 * BIOSes fill in one pair alone.
 */
static size_t read_e801(struct memory_map_entry *entries, size_t maximum)
{
    struct real_mode_registers registers = {.eax = 0xE801};
    real_mode_interrupt(SERVICES, &registers);
    if ((registers.eflags & REAL_MODE_CARRY) != 0)
        return 0;
    uint32_t below = registers.eax & 0xFFFF, above = registers.ebx & 0xFFFF;
    if (below == 0 && above == 0) {
        below = registers.ecx & 0xFFFF;
        above = registers.edx & 0xFFFF;
    }
    if (below == 0 || below > 15 * KB)
        return 0;
    size_t count = memory_map_from_sizes(low_kb(), below, entries, maximum);
    return add_usable(entries, count, maximum, ISA_HOLE, (uint64_t)above * E801_STEP);
}

/* 88h: KB from 1 MB on in AX. */
static size_t read_88(struct memory_map_entry *entries, size_t maximum)
{
    struct real_mode_registers registers = {.eax = 0x8800};
    real_mode_interrupt(SERVICES, &registers);
    if ((registers.eflags & REAL_MODE_CARRY) != 0)
        return 0;
    return memory_map_from_sizes(low_kb(), registers.eax & 0xFFFF, entries, maximum);
}

size_t e820_read(struct memory_map_entry *entries, size_t maximum)
{
    size_t count = read_e820(entries, maximum);
    if (count == 0)
        count = read_e801(entries, maximum);
    if (count == 0)
        count = read_88(entries, maximum);
    return count;
}
