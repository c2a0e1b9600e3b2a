/* SPDX-License-Identifier: BSD-2-Clause */
/* BootX's own order of things. */
#include "bootx.h"

#include "lib/bytes.h"

#define COMMAND_LINE  0x004
#define COMMAND_SIZE  240 /* of the field's 256 */
#define BANKS         0x104
#define BANKS_MAXIMUM 26
#define VIDEO         0x1D4
#define TREE_ADDRESS  0x1F0
#define TREE_LENGTH   0x1F4
#define TOP           0x1F8
#define CACHE_LINE    32

static uint8_t *boot_args;
static uint32_t boot_args_address;

void give_up(void)
{
    report_verdict();
    for (;;) {
    }
}

/* "OpenFirmware 3" or "Open Firmware, 1.0.5" */
static void check_version(void)
{
    char model[64];
    get_text(find_device("/openprom"), "model", model, sizeof(model));
    const char *digit = strncmp(model, "OpenFirmware ", 13) == 0     ? model + 13
                        : strncmp(model, "Open Firmware, ", 15) == 0 ? model + 15
                                                                     : "";
    check(*digit >= '1' && *digit <= '4', "/openprom model tells the version (%s)", model);
    uint32_t root = client_one("peer", 1, 0);
    check(get_word(root, "#address-cells", 9) <= 2, "the root has #address-cells");
    check(is_handle(find_device("/options")) && is_handle(find_device("/chosen")),
          "/options and /chosen are there");
    uint32_t chosen = find_device("/chosen");
    check(is_handle(get_word(chosen, "mmu", 0)) && is_handle(get_word(chosen, "memory", 0)),
          "/chosen has mmu and memory");
    check(is_handle(get_word(chosen, "stdout", 0)) && is_handle(get_word(chosen, "stdin", 0)),
          "/chosen has stdout and stdin");
    uint32_t input = client_one("instance-to-package", 1, get_word(chosen, "stdin", 0));
    check(is_handle(input) && get_property(input, "name", model, sizeof(model)) != NOTHING,
          "stdin's node has a name");
}

/* BootX makes a node and a package of its own in Forth, and calls the package's methods. */
static void check_forth(void)
{
    /* Printing calls services too, so results are kept first. */
    uint32_t caught = client_interpret("\" /chosen\" find-device new-device \" memory-map\" "
                                       "device-name active-package finish-device device-end",
                                       1);
    memory_map = client_results[1];
    check(caught == 0, "interpret makes a node");
    check(is_handle(memory_map) && find_device("/chosen/memory-map") == memory_map,
          "/chosen/memory-map is that node (0x%x)", memory_map);
    caught = client_interpret("\" /packages\" find-device new-device \" words-test\" device-name "
                              ": open true ; : close ; : two-sums over + swap ; "
                              "finish-device device-end 0 0 \" words-test\" $open-package",
                              1);
    uint32_t package = client_results[1];
    check(caught == 0 && is_handle(package), "interpret makes a package and opens it");
    if (!is_handle(package))
        return;
    check(client_method("two-sums", package, 2, 2, 5, 7) == 0 && client_results[1] == 7 &&
              client_results[2] == 12,
          "call-method calls its method");
    close_device(package);
}

/* --- boot_args (specs: xnu-handoff 1.5) ------------------------------------------------------- */

static void fill_memory(void)
{
    uint32_t banks[2 * BANKS_MAXIMUM];
    uint32_t length = get_property(find_device("/memory"), "reg", banks, sizeof(banks));
    uint32_t used = 0;
    if (!check(length != NOTHING && length >= 8 && length <= sizeof(banks), "/memory has reg"))
        give_up();
    for (uint32_t i = 0; i + 1 < length / 4; i += 2) {
        uint32_t base = banks[i], size = banks[i + 1];
        if (size == 0)
            continue;
        uint8_t *last = boot_args + BANKS + 8 * (used - 1);
        if (used > 0 && get_be32(last) + get_be32(last + 4) == base) {
            put_be32(last + 4, get_be32(last + 4) + size);
            continue;
        }
        put_be32(boot_args + BANKS + 8 * used, base);
        put_be32(boot_args + BANKS + 8 * used + 4, size);
        used++;
    }
}

/* The first display, as long as it has a frame buffer. */
static void fill_video(const char *line)
{
    static const char *const names[] = {"linebytes", "width", "height", "depth"};
    char type[32];
    bool text = false, dash = false;
    for (uint32_t i = 0; line[i] != '\0'; i++) {
        if (i == 0 || line[i - 1] == ' ')
            dash = line[i] == '-';
        text = text || (dash && (line[i] == 'v' || line[i] == 's'));
    }
    for (uint32_t node = client_one("peer", 1, 0); node != 0; node = next_node(node)) {
        get_text(node, "device_type", type, sizeof(type));
        if (strcmp(type, "display") != 0)
            continue;
        /* Opening a display makes its `address`. */
        uint32_t instance = open_device(path_of(node)), base = get_word(node, "address", 0);
        if (!check(is_handle(instance) && is_handle(base), "the display opens (0x%x)", base))
            continue;
        client_one("setprop", 4, node, "AAPL,boot-display", type, 0);
        put_be32(boot_args + VIDEO, base);
        put_be32(boot_args + VIDEO + 4, text ? 0 : 1);
        for (uint32_t i = 0; i < 4; i++)
            put_be32(boot_args + VIDEO + 8 + 4 * i, get_word(node, names[i], 0));
        return;
    }
}

static void set_up_boot_args(void)
{
    boot_args_address = take_kernel_memory(BOOT_ARGS_SIZE);
    boot_args = (uint8_t *)boot_args_address;
    put_be16(boot_args, 1);
    put_be16(boot_args + 2, 1);
    char *line = (char *)boot_args + COMMAND_LINE;
    get_text(find_device("/options"), "boot-args", line, COMMAND_SIZE);
    fill_memory();
    fill_video(line);
    announce("BootArgs", boot_args_address, BOOT_ARGS_SIZE);
}

/* DeviceTree is announced empty first, so that the tree has the property; then in the copy. */
static void set_up_tree(const struct boot_paths *paths)
{
    announce("DeviceTree", 0, 0);
    uint32_t address = top_of_kernel();
    uint32_t length = flatten_tree(address);
    if (address + length > layout->image_end) {
        failed("the tree does not fit (%u bytes)", length);
        give_up();
    }
    take_kernel_memory(length);
    announce("DeviceTree", address, length);
    check(flatten_tree(address) == length, "flattened again, the tree is as long (%u bytes)",
          length);
    put_be32(boot_args + TREE_ADDRESS, address);
    put_be32(boot_args + TREE_LENGTH, length);
    put_be32(boot_args + TOP, top_of_kernel());
    check_tree(address, length, paths->device);
}

static void synchronise_code(void)
{
    for (uint32_t line = IMAGE_ADDRESS; line < top_of_kernel(); line += CACHE_LINE)
        __asm__ volatile("dcbst 0,%0; sync; icbi 0,%0" : : "r"(line) : "memory");
    __asm__ volatile("sync; isync" ::: "memory");
}

/* The archive in the load area as the card's driver, where the words ask for it: as from its ROM.
 */
static void set_driver(const struct boot_paths *paths, uint32_t length)
{
    static char words[PATH_LENGTH];
    get_text(find_device("/options"), "boot-args", words, sizeof(words));
    if (words_have(words, "set-driver"))
        check(client_one("setprop", 4, find_device(paths->device), DRIVER_PROPERTY, layout->load,
                         length) == length,
              "setprop of the card's driver (%u bytes)", length);
}

static void boot(const struct boot_paths *paths)
{
    uint32_t entry = 0, root = client_one("peer", 1, 0), length;
    look_for_plist(paths);
    client_one("setprop", 4, root, "net-boot", "", 0);
    length = load_file(paths->kernel);
    if (!check(length != 0 && decode_kernel(length, &entry), "the kernel: %u bytes", length))
        return;
    client_one("setprop", 4, find_device("/chosen"), "rootpath", paths->kernel,
               strlen(paths->kernel) + 1);
    length = load_file(paths->extensions);
    if (!check(length != 0 && decode_extensions(length), "the extensions: %u bytes", length))
        return;
    set_driver(paths, length);
    set_up_boot_args();
    set_up_tree(paths);
    check(client_call("quiesce", 0, 0) == 0, "quiesce");
    synchronise_code();
    report_verdict();
    enter_kernel(boot_args_address, entry, (const void *)(layout->heap + PAGE), VECTORS_LENGTH);
}

void client_main(void)
{
    static struct boot_paths paths;
    if (!client_console())
        return;
    say("\nSawboot's BootX\n       r5 0x%x\n", client_entry.r5);
    check_version();
    check_forth();
    check_areas();
    if (find_paths(&paths))
        boot(&paths);
    give_up();
}
