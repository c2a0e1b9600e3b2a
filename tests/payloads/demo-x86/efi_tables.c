/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi_tables.h"

#include "../common/report.h"
#include "../common/strings.h"
#include "boot_args.h"
#include "demo.h"
#include "efi_map.h"
#include "lib/bytes.h"
#include "tools/common/crc32.h"

#define SIGNATURE_SYSTEM  0x5453595320494249ull /* "IBI SYST" */
#define SIGNATURE_RUNTIME 0x56524553544E5552ull /* "RUNTSERV" */
#define HEADER_SIZE       24u
#define HEADER_MAXIMUM    4096u
#define AT_HEADER_SIZE    12u
#define AT_CRC            16u
#define SERVICES_LEAST    11u /* EFI 1.1: GetTime to ResetSystem */
#define SERVICE_GET_TIME  0u
#define SERVICE_GET       6u
#define SERVICE_SET       8u
#define EFI_UNSUPPORTED   ((uintptr_t)1 << (KERNEL_BITS - 1) | 3)

/* Calls go by EFI's own conventions: the C one of 32 bits, Microsoft's of 64 bits. */
#ifdef __x86_64__
#define EFI_CALL __attribute__((ms_abi))
#else
#define EFI_CALL
#endif
typedef uintptr_t EFI_CALL efi_service(uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t);

/* A pointer-sized field: efiMode says how wide. */
static uint64_t pointer_at(const uint8_t *at)
{
    return boot_args.efi_mode == 64 ? get_le64(at) : get_le32(at);
}

static uint32_t pointer_size(void)
{
    return boot_args.efi_mode / 8;
}

static bool is_runtime_memory(const struct efi_region *region)
{
    return (region->attribute >> 63) != 0;
}

/* True if the kernel leaves those bytes alone. */
static bool is_kept(uint32_t address, uint32_t length)
{
    return in_kernel_range(address, length) || efi_all(address, length, is_runtime_memory);
}

/* What no kernel follows may be physical, as it is until firmware is told of virtual addresses. */
static bool follow(uint64_t pointer, uint32_t length, uint32_t *address)
{
    if (!efi_physical(pointer, address))
        *address = pointer <= UINT32_MAX ? (uint32_t)pointer : 0;
    return *address != 0 && is_kept(*address, length);
}

/* Signature, size and CRC-32 with its own field taken as 0. */
static bool check_header(const char *what, uint32_t address, uint64_t signature, uint32_t least)
{
    const uint8_t *bytes = memory_at(address);
    if (!check(address % 8 == 0 && is_kept(address, HEADER_SIZE) && get_le64(bytes) == signature,
               "%s: signature, at 0x%x", what, address))
        return false;
    uint32_t size = get_le32(bytes + AT_HEADER_SIZE);
    if (!check(size >= least && size <= HEADER_MAXIMUM && is_kept(address, size),
               "%s: %u bytes that the kernel leaves alone", what, size))
        return false;
    static uint8_t copy[HEADER_MAXIMUM];
    memcpy(copy, bytes, size);
    memset(copy + AT_CRC, 0, 4);
    uint32_t crc = crc32(copy, size);
    check(get_le32(bytes + AT_CRC) == crc, "%s: CRC-32 %08x", what, crc);
    return true;
}

/* --- Runtime services ----------------------------------------------------------------------- */

static void call_service(const char *name, uint32_t address)
{
    static uint8_t room[64];
    uintptr_t place = (uintptr_t)room;
    efi_service *service = (efi_service *)(uintptr_t)address;
    uintptr_t status = service(place, place, place, place, place);
    check(status == EFI_UNSUPPORTED, "runtime service %s answers EFI_UNSUPPORTED (0x%llx)", name,
          (unsigned long long)status);
}

static void check_runtime(uint64_t pointer)
{
    uint32_t address;
    uint32_t least = HEADER_SIZE + SERVICES_LEAST * pointer_size();
    if (!check(efi_physical(pointer, &address),
               "runtime services: the pointer 0x%llx leads to mapped memory",
               (unsigned long long)pointer) ||
        !check_header("runtime services", address, SIGNATURE_RUNTIME, least))
        return;
    const uint8_t *table = memory_at(address);
    uint32_t count = (get_le32(table + AT_HEADER_SIZE) - HEADER_SIZE) / pointer_size();
    uint32_t code[3] = {0, 0, 0};
    static const uint32_t called[3] = {SERVICE_GET_TIME, SERVICE_GET, SERVICE_SET};
    static const char *const names[3] = {"GetTime", "GetVariable", "SetVariable"};
    bool good = true;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = 0;
        good &= efi_physical(pointer_at(table + HEADER_SIZE + pointer_size() * i), &at) &&
                is_kept(at, 1);
        for (uint32_t j = 0; j < 3; j++)
            code[j] = called[j] == i ? at : code[j];
    }
    if (!check(good, "runtime services: all %u lie in memory that the kernel leaves alone", count))
        return;
    if (boot_args.efi_mode != KERNEL_BITS)
        return; /* said before; this kernel cannot call the other kind */
    for (uint32_t j = 0; j < 3; j++)
        call_service(names[j], code[j]);
}

/* The firmware's runtime, gathered in one place (xnu: pexpert/i386/boot.h). */
static void check_runtime_pages(void)
{
    uint32_t first = boot_args.runtime_page, count = boot_args.runtime_pages;
    uint64_t address = (uint64_t)first << 12, length = (uint64_t)count << 12;
    if (count == 0) {
        check(first == 0, "there are no pages for the EFI runtime");
        return;
    }
    check(address <= UINT32_MAX - length && is_kept((uint32_t)address, (uint32_t)length),
          "the %u pages from 0x%llx on are memory that the kernel leaves alone", count,
          (unsigned long long)address);
    uint64_t virtual = boot_args.runtime_virtual_page << 12;
    uint32_t physical;
    if (virtual == 0)
        return;
    check(efi_physical(virtual | KERNEL_BASE, &physical) && physical == address,
          "efiRuntimeServicesVirtualPageStart leads to them (0x%llx)",
          (unsigned long long)boot_args.runtime_virtual_page);
}

/* --- The system table ----------------------------------------------------------------------- */

static void read_configurations(struct efi_tables *tables, uint64_t pointer, uint32_t count)
{
    uint32_t address = 0, row = 16 + pointer_size();
    bool good = count <= EFI_CONFIGURATIONS_MAXIMUM && follow(pointer, row * count, &address);
    if (!check(good, "system table: %u configuration tables at 0x%llx", count,
               (unsigned long long)pointer))
        return;
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *entry = memory_at(address + row * i);
        memcpy(tables->configurations[i].guid, entry, 16);
        tables->configurations[i].table = pointer_at(entry + 16);
    }
    tables->configuration_count = count;
}

void check_efi_tables(struct efi_tables *tables)
{
    /* Behind the header: vendor, revision, six of the console, runtime, boot, count, tables. */
    uint32_t width = pointer_size(), at = HEADER_SIZE;
    uint32_t at_vendor = at, at_revision = at += width;
    at += 7 * width; /* the revision is padded to a pointer */
    uint32_t at_runtime = at, at_count = at + 2 * width, at_tables = at + 3 * width;
    uint32_t address = boot_args.system_table;

    /* 10.4 and 10.5 use it as it is, later ones convert it: one of the two has to lead there. */
    uint32_t mapped;
    if (efi_physical(address | KERNEL_BASE, &mapped))
        address = mapped;
    if (!check_header("system table", address, SIGNATURE_SYSTEM, at_tables + width))
        return;
    const uint8_t *table = memory_at(address);
    uint32_t vendor = 0;
    check(follow(pointer_at(table + at_vendor), 2, &vendor) && get_le16(memory_at(vendor)) != 0,
          "system table: a vendor, firmware revision 0x%x", get_le32(table + at_revision));
    tables->runtime_pointer = pointer_at(table + at_runtime);
    check_runtime(tables->runtime_pointer);
    check_runtime_pages();
    read_configurations(tables, pointer_at(table + at_tables), get_le32(table + at_count));
}
