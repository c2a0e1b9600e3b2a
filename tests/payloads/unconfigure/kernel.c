/* SPDX-License-Identifier: BSD-2-Clause */
/* Loading an ELF32 multiboot kernel, below everything else that is in memory. */
#include "lib/bytes.h"
#include "tests/payloads/common/strings.h"
#include "tests/payloads/unconfigure/unconfigure.h"

/* System V ABI, "Object Files", figures 4-3 and 5-1 */
#define ELF_HEADER     52
#define ELF_ENTRY      24
#define ELF_TABLE      28
#define ELF_COUNT      44
#define PROGRAM_LENGTH 32
#define PROGRAM_LOAD   1

#define MEMORY_FIRST 0x100000u

/* Multiboot 0.6.96, section 3.3: what the information says where. */
#define FLAG_COMMAND_LINE (1u << 2)
#define FLAG_MODULES      (1u << 3)
#define FLAG_MEMORY_MAP   (1u << 6)

static uint32_t end_of_text(uint32_t address)
{
    return (uint32_t)strlen((const char *)(uintptr_t)address) + 1;
}

/* Whether the kernel may have [base, base + length): nobody who is still needed is there. */
static bool is_free(uint64_t base, uint64_t length, uint32_t information)
{
    const uint8_t *info = (const uint8_t *)(uintptr_t)information;
    uint32_t flags = get_le32(info), count = get_le32(info + 20), list = get_le32(info + 24);

    if (base < MEMORY_FIRST || base + length > (uint32_t)(uintptr_t)image_start ||
        ranges_overlap(base, length, information, 120))
        return false;
    if ((flags & FLAG_COMMAND_LINE) &&
        ranges_overlap(base, length, get_le32(info + 16), end_of_text(get_le32(info + 16))))
        return false;
    if ((flags & FLAG_MEMORY_MAP) &&
        ranges_overlap(base, length, get_le32(info + 48), get_le32(info + 44)))
        return false;
    if (!(flags & FLAG_MODULES))
        return true;
    /* The list and the kernel's own module, which came first, are read to the end as well. */
    if (ranges_overlap(base, length, list - 16, 16 * (uint64_t)(count + 1)))
        return false;
    for (uint32_t i = 0; i < count + 1; i++) {
        const uint8_t *module = (const uint8_t *)(uintptr_t)(list - 16 + 16 * i);
        uint32_t from = get_le32(module), words = get_le32(module + 8);

        if (ranges_overlap(base, length, from, get_le32(module + 4) - from) ||
            (words != 0 && ranges_overlap(base, length, words, end_of_text(words))))
            return false;
    }
    return true;
}

const char *start_kernel(const uint8_t *elf, uint32_t length, uint32_t information)
{
    uint32_t table, count;

    if (length < ELF_HEADER || memcmp(elf, "\177ELF\1\1", 6) != 0)
        return "the first module is no 32-bit little-endian ELF file";
    table = get_le32(elf + ELF_TABLE);
    count = get_le16(elf + ELF_COUNT);
    if (!bytes_within(length, table, (uint64_t)count * PROGRAM_LENGTH))
        return "its program headers are not in it";
    for (unsigned pass = 0; pass < 2; pass++)
        for (uint32_t i = 0; i < count; i++) {
            const uint8_t *program = elf + table + i * PROGRAM_LENGTH;
            uint32_t offset = get_le32(program + 4), place = get_le32(program + 12);
            uint32_t file = get_le32(program + 16), memory = get_le32(program + 20);

            if (get_le32(program) != PROGRAM_LOAD || memory == 0)
                continue;
            if (pass == 0) {
                if (file > memory || !bytes_within(length, offset, file))
                    return "a segment is not in it";
                if (!is_free(place, memory, information))
                    return "a segment's place is in use";
                continue;
            }
            memcpy((uint8_t *)(uintptr_t)place, elf + offset, file);
            memset((uint8_t *)(uintptr_t)place + file, 0, memory - file);
        }
    enter(get_le32(elf + ELF_ENTRY), information);
}
