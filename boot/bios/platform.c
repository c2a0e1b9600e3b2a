/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Start, words from the user, what a kernel is told about the machine, and the way out.
 */
#include "boot/bios/bios.h"
#include "boot/bios/pxe_start.h"
#include "boot/bios/rom_start.h"

#include <string.h>

#include "boot/main.h"
#include "boot/stack.h"
#include "console/console.h"
#include "darwin/devtree.h"
#include "lib/bytes.h"

/* --- Words from the user ------------------------------------------------------------------ */

static bool is_verbose(const char *word, size_t length)
{
    return length == strlen("verbose") && memcmp(word, "verbose", length) == 0;
}

/* True for "name=..." and the words that stand alone: the start of what options_parse reads. */
static bool is_option(const char *word, size_t length)
{
    size_t name = 0;

    while (name < length && word[name] >= 'a' && word[name] <= 'z')
        name++;
    if (name == length)
        return is_verbose(word, length);
    return name != 0 && word[name] == '=';
}

static const char *after_blanks(const char *text)
{
    return text + strspn(text, " \t");
}

/*
 * The words behind our own file name. QEMU puts the name as it was given, blanks included, before
 * them; it ends with ".elf" where such a word comes before any option.
 */
static const char *after_file_name(const char *words)
{
    static const char suffix[] = ".elf";
    const size_t suffix_length = sizeof suffix - 1;
    const char *first_end = words + strcspn(words, " \t");
    const char *word = words;

    while (*word != '\0' && !is_option(word, strcspn(word, " \t"))) {
        const char *end = word + strcspn(word, " \t");

        if ((size_t)(end - word) >= suffix_length &&
            memcmp(end - suffix_length, suffix, suffix_length) == 0)
            return after_blanks(end);
        word = after_blanks(end);
    }
    return after_blanks(first_end);
}

const char *platform_boot_path(void)
{
    return entry_magic == LOADED_BY_ROM ? rom_boot_path() : pxe_boot_path();
}

/* The words that whoever loaded us gave. */
static const char *loader_words(void)
{
    const char *name = multiboot_loader_name();
    const char *words = after_blanks(multiboot_command_line());

    if (entry_magic == LOADED_BY_PXE)
        return pxe_words();
    /* GRUB 2 leaves the file name out. */
    if (strncmp(name, "GRUB 2", strlen("GRUB 2")) == 0)
        return words;
    if (strncmp(name, "qemu", strlen("qemu")) == 0)
        return after_file_name(words);
    /* Others do either: the name is what is no option of ours. */
    return is_option(words, strcspn(words, " \t")) ? words : after_file_name(words);
}

const char *platform_arguments(void)
{
    const char *words = loader_words();

    return *words != '\0' ? words : medium_words();
}

/* True if the word `verbose` is there; what stands behind args= is the kernel's. */
static bool asked_for_verbose(const char *words)
{
    while (*words != '\0' && strncmp(words, "args=", 5) != 0) {
        size_t length = strcspn(words, " \t");

        if (is_verbose(words, length))
            return true;
        words = after_blanks(words + length);
    }
    return false;
}

/* --- What a kernel is told ------------------------------------------------------------------ */

/* The low-pin-count bridge of Intel's chipsets (ICH2 and later data sheets, device 31). */
enum {
    LPC_SLOT = 0x1F,
    PCI_IDENTITY = 0x00,
    PCI_CLASS = 0x08,
    LPC_ROOT_COMPLEX_BASE = 0xF0, /* bit 0: enabled */
    VENDOR_INTEL = 0x8086,
    CLASS_ISA_BRIDGE = 0x0601,
};

static uint32_t root_complex_base(void)
{
    uint32_t identity = pci_chipset_read(0, LPC_SLOT, 0, PCI_IDENTITY);
    uint32_t class = pci_chipset_read(0, LPC_SLOT, 0, PCI_CLASS) >> 16;

    if ((identity & 0xFFFF) != VENDOR_INTEL || class != CLASS_ISA_BRIDGE)
        return 0;
    uint32_t base = pci_chipset_read(0, LPC_SLOT, 0, LPC_ROOT_COMPLEX_BASE);
    return base & 1 ? base : 0;
}

/*
 * The period that the high-precision event timer tells, in femtoseconds; 0: there is none where
 * XNU 10.4 and 10.5 look for it (IA-PC HPET specification 1.0a, 2.3.4: at most 100 ns).
 */
#define HPET_ADDRESS 0xFED00000u
#define HPET_PERIOD  4
#define HPET_LONGEST 0x05F5E100u

static uint32_t hpet_period(void)
{
    volatile const uint32_t *registers = platform_virtual(HPET_ADDRESS);
    uint32_t period = registers[HPET_PERIOD / 4];

    return period <= HPET_LONGEST ? period : 0;
}

bool platform_pc(struct pc_information *pc)
{
    memset(pc, 0, sizeof *pc);
    cpu_describe(pc);
    firmware_tables_describe(pc);
    pc->rcba = root_complex_base();
    pc->hpet_period = hpet_period();
    return true;
}

error_t platform_device_tree(struct devtree *tree)
{
    return devtree_create(tree);
}

/* --- Start and exit ----------------------------------------------------------------------- */

/* How long a reset that works may take. */
#define RESET_WAIT_US 100000u

enum {
    KEYBOARD_STATUS = 0x64,
    KEYBOARD_COMMAND = 0x64,
    KEYBOARD_BUSY = 0x02,        /* status: the last command is not taken yet */
    KEYBOARD_PULSE_RESET = 0xFE, /* pulses output line 0, the processor's reset */
    RESET_CONTROL = 0xCF9,       /* Intel chipsets, and what emulates them */
    RESET_CONTROL_HARD = 0x02,
    RESET_CONTROL_GO = 0x06,

    /* Offsets in the FADT (ACPI 6.4, table 5.9). */
    FADT_FLAGS = 112,
    FADT_FLAG_RESET = 1 << 10,
    FADT_RESET_SPACE = 116, /* generic address */
    FADT_RESET_ADDRESS = 120,
    FADT_RESET_VALUE = 128,
    GENERIC_ADDRESS_SPACE_IO = 1,
};

static void reset_by_keyboard_controller(void)
{
    for (unsigned i = 0; i < 1000 && port_read8(KEYBOARD_STATUS) & KEYBOARD_BUSY; i++)
        platform_delay_us(10);
    port_write8(KEYBOARD_COMMAND, KEYBOARD_PULSE_RESET);
    platform_delay_us(RESET_WAIT_US);
}

static void reset_by_acpi(void)
{
    uint32_t length;
    const uint8_t *fadt = acpi_table("FACP", &length);

    if (fadt == NULL || !bytes_within(length, FADT_RESET_VALUE, 1) ||
        !(get_le32(fadt + FADT_FLAGS) & FADT_FLAG_RESET) ||
        fadt[FADT_RESET_SPACE] != GENERIC_ADDRESS_SPACE_IO)
        return;
    uint64_t port = get_le64(fadt + FADT_RESET_ADDRESS);
    if (port == 0 || port > 0xFFFF)
        return;
    port_write8((uint16_t)port, fadt[FADT_RESET_VALUE]);
    platform_delay_us(RESET_WAIT_US);
}

static void reset_by_chipset(void)
{
    port_write8(RESET_CONTROL, RESET_CONTROL_HARD);
    port_write8(RESET_CONTROL, RESET_CONTROL_GO);
    platform_delay_us(RESET_WAIT_US);
}

void machine_restart(void)
{
    const struct __attribute__((packed)) {
        uint16_t limit;
        uint32_t base;
    } no_vectors = {0, 0};

    reset_by_keyboard_controller();
    reset_by_acpi();
    reset_by_chipset();
    /* An exception without a vector, and a double fault without one, shuts the processor down. */
    __asm__ volatile("lidt %0\n\tint3" : : "m"(no_vectors));
    for (;;)
        __asm__ volatile("hlt");
}

void platform_stop(void)
{
    print("\nPress a key to restart the machine.\n");
    while (platform_read_key() < 0) /* for as long as the person wants */
        ;
    machine_restart();
}

/* INT 18h: "this device did not boot". A BIOS with a boot order goes on with the next one. */
#define NEXT_BOOT_DEVICE 0x18

void platform_exit(void)
{
    struct real_mode_registers registers = {.eflags = 0};

    if (entry_magic == LOADED_BY_PXE || entry_magic == LOADED_BY_ROM) {
        print("going on with the BIOS's next boot device\n");
        pxe_leave();
        real_mode_interrupt(NEXT_BOOT_DEVICE, &registers);
    }
    print("restarting the machine\n");
    machine_restart();
}

static void __attribute__((noreturn)) stop(error_t error)
{
    error_show(error);
    if (entry_magic == LOADED_BY_ROM)
        platform_exit();
    platform_stop();
}

void platform_start(void)
{
    stack_begin(stack_end, __builtin_ia32_rdtsc());
    uart_initialise();
    vga_text_initialise();
    exceptions_initialise();
    protection_begin();
    keyboard_initialise();
    error_t error = OK;
    if (entry_magic == LOADED_BY_PXE)
        pxe_start();
    else if (entry_magic == LOADED_BY_ROM)
        rom_start();
    else
        error = multiboot_read();
    if (error == OK)
        error = medium_words_read();
    if (error != OK)
        stop(error);
    /* The options are read later; what firmware gives us is already worth telling. */
    console_verbose = asked_for_verbose(platform_arguments());
    error = memory_initialise();
    if (error != OK)
        stop(error);
    clock_initialise();
    pci_initialise();
    loader_main();
    platform_exit();
}
