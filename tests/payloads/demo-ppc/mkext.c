/* SPDX-License-Identifier: BSD-2-Clause */
#include "mkext.h"

#include "../common/report.h"
#include "../common/strings.h"
#include "boot_args.h"
#include "lib/bytes.h"
#include "tools/common/crc32.h"

#define HEADER_SIZE   32u
#define ENTRY_SIZE    32u
#define ADLER_MODULUS 65521u
#define LZSS_RING     4096u
#define LZSS_LONGEST  18u
#define KEXTS_MAXIMUM 4096u
#define CPU_TYPE_PPC  18
#define CPU_ANY       (-1)
#define UNPACK_GAP    (1u << 20) /* unpacked files go this far above topOfKernelData */

static uint32_t adler(const uint8_t *bytes, uint32_t length)
{
    uint32_t low = 1, high = 0;
    while (length > 0) {
        uint32_t run = length < 3800 ? length : 3800; /* no overflow for so many (RFC 1950) */
        length -= run;
        while (run-- > 0) {
            low += *bytes++;
            high += low;
        }
        low %= ADLER_MODULUS;
        high %= ADLER_MODULUS;
    }
    return high << 16 | low;
}

/* Returns the unpacked length; writes at most `room` bytes. */
static uint32_t unpack(const uint8_t *in, uint32_t in_length, uint8_t *out, uint32_t room)
{
    static uint8_t ring[LZSS_RING];
    uint32_t position = LZSS_RING - LZSS_LONGEST, produced = 0, at = 0;
    memset(ring, ' ', sizeof(ring));
    while (at < in_length) {
        uint32_t flags = in[at++];
        for (uint32_t bit = 0; bit < 8 && at < in_length; bit++) {
            uint32_t from = position, count = 1;
            bool literal = (flags >> bit & 1) != 0;
            if (!literal) {
                if (at + 1 >= in_length)
                    return produced;
                from = in[at] | (uint32_t)(in[at + 1] & 0xF0) << 4;
                count = (in[at + 1] & 0x0Fu) + 3;
                at += 2;
            }
            for (uint32_t i = 0; i < count; i++) {
                uint8_t byte = literal ? in[at++] : ring[(from + i) % LZSS_RING];
                ring[position] = byte;
                position = (position + 1) % LZSS_RING;
                if (produced < room)
                    out[produced] = byte;
                produced++;
            }
        }
    }
    return produced;
}

struct archived {
    uint32_t offset, packed, real;
};

static struct archived archived_at(const uint8_t *record)
{
    struct archived file = {get_be32(record), get_be32(record + 4), get_be32(record + 8)};
    return file;
}

/*
 * The unpacked bytes: in the archive, or above everything of the loader's. NULL if the record is
 * wrong.
 */
static const uint8_t *contents(const uint8_t *archive, uint32_t length, struct archived file,
                               uint32_t place)
{
    uint32_t stored = file.packed != 0 ? file.packed : file.real;
    if (file.offset < HEADER_SIZE || !bytes_within(length, file.offset, stored))
        return NULL;
    if (file.packed == 0)
        return archive + file.offset;
    if (!in_memory(place, file.real))
        return NULL;
    uint8_t *out = (uint8_t *)place;
    return unpack(archive + file.offset, file.packed, out, file.real) == file.real ? out : NULL;
}

/* Prints the string that follows <key>CFBundleIdentifier</key> in the XML text. */
static void say_identifier(const uint8_t *plist, uint32_t length)
{
    static const char key[] = "<key>CFBundleIdentifier</key>", open[] = "<string>";
    const char *text = (const char *)plist;
    for (uint32_t i = 0; i + sizeof(key) <= length; i++) {
        if (strncmp(text + i, key, sizeof(key) - 1) != 0)
            continue;
        for (i += sizeof(key) - 1; i + sizeof(open) <= length; i++) {
            if (strncmp(text + i, open, sizeof(open) - 1) == 0) {
                uint32_t start = i + sizeof(open) - 1, end = start;
                while (end < length && text[end] != '<')
                    end++;
                say("       CFBundleIdentifier %.*s\n", (int)(end - start), text + start);
                return;
            }
        }
    }
    say("       no CFBundleIdentifier\n");
}

static void check_entry(const char *what, const uint8_t *archive, uint32_t length, uint32_t index)
{
    const uint8_t *record = archive + HEADER_SIZE + ENTRY_SIZE * index;
    struct archived plist = archived_at(record), module = archived_at(record + 16);
    uint32_t place = boot_args.top_of_kernel_data + UNPACK_GAP;
    const uint8_t *bytes = contents(archive, length, plist, place);
    if (!check(bytes != NULL && plist.real != 0, "%s: entry %u, plist of %u bytes unpacks", what,
               index, plist.real))
        return;
    check(plist.real > 5 && bytes[0] == '<', "%s: entry %u, plist is XML", what, index);
    say_identifier(bytes, plist.real);
    if (module.offset == 0 && module.packed == 0 && module.real == 0)
        return;
    bytes = contents(archive, length, module, place);
    if (check(bytes != NULL, "%s: entry %u, module of %u bytes (%u packed) unpacks", what, index,
              module.real, module.packed)) {
        say("       module CRC-32 %08x, first word %08x\n", crc32(bytes, module.real),
            module.real >= 4 ? get_be32(bytes) : 0);
    }
}

void check_mkext(const char *what, const uint8_t *bytes, uint32_t length)
{
    if (!check(length >= HEADER_SIZE && get_be32(bytes) == 0x4D4B5854 &&
                   get_be32(bytes + 4) == 0x4D4F5358,
               "%s: magic MKXT and signature MOSX", what))
        return;
    if (!check(get_be32(bytes + 8) == length, "%s: length %u is the archive's", what, length))
        return;
    uint32_t sum = adler(bytes + 16, length - 16);
    check(get_be32(bytes + 12) == sum, "%s: Adler-32 %08x", what, sum);
    check(get_be32(bytes + 16) == 0x01008000, "%s: version 1", what);
    int32_t cpu = (int32_t)get_be32(bytes + 24), subtype = (int32_t)get_be32(bytes + 28);
    check((cpu == CPU_ANY && subtype == CPU_ANY) || cpu == CPU_TYPE_PPC,
          "%s: CPU type is any or PowerPC", what);
    uint32_t count = get_be32(bytes + 20);
    if (!check(count > 0 && count < KEXTS_MAXIMUM &&
                   bytes_within(length, HEADER_SIZE, ENTRY_SIZE * count),
               "%s: room for its %u entries", what, count))
        return;
    for (uint32_t i = 0; i < count; i++)
        check_entry(what, bytes, length, i);
}
