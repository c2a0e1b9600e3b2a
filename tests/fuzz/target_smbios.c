/* SPDX-License-Identifier: BSD-2-Clause */
/* A PC's SMBIOS: the structures, and the entry point that leads to them. */
#include <string.h>

#include "darwin/smbios.h"
#include "tests/fuzz/fuzz.h"

static void check_text(const char text[SMBIOS_TEXT])
{
    FUZZ_CHECK(memchr(text, '\0', SMBIOS_TEXT) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct smbios_system system;
    uint32_t address, size;

    fuzz_begin(bytes, length);
    if (smbios_read_system(bytes, length, &system)) {
        check_text(system.product);
        check_text(system.serial);
    }
    smbios_find_structures(bytes, length, &address, &size);
    fuzz_end();
    return 0;
}

/* The sum of an entry point's bytes is 0 (DMTF DSP0134, "32-bit entry point"). */
static void repair(uint8_t *bytes, size_t length)
{
    uint8_t sum = 0;

    if (length < 0x1F || memcmp(bytes, "_SM_", 4) != 0)
        return;
    bytes[4] = 0;
    for (size_t i = 0; i < bytes[5] && i < length; i++)
        sum = (uint8_t)(sum + bytes[i]);
    bytes[4] = (uint8_t)-sum;
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t length, size_t room, unsigned seed)
{
    return fuzz_mutate(bytes, length, room, seed, repair);
}
