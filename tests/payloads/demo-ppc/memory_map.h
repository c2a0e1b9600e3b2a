/* SPDX-License-Identifier: BSD-2-Clause */
/* /chosen/memory-map: what lies where above the kernel (specs: xnu-handoff 3.4, 3.5). */
#ifndef DEMO_MEMORY_MAP_H
#define DEMO_MEMORY_MAP_H

void check_memory_map(void);

#endif
