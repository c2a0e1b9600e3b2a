/* SPDX-License-Identifier: BSD-2-Clause */
#include "darwin/xnu_warnings.h"

#include <string.h>

#include "console/console.h"
#include "darwin/kernel_words.h"
#include "darwin/xnu_models.h"

/* EFI_FSB_frequency (osfmk/i386/tsc.c of Darwin 8 to 11) takes what lies between these. */
#define FSB_LOWEST_HZ  90000000ull
#define FSB_HIGHEST_HZ 10000000000ull

static void warn_of_processor(const struct kernel_release *release, const struct pc_information *pc)
{
    const struct xnu_model *known = xnu_model_find(pc->model);
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
    const struct xnu_model *known = xnu_model_find(pc->model);
    if (release->major > 11) {
        return;
    }
    if (xnu_takes_ratio_from_ce(release, known)) {
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
    if (release->major >= 10 && request->plan->macho.prelinked && request->extension_count != 0) {
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
