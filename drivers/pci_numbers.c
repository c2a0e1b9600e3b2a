/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bus numbers for bridges that firmware left without.
 *
 * A bridge takes the numbers from its secondary to its subordinate one, and the bridges above it
 * have to take them as well. A bridge that is to be numbered first gets the longest run that is
 * free: how many buses are behind it is known only once it has numbers. What was not needed is
 * given back.
 */
#include "console/console.h"
#include "drivers/pci_bus_internal.h"

/*
 * The highest number that buses behind bridge `above` (-1: on the root bus `bus`) can be given
 * without taking one from somebody else.
 */
static unsigned highest_possible(const struct pci_tree *tree, int above, unsigned bus)
{
    unsigned limit = PCI_BUSES - 1;
    unsigned from = bus;

    while (above >= 0) {
        const struct pci_bridge *bridge = &tree->bridges[above];

        from = bridge->place.bus;
        for (size_t i = 0; i < tree->bridge_count; i++) {
            const struct pci_bridge *other = &tree->bridges[i];

            if (other->place.bus == from && other->secondary > bridge->subordinate &&
                other->secondary <= limit)
                limit = other->secondary - 1u;
        }
        above = bridge->above;
    }
    for (size_t i = 0; i < tree->root_count; i++)
        if (tree->roots[i] > from && tree->roots[i] <= limit)
            limit = tree->roots[i] - 1u;
    return limit;
}

/* The longest run of free numbers for something on `bus`: first and last. False if there is none.
 */
static bool longest_run(const struct pci_tree *tree, unsigned bus, int above, unsigned *first,
                        unsigned *last)
{
    unsigned limit = highest_possible(tree, above, bus);
    bool taken[PCI_BUSES] = {false};
    unsigned longest = 0, length = 0;

    for (size_t i = 0; i < tree->bridge_count; i++) {
        const struct pci_bridge *other = &tree->bridges[i];

        if (other->place.bus != bus || other->secondary == 0)
            continue;
        for (unsigned n = other->secondary; n <= other->subordinate; n++)
            taken[n] = true;
    }
    for (size_t i = 0; i < tree->root_count; i++)
        taken[tree->roots[i]] = true;
    for (unsigned n = bus + 1; n <= limit; n++) {
        length = taken[n] ? 0 : length + 1;
        if (length > longest) {
            longest = length;
            *last = n;
            *first = n + 1 - length;
        }
    }
    return longest != 0;
}

static void complain(const struct pci_bridge *bridge, const char *what)
{
    print("pci: the bridge %02x:%02x.%x %s\n", bridge->place.bus, bridge->place.slot,
          bridge->place.function, what);
}

static void set_subordinate(struct pci_tree *tree, struct pci_bridge *bridge, unsigned last)
{
    bridge->subordinate = (uint8_t)last;
    if (!pci_write_numbers(tree, bridge, bridge->secondary, last))
        complain(bridge, "does not take bus numbers");
}

/* Lends the bridges above all numbers up to `last`. */
static void lend(struct pci_tree *tree, int above, unsigned last)
{
    for (; above >= 0; above = tree->bridges[above].above)
        if (tree->bridges[above].subordinate < last)
            set_subordinate(tree, &tree->bridges[above], last);
}

/* Leaves the bridges above with what they had and what is needed: up to `last`. */
static void settle(struct pci_tree *tree, int above, unsigned last)
{
    for (; above >= 0; above = tree->bridges[above].above) {
        struct pci_bridge *bridge = &tree->bridges[above];

        if (bridge->settled == 0)
            return; /* it is being numbered itself, and so is all above it as far as it matters */
        if (bridge->settled < last)
            bridge->settled = (uint8_t)last;
        set_subordinate(tree, bridge, bridge->settled);
    }
}

static void number(struct pci_tree *tree, size_t index, struct pci_outcome *outcome);

/* What is behind a bridge that has just been numbered: no number found there was ever in use. */
static void number_below(struct pci_tree *tree, size_t index, struct pci_outcome *outcome)
{
    size_t first = pci_add_bridges(tree, tree->bridges[index].secondary, (int)index);
    size_t end = tree->bridge_count;

    for (size_t i = first; i < end; i++) {
        struct pci_bridge *bridge = &tree->bridges[i];

        bridge->secondary = bridge->subordinate = bridge->settled = 0;
        pci_write_numbers(tree, bridge, 0, 0);
    }
    for (size_t i = first; i < end; i++)
        if (!tree->bridges[i].opaque)
            number(tree, i, outcome);
}

static unsigned highest_below(const struct pci_tree *tree, size_t index)
{
    unsigned highest = tree->bridges[index].secondary;

    for (size_t i = index + 1; i < tree->bridge_count; i++)
        if (tree->bridges[i].above == (int)index && tree->bridges[i].subordinate > highest)
            highest = tree->bridges[i].subordinate;
    return highest;
}

static void number(struct pci_tree *tree, size_t index, struct pci_outcome *outcome)
{
    struct pci_bridge *bridge = &tree->bridges[index];
    unsigned first, last, highest;

    if (!longest_run(tree, bridge->place.bus, bridge->above, &first, &last)) {
        complain(bridge, "gets no bus number, as none is left: what is behind it cannot be used");
        outcome->failed++;
        return;
    }
    lend(tree, bridge->above, last);
    if (!pci_write_numbers(tree, bridge, first, last)) {
        complain(bridge, "does not take bus numbers: what is behind it cannot be used");
        pci_write_numbers(tree, bridge, 0, 0);
        settle(tree, bridge->above, 0);
        outcome->failed++;
        return;
    }
    bridge->secondary = (uint8_t)first;
    bridge->subordinate = (uint8_t)last;
    bridge->fresh = true;
    number_below(tree, index, outcome);

    highest = highest_below(tree, index);
    bridge->settled = (uint8_t)highest;
    set_subordinate(tree, bridge, highest);
    settle(tree, bridge->above, highest);
    outcome->done++;
    print_verbose("pci: the bridge %02x:%02x.%x now leads to buses %u to %u\n", bridge->place.bus,
                  bridge->place.slot, bridge->place.function, first, highest);
}

struct pci_outcome pci_tree_number(struct pci_tree *tree)
{
    struct pci_outcome outcome = {0, 0};
    size_t end = tree->bridge_count; /* what is added behind is numbered on the way */

    /*
     * The deepest first: a bridge above them can only be widened while the numbers behind its own
     * are free.
     */
    for (unsigned depth = PCI_DEPTH_MAXIMUM; depth-- > 0;)
        for (size_t i = 0; i < end; i++)
            if (tree->bridges[i].depth == depth && tree->bridges[i].secondary == 0 &&
                !tree->bridges[i].opaque)
                number(tree, i, &outcome);
    return outcome;
}
