/* SPDX-License-Identifier: BSD-2-Clause */
/* What a release of XNU makes of this machine's processor and chipset. */
#ifndef DARWIN_XNU_WARNINGS_H
#define DARWIN_XNU_WARNINGS_H

#include "boot/platform.h"
#include "darwin/kernel_release.h"
#include "darwin/xnu.h"

/*
 * Prints a line for each (xnu-handoff sections 2.7 and 2.9). They are warnings, because kernels are
 * patched and emulators get better: the kernel is started all the same.
 */
void xnu_warnings_print(const struct kernel_release *release, const struct pc_information *pc,
                        const struct xnu_request *request);

#endif
