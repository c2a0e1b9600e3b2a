/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The arguments behind a device's colon: texts end, and addresses that work together make an option
 * net= that can be read.
 */
#include <string.h>

#include "device/arguments.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static struct boot_arguments arguments;
    static char text[BOOT_ARGUMENTS_TEXT_LENGTH + 64];
    char net[BOOT_ARGUMENTS_NET_LENGTH];

    if (length >= sizeof text)
        return -1;
    fuzz_begin(bytes, length);
    memcpy(text, bytes, length);
    text[length] = '\0';
    if (fuzz_succeeded(boot_arguments_parse(text, &arguments))) {
        FUZZ_CHECK(memchr(arguments.file, '\0', sizeof arguments.file) != NULL);
        FUZZ_CHECK(arguments.file[0] == '\0' || arguments.given);
        error_clear();
        if (fuzz_succeeded(boot_arguments_net(&arguments, net)))
            FUZZ_CHECK(memchr(net, '\0', sizeof net) != NULL);
    } else {
        FUZZ_CHECK(!arguments.given && arguments.server == 0 && arguments.file[0] == '\0');
    }
    fuzz_end();
    return 0;
}
