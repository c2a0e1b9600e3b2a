/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The book of memory against a model: a small machine in which every page has one holder, under a
 * firmware that reuses what was released, one that does not (OpenBIOS), and one that does not
 * say what is free.
 */
#include "boot/memory_book.h"
#include "tests/unit/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h> /* last: it has a macro `fail` */

#define PAGES 700
/* Vectors, and a hole between two banks of memory. */
#define FLOOR      4
#define HOLE       200
#define HOLE_END   210
#define PIECES     8
#define CLAIMS     64
#define PAGE_BYTES 4096u

enum holder { NOBODY, FIRMWARE, KEPT, LOADER, PROGRAM, NO_MEMORY };

static enum holder holder[PAGES];
static bool claimed[PAGES]; /* as the firmware sees it */
static bool reuses, is_silent;
static uint32_t random_state = 0x2545f491;

static uint32_t below(uint32_t limit)
{
    return random_next(&random_state) % limit;
}

/* --- The firmware -------------------------------------------------------------------------- */

static bool claim(uint32_t first, uint32_t end)
{
    assert_true(first < end);
    for (uint32_t i = first; i < end; i++)
        if (i >= PAGES || claimed[i])
            return false;
    memset(claimed + first, 1, end - first);
    return true;
}

static void release(uint32_t first, uint32_t end)
{
    assert_true(first < end && end <= PAGES);
    for (uint32_t i = first; i < end; i++) {
        assert_true(claimed[i]);
        claimed[i] = !reuses;
    }
}

static uint32_t client_claim(uint32_t address, uint32_t length, uint32_t alignment)
{
    uint32_t count = (length + PAGE_BYTES - 1) / PAGE_BYTES;

    assert_int_equal(alignment & (alignment - 1), 0);
    if (alignment == 0) {
        uint32_t first = address / PAGE_BYTES;

        return claim(first, (uint32_t)(((uint64_t)address + length + PAGE_BYTES - 1) / PAGE_BYTES))
                   ? address
                   : BOOK_NONE;
    }
    for (uint32_t first = PAGES; count <= PAGES && first-- > 0;)
        if (first * PAGE_BYTES % alignment == 0 && claim(first, first + count))
            return first * PAGE_BYTES;
    return BOOK_NONE;
}

static void add_installed(struct page_set *set)
{
    page_set_add(set, 0, HOLE);
    page_set_add(set, HOLE_END, PAGES);
}

static void add_free(struct page_set *set)
{
    if (is_silent)
        add_installed(set);
    else
        for (uint32_t i = 0; i < PAGES; i++)
            if (!claimed[i])
                page_set_add(set, i, i + 1);
}

static const struct book_firmware firmware = {claim, release, client_claim, add_free,
                                              add_installed};

/* --- The model ------------------------------------------------------------------------------ */

static bool is_all(uint32_t first, uint32_t end, enum holder who)
{
    for (uint32_t i = first; i < end; i++)
        if (i >= PAGES || holder[i] != who)
            return false;
    return true;
}

static void set_holder(uint32_t first, uint32_t end, enum holder who)
{
    for (uint32_t i = first; i < end && i < PAGES; i++)
        holder[i] = who;
}

/* Whether there are `count` free pages in one piece. */
static bool is_to_be_had(uint32_t count, uint32_t alignment)
{
    for (uint32_t first = 0; first + count <= PAGES; first += alignment)
        if (first >= FLOOR && is_all(first, first + count, NOBODY))
            return true;
    return false;
}

static void switch_on(void)
{
    uint32_t image = 250 + below(20);

    memset(claimed, 0, sizeof claimed);
    set_holder(0, PAGES, NOBODY);
    set_holder(0, FLOOR, FIRMWARE);
    set_holder(100, 110, FIRMWARE); /* the load area */
    set_holder(HOLE, HOLE_END, NO_MEMORY);
    set_holder(PAGES - 5, PAGES, FIRMWARE);
    for (uint32_t i = 0; i < PAGES; i++)
        claimed[i] = holder[i] != NOBODY;

    book_open(&firmware);
    assert_true(claim(image, image + 7));
    book_keep(image, image + 7);
    set_holder(image, image + 7, KEPT);
    /* What the image has left behind. */
    assert_true(claim(20, 27));
    book_own(20, 27);
    assert_true(book_release(20, 27));
}

/* --- The loader's own claims ----------------------------------------------------------------- */

struct piece {
    uint32_t first, end;
};
static struct piece pieces[PIECES];
static unsigned piece_count;

static void loader_claims(void)
{
    uint32_t count = 1 + below(20), alignment = 1u << below(5), first = 77;
    bool exactly = below(3) == 0, given;

    if (piece_count == PIECES)
        return;
    if (exactly) {
        first = below(PAGES);
        given = book_claim_at(first, first + count);
        /* Firmware's own pages, and those of nobody that it gives; never what is held. */
        assert_int_equal(given, is_all(first, first + count, NOBODY));
    } else {
        given = book_claim(count, alignment, &first);
        if (given)
            assert_true(first % alignment == 0 && first >= FLOOR);
        else if (!is_silent)
            assert_false(is_to_be_had(count, alignment));
    }
    if (!given)
        return;
    assert_true(is_all(first, first + count, NOBODY));
    set_holder(first, first + count, LOADER);
    pieces[piece_count++] = (struct piece){first, first + count};
}

static void loader_releases(void)
{
    unsigned i;

    if (piece_count == 0)
        return;
    i = below(piece_count);
    assert_true(book_release(pieces[i].first, pieces[i].end));
    set_holder(pieces[i].first, pieces[i].end, NOBODY);
    pieces[i] = pieces[--piece_count];
}

static void loader_lives(void)
{
    for (unsigned steps = below(40); steps > 0; steps--)
        if (below(3) != 0)
            loader_claims();
        else
            loader_releases();
    if (!is_silent) {
        uint32_t longest = book_longest();

        assert_true(longest == 0 || is_to_be_had(longest, 1));
        assert_false(is_to_be_had(longest + 1, 1));
    }
}

/* --- A program -------------------------------------------------------------------------------- */

static bool take_pieces(void)
{
    for (unsigned n = 1 + below(3); n > 0; n--) {
        uint32_t first = below(PAGES), end = first + 1 + below(25);
        bool possible = first >= FLOOR;

        for (uint32_t i = first; i < end; i++)
            possible = possible && i < PAGES &&
                       (holder[i] == NOBODY || holder[i] == LOADER || holder[i] == PROGRAM);
        assert_int_equal(book_take_for_program(first, end), possible);
        if (!possible)
            return false;
        set_holder(first, end, PROGRAM);
    }
    return true;
}

/* What is kept, as found by asking. */
static void note_reserved(uint32_t count)
{
    uint32_t found = 0;

    for (uint32_t i = 0; i < PAGES; i++)
        if (holder[i] != KEPT && book_is_kept(i, i + 1)) {
            assert_int_equal(holder[i], NOBODY);
            holder[i] = KEPT;
            found++;
        }
    assert_int_equal(found, count);
}

/* The launch fails: everything is as it was before. */
static void take_back(const enum holder before[PAGES])
{
    book_forget_program();
    memcpy(holder, before, sizeof holder);
    for (uint32_t i = 0; i < PAGES; i++)
        assert_int_equal(book_is_kept(i, i + 1), holder[i] == KEPT);
}

static void compare_free(void)
{
    const struct page_set *set = book_free();

    for (uint32_t i = 0; i < PAGES && !is_silent; i++)
        assert_int_equal(page_set_touches(set, i, i + 1), holder[i] == NOBODY);
}

static void compare_room(void)
{
    /* Often in the load area. */
    uint32_t address =
        below(2) != 0 ? below(PAGES * PAGE_BYTES) : 100 * PAGE_BYTES + below(10 * PAGE_BYTES);
    uint32_t first = address / PAGE_BYTES, end = first, room = book_client_room(address);
    enum holder who = holder[first];

    if (first < FLOOR || who == KEPT || who == NO_MEMORY) {
        assert_int_equal(room, 0);
        return;
    }
    if (is_silent && who == FIRMWARE)
        return;
    while (end < PAGES &&
           (holder[end] == who || (is_silent && holder[end] == FIRMWARE && who == NOBODY)))
        end++;
    if (!is_silent)
        assert_int_equal(room, end * PAGE_BYTES - address);
    else
        assert_true(room <= end * PAGE_BYTES - address);
}

static void program_claims(void)
{
    uint32_t length = 1 + below((below(4) != 0 ? 20 : 200) * PAGE_BYTES),
             alignment = below(3) == 0 ? 0 : 1u << below(17);
    /* Often beside the load area. */
    uint32_t address = below(4) != 0 ? below(PAGES * PAGE_BYTES) : 110 * PAGE_BYTES;
    uint32_t first, end, got;

    if (alignment != 0 && below(4) == 0)
        alignment += below(alignment);
    if (alignment == 0 && below(2) == 0)
        address &= ~(PAGE_BYTES - 1);
    first = address / PAGE_BYTES;
    end = (address + length - 1) / PAGE_BYTES + 1;
    got = book_client_claim(address, length, alignment);
    if (alignment == 0) {
        assert_true(got == (is_all(first, end, NOBODY) ? address : BOOK_NONE));
    } else {
        uint32_t boundary = 1, count = (length - 1) / PAGE_BYTES + 1;

        while (boundary < alignment)
            boundary *= 2;
        if (got == BOOK_NONE) {
            assert_true(is_silent ||
                        !is_to_be_had(count, boundary > PAGE_BYTES ? boundary / PAGE_BYTES : 1));
            return;
        }
        assert_int_equal(got % boundary, 0);
        first = got / PAGE_BYTES;
        end = first + count;
        assert_true(is_all(first, end, NOBODY));
    }
    if (got != BOOK_NONE)
        set_holder(first, end, PROGRAM);
}

static void program_releases(void)
{
    uint32_t address = below(PAGES * PAGE_BYTES), length = 1 + below(30 * PAGE_BYTES);
    uint32_t first = address / PAGE_BYTES, end = (address + length - 1) / PAGE_BYTES + 1;
    bool known = book_client_release(address, length);

    for (uint32_t i = first; i < end && i < PAGES; i++) {
        if (holder[i] == KEPT || holder[i] == PROGRAM)
            assert_true(known);
        if (holder[i] == PROGRAM)
            holder[i] = NOBODY;
    }
}

static void hostile_arguments(void)
{
    uint32_t kept = 0;

    while (holder[kept] != KEPT)
        kept++;
    kept *= PAGE_BYTES;
    assert_true(book_client_claim(0, 0, 4096) == BOOK_NONE);
    assert_true(book_client_claim(0x10000, 0, 0) == BOOK_NONE);
    assert_true(book_client_claim(0, 0xFFFFFFFF, 4096) == BOOK_NONE);
    assert_true(book_client_claim(0, 0xFFFFFFFF, 0) == BOOK_NONE);
    assert_true(book_client_claim(0xFFFFF000, 0x1001, 0) == BOOK_NONE);
    assert_true(book_client_claim(0xFFFFFFFF, 0xFFFFFFFF, 0) == BOOK_NONE);
    assert_true(book_client_claim(0, 4096, 0x80000001) == BOOK_NONE);
    assert_true(book_client_claim(0, 4096, 0xFFFFFFFF) == BOOK_NONE);
    assert_true(book_client_claim(kept, 1, 0) == BOOK_NONE);
    assert_true(book_client_claim(kept - PAGE_BYTES, 2 * PAGE_BYTES, 0) == BOOK_NONE);
    assert_true(book_client_claim(kept, 0xFFFFFFFF, 0) == BOOK_NONE);
    assert_true(book_client_release(kept, PAGE_BYTES));
    assert_true(book_client_release(kept - 1, 2));
    if (holder[kept / PAGE_BYTES - 1] == PROGRAM)
        holder[kept / PAGE_BYTES - 1] = NOBODY;
    assert_true(book_client_release(kept, 0xFFFFFFFF));
    assert_true(book_client_release(0xFFFFF000, 0x2000));
    assert_true(book_client_release(0, 0));
    assert_int_equal(book_client_room(kept), 0);
    assert_int_equal(book_client_room(0), 0);
    assert_int_equal(book_client_room(0xFFFFFFFF), 0);
}

/* The resident loader's own claims come out of what was set aside. */
static void resident_claims(uint32_t count)
{
    uint32_t place[2], first;

    assert_false(book_claim(count + 1, 1, &first));
    assert_false(book_claim_at(30, 31));
    assert_int_equal(book_longest(), count);
    if (count < 2)
        return;
    assert_true(book_claim(1, 1, &place[0]));
    assert_true(book_claim(count - 1, 1, &place[1]));
    assert_true(is_all(place[0], place[0] + 1, KEPT));
    assert_true(is_all(place[1], place[1] + count - 1, KEPT));
    assert_false(book_claim(1, 1, &first));
    assert_true(book_release(place[1], place[1] + count - 1));
    assert_true(book_release(place[0], place[0] + 1));
    assert_int_equal(book_longest(), count);
}

static void program_lives(uint32_t reserved)
{
    book_program_runs();
    /* Whoever gives back late what the program may have by now. */
    if (piece_count != 0)
        assert_true(book_release(pieces[0].first, pieces[0].end));
    for (uint32_t i = 0; i < PAGES; i++)
        if (holder[i] == LOADER)
            holder[i] = NOBODY;
    piece_count = 0;
    for (unsigned steps = CLAIMS; steps > 0; steps--) {
        switch (below(4)) {
        case 0:
            program_releases();
            break;
        case 1:
            compare_room();
            break;
        default:
            program_claims();
        }
        compare_free();
    }
    hostile_arguments();
    compare_free();
    resident_claims(reserved);
    compare_free();
}

static void one_boot(void)
{
    enum holder before[PAGES];
    uint32_t count = below(12), first, end;

    switch_on();
    piece_count = 0;
    for (unsigned failures = below(4);; failures--) {
        loader_lives();
        memcpy(before, holder, sizeof before);
        if (!take_pieces()) {
            take_back(before);
            failures++; /* does not count */
            continue;
        }
        if (!book_enter_resident(count)) {
            assert_true(is_silent || (count != 0 && !is_to_be_had(count, 1)));
            for (uint32_t i = 0; i < PAGES; i++)
                assert_int_equal(book_is_kept(i, i + 1), holder[i] == KEPT);
            take_back(before);
            failures++;
            while (piece_count != 0)
                loader_releases();
            continue;
        }
        note_reserved(count);
        if (failures == 0)
            break;
        take_back(before);
    }
    program_lives(count);

    /* The way back: what the loader has claimed is released, but for the image in use. */
    for (first = 0; holder[first] != KEPT || first < 250; first++)
        continue;
    for (end = first; holder[end] == KEPT; end++)
        continue;
    book_return(first, end);
    if (reuses)
        for (uint32_t i = 0; i < PAGES; i++)
            if (holder[i] == NOBODY)
                assert_false(claimed[i]);
}

static void same_as_the_model(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 600; round++) {
        reuses = round % 3 != 0;
        is_silent = round % 3 == 2;
        one_boot();
    }
}

static void without_a_firmware(void **state)
{
    uint32_t first = 0;

    (void)state;
    book_adopt(1000, 1010);
    assert_true(book_owns(1000) && book_owns(1009) && !book_owns(1010));
    assert_true(book_claim(10, 1, &first));
    assert_int_equal(first, 1000);
    assert_false(book_claim(1, 1, &first));
    assert_true(book_release(1000, 1004));
    assert_true(book_claim(1, 2, &first));
    assert_int_equal(first, 1002);
    book_close();
    assert_false(book_owns(1000));
}

/* A program that claims every other page is refused some day; what it has stays right. */
static void a_full_book(void **state)
{
    unsigned given = 0, refused = 0;

    (void)state;
    reuses = is_silent = false;
    switch_on();
    assert_true(book_enter_resident(0));
    book_program_runs();
    for (uint32_t page = FLOOR; page < PAGES; page += 2) {
        if (holder[page] != NOBODY)
            continue;
        if (book_client_claim(page * PAGE_BYTES, 1, 0) == BOOK_NONE) {
            refused++;
            continue;
        }
        given++;
        holder[page] = PROGRAM;
    }
    assert_true(refused > 0);
    assert_in_range(given, PAGE_SET_MAXIMUM - 20, PAGE_SET_MAXIMUM);
    for (uint32_t page = FLOOR; page < PAGES; page++)
        if (holder[page] == PROGRAM) {
            assert_int_equal(book_client_room(page * PAGE_BYTES), PAGE_BYTES);
            book_client_release(page * PAGE_BYTES, 1);
        }
}

/* What is kept for a program is not put where the program may want to be. */
static void kept_above(void **state)
{
    uint32_t low = 0, kept = 0, count = 3;

    (void)state;
    reuses = is_silent = false;
    switch_on();
    assert_true(book_claim_at(20, 40));
    assert_true(book_release(20, 40));
    assert_true(book_claim(count, 1, &low)); /* the loader's own come out of what is spare */
    assert_in_range(low, 20, 40 - count);
    assert_true(book_keep_highest(count, &kept));
    assert_true(kept > HOLE_END && book_is_kept(kept, kept + count));
    assert_false(book_keep_highest(PAGES, &kept));
    assert_false(book_keep_highest(0, &kept));

    assert_true(book_enter_resident(0));
    book_program_runs();
    assert_int_equal(book_client_claim(kept * PAGE_BYTES, PAGE_BYTES, 0), BOOK_NONE);
    assert_int_equal(book_client_claim(low * PAGE_BYTES, PAGE_BYTES, 0), low * PAGE_BYTES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_as_the_model),
        cmocka_unit_test(without_a_firmware),
        cmocka_unit_test(a_full_book),
        cmocka_unit_test(kept_above),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
