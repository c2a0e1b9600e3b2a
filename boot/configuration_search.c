/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/configuration_search.h"

#include <stdio.h>
#include <string.h>

#include "boot/chain.h"
#include "boot/configuration.h"
#include "console/console.h"
#include "drivers/nic.h"
#include "lib/bytes.h"
#include "lib/text.h"
#include "net/address.h"
#include "net/fetch.h"
#include "net/tftp.h"

#define FOLDER  "sawboot/"
#define BESIDE  "com.apple.Boot.plist"
#define PATTERN FOLDER "01-%02x-%02x-%02x-%02x-%02x-%02x"
#define HEX     8 /* digits of an address */
/*
 * Some servers do not answer for files that they do not have. Five requests find out, the last
 * after 15 s; where one packet in five gets lost, that is enough in 99 of 100 cases.
 */
#define OPTIONAL_WAIT_MS 17000u

bool configuration_name(size_t index, const uint8_t station[6], uint32_t address,
                        char name[CONFIGURATION_NAME_LENGTH])
{
    uint8_t bytes[4];
    int length;

    if (index == 0) {
        snprintf(name, CONFIGURATION_NAME_LENGTH, PATTERN, station[0], station[1], station[2],
                 station[3], station[4], station[5]);
        return true;
    }
    if (index == HEX + 1) {
        snprintf(name, CONFIGURATION_NAME_LENGTH, FOLDER "default");
        return true;
    }
    if (index > HEX)
        return false;
    address_to_bytes(address, bytes);
    length = snprintf(name, CONFIGURATION_NAME_LENGTH, FOLDER "%08X", (unsigned)get_be32(bytes));
    name[(size_t)length - (index - 1)] = '\0';
    return true;
}

/* Fetched: reads it and completes the options. */
static error_t take(struct fetched_file *file, const struct configuration_place *place,
                    struct options *options)
{
    static struct configuration configuration;
    error_t error = configuration_parse(file->bytes, file->length, place, &configuration);

    if (error == OK)
        error = configuration_complete(&configuration, options);
    if (error != OK)
        error_context("%s: ", file->name);
    fetch_release(file);
    if (error != OK)
        return error;
    print("  configuration: %s\n", file->name);
    console_verbose |= options->verbose;
    tftp_limit_window(options->window);
    return OK;
}

/* The folder of a file, with its '/'; "" if it has none. */
static void write_folder(const char *name, char folder[FETCH_PATH_LENGTH])
{
    const char *slash = strrchr(name, '/');
    size_t length = slash != NULL && !fetch_is_local(name) ? (size_t)(slash + 1 - name) : 0;

    snprintf(folder, FETCH_PATH_LENGTH, "%.*s", (int)length, name);
}

/* One that has to be there. */
static error_t read_named(const char *name, struct options *options)
{
    char folder[FETCH_PATH_LENGTH];
    struct configuration_place place = {.folder = folder};
    struct fetched_file file;
    error_t error = fetch_file(name, CONFIGURATION_LIMIT, &file);

    if (error != OK) {
        error_context("configuration: ");
        return error;
    }
    write_folder(name, folder);
    return take(&file, &place, options);
}

static error_t fetch_optional(const char *name, struct fetched_file *file)
{
    error_t error;

    tftp_limit_wait(OPTIONAL_WAIT_MS);
    error = fetch_file(name, CONFIGURATION_LIMIT, file);
    tftp_limit_wait(0);
    return error;
}

static error_t read_beside(const char *boot_file, bool is_booter, struct options *options)
{
    char folder[FETCH_PATH_LENGTH], name[FETCH_PATH_LENGTH + sizeof BESIDE];
    struct configuration_place place = {.folder = folder, .beside_booter = is_booter};
    struct fetched_file file;
    error_t error;

    write_folder(boot_file, folder);
    snprintf(name, sizeof name, "%s" BESIDE, folder);
    error = fetch_optional(name, &file);
    if (error == OK)
        return take(&file, &place, options);
    if (error == ERROR_TFTP_NO_ANSWER)
        print("note: nobody answers for %s; going on without it\n", name);
    return error == ERROR_TFTP_SERVER || error == ERROR_TFTP_NO_ANSWER ? OK : error;
}

static error_t search(const struct nic *nic, const struct network_config *network,
                      struct options *options)
{
    struct configuration_place place = {.folder = ""};
    struct fetched_file file;
    char name[CONFIGURATION_NAME_LENGTH];

    configuration_name(0, nic->address, network->address, name);
    print("looking for a configuration: %s to " FOLDER "default\n", name);
    for (size_t i = 0; configuration_name(i, nic->address, network->address, name); i++) {
        error_t error = fetch_optional(name, &file);

        if (error == OK)
            return take(&file, &place, options);
        if (error != ERROR_TFTP_SERVER)
            return error;
    }
    print("  there is none\n");
    return OK;
}

error_t configuration_read(const struct nic *nic, const struct network_config *network,
                           struct options *options)
{
    error_t error;

    if (options->config != NULL)
        return strcmp(options->config, "none") == 0 ? OK : read_named(options->config, options);
    /* With `chain` the booter is started, which reads its own. */
    if (options->file != NULL || (network->has_booter && options->chain))
        return OK;
    if (network->file[0] == '\0' || chain_names_us(options, network))
        return network->server != 0 ? search(nic, network, options) : OK;
    if (!text_ends_with(network->file, ".plist"))
        return read_beside(network->file, network->has_booter, options);
    error = read_named(network->file, options);
    if (error == OK && options->file == NULL)
        return fail(ERROR_NET_NO_FILE, "%s has no Kernel", network->file);
    return error;
}
