/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/address.h"

#include <stdio.h>
#include <string.h>

#include "lib/bytes.h"
#include "net/network.h"

uint32_t address_from_bytes(const uint8_t *bytes)
{
    uint32_t address;

    memcpy(&address, bytes, sizeof address);
    return address;
}

void address_to_bytes(uint32_t address, uint8_t *bytes)
{
    memcpy(bytes, &address, sizeof address);
}

uint32_t address_to_number(uint32_t address)
{
    return get_be32(&address);
}

uint32_t address_from_number(uint32_t number)
{
    uint32_t address;

    put_be32(&address, number);
    return address;
}

bool address_parse(const char *text, size_t length, uint32_t *address)
{
    uint32_t number = 0;
    size_t at = 0;

    for (unsigned part = 0; part < 4; part++) {
        size_t start = at;
        unsigned value = 0;

        if (part != 0 && (at == length || text[at] != '.'))
            return false;
        if (part != 0)
            start = ++at;
        while (at < length && text[at] >= '0' && text[at] <= '9' && at - start < 3)
            value = value * 10 + (unsigned)(text[at++] - '0');
        if (at == start || value > 255 || (at - start > 1 && text[start] == '0'))
            return false;
        number = number << 8 | value;
    }
    if (at != length)
        return false;
    *address = address_from_number(number);
    return true;
}

bool address_is_host(uint32_t address)
{
    unsigned first = address_to_number(address) >> 24;

    return first != 0 && first != 127 && first < 224;
}

bool address_is_netmask(uint32_t netmask)
{
    uint32_t zeros = ~address_to_number(netmask);

    return netmask != 0 && (zeros & (zeros + 1)) == 0;
}

uint32_t address_class_mask(uint32_t address)
{
    uint32_t number = address_to_number(address);

    if ((number & 0x80000000u) == 0)
        return address_from_number(0xFF000000u);
    if ((number & 0x40000000u) == 0)
        return address_from_number(0xFFFF0000u);
    return address_from_number(0xFFFFFF00u);
}

const char *network_address_text(uint32_t address)
{
    static char texts[4][16];
    static unsigned next;
    char *text = texts[next++ % 4];
    uint32_t number = address_to_number(address);

    snprintf(text, sizeof texts[0], "%u.%u.%u.%u", (unsigned)(number >> 24),
             (unsigned)(number >> 16 & 255), (unsigned)(number >> 8 & 255),
             (unsigned)(number & 255));
    return text;
}

void text_make_printable(char *to, size_t size, const void *from, size_t length)
{
    const uint8_t *bytes = from;
    size_t at = 0;

    while (at < length && at + 1 < size && bytes[at] != 0) {
        to[at] = bytes[at] >= 0x20 && bytes[at] < 0x7F ? (char)bytes[at] : '?';
        at++;
    }
    to[at] = '\0';
}
