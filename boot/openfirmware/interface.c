/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/openfirmware/interface.h"

#include <stddef.h>

#include "boot/openfirmware/openfirmware.h"
#include "console/console.h"
#include "device/firmware.h"
#include "lib/bytes.h"

/* With the image (about 500 KB) no more than 1 MB stays resident, however many cards there are. */
#define CARD_MEMORY_MAXIMUM 0x78000u
/* A client may have the loader's stack below the frame that prepares the jump. */
#define STACK_ALIGNMENT 16u

_Static_assert(offsetof(struct interface_state, busy) == INTERFACE_BUSY, "for interface_entry.S");
_Static_assert(offsetof(struct interface_state, array) == INTERFACE_ARRAY, "for interface_entry.S");
_Static_assert(offsetof(struct interface_state, cr) == INTERFACE_CR, "for interface_entry.S");

struct interface_state interface_state;

/* --- What the devices need of the firmware ---------------------------------------------------- */

int32_t firmware_call(uint32_t array)
{
    int32_t (*entry)(uint32_t) = (int32_t(*)(uint32_t))(uintptr_t)of_entry();
    int32_t answer;

    __asm__ volatile("" ::: "memory"); /* it reads and writes the array */
    answer = entry(array);
    __asm__ volatile("" ::: "memory");
    return answer;
}

/* Firmware's own memory may be given as well (`alloc-mem`), so any address but the lowest will do.
 */
const uint8_t *firmware_memory(uint32_t address, uint32_t length)
{
    if (address == 0 || (length != 0 && address + (length - 1) < address))
        return NULL;
    return (const uint8_t *)(uintptr_t)address;
}

uint8_t *firmware_writable(uint32_t address, uint32_t length)
{
    if (firmware_memory(address, length) == NULL || memory_is_resident(address, length))
        return NULL;
    return (uint8_t *)(uintptr_t)address;
}

uint32_t firmware_find(const char *path)
{
    return of_find(path);
}

int32_t firmware_property(uint32_t node, const char *name, void *value, size_t size)
{
    int32_t length = of_property_length(node, name);

    if (length > 0 && size != 0)
        of_property(node, name, value, size);
    return length;
}

bool firmware_set_property(uint32_t node, const char *name, const void *value, size_t length)
{
    return of_set_property(node, name, value, length);
}

uint32_t firmware_claim(uint32_t address, uint32_t length, uint32_t alignment)
{
    return memory_client_claim(address, length, alignment);
}

bool firmware_release(uint32_t address, uint32_t length)
{
    return memory_client_release(address, length);
}

uint32_t firmware_room(uint32_t address)
{
    return memory_client_room(address);
}

int32_t firmware_available(uint8_t *value, size_t size)
{
    return memory_client_available(value, size);
}

void firmware_leave(void)
{
    memory_return_all();
}

/* --- The client's entry ----------------------------------------------------------------------- */

/* interface_entry.S calls this, on our stack. The answer is the service's, or 1: pass it on. */
int32_t interface_call(uint32_t array);
int32_t interface_call(uint32_t array)
{
    return device_call(array);
}

/* And this when the client program returns. */
void interface_returned(void);
void interface_returned(void)
{
    device_stop();
    memory_return_all();
}

/*
 * A Sawboot that we start finds that it was not started by the firmware: the bootpath is ours then,
 * and names its own file, not what it is to boot (platform.c). Of several, the first one was.
 */
static void leave_firmware_entry(void)
{
    static const char name[] = "sawboot,firmware-entry";
    of_cell chosen = of_find("/chosen");
    uint8_t value[4];

    put_be32(value, of_entry());
    if (of_property_length(chosen, name) < 0)
        of_set_property(chosen, name, value, sizeof value);
}

/* The devices, and the memory that they need while the program runs. */
static error_t start_devices(const struct device_boot *boot)
{
    uint32_t image = (uint32_t)(image_end - image_start);
    size_t cards;
    uint32_t length;
    error_t error = device_start(boot, &cards);

    if (error != OK)
        return error;
    length = (uint32_t)cards * DEVICE_CARD_MEMORY;
    if (length > CARD_MEMORY_MAXIMUM)
        length = CARD_MEMORY_MAXIMUM;
    if (!memory_enter_resident(length))
        return fail(ERROR_MEMORY_CLAIM, "%u bytes for the cards while the program runs",
                    (unsigned)length);
    print_verbose("resident: %u KB at %08x and %u KB for %u network device(s)\n",
                  (unsigned)(image / 1024), (unsigned)(uintptr_t)image_start,
                  (unsigned)(length / 1024), (unsigned)cards);
    return OK;
}

error_t interface_prepare(const struct device_boot *boot)
{
    uint32_t frame = (uint32_t)(uintptr_t)__builtin_frame_address(0);
    struct device_boot kept = *boot;
    void *driver = NULL;
    error_t error;

    if (boot->driver != NULL) {
        driver = memory_keep(boot->driver, boot->driver_length);
        if (driver == NULL)
            return fail(ERROR_MEMORY_CLAIM, "%u bytes for the driver while the program runs",
                        (unsigned)boot->driver_length);
        kept.driver = driver;
    }
    error = start_devices(&kept);
    if (error != OK) {
        memory_keep_no_more(driver, boot->driver_length);
        return error;
    }
    leave_firmware_entry();
    interface_state.stack = frame & ~(STACK_ALIGNMENT - 1);
    interface_state.firmware = of_entry();
    return OK;
}
