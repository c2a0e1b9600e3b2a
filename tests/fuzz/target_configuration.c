/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Configuration files: all that comes out are texts that can be shown, inside the configuration.
 *
 * Dictionary: plist
 * Longest input: 6144
 */
#include <string.h>

#include "boot/configuration.h"
#include "net/fetch.h"
#include "tests/fuzz/fuzz.h"

static struct configuration configuration;

/* How full the room for texts is, as a place that libFuzzer sees reached: one that is nearly full
 * is worth keeping. */
#define FILL_STEP 128
__attribute__((
    section("__libfuzzer_extra_counters"))) static uint8_t fill[CONFIGURATION_TEXT / FILL_STEP + 1];

static void check_text(const char *text, size_t longest)
{
    if (text == NULL)
        return;
    FUZZ_CHECK(fuzz_inside(&configuration, sizeof configuration, text, 1) || *text == '\0');
    for (size_t i = 0; text[i] != '\0'; i++) {
        FUZZ_CHECK(text[i] >= ' ' && text[i] <= '~');
        FUZZ_CHECK(i < longest);
        FUZZ_CHECK(fuzz_inside(&configuration, sizeof configuration, text + i, 2));
    }
}

static void check_options(const struct options *options)
{
    FUZZ_CHECK(options->mkext_count <= OPTIONS_MKEXTS_MAXIMUM);
    FUZZ_CHECK(options->driver_count <= OPTIONS_DRIVERS_MAXIMUM);
    FUZZ_CHECK(options->module_count <= OPTIONS_MODULES_MAXIMUM);
    check_text(options->file, CONFIGURATION_TEXT);
    check_text(options->beside, CONFIGURATION_TEXT);
    check_text(options->ramdisk, CONFIGURATION_TEXT);
    check_text(options->args, CONFIGURATION_TEXT);
    for (size_t i = 0; i < options->mkext_count; i++)
        check_text(options->mkext[i], CONFIGURATION_TEXT);
    for (size_t i = 0; i < options->driver_count; i++)
        check_text(options->driver[i], CONFIGURATION_TEXT);
    for (size_t i = 0; i < options->module_count; i++)
        check_text(options->module[i], CONFIGURATION_TEXT);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static const struct configuration_place places[] = {
        {"", false}, {"a/b/", false}, {"//10.0.2.2/n/", false}, {"NetBoot/i/", true}};
    static struct options options;

    /* What the loader fetches at the most. */
    if (length > CONFIGURATION_LIMIT)
        return -1;
    fuzz_begin(bytes, length);
    if (fuzz_succeeded(configuration_parse(bytes, length, &places[length % 4], &configuration))) {
        FUZZ_CHECK(configuration.used <= sizeof configuration.text);
        fill[configuration.used / FILL_STEP] = 1;
        check_options(&configuration.options);
        memset(&options, 0, sizeof options);
        if (length % 8 >= 4)
            options.args = "-v";
        error_clear();
        if (fuzz_succeeded(configuration_complete(&configuration, &options)))
            FUZZ_CHECK(options.args == NULL || strlen(options.args) < CONFIGURATION_TEXT);
    }
    fuzz_end();
    return 0;
}
