/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of this platform share with each other and with nobody else.
 *
 * The loader runs in 32-bit protected mode without paging: pointers are physical addresses.
 * Interrupts stay off, but for the time of a real-mode call.
 */
#ifndef BOOT_BIOS_BIOS_H
#define BOOT_BIOS_BIOS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/platform.h"
#include "lib/place.h"

/* The image's bounds (link.ld). */
extern uint8_t image_start[], image_end[];

/* The lowest word of the stack (start.S). */
extern uint32_t stack_end[];

/* EAX and EBX as the multiboot loader or one of our prefixes left them (start.S). */
extern uint32_t entry_magic, entry_information;

/* Called from or written in assembler: arguments are on the stack, whatever -mregparm says. */
#ifdef __i386__
#define ARGUMENTS_ON_STACK __attribute__((regparm(0)))
#else
#define ARGUMENTS_ON_STACK
#endif

/* start.S comes here with a stack, flat segments of our own and a cleared BSS. */
void platform_start(void) __attribute__((noreturn));

/* Selectors of the loader's own descriptor table (start.S); the launch uses the same numbers. */
#define SELECTOR_CODE      0x10
#define SELECTOR_DATA      0x18
#define SELECTOR_REAL_CODE 0x20 /* 16-bit, base 0, limit 64 KB: on the way to real mode */
#define SELECTOR_REAL_DATA 0x28
#define SELECTOR_FLAT_CODE 0x30 /* for the launch: SELECTOR_CODE ends with our own code */
/* Of protection.c. */
#define SELECTOR_TASK       0x38
#define SELECTOR_FAULT_TASK 0x40

/* --- platform.c --------------------------------------------------------------------------- */

/* Resets the machine. */
void machine_restart(void) __attribute__((noreturn));

/* --- exceptions.c ------------------------------------------------------------------------- */

/*
 * From here on a processor exception is shown with its registers on every console and stops the
 * machine, instead of resetting it without a word.
 */
void exceptions_initialise(void);
/* From here on a double fault is a matter of SELECTOR_FAULT_TASK. */
void exceptions_take_double_faults(void);

/* --- protection.c ------------------------------------------------------------------------- */

/*
 * Lets the processor watch over the image's code and constants, over what is executed and over the
 * end of the stack, until protection_end. Does nothing on a processor that has no PAE, and in the
 * ROM of a card. After exceptions_initialise.
 */
#ifndef SAWBOOT_SMALL
void protection_begin(void);
void protection_end(void);
#else
static inline void protection_begin(void)
{
}
static inline void protection_end(void)
{
}
#endif
/* Where the loader was when the double fault came. */
void protection_fault_place(uint32_t *eip, uint32_t *esp);

/* --- cpu.c -------------------------------------------------------------------------------- */

/* Reads a model-specific register; false if the processor has none of that number. */
bool msr_read(uint32_t number, uint64_t *value);
/* CPUID. All 0 if the leaf is beyond what the processor has. */
struct cpuid_result {
    uint32_t eax, ebx, ecx, edx;
};
struct cpuid_result cpuid(uint32_t leaf, uint32_t subleaf);
/* The time-stamp counter's frequency as a hypervisor or the processor states it; 0: neither does.
 */
uint64_t cpu_told_tsc_hz(void);
/* Fills in the processor's part of pc_information, frequencies included. */
void cpu_describe(struct pc_information *pc);

/* --- clock.c ------------------------------------------------------------------------------ */

/* Measures the time-stamp counter, against ACPI's timer or the PIT. */
void clock_initialise(void);
uint64_t clock_tsc_hz(void);
/* How long ago the time-stamp counter had this value. */
uint64_t clock_milliseconds_since(uint64_t counter);

/* --- uart.c, vga_text.c, keyboard.c: the consoles ----------------------------------------- */

void uart_initialise(void);
void uart_put(char c);
int uart_get(void); /* -1: none */
void vga_text_initialise(void);
void vga_text_put(char c);
void vga_text_show_cursor(void); /* where the next character goes, for the eye and for the BIOS */
void keyboard_initialise(void);
int keyboard_get(void); /* ASCII, or -1 */

/* --- real_mode.c -------------------------------------------------------------------------- */

/*
 * Low memory for real-mode calls, which nothing else uses: code, stack and a buffer.
 * multiboot_read, pxe_start or rom_start has to be first, as the caller's tables may lie here.
 */
#define REAL_MODE_BASE        0x7000u
#define REAL_MODE_END         0xA000u
#define REAL_MODE_BUFFER      0x9000u
#define REAL_MODE_BUFFER_SIZE 0x1000u
/* Behind it: frames that a PXE ROM sends, which have to stay when the call returns (undi.c). */
#define REAL_MODE_FRAMES     0xA000u
#define REAL_MODE_FRAMES_END 0xC000u

struct real_mode_registers {
    uint32_t eax, ebx, ecx, edx, esi, edi, ebp;
    uint16_t ds, es;
    uint32_t eflags; /* out: bit 0 is the carry */
};
#define REAL_MODE_CARRY 1u
/*
 * Calls a BIOS interrupt in real mode; the registers are in and out. Where nobody serves it, they
 * come back as they were, with the carry set.
 */
void real_mode_interrupt(uint8_t number, struct real_mode_registers *registers);
/*
 * Calls a PXE stack's entry point (segment << 16 | offset, not 0) with the registers; ES, DI and BX
 * are on the stack as well, as three words. Its exit code is in AX.
 */
void real_mode_pxe(uint32_t far_pointer, struct real_mode_registers *registers);

/* --- multiboot_information.c -------------------------------------------------------------- */

/*
 * Copies what the multiboot loader said (command line, modules, memory map), as it may lie anywhere
 * that is free. ERROR_PC_START if we were not started by one.
 */
error_t multiboot_read(void);
const char *multiboot_command_line(void);
/* The name the loader gave itself ("qemu", "GRUB 2.06"); "" if none. */
const char *multiboot_loader_name(void);
/* The memory map as it came; 0 if there was none. */
size_t multiboot_memory_map(struct memory_map_entry *entries, size_t maximum);
/* KB of memory from 0 on and from 1 MB on, for want of a map; 0: not told. */
void multiboot_memory_sizes(uint32_t *lower, uint32_t *upper);
size_t multiboot_modules(struct platform_module *list, size_t maximum);

/* --- medium_words.c ----------------------------------------------------------------------- */

/*
 * Reads the words in the module sawboot.cfg, if there is one (after multiboot_read): the lines that
 * do not begin with '#', one behind the other. ERROR_OPTION_LENGTH if they are too long.
 */
error_t medium_words_read(void);
/* The same from the file's bytes, which are copied. */
error_t medium_words_take(const uint8_t *bytes, size_t length);
/* What was read, "" if nothing; lives for ever. They count where nothing else gives words. */
const char *medium_words(void);
/* Whether a module is that file. */
bool medium_words_is(const struct platform_module *module);

/* --- pxe.c -------------------------------------------------------------------------------- */

/*
 * After a start by the prefix of sawboot-x86.pxe: finds the PXE stack, copies what it was told, and
 * shuts it down, unless the card that it drives is none of ours. To be called before anything else
 * looks at the memory map or the cards. A stack that cannot be found is said, and no error.
 */
void pxe_start(void);
/* The option words that the boot server put into its answer to the ROM; "" if none. */
const char *pxe_words(void);
/* The card that we were loaded through, as pci_device's path; "" if that is not known. */
const char *pxe_boot_path(void);
/*
 * Base memory that is the stack's for as long as it lives, for the map. Returns how many entries
 * were stored.
 */
size_t pxe_memory(struct memory_map_entry *entries, size_t maximum);
/* Shuts the stack down if it still lives. */
void pxe_leave(void);

/* --- rom.c -------------------------------------------------------------------------------- */

/* After a start by the ROM of a card: keeps what the ROM said. To be called first. */
void rom_start(void);
/* The card whose ROM it was, as pci_device's path; "" if that is not known. */
const char *rom_boot_path(void);
/* A key was read: there is somebody who can go on from a prompt. */
void rom_note_key(void);

/* --- undi.c ------------------------------------------------------------------------------- */

struct pci_device;
/* Lets the nic driver of a ROM's UNDI take this card, and no other of its kind. */
void undi_attach(const struct pci_device *device);

/* --- e820.c ------------------------------------------------------------------------------- */

/* Asks the BIOS (INT 15h, functions E820h, then E801h and 88h). 0 if it has no answer. */
size_t e820_read(struct memory_map_entry *entries, size_t maximum);
/* The map that KB of memory from 0 on and from 1 MB on mean; 0 entries if there is none at 1 MB. */
size_t memory_map_from_sizes(uint32_t lower_kb, uint64_t upper_kb, struct memory_map_entry *entries,
                             size_t maximum);

/* --- memory.c ----------------------------------------------------------------------------- */

/* Settles the memory map; takes the image, the modules and low memory out of what is free. */
error_t memory_initialise(void);
/* What the map says of [base, base + length), which is not empty and does not wrap. */
enum memory_use {
    MEMORY_IS_USABLE,    /* all of it is RAM for anybody */
    MEMORY_IS_FIRMWARES, /* a byte of it is not to be written to */
    MEMORY_IS_NOWHERE,   /* a byte of it is no RAM */
};
enum memory_use memory_use(uint64_t base, uint64_t length);
/* Where the highest `length` bytes that are free and below `limit` start. False: none. */
bool memory_highest_free(place_t length, place_t alignment, place_t limit, place_t *place);

/* --- firmware_tables.c -------------------------------------------------------------------- */

/* Finds ACPI's and SMBIOS' tables; fills in their part of pc_information. */
void firmware_tables_describe(struct pc_information *pc);
/* An ACPI table by its signature ("FACP"), checked (length, checksum); NULL if there is none. */
const uint8_t *acpi_table(const char signature[4], uint32_t *length);

/* --- pci.c -------------------------------------------------------------------------------- */

/*
 * Settles the way to configuration space. What firmware left out (bus numbers, windows, addresses)
 * is put in when the cards are first asked for: `verbose` is known by then.
 */
void pci_initialise(void);
/* The word at a configuration address, for parts of the chipset that are no card. */
uint32_t pci_chipset_read(unsigned bus, unsigned slot, unsigned function, unsigned offset);

/* --- video.c ------------------------------------------------------------------------------ */

/* Sets a mode that platform_video_find gave. The text console is gone after it. */
error_t video_set(const struct video_mode *mode);

/* --- ports -------------------------------------------------------------------------------- */

static inline uint8_t port_read8(uint16_t port)
{
    uint8_t value;
    __asm__ volatile("inb %w1,%0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}
static inline uint32_t port_read32(uint16_t port)
{
    uint32_t value;
    __asm__ volatile("inl %w1,%0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}
static inline void port_write8(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0,%w1" : : "a"(value), "Nd"(port) : "memory");
}
static inline void port_write32(uint16_t port, uint32_t value)
{
    __asm__ volatile("outl %0,%w1" : : "a"(value), "Nd"(port) : "memory");
}

#endif
