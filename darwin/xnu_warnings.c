/* SPDX-License-Identifier: BSD-2-Clause */
#include "darwin/xnu_warnings.h"

#include <string.h>

#include "console/console.h"
#include "darwin/kernel_words.h"

/* EFI_FSB_frequency (osfmk/i386/tsc.c of Darwin 8 to 11) takes what lies between these. */
#define FSB_LOWEST_HZ  90000000ull
#define FSB_HIGHEST_HZ 10000000000ull

/*
 * Models of family 6 and the first and last major release that knows them (cpuid_set_cpufamily in
 * osfmk/i386/cpuid.c; tsc_init of Darwin 8 for the first two). Later point releases may know more.
 */
struct known_model {
    uint32_t model;
    unsigned first, last;
    bool ratio_from_ce; /* takes the bus ratio from MSR CEh (MSR_PLATFORM_INFO) instead of 198h */
};
#define LATER 99u
static const struct known_model known_models[] = {
    {14, 8, 12, false},     {15, 8, 15, false},     {13, 9, 12, false},    {23, 9, LATER, false},
    {26, 9, LATER, true},   {30, 10, LATER, true},  {31, 10, LATER, true}, {46, 10, LATER, true},
    {37, 10, LATER, true},  {44, 10, LATER, true},  {47, 10, LATER, true}, {42, 10, LATER, true},
    {45, 10, LATER, true},  {58, 11, LATER, true},  {62, 12, LATER, true}, {60, 12, LATER, true},
    {63, 13, LATER, true},  {69, 12, LATER, true},  {70, 12, LATER, true}, {61, 14, LATER, true},
    {71, 14, LATER, true},  {78, 15, LATER, true},  {94, 15, LATER, true}, {85, 17, LATER, true},
    {142, 16, LATER, true}, {158, 16, LATER, true},
};

static const struct known_model *find_model(uint32_t model)
{
    for (size_t i = 0; i < sizeof(known_models) / sizeof(known_models[0]); i++) {
        if (known_models[i].model == model) {
            return &known_models[i];
        }
    }
    return NULL;
}

/* tsc_init does from Darwin 10 on; that of 9.7 (xnu-1228.12.14) for the one such model it knows. */
static bool takes_ratio_from_ce(const struct kernel_release *release,
                                const struct known_model *known)
{
    return known != NULL && known->ratio_from_ce &&
           (release->major >= 10 ||
            (release->major == 9 && release->minor >= 7 && known->first == 9));
}

uint64_t xnu_bus_clock(const struct kernel_release *release, const struct pc_information *pc)
{
    bool old = release->major == 8 || release->major == 9;
    if (!old || pc->bus_ratio == 0 || takes_ratio_from_ce(release, find_model(pc->model))) {
        return pc->fsb_hz;
    }
    return (pc->tsc_hz + pc->bus_ratio / 2) / pc->bus_ratio;
}

static void warn_of_processor(const struct kernel_release *release, const struct pc_information *pc)
{
    const struct known_model *known = find_model(pc->model);
    if (pc->family != 6 || strcmp(pc->vendor, "GenuineIntel") != 0) {
        print("warning: %s stops at processors that are not of Intel's family 6; this one is "
              "\"%s\", family %u. Under QEMU: -cpu Penryn\n",
              kernel_release_name(release), pc->vendor, (unsigned)pc->family);
    } else if (known == NULL || release->major < known->first || release->major > known->last) {
        print("warning: %s may not know this processor (family 6, model %u) and stop at it. "
              "Under QEMU: -cpu %s\n",
              kernel_release_name(release), (unsigned)pc->model,
              release->major == 8 ? "coreduo, or core2duo" : "Penryn");
    }
}

static void warn_of_bus_clock(const struct kernel_release *release, const struct pc_information *pc)
{
    bool in_range = pc->fsb_hz > FSB_LOWEST_HZ && pc->fsb_hz < FSB_HIGHEST_HZ;
    if (release->major <= 11 && !in_range) {
        print("warning: %s takes a front-side bus between 90 MHz and 10 GHz only; this one has "
              "%llu Hz\n",
              kernel_release_name(release), (unsigned long long)pc->fsb_hz);
    } else if (pc->fsb_hz == 0 && !pc->hypervisor_timing) {
        print("warning: the front-side bus could not be measured: the kernel may stop\n");
    }
}

/* From Darwin 12 on a ratio of 0 counts as 1. */
static void warn_of_bus_ratio(const struct kernel_release *release, const struct pc_information *pc)
{
    const struct known_model *known = find_model(pc->model);
    if (release->major > 11) {
        return;
    }
    if (takes_ratio_from_ce(release, known)) {
        print("note: on this processor (model %u) %s takes its bus ratio from register CEh. Where "
              "an emulator leaves that 0, the kernel divides by 0; under QEMU take -cpu Penryn\n",
              (unsigned)pc->model, kernel_release_name(release));
    } else if (pc->bus_ratio == 0) {
        print("warning: register 198h tells no bus ratio: %s will divide by 0\n",
              kernel_release_name(release));
    }
}

/* hpet_init (osfmk/i386/hpet.c) is called by Darwin 8 and 9 without a question. */
static void warn_of_chipset(const struct kernel_release *release, const struct pc_information *pc)
{
    if (release->major <= 9 && (pc->rcba == 0 || pc->hpet_period == 0)) {
        print("warning: %s uses the LPC bridge of an Intel ICH chipset (%s) and its HPET (%s) "
              "without looking for them. Under QEMU: -machine q35,hpet=on\n",
              kernel_release_name(release), pc->rcba != 0 ? "here" : "missing",
              pc->hpet_period != 0 ? "here" : "missing");
    }
}

static void warn_of_files(const struct kernel_release *release, const struct xnu_request *request)
{
    const char *root = kernel_word(request->arguments, "rd=");
    size_t extensions = request->package_count + request->kext_count;
    if (release->major >= 10 && request->plan->macho.prelinked && extensions != 0) {
        print("warning: this kernel has its drivers linked in. %s then does not look at driver= "
              "and mkext=\n",
              kernel_release_name(release));
    }
    if (request->ramdisk != NULL && (root == NULL || strncmp(root, "md", 2) != 0)) {
        print("note: the kernel has the RAM disk as md0; for its root it needs args=rd=md0\n");
    }
}

void xnu_warnings_print(const struct kernel_release *release, const struct pc_information *pc,
                        const struct xnu_request *request)
{
    if (request->plan->cpu == IMAGE_CPU_I386 && request->plan->macho.virtual_base != 0) {
        print("warning: this kernel is linked at %08llx: it is of the line before Intel Macs and "
              "expects another, older boot loader\n",
              (unsigned long long)(request->plan->macho.virtual_base +
                                   image_plan_start(request->plan)));
    }
    if (release->major != 0) {
        warn_of_processor(release, pc);
        warn_of_bus_clock(release, pc);
        warn_of_bus_ratio(release, pc);
        warn_of_chipset(release, pc);
    }
    warn_of_files(release, request);
}
