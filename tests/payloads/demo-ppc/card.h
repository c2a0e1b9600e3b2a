/* SPDX-License-Identifier: BSD-2-Clause */
/* The network card that we came through: its node, what /chosen says, and that it is silent. */
#ifndef DEMO_CARD_H
#define DEMO_CARD_H

void check_network_boot(void);
/* Bus mastering is off, by the card's own configuration space. After check_network_boot. */
void check_silence(void);

#endif
