/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IPv4 addresses as text and as numbers. An address in network order is the four bytes of the wire
 * in memory, whatever the processor (as lwIP's ip4_addr_t keeps it).
 */
#ifndef NET_ADDRESS_H
#define NET_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The address whose four bytes stand at `bytes`. */
uint32_t address_from_bytes(const uint8_t *bytes);
void address_to_bytes(uint32_t address, uint8_t *bytes);
/* Network order to the number that 10.0.2.15 = 0x0A00020F stands for, and back. */
uint32_t address_to_number(uint32_t address);
uint32_t address_from_number(uint32_t number);

/*
 * Reads "10.0.2.15" from exactly `length` characters: four decimal numbers up to 255, no leading
 * zeros, nothing else. False, and `*address` untouched, otherwise.
 */
bool address_parse(const char *text, size_t length, uint32_t *address);

/* One machine's address: not 0.x, not loopback, not multicast or beyond. */
bool address_is_host(uint32_t address);
/* Ones from the top, at least one of them, then zeros. */
bool address_is_netmask(uint32_t netmask);
/* The mask of the address's class (RFC 791), for servers that give none. */
uint32_t address_class_mask(uint32_t address);

/*
 * Copies text from outside so that it can be shown: up to its NUL, unprintable and non-ASCII bytes
 * as '?'. `to` is always terminated; `size` is at least 1.
 */
void text_make_printable(char *to, size_t size, const void *from, size_t length);

#endif
