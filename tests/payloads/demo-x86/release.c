/* SPDX-License-Identifier: BSD-2-Clause */
#include "release.h"

#define TEXT_OF(macro) TEXT_OF_(macro)
#define TEXT_OF_(text) #text

const unsigned darwin_major = DARWIN_MAJOR;

/* The shape of XNU's config/version.c. */
const char version[] = "Darwin Kernel Version " TEXT_OF(
    DARWIN_MAJOR) ".0.0: Sat Jan  1 00:00:00 UTC 2000; root:xnu-" XNU_VERSION "/RELEASE_" XNU_CPU;
