/* SPDX-License-Identifier: BSD-2-Clause */
/* The network card that we came through: its node, what /chosen says, and that it is silent. */
#ifndef DEMO_CARD_H
#define DEMO_CARD_H

void check_network_boot(void);
/* Takes about a second: looks at memory twice. */
void check_silence(void);

#endif
