/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fetch seam: a URI in, bytes in memory out, with progress, a size limit and a
 * reason for failure.
 */
#ifndef NET_FETCH_H
#define NET_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "console/error.h"
#include "lib/table.h"

#define FETCH_SIZE_UNKNOWN UINT64_MAX
#define FETCH_PATH_LENGTH  512

/*
 * Where the bytes go. Both functions run in the receive path; `write` makes the only copy of a
 * payload byte. An error from either ends the transfer and becomes fetch's result.
 */
struct fetch_sink {
    /* Called once before the first byte; size may be FETCH_SIZE_UNKNOWN. */
    error_t (*begin)(struct fetch_sink *sink, uint64_t size);
    /* Bytes arrive in order. Offset 0 may come again: what was written before counts no more. */
    error_t (*write)(struct fetch_sink *sink, uint64_t offset, const uint8_t *bytes, size_t length);
    void *context;
};

struct fetch_uri {
    char scheme[16];
    uint32_t server;    /* network order; 0: the boot server, unless there is a name */
    const char *host;   /* the server's name, inside the text that was split */
    size_t host_length; /* 0: it has none */
    uint16_t port;      /* host order; 0: the scheme's own */
    char path[FETCH_PATH_LENGTH];
};

struct fetch_scheme {
    const char *name;
    bool local; /* there is no server: "scheme:path" */
    error_t (*fetch)(const struct fetch_uri *uri, struct fetch_sink *sink);
};

TABLE_DECLARE(fetch_schemes, const struct fetch_scheme);
#define FETCH_SCHEME(name) TABLE_ENTRY(fetch_schemes, const struct fetch_scheme, name)

/* The server used for URIs that name none (network order); network_configure sets it. */
void fetch_set_server(uint32_t server);

/*
 * Splits "tftp://server[:port]/path", "//server/path" or a bare path ("mach_kernel", "a/b",
 * "/a/b"). A bare path is sent to the boot server by TFTP exactly as written; in a URI's path %41
 * stands for 'A'. The server is an address or a name (net/names.h), which is not looked up. A local
 * scheme has no server: "module:name". ERROR_FETCH_URI: malformed, too long, or with characters
 * that cannot be shown.
 */
error_t fetch_parse(const char *text, struct fetch_uri *uri);
/* True if fetching it needs no network. */
bool fetch_is_local(const char *text);
/* Errors: ERROR_FETCH_URI, ERROR_NET_NO_SERVER, those of names_find, the scheme's, the sink's. */
error_t fetch_to_sink(const char *uri, struct fetch_sink *sink);

/* A file in memory that platform_claim gave. */
struct fetched_file {
    char name[FETCH_PATH_LENGTH]; /* the URI as asked for */
    uint8_t *bytes;
    uint32_t server; /* where it came from, network order; 0: from no server */
    size_t length;
    size_t claimed; /* bytes claimed at `bytes`, a multiple of the page */
};

/*
 * Fetches a whole file of at most `limit` bytes into claimed memory. On failure nothing stays
 * claimed.
 */
error_t fetch_file(const char *uri, size_t limit, struct fetched_file *file);
void fetch_release(struct fetched_file *file);

#endif
