/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/models/pci_bus_model.h"

#include <stdlib.h>
#include <string.h>

#include "lib/bytes.h"

#define NOT_THERE 0xFFFFFFFFu

static void violate(struct pci_bus_model *model, const char *what)
{
    if (model->violations++ == 0)
        model->violation = what;
}

/* --- Routing ------------------------------------------------------------------------------ */

/* The parent (root or bridge) whose bus has this number; -1000: no way leads there. */
#define NO_WAY (-1000)

static int route_below(struct pci_bus_model *model, int parent, unsigned bus)
{
    int found = NO_WAY;

    for (int i = 0; i < model->count; i++) {
        const struct pci_model_function *f = &model->functions[i];
        unsigned secondary = f->config[0x19], subordinate = f->config[0x1A];

        if (f->parent != parent || !f->bridge || secondary == 0 || bus < secondary ||
            bus > subordinate)
            continue;
        if (found != NO_WAY)
            violate(model, "two bridges lead to one bus");
        found = bus == secondary ? i : route_below(model, i, bus);
    }
    return found;
}

static int route(struct pci_bus_model *model, unsigned bus)
{
    int root = 0, found;

    for (int i = 0; i < model->root_count; i++)
        if (model->roots[i] <= bus && model->roots[i] >= model->roots[root])
            root = i;
    if (model->roots[root] == bus)
        return PCI_MODEL_ROOT(root);
    found = route_below(model, PCI_MODEL_ROOT(root), bus);
    return found == NO_WAY && model->ignores_bus ? PCI_MODEL_ROOT(0) : found;
}

static struct pci_model_function *find(struct pci_bus_model *model, struct pci_place place)
{
    int parent = route(model, place.bus);

    for (int i = 0; i < model->count; i++) {
        struct pci_model_function *f = &model->functions[i];

        if (f->parent == parent &&
            (f->every_slot ||
             (f->slot == place.slot && (f->every_function || f->function == place.function))))
            return f;
    }
    return NULL;
}

/* --- Configuration space ------------------------------------------------------------------- */

static uint32_t get(const struct pci_model_function *f, unsigned offset, unsigned width)
{
    return width == 1   ? f->config[offset]
           : width == 2 ? get_le16(f->config + offset)
                        : get_le32(f->config + offset);
}

static uint32_t read(void *context, struct pci_place place, unsigned offset, unsigned width)
{
    const struct pci_model_function *f = find(context, place);

    if (offset % width != 0 || offset + width > 256)
        violate(context, "odd read");
    return f == NULL ? NOT_THERE >> (32 - 8 * width) : get(f, offset, width);
}

static void write(void *context, struct pci_place place, unsigned offset, unsigned width,
                  uint32_t value)
{
    struct pci_bus_model *model = context;
    struct pci_model_function *f = find(model, place);
    bool is_bar = offset >= 0x10 && offset < (f != NULL && f->bridge ? 0x18u : 0x28u);

    if (offset % width != 0 || offset + width > 256)
        violate(model, "odd write");
    if (f == NULL) {
        violate(model, "write to nobody");
        return;
    }
    model->writes++;
    if (f->config[0x0B] != 0x02)
        model->foreign_writes++;
    if (is_bar && value == NOT_THERE && (f->config[4] & 3))
        violate(model, "measured while decoding");
    if (is_bar && get_le16(f->config + 0x0A) == 0x0600)
        violate(model, "host bridge measured");
    for (unsigned i = 0; i < width; i++) {
        uint8_t mask = f->writable[offset + i];

        f->config[offset + i] =
            (uint8_t)((f->config[offset + i] & ~mask) | ((value >> (8 * i)) & mask));
    }
}

uint32_t pci_model_get(const struct pci_bus_model *model, int index, unsigned offset,
                       unsigned width)
{
    return get(&model->functions[index], offset, width);
}

int pci_model_bus_of(const struct pci_bus_model *model, int index)
{
    int parent = model->functions[index].parent;
    /* Routing counts violations, which is not what a look should do. */
    static struct pci_bus_model copy;
    unsigned bus = parent < 0 ? model->roots[-1 - parent] : model->functions[parent].config[0x19];

    copy = *model;
    return route(&copy, bus) == parent ? (int)bus : -1;
}

/* --- Addresses ----------------------------------------------------------------------------- */

uint64_t pci_model_bar_address(const struct pci_bus_model *model, int index, unsigned number)
{
    const uint8_t *bar = model->functions[index].config + 0x10 + 4 * number;
    uint32_t low = get_le32(bar);

    if (low & 1)
        return low & ~3u;
    return (low & ~0xFu) | ((low & 4) ? (uint64_t)get_le32(bar + 4) << 32 : 0);
}

struct pci_window pci_model_open_window(const struct pci_bus_model *model, int bridge,
                                        enum pci_window_kind kind)
{
    const uint8_t *config = model->functions[bridge].config;
    bool on = (config[4] & (kind == PCI_WINDOW_IO ? 1 : 2)) != 0;
    uint64_t base, last, granule = 0x100000;

    if (kind == PCI_WINDOW_IO) {
        granule = 0x1000;
        base = (uint64_t)(config[0x1C] & 0xF0) << 8;
        last = (uint64_t)(config[0x1D] & 0xF0) << 8;
        if ((config[0x1C] & 0xF) == 1) {
            base |= (uint64_t)get_le16(config + 0x30) << 16;
            last |= (uint64_t)get_le16(config + 0x32) << 16;
        }
    } else {
        const uint8_t *at = config + (kind == PCI_WINDOW_MEMORY ? 0x20 : 0x24);

        base = (uint64_t)(get_le16(at) & 0xFFF0) << 16;
        last = (uint64_t)(get_le16(at + 2) & 0xFFF0) << 16;
        if (kind == PCI_WINDOW_PREFETCH && (at[0] & 0xF) == 1) {
            base |= (uint64_t)get_le32(config + 0x28) << 32;
            last |= (uint64_t)get_le32(config + 0x2C) << 32;
        }
        /* A window that is not implemented reads as 0 to 0 and passes nothing. */
        if (kind == PCI_WINDOW_PREFETCH && model->functions[bridge].writable[0x25] == 0)
            on = false;
    }
    if (kind == PCI_WINDOW_IO && model->functions[bridge].writable[0x1C] == 0)
        on = false;
    if (!on || base > last)
        return (struct pci_window){base, base, false};
    return (struct pci_window){base, last + granule, false};
}

static int join(int one, int other)
{
    if (one == PCI_MODEL_NOBODY)
        return other;
    return other == PCI_MODEL_NOBODY ? one : PCI_MODEL_SEVERAL;
}

static int decode_below(const struct pci_bus_model *model, int parent, bool io, uint64_t address)
{
    int found = PCI_MODEL_NOBODY;

    for (int i = 0; i < model->count; i++) {
        const struct pci_model_function *f = &model->functions[i];

        if (f->parent != parent)
            continue;
        for (unsigned n = 0; n < 6; n++) {
            bool bar_io = (f->config[0x10 + 4 * n] & 1) != 0;
            uint64_t base = pci_model_bar_address(model, i, n);

            if (f->bar_sizes[n] != 0 && bar_io == io && (f->config[4] & (io ? 1 : 2)) &&
                address >= base && address - base < f->bar_sizes[n])
                found = join(found, i);
        }
        for (unsigned kind = 0; f->bridge && kind < PCI_WINDOW_KINDS; kind++) {
            struct pci_window window = pci_model_open_window(model, i, (enum pci_window_kind)kind);

            if ((kind == PCI_WINDOW_IO) == io && address >= window.base && address < window.end) {
                int below = decode_below(model, i, io, address);

                /* The bridge takes the access, whether somebody is there or not. */
                found = join(found, below == PCI_MODEL_NOBODY ? i : below);
            }
        }
    }
    return found;
}

int pci_model_decode(const struct pci_bus_model *model, bool io, uint64_t address)
{
    int found = PCI_MODEL_NOBODY;

    for (int i = 0; i < model->root_count; i++)
        found = join(found, decode_below(model, PCI_MODEL_ROOT(i), io, address));
    return found;
}

/* --- Building ------------------------------------------------------------------------------ */

void pci_model_init(struct pci_bus_model *model)
{
    memset(model, 0, sizeof *model);
    model->config = (struct pci_config){read, write, model};
    pci_model_add_root(model, 0);
    pci_model_add(model, PCI_MODEL_ROOT(0), 0, 0, 0x12378086, 0x060000);
}

int pci_model_add_root(struct pci_bus_model *model, uint8_t number)
{
    if (model->root_count == PCI_MODEL_ROOTS)
        abort();
    model->roots[model->root_count] = number;
    return PCI_MODEL_ROOT(model->root_count++);
}

int pci_model_add(struct pci_bus_model *model, int parent, unsigned slot, unsigned function,
                  uint32_t id, uint32_t class_code)
{
    struct pci_model_function *f = &model->functions[model->count];

    if (model->count == PCI_MODEL_FUNCTIONS)
        abort();
    f->parent = parent;
    f->slot = (uint8_t)slot;
    f->function = (uint8_t)function;
    put_le32(f->config, id);
    put_le32(f->config + 8, class_code << 8);
    put_le16(f->writable + 4, 0x0547);
    f->writable[0x0C] = f->writable[0x0D] = f->writable[0x3C] = 0xFF;
    /* The slot's function 0 tells that there are others. */
    for (int i = 0; i < model->count; i++) {
        struct pci_model_function *other = &model->functions[i];

        if (function != 0 && other->parent == parent && other->slot == slot && other->function == 0)
            other->config[0x0E] |= 0x80;
    }
    return model->count++;
}

int pci_model_add_bridge(struct pci_bus_model *model, int parent, unsigned slot, unsigned function)
{
    int index = pci_model_add(model, parent, slot, function, 0x00011B36, 0x060400);
    struct pci_model_function *f = &model->functions[index];

    f->bridge = true;
    f->config[0x0E] |= 0x01;
    put_le32(f->writable + 0x18, 0xFFFFFFFF);
    f->writable[0x1C] = f->writable[0x1D] = 0xF0;
    put_le32(f->writable + 0x20, 0xFFF0FFF0);
    put_le32(f->writable + 0x24, 0xFFF0FFF0);
    put_le16(f->config + 0x24, 0x0001);
    put_le16(f->config + 0x26, 0x0001);
    put_le32(f->writable + 0x28, 0xFFFFFFFF);
    put_le32(f->writable + 0x2C, 0xFFFFFFFF);
    return index;
}

void pci_model_bar(struct pci_bus_model *model, int index, unsigned number, unsigned flags,
                   uint64_t size, uint64_t address)
{
    struct pci_model_function *f = &model->functions[index];
    uint8_t *config = f->config + 0x10 + 4 * number, *writable = f->writable + 0x10 + 4 * number;
    uint64_t mask = ~(size - 1) & ~(uint64_t)((flags & 1) ? 3 : 15);

    f->bar_sizes[number] = size;
    put_le32(config, (uint32_t)address | flags);
    put_le32(writable, (uint32_t)mask);
    if (flags & 1) {
        put_le32(writable, (uint32_t)mask & 0xFFFF); /* 16 bits, as many have it */
    } else if (flags & 4) {
        put_le32(config + 4, (uint32_t)(address >> 32));
        put_le32(writable + 4, (uint32_t)(mask >> 32));
    }
}

void pci_model_numbers(struct pci_bus_model *model, int bridge, unsigned secondary,
                       unsigned subordinate)
{
    int bus = pci_model_bus_of(model, bridge);
    uint8_t *config = model->functions[bridge].config;

    config[0x18] = (uint8_t)(bus < 0 ? 0 : bus);
    config[0x19] = (uint8_t)secondary;
    config[0x1A] = (uint8_t)subordinate;
}

void pci_model_window(struct pci_bus_model *model, int bridge, enum pci_window_kind kind,
                      uint64_t base, uint64_t end)
{
    uint8_t *config = model->functions[bridge].config;
    uint64_t limit = base == end ? 0 : end - 1;

    if (base == end)
        base = 0xFFF0F000;
    if (kind == PCI_WINDOW_IO) {
        config[0x1C] = (uint8_t)((config[0x1C] & 0xF) | (base >> 8 & 0xF0));
        config[0x1D] = (uint8_t)((config[0x1D] & 0xF) | (limit >> 8 & 0xF0));
        return;
    }
    uint8_t *at = config + (kind == PCI_WINDOW_MEMORY ? 0x20 : 0x24);

    put_le16(at, (uint16_t)((get_le16(at) & 0xF) | (base >> 16 & 0xFFF0)));
    put_le16(at + 2, (uint16_t)((get_le16(at + 2) & 0xF) | (limit >> 16 & 0xFFF0)));
    if (kind == PCI_WINDOW_PREFETCH) {
        put_le32(config + 0x28, (uint32_t)(base >> 32));
        put_le32(config + 0x2C, (uint32_t)(limit >> 32));
    }
}

void pci_model_command(struct pci_bus_model *model, int index, uint16_t command)
{
    put_le16(model->functions[index].config + 4, command);
}

void pci_model_express(struct pci_bus_model *model, int index, unsigned type)
{
    uint8_t *config = model->functions[index].config;

    config[6] |= 0x10;
    config[0x34] = 0x40;
    config[0x40] = 0x01;
    config[0x41] = 0x48;
    config[0x48] = 0x10;
    put_le16(config + 0x4A, (uint16_t)(type << 4 | 1));
}
