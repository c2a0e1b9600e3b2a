/* SPDX-License-Identifier: BSD-2-Clause */
/* The option words: values are texts inside the options. */
#include <string.h>

#include "boot/options.h"
#include "tests/fuzz/fuzz.h"

static struct options options;

static void check_text(const char *text)
{
    if (text != NULL)
        FUZZ_CHECK(fuzz_inside(options.storage, sizeof options.storage, text, strlen(text) + 1));
}

static void check_list(const char *const list[], size_t count, size_t maximum)
{
    FUZZ_CHECK(count <= maximum);
    for (size_t i = 0; i < count; i++) {
        FUZZ_CHECK(list[i] != NULL);
        check_text(list[i]);
    }
}

static void check_options(void)
{
    check_text(options.file);
    check_text(options.config);
    check_text(options.ramdisk);
    check_text(options.args);
    check_text(options.net);
    check_text(options.nic);
    check_text(options.image);
    check_text(options.model);
    check_list(options.mkext, options.mkext_count, OPTIONS_MKEXTS_MAXIMUM);
    check_list(options.driver, options.driver_count, OPTIONS_DRIVERS_MAXIMUM);
    check_list(options.module, options.module_count, OPTIONS_MODULES_MAXIMUM);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static char text[OPTIONS_LENGTH + 64];

    if (length >= sizeof text)
        return -1;
    fuzz_begin(bytes, length);
    memcpy(text, bytes, length);
    text[length] = '\0';
    memset(&options, 0xa5, sizeof options);
    if (fuzz_succeeded(options_parse(text, &options)))
        check_options();
    FUZZ_CHECK(strlen(text) <= length);
    fuzz_end();
    return 0;
}
