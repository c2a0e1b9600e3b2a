/* SPDX-License-Identifier: BSD-2-Clause */
#include "darwin/boot_args_fields.h"

#include <stdio.h>
#include <string.h>

#include "console/console.h"
#include "darwin/boot_args_powerpc.h"
#include "lib/bytes.h"

#define AT_VERSION 2

/* How a field is shown. */
enum kind { NUMBER, ADDRESS, TEXT, BANKS };

struct field {
    const char *name;
    uint16_t offset;
    uint16_t width; /* bytes; of BANKS: their number */
    enum kind kind;
};

struct layout {
    bool big_endian;
    uint16_t version; /* of PowerPC 1 and 2 are the same */
    size_t size;
    const struct field *fields;
    size_t count;
};

#define VIDEO(at)                                                                           \
    {"Video.v_baseAddr", (at), 4, ADDRESS}, {"Video.v_display", (at) + 4, 4, NUMBER},       \
        {"Video.v_rowBytes", (at) + 8, 4, NUMBER}, {"Video.v_width", (at) + 12, 4, NUMBER}, \
        {"Video.v_height", (at) + 16, 4, NUMBER},                                           \
    {                                                                                       \
        "Video.v_depth", (at) + 20, 4, NUMBER                                               \
    }

#define MEMORY_MAP(at)                                                       \
    {"MemoryMap", (at), 4, ADDRESS}, {"MemoryMapSize", (at) + 4, 4, NUMBER}, \
        {"MemoryMapDescriptorSize", (at) + 8, 4, NUMBER},                    \
    {                                                                        \
        "MemoryMapDescriptorVersion", (at) + 12, 4, NUMBER                   \
    }

/* pexpert/pexpert/ppc/boot.h */
static const struct field powerpc_fields[] = {
    {"Revision", 0x000, 2, NUMBER},
    {"Version", AT_VERSION, 2, NUMBER},
    {"CommandLine", 0x004, 256, TEXT},
    {"PhysicalDRAM", 0x104, BOOT_ARGS_POWERPC_BANKS, BANKS},
    VIDEO(0x1D4),
    {"machineType", 0x1EC, 4, NUMBER},
    {"deviceTreeP", 0x1F0, 4, ADDRESS},
    {"deviceTreeLength", 0x1F4, 4, NUMBER},
    {"topOfKernelData", 0x1F8, 4, ADDRESS},
};

/* pexpert/pexpert/i386/boot.h: what lies between in later revisions stays 0 here. */
static const struct field x86_1[] = {
    {"Revision", 0x000, 2, NUMBER},
    {"Version", AT_VERSION, 2, NUMBER},
    {"CommandLine", 0x004, 1024, TEXT},
    MEMORY_MAP(0x404),
    VIDEO(0x414),
    {"deviceTreeP", 0x42C, 4, ADDRESS},
    {"deviceTreeLength", 0x430, 4, NUMBER},
    {"kaddr", 0x434, 4, ADDRESS},
    {"ksize", 0x438, 4, NUMBER},
    {"efiRuntimeServicesPageStart", 0x43C, 4, NUMBER},
    {"efiRuntimeServicesPageCount", 0x440, 4, NUMBER},
    {"efiSystemTable", 0x444, 4, ADDRESS},
    {"efiMode", 0x448, 1, NUMBER},
};
static const struct field x86_2[] = {
    {"Revision", 0x000, 2, NUMBER},
    {"Version", AT_VERSION, 2, NUMBER},
    {"efiMode", 0x004, 1, NUMBER},
    {"debugMode", 0x005, 1, NUMBER},
    {"flags", 0x006, 2, ADDRESS},
    {"CommandLine", 0x008, 1024, TEXT},
    MEMORY_MAP(0x408),
    VIDEO(0x418),
    {"deviceTreeP", 0x430, 4, ADDRESS},
    {"deviceTreeLength", 0x434, 4, NUMBER},
    {"kaddr", 0x438, 4, ADDRESS},
    {"ksize", 0x43C, 4, NUMBER},
    {"efiRuntimeServicesPageStart", 0x440, 4, NUMBER},
    {"efiRuntimeServicesPageCount", 0x444, 4, NUMBER},
    {"efiRuntimeServicesVirtualPageStart", 0x448, 8, NUMBER},
    {"efiSystemTable", 0x450, 4, ADDRESS},
    {"kslide", 0x454, 4, ADDRESS},
    {"performanceDataStart", 0x458, 4, ADDRESS},
    {"performanceDataSize", 0x45C, 4, NUMBER},
    {"keyStoreDataStart", 0x460, 4, ADDRESS},
    {"keyStoreDataSize", 0x464, 4, NUMBER},
    {"bootMemStart", 0x468, 8, ADDRESS},
    {"bootMemSize", 0x470, 8, NUMBER},
    {"PhysicalMemorySize", 0x478, 8, NUMBER},
    {"FSBFrequency", 0x480, 8, NUMBER},
    {"pciConfigSpaceBaseAddress", 0x488, 8, ADDRESS},
    {"pciConfigSpaceStartBusNumber", 0x490, 4, NUMBER},
    {"pciConfigSpaceEndBusNumber", 0x494, 4, NUMBER},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct layout layouts[] = {
    {true, 1, BOOT_ARGS_POWERPC_SIZE, powerpc_fields, COUNT(powerpc_fields)},
    {true, 2, BOOT_ARGS_POWERPC_SIZE, powerpc_fields, COUNT(powerpc_fields)},
    {false, 1, 0x468, x86_1, COUNT(x86_1)},
    {false, 2, 0x1000, x86_2, COUNT(x86_2)},
};

static uint64_t number_at(const uint8_t *at, size_t width, bool big_endian)
{
    switch (width) {
    case 1:
        return *at;
    case 2:
        return big_endian ? get_be16(at) : get_le16(at);
    case 4:
        return big_endian ? get_be32(at) : get_le32(at);
    default:
        return big_endian ? get_be64(at) : get_le64(at);
    }
}

static const struct layout *find_layout(const uint8_t *bytes, size_t length, bool big_endian)
{
    if (length < AT_VERSION + 2) {
        return NULL;
    }
    uint64_t version = number_at(bytes + AT_VERSION, 2, big_endian);
    for (size_t i = 0; i < COUNT(layouts); i++) {
        if (layouts[i].big_endian == big_endian && layouts[i].version == version) {
            return length >= layouts[i].size ? &layouts[i] : NULL;
        }
    }
    return NULL;
}

/* Of a field of `width` bytes; what cannot be shown becomes a dot. */
static void copy_text(const uint8_t *at, size_t width, char *text, size_t size)
{
    size_t count = 0;
    for (; count < width && count + 1 < size && at[count] != '\0'; count++) {
        text[count] = (char)(at[count] >= ' ' && at[count] < 0x7F ? at[count] : '.');
    }
    text[count] = '\0';
}

static void describe_text(const struct field *field, const uint8_t *at, boot_args_field show,
                          void *context)
{
    static char text[1024 + 4]; /* too large for a small stack */
    text[0] = '"';
    copy_text(at, field->width, text + 1, sizeof(text) - 2);
    strcat(text, "\"");
    show(context, field->name, text);
}

/* DRAMBank: base and size, 32 bits each, in bytes or in pages as the version says. */
static void describe_banks(const struct layout *layout, const struct field *field,
                           const uint8_t *at, boot_args_field show, void *context)
{
    const char *unit = layout->version == 1 ? "bytes" : "pages";
    for (unsigned i = 0; i < field->width; i++, at += 8) {
        char name[BOOT_ARGS_FIELD_NAME], value[48];
        uint64_t base = number_at(at, 4, layout->big_endian);
        uint64_t size = number_at(at + 4, 4, layout->big_endian);
        if (size == 0) {
            continue;
        }
        snprintf(name, sizeof(name), "%s[%u]", field->name, i);
        snprintf(value, sizeof(value), "%08x, %08x %s", (unsigned)base, (unsigned)size, unit);
        show(context, name, value);
    }
}

static void describe_number(const struct field *field, uint64_t number, boot_args_field show,
                            void *context)
{
    char value[48];
    if (field->kind == ADDRESS) {
        snprintf(value, sizeof(value), "%08llx", (unsigned long long)number);
    } else if (number < 10) {
        snprintf(value, sizeof(value), "%u", (unsigned)number);
    } else {
        snprintf(value, sizeof(value), "%llu (%llx)", (unsigned long long)number,
                 (unsigned long long)number);
    }
    show(context, field->name, value);
}

bool boot_args_describe(const uint8_t *bytes, size_t length, bool big_endian, boot_args_field show,
                        void *context)
{
    const struct layout *layout = find_layout(bytes, length, big_endian);
    if (layout == NULL) {
        return false;
    }
    for (size_t i = 0; i < layout->count; i++) {
        const struct field *field = &layout->fields[i];
        const uint8_t *at = bytes + field->offset;
        if (field->kind == TEXT) {
            describe_text(field, at, show, context);
        } else if (field->kind == BANKS) {
            describe_banks(layout, field, at, show, context);
        } else {
            describe_number(field, number_at(at, field->width, big_endian), show, context);
        }
    }
    return true;
}

static void print_field(void *context, const char *name, const char *value)
{
    (void)context;
    print("  %-34s ", name);
    /* A command line is longer than what goes into one print. */
    for (size_t length = strlen(value), part; length != 0; value += part, length -= part) {
        part = length < 256 ? length : 256;
        print("%.*s", (int)part, value);
    }
    print("\n");
}

void boot_args_print(const uint8_t *bytes, size_t length, bool big_endian)
{
    if (!boot_args_describe(bytes, length, big_endian, print_field, NULL)) {
        print("  of a version that is not known here\n");
    }
}

bool boot_args_command_line(const uint8_t *bytes, size_t length, bool big_endian, char *text,
                            size_t size)
{
    const struct layout *layout = find_layout(bytes, length, big_endian);
    for (size_t i = 0; layout != NULL && i < layout->count; i++) {
        if (layout->fields[i].kind == TEXT) {
            copy_text(bytes + layout->fields[i].offset, layout->fields[i].width, text, size);
            return true;
        }
    }
    return false;
}
