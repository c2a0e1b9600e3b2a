/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/inspect/dump.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/crc32.h"
#include "tools/common/tool.h"

#define START       "DUMP "
#define END         "DUMP end"
#define INTERRUPTED "DUMP interrupted"
#define LINE_LENGTH 512
#define LINE_BYTES  64 /* a line of the loader's has 32 */

/* --- Lines ------------------------------------------------------------------------------------ */

/* Copies the line that begins at `*at`, cut off if it is too long, and goes behind it. */
static bool next_line(const uint8_t *log, size_t length, size_t *at, char line[LINE_LENGTH])
{
    size_t used = 0;

    if (*at >= length)
        return false;
    for (; *at < length && log[*at] != '\n'; (*at)++)
        if (log[*at] != '\r' && log[*at] != 0 && used + 1 < LINE_LENGTH)
            line[used++] = (char)log[*at];
    if (*at < length)
        (*at)++;
    line[used] = '\0';
    return true;
}

static unsigned count_lines(const uint8_t *log, size_t end)
{
    unsigned count = 1;

    for (size_t i = 0; i < end; i++)
        count += log[i] == '\n';
    return count;
}

/* "DUMP name length=... crc32=...", wherever it begins in the line. `*prefix` is what is before. */
static bool is_start(const char *line, struct dump *dump, size_t *prefix)
{
    const char *start = strstr(line, START), *order, *address;
    unsigned long long announced;
    unsigned crc32;

    if (start == NULL ||
        sscanf(start, START "%31s length=%llu crc32=%8x", dump->name, &announced, &crc32) != 3)
        return false;
    *prefix = (size_t)(start - line);
    dump->length = announced;
    dump->crc32 = crc32;
    address = strstr(start, " address=");
    dump->has_address = address != NULL && sscanf(address, " address=%llx", &announced) == 1;
    dump->address = dump->has_address ? announced : 0;
    order = strstr(start, " byte-order=");
    if (order == NULL || sscanf(order, " byte-order=%31s", dump->byte_order) != 1)
        dump->byte_order[0] = '\0';
    return true;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* "00000020 6e616d65...": false for lines of others. */
static bool is_data(const char *line, uint32_t *offset, uint8_t bytes[LINE_BYTES], size_t *count)
{
    *offset = 0;
    *count = 0;
    for (unsigned i = 0; i < 8; i++) {
        int digit = hex_digit(line[i]);

        if (digit < 0)
            return false;
        *offset = *offset << 4 | (uint32_t)digit;
    }
    if (line[8] != ' ')
        return false;
    for (line += 9; *line != '\0' && *line != ' '; line += 2) {
        int high = hex_digit(line[0]), low = high < 0 ? -1 : hex_digit(line[1]);

        if (low < 0 || *count == LINE_BYTES)
            return false;
        bytes[(*count)++] = (uint8_t)(high << 4 | low);
    }
    return *count != 0;
}

/* --- Blocks ----------------------------------------------------------------------------------- */

bool dump_find(const uint8_t *log, size_t length)
{
    char line[LINE_LENGTH];
    struct dump dump;
    size_t at = 0, prefix;

    while (next_line(log, length, &at, line))
        if (is_start(line, &dump, &prefix))
            return true;
    return false;
}

static void say(struct dump *dump, const char *format, unsigned long long a, unsigned long long b)
{
    if (dump->problem[0] == '\0')
        snprintf(dump->problem, sizeof dump->problem, format, a, b);
}

static void take_data(struct dump *dump, size_t room, uint32_t offset, const uint8_t *bytes,
                      size_t count)
{
    if (offset != dump->count) {
        say(dump, "after byte %llu comes byte %llu: lines are missing", dump->count, offset);
        return;
    }
    if (count > room - dump->count) {
        say(dump, "there are more than the %llu bytes that its first line announces", dump->length,
            0);
        return;
    }
    memcpy(dump->bytes + dump->count, bytes, count);
    dump->count += count;
}

static void check(struct dump *dump, bool ended)
{
    uint32_t found;

    if (!ended)
        say(dump, "its line \"DUMP end\" is missing; %llu of %llu bytes are there", dump->count,
            dump->length);
    if (dump->count != dump->length)
        say(dump, "only %llu of %llu bytes are there", dump->count, dump->length);
    found = crc32_ieee(dump->bytes, dump->count);
    if (found != dump->crc32)
        say(dump, "CRC-32 is %08llx, its first line says %08llx", found, dump->crc32);
}

bool dump_next(const uint8_t *log, size_t length, size_t *at, struct dump *dump)
{
    char line[LINE_LENGTH];
    size_t prefix = 0, begins, room;
    bool found = false, ended = false, interrupted = false;

    memset(dump, 0, sizeof *dump);
    do {
        begins = *at;
        if (!next_line(log, length, at, line))
            return false;
        found = is_start(line, dump, &prefix);
    } while (!found);
    dump->line = count_lines(log, begins);
    /* What is announced may be anything; each byte takes two characters of the log. */
    room = dump->length < length / 2 ? (size_t)dump->length : length / 2;
    dump->bytes = allocate(room);
    for (begins = *at; !ended && !interrupted && next_line(log, length, at, line); begins = *at) {
        uint8_t bytes[LINE_BYTES];
        uint32_t offset;
        size_t count;
        struct dump other;
        size_t other_prefix;

        if (is_start(line, &other, &other_prefix)) {
            *at = begins; /* that one was broken off */
            break;
        }
        if (strstr(line, END) != NULL)
            ended = true;
        else if (strstr(line, INTERRUPTED) != NULL)
            interrupted = true;
        else if (strlen(line) > prefix && is_data(line + prefix, &offset, bytes, &count))
            take_data(dump, room, offset, bytes, count);
    }
    if (interrupted)
        say(dump, "it was interrupted at the prompt; %llu of %llu bytes are there", dump->count,
            dump->length);
    if (dump->problem[0] == '\0')
        check(dump, ended);
    return true;
}
