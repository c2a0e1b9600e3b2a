/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks that this kernel's own segments arrived, and zeros in the gaps between them. */
#ifndef DEMO_DIGEST_H
#define DEMO_DIGEST_H

void check_segments(void);

#endif
