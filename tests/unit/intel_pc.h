/* SPDX-License-Identifier: BSD-2-Clause */
/* What firmware and processor of a PC with 64 bits say, for tests that boot on one. */
#ifndef TESTS_UNIT_INTEL_PC_H
#define TESTS_UNIT_INTEL_PC_H

#include "boot/platform.h"

static const struct pc_information intel_pc = {.rsdp = 0xFE000,
                                               .rsdp_revision = 2,
                                               .tsc_hz = 1000000000,
                                               .cpu_hz = 1000000000,
                                               .fsb_hz = 100000000,
                                               .vendor = "GenuineIntel",
                                               .family = 6,
                                               .long_mode = true};

#endif
