/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The book of memory under a firmware that gives it out: what the loader has claimed, what of that
 * nobody uses, and, once a client program runs, what belongs to the program. It decides; claiming
 * is the platform's (struct book_firmware). In pages of 4 KB throughout: first ... end - 1.
 *
 * Memory that was given back stays the loader's and is used for later claims: there are firmwares
 * that never reuse released memory (OpenBIOS).
 *
 * From book_enter_resident on the loader lives in what it keeps, and everything else that it has
 * is the program's for the asking.
 */
#ifndef BOOT_MEMORY_BOOK_H
#define BOOT_MEMORY_BOOK_H

#include "lib/page_set.h"

#define BOOK_PAGE_BITS 12
#define BOOK_PAGE      (1u << BOOK_PAGE_BITS)
/* The answer to a program's claim that cannot be met, as of the client interface. */
#define BOOK_NONE 0xFFFFFFFFu

struct book_firmware {
    /* Takes exactly these pages, with equal virtual and physical addresses. */
    bool (*claim)(uint32_t first, uint32_t end);
    void (*release)(uint32_t first, uint32_t end);
    /* The client interface's `claim`, as it is. */
    uint32_t (*client_claim)(uint32_t address, uint32_t length, uint32_t alignment);
    /* Adds to the set what the firmware says is free: all memory if it does not say. */
    void (*free)(struct page_set *set);
    /* Adds to the set all memory of the machine. */
    void (*installed)(struct page_set *set);
};

/* Begins an empty book. */
void book_open(const struct book_firmware *firmware);
/* Forgets everything. */
void book_close(void);
/* Instead of a firmware: what all claims are met from, until book_close. */
void book_adopt(uint32_t first, uint32_t end);

/* --- The loader's memory ------------------------------------------------------------------- */

/* Enters memory that is the loader's already, and in use: with book_release it is spare. */
void book_own(uint32_t first, uint32_t end);
/* The same for what it never parts with, and the way back. */
void book_keep(uint32_t first, uint32_t end);
void book_keep_no_more(uint32_t first, uint32_t end);
/* Claims pages to keep where the firmware has its highest free ones, not among those to spare. */
bool book_keep_highest(uint32_t count, uint32_t *first);
bool book_owns(uint32_t page);

/*
 * Takes `count` pages in one piece, of which the first is a multiple of `alignment` (a power of
 * two), into `*first`.
 */
bool book_claim(uint32_t count, uint32_t alignment, uint32_t *first);
bool book_claim_at(uint32_t first, uint32_t end);
/* Gives back what was taken. False if the book is full: it is lost. */
bool book_release(uint32_t first, uint32_t end);
/* The largest number of pages that book_claim is likely to give. */
uint32_t book_longest(void);

/* What the loader has in use. Valid until the next call of a function of this file. */
const struct page_set *book_used(void);

/* Gives everything but what is in use back to the firmware, and forgets it. */
void book_return(uint32_t used_first, uint32_t used_end);

/* --- A program's --------------------------------------------------------------------------- */

/*
 * For a piece of a program: takes those of the pages that the loader does not use itself. False if
 * they are not to be had, or are of those that the loader keeps.
 */
bool book_take_for_program(uint32_t first, uint32_t end);
/* The launch has failed: the program has nothing any more, and the loader is not resident. */
void book_forget_program(void);

/*
 * Sets `count` pages aside, from which alone claims of the loader are met from now on. False, and
 * nothing changed, if there is no room.
 */
bool book_enter_resident(uint32_t count);
/* The program runs: what the loader used and does not keep is unused from now on. */
void book_program_runs(void);
/* True if one of the pages is kept by the loader. */
bool book_is_kept(uint32_t first, uint32_t end);

/*
 * While the program runs: its `claim` (IEEE 1275-1994, 6.3.2.4; the address, or BOOK_NONE), its
 * `release` (false if the firmware has to hear of it), and how many bytes from an address on may be
 * written to for it: to the end of what is the program's, of what nobody has claimed, or of what
 * the firmware has claimed, whichever has that address. 0 in what the loader keeps.
 */
uint32_t book_client_claim(uint32_t address, uint32_t length, uint32_t alignment);
bool book_client_release(uint32_t address, uint32_t length);
uint32_t book_client_room(uint32_t address);
/* What nobody has claimed. Valid until the next call of a function of this file. */
const struct page_set *book_free(void);

#endif
