/* SPDX-License-Identifier: BSD-2-Clause */
/* Network cards by PCI configuration mechanism 1, wherever they are. */
#ifndef PAYLOADS_X86_CARDS_H
#define PAYLOADS_X86_CARDS_H

#include <stdbool.h>

/*
 * Prints the verdict for each network card: it must not be able to write to memory any more.
 * `expected`: there has to be one.
 */
void check_cards(bool expected);

#endif
