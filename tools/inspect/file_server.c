/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The half of the boot server that has the files, in place of net/tftp.c: what would come by TFTP
 * is read from a folder of this computer.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "net/tftp.h"
#include "tools/inspect/server.h"

#define PIECE (64u << 10)

static const char *folder;

void server_set_folder(const char *name)
{
    folder = name;
}

static error_t copy_file(FILE *stream, const char *path, uint64_t size, struct fetch_sink *sink)
{
    uint8_t *piece = malloc(PIECE);
    error_t error =
        piece != NULL ? sink->begin(sink, size) : fail(ERROR_MEMORY_HEAP, "to read \"%s\"", path);

    for (uint64_t at = 0; error == OK && at < size;) {
        size_t wanted = size - at < PIECE ? (size_t)(size - at) : PIECE;

        if (fread(piece, 1, wanted, stream) != wanted)
            error = fail(ERROR_TFTP_SERVER, "\"%s\" cannot be read completely", path);
        else
            error = sink->write(sink, at, piece, wanted);
        at += wanted;
    }
    free(piece);
    return error;
}

error_t tftp_fetch(const struct fetch_uri *uri, struct fetch_sink *sink)
{
    char path[2 * FETCH_PATH_LENGTH];
    struct stat status;
    FILE *stream;
    error_t error;

    snprintf(path, sizeof path, "%s%s%s", folder != NULL ? folder : "", folder != NULL ? "/" : "",
             uri->path);
    stream = fopen(path, "rb");
    if (stream == NULL)
        return fail(ERROR_TFTP_SERVER, "\"%s\": %s", path, strerror(errno));
    if (fstat(fileno(stream), &status) != 0 || !S_ISREG(status.st_mode))
        error = fail(ERROR_TFTP_SERVER, "\"%s\" is no file", path);
    else
        error = copy_file(stream, path, (uint64_t)status.st_size, sink);
    fclose(stream);
    return error;
}

FETCH_SCHEME(tftp_scheme) = {.name = "tftp", .fetch = tftp_fetch};

/* Reading a file takes no time and no window, and leaves nothing open. */
void tftp_limit_window(unsigned blocks)
{
    (void)blocks;
}

void tftp_limit_wait(unsigned milliseconds)
{
    (void)milliseconds;
}

void tftp_forget(void)
{
}
