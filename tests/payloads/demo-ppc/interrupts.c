/* SPDX-License-Identifier: BSD-2-Clause */
#include "interrupts.h"

#include "../common/report.h"
#include "../common/tree.h"
#include "lib/bytes.h"

#define STEPS_MAXIMUM 16u
#define CELLS_MAXIMUM 8u

enum outcome { MAPPED, NO_ENTRY, UNKNOWN_PARENT, ENDLESS };

/* XNU keeps nodes that have both a phandle and #interrupt-cells; no others are found. */
static tree_node controller_of(uint32_t phandle)
{
    uint32_t value;
    for (tree_node node = TREE_ROOT; node != TREE_NONE; node = tree_next(node)) {
        if (tree_get_word(node, "AAPL,phandle", &value) && value == phandle &&
            tree_get_word(node, "#interrupt-cells", &value))
            return node;
    }
    return TREE_NONE;
}

static bool has(tree_node node, const char *property)
{
    struct tree_value value;
    return tree_get(node, property, &value);
}

static uint32_t cells(tree_node node, const char *property, uint32_t otherwise)
{
    uint32_t value;
    return tree_get_word(node, property, &value) ? value : otherwise;
}

/* Finds the child's entry of nexus' interrupt-map; `specifier` becomes the parent's. */
static enum outcome follow_map(tree_node nexus, tree_node child, const uint8_t **specifier,
                               tree_node *parent)
{
    struct tree_value map, mask, reg;
    uint32_t address_cells = cells(nexus, "#address-cells", 2);
    uint32_t interrupt_cells = cells(nexus, "#interrupt-cells", 1);
    uint32_t own = address_cells + interrupt_cells;
    tree_get(nexus, "interrupt-map", &map);
    if (own > CELLS_MAXIMUM || !tree_get(child, "reg", &reg) || reg.length < 4 * address_cells)
        return NO_ENTRY;
    bool masked = tree_get(nexus, "interrupt-map-mask", &mask) && mask.length >= 4 * own;
    uint32_t wanted[CELLS_MAXIMUM];
    for (uint32_t i = 0; i < own; i++) {
        const uint8_t *cell =
            i < address_cells ? reg.bytes + 4 * i : *specifier + 4 * (i - address_cells);
        wanted[i] = get_be32(cell) & (masked ? get_be32(mask.bytes + 4 * i) : UINT32_MAX);
    }
    for (uint32_t at = 0; bytes_within(map.length, at, 4 * (own + 1));) {
        bool same = true;
        for (uint32_t i = 0; i < own; i++)
            same &= get_be32(map.bytes + at + 4 * i) == wanted[i];
        *parent = controller_of(get_be32(map.bytes + at + 4 * own));
        if (*parent == TREE_NONE)
            return UNKNOWN_PARENT;
        at += 4 * (own + 1 + cells(*parent, "#address-cells", 0));
        if (same) {
            *specifier = map.bytes + at;
            return at < map.length ? MAPPED : NO_ENTRY;
        }
        at += 4 * cells(*parent, "#interrupt-cells", 1);
    }
    return NO_ENTRY;
}

static enum outcome map_interrupt(tree_node node)
{
    struct tree_value interrupts, explicit_parent;
    tree_node nexus = tree_parent(node), child = node;
    tree_get(node, "interrupts", &interrupts);
    const uint8_t *specifier = interrupts.bytes;
    if (interrupts.length < 4)
        return NO_ENTRY;
    if (tree_get(node, "interrupt-parent", &explicit_parent) && explicit_parent.length == 4) {
        nexus = controller_of(get_be32(explicit_parent.bytes));
        if (nexus == TREE_NONE)
            return UNKNOWN_PARENT;
    }
    for (uint32_t step = 0; step < STEPS_MAXIMUM; step++) {
        if (nexus == TREE_NONE)
            return ENDLESS;
        if (has(nexus, "interrupt-controller"))
            return MAPPED;
        if (!has(nexus, "interrupt-map"))
            return ENDLESS;
        tree_node next = TREE_NONE;
        enum outcome outcome = follow_map(nexus, child, &specifier, &next);
        if (outcome != MAPPED)
            return outcome;
        child = nexus;
        nexus = next;
    }
    return ENDLESS;
}

/* Controllers are known by their phandles. */
static void check_phandles(void)
{
    uint32_t without = 0, shared = 0, own, other;
    for (tree_node node = TREE_ROOT; node != TREE_NONE; node = tree_next(node)) {
        if (!tree_get_word(node, "AAPL,phandle", &own)) {
            without++;
            continue;
        }
        for (tree_node next = tree_next(node); next != TREE_NONE; next = tree_next(next))
            shared += tree_get_word(next, "AAPL,phandle", &other) && other == own;
    }
    check(without == 0 && shared == 0,
          "every node has its own AAPL,phandle (%u without, %u shared)", without, shared);
}

void check_interrupts(void)
{
    check_phandles();
    uint32_t nodes = 0, unmapped = 0, bad = 0;
    for (tree_node node = TREE_ROOT; node != TREE_NONE; node = tree_next(node)) {
        tree_node parent = tree_parent(node);
        if (!has(node, "interrupts") || has(node, "AAPL,interrupts") ||
            (parent != TREE_NONE && has(parent, "AAPL,interrupts")))
            continue;
        nodes++;
        enum outcome outcome = map_interrupt(node);
        if (outcome == MAPPED)
            continue;
        const char *name = tree_get_text(node, "name");
        say("       %s: %s\n", name != NULL ? name : "(no name)",
            outcome == NO_ENTRY         ? "no entry in the interrupt-map (harmless)"
            : outcome == UNKNOWN_PARENT ? "its interrupt parent is not in the tree"
                                        : "XNU would search its interrupt controller for ever");
        if (outcome == NO_ENTRY)
            unmapped++;
        else
            bad++;
    }
    check(bad == 0, "the interrupts of %u nodes lead to a controller (%u have no entry)", nodes,
          unmapped);
}
