/* SPDX-License-Identifier: BSD-2-Clause */
#include "entry.h"

#include "../common/memory.h"
#include "../common/report.h"
#include "processor.h"

#define KNOWN_WORD   0x5AB00754u
#define CR0_PE       0x00000001u
#define CR0_PG       0x80000000u
#define EFLAGS_TF    0x00000100u
#define EFLAGS_IF    0x00000200u
#define EFLAGS_DF    0x00000400u
#define EFLAGS_NT    0x00004000u
#define EFLAGS_VM    0x00020000u
#define SELECTOR_RPL 3u
#define PIC_1_MASK   0x21
#define PIC_2_MASK   0xA1
#define MEGABYTE     0x100000u

static volatile uint32_t a20_word;

/* With line 20 held at 0, addresses that differ in that bit alone are the same memory. */
static bool a20_is_open(void)
{
    uint32_t here = (uint32_t)(uintptr_t)&a20_word & 0x3FFFFFFFu;
    volatile uint32_t *other = (volatile uint32_t *)memory_at(here ^ MEGABYTE);
    uint32_t saved = *other;
    a20_word = ~saved;
    bool apart = *other == saved;
    a20_word = 0x12345678;
    apart = apart && *other == saved;
    return apart;
}

void check_entry(void)
{
    check((entry_state.cr0 & (CR0_PE | CR0_PG)) == CR0_PE,
          "entered in protected mode without paging (CR0 0x%08x)", entry_state.cr0);
    check((entry_state.eflags & EFLAGS_IF) == 0, "interrupts are off (EFLAGS 0x%08x)",
          entry_state.eflags);
    check((entry_state.eflags & (EFLAGS_DF | EFLAGS_TF | EFLAGS_NT | EFLAGS_VM)) == 0,
          "string instructions go up, no trap, nested task or virtual mode flag");
    check((entry_state.cs & SELECTOR_RPL) == 0 && entry_state.cs != 0,
          "the code segment 0x%02x is the supervisor's", entry_state.cs & 0xFFFF);
    check(entry_state.ip_distance == 0, "the code segment begins at 0");
    check(entry_state.words[0] == KNOWN_WORD && entry_state.words[1] == KNOWN_WORD &&
              entry_state.words[2] == KNOWN_WORD,
          "DS 0x%02x, ES 0x%02x and SS 0x%02x begin at 0", entry_state.ds & 0xFFFF,
          entry_state.es & 0xFFFF, entry_state.ss & 0xFFFF);
    check(entry_state.reached == KNOWN_WORD, "they reach up to 4 GB");
    check(a20_is_open(), "the address line A20 is open");
}

void check_interrupt_masks(void)
{
    uint8_t first = port_read_8(PIC_1_MASK), second = port_read_8(PIC_2_MASK);
    check(first == 0xFF && second == 0xFF, "both PICs are masked (0x%02x, 0x%02x)", first, second);
}
