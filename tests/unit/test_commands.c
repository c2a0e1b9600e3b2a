/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The commands of the prompt, typed at the simulated machine's console, with the whole flow behind
 * them: what they say is compared with what a kernel then finds in memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/host/host.h"
#include "boot/main.h"
#include "console/error.h"
#include "darwin/devtree.h"
#include "drivers/nic_inspect.h"
#include "flow_server.h"
#include "golden.h"
#include "image_builder.h"
#include "lib/bytes.h"
#include "lib/crc32.h"

/* After the rest, for it makes a macro of fail. */
#include <cmocka.h>

#define MEMORY (64u << 20)
/* No DHCP: its answer is in the tree, and no two of them are the same. */
#define STATIC "net=static:10.0.2.15/24,,10.0.2.2 file=mach_kernel "

static struct builder kernel;

static int start(void **state)
{
    static struct macho_sample sample;

    (void)state;
    host_reset(MEMORY);
    host_clock_step_us(200);
    flow_server_start();
    host_set_tree(golden, GOLDEN_LENGTH);
    build_macho(&kernel, &sample);
    flow_serve("mach_kernel", kernel.bytes, kernel.length);
    return 0;
}

static int start_pc(void **state)
{
    static const struct memory_map_entry map[] = {
        {0, 0x9FC00, MEMORY_USABLE},
        {0x9FC00, 0x60400, MEMORY_RESERVED},
        {0x100000, MEMORY - 0x120000, MEMORY_USABLE},
        {MEMORY - 0x20000, 0x20000, MEMORY_RESERVED},
    };
    const struct pc_information pc = {
        .rsdp = 0xF5A00,
        .tsc_hz = 2400000000u,
        .cpu_hz = 2400000000u,
        .fsb_hz = 600000000u,
        .vendor = "GenuineIntel",
        .family = 6,
        .model = 15,
        .long_mode = true,
    };
    static struct macho_x86_sample sample;

    (void)state;
    host_reset(MEMORY);
    host_set_cpu(IMAGE_CPU_X86_64);
    host_set_memory_map(map, sizeof map / sizeof *map);
    host_set_pc(&pc);
    build_macho_x86(&kernel, true, &sample);
    host_add_module("mach_kernel", kernel.bytes, kernel.length);
    return 0;
}

/* Starts the loader with these words and types these lines; a last line leaves. */
static void run(const char *words, const char *lines)
{
    host_set_arguments(words);
    host_type_at_prompts(lines);
    host_type_at_prompts("exit\r");
    loader_main();
}

static void expect(const char *text)
{
    if (strstr(host_console(), text) == NULL)
        fail_msg("\"%s\" is not on the console:\n%s", text, host_console());
}

static void expect_not(const char *text)
{
    if (strstr(host_console(), text) != NULL)
        fail_msg("\"%s\" is on the console:\n%s", text, host_console());
}

static unsigned times_shown(const char *text)
{
    unsigned count = 0;

    for (const char *at = host_console(); (at = strstr(at, text)) != NULL; at++)
        count++;
    return count;
}

/* --- A reader of dumps ------------------------------------------------------------------------ */

struct dump {
    uint32_t length, checksum;
    uint64_t address;
    bool big_endian;
    uint8_t bytes[0x40000];
};
static struct dump dump;

/* The last dump of that name on the console, checked against its own length and checksum. */
static void read_dump(const char *name)
{
    char title[64], hex[65];
    const char *at = NULL;
    unsigned length, checksum, offset;
    const char *address;

    snprintf(title, sizeof title, "DUMP %s length=", name);
    for (const char *next = host_console(); (next = strstr(next, title)) != NULL; next++)
        at = next;
    assert_non_null(at);
    assert_int_equal(sscanf(at + strlen(title), "%u crc32=%x", &length, &checksum), 2);
    dump.length = length;
    dump.checksum = checksum;
    dump.big_endian = strncmp(strstr(at, "byte-order=") + 11, "big", 3) == 0;
    address = strstr(at, "address=");
    dump.address =
        address != NULL && address < strchr(at, '\n') ? strtoull(address + 8, NULL, 16) : 0;
    assert_true(length <= sizeof dump.bytes);
    for (size_t done = 0; done < length;) {
        at = strchr(at, '\n') + 1;
        assert_int_equal(sscanf(at, "%8x %64[0-9a-f]", &offset, hex), 2);
        assert_int_equal(offset, done);
        for (size_t i = 0; hex[i] != '\0'; i += 2) {
            unsigned byte;

            assert_int_equal(sscanf(hex + i, "%2x", &byte), 1);
            dump.bytes[done++] = (uint8_t)byte;
        }
    }
    at = strchr(at, '\n') + 1;
    assert_int_equal(strncmp(at, "DUMP end\n", 9), 0);
    assert_int_equal(crc32_ieee(dump.bytes, dump.length), dump.checksum);
}

/* --- Getting to the prompt and away ----------------------------------------------------------- */

static void test_help_names_every_command(void **state)
{
    static const char *const names[] = {"bootargs", "boot", "devtree", "dryrun", "fetch",
                                        "help",     "mem",  "nic",     "pci",    "plan"};

    (void)state;
    run("prompt", "help\rhelp plan\r");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char line[32];

        snprintf(line, sizeof line, "\n  %s ", names[i]);
        expect(line);
    }
    assert_int_equal(times_shown("  plan "), 2);
    expect_not("SB-");
}

static void test_prompt_word_fetches_nothing(void **state)
{
    (void)state;
    run("prompt " STATIC, "help\r");
    assert_int_equal(flow_server.frames_sent, 0);
    assert_null(host_launched());
}

/* The word counts once: Enter boots then. */
static void test_prompt_word_then_boot(void **state)
{
    (void)state;
    run("prompt " STATIC, "\r");
    assert_non_null(host_launched());
}

static void test_boot_with_old_and_new_words(void **state)
{
    (void)state;
    run("prompt " STATIC, "boot\r");
    assert_non_null(host_launched());
    start(NULL);
    run("prompt", "boot " STATIC "args=-v x=1\r");
    assert_non_null(host_launched());
    assert_string_equal((const char *)host_memory(host_launched()->boot_args) + 4, "-v x=1");
    /* Words that fail, then those before them, again, with a blank in front. */
    start(NULL);
    run("prompt nic=7", "  boot  \rboot nic=8\r\r");
    assert_int_equal(times_shown("nic=7, 1 card(s)"), 1);
    assert_int_equal(times_shown("nic=8, 1 card(s)"), 2);
}

static void test_words_are_words(void **state)
{
    (void)state;
    run("prompt", "nic=9\rplans\rprompt verbose\rdryrun nic=9\r");
    expect("nic=9, 1 card(s) found");
    expect("SB-OPT-01");
    expect("\"plans\"");
    assert_int_equal(times_shown("nic=9, 1 card(s) found"), 2);
}

static void test_patience_holds_for_it(void **state)
{
    (void)state;
    host_set_patience(5);
    host_set_arguments("dryrun " STATIC);
    loader_main();
    expect("A key within 5 s");
    expect_not("sawboot> ");
    assert_null(host_launched());
}

/* --- Dry run ---------------------------------------------------------------------------------- */

static void test_dry_run_shows_everything(void **state)
{
    (void)state;
    run("dryrun " STATIC "mkext=nic.mkext args=-v debug=0x8", "");
    expect("SB-TFTP-01"); /* there is no nic.mkext yet */
    assert_null(host_launched());
    start(NULL);
    flow_serve("nic.mkext", flow_package, flow_build_package());
    run("dryrun " STATIC "mkext=nic.mkext args=-v debug=0x8", "");
    assert_null(host_launched());
    assert_int_equal(host_claimed(), 0);
    expect("XNU on PowerPC, entry ");
    expect("  kernel __TEXT");
    expect("  driver archive nic.mkext\n");
    expect("  boot_args\n");
    expect("  device tree\n");
    expect("CommandLine                        \"-v debug=0x8\"\n");
    expect("PhysicalDRAM[0]                    00000000, 04000000 bytes\n");
    expect("kernel arguments: \"-v debug=0x8\"\n");
    expect("\n    memory-map\n");
}

/* What a dry run tells is what the kernel then finds, byte for byte. */
static void test_dry_run_tells_the_truth(void **state)
{
    (void)state;
    flow_serve("nic.mkext", flow_package, flow_build_package());
    run("dryrun " STATIC "driver=nic.mkext args=-v", "boot\r");
    assert_non_null(host_launched());
    read_dump("devtree");
    assert_true(dump.big_endian);
    assert_memory_equal(host_memory(dump.address), dump.bytes, dump.length);
    read_dump("bootargs");
    assert_int_equal(dump.address, host_launched()->boot_args);
    assert_int_equal(dump.length, 508);
    assert_memory_equal(host_memory(dump.address), dump.bytes, dump.length);
}

static void test_commands_after_a_dry_run(void **state)
{
    (void)state;
    run("prompt " STATIC "args=-v",
        "plan\rbootargs\rdryrun\rplan\rbootargs\rbootargs dump\rdevtree /chosen\r");
    assert_int_equal(times_shown("dryrun does all but the jump"), 2);
    assert_int_equal(times_shown("XNU on PowerPC, entry"), 2);
    assert_int_equal(times_shown("topOfKernelData"), 2);
    assert_int_equal(times_shown("DUMP bootargs"), 2);
    expect("rootpath ");
    assert_null(host_launched());
    assert_int_equal(host_claimed(), 0);
    read_dump("bootargs");
}

/* A dry run that failed is tried again as one; other words, or boot, are not. */
static void test_enter_after_a_dry_run_that_failed(void **state)
{
    (void)state;
    run("prompt", "dryrun nic=9\r\r");
    assert_int_equal(times_shown("nic=9, 1 card(s)"), 2);
    start(NULL);
    host_limit_claims(0);
    run("prompt", "dryrun " STATIC "\r");
    expect_not("Dry run: ");
    start(NULL);
    host_scripted_link(false);
    flow_server.dhcp_answers = false;
    run("prompt net=dhcp", "dryrun\rboot " STATIC "\r");
    expect_not("Dry run: ");
    start(NULL);
    host_press_prompt_key(); /* stops the first attempt alone */
    run("prompt " STATIC, "dryrun\r\r");
    expect("SB-NET-03");
    expect("Dry run: ");
    assert_null(host_launched());
    start(NULL);
    run("prompt " STATIC "mkext=later", "dryrun\r\r" STATIC "\r");
    assert_int_equal(times_shown("SB-TFTP-01"), 2);
    assert_non_null(host_launched());
    expect_not("Dry run: ");
}

/* A new attempt makes what was known void. */
static void test_a_failure_forgets_the_dry_run(void **state)
{
    (void)state;
    run("dryrun " STATIC, "nic=9\rplan\r");
    expect("dryrun does all but the jump");
}

/* As often as one likes: nothing stays behind. */
static void test_dry_runs_leave_nothing(void **state)
{
    (void)state;
    run("verbose dryrun " STATIC, "dryrun\rdryrun\rmem\rboot\r");
    assert_non_null(host_launched());
    assert_int_equal(times_shown("Dry run: "), 3);
    assert_int_equal(times_shown("memory: 64496 KB are free"), 3);
    expect("0 KB of it claimed, 64496 KB free in one piece");
}

/* What fails in a boot fails in a dry run. */
static void test_dry_run_that_fails(void **state)
{
    (void)state;
    host_reset(MEMORY);
    start(NULL);
    host_limit_claims(8192);
    run("dryrun " STATIC, "");
    expect("SB-MEM-02");
    expect_not("Dry run: ");
}

/* /chosen random-seed, 64 bytes behind name and length: no two kernels get the same. */
static void forget_random_seed(uint8_t *tree)
{
    for (size_t i = 0; i + 36 + 64 <= dump.length; i += 4)
        if (strcmp((char *)tree + i, "random-seed") == 0) {
            memset(tree + i + 36, 0, 64);
            return;
        }
    fail_msg("there is no random seed");
}

static void test_dry_run_on_a_pc(void **state)
{
    (void)state;
    run("dryrun file=module:mach_kernel args=-v", "bootargs\rdevtree /efi/platform\rplan\rboot\r");
    assert_non_null(host_launched());
    expect("XNU on x86, entry ");
    expect("  EFI tables\n");
    expect("  EFI memory map");
    expect("  stack\n");
    expect("CommandLine                        \"-v\"\n");
    expect("kaddr ");
    expect("FSBFrequency");
    read_dump("bootargs");
    assert_false(dump.big_endian);
    assert_int_equal(dump.address, host_launched()->x86.eax);
    assert_memory_equal(host_memory(dump.address), dump.bytes, dump.length);
    read_dump("devtree");
    forget_random_seed(host_memory(dump.address));
    forget_random_seed(dump.bytes);
    assert_memory_equal(host_memory(dump.address), dump.bytes, dump.length);
}

/* A module of a kernel without boot_args and tree. */
static void test_dry_run_of_multiboot(void **state)
{
    static struct builder multiboot;

    (void)state;
    builder_start(&multiboot, true);
    builder_put32(&multiboot, 0x1BADB002);
    builder_put32(&multiboot, 0x00010000);
    builder_put32(&multiboot, 0u - 0x1BADB002 - 0x00010000);
    builder_put32(&multiboot, 0x200000);
    builder_put32(&multiboot, 0x200000);
    builder_put32(&multiboot, 0);
    builder_put32(&multiboot, 0x202000);
    builder_put32(&multiboot, 0x200040);
    builder_fill(&multiboot, 0x800);
    host_add_module("kernel", multiboot.bytes, multiboot.length);
    host_add_module("data", (const uint8_t *)"twelve bytes", 12);
    run("dryrun file=module:kernel module=\"module:data a=b\" args=c=d", "bootargs\rdevtree\r");
    expect("multiboot, entry 00200040");
    expect("  module module:data a=b");
    expect("  boot information");
    expect("kernel arguments: \"c=d\"\n");
    expect("this kind of kernel has no boot_args; its arguments are \"c=d\"");
    expect("this machine's firmware has no device tree");
}

/* --- devtree ---------------------------------------------------------------------------------- */

static void test_devtree_of_the_firmware(void **state)
{
    (void)state;
    run("prompt", "devtree\rdevtree /cpus\rdevtree /nowhere\rdevtree dump\r");
    expect("\n  cpus\n");
    expect("(the firmware's; after dryrun the kernel's)");
    expect("there is no node \"/nowhere\"");
    expect("SB-TREE-");
    read_dump("devtree");
    assert_true(dump.big_endian);
    assert_int_equal(dump.length, GOLDEN_LENGTH);
    assert_memory_equal(dump.bytes, golden, GOLDEN_LENGTH);
}

static void test_devtree_is_sent(void **state)
{
    (void)state;
    run("prompt " STATIC, "devtree dump tftp://10.0.2.2/trees/firmware.dt\r");
    expect("20524 bytes are in \"trees/firmware.dt\" on 10.0.2.2");
    assert_string_equal(flow_server.written_name, "trees/firmware.dt");
    assert_true(flow_server.written_whole);
    assert_int_equal(flow_server.written_length, GOLDEN_LENGTH);
    assert_memory_equal(flow_server.written, golden, GOLDEN_LENGTH);
    assert_int_equal(host_claimed(), 0);
    /* After a dry run the kernel's. */
    start(NULL);
    run("dryrun " STATIC, "devtree dump tftp://10.0.2.2/k\r");
    read_dump("devtree");
    assert_int_equal(flow_server.written_length, dump.length);
    assert_memory_equal(flow_server.written, dump.bytes, dump.length);
}

static void test_devtree_to_nowhere(void **state)
{
    (void)state;
    run("prompt " STATIC,
        "devtree dump module:x\rdevtree dump file\rdevtree dump ftp://10.0.2.2/x\r");
    assert_int_equal(times_shown("SB-URI-01"), 3);
    assert_int_equal(flow_server.written_length, 0);
    assert_int_equal(host_claimed(), 0);
}

/* Escape ends what takes long; the rest of what was typed is not lost. */
static void test_escape_ends_a_dump(void **state)
{
    (void)state;
    run("prompt", "devtree dump\r\x1bhelp\r");
    expect("DUMP interrupted\n");
    expect_not("DUMP end");
    expect("this list");
}

/* --- The others ------------------------------------------------------------------------------- */

static void test_fetch(void **state)
{
    static const uint8_t bytes[] = "abc";

    (void)state;
    flow_serve("abc", bytes, 3);
    run("prompt " STATIC, "fetch abc\rfetch absent\rfetch\r");
    expect("abc: 3 bytes in ");
    expect("CRC-32  352441c2\n");
    expect("SHA-256 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n");
    expect("SB-TFTP-01");
    expect("fetch needs the name of a file");
    assert_int_equal(host_claimed(), 0);
}

static void test_fetch_of_a_module(void **state)
{
    (void)state;
    host_add_module("abc", (const uint8_t *)"abc", 3);
    run("prompt", "fetch module:abc\r");
    expect("module:abc: 3 bytes in ");
    expect("CRC-32  352441c2\n");
    assert_int_equal(flow_server.frames_sent, 0);
}

static void test_fetch_without_a_network(void **state)
{
    (void)state;
    host_scripted_link(false);
    run("prompt net=nonsense", "fetch a\r");
    expect("SB-NIC-07");
    start(NULL);
    run("prompt net=nonsense", "fetch a\r");
    expect("SB-NET-01");
    assert_int_equal(host_claimed(), 0);
}

static void test_mem(void **state)
{
    void *claimed = platform_claim(0x3000, 4096);

    (void)state;
    assert_non_null(claimed);
    run("prompt", "mem\r");
    expect("memory map, 1 entries:\n  0000000000-0003ffffff      65536 KB  usable\n");
    expect("banks of RAM:\n  0000000000-0003ffffff");
    expect("12 KB of it claimed");
    platform_release(claimed, 0x3000);
}

static void test_mem_on_a_pc(void **state)
{
    (void)state;
    run("prompt", "mem\r");
    expect("memory map, 4 entries:");
    expect("reserved\n");
}

static void test_pci(void **state)
{
    struct pci_device device = {.vendor = 0x8086,
                                .device = 0x100E,
                                .subsystem_vendor = 0x1AF4,
                                .subsystem = 0x1100,
                                .class_code = 0x020000,
                                .bus = 1,
                                .slot = 3,
                                .path = "/pci@f2000000/bridge@2/ethernet@3"};
    struct pci_device above = {.vendor = 0x1011,
                               .device = 0x0026,
                               .class_code = 0x060400,
                               .slot = 2,
                               .path = "/pci@f2000000/bridge@2"};
    struct host_card *card = host_add_card(&device, 0, false, NULL), *bridge;

    (void)state;
    put_le32(card->config + 0x10, 0x80020004);
    put_le32(card->config + 0x14, 0x00000001);
    put_le32(card->config + 0x18, 0x0000F001);
    put_le32(card->config + 0x30, 0x80040000);
    bridge = host_add_card(&above, 0, false, NULL);
    bridge->config[0x0E] = 1;
    bridge->config[0x19] = 1;
    bridge->config[0x1A] = 1;
    put_le32(bridge->config + 0x20, 0x80108000);
    bridge->config[0x1C] = 0xF0;
    bridge->config[0x1D] = 0xF0;
    run("prompt", "pci\r");
    expect("01:03.0 8086:100e subsystem 1af4:1100 class 020000");
    expect("    /pci@f2000000/bridge@2/ethernet@3\n");
    expect("BAR 0  memory  180020000 (64 bits)\n");
    expect("BAR 2  I/O     0000f000\n");
    expect("ROM    memory  80040000 (not enabled)\n");
    expect(
        "behind bridge 00:02.0 1011:0026, buses 01-01, memory 80000000-801fffff, I/O f000-ffff\n");
}

static void test_nic(void **state)
{
    (void)state;
    run("dryrun " STATIC, "nic\rnic 0\rnic 5\rnic x\r");
    expect("card 0: 1af4:5b00 ");
    expect("station address 52:54:00:12:34:56");
    expect("frames: ");
    expect_not("frames: 0 received");
    expect("nic 5, 1 card(s) found");
    expect("nic x, 1 card(s) found");
}

/* Counters are those since the card was opened. */
static void test_nic_before_any_boot(void **state)
{
    (void)state;
    run("prompt", "nic\r");
    expect("was not opened yet");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_nic_before_any_boot, start), /* the first of all */
        cmocka_unit_test_setup(test_help_names_every_command, start),
        cmocka_unit_test_setup(test_prompt_word_fetches_nothing, start),
        cmocka_unit_test_setup(test_prompt_word_then_boot, start),
        cmocka_unit_test_setup(test_boot_with_old_and_new_words, start),
        cmocka_unit_test_setup(test_words_are_words, start),
        cmocka_unit_test_setup(test_patience_holds_for_it, start),
        cmocka_unit_test_setup(test_dry_run_shows_everything, start),
        cmocka_unit_test_setup(test_dry_run_tells_the_truth, start),
        cmocka_unit_test_setup(test_commands_after_a_dry_run, start),
        cmocka_unit_test_setup(test_enter_after_a_dry_run_that_failed, start),
        cmocka_unit_test_setup(test_a_failure_forgets_the_dry_run, start),
        cmocka_unit_test_setup(test_dry_runs_leave_nothing, start),
        cmocka_unit_test_setup(test_dry_run_that_fails, start),
        cmocka_unit_test_setup(test_dry_run_on_a_pc, start_pc),
        cmocka_unit_test_setup(test_dry_run_of_multiboot, start_pc),
        cmocka_unit_test_setup(test_devtree_of_the_firmware, start),
        cmocka_unit_test_setup(test_devtree_is_sent, start),
        cmocka_unit_test_setup(test_devtree_to_nowhere, start),
        cmocka_unit_test_setup(test_escape_ends_a_dump, start),
        cmocka_unit_test_setup(test_fetch, start),
        cmocka_unit_test_setup(test_fetch_of_a_module, start),
        cmocka_unit_test_setup(test_fetch_without_a_network, start),
        cmocka_unit_test_setup(test_mem, start),
        cmocka_unit_test_setup(test_mem_on_a_pc, start_pc),
        cmocka_unit_test_setup(test_pci, start),
        cmocka_unit_test_setup(test_nic, start),
    };

    return cmocka_run_group_tests(tests, golden_read, NULL);
}
