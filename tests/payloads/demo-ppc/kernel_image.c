/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel_image.h"

#include "../common/strings.h"
#include "demo.h"
#include "lib/bytes.h"

#define HEADER_SIZE  28
#define LOAD_SEGMENT 1
#define LOAD_SYMTAB  2

extern const uint8_t _mh_execute_header[];

const uint8_t *kernel_header(void)
{
    return _mh_execute_header;
}

uint32_t kernel_header_size(void)
{
    return HEADER_SIZE + get_be32(_mh_execute_header + 20);
}

/* The n-th load command of a kind, or NULL. Our own header: checked by its digest before. */
static const uint8_t *command(uint32_t kind, uint32_t index)
{
    const uint8_t *at = _mh_execute_header + HEADER_SIZE;
    for (uint32_t i = get_be32(_mh_execute_header + 16); i > 0; i--) {
        if (get_be32(at) == kind && index-- == 0)
            return at;
        at += get_be32(at + 4);
    }
    return NULL;
}

bool kernel_segment(uint32_t index, struct kernel_segment *segment)
{
    const uint8_t *at = command(LOAD_SEGMENT, index);
    if (at == NULL)
        return false;
    memcpy(segment->name, at + 8, 16);
    segment->name[16] = '\0';
    segment->address = get_be32(at + 24);
    segment->memory_size = get_be32(at + 28);
    segment->file_size = get_be32(at + 36);
    return true;
}

uint32_t kernel_end(void)
{
    struct kernel_segment segment;
    uint32_t end = 0;
    for (uint32_t i = 0; kernel_segment(i, &segment); i++) {
        if (segment.address + segment.memory_size > end)
            end = segment.address + segment.memory_size;
    }
    return end;
}

bool kernel_symbols(struct kernel_symbols *symbols)
{
    const uint8_t *at = command(LOAD_SYMTAB, 0);
    struct kernel_segment segment;
    if (at == NULL)
        return false;
    for (uint32_t i = 0; kernel_segment(i, &segment); i++) {
        if (strcmp(segment.name, "__LINKEDIT") == 0) {
            /* tools/elf2macho puts the symbols first and the strings behind them. */
            symbols->symbols = memory_at(segment.address);
            symbols->count = get_be32(at + 12);
            symbols->strings = symbols->symbols + (get_be32(at + 16) - get_be32(at + 8));
            symbols->string_size = get_be32(at + 20);
            return true;
        }
    }
    return false;
}
