/* SPDX-License-Identifier: BSD-2-Clause */
#include "bootx.h"

#include "lib/bytes.h"

/* <mach-o/loader.h> */
#define MACH_MAGIC    0xFEEDFACEu
#define MACH_POWERPC  18
#define HEADER_SIZE   28
#define LOAD_SEGMENT  1
#define LOAD_SYMTAB   2
#define LOAD_THREAD   5
#define THREAD_SRR0   16
#define SYMTAB_SIZE   24
#define SYMBOL_SIZE   12
#define MKEXT_LENGTH  8 /* offset */
#define VECTORS_PLACE (layout->heap + PAGE)

uint32_t memory_map;
static uint32_t next_free;

uint32_t take_kernel_memory(uint32_t length)
{
    uint32_t place = next_free;
    next_free = (uint32_t)round_up((uint64_t)place + length, PAGE);
    return place;
}

uint32_t top_of_kernel(void)
{
    return next_free;
}

void announce(const char *name, uint32_t address, uint32_t length)
{
    uint32_t value[2] = {address, length};
    if (client_one("setprop", 4, memory_map, name, value, 8) != 8)
        failed("setprop of %s in memory-map", name);
}

/* What lies below the image area waits in the heap: the firmware still uses its vectors. */
static void copy_segment(uint32_t address, const uint8_t *from, uint32_t length)
{
    if (address < IMAGE_ADDRESS) {
        uint32_t low = length < IMAGE_ADDRESS - address ? length : IMAGE_ADDRESS - address;
        memcpy((void *)(VECTORS_PLACE + address), from, low);
        address += low;
        from += low;
        length -= low;
    }
    if (length != 0)
        memcpy((void *)address, from, length);
}

static bool decode_segment(const uint8_t *command, uint32_t length)
{
    char name[32] = "Kernel-";
    uint32_t address = get_be32(command + 24), memory = get_be32(command + 28);
    uint32_t offset = get_be32(command + 32), size = get_be32(command + 36);
    if (memory == 0)
        return true;
    if (!bytes_within(length, offset, size) || size > memory ||
        !bytes_within(layout->image_end, address, memory))
        return false;
    memcpy(name + 7, command + 8, 16);
    announce(name, address, memory);
    copy_segment(address, (const uint8_t *)layout->load + offset, size);
    if (address + memory > next_free)
        next_free = (uint32_t)round_up(address + memory, PAGE);
    return true;
}

static void copy_symbols(const uint8_t *command)
{
    const uint8_t *file = (const uint8_t *)layout->load;
    uint32_t count = get_be32(command + 12), strings = get_be32(command + 20);
    uint32_t size = SYMTAB_SIZE + count * SYMBOL_SIZE + strings;
    uint32_t place = take_kernel_memory(size);
    uint8_t *copy = (uint8_t *)place;
    put_be32(copy + 8, place + SYMTAB_SIZE);
    put_be32(copy + 12, count);
    put_be32(copy + 16, place + SYMTAB_SIZE + count * SYMBOL_SIZE);
    put_be32(copy + 20, strings);
    memcpy(copy + SYMTAB_SIZE, file + get_be32(command + 8), count * SYMBOL_SIZE);
    memcpy(copy + SYMTAB_SIZE + count * SYMBOL_SIZE, file + get_be32(command + 16), strings);
    announce("Kernel-__SYMTAB", place, size);
}

bool decode_kernel(uint32_t length, uint32_t *entry)
{
    const uint8_t *file = (const uint8_t *)layout->load, *symbols = NULL;
    if (length < HEADER_SIZE || get_be32(file) != MACH_MAGIC || get_be32(file + 4) != MACH_POWERPC)
        return false;
    uint32_t commands = HEADER_SIZE + get_be32(file + 20);
    if (commands > length)
        return false;
    for (volatile uint32_t *word = (volatile uint32_t *)IMAGE_ADDRESS;
         (uint32_t)word < layout->image_end; word++)
        *word = 0;
    memset((void *)VECTORS_PLACE, 0, VECTORS_LENGTH);
    uint32_t at = HEADER_SIZE;
    for (uint32_t i = get_be32(file + 16); i > 0 && at + 8 <= commands; i--) {
        uint32_t kind = get_be32(file + at), size = get_be32(file + at + 4);
        if (size < 8 || !bytes_within(commands, at, size))
            return false;
        if (kind == LOAD_SEGMENT && !decode_segment(file + at, length))
            return false;
        if (kind == LOAD_THREAD)
            *entry = get_be32(file + at + THREAD_SRR0);
        if (kind == LOAD_SYMTAB)
            symbols = file + at;
        at += size;
    }
    if (symbols != NULL)
        copy_symbols(symbols);
    uint32_t place = take_kernel_memory(commands);
    memcpy((void *)place, file, commands);
    announce("Kernel-__HEADER", place, commands);
    return true;
}

bool decode_extensions(uint32_t length)
{
    const uint8_t *file = (const uint8_t *)layout->load;
    char name[32] = "DriversPackage-";
    if (length < 32 || memcmp(file, "MKXTMOSX", 8) != 0 || get_be32(file + MKEXT_LENGTH) != length)
        return false;
    uint32_t place = take_kernel_memory(length);
    char *digit = name + strlen(name);
    bool started = false;
    for (int shift = 28; shift >= 0; shift -= 4) {
        started = started || place >> shift != 0;
        if (started)
            *digit++ = "0123456789abcdef"[place >> shift & 15];
    }
    memcpy((void *)place, file, length);
    announce(name, place, length);
    return true;
}
