/* SPDX-License-Identifier: BSD-2-Clause */
/* fetch: a file, to see whether it comes and what it is; nothing of it stays. */
#include "net/fetch.h"

#include "boot/commands/command.h"
#include "boot/commands/session.h"
#include "boot/files.h"
#include "boot/platform.h"
#include "console/console.h"
#include "lib/crc32.h"
#include "lib/sha256.h"

static void tell(const struct fetched_file *file, uint64_t milliseconds)
{
    uint8_t digest[SHA256_LENGTH];

    print("%s: %u bytes in %u.%03u s", file->name, (unsigned)file->length,
          (unsigned)(milliseconds / 1000), (unsigned)(milliseconds % 1000));
    if (milliseconds != 0)
        print(", %u KB/s", (unsigned)(file->length / milliseconds * 1000 / 1024));
    print("\n  CRC-32  %08x\n  SHA-256 ", (unsigned)crc32_ieee(file->bytes, file->length));
    sha256(file->bytes, file->length, digest);
    for (unsigned i = 0; i < SHA256_LENGTH; i++)
        print("%02x", digest[i]);
    print("\n");
}

static error_t run(char *arguments)
{
    struct session session = {NULL};
    static struct fetched_file file;
    const char *uri = command_next_word(&arguments);
    uint64_t start;
    error_t error = OK;

    if (uri[0] == '\0')
        return fail(ERROR_FETCH_URI, "fetch needs the name of a file");
    if (!fetch_is_local(uri))
        error = session_begin(&session);
    if (error != OK)
        return error;
    start = platform_milliseconds();
    error = fetch_file(uri, FILES_LIMIT, &file);
    if (error == OK) {
        tell(&file, platform_milliseconds() - start);
        fetch_release(&file);
    }
    session_end(&session);
    return error;
}

COMMAND(fetch_command) = {
    .name = "fetch",
    .arguments = "URI",
    .summary = "fetch a file and tell its size, time and checksums",
    .run = run,
};
