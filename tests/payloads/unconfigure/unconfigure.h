/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A machine whose firmware set up no PCI bridge, made from one whose firmware did: a multiboot
 * program that takes the settings away and then starts its first module, a multiboot kernel, as if
 * nothing had been between.
 */
#ifndef PAYLOADS_UNCONFIGURE_H
#define PAYLOADS_UNCONFIGURE_H

#include <stdbool.h>
#include <stdint.h>

/* What is taken away. */
struct settings {
    bool numbers;   /* bridges' bus numbers */
    bool windows;   /* bridges' windows, forwarding and bus mastering */
    bool registers; /* all addresses and decoding of what is behind bridges, and of bridges */
    bool cards;     /* those of network cards on root buses, too */
};
struct taken {
    unsigned bridges, devices;
};

/* By configuration mechanism 1. */
struct taken pci_take_away(const struct settings *settings);

/*
 * Starts the ELF kernel with this information (an address). Returns the reason if it cannot:
 * nothing is overwritten then.
 */
const char *start_kernel(const uint8_t *elf, uint32_t length, uint32_t information);

/* The image's bounds (link.ld). */
extern uint8_t image_start[], image_end[];
void enter(uint32_t entry, uint32_t information) __attribute__((noreturn));

#endif
