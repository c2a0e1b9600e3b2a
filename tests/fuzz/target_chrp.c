/* SPDX-License-Identifier: BSD-2-Clause */
/* CHRP boot files. */
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    return fuzz_image(bytes, length);
}
