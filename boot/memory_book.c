/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/memory_book.h"

#include "lib/bytes.h"

/* Vectors, and what firmware keeps beside them (OpenBIOS: 0x0000-0x3FFF). */
#define CLAIM_FLOOR (0x4000u >> BOOK_PAGE_BITS)
/* Device space starts here on every Power Mac; RAM above it is not used by the loader. */
#define CLAIM_LIMIT (0x80000000u >> BOOK_PAGE_BITS)
/* How many places in a free range are tried before giving up on it. */
#define CLAIM_TRIES 128
/* Beyond these, firmware's own sums may wrap. */
#define LARGEST_CLAIM     0x80000000u
#define LARGEST_ALIGNMENT 0x80000000u

static const struct book_firmware *firmware;

static struct page_set owned;  /* the loader's */
static struct page_set kept;   /* the part of it that never becomes anybody else's */
static struct page_set spare;  /* the part of it that nobody uses now */
static struct page_set client; /* the program's, whether it came from us or from the firmware */
static struct page_set taken;  /* was spare before the program got it: its launch may still fail */
static struct page_set pool;   /* what claims of the resident loader are met from ... */
static struct page_range reserved; /* ... and what all of it was */
static bool is_resident, program_runs;
/* Room for answers. */
static struct page_set unclaimed, firmwares;

void book_open(const struct book_firmware *opened_for)
{
    firmware = opened_for;
    book_close();
}

void book_close(void)
{
    owned.count = kept.count = spare.count = client.count = taken.count = pool.count = 0;
    reserved.first = reserved.end = 0;
    is_resident = program_runs = false;
}

void book_adopt(uint32_t first, uint32_t end)
{
    book_close();
    book_own(first, end);
    reserved = (struct page_range){first, end};
    is_resident = true;
    book_release(first, end);
}

/* Whatever is done with one range makes at most one more. */
static bool has_room(void)
{
    return owned.count < PAGE_SET_MAXIMUM && spare.count < PAGE_SET_MAXIMUM &&
           client.count < PAGE_SET_MAXIMUM && taken.count < PAGE_SET_MAXIMUM;
}

void book_own(uint32_t first, uint32_t end)
{
    page_set_add(&owned, first, end);
}

void book_keep(uint32_t first, uint32_t end)
{
    book_own(first, end);
    page_set_add(&kept, first, end);
}

void book_keep_no_more(uint32_t first, uint32_t end)
{
    page_set_remove(&kept, first, end);
}

bool book_owns(uint32_t page)
{
    return page_set_touches(&owned, page, page + 1);
}

bool book_is_kept(uint32_t first, uint32_t end)
{
    return page_set_touches(&kept, first, end);
}

static void add_all(struct page_set *set, const struct page_set *others)
{
    for (size_t i = 0; i < others->count; i++)
        page_set_add(set, others->ranges[i].first, others->ranges[i].end);
}

/* Rather empties the set than leaves anything in it that is in the other as well. */
static void remove_all(struct page_set *set, const struct page_set *others)
{
    for (size_t i = 0; i < others->count; i++)
        if (!page_set_remove(set, others->ranges[i].first, others->ranges[i].end))
            set->count = 0;
}

/*
 * What the firmware has, and what we hold and do not use, as one range where the two touch. After a
 * failed attempt most of the memory may be ours.
 */
const struct page_set *book_free(void)
{
    unclaimed.count = 0;
    firmware->free(&unclaimed);
    remove_all(&unclaimed, &owned); /* it does not have to keep account of everything */
    remove_all(&unclaimed, &client);
    add_all(&unclaimed, &spare);
    return &unclaimed;
}

/* --- Claims -------------------------------------------------------------------------------- */

/* The highest aligned place in a range. */
static bool highest_place(const struct page_range *range, uint32_t count, uint32_t alignment,
                          uint32_t *place)
{
    if (range->end < count)
        return false;
    *place = (range->end - count) & ~(alignment - 1);
    return *place >= range->first;
}

static bool claim_from(struct page_set *set, uint32_t count, uint32_t alignment, uint32_t *place)
{
    for (size_t i = set->count; i-- > 0;)
        if (highest_place(&set->ranges[i], count, alignment, place))
            return page_set_remove(set, *place, *place + count);
    return false;
}

/*
 * Takes those of the pages from the firmware that are not ours yet. They are spare then, and stay
 * that if there are others that are not to be had.
 */
static bool fetch_missing(uint32_t first, uint32_t end)
{
    struct page_range part;

    while (page_set_part(&owned, first, end, false, &part)) {
        if (!has_room() || !firmware->claim(part.first, part.end))
            return false;
        page_set_add(&owned, part.first, part.end);
        page_set_add(&spare, part.first, part.end);
    }
    return true;
}

static bool claim_at(uint32_t first, uint32_t end)
{
    struct page_range ours, part;

    /* What is ours has to be spare. */
    for (uint32_t at = first; page_set_part(&owned, at, end, true, &ours); at = ours.end)
        if (page_set_part(&spare, ours.first, ours.end, false, &part))
            return false;
    return fetch_missing(first, end) && page_set_remove(&spare, first, end);
}

bool book_claim_at(uint32_t first, uint32_t end)
{
    return !is_resident && first < end && end <= CLAIM_LIMIT && claim_at(first, end);
}

/* The highest place, whoever has it. */
static bool claim_highest(uint32_t count, uint32_t alignment, uint32_t *place)
{
    const struct page_set *free = book_free();

    for (size_t i = free->count; i-- > 0;) {
        struct page_range range = free->ranges[i];
        uint32_t step;

        if (range.first < CLAIM_FLOOR)
            range.first = CLAIM_FLOOR;
        if (range.end > CLAIM_LIMIT)
            range.end = CLAIM_LIMIT;
        /* Firmware may hold more than it says: go down in steps that cover the range. */
        step = (range.end - range.first) / CLAIM_TRIES + 1;
        for (unsigned tries = 0; tries <= CLAIM_TRIES; tries++) {
            if (!highest_place(&range, count, alignment, place))
                break;
            if (claim_at(*place, *place + count))
                return true;
            if (*place + count < step)
                break;
            range.end = *place + count - step;
        }
    }
    return false;
}

bool book_claim(uint32_t count, uint32_t alignment, uint32_t *first)
{
    if (is_resident)
        return claim_from(&pool, count, alignment, first);
    return claim_from(&spare, count, alignment, first) || claim_highest(count, alignment, first);
}

bool book_release(uint32_t first, uint32_t end)
{
    if (first >= reserved.first && end <= reserved.end)
        return page_set_add(&pool, first, end);
    return program_runs || page_set_add(&spare, first, end);
}

uint32_t book_longest(void)
{
    const struct page_set *set = is_resident ? &pool : book_free();
    uint32_t longest = 0;

    for (size_t i = 0; i < set->count; i++)
        if (set->ranges[i].end - set->ranges[i].first > longest)
            longest = set->ranges[i].end - set->ranges[i].first;
    return longest;
}

const struct page_set *book_used(void)
{
    unclaimed = owned;
    remove_all(&unclaimed, &spare);
    return &unclaimed;
}

void book_return(uint32_t used_first, uint32_t used_end)
{
    page_set_remove(&owned, used_first, used_end);
    for (size_t i = 0; i < owned.count; i++)
        firmware->release(owned.ranges[i].first, owned.ranges[i].end);
    book_close();
}

/* --- A program's --------------------------------------------------------------------------- */

bool book_take_for_program(uint32_t first, uint32_t end)
{
    struct page_range part;

    if (first < CLAIM_FLOOR || end > CLAIM_LIMIT || book_is_kept(first, end) ||
        !fetch_missing(first, end))
        return false;
    while (page_set_part(&spare, first, end, true, &part))
        if (!has_room() || !page_set_remove(&spare, part.first, part.end) ||
            !page_set_add(&taken, part.first, part.end))
            return false;
    return page_set_add(&client, first, end);
}

void book_forget_program(void)
{
    book_keep_no_more(reserved.first, reserved.end);
    page_set_add(&spare, reserved.first, reserved.end);
    add_all(&spare, &taken);
    client.count = taken.count = pool.count = 0;
    reserved.first = reserved.end = 0;
    is_resident = false;
}

bool book_keep_highest(uint32_t count, uint32_t *first)
{
    if (count == 0 || !claim_highest(count, 1, first))
        return false;
    book_keep(*first, *first + count);
    return true;
}

bool book_enter_resident(uint32_t count)
{
    uint32_t first = 0;

    if (count != 0 && !claim_highest(count, 1, &first))
        return false;
    book_keep(first, first + count);
    reserved = (struct page_range){first, first + count};
    is_resident = true;
    return book_release(first, first + count);
}

void book_program_runs(void)
{
    spare = owned;
    remove_all(&spare, &kept);
    remove_all(&spare, &client);
    taken.count = 0;
    program_runs = true;
}

/* The page behind the last byte. False if there is no byte, or the range goes beyond the last. */
static bool find_end(uint32_t address, uint32_t length, uint32_t *end)
{
    if (length == 0 || length - 1 > UINT32_MAX - address)
        return false;
    *end = ((address + (length - 1)) >> BOOK_PAGE_BITS) + 1;
    return true;
}

/* Neither ours nor the program's. */
static bool is_free(uint32_t first, uint32_t end)
{
    return !page_set_touches(&owned, first, end) && !page_set_touches(&client, first, end);
}

static bool client_claim_at(uint32_t address, uint32_t length, uint32_t end)
{
    uint32_t first = address >> BOOK_PAGE_BITS;

    if (is_free(first, end))
        return firmware->client_claim(address, length, 0) == address;
    return !page_set_touches(&client, first, end) && claim_at(first, end);
}

/* `boundary` is a power of two. */
static uint32_t client_claim_anywhere(uint32_t length, uint32_t boundary, uint32_t *end)
{
    uint32_t alignment = boundary > BOOK_PAGE ? boundary >> BOOK_PAGE_BITS : 1;
    uint32_t first, count = *end, address;

    if (!claim_from(&spare, count, alignment, &first)) {
        address = firmware->client_claim(0, length, boundary);
        if (find_end(address, length, end) && is_free(address >> BOOK_PAGE_BITS, *end))
            return address;
        /* A piece of its and a piece of ours may be one. */
        if (!claim_highest(count, alignment, &first))
            return BOOK_NONE;
    }
    *end = first + count;
    return first << BOOK_PAGE_BITS;
}

uint32_t book_client_claim(uint32_t address, uint32_t length, uint32_t alignment)
{
    uint32_t end, boundary = 1;

    if (!has_room() || length > LARGEST_CLAIM || alignment > LARGEST_ALIGNMENT ||
        !find_end(alignment == 0 ? address : 0, length, &end))
        return BOOK_NONE;
    if (alignment == 0) {
        if (!client_claim_at(address, length, end))
            return BOOK_NONE;
    } else {
        /* "The smallest power of two greater than or equal to the value of align" (6.3.2.4). */
        while (boundary < alignment)
            boundary <<= 1;
        address = client_claim_anywhere(length, boundary, &end);
    }
    if (address != BOOK_NONE)
        page_set_add(&client, address >> BOOK_PAGE_BITS, end);
    return address;
}

bool book_client_release(uint32_t address, uint32_t length)
{
    uint32_t first = address >> BOOK_PAGE_BITS, end;
    struct page_range part;

    if (!find_end(address, length, &end))
        return true; /* nothing that the firmware should try either */
    if (is_free(first, end))
        return false;
    /* It becomes ours, wherever it came from: the firmware may not give it out a second time. */
    while (has_room() && page_set_part(&client, first, end, true, &part)) {
        page_set_remove(&client, part.first, part.end);
        page_set_add(&owned, part.first, part.end);
        page_set_add(&spare, part.first, part.end);
    }
    return true;
}

/* How far a set goes on from an address in it; 0 if that is not in it. */
static uint32_t room_in(const struct page_set *set, uint32_t address)
{
    uint32_t page = address >> BOOK_PAGE_BITS;

    for (size_t i = 0; i < set->count; i++)
        if (set->ranges[i].first <= page && page < set->ranges[i].end) {
            uint64_t room = ((uint64_t)set->ranges[i].end << BOOK_PAGE_BITS) - address;

            return room > UINT32_MAX ? UINT32_MAX : (uint32_t)room;
        }
    return 0;
}

uint32_t book_client_room(uint32_t address)
{
    uint32_t room;

    if (address >> BOOK_PAGE_BITS < CLAIM_FLOOR)
        return 0;
    room = room_in(&client, address);
    if (room == 0)
        room = room_in(book_free(), address);
    if (room == 0) {
        firmwares.count = 0;
        firmware->installed(&firmwares);
        remove_all(&firmwares, &unclaimed);
        remove_all(&firmwares, &owned);
        remove_all(&firmwares, &client);
        room = room_in(&firmwares, address);
    }
    return room;
}
