/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi_nodes.h"

#include "../common-x86/clock.h"
#include "../common-x86/processor.h"
#include "../common/report.h"
#include "../common/strings.h"
#include "../common/tree.h"
#include "boot_args.h"
#include "demo.h"
#include "efi_map.h"
#include "lib/bytes.h"

#define MSR_PERF_STATUS  0x198u
#define FSB_LEAST        90000000ull /* XNU panics outside of these */
#define FSB_MOST         10000000000ull
#define MEMORY_TOLERANCE (2ull << 20) /* below 1 MB and what firmware keeps */
#define RSDP_SIZE_1      20u
#define RSDP_SIZE_2      36u
#define SMBIOS_SIZE      31u

static bool get_long(tree_node node, const char *property, uint64_t *value)
{
    struct tree_value bytes;
    if (node == TREE_NONE || !tree_get(node, property, &bytes) || bytes.length != 8)
        return false;
    *value = get_le64(bytes.bytes);
    return true;
}

/* "table": as wide as the EFI that it comes from. */
static bool get_table(tree_node node, uint64_t *value)
{
    struct tree_value bytes;
    if (!tree_get(node, "table", &bytes) || bytes.length != boot_args.efi_mode / 8)
        return false;
    *value = bytes.length == 8 ? get_le64(bytes.bytes) : get_le32(bytes.bytes);
    return true;
}

/* UTF-16 with its NUL, and something before it. */
static bool is_utf16(const struct tree_value *value)
{
    return value->length >= 4 && value->length % 2 == 0 && get_le16(value->bytes) != 0 &&
           get_le16(value->bytes + value->length - 2) == 0;
}

static uint8_t byte_sum(const uint8_t *bytes, uint32_t length)
{
    uint8_t sum = 0;
    while (length-- > 0)
        sum = (uint8_t)(sum + *bytes++);
    return sum;
}

/* --- What the firmware has, found by ourselves ------------------------------------------------ */

#define BIOS_FIRST   0xE0000u
#define BIOS_END     0x100000u
#define SMBIOS_FIRST 0xF0000u
#define EBDA_SEGMENT 0x40Eu /* BIOS data area: where the extended one is */
#define EBDA_LOOK    1024u

/* The place of a structure that begins on 16 bytes, or 0. */
static uint32_t scan(uint32_t from, uint32_t to, const char *anchor, uint32_t sum_length)
{
    for (uint32_t at = from; at + sum_length <= to; at += 16) {
        const uint8_t *bytes = memory_at(at);
        if (memcmp(bytes, anchor, strlen(anchor)) == 0 && byte_sum(bytes, sum_length) == 0)
            return at;
    }
    return 0;
}

/* ACPI 6, 5.2.5.1. */
static bool firmware_has_acpi(void)
{
    uint32_t ebda = (uint32_t)get_le16(memory_at(EBDA_SEGMENT)) << 4;
    return scan(BIOS_FIRST, BIOS_END, "RSD PTR ", RSDP_SIZE_1) != 0 ||
           (ebda >= 0x80000 && ebda < 0xA0000 - EBDA_LOOK &&
            scan(ebda, ebda + EBDA_LOOK, "RSD PTR ", RSDP_SIZE_1) != 0);
}

static bool acpi_expected(void)
{
    return firmware_has_acpi() && !boot_argument("expect-no-acpi");
}

/* SMBIOS 2.8, 5.2.1. */
static bool firmware_has_smbios(void)
{
    return scan(SMBIOS_FIRST, BIOS_END, "_SM_", SMBIOS_SIZE) != 0;
}

/* --- The root and /efi ------------------------------------------------------------------------ */

static void check_root(void)
{
    const char *name = tree_get_text(TREE_ROOT, "name");
    const char *model = tree_get_text(TREE_ROOT, "model");
    check(name != NULL, "the root has a name: %s", name != NULL ? name : "-");
    check(tree_has_text(TREE_ROOT, "compatible", "ACPI") == acpi_expected(),
          "the root is compatible with ACPI, which IOKit's platform expert matches, exactly if "
          "there is one");
    check(model != NULL, "the root has a model: %s", model != NULL ? model : "-");
}

static void check_firmware(tree_node efi)
{
    struct tree_value value;
    const char *wanted = boot_args.efi_mode == 64 ? "EFI64" : "EFI32";
    const char *abi = tree_get_text(efi, "firmware-abi");
    check(abi != NULL && strcmp(abi, wanted) == 0, "/efi: firmware-abi is %s", wanted);
    check(tree_get(efi, "firmware-revision", &value) && value.length == 4,
          "/efi: firmware-revision has four bytes");
    check(tree_get(efi, "firmware-vendor", &value) && is_utf16(&value),
          "/efi: firmware-vendor is UTF-16 with its NUL");
}

/* --- /efi/platform: clocks ------------------------------------------------------------------ */

/* The whole ratio of TSC to bus, times two (xnu: tsc.c; Intel SDM volume 4, MSR 198h). */
static uint32_t doubled_ratio(void)
{
    uint32_t high = (uint32_t)(model_register(MSR_PERF_STATUS) >> 32);
    return 2 * (high >> 8 & 0x1F) + (high >> 14 & 1);
}

static void check_clocks(tree_node platform)
{
    uint64_t bus = 0, tsc = 0, cpu = 0, own = tsc_frequency();
    say("       measured by this kernel: %u MHz\n", megahertz(own));
    check(own != 0, "the time-stamp counter runs");
    bool has_bus = get_long(platform, "FSBFrequency", &bus);
    bool has_tsc = get_long(platform, "TSCFrequency", &tsc);
    bool has_cpu = get_long(platform, "CPUFrequency", &cpu);
    check(has_bus && bus > FSB_LEAST && bus < FSB_MOST,
          "/efi/platform: FSBFrequency, eight bytes, is %u MHz", megahertz(bus));
    uint32_t ratio = doubled_ratio();
    if (ratio != 0)
        check(frequencies_agree(bus * ratio / 2, own),
              "it gives our %u MHz, with the ratio %u.%u of MSR 198h", megahertz(own), ratio / 2,
              ratio % 2 * 5);
    else
        say("       MSR 198h has no ratio: FSBFrequency stands alone\n");
    check(has_tsc && frequencies_agree(tsc, own), "/efi/platform: TSCFrequency is %u MHz",
          megahertz(tsc));
    check(has_cpu && frequencies_agree(cpu, own), "/efi/platform: CPUFrequency is %u MHz",
          megahertz(cpu));
    if (boot_args.version == 2) {
        uint64_t in_arguments = get_le64(memory_at(boot_args.address) + 0x480);
        check(in_arguments == bus, "boot_args have the same FSBFrequency (%u MHz)",
              megahertz(in_arguments));
        uint64_t memory = get_le64(memory_at(boot_args.address) + 0x478);
        uint64_t installed = efi_installed();
        check(memory <= installed + MEMORY_TOLERANCE && memory + MEMORY_TOLERANCE >= installed,
              "PhysicalMemorySize is %u MB", (uint32_t)(memory >> 20));
    }
}

static void check_platform(tree_node platform)
{
    struct tree_value value;
    check(tree_get(platform, "DevicePathsSupported", &value) && value.length == 4 &&
              get_le32(value.bytes) == 1,
          "/efi/platform: DevicePathsSupported is 1");
    if (tree_get(platform, "system-id", &value))
        check(value.length == 16, "/efi/platform: system-id has 16 bytes");
    if (tree_get(platform, "SystemSerialNumber", &value))
        check(is_utf16(&value), "/efi/platform: SystemSerialNumber is UTF-16");
    if (tree_get(platform, "Model", &value))
        check(is_utf16(&value), "/efi/platform: Model is UTF-16");
    check_clocks(platform);
}

/* --- /efi/configuration-table ----------------------------------------------------------------- */

struct known_table {
    const char *name;
    uint8_t guid[16]; /* as in memory: the first three fields are little-endian */
    const char *alias;
};
static const struct known_table known_tables[] = {
    {"EB9D2D30-2D88-11D3-9A16-0090273FC14D",
     {0x30, 0x2D, 0x9D, 0xEB, 0x88, 0x2D, 0xD3, 0x11, 0x9A, 0x16, 0x00, 0x90, 0x27, 0x3F, 0xC1,
      0x4D},
     "ACPI"},
    {"8868E871-E4F1-11D3-BC22-0080C73C8881",
     {0x71, 0xE8, 0x68, 0x88, 0xF1, 0xE4, 0xD3, 0x11, 0xBC, 0x22, 0x00, 0x80, 0xC7, 0x3C, 0x88,
      0x81},
     "ACPI_20"},
    {"EB9D2D31-2D88-11D3-9A16-0090273FC14D",
     {0x31, 0x2D, 0x9D, 0xEB, 0x88, 0x2D, 0xD3, 0x11, 0x9A, 0x16, 0x00, 0x90, 0x27, 0x3F, 0xC1,
      0x4D},
     "SMBIOS"},
};
enum { TABLE_ACPI, TABLE_ACPI_20, TABLE_SMBIOS, TABLES };

static bool in_system_table(const struct efi_tables *tables, const uint8_t guid[16], uint64_t table)
{
    for (uint32_t i = 0; i < tables->configuration_count; i++) {
        if (memcmp(tables->configurations[i].guid, guid, 16) == 0)
            return tables->configurations[i].table == table;
    }
    return false;
}

/* ACPI 6, 5.2.5.3: the root pointer. */
static void check_rsdp(const char *alias, uint32_t address, bool second)
{
    const uint8_t *bytes = memory_at(address);
    bool good = memcmp(bytes, "RSD PTR ", 8) == 0 && byte_sum(bytes, RSDP_SIZE_1) == 0;
    if (!check(good, "%s: root pointer at 0x%x, revision %u, its sum is 0", alias, address,
               good ? bytes[15] : 0) ||
        !second)
        return;
    uint32_t length = get_le32(bytes + 20);
    check(bytes[15] >= 2 && length >= RSDP_SIZE_2 && length < 4096 && byte_sum(bytes, length) == 0,
          "%s: the sum over all %u bytes is 0, too", alias, length);
}

/* SMBIOS 2.8, 5.2.1: the entry point. */
static void check_smbios(uint32_t address)
{
    const uint8_t *bytes = memory_at(address);
    uint32_t length = bytes[5];
    check(memcmp(bytes, "_SM_", 4) == 0 && length >= SMBIOS_SIZE - 1 && length <= 64 &&
              byte_sum(bytes, length) == 0 && memcmp(bytes + 16, "_DMI_", 5) == 0 &&
              byte_sum(bytes + 16, 15) == 0,
          "SMBIOS: entry point at 0x%x, both sums are 0", address);
}

/* Returns whether the node is there and says what the system table says. */
static bool check_table_node(tree_node parent, const struct efi_tables *tables, uint32_t which,
                             uint32_t *address)
{
    const struct known_table *known = &known_tables[which];
    struct tree_value guid;
    uint64_t table = 0;
    tree_node node = tree_first_child(parent);
    while (node != TREE_NONE && strcmp(tree_get_text(node, "name"), known->name) != 0)
        node = tree_next_child(parent, node);
    if (node == TREE_NONE)
        return false;
    const char *alias = tree_get_text(node, "alias");
    check(tree_get(node, "guid", &guid) && guid.length == 16 &&
              memcmp(guid.bytes, known->guid, 16) == 0,
          "%s: guid has the bytes of the node's name", known->alias);
    check(alias != NULL && strcmp(alias, known->alias) == 0, "%s: alias", known->alias);
    bool good = get_table(node, &table) && table != 0 && table <= UINT32_MAX - 4096;
    *address = (uint32_t)table;
    check(good && in_system_table(tables, known->guid, table),
          "%s: table is 0x%x, in the system table too", known->alias, *address);
    return good;
}

static void check_configuration_tables(const struct efi_tables *tables)
{
    tree_node parent = tree_lookup("/efi/configuration-table");
    if (!check(parent != TREE_NONE, "/efi/configuration-table is here"))
        return;
    uint32_t children = 0, address;
    for (tree_node node = tree_first_child(parent); node != TREE_NONE;
         node = tree_next_child(parent, node))
        children++;
    check(children == tables->configuration_count,
          "it has a node for each of the %u in the system table", tables->configuration_count);
    bool first = check_table_node(parent, tables, TABLE_ACPI, &address);
    if (first)
        check_rsdp("ACPI", address, false);
    bool second = check_table_node(parent, tables, TABLE_ACPI_20, &address);
    if (second)
        check_rsdp("ACPI_20", address, true);
    bool acpi = acpi_expected();
    check(acpi == (first || second), "%s ACPI is expected, the tree has %s", acpi ? "an" : "no",
          first || second ? "one" : "none");
    if (check_table_node(parent, tables, TABLE_SMBIOS, &address))
        check_smbios(address);
    else
        check(!firmware_has_smbios(), "the firmware has no SMBIOS, nor has the tree");
}

void check_efi_nodes(const struct efi_tables *tables)
{
    uint64_t table = 0;
    check_root();
    tree_node efi = tree_lookup("/efi");
    if (!check(efi != TREE_NONE, "/efi is here"))
        return;
    check_firmware(efi);
    tree_node platform = tree_lookup("/efi/platform");
    if (check(platform != TREE_NONE, "/efi/platform is here"))
        check_platform(platform);
    tree_node runtime = tree_lookup("/efi/runtime-services");
    bool has_table = runtime != TREE_NONE && get_table(runtime, &table);
    uint32_t physical;
    bool same = table == tables->runtime_pointer ||
                (efi_physical(tables->runtime_pointer, &physical) && table == physical);
    check(has_table && same, "/efi/runtime-services: table is the system table's (0x%llx)",
          (unsigned long long)table);
    check_configuration_tables(tables);
}
