/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * XNU's boot_args, field by field, under Apple's names. Places of the fields: xnu-handoff sections
 * 1.5 and 2.3. The unit test test_inspect.c reads back what darwin/boot_args_powerpc.c and
 * darwin/boot_args_x86.c have written.
 */
#include <string.h>

#include "darwin/boot_args_powerpc.h"
#include "darwin/boot_args_x86.h"
#include "lib/bytes.h"
#include "tools/inspect/describe.h"

#define POWERPC_BANKS 0x104
#define PAGE_SHIFT    12

enum field_kind { FIELD_NUMBER, FIELD_ADDRESS };

struct field {
    const char *name;
    uint16_t offset;
    uint8_t width; /* bytes */
    enum field_kind kind;
};

static const struct field powerpc_fields[] = {
    {"Video.v_baseAddr", 0x1D4, 4, FIELD_ADDRESS}, {"Video.v_display", 0x1D8, 4, FIELD_NUMBER},
    {"Video.v_rowBytes", 0x1DC, 4, FIELD_NUMBER},  {"Video.v_width", 0x1E0, 4, FIELD_NUMBER},
    {"Video.v_height", 0x1E4, 4, FIELD_NUMBER},    {"Video.v_depth", 0x1E8, 4, FIELD_NUMBER},
    {"machineType", 0x1EC, 4, FIELD_NUMBER},       {"deviceTreeP", 0x1F0, 4, FIELD_ADDRESS},
    {"deviceTreeLength", 0x1F4, 4, FIELD_NUMBER},  {"topOfKernelData", 0x1F8, 4, FIELD_ADDRESS},
};

static const struct field x86_version_1_fields[] = {
    {"MemoryMap", 0x404, 4, FIELD_ADDRESS},
    {"MemoryMapSize", 0x408, 4, FIELD_NUMBER},
    {"MemoryMapDescriptorSize", 0x40C, 4, FIELD_NUMBER},
    {"MemoryMapDescriptorVersion", 0x410, 4, FIELD_NUMBER},
    {"Video.v_baseAddr", 0x414, 4, FIELD_ADDRESS},
    {"Video.v_display", 0x418, 4, FIELD_NUMBER},
    {"Video.v_rowBytes", 0x41C, 4, FIELD_NUMBER},
    {"Video.v_width", 0x420, 4, FIELD_NUMBER},
    {"Video.v_height", 0x424, 4, FIELD_NUMBER},
    {"Video.v_depth", 0x428, 4, FIELD_NUMBER},
    {"deviceTreeP", 0x42C, 4, FIELD_ADDRESS},
    {"deviceTreeLength", 0x430, 4, FIELD_NUMBER},
    {"kaddr", 0x434, 4, FIELD_ADDRESS},
    {"ksize", 0x438, 4, FIELD_NUMBER},
    {"efiRuntimeServicesPageStart", 0x43C, 4, FIELD_ADDRESS},
    {"efiRuntimeServicesPageCount", 0x440, 4, FIELD_NUMBER},
    {"efiSystemTable", 0x444, 4, FIELD_ADDRESS},
    {"efiMode", 0x448, 1, FIELD_NUMBER},
};

static const struct field x86_version_2_fields[] = {
    {"efiMode", 0x004, 1, FIELD_NUMBER},
    {"debugMode", 0x005, 1, FIELD_NUMBER},
    {"flags", 0x006, 2, FIELD_ADDRESS},
    {"MemoryMap", 0x408, 4, FIELD_ADDRESS},
    {"MemoryMapSize", 0x40C, 4, FIELD_NUMBER},
    {"MemoryMapDescriptorSize", 0x410, 4, FIELD_NUMBER},
    {"MemoryMapDescriptorVersion", 0x414, 4, FIELD_NUMBER},
    {"Video.v_baseAddr", 0x418, 4, FIELD_ADDRESS},
    {"Video.v_display", 0x41C, 4, FIELD_NUMBER},
    {"Video.v_rowBytes", 0x420, 4, FIELD_NUMBER},
    {"Video.v_width", 0x424, 4, FIELD_NUMBER},
    {"Video.v_height", 0x428, 4, FIELD_NUMBER},
    {"Video.v_depth", 0x42C, 4, FIELD_NUMBER},
    {"deviceTreeP", 0x430, 4, FIELD_ADDRESS},
    {"deviceTreeLength", 0x434, 4, FIELD_NUMBER},
    {"kaddr", 0x438, 4, FIELD_ADDRESS},
    {"ksize", 0x43C, 4, FIELD_NUMBER},
    {"efiRuntimeServicesPageStart", 0x440, 4, FIELD_ADDRESS},
    {"efiRuntimeServicesPageCount", 0x444, 4, FIELD_NUMBER},
    {"efiRuntimeServicesVirtualPageStart", 0x448, 8, FIELD_ADDRESS},
    {"efiSystemTable", 0x450, 4, FIELD_ADDRESS},
    {"kslide", 0x454, 4, FIELD_ADDRESS},
    {"performanceDataStart", 0x458, 4, FIELD_ADDRESS},
    {"performanceDataSize", 0x45C, 4, FIELD_NUMBER},
    {"keyStoreDataStart", 0x460, 4, FIELD_ADDRESS},
    {"keyStoreDataSize", 0x464, 4, FIELD_NUMBER},
    {"bootMemStart", 0x468, 8, FIELD_ADDRESS},
    {"bootMemSize", 0x470, 8, FIELD_NUMBER},
    {"PhysicalMemorySize", 0x478, 8, FIELD_NUMBER},
    {"FSBFrequency", 0x480, 8, FIELD_NUMBER},
    {"pciConfigSpaceBaseAddress", 0x488, 8, FIELD_ADDRESS},
    {"pciConfigSpaceStartBusNumber", 0x490, 4, FIELD_NUMBER},
    {"pciConfigSpaceEndBusNumber", 0x494, 4, FIELD_NUMBER},
};

static uint64_t read_field(const uint8_t *at, unsigned width, bool big)
{
    switch (width) {
    case 1:
        return at[0];
    case 2:
        return big ? get_be16(at) : get_le16(at);
    case 4:
        return big ? get_be32(at) : get_le32(at);
    default:
        return big ? get_be64(at) : get_le64(at);
    }
}

static void put_fields(struct value *out, const uint8_t *bytes, bool big,
                       const struct field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t number = read_field(bytes + fields[i].offset, fields[i].width, big);

        (fields[i].kind == FIELD_ADDRESS ? put_address : put_number)(out, fields[i].name, number);
    }
}

static void put_command_line(struct value *out, const uint8_t *at, size_t room)
{
    put_bytes_as_text(out, "CommandLine", at, strnlen((const char *)at, room));
}

static void put_banks(struct value *out, const uint8_t *bytes, unsigned version)
{
    struct value *list = put_list(out, "PhysicalDRAM");
    unsigned shift = version == 1 ? 0 : PAGE_SHIFT;

    for (unsigned i = 0; i < BOOT_ARGS_POWERPC_BANKS; i++) {
        const uint8_t *bank = bytes + POWERPC_BANKS + i * 8;
        struct value *row;

        if (get_be32(bank + 4) == 0)
            continue;
        row = put_object(list, NULL);
        put_address(row, "base", (uint64_t)get_be32(bank) << shift);
        put_number(row, "size", (uint64_t)get_be32(bank + 4) << shift);
    }
}

static bool describe_powerpc(const uint8_t *bytes, struct value *out)
{
    unsigned version = get_be16(bytes + 2);

    put_text(out, "processor", "PowerPC");
    put_number(out, "Revision", get_be16(bytes));
    put_number(out, "Version", version);
    put_command_line(out, bytes + 4, BOOT_ARGS_POWERPC_COMMAND_LINE + 1);
    put_fields(out, bytes, true, powerpc_fields, sizeof powerpc_fields / sizeof *powerpc_fields);
    put_banks(out, bytes, version);
    return true;
}

static bool describe_x86(const uint8_t *bytes, size_t length, struct value *out)
{
    struct boot_args_version version = {get_le16(bytes + 2), get_le16(bytes)};

    if (version.version != 1 && version.version != 2) {
        put_refusal(out, fail(ERROR_OPTION_VALUE, "there are no boot_args of version %u.%u",
                              version.version, version.revision));
        return false;
    }
    if (length < boot_args_x86_size(version)) {
        put_refusal(out,
                    fail(ERROR_OPTION_LENGTH, "boot_args of version %u have %u bytes, not %u",
                         version.version, (unsigned)boot_args_x86_size(version), (unsigned)length));
        return false;
    }
    put_text(out, "processor", "x86");
    put_number(out, "Revision", version.revision);
    put_number(out, "Version", version.version);
    if (version.version == 1) {
        put_command_line(out, bytes + 4, BOOT_ARGS_X86_COMMAND_LINE + 1);
        put_fields(out, bytes, false, x86_version_1_fields,
                   sizeof x86_version_1_fields / sizeof *x86_version_1_fields);
    } else {
        put_command_line(out, bytes + 8, BOOT_ARGS_X86_COMMAND_LINE + 1);
        put_fields(out, bytes, false, x86_version_2_fields,
                   sizeof x86_version_2_fields / sizeof *x86_version_2_fields);
    }
    return true;
}

bool describe_boot_args(const struct subject *subject, struct value *out)
{
    const uint8_t *bytes = subject->bytes;

    /* The revision is small: its half with the zero tells the byte order. */
    if (subject->length >= BOOT_ARGS_POWERPC_SIZE && bytes[0] == 0 && bytes[1] != 0)
        return describe_powerpc(bytes, out);
    if (subject->length >= 4 && !(bytes[0] == 0 && bytes[1] != 0))
        return describe_x86(bytes, subject->length, out);
    put_refusal(out,
                fail(ERROR_OPTION_LENGTH, "%u bytes are no boot_args", (unsigned)subject->length));
    return false;
}
