/* SPDX-License-Identifier: BSD-2-Clause */
/* The release that a kernel's own banner tells. */
#include <string.h>

#include "darwin/kernel_release.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct kernel_release release;

    fuzz_begin(bytes, length);
    memset(&release, 0xa5, sizeof release);
    kernel_release_find(bytes, length, &release);
    FUZZ_CHECK(kernel_release_name(&release)[0] != '\0');
    FUZZ_CHECK(strlen(kernel_release_name(&release)) < 100);
    fuzz_end();
    return 0;
}
