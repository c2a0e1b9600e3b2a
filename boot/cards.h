/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which card to boot from: the one that nic= names, otherwise the first with a link.
 */
#ifndef BOOT_CARDS_H
#define BOOT_CARDS_H

#include "drivers/nic.h"

/*
 * Lists the cards, opens the wanted one (or all, until one has a link) and returns it open, with
 * a link, all others closed. `choice` is the value of nic= or NULL: a path or alias of the
 * firmware's tree, a PCI id "vvvv:dddd", or an index in the printed list.
 */
error_t cards_choose(const char *choice, struct nic **chosen);

/*
 * Which of our cards a path of the firmware's names, with or without arguments. Copies the card's
 * own path; returns what stands behind the ':' ("" if nothing does), or NULL if it is none of them.
 */
const char *cards_at_path(const char *path, char card[PCI_PATH_LENGTH]);

/* The cards as the last boot left them, with their counters; found now if there was none. */
struct nic *cards_known(size_t *count);

#endif
