/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory by its physical address: every payload sees the lowest 4 GB where they are. */
#ifndef PAYLOADS_MEMORY_H
#define PAYLOADS_MEMORY_H

#include <stdint.h>

static inline uint8_t *memory_at(uint32_t address)
{
    return (uint8_t *)(uintptr_t)address;
}

#endif
