/* SPDX-License-Identifier: BSD-2-Clause */
#include "device/overlay.h"

#include <string.h>

#define PROPERTIES_MAXIMUM 80   /* nine for each card, and /chosen and /aliases */
#define VALUES_LENGTH      5120 /* a reply twice, and small ones */

static struct overlay_property properties[PROPERTIES_MAXIMUM];
static uint8_t values[VALUES_LENGTH];
static size_t values_used;

void overlay_clear(void)
{
    memset(properties, 0, sizeof properties);
    values_used = 0;
}

static struct overlay_property *find(uint32_t node, const char *name)
{
    for (size_t i = 0; i < PROPERTIES_MAXIMUM && node != 0; i++)
        if (properties[i].node == node && strcmp(properties[i].name, name) == 0)
            return &properties[i];
    return NULL;
}

static struct overlay_property *find_free(void)
{
    for (size_t i = 0; i < PROPERTIES_MAXIMUM; i++)
        if (properties[i].node == 0)
            return &properties[i];
    return NULL;
}

/* The property of that name, or a free place for it; NULL if there is neither. */
static struct overlay_property *place_for(uint32_t node, const char *name)
{
    struct overlay_property *property = find(node, name);

    if (node == 0 || strlen(name) >= sizeof property->name)
        return NULL;
    return property != NULL ? property : find_free();
}

static void name_it(struct overlay_property *property, uint32_t node, const char *name,
                    size_t length)
{
    property->node = node;
    property->length = length;
    memmove(property->name, name, strlen(name) + 1);
}

bool overlay_refer(uint32_t node, const char *name, const uint8_t *value, size_t length)
{
    struct overlay_property *property = place_for(node, name);

    if (property == NULL)
        return false;
    property->value = value;
    property->room = 0;
    name_it(property, node, name, length);
    return true;
}

bool overlay_set(uint32_t node, const char *name, const void *value, size_t length)
{
    struct overlay_property *property = place_for(node, name);
    bool fits = property != NULL && property->room != 0 && length <= property->room;

    if (property == NULL || (!fits && length > VALUES_LENGTH - values_used))
        return false;
    if (!fits) {
        property->value = values + values_used;
        property->room = length;
        values_used += length;
    }
    if (length != 0)
        memcpy(values + (property->value - values), value, length);
    name_it(property, node, name, length);
    return true;
}

const struct overlay_property *overlay_find(uint32_t node, const char *name)
{
    return find(node, name);
}

const struct overlay_property *overlay_next(uint32_t node, const struct overlay_property *previous)
{
    size_t first = previous != NULL ? (size_t)(previous - properties) + 1 : 0;

    for (size_t i = first; i < PROPERTIES_MAXIMUM && node != 0; i++)
        if (properties[i].node == node)
            return &properties[i];
    return NULL;
}
