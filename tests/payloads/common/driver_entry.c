/* SPDX-License-Identifier: BSD-2-Clause */
#include "driver_entry.h"

#include "extensions.h"
#include "lib/bytes.h"
#include "macho.h"
#include "memory.h"
#include "report.h"
#include "strings.h"

/* A word of the header: where a part lies, which has to be behind it in the same range. */
static const uint8_t *part(const struct driver_reader *reader, const struct map_entry *entry,
                           uint32_t at, uint32_t *length)
{
    const uint8_t *bytes = memory_at(entry->address);
    uint32_t address = reader->get32(bytes + at);
    *length = reader->get32(bytes + at + 4);
    if (address < entry->address + reader->header || *length == 0 ||
        !bytes_within(entry->length, address - entry->address, *length))
        return NULL;
    return memory_at(address);
}

void check_driver_entry(const struct driver_reader *reader, const struct map_entry *entry)
{
    uint32_t length;
    const uint8_t *bytes = memory_at(entry->address);
    if (!check(entry->length > reader->header, "%s: room for its header", entry->name))
        return;
    const uint8_t *plist = part(reader, entry, 0, &length);
    if (check(plist != NULL && length > 5 && plist[0] == '<',
              "%s: a property list of %u bytes, inside", entry->name, length)) {
        check(extension_begins(plist, length), "%s: it has a CFBundleIdentifier", entry->name);
        check(plist[length - 1] == '\0' || plist[length] == '\0',
              "%s: it ends with a NUL, which XNU's parser needs", entry->name);
    }
    const uint8_t *module = part(reader, entry, 8, &length);
    if (reader->get32(bytes + 8) != 0 || reader->get32(bytes + 12) != 0)
        if (check(module != NULL && macho_cpu_type(module, length) == reader->cpu_type,
                  "%s: an executable of %u bytes, inside, Mach-O for this processor", entry->name,
                  length))
            extension_executable(module, length);
    if (reader->header == 16)
        return;
    const uint8_t *path = part(reader, entry, 16, &length);
    bool good = path != NULL && path[length - 1] == '\0' && path[0] == '/';
    check(good, "%s: a bundle path with its NUL: %s", entry->name, good ? (const char *)path : "-");
}
