/* SPDX-License-Identifier: BSD-2-Clause */
#include "mkext.h"

#include "extensions.h"
#include "lib/bytes.h"
#include "macho.h"
#include "report.h"
#include "strings.h"
#include "words.h"

#define HEADER_SIZE   32u
#define ENTRY_SIZE    32u
#define ADLER_MODULUS 65521u
#define LZSS_RING     4096u
#define LZSS_LONGEST  18u
#define KEXTS_MAXIMUM 4096u
#define CPU_ANY       UINT32_MAX
#define VERSION_1     0x01008000u
#define VERSION_2     0x02002001u

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

/* --- Version 1 ---------------------------------------------------------------------------- */

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

/* The unpacked bytes: in the archive, or in the reader's room. NULL if the record is wrong. */
static const uint8_t *contents(const struct mkext_reader *reader, const uint8_t *archive,
                               uint32_t length, struct archived file)
{
    uint32_t stored = file.packed != 0 ? file.packed : file.real;
    if (file.offset < HEADER_SIZE || !bytes_within(length, file.offset, stored))
        return NULL;
    if (file.packed == 0)
        return archive + file.offset;
    if (file.real > reader->room_length)
        return NULL;
    uint8_t *out = reader->room;
    return unpack(archive + file.offset, file.packed, out, file.real) == file.real ? out : NULL;
}

static void check_module(const struct mkext_reader *reader, const char *what, uint32_t index,
                         const uint8_t *bytes, uint32_t length)
{
    extension_executable(bytes, length);
    check(macho_is_for(bytes, length, reader->cpu_type),
          "%s: entry %u, module is Mach-O for this processor", what, index);
}

static void check_entry(const struct mkext_reader *reader, const char *what, const uint8_t *archive,
                        uint32_t length, uint32_t index)
{
    const uint8_t *record = archive + HEADER_SIZE + ENTRY_SIZE * index;
    struct archived plist = archived_at(record), module = archived_at(record + 16);
    const uint8_t *bytes = contents(reader, archive, length, plist);
    if (!check(bytes != NULL && plist.real != 0, "%s: entry %u, plist of %u bytes unpacks", what,
               index, plist.real))
        return;
    check(plist.real > 5 && bytes[0] == '<', "%s: entry %u, plist is XML", what, index);
    extension_begins(bytes, plist.real);
    if (module.offset == 0 && module.packed == 0 && module.real == 0)
        return;
    bytes = contents(reader, archive, length, module);
    if (check(bytes != NULL, "%s: entry %u, module of %u bytes (%u packed) unpacks", what, index,
              module.real, module.packed))
        check_module(reader, what, index, bytes, module.real);
}

static void check_version_1(const struct mkext_reader *reader, const char *what,
                            const uint8_t *bytes, uint32_t length)
{
    uint32_t count = get_be32(bytes + 20);
    if (!check(count > 0 && count < KEXTS_MAXIMUM &&
                   bytes_within(length, HEADER_SIZE, ENTRY_SIZE * count),
               "%s: room for its %u entries", what, count))
        return;
    for (uint32_t i = 0; i < count; i++)
        check_entry(reader, what, bytes, length, i);
}

/* --- Version 2: files that are not compressed are looked into ------------------------------- */

/* A file entry: compressed size (0: stored), full size, data. NULL if it does not fit. */
static const uint8_t *file_entry(const uint8_t *archive, uint32_t length, uint32_t offset,
                                 uint32_t *packed, uint32_t *size)
{
    if (offset % 4 != 0 || !bytes_within(length, offset, 8))
        return NULL;
    *packed = get_be32(archive + offset);
    *size = get_be32(archive + offset + 4);
    uint32_t stored = *packed != 0 ? *packed : *size;
    return bytes_within(length, (uint64_t)offset + 8, stored) ? archive + offset + 8 : NULL;
}

static void check_executable(const struct mkext_reader *reader, const char *what,
                             const uint8_t *archive, uint32_t length, uint32_t index,
                             uint32_t offset)
{
    uint32_t packed = 0, size = 0;
    const uint8_t *bytes = file_entry(archive, length, offset, &packed, &size);
    if (!check(bytes != NULL, "%s: executable %u has its file at 0x%x", what, index, offset))
        return;
    if (packed == 0)
        check_module(reader, what, index, bytes, size);
    else
        check(packed > 6 && (bytes[0] & 0x0F) == 8 && get_be16(bytes) % 31 == 0,
              "%s: executable %u is a zlib stream", what, index);
}

static void check_version_2(const struct mkext_reader *reader, const char *what,
                            const uint8_t *bytes, uint32_t length)
{
    static const char key[] = "<key>_MKEXTExecutable</key>";
    if (!check(length >= 44, "%s: a header of 44 bytes", what))
        return;
    uint32_t offset = get_be32(bytes + 32), packed = get_be32(bytes + 36);
    uint32_t size = get_be32(bytes + 40), at = 0, more, index = 0;
    if (!check(bytes_within(length, offset, packed != 0 ? packed : size) && size > 1,
               "%s: a property list of %u bytes at 0x%x", what, size, offset) ||
        packed != 0)
        return;
    const char *text = (const char *)bytes + offset;
    check(text[size - 1] == '\0', "%s: its property list ends with a NUL", what);
    check(text_contains(text, size, "<key>_MKEXTInfoDictionaries</key>", &more),
          "%s: it has _MKEXTInfoDictionaries", what);
    while (text_contains(text + at, size - at, key, &more)) {
        /* The extension's own identifier is the first behind the one before it. */
        extension_begins(bytes + offset + at, more);
        at += more;
        if (!text_contains(text + at, size - at, ">", &more))
            break;
        const char *number = text + at + more;
        uint32_t base = number[0] == '0' && number[1] == 'x' ? 16 : 10;
        number += base == 16 ? 2 : 0;
        check_executable(reader, what, bytes, length, index++, read_number(&number, base));
    }
    check(index != 0, "%s: %u executables", what, index);
}

void check_mkext(const struct mkext_reader *reader, const char *what, const uint8_t *bytes,
                 uint32_t length)
{
    if (!check(length >= HEADER_SIZE && get_be32(bytes) == 0x4D4B5854 &&
                   get_be32(bytes + 4) == 0x4D4F5358,
               "%s: magic MKXT and signature MOSX", what))
        return;
    if (!check(get_be32(bytes + 8) == length, "%s: length %u is the archive's", what, length))
        return;
    uint32_t sum = adler(bytes + 16, length - 16);
    check(get_be32(bytes + 12) == sum, "%s: Adler-32 %08x", what, sum);
    uint32_t version = get_be32(bytes + 16);
    check(version == VERSION_1 || (version == VERSION_2 && reader->takes_version_2),
          "%s: version %u, which this kernel reads", what, version >> 24);
    uint32_t cpu = get_be32(bytes + 24), subtype = get_be32(bytes + 28);
    check((cpu == CPU_ANY && subtype == CPU_ANY) || cpu == reader->cpu_type,
          "%s: CPU type is any or this one", what);
    if (version == VERSION_2)
        check_version_2(reader, what, bytes, length);
    else
        check_version_1(reader, what, bytes, length);
}
