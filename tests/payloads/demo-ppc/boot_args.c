/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot_args.h"

#include "../common/report.h"
#include "../common/strings.h"
#include "../common/tree.h"
#include "../common/words.h"
#include "demo.h"
#include "kernel_image.h"
#include "lib/bytes.h"

#define COMMAND_LINE_SIZE 256u

struct boot_args boot_args;
static bool line_ends, banks_ascend, unused_banks_zero, line_rest_zero;

void boot_args_read(uint32_t address)
{
    const uint8_t *bytes = memory_at(address);
    boot_args.address = address;
    boot_args.revision = get_be16(bytes);
    boot_args.version = get_be16(bytes + 2);

    uint32_t line_length = 0;
    while (line_length < COMMAND_LINE_SIZE && bytes[4 + line_length] != '\0')
        line_length++;
    line_ends = line_length < COMMAND_LINE_SIZE;
    line_rest_zero = true;
    for (uint32_t i = line_length; i < COMMAND_LINE_SIZE; i++)
        line_rest_zero &= bytes[4 + i] == 0;
    boot_args.command_line = line_ends ? (const char *)bytes + 4 : "";

    /* Version 1 counts bytes, every other one pages (XNU: ppc_vm_init.c). */
    uint32_t shift = boot_args.version == 1 ? 0 : 12;
    banks_ascend = unused_banks_zero = true;
    bool ended = false;
    for (uint32_t i = 0; i < BANKS_MAXIMUM; i++) {
        uint32_t first = get_be32(bytes + 0x104 + 8 * i);
        uint32_t length = get_be32(bytes + 0x108 + 8 * i);
        if (length == 0) {
            ended = true;
            unused_banks_zero &= first == 0;
            continue;
        }
        if (ended)
            unused_banks_zero = false;
        uint32_t n = boot_args.bank_count;
        boot_args.banks[n].first = first << shift;
        boot_args.banks[n].length = length << shift;
        if (n > 0 && boot_args.banks[n].first <=
                         boot_args.banks[n - 1].first + boot_args.banks[n - 1].length)
            banks_ascend = false; /* adjoining banks are to be merged, too */
        boot_args.bank_count++;
    }

    uint32_t *const video[] = {&boot_args.video_base,      &boot_args.video_display,
                               &boot_args.video_row_bytes, &boot_args.video_width,
                               &boot_args.video_height,    &boot_args.video_depth,
                               &boot_args.machine_type,    &boot_args.tree,
                               &boot_args.tree_length,     &boot_args.top_of_kernel_data};
    for (uint32_t i = 0; i < sizeof(video) / sizeof(video[0]); i++)
        *video[i] = get_be32(bytes + 0x1D4 + 4 * i);
}

#define UNPACK_GAP  (1u << 20)
#define UNPACK_ROOM (8u << 20)

struct mkext_reader this_kernel(void)
{
    uint32_t room = boot_args.top_of_kernel_data + UNPACK_GAP;
    return (struct mkext_reader){
        .cpu_type = CPU_TYPE_PPC,
        .room = memory_at(room),
        .room_length = in_memory(room, UNPACK_ROOM) ? UNPACK_ROOM : 0,
    };
}

bool in_memory(uint32_t address, uint32_t length)
{
    for (uint32_t i = 0; i < boot_args.bank_count; i++) {
        if (address >= boot_args.banks[i].first &&
            bytes_within(boot_args.banks[i].length, address - boot_args.banks[i].first, length))
            return true;
    }
    return false;
}

bool boot_argument(const char *word)
{
    return words_have(boot_args.command_line, word);
}

/* BootX: every word that begins with '-' and has an s or v in it asks for text. */
static bool asks_for_text(void)
{
    const char *at = boot_args.command_line;
    bool dash = false;
    for (char before = ' '; *at != '\0'; before = *at++) {
        if (before == ' ' || before == '\t')
            dash = *at == '-';
        if (dash && (*at == 's' || *at == 'S' || *at == 'v' || *at == 'V'))
            return true;
    }
    return false;
}

static void check_banks(void)
{
    check(boot_args.bank_count > 0 && boot_args.banks[0].first == 0,
          "the first bank of memory begins at 0");
    check(banks_ascend, "%u bank(s), ascending, apart from each other", boot_args.bank_count);
    check(unused_banks_zero, "unused banks are zero and last");
    bool whole_pages = true;
    for (uint32_t i = 0; i < boot_args.bank_count; i++) {
        say("       bank %u: 0x%08x, %u MB\n", i, boot_args.banks[i].first,
            boot_args.banks[i].length >> 20);
        whole_pages &= ((boot_args.banks[i].first | boot_args.banks[i].length) & 0xFFF) == 0;
    }
    check(whole_pages, "banks are whole pages");
    uint32_t top = boot_args.top_of_kernel_data;
    check(boot_args.bank_count > 0 && top <= boot_args.banks[0].length,
          "the kernel and its data lie in the first bank (up to 0x%x)", top);
    /* XNU's page tables and zones grow upward from there with no check (xnu: pmap_bootstrap). */
    check(boot_args.bank_count > 0 && top <= boot_args.banks[0].length &&
              boot_args.banks[0].length - top >= 8u << 20,
          "at least 8 MB of the first bank are left above that");
}

static void check_video(void)
{
    if (boot_args.video_base == 0) {
        check(boot_args.video_row_bytes == 0 && boot_args.video_width == 0 &&
                  boot_args.video_height == 0 && boot_args.video_depth == 0,
              "no display: all of Video is zero");
    } else {
        uint32_t depth = boot_args.video_depth;
        check(depth == 8 || depth == 16 || depth == 32, "display depth is %u bits", depth);
        check(boot_args.video_row_bytes >= boot_args.video_width * (depth / 8) &&
                  boot_args.video_width != 0 && boot_args.video_height != 0,
              "display is %u by %u, %u bytes a row at 0x%x", boot_args.video_width,
              boot_args.video_height, boot_args.video_row_bytes, boot_args.video_base);
        check(!in_memory(boot_args.video_base, 1), "the frame buffer is not in RAM");
        check(boot_args.video_display == (asks_for_text() ? 0 : 1),
              "v_display is %u, as -v and -s ask", boot_args.video_display);
    }
}

void check_boot_args(void)
{
    uint32_t end = kernel_end();
    check(boot_args.revision == 1 || boot_args.revision == 2, "boot_args revision %u",
          boot_args.revision);
    check(boot_args.version == 1 || boot_args.version == 2, "boot_args version %u",
          boot_args.version);
    check(line_ends && line_rest_zero, "the command line ends inside its field, zeros behind");
    say("       command line: %s\n", boot_args.command_line);
    check_banks();
    check_video();
    check(boot_args.machine_type == 0, "machineType is 0");
    check(boot_args.top_of_kernel_data % 4096 == 0 && boot_args.top_of_kernel_data > end,
          "topOfKernelData 0x%x is a page above the kernel's end 0x%x",
          boot_args.top_of_kernel_data, end);
    check(boot_args.address >= end &&
              boot_args.address + BOOT_ARGS_SIZE <= boot_args.top_of_kernel_data,
          "boot_args lie between the kernel's end and topOfKernelData");
    check(boot_args.tree % 4096 == 0 && boot_args.tree >= end && boot_args.tree_length >= 8 &&
              boot_args.tree < boot_args.top_of_kernel_data &&
              boot_args.tree_length <= boot_args.top_of_kernel_data - boot_args.tree,
          "the device tree, 0x%x bytes at 0x%x, is page-aligned and between them",
          boot_args.tree_length, boot_args.tree);
}

static void check_memory_node(void)
{
    struct tree_value reg;
    uint32_t address_cells = 1, size_cells = 1;
    tree_get_word(TREE_ROOT, "#address-cells", &address_cells);
    tree_get_word(TREE_ROOT, "#size-cells", &size_cells);
    check(boot_args.version == (address_cells == 1 && size_cells == 1 ? 1 : 2),
          "boot_args version fits the root's %u address and %u size cells", address_cells,
          size_cells);
    tree_node memory = tree_find_property("device_type", "memory");
    if (!check(memory != TREE_NONE && tree_get(memory, "reg", &reg), "/memory has reg"))
        return;
    uint32_t entry = 4 * (address_cells + size_cells), in_tree = 0, in_banks = 0;
    for (uint32_t at = 0; at + entry <= reg.length; at += entry)
        in_tree += get_be32(reg.bytes + at + entry - 4) >> 12;
    for (uint32_t i = 0; i < boot_args.bank_count; i++)
        in_banks += boot_args.banks[i].length >> 12;
    check(in_tree == in_banks, "the banks hold all memory of /memory: %u MB, %u MB", in_banks >> 8,
          in_tree >> 8);
}

static void check_display_node(void)
{
    tree_node display = TREE_NONE;
    uint32_t marked = 0, displays = 0, value;
    struct tree_value mark;
    for (tree_node node = TREE_ROOT; node != TREE_NONE; node = tree_next(node)) {
        const char *type = tree_get_text(node, "device_type");
        displays += type != NULL && strcmp(type, "display") == 0;
        if (tree_get(node, "AAPL,boot-display", &mark)) {
            display = node;
            marked++;
        }
    }
    if (displays == 0) {
        check(boot_args.video_base == 0, "no display in the tree, none in boot_args");
        return;
    }
    if (!check(marked == 1 && tree_get(display, "AAPL,boot-display", &mark) && mark.length == 0,
               "one display carries AAPL,boot-display (%u do)", marked))
        return;
    check(boot_args.video_base != 0, "there is a display, so boot_args have its frame buffer");
    static const struct {
        const char *name;
        const uint32_t *field;
    } fields[] = {{"width", &boot_args.video_width},
                  {"height", &boot_args.video_height},
                  {"depth", &boot_args.video_depth},
                  {"linebytes", &boot_args.video_row_bytes},
                  {"address", &boot_args.video_base}};
    for (uint32_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (tree_get_word(display, fields[i].name, &value))
            check(value == *fields[i].field,
                  "the display's %s is 0x%x in the tree, 0x%x in boot_args", fields[i].name, value,
                  *fields[i].field);
    }
}

void check_boot_args_with_tree(void)
{
    check_memory_node();
    check_display_node();
}
