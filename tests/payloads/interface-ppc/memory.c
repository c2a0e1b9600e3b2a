/* SPDX-License-Identifier: BSD-2-Clause */
#include "interface.h"

#define PIECE          0x10000u
#define PIECES_MAXIMUM 0x10000u /* 4 GB */
#define RANGES_MAXIMUM 64

struct range {
    uint32_t base, length;
};

static struct range available[RANGES_MAXIMUM], taken[RANGES_MAXIMUM];
static uint32_t taken_count;

static uint32_t read_ranges(const char *name, struct range *ranges)
{
    uint32_t length =
        get_property(find_device("/memory"), name, ranges, RANGES_MAXIMUM * sizeof(*ranges));
    if (length == NOTHING || length > RANGES_MAXIMUM * sizeof(*ranges))
        return 0;
    return length / sizeof(*ranges);
}

static bool overlap(uint32_t a, uint32_t a_length, uint32_t b, uint32_t b_length)
{
    return a < b + b_length && b < a + a_length;
}

/* Whether memory that was given out is not the program's nor holds the interface. */
static bool is_nobodys(uint32_t base, uint32_t length)
{
    return !overlap(base, length, cell_of(program_start),
                    (uint32_t)(program_end - program_start)) &&
           !overlap(base, length, client_entry.r5, 4) &&
           !overlap(base, length, cell_of(area), AREA_LENGTH + GUARD_LENGTH);
}

void check_claims(void)
{
    uint32_t place = claim(0, 0x20000, PAGE);
    check(place != NOTHING && place % PAGE == 0 && is_nobodys(place, 0x20000),
          "claim gives 128 KB at 0x%x", place);
    check(claim(place, 0x20000, 0) == NOTHING, "a second time, there, it does not");
    check(claim(place + 0x10000, 0x20000, 0) == NOTHING, "nor half of it");
    release(place, 0x20000);
    check(claim(place, 0x20000, 0) == place, "released, it can be claimed there again");
    release(place, 0x20000);
    uint32_t aligned = claim(0, PIECE, 0x400000);
    check(aligned != NOTHING && aligned % 0x400000 == 0, "claim of 64 KB at a multiple of 4 MB");
    release(aligned, PIECE);
    uint32_t small = claim(0, 100, 16);
    check(small != NOTHING && small % 16 == 0 && is_nobodys(small, 100), "claim of 100 bytes");
    release(small, 100);

    uint32_t resident = client_entry.r5 & ~(PAGE - 1);
    check(claim(resident, PAGE, 0) == NOTHING, "the loader's own page cannot be claimed (0x%x)",
          resident);
    check(claim(resident - PIECE, 2 * PIECE, 0) == NOTHING, "nor memory around it");
    check(claim(cell_of(program_start) & ~(PAGE - 1), PAGE, 0) == NOTHING,
          "nor the program's first page");
    check(claim((cell_of(program_end) - 1) & ~(PAGE - 1), PAGE, 0) == NOTHING, "nor its last");
    check(claim(cell_of(program_start) - PIECE, PIECE + PAGE, 0) == NOTHING,
          "nor memory that ends in it");
    check(claim(0, 0, PAGE) == NOTHING && claim(0, 0, 0) == NOTHING, "no bytes are not given out");
    check(claim(0, NOTHING, PAGE) == NOTHING, "4 GB are not to be had");
    check(claim(0, 0x80000000, PAGE) == NOTHING, "nor 2 GB");
    check(claim(0xFFFFF000, 0x2000, 0) == NOTHING, "nor what is behind the last address");
    check(claim(resident, NOTHING, 0) == NOTHING, "nor from the loader on to the end");
}

/* Notes a claimed range, joined with its neighbour. */
static void note(uint32_t base, uint32_t length)
{
    struct range *last = taken_count != 0 ? &taken[taken_count - 1] : NULL;
    if (last != NULL && last->base + last->length == base)
        last->length += length;
    else if (taken_count < RANGES_MAXIMUM)
        taken[taken_count++] = (struct range){base, length};
    else
        release(base, length);
}

/* What `available` says can be claimed piece by piece. */
static void claim_available(void)
{
    uint32_t count = read_ranges("available", available), refused = 0;
    check(count > 0, "/memory has `available`: %u ranges", count);
    for (uint32_t i = 0; i < count; i++) {
        say("       available 0x%x, 0x%x bytes\n", available[i].base, available[i].length);
        if (available[i].length == 0)
            continue;
        check(is_nobodys(available[i].base, available[i].length), "that is nobody's");
        if (claim(available[i].base, available[i].length, 0) == available[i].base) {
            note(available[i].base, available[i].length);
        } else {
            refused++;
        }
    }
    check(refused == 0, "everything that is available can be claimed");
}

/* And what else of RAM is given out, though it is not available. */
static void claim_rest(void)
{
    static struct range banks[RANGES_MAXIMUM];
    uint32_t count = read_ranges("reg", banks), more = 0;
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t base = banks[i].base; base - banks[i].base < banks[i].length; base += PIECE) {
            if (claim(base, PIECE, 0) != base)
                continue;
            more++;
            check(is_nobodys(base, PIECE), "what is claimed at 0x%x is nobody's", base);
            note(base, PIECE);
        }
    }
    check(more == 0, "nothing else is given out (%u pieces of 64 KB)", more);
}

static bool taken_is_whole(void)
{
    bool whole = true;
    for (uint32_t i = 0; i < taken_count; i++)
        whole = guard_is_whole((uint8_t *)taken[i].base, taken[i].length) && whole;
    return whole;
}

void check_all_memory(const struct card *card)
{
    uint32_t total = 0, again = 0;
    claim_available();
    claim_rest();
    for (uint32_t i = 0; i < taken_count; i++) {
        say("       claimed 0x%x to 0x%x\n", taken[i].base, taken[i].base + taken[i].length);
        total += taken[i].length;
        guard_fill((uint8_t *)taken[i].base, taken[i].length);
    }
    say("       %u KB in all\n", total / 1024);
    check(total >= 0x2000000, "there is memory: %u MB", total >> 20);
    check(taken_is_whole(), "all of that memory keeps what is written");
    check(claim(0, PAGE, PAGE) == NOTHING, "then there is none left");

    uint32_t instance = card_open(card, "");
    check(is_handle(instance), "with all memory taken and filled, the card opens");
    check(frames_pass(card, instance), "and frames pass");
    close_device(instance);
    check(file_loads(card, area), "and files load");
    check(find_device(card_path(card, NULL)) == card->node, "and its node is found");
    check(taken_is_whole(), "and nothing has touched the memory");
    for (uint32_t i = 0; i < taken_count; i++)
        release(taken[i].base, taken[i].length);
    for (uint32_t i = 0; i < taken_count; i++)
        again += claim(taken[i].base, taken[i].length, 0) == taken[i].base;
    check(again == taken_count, "released, %u of %u ranges can be claimed again", again,
          taken_count);
}
