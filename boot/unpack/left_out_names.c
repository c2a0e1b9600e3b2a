/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of servers in URIs, which the loader in a card's ROM does without (docs/roms.md,
 * SMALL_LEFT_OUT in unpack.mk): no text is a name, so nobody asks for one.
 */
#include "net/names.h"

const char names_server_forms[] =
    "an address like 10.0.0.1, as the loader in the card's ROM knows no names";

bool names_valid(const char *text, size_t length)
{
    (void)text;
    (void)length;
    return false;
}

void names_use(const struct network_config *config)
{
    (void)config;
}

error_t names_find(const char *text, size_t length, uint32_t *address)
{
    (void)text;
    (void)length;
    (void)address;
    return ERROR_FETCH_URI;
}

void names_forget(void)
{
}
