/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Addresses for cards that firmware left without, and the windows that lead to them.
 *
 * One register block is placed after the other, all of a bridge before its neighbour's, so that
 * the windows of a bridge grow without a gap. A place is good if nobody else has any of it, and if
 * every window above can be widened to it without touching anybody. Of the good places that is
 * taken which widens windows least.
 */
#include <stdio.h>
#include <string.h>

#include "console/console.h"
#include "drivers/pci_bus_internal.h"
#include "lib/bytes.h"

#define SPANS_MAXIMUM 1024
#define ITEMS_MAXIMUM 192
#define BARS_DEVICE   6
#define BARS_BRIDGE   2
#define BARS_CARDBUS  1

#define BAR_IO_MASK       0xFFFFFFFCu
#define BAR_MEMORY_MASK   0xFFFFFFF0u
#define BAR_TYPE_MASK     0x6u
#define BAR_PREFETCHABLE  0x8u
#define IO_END            0x10000u
#define MEMORY_END        0x100000000ull
#define MEMORY_LAST       0xFF000000u /* above it are firmware's ROM and interrupt controllers */
#define MEMORY_ALIGNMENT  0x1000u     /* kernels map pages */
#define ROM_OFFSET        0x30
#define ROM_OFFSET_BRIDGE 0x38
#define ROM_MASK          0xFFFFF800u
#define ROM_LARGEST       0x1000000u /* PCI 3.0, section 6.2.5.2 */
/*
 * Old ISA cards look at 10 bits of a port's number, of which 100h to 3FFh are theirs: ports whose
 * bits 9 and 8 are 0 are nobody's alias.
 */
#define ISA_ALIAS       0x300u
#define ISA_PERIOD      0x400u
#define ISA_FREE_LENGTH 0x100u

/* CardBus bridges: PC Card Standard, volume 2, section 4.5.2.2: base and last address of windows */
#define CARDBUS_WINDOWS  4
#define CARDBUS_FIRST    0x1C
#define CARDBUS_MEMORIES 2

/* Addresses that a device takes. */
struct span {
    uint64_t base, end;
    uint8_t bus;
    bool io;
    bool guessed; /* it ends there or before */
};

/* A register block that needs an address. */
struct item {
    struct pci_place place;
    uint8_t number; /* of the base address register */
    struct pci_bar bar;
    bool bridge; /* a bridge's own: nobody is lost without it */
};

struct plan {
    struct pci_tree *tree;
    const struct pci_free_space *space;
    struct span spans[SPANS_MAXIMUM];
    size_t span_count;
    struct item items[ITEMS_MAXIMUM];
    size_t item_count;
    bool overflow;

    /* the bridges above the item being placed, innermost first, and the windows that they get */
    size_t chain[PCI_DEPTH_MAXIMUM];
    size_t chain_count;
    struct pci_window grown[PCI_DEPTH_MAXIMUM];
    bool grows[PCI_DEPTH_MAXIMUM];
};

/* --- Base address registers ------------------------------------------------------------------- */

/* Reads without measuring; the length stays 0. */
static void read_bar(const struct pci_config *config, struct pci_place place, unsigned number,
                     struct pci_bar *bar)
{
    uint32_t low = config->read(config->context, place, PCI_BAR(number), 4);

    *bar = (struct pci_bar){.io = (low & PCI_BAR_IO) != 0};
    if (bar->io) {
        bar->address = low & BAR_IO_MASK;
        return;
    }
    bar->wide = (low & BAR_TYPE_MASK) == PCI_BAR_64BIT && number + 1 < BARS_DEVICE;
    bar->prefetchable = (low & BAR_PREFETCHABLE) != 0;
    bar->address = low & BAR_MEMORY_MASK;
    if (bar->wide)
        bar->address |= (uint64_t)config->read(config->context, place, PCI_BAR(number + 1), 4)
                        << 32;
}

void pci_measure(const struct pci_config *config, struct pci_place place, unsigned number,
                 struct pci_bar *bar)
{
    void *context = config->context;
    uint32_t command = config->read(context, place, PCI_COMMAND, 2);
    uint32_t off = command & ~(uint32_t)(PCI_COMMAND_IO | PCI_COMMAND_MEMORY);
    uint32_t low = config->read(context, place, PCI_BAR(number), 4), high = 0;
    uint64_t mask;

    read_bar(config, place, number, bar);
    if (off != command)
        config->write(context, place, PCI_COMMAND, 2, off);
    config->write(context, place, PCI_BAR(number), 4, 0xFFFFFFFFu);
    mask = config->read(context, place, PCI_BAR(number), 4);
    config->write(context, place, PCI_BAR(number), 4, low);
    if (bar->wide) {
        high = config->read(context, place, PCI_BAR(number + 1), 4);
        config->write(context, place, PCI_BAR(number + 1), 4, 0xFFFFFFFFu);
        mask |= (uint64_t)config->read(context, place, PCI_BAR(number + 1), 4) << 32;
        config->write(context, place, PCI_BAR(number + 1), 4, high);
    }
    if (off != command)
        config->write(context, place, PCI_COMMAND, 2, command);

    mask &= ~(uint64_t)(bar->io ? ~BAR_IO_MASK : ~BAR_MEMORY_MASK);
    /* The lowest bit that can be set; the upper half of an I/O register need not exist. */
    bar->length = mask & (~mask + 1);
}

static unsigned bar_count(uint8_t layout)
{
    return layout == LAYOUT_DEVICE    ? BARS_DEVICE
           : layout == LAYOUT_BRIDGE  ? BARS_BRIDGE
           : layout == LAYOUT_CARDBUS ? BARS_CARDBUS
                                      : 0;
}

/* --- What needs an address ----------------------------------------------------------------------
 */

/* Larger ones of a bus first: they are the hardest to find room for. */
static void add_item(struct plan *plan, const struct item *item)
{
    size_t at = plan->item_count;

    if (at == ITEMS_MAXIMUM) {
        plan->overflow = true;
        return;
    }
    while (at > 0 && plan->items[at - 1].place.bus == item->place.bus &&
           plan->items[at - 1].bar.length < item->bar.length) {
        plan->items[at] = plan->items[at - 1];
        at--;
    }
    plan->items[at] = *item;
    plan->item_count++;
}

static bool bar_works(const struct plan *plan, uint8_t bus, const struct pci_bar *bar)
{
    if (bar->address == 0 || bar->address >= (bar->io ? IO_END : MEMORY_LAST))
        return false;
    return pci_tree_passes(plan->tree, bus, bar->io, bar->address, 1);
}

static void add_items(struct plan *plan, struct pci_place place, uint8_t layout)
{
    unsigned count = bar_count(layout);

    for (unsigned number = 0; number < count; number++) {
        struct item item = {
            .place = place, .number = (uint8_t)number, .bridge = layout == LAYOUT_BRIDGE};

        read_bar(plan->tree->config, place, number, &item.bar);
        if (!bar_works(plan, place.bus, &item.bar)) {
            pci_measure(plan->tree->config, place, number, &item.bar);
            if (item.bar.length != 0)
                add_item(plan, &item);
        }
        if (item.bar.wide)
            number++;
    }
}

/* A bridge that firmware did not turn on may have registers of its own without an address. */
static bool is_off(const struct plan *plan, const struct pci_bridge *bridge)
{
    return !(config_read(plan->tree, bridge->place, PCI_COMMAND, 2) & PCI_COMMAND_MEMORY);
}

static void mark_bridges_above(struct pci_tree *tree, uint8_t bus)
{
    for (int i = pci_bridge_to(tree, bus); i >= 0; i = tree->bridges[i].above)
        tree->bridges[i].used = true;
}

/* Everything on a bus, then behind its bridges one by one. As deep as the tree. */
static void collect_items(struct plan *plan, unsigned bus, pci_wanted wanted)
{
    static struct pci_device device; /* large; not needed beyond the loop's step */
    struct pci_walk walk = pci_walk_bus(plan->tree, bus);

    while (pci_walk_next(&walk)) {
        if (walk.layout != LAYOUT_DEVICE)
            continue;
        pci_read_device(plan->tree, walk.place, &device);
        if (!wanted(&device))
            continue;
        mark_bridges_above(plan->tree, walk.place.bus);
        add_items(plan, walk.place, walk.layout);
    }
    for (size_t i = 0; i < plan->tree->bridge_count; i++) {
        const struct pci_bridge *bridge = &plan->tree->bridges[i];

        if (bridge->place.bus != bus || bridge->secondary == 0 || bridge->opaque)
            continue;
        collect_items(plan, bridge->secondary, wanted);
        if (bridge->used && is_off(plan, bridge))
            add_items(plan, bridge->place, LAYOUT_BRIDGE);
    }
}

static bool is_item(const struct plan *plan, struct pci_place place, unsigned number)
{
    for (size_t i = 0; i < plan->item_count; i++) {
        const struct item *item = &plan->items[i];

        if (item->number == number && item->place.bus == place.bus &&
            item->place.slot == place.slot && item->place.function == place.function)
            return true;
    }
    return false;
}

/* --- What has an address ------------------------------------------------------------------------
 */

static void add_span(struct plan *plan, uint8_t bus, bool io, uint64_t base, uint64_t length,
                     bool guessed)
{
    if (length == 0 || base + length < base)
        return;
    if (plan->span_count == SPANS_MAXIMUM) {
        plan->overflow = true;
        return;
    }
    plan->spans[plan->span_count++] = (struct span){base, base + length, bus, io, guessed};
}

static uint64_t lowest_bit(uint64_t value)
{
    return value & (~value + 1);
}

static void add_cardbus_windows(struct plan *plan, struct pci_place place)
{
    for (unsigned i = 0; i < CARDBUS_WINDOWS; i++) {
        bool io = i >= CARDBUS_MEMORIES;
        uint32_t mask = io ? BAR_IO_MASK : ~(MEMORY_ALIGNMENT - 1);
        uint32_t base = config_read(plan->tree, place, CARDBUS_FIRST + 8 * i, 4) & mask;
        uint32_t last = config_read(plan->tree, place, CARDBUS_FIRST + 8 * i + 4, 4) | ~mask;

        if (base != 0 && base <= last)
            add_span(plan, place.bus, io, base, (uint64_t)last - base + 1, false);
    }
}

/*
 * Measures what a device has. A host bridge is not measured: with decoding off it may not answer to
 * the processor any more. A block is as large as its address's lowest bit at the most, so that is
 * taken for its size, as it is for ROMs, which are left alone.
 */
static void add_spans(struct plan *plan, struct pci_place place, uint8_t layout)
{
    bool host = config_read(plan->tree, place, PCI_CLASS_WORD, 2) == CLASS_HOST;
    unsigned count = bar_count(layout);

    for (unsigned number = 0; number < count; number++) {
        struct pci_bar bar;

        read_bar(plan->tree->config, place, number, &bar);
        if (bar.address != 0 && !is_item(plan, place, number)) {
            if (host)
                bar.length = lowest_bit(bar.address);
            else
                pci_measure(plan->tree->config, place, number, &bar);
            add_span(plan, place.bus, bar.io, bar.address, bar.length, host);
        }
        if (bar.wide)
            number++;
    }
    if (layout == LAYOUT_CARDBUS) {
        add_cardbus_windows(plan, place);
    } else if (!host && count != 0) {
        uint32_t rom = config_read(plan->tree, place,
                                   layout == LAYOUT_BRIDGE ? ROM_OFFSET_BRIDGE : ROM_OFFSET, 4) &
                       ROM_MASK;
        uint32_t length = (uint32_t)lowest_bit(rom);

        add_span(plan, place.bus, false, rom, length < ROM_LARGEST ? length : ROM_LARGEST, true);
    }
}

/* What is only guessed ends where the next thing begins. */
static void trim_guesses(struct plan *plan)
{
    for (size_t i = 0; i < plan->span_count; i++) {
        struct span *span = &plan->spans[i];

        if (!span->guessed)
            continue;
        for (size_t j = 0; j < plan->span_count; j++)
            if (plan->spans[j].io == span->io && plan->spans[j].base > span->base &&
                plan->spans[j].base < span->end)
                span->end = plan->spans[j].base;
        for (size_t j = 0; j < plan->tree->bridge_count; j++)
            for (unsigned k = 0; k < PCI_WINDOW_KINDS; k++) {
                const struct pci_window *window = &plan->tree->bridges[j].windows[k];

                if ((k == PCI_WINDOW_IO) == span->io && window->base != window->end &&
                    window->base > span->base && window->base < span->end)
                    span->end = window->base;
            }
    }
}

static void collect_spans(struct plan *plan)
{
    for (unsigned bus = 0; bus < PCI_BUSES; bus++) {
        struct pci_walk walk = pci_walk_bus(plan->tree, bus);

        if (!pci_bus_known(plan->tree, bus))
            continue;
        while (pci_walk_next(&walk))
            add_spans(plan, walk.place, walk.layout);
    }
    trim_guesses(plan);
}

/* --- Finding a place
 * ------------------------------------------------------------------------------ */

static bool in_chain(const struct plan *plan, size_t bridge)
{
    for (size_t i = 0; i < plan->chain_count; i++)
        if (plan->chain[i] == bridge)
            return true;
    return false;
}

/*
 * Whether somebody has a part of [base, end), other than what is behind `grower` (may be NULL) and
 * other than the windows of the bridges above the item: they are to contain it.
 */
static bool taken(const struct plan *plan, bool io, uint64_t base, uint64_t end,
                  const struct pci_bridge *grower, unsigned kind)
{
    for (size_t i = 0; i < plan->span_count; i++) {
        const struct span *span = &plan->spans[i];

        if (span->io != io || span->base >= end || base >= span->end)
            continue;
        if (grower == NULL || span->bus < grower->secondary || span->bus > grower->subordinate)
            return true;
    }
    for (size_t i = 0; i < plan->tree->bridge_count; i++) {
        const struct pci_bridge *bridge = &plan->tree->bridges[i];

        if (grower != NULL && bridge != grower && bridge->place.bus >= grower->secondary &&
            bridge->place.bus <= grower->subordinate)
            continue;
        for (unsigned k = 0; k < PCI_WINDOW_KINDS; k++) {
            const struct pci_window *window = &bridge->windows[k];

            if ((k == PCI_WINDOW_IO) != io || window->base >= end || base >= window->end)
                continue;
            if (bridge == grower ? k != kind : !in_chain(plan, i))
                return true;
        }
    }
    return false;
}

/*
 * The number of the area that [base, end) may be taken from, or -1. What a bridge above, from
 * chain[outer] on, passes down already counts as a first area.
 */
static int area_of(const struct plan *plan, const struct item *item, uint64_t base, uint64_t end,
                   size_t outer)
{
    bool io = item->bar.io;
    const struct pci_area *areas = io ? plan->space->io : plan->space->memory;
    size_t count = io ? plan->space->io_count : plan->space->memory_count;

    for (size_t i = outer; i < plan->chain_count; i++)
        if (pci_bridge_passes(&plan->tree->bridges[plan->chain[i]], io, item->bar.prefetchable,
                              base, end))
            return 0;
    for (size_t i = 0; i < count; i++)
        if (base >= areas[i].base &&
            bytes_within(areas[i].length, base - areas[i].base, end - base))
            return (int)i + 1;
    return -1;
}

static uint64_t granule_below(uint64_t address, uint64_t granule)
{
    return address & ~(granule - 1);
}

struct place_found {
    bool good;
    uint64_t address, cost;
    int area;
};

/*
 * Judges an address for an item, with windows of `kind` to grow. Fills in plan->grows and
 * plan->grown. Lower cost (bytes by which windows grow) is better.
 */
static struct place_found judge(struct plan *plan, const struct item *item,
                                enum pci_window_kind kind, uint64_t address)
{
    struct place_found found = {.good = false, .address = address};
    bool io = item->bar.io;
    uint64_t granule = pci_window_granule(kind);
    uint64_t need = address, need_end = address + item->bar.length;

    if (address == 0 || need_end < address || need_end > (io ? IO_END : MEMORY_END) ||
        (io && item->bar.length <= ISA_FREE_LENGTH && (address & ISA_ALIAS) != 0) ||
        taken(plan, io, need, need_end, NULL, 0))
        return found;
    found.area = area_of(plan, item, need, need_end, 0);
    if (found.area < 0)
        return found;
    for (size_t i = 0; i < plan->chain_count; i++) {
        const struct pci_bridge *bridge = &plan->tree->bridges[plan->chain[i]];
        const struct pci_window *window = &bridge->windows[kind];
        uint64_t base = granule_below(need, granule), end = round_up(need_end, granule);
        bool open = window->base != window->end;

        plan->grows[i] = !pci_bridge_passes(bridge, io, item->bar.prefetchable, need, need_end);
        if (!plan->grows[i])
            continue;
        if (window->fixed)
            return found;
        if (open && window->base < base)
            base = window->base;
        if (open && window->end > end)
            end = window->end;
        if (end > (io ? IO_END : MEMORY_END) || taken(plan, io, base, end, bridge, kind))
            return found;
        if (!open) {
            if (area_of(plan, item, base, end, i + 1) < 0)
                return found;
        } else if ((base < window->base && area_of(plan, item, base, window->base, i + 1) < 0) ||
                   (end > window->end && area_of(plan, item, window->end, end, i + 1) < 0)) {
            return found;
        }
        plan->grown[i] = (struct pci_window){base, end, false};
        found.cost += (end - base) - (window->end - window->base);
        need = base;
        need_end = end;
    }
    found.good = true;
    return found;
}

static void consider(struct plan *plan, const struct item *item, enum pci_window_kind kind,
                     uint64_t boundary, struct place_found *best)
{
    uint64_t natural = item->bar.length;
    uint64_t granule = pci_window_granule(kind);
    uint64_t alignments[3];

    if (!item->bar.io && natural < MEMORY_ALIGNMENT)
        natural = MEMORY_ALIGNMENT;
    alignments[0] = natural;
    alignments[1] = natural > granule ? natural : granule;
    alignments[2] = item->bar.io && natural < ISA_PERIOD ? ISA_PERIOD : natural;
    for (unsigned i = 0; i < 2 * sizeof alignments / sizeof alignments[0]; i++) {
        uint64_t alignment = alignments[i / 2], address;
        struct place_found found;

        if (i % 2 == 0)
            address = round_up(boundary, alignment);
        else if (boundary > item->bar.length)
            address = granule_below(boundary - item->bar.length, alignment);
        else
            continue;
        found = judge(plan, item, kind, address);
        if (found.good && (!best->good || found.cost < best->cost ||
                           (found.cost == best->cost &&
                            (found.area < best->area ||
                             (found.area == best->area && found.address < best->address)))))
            *best = found;
    }
}

/* If there is a good place, then there is one next to the end of something. */
static struct place_found find_place(struct plan *plan, const struct item *item,
                                     enum pci_window_kind kind)
{
    bool io = item->bar.io;
    const struct pci_area *areas = io ? plan->space->io : plan->space->memory;
    size_t count = io ? plan->space->io_count : plan->space->memory_count;
    struct place_found best = {.good = false};

    for (size_t i = 0; i < count; i++) {
        consider(plan, item, kind, areas[i].base, &best);
        consider(plan, item, kind, areas[i].base + areas[i].length, &best);
    }
    for (size_t i = 0; i < plan->span_count; i++) {
        if (plan->spans[i].io != io)
            continue;
        consider(plan, item, kind, plan->spans[i].base, &best);
        consider(plan, item, kind, plan->spans[i].end, &best);
    }
    for (size_t i = 0; i < plan->tree->bridge_count; i++)
        for (unsigned k = 0; k < PCI_WINDOW_KINDS; k++) {
            const struct pci_window *window = &plan->tree->bridges[i].windows[k];

            if ((k == PCI_WINDOW_IO) != io || window->base == window->end)
                continue;
            consider(plan, item, kind, window->base, &best);
            consider(plan, item, kind, window->end, &best);
        }
    return best;
}

/* --- Putting it in ---------------------------------------------------------------------------- */

/* Widens the windows that `judge` said, outermost first. False if a bridge does not take it. */
static bool grow_windows(struct plan *plan, enum pci_window_kind kind)
{
    for (size_t i = plan->chain_count; i-- > 0;) {
        struct pci_bridge *bridge = &plan->tree->bridges[plan->chain[i]];
        struct pci_window *window = &bridge->windows[kind];

        if (!plan->grows[i])
            continue;
        if (!pci_window_write(plan->tree, bridge, kind, plan->grown[i])) {
            (void)pci_window_write(plan->tree, bridge, kind, *window);
            window->fixed = true;
            return false;
        }
        *window = plan->grown[i];
        bridge->widened = true;
        print_verbose("pci: the bridge %02x:%02x.%x now passes %s %08x to %08x\n",
                      bridge->place.bus, bridge->place.slot, bridge->place.function,
                      kind == PCI_WINDOW_IO ? "I/O" : "memory", (unsigned)window->base,
                      (unsigned)(window->end - 1));
    }
    return true;
}

static void write_bar(const struct plan *plan, const struct item *item, uint64_t address)
{
    /* The upper half first: the block is never seen above 4 GB at an address made up of both. */
    if (item->bar.wide)
        config_write(plan->tree, item->place, PCI_BAR(item->number + 1), 4, 0);
    config_write(plan->tree, item->place, PCI_BAR(item->number), 4, (uint32_t)address);
}

static bool place_with(struct plan *plan, const struct item *item, enum pci_window_kind kind)
{
    /* Again after a window turned out to be fixed: at most once for each bridge above. */
    for (size_t tries = 0; tries <= plan->chain_count; tries++) {
        struct place_found found = find_place(plan, item, kind);

        if (!found.good)
            return false;
        (void)judge(plan, item, kind, found.address); /* the windows for this one */
        if (!grow_windows(plan, kind))
            continue;
        write_bar(plan, item, found.address);
        add_span(plan, item->place.bus, item->bar.io, found.address, item->bar.length, false);
        print_verbose("pci: %02x:%02x.%x BAR %u is now %s %08x to %08x\n", item->place.bus,
                      item->place.slot, item->place.function, item->number,
                      item->bar.io ? "I/O" : "memory", (unsigned)found.address,
                      (unsigned)(found.address + item->bar.length - 1));
        return true;
    }
    return false;
}

static bool place(struct plan *plan, const struct item *item)
{
    plan->chain_count = 0;
    for (int i = pci_bridge_to(plan->tree, item->place.bus); i >= 0;
         i = plan->tree->bridges[i].above)
        plan->chain[plan->chain_count++] = (size_t)i;
    if (item->bar.io)
        return place_with(plan, item, PCI_WINDOW_IO);
    /* The plain window takes every kind of memory. */
    return place_with(plan, item, PCI_WINDOW_MEMORY) ||
           (item->bar.prefetchable && place_with(plan, item, PCI_WINDOW_PREFETCH));
}

/*
 * Turns on a bridge that leads to a card of ours. Where we change anything, a window that is not in
 * use is closed: out of reset it would be the first megabyte, which is RAM.
 */
static void turn_on(const struct plan *plan, const struct pci_bridge *bridge)
{
    uint32_t command = config_read(plan->tree, bridge->place, PCI_COMMAND, 2);
    uint32_t wanted = command | PCI_COMMAND_MASTER;

    for (unsigned kind = 0; kind < PCI_WINDOW_KINDS; kind++) {
        const struct pci_window *window = &bridge->windows[kind];
        uint32_t bit = kind == PCI_WINDOW_IO ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY;

        if (window->base != window->end)
            wanted |= bit;
        else if (!(command & bit) || bridge->widened)
            pci_window_shut(plan->tree, bridge, (enum pci_window_kind)kind);
    }
    if (wanted != command)
        config_write(plan->tree, bridge->place, PCI_COMMAND, 2, wanted);
}

struct pci_outcome pci_tree_assign(struct pci_tree *tree, const struct pci_free_space *space,
                                   pci_wanted wanted)
{
    static struct plan plan;
    struct pci_outcome outcome = {0, 0};

    memset(&plan, 0, sizeof plan);
    plan.tree = tree;
    plan.space = space;
    pci_windows_read(tree, space);
    for (size_t i = 0; i < tree->root_count; i++)
        collect_items(&plan, tree->roots[i], wanted);
    if (plan.item_count != 0)
        collect_spans(&plan);
    if (plan.overflow)
        print("pci: too many devices to keep account of: no addresses are given out\n");

    for (size_t i = 0; i < plan.item_count; i++) {
        const struct item *item = &plan.items[i];

        if (!plan.overflow && place(&plan, item)) {
            outcome.done++;
            continue;
        }
        print("pci: %02x:%02x.%x BAR %u: no room for %u bytes of %s%s\n", item->place.bus,
              item->place.slot, item->place.function, item->number, (unsigned)item->bar.length,
              item->bar.io ? "I/O" : "memory", item->bridge ? " (a bridge's own registers)" : "");
        outcome.failed++;
    }
    for (size_t i = 0; i < tree->bridge_count; i++)
        if (tree->bridges[i].used)
            turn_on(&plan, &tree->bridges[i]);
    return outcome;
}
