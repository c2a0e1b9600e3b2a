/* SPDX-License-Identifier: BSD-2-Clause */
#include "darwin/boot_args_powerpc.h"

#include <stdbool.h>
#include <string.h>

#include "console/console.h"
#include "lib/bytes.h"

/* Offsets, xnu-handoff section 1.5 */
#define AT_REVISION           0x000
#define AT_VERSION            0x002
#define AT_COMMAND_LINE       0x004
#define AT_BANKS              0x104
#define AT_VIDEO_ADDRESS      0x1D4
#define AT_VIDEO_DISPLAY      0x1D8
#define AT_VIDEO_ROW_BYTES    0x1DC
#define AT_VIDEO_WIDTH        0x1E0
#define AT_VIDEO_HEIGHT       0x1E4
#define AT_VIDEO_DEPTH        0x1E8
#define AT_MACHINE_TYPE       0x1EC
#define AT_DEVICE_TREE        0x1F0
#define AT_DEVICE_TREE_LENGTH 0x1F4
#define AT_TOP_OF_KERNEL_DATA 0x1F8

#define REVISION      1 /* every kernel takes it */
#define PAGE_SHIFT    12
#define PAGE_SIZE     4096u
#define BANKS_CHECKED 64 /* more than any firmware lists */

/* Both kinds count in words of 32 bits: up to 4 GB of bytes, up to 16 TB of pages. */
static uint64_t end_of_memory(uint16_t version)
{
    return version == 1 ? 0x100000000u - PAGE_SIZE : (uint64_t)0xFFFFFFFFu << PAGE_SHIFT;
}

/* Cuts a bank to whole pages below `limit`; false if nothing is left. */
static bool cut_to_pages(struct memory_region *bank, uint64_t limit)
{
    if (bank->base >= limit) {
        return false;
    }
    uint64_t end = bank->length < limit - bank->base ? bank->base + bank->length : limit;
    end &= ~(uint64_t)(PAGE_SIZE - 1);
    bank->base = round_up(bank->base, PAGE_SIZE);
    bank->length = end > bank->base ? end - bank->base : 0;
    return bank->length != 0;
}

/* The kernel insists on ascending banks; it must not count shared bytes twice either. */
static size_t sort_and_join(const struct boot_args_powerpc *arguments, struct memory_region *sorted)
{
    size_t count = 0;
    for (size_t i = 0; i < arguments->bank_count && count < BANKS_CHECKED; i++) {
        struct memory_region bank = arguments->banks[i];
        if (!cut_to_pages(&bank, end_of_memory(arguments->version))) {
            continue;
        }
        size_t at = count++;
        for (; at > 0 && sorted[at - 1].base > bank.base; at--) {
            sorted[at] = sorted[at - 1];
        }
        sorted[at] = bank;
    }
    size_t joined = 0;
    for (size_t i = 0; i < count; i++) {
        struct memory_region *last = joined > 0 ? &sorted[joined - 1] : NULL;
        if (last != NULL && sorted[i].base <= last->base + last->length) {
            uint64_t end = sorted[i].base + sorted[i].length;
            if (end > last->base + last->length) {
                last->length = end - last->base;
            }
        } else {
            sorted[joined++] = sorted[i];
        }
    }
    return joined;
}

static error_t write_banks(const struct boot_args_powerpc *arguments, uint8_t *out)
{
    struct memory_region banks[BANKS_CHECKED];
    size_t count = sort_and_join(arguments, banks);
    if (count == 0 || banks[0].base != 0) {
        return fail(ERROR_MEMORY_RANGE, "there is no memory from address 0 on");
    }
    if (count > BOOT_ARGS_POWERPC_BANKS) {
        print("The kernel learns of %u memory banks only; this machine has %u.\n",
              BOOT_ARGS_POWERPC_BANKS, (unsigned)count);
        count = BOOT_ARGS_POWERPC_BANKS;
    }
    unsigned shift = arguments->version == 1 ? 0 : PAGE_SHIFT;
    for (size_t i = 0; i < count; i++) {
        put_be32(out + 8 * i, (uint32_t)(banks[i].base >> shift));
        put_be32(out + 8 * i + 4, (uint32_t)(banks[i].length >> shift));
    }
    return OK;
}

/* A word that starts with '-' and contains s (single user) or v (verbose): "-v", "-xS". */
static bool wants_text(const char *command_line)
{
    const char *word = command_line;
    while (*word != 0) {
        word += strspn(word, " \t");
        size_t length = strcspn(word, " \t");
        if (word[0] == '-' && strcspn(word, "svSV") < length) {
            return true;
        }
        word += length;
    }
    return false;
}

error_t boot_args_powerpc_write(const struct boot_args_powerpc *arguments,
                                uint8_t out[BOOT_ARGS_POWERPC_SIZE])
{
    size_t length = strlen(arguments->command_line);
    if (length > BOOT_ARGS_POWERPC_COMMAND_LINE) {
        return fail(ERROR_OPTION_LENGTH, "the kernel's command line has %u characters, %u at most",
                    (unsigned)length, BOOT_ARGS_POWERPC_COMMAND_LINE);
    }
    memset(out, 0, BOOT_ARGS_POWERPC_SIZE);
    put_be16(out + AT_REVISION, REVISION);
    put_be16(out + AT_VERSION, arguments->version);
    memcpy(out + AT_COMMAND_LINE, arguments->command_line, length);
    error_t error = write_banks(arguments, out + AT_BANKS);
    if (error != OK) {
        return error;
    }
    put_be32(out + AT_VIDEO_ADDRESS, arguments->video.address);
    put_be32(out + AT_VIDEO_DISPLAY, wants_text(arguments->command_line) ? 0 : 1);
    put_be32(out + AT_VIDEO_ROW_BYTES, arguments->video.row_bytes);
    put_be32(out + AT_VIDEO_WIDTH, arguments->video.width);
    put_be32(out + AT_VIDEO_HEIGHT, arguments->video.height);
    put_be32(out + AT_VIDEO_DEPTH, arguments->video.depth);
    put_be32(out + AT_MACHINE_TYPE, 0);
    put_be32(out + AT_DEVICE_TREE, arguments->device_tree);
    put_be32(out + AT_DEVICE_TREE_LENGTH, arguments->device_tree_length);
    put_be32(out + AT_TOP_OF_KERNEL_DATA, arguments->top_of_kernel_data);
    return OK;
}
