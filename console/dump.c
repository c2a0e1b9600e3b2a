/* SPDX-License-Identifier: BSD-2-Clause */
#include "console/dump.h"

#include "console/console.h"
#include "lib/crc32.h"

#define LINE_BYTES 32

static void print_line(size_t offset, const uint8_t *bytes, size_t count)
{
    static const char digits[] = "0123456789abcdef";
    char text[2 * LINE_BYTES + 1];
    size_t at = 0;

    for (size_t i = 0; i < count; i++) {
        text[at++] = digits[bytes[i] >> 4];
        text[at++] = digits[bytes[i] & 0xF];
    }
    text[at] = '\0';
    print("%08x %s\n", (unsigned)offset, text);
}

void dump_print(const char *name, const char *attributes, const uint8_t *bytes, size_t length,
                bool (*interrupted)(void))
{
    print("DUMP %s length=%u crc32=%08x%s%s\n", name, (unsigned)length,
          (unsigned)crc32_ieee(bytes, length), attributes[0] != '\0' ? " " : "", attributes);
    for (size_t offset = 0; offset < length; offset += LINE_BYTES) {
        if (interrupted()) {
            print("DUMP interrupted\n");
            return;
        }
        print_line(offset, bytes + offset,
                   length - offset < LINE_BYTES ? length - offset : LINE_BYTES);
    }
    print("DUMP end\n");
}
