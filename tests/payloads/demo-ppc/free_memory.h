/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory that nobody but us may touch now: a card that still receives writes there. */
#ifndef DEMO_FREE_MEMORY_H
#define DEMO_FREE_MEMORY_H

/*
 * Looks at free memory twice, a moment apart. To be called early: a card's receive ring that nobody
 * empties is full soon, and then the card is silent by itself.
 */
void check_free_memory(void);

#endif
