/* SPDX-License-Identifier: BSD-2-Clause */
#include "extensions.h"

#include "lib/bytes.h"
#include "report.h"
#include "strings.h"
#include "tools/common/crc32.h"
#include "words.h"

#define EXTENSIONS_MAXIMUM 32u
#define NAME_MAXIMUM       64u

static struct {
    char identifier[NAME_MAXIMUM];
    uint32_t crc;
} found[EXTENSIONS_MAXIMUM];
static uint32_t count;

/* The string that follows <key>CFBundleIdentifier</key> in the XML text. */
bool extension_begins(const uint8_t *plist, uint32_t length)
{
    const char *text = (const char *)plist;
    uint32_t start, more;
    if (count < EXTENSIONS_MAXIMUM)
        count++;
    if (!text_contains(text, length, "<key>CFBundleIdentifier</key>", &start) ||
        !text_contains(text + start, length - start, "<string>", &more)) {
        say("       no CFBundleIdentifier\n");
        return false;
    }
    start += more;
    uint32_t end = start;
    while (end < length && text[end] != '<')
        end++;
    say("       CFBundleIdentifier %.*s\n", (int)(end - start), text + start);
    if (end - start < NAME_MAXIMUM)
        memcpy(found[count - 1].identifier, text + start, end - start);
    return end > start;
}

void extension_executable(const uint8_t *bytes, uint32_t length)
{
    uint32_t crc = crc32(bytes, length);
    say("       module CRC-32 %08x, first word %08x\n", crc, length >= 4 ? get_be32(bytes) : 0);
    if (count != 0)
        found[count - 1].crc = crc;
}

void check_extensions_expected(const char *line)
{
    const char *at = words_value(line, "expect-extensions=");
    uint32_t index = 0;
    if (at == NULL)
        return;
    for (; *at != '\0' && *at != ' '; index++) {
        uint32_t length = 0;
        while (at[length] != '\0' && at[length] != ' ' && at[length] != ':')
            length++;
        const char *name = at, *digits = at + length + (at[length] == ':');
        uint32_t crc = read_number(&digits, 16);
        bool here = index < count && length < NAME_MAXIMUM &&
                    found[index].identifier[length] == '\0' &&
                    memcmp(found[index].identifier, name, length) == 0;
        check(here, "extension %u is %.*s: %s", index, (int)length, name,
              index < count ? found[index].identifier : "-");
        check(here && found[index].crc == crc, "its executable has CRC-32 %08x: %08x", crc,
              index < count ? found[index].crc : 0);
        at = digits + (*digits == ',');
    }
    check(count == index, "there are %u extensions, %u expected", count, index);
}
