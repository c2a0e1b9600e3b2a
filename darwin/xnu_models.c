/* SPDX-License-Identifier: BSD-2-Clause */
#include "darwin/xnu_models.h"

#include <stddef.h>

/*
 * From cpuid_set_cpufamily in osfmk/i386/cpuid.c; tsc_init of Darwin 8 for the first two. Later
 * point releases may know more.
 */
#define LATER 99
static const struct xnu_model known_models[] = {
    {14, 8, 12, false},     {15, 8, 15, false},     {13, 9, 12, false},    {23, 9, LATER, false},
    {26, 9, LATER, true},   {30, 10, LATER, true},  {31, 10, LATER, true}, {46, 10, LATER, true},
    {37, 10, LATER, true},  {44, 10, LATER, true},  {47, 10, LATER, true}, {42, 10, LATER, true},
    {45, 10, LATER, true},  {58, 11, LATER, true},  {62, 12, LATER, true}, {60, 12, LATER, true},
    {63, 13, LATER, true},  {69, 12, LATER, true},  {70, 12, LATER, true}, {61, 14, LATER, true},
    {71, 14, LATER, true},  {78, 15, LATER, true},  {94, 15, LATER, true}, {85, 17, LATER, true},
    {142, 16, LATER, true}, {158, 16, LATER, true},
};

const struct xnu_model *xnu_model_find(uint32_t model)
{
    for (size_t i = 0; i < sizeof(known_models) / sizeof(known_models[0]); i++) {
        if (known_models[i].model == model) {
            return &known_models[i];
        }
    }
    return NULL;
}

/* tsc_init does from Darwin 10 on; that of 9.7 (xnu-1228.12.14) for the one such model it knows. */
bool xnu_takes_ratio_from_ce(const struct kernel_release *release, const struct xnu_model *known)
{
    return known != NULL && known->ratio_from_ce &&
           (release->major >= 10 ||
            (release->major == 9 && release->minor >= 7 && known->first == 9));
}

uint64_t xnu_bus_clock(const struct kernel_release *release, const struct pc_information *pc)
{
    bool old = release->major == 8 || release->major == 9;
    if (!old || pc->bus_ratio == 0 || xnu_takes_ratio_from_ce(release, xnu_model_find(pc->model))) {
        return pc->fsb_hz;
    }
    return (pc->tsc_hz + pc->bus_ratio / 2) / pc->bus_ratio;
}
