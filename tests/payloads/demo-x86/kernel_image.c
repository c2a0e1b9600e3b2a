/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel_image.h"

#include "demo.h"
#include "lib/bytes.h"

#define HEADER_SIZE  (KERNEL_BITS == 64 ? 32u : 28u)
#define LOAD_SEGMENT (KERNEL_BITS == 64 ? 0x19u : 1u)

extern const uint8_t _mh_execute_header[];

struct extent {
    uint32_t first, end;
};

/* Our own header: checked by its digest before. */
static struct extent extent(void)
{
    const uint8_t *at = _mh_execute_header + HEADER_SIZE;
    struct extent all = {UINT32_MAX, 0};
    for (uint32_t i = get_le32(_mh_execute_header + 16); i > 0; i--) {
        if (get_le32(at) == LOAD_SEGMENT) {
            /* vmaddr, vmsize: of the wide ones the low halves are the physical ones. */
            uint32_t first = get_le32(at + 24), size = get_le32(at + (KERNEL_BITS == 64 ? 32 : 28));
            if (first < all.first)
                all.first = first;
            if (first + size > all.end)
                all.end = first + size;
        }
        at += get_le32(at + 4);
    }
    return all;
}

uint32_t kernel_first(void)
{
    return extent().first;
}

uint32_t kernel_end(void)
{
    return extent().end;
}
