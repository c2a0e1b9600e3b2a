/* SPDX-License-Identifier: BSD-2-Clause */
/* /chosen/memory-map: what the loader left in memory for the kernel (specs: 2.8, 2.9). */
#ifndef DEMO_X86_MEMORY_MAP_H
#define DEMO_X86_MEMORY_MAP_H

void check_memory_map(void);

#endif
