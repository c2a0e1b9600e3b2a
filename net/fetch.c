/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/fetch.h"

#include <stdio.h>
#include <string.h>

#include "boot/platform.h"
#include "console/console.h"
#include "lib/bytes.h"
#include "net/address.h"
#include "net/names.h"

#define PAGE 4096u

static uint32_t boot_server;
static uint32_t last_server; /* of the last fetch; 0: it was local */

void fetch_set_server(uint32_t server)
{
    boot_server = server;
}

/* --- URIs ------------------------------------------------------------------------------------- */

/* RFC 3986 section 3.1. Returns the length of a scheme that "://" follows, or 0. */
static size_t scheme_length(const char *text)
{
    size_t length = 0;

    for (;; length++) {
        char c = text[length];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        bool other = (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';

        if (!letter && !(other && length != 0))
            break;
    }
    return length != 0 && strncmp(text + length, "://", 3) == 0 ? length : 0;
}

static bool hex_digit(char c, unsigned *value)
{
    if (c >= '0' && c <= '9')
        *value = (unsigned)(c - '0');
    else if (c >= 'a' && c <= 'f')
        *value = (unsigned)(c - 'a') + 10;
    else if (c >= 'A' && c <= 'F')
        *value = (unsigned)(c - 'A') + 10;
    else
        return false;
    return true;
}

/* Copies a URI's path, %41 becoming 'A' (RFC 3986 section 2.1). False if malformed or too long, or
 * if %0A hides a character that cannot be shown. */
static bool decode_path(const char *text, char path[FETCH_PATH_LENGTH])
{
    size_t used = 0;

    while (*text != '\0') {
        unsigned high, low;

        if (used == FETCH_PATH_LENGTH - 1)
            return false;
        if (*text != '%') {
            path[used++] = *text++;
            continue;
        }
        if (!hex_digit(text[1], &high) || !hex_digit(text[2], &low))
            return false;
        low |= high << 4;
        /* NUL, and what the whole text may not have either. */
        if (low < 0x20 || low == 0x7F)
            return false;
        path[used++] = (char)low;
        text += 3;
    }
    path[used] = '\0';
    return used != 0;
}

static bool parse_port(const char *text, size_t length, uint16_t *port)
{
    unsigned value = 0;

    if (length == 0 || length > 5)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        value = value * 10 + (unsigned)(text[i] - '0');
    }
    *port = (uint16_t)value;
    return value != 0 && value <= 0xFFFF;
}

/* "address[:port]", "name[:port]", or nothing for the boot server. */
static bool parse_server(const char *text, size_t length, struct fetch_uri *uri)
{
    const char *colon = memchr(text, ':', length);

    if (colon != NULL) {
        size_t before = (size_t)(colon - text);

        if (!parse_port(colon + 1, length - before - 1, &uri->port))
            return false;
        length = before;
    }
    if (length == 0)
        return true;
    if (names_valid(text, length)) {
        uri->host = text;
        uri->host_length = length;
        return true;
    }
    return address_parse(text, length, &uri->server) && address_is_host(uri->server);
}

/* No name on any server has them; a damaged DHCP option may, and would confuse the console. */
static bool has_control_characters(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7F)
            return true;
    return false;
}

static const struct fetch_scheme *find_scheme(const char *name, size_t length)
{
    TABLE_FOREACH (fetch_schemes, scheme)
        if (strlen((*scheme)->name) == length && memcmp((*scheme)->name, name, length) == 0)
            return *scheme;
    return NULL;
}

/* The local scheme that the text begins with ("module:..."), or NULL. */
static const struct fetch_scheme *local_scheme(const char *text)
{
    size_t length = strcspn(text, ":/");
    const struct fetch_scheme *scheme = text[length] == ':' ? find_scheme(text, length) : NULL;

    return scheme != NULL && scheme->local ? scheme : NULL;
}

bool fetch_is_local(const char *text)
{
    return local_scheme(text) != NULL;
}

error_t fetch_parse(const char *text, struct fetch_uri *uri)
{
    size_t scheme = scheme_length(text);
    const char *server, *slash;
    char shown[128];

    memset(uri, 0, sizeof *uri);
    text_make_printable(shown, sizeof shown, text, strlen(text));
    if (has_control_characters(text))
        return fail(ERROR_FETCH_URI, "\"%s\" has characters that cannot be shown", shown);
    if (fetch_is_local(text)) {
        const char *path = strchr(text, ':') + 1;

        if (*path == '\0' || strlen(path) >= sizeof uri->path)
            return fail(ERROR_FETCH_URI, "\"%s\": the name is empty or too long", shown);
        snprintf(uri->scheme, sizeof uri->scheme, "%s", local_scheme(text)->name);
        strcpy(uri->path, path);
        return OK;
    }
    strcpy(uri->scheme, "tftp");
    if (scheme == 0 && strncmp(text, "//", 2) != 0) {
        if (text[0] == '\0' || strlen(text) >= sizeof uri->path)
            return fail(ERROR_FETCH_URI, "\"%s\" is empty or too long", shown);
        strcpy(uri->path, text);
        return OK;
    }
    if (scheme >= sizeof uri->scheme)
        return fail(ERROR_FETCH_URI, "\"%s\": the scheme is too long", shown);
    if (scheme != 0) {
        for (size_t i = 0; i < scheme; i++)
            uri->scheme[i] =
                text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] - 'A' + 'a') : text[i];
        uri->scheme[scheme] = '\0';
    }
    server = text + (scheme != 0 ? scheme + 3 : 2);
    slash = strchr(server, '/');
    if (slash == NULL)
        return fail(ERROR_FETCH_URI, "\"%s\": no path behind the server", shown);
    if (!parse_server(server, (size_t)(slash - server), uri))
        return fail(ERROR_FETCH_URI, "\"%s\": the server has to be %s; :port may follow", shown,
                    names_server_forms);
    if (!decode_path(slash + 1, uri->path))
        return fail(ERROR_FETCH_URI, "\"%s\": the path is empty, too long or has a bad %%", shown);
    return OK;
}

/* --- Fetching --------------------------------------------------------------------------------- */

/* Between a scheme and the caller's sink: shows progress. */
struct shown_sink {
    struct fetch_sink sink;
    struct fetch_sink *target;
    struct progress progress;
    uint64_t done;
    bool begun;
};

static error_t shown_begin(struct fetch_sink *sink, uint64_t size)
{
    struct shown_sink *shown = sink->context;
    error_t error = shown->target->begin(shown->target, size);

    if (error != OK)
        return error;
    shown->begun = true;
    progress_begin(&shown->progress, shown->progress.name, size != FETCH_SIZE_UNKNOWN ? size : 0);
    return OK;
}

static error_t shown_write(struct fetch_sink *sink, uint64_t offset, const uint8_t *bytes,
                           size_t length)
{
    struct shown_sink *shown = sink->context;
    error_t error = shown->target->write(shown->target, offset, bytes, length);

    if (error != OK)
        return error;
    /* A second start is not shown until it gets further than the first. */
    if (offset + length > shown->done)
        shown->done = offset + length;
    progress_update(&shown->progress, shown->done);
    return OK;
}

error_t fetch_to_sink(const char *text, struct fetch_sink *sink)
{
    struct shown_sink shown = {.target = sink};
    struct fetch_uri uri;
    const struct fetch_scheme *scheme;
    char name[FETCH_PATH_LENGTH];
    error_t error = fetch_parse(text, &uri);

    if (error != OK)
        return error;
    scheme = find_scheme(uri.scheme, strlen(uri.scheme));
    if (scheme == NULL)
        return fail(ERROR_FETCH_URI, "\"%s\": the scheme %s is not known", text, uri.scheme);
    if (uri.host_length != 0)
        error = names_find(uri.host, uri.host_length, &uri.server);
    if (error != OK)
        return error;
    if (uri.server == 0 && !scheme->local)
        uri.server = boot_server;
    if (uri.server == 0 && !scheme->local)
        return fail(ERROR_NET_NO_SERVER, "\"%s\"", text);
    last_server = uri.server;
    text_make_printable(name, sizeof name, uri.path, sizeof uri.path);
    shown.sink.begin = shown_begin;
    shown.sink.write = shown_write;
    shown.sink.context = &shown;
    shown.progress.name = name;
    error = scheme->fetch(&uri, &shown.sink);
    if (shown.begun)
        progress_end(&shown.progress, shown.done, error == OK);
    return error;
}

/* --- Files in memory -------------------------------------------------------------------------- */

struct memory_sink {
    struct fetch_sink sink;
    struct fetched_file *file;
    size_t limit;
};

/* Claims room for `size` bytes at least; true if there is now. */
static bool claim(struct fetched_file *file, size_t size)
{
    if (size > SIZE_MAX - (PAGE - 1))
        return false;
    file->claimed = size != 0 ? (size_t)round_up(size, PAGE) : PAGE;
    file->bytes = platform_claim(file->claimed, PAGE);
    if (file->bytes == NULL)
        file->claimed = 0;
    return file->bytes != NULL;
}

/*
 * Where the size is known only at the end: the largest free block that the limit has use for, whose
 * tail is given back. What firmware calls free may be not quite so large, hence the halving.
 */
static error_t claim_unknown(struct fetched_file *file, size_t limit)
{
    size_t size = platform_largest_free();

    if (size > limit)
        size = limit > PAGE ? limit : PAGE;
    for (; size >= PAGE; size /= 2)
        if (claim(file, size))
            return OK;
    return fail(ERROR_MEMORY_CLAIM, "\"%s\", whose size the server does not tell", file->name);
}

static error_t memory_begin(struct fetch_sink *sink, uint64_t size)
{
    struct memory_sink *memory = sink->context;
    struct fetched_file *file = memory->file;

    if (size == FETCH_SIZE_UNKNOWN)
        return claim_unknown(file, memory->limit);
    if (size > memory->limit)
        return fail(ERROR_FETCH_LIMIT, "\"%s\" has %llu bytes, %llu are the most", file->name,
                    (unsigned long long)size, (unsigned long long)memory->limit);
    if (!claim(file, (size_t)size))
        return fail(ERROR_MEMORY_CLAIM, "%llu bytes for \"%s\"", (unsigned long long)size,
                    file->name);
    return OK;
}

static error_t memory_write(struct fetch_sink *sink, uint64_t offset, const uint8_t *bytes,
                            size_t length)
{
    struct memory_sink *memory = sink->context;
    struct fetched_file *file = memory->file;

    if (!bytes_within(memory->limit, offset, length))
        return fail(ERROR_FETCH_LIMIT, "\"%s\" has more than %llu bytes", file->name,
                    (unsigned long long)memory->limit);
    if (!bytes_within(file->claimed, offset, length))
        return fail(ERROR_MEMORY_CLAIM, "\"%s\" is larger than the largest free memory, %llu bytes",
                    file->name, (unsigned long long)file->claimed);
    memcpy(file->bytes + offset, bytes, length);
    file->length = (size_t)offset + length;
    return OK;
}

/* Gives back the whole pages behind the file; a file of no bytes keeps one. */
static void release_tail(struct fetched_file *file)
{
    size_t kept = file->length != 0 ? (size_t)round_up(file->length, PAGE) : PAGE;

    if (kept < file->claimed) {
        platform_release(file->bytes + kept, file->claimed - kept);
        file->claimed = kept;
    }
}

error_t fetch_file(const char *uri, size_t limit, struct fetched_file *file)
{
    struct memory_sink memory = {.file = file, .limit = limit};
    error_t error;

    memset(file, 0, sizeof *file);
    snprintf(file->name, sizeof file->name, "%s", uri);
    memory.sink.begin = memory_begin;
    memory.sink.write = memory_write;
    memory.sink.context = &memory;
    error = fetch_to_sink(uri, &memory.sink);
    if (error != OK) {
        fetch_release(file);
        return error;
    }
    release_tail(file);
    file->server = last_server;
    return OK;
}

void fetch_release(struct fetched_file *file)
{
    if (file->bytes != NULL)
        platform_release(file->bytes, file->claimed);
    file->bytes = NULL;
    file->length = file->claimed = 0;
}
