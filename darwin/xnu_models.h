/* SPDX-License-Identifier: BSD-2-Clause */
/* Which of Intel's processors the releases of XNU know, and how they measure their clock. */
#ifndef DARWIN_XNU_MODELS_H
#define DARWIN_XNU_MODELS_H

#include "boot/platform.h"
#include "darwin/kernel_release.h"

/* A model of family 6, and the first and last major release that knows it. */
struct xnu_model {
    uint8_t model, first, last;
    bool ratio_from_ce; /* takes the bus ratio from MSR CEh (MSR_PLATFORM_INFO) instead of 198h */
};

/* NULL: no release is known to know it. */
const struct xnu_model *xnu_model_find(uint32_t model);

/* Whether the release takes the bus ratio of this model, which may be NULL, from register CEh. */
bool xnu_takes_ratio_from_ce(const struct kernel_release *release, const struct xnu_model *known);

/*
 * The front-side bus's frequency from which this release computes the time-stamp counter's as it
 * was measured. Darwin 8 and 9 multiply by register 198h's ratio, without its half, on processors
 * for which later ones read register CEh.
 */
uint64_t xnu_bus_clock(const struct kernel_release *release, const struct pc_information *pc);

#endif
