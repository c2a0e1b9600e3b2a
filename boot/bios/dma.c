/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory for DMA: every claim is contiguous and below 4 GB, a card sees addresses as we do, and
 * the processor's caches see what a card reads and writes.
 */
#include <string.h>

#include "boot/platform.h"

void *platform_dma_allocate(const struct pci_device *device, size_t length, size_t alignment,
                            uint32_t *bus)
{
    void *memory = platform_claim(length, alignment);

    (void)device;
    if (memory == NULL)
        return NULL;
    memset(memory, 0, length);
    *bus = (uint32_t)platform_physical(memory);
    return memory;
}

void platform_dma_free(const struct pci_device *device, void *memory, size_t length, uint32_t bus)
{
    (void)device;
    (void)bus;
    platform_release(memory, length);
}
