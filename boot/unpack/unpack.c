/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The program that carries the packed loader: puts it as high into memory as can be claimed and
 * hands over to it. The memory that this program leaves behind is the loader's then (struct
 * image_origin of boot/openfirmware/move.h). On failure it says so and returns to the firmware.
 */
#include <stdint.h>
#include <string.h>

#include "boot/unpack/packed.h"
#include "lib/bytes.h"

#define OF_NONE 0xFFFFFFFFu
#define PAGE    4096u
/* A loader runs at every multiple of this. */
#define UNIT 0x10000u
/* Device space starts here on every Power Mac. */
#define CEILING 0x80000000u
/* Of the loader's image, where it is told what it inherits. */
#define ORIGIN_AT 4

/* The words of two failures, out of the loader's catalogue. */
#define ERROR(name, code, summary, advice) \
    static const char name[] __attribute__((unused)) = "\r\n" code ": " summary "\r\n";
#include "console/errors.def"
#undef ERROR

extern const uint8_t packed_start[], packed_end[];
extern uint8_t image_start[], image_end[];

static uint32_t (*client_interface)(void *cells);

/* A service with up to four arguments and one result. */
static uint32_t call(const char *service, uint32_t arguments, uint32_t first, uint32_t second,
                     uint32_t third, uint32_t fourth)
{
    uint32_t cells[8] = {(uint32_t)(uintptr_t)service, arguments, 1, first, second, third, fourth};

    cells[3 + arguments] = OF_NONE;
    return client_interface(cells) == 0 ? cells[3 + arguments] : OF_NONE;
}

static uint32_t address_of(const void *memory)
{
    return (uint32_t)(uintptr_t)memory;
}

static uint32_t property(uint32_t node, const char *name, void *value, uint32_t size)
{
    return call("getprop", 4, node, address_of(name), address_of(value), size);
}

static uint32_t find(const char *node)
{
    return call("finddevice", 1, address_of(node), 0, 0, 0);
}

static uint32_t claim(uint32_t address, uint32_t length)
{
    return call("claim", 3, address, length, 0, 0);
}

static void say(const char *words)
{
    uint32_t output;

    if (property(find("/chosen"), "stdout", &output, sizeof output) == sizeof output)
        call("write", 3, output, address_of(words), (uint32_t)strlen(words), 0);
}

/* The highest place for `length` bytes that ends below `limit` and is free by this list; 0: none */
static uint32_t highest_place(const uint32_t *cells, uint32_t count, uint32_t wide, uint32_t length,
                              uint32_t limit)
{
    uint32_t best = 0;

    for (uint32_t at = 0; at + 2 + wide <= count; at += 2 + wide) {
        uint32_t base = cells[at + wide], size = cells[at + wide + 1], place;
        uint32_t end = base + size < base || base + size > limit ? limit : base + size;

        if ((wide != 0 && cells[at] != 0) || end < length)
            continue;
        place = (end - length) & ~(UNIT - 1);
        if (place >= base && place > best)
            best = place;
    }
    return best;
}

/* Claims the highest place for the loader. The claim service alone decides what is free. */
static uint32_t claim_place(uint32_t length)
{
    uint32_t cells[128], wide = 0, place = CEILING - length + UNIT, size;
    uint32_t memory = find("/memory");

    property(find("/"), "#address-cells", &wide, sizeof wide);
    wide = wide == 2;
    if (memory == OF_NONE)
        memory = find("/memory@0");
    size = property(memory, "available", cells, sizeof cells);
    if (size == OF_NONE || size == 0)
        size = property(memory, "reg", cells, sizeof cells);
    if (size == OF_NONE)
        return 0;
    if (size > sizeof cells)
        size = sizeof cells;
    do {
        place = highest_place(cells, size / 4, wide, length, place + length - UNIT);
    } while (place != 0 && claim(place, length) != place);
    return place;
}

static uint32_t pages(uint32_t length)
{
    return (length + PAGE - 1) & ~(PAGE - 1);
}

/* Firmware may have claimed all, a part, or nothing of what this program takes. */
static void keep_own_memory(uint32_t start, uint32_t end)
{
    for (uint32_t page = start; page < end; page += PAGE)
        claim(page, PAGE);
}

/*
 * Working memory, right behind this program so that the loader inherits both; elsewhere if somebody
 * is there. 0 if there is none. `own_end` is the end of what the loader inherits.
 */
static uint32_t claim_scratch(uint32_t *own_end)
{
    uint32_t length = pages(sizeof(struct predictor)), place = *own_end;

    if (claim(place, length) != place)
        return claim_place(length);
    *own_end += length;
    return place;
}

static void release(uint32_t place, uint32_t length)
{
    uint32_t cells[5] = {address_of("release"), 2, 0, place, length};

    client_interface(cells);
}

/* Where the loader is, ready but for the caches; NULL after a failure. */
uint8_t *unpack_program(uint32_t (*client)(void *));
uint8_t *unpack_program(uint32_t (*client)(void *))
{
    uint32_t own = address_of(image_start), own_end = pages(address_of(image_end));
    uint32_t length = pages(packed_memory(packed_start)), place, scratch;
    const char *failure = ERROR_UNPACK_MEMORY;

    client_interface = client;
    keep_own_memory(own, own_end);
    place = claim_place(length);
    scratch = place != 0 ? claim_scratch(&own_end) : 0;
    if (scratch != 0) {
        uint8_t *image = (uint8_t *)(uintptr_t)place;

        if (packed_unpack(packed_start, (size_t)(packed_end - packed_start),
                          (struct predictor *)(uintptr_t)scratch, image)) {
            if (scratch >= own_end || scratch < own)
                release(scratch, pages(sizeof(struct predictor)));
            put_be32(image + ORIGIN_AT, own);
            put_be32(image + ORIGIN_AT + 4, own_end - own);
            return image;
        }
        failure = ERROR_UNPACK_DAMAGED;
        release(scratch, pages(sizeof(struct predictor)));
    }
    if (place != 0)
        release(place, length);
    say(failure);
    return NULL;
}
