/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of files and servers, as people write them. */
#include <string.h>

#include "net/address.h"
#include "net/fetch.h"
#include "net/names.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static char text[1024];
    struct fetch_uri uri;
    uint32_t address;

    if (length >= sizeof text)
        return -1;
    fuzz_begin(bytes, length);
    memcpy(text, bytes, length);
    text[length] = '\0';
    if (fuzz_succeeded(fetch_parse(text, &uri))) {
        FUZZ_CHECK(memchr(uri.scheme, '\0', sizeof uri.scheme) != NULL);
        FUZZ_CHECK(memchr(uri.path, '\0', sizeof uri.path) != NULL);
        FUZZ_CHECK(uri.path[0] != '\0');
        /* UTF-8 may be in it, but nothing that moves the cursor. */
        for (const char *c = uri.path; *c != '\0'; c++)
            FUZZ_CHECK((unsigned char)*c >= ' ' && *c != 0x7F);
        if (uri.host_length != 0) {
            FUZZ_CHECK(fuzz_inside(text, length, uri.host, uri.host_length));
            FUZZ_CHECK(names_valid(uri.host, uri.host_length) && uri.server == 0);
        }
    }
    fetch_is_local(text);
    if (address_parse(text, length, &address))
        FUZZ_CHECK(strcmp(network_address_text(address), text) == 0);
    FUZZ_CHECK(!address_parse(text, length, &address) || !names_valid(text, length));
    fuzz_end();
    return 0;
}
