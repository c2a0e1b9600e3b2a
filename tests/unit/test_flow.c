/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The whole flow, from option words to the launch, on the simulated machine: a scripted card, a
 * DHCP and a TFTP server of a few lines, files made here. What is checked is what lies in memory
 * after the launch, and that a failure says its code, launches nothing and gives everything back.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/host/host.h"
#include "boot/main.h"
#include "darwin/devtree.h"
#include "flow_server.h"
#include "golden.h"
#include "image_builder.h"
#include "lib/adler32.h"
#include "lib/bytes.h"
#include "packed.h"

#include <cmocka.h>

#define MEMORY (64u << 20)

static struct builder kernel;
static struct macho_sample sample;

static int start(void **state)
{
    (void)state;
    host_reset(MEMORY);
    host_clock_step_us(200);
    flow_server_start();
    host_set_tree(golden, GOLDEN_LENGTH);
    build_macho(&kernel, &sample);
    flow_serve("mach_kernel", kernel.bytes, kernel.length);
    return 0;
}

static bool console_has(const char *words)
{
    return strstr(host_console(), words) != NULL;
}

static void expect_refusal(const char *words, error_t error, const char *detail)
{
    error_t found = loader_boot(words);

    if (found != error)
        fail_msg("%s: %s (%s) instead of %s", words, error_code(found), error_detail(),
                 error_code(error));
    assert_null(host_launched());
    assert_int_equal(host_claimed(), 0);
    if (strstr(error_detail(), detail) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", detail, error_detail());
}

/* struct segment_command: vmaddr at 0x18, fileoff at 0x20, filesize at 0x24 */
static void expect_segment(size_t command)
{
    const uint8_t *segment = kernel.bytes + command;

    assert_memory_equal(host_memory(get_be32(segment + 0x18)),
                        kernel.bytes + get_be32(segment + 0x20), get_be32(segment + 0x24));
}

static void test_kernel_arrives(void **state)
{
    const struct launch *launch;
    const uint8_t *boot_args;

    (void)state;
    flow_serve("nic.mkext", flow_package, flow_build_package());
    assert_int_equal(loader_boot("driver=nic.mkext mkext=nic.mkext args=-v debug=0x8"), OK);
    launch = host_launched();
    assert_non_null(launch);
    assert_int_equal(launch->handover, HANDOVER_XNU_POWERPC);
    assert_int_equal(launch->entry, MACHO_ENTRY);
    /* Each segment's file bytes are where the kernel wants them. */
    expect_segment(sample.vectors);
    expect_segment(sample.text);
    expect_segment(sample.data);
    boot_args = host_memory(launch->boot_args);
    assert_int_equal(get_be16(boot_args + 2), 1);
    assert_string_equal((const char *)boot_args + 4, "-v debug=0x8");
    assert_int_equal(get_be32(boot_args + 0x104 + 4), MEMORY);
    assert_true(get_be32(boot_args + 0x1F8) > get_be32(boot_args + 0x1F0));
    assert_true(console_has("address 10.0.2.15"));
    assert_true(console_has("Mach-O image"));
    assert_int_equal(host_claimed(), 0);
}

static void test_file_option_beats_server(void **state)
{
    (void)state;
    flow_server.boot_file = "something-else";
    assert_int_equal(loader_boot(""), ERROR_TFTP_SERVER);
    /* RFC 3617: the slash behind the host is not part of the name. */
    assert_int_equal(loader_boot("file=tftp://10.0.2.2/mach_kernel"), OK);
    assert_int_equal(loader_boot("file=mach_kernel"), OK);
    assert_int_equal(loader_boot("file=tftp://10.0.2.2//mach_kernel"), ERROR_TFTP_SERVER);
}

static void test_arguments_of_the_machine(void **state)
{
    (void)state;
    /* Without args=, the machine's own boot-args count: "-v" in the golden tree. */
    assert_int_equal(loader_boot(""), OK);
    assert_string_equal((const char *)host_memory(host_launched()->boot_args) + 4, "-v");
}

/* Whether the card may use memory by itself: the bus master bit of its command register. */
static bool is_master(void)
{
    struct pci_device device;

    assert_int_equal(platform_pci_devices(&device, 1), 1);
    return (platform_pci_read(&device, 4, 2) >> 2 & 1) != 0;
}

static bool was_master_at_the_launch;

static void look_at_the_card(void *context, const struct launch *launch)
{
    (void)context;
    (void)launch;
    was_master_at_the_launch = is_master();
}

/* Before anything is moved the card is cut off from memory, which is the kernel's now; after a
 * failure too. */
static void test_card_is_silent_at_the_launch(void **state)
{
    struct nic nic;

    (void)state;
    assert_int_equal(nic_find(&nic, 1), 1);
    assert_int_equal(nic_open(&nic), OK);
    assert_true(is_master());
    nic_close(&nic);
    assert_false(is_master());
    was_master_at_the_launch = true;
    host_observe_launch(look_at_the_card, NULL);
    assert_int_equal(loader_boot(""), OK);
    assert_true(flow_server.frames_sent > 0);
    assert_false(was_master_at_the_launch);
    assert_int_equal(loader_boot("file=missing"), ERROR_TFTP_SERVER);
    assert_false(is_master());
}

static void serve_plist(const char *name, const char *text)
{
    flow_serve(name, (const uint8_t *)text, strlen(text));
}

/* Nobody names a file: what our address begins with has a configuration. */
static void test_configuration_of_the_address(void **state)
{
    (void)state;
    flow_server.boot_file = "";
    flow_serve("m.mkext", flow_package, flow_build_package());
    serve_plist("sawboot/0A0002", "<dict><key>Kernel</key><string>mach_kernel</string>"
                                  "<key>Kernel Flags</key><string>-v debug=1</string>"
                                  "<key>MKext Cache</key><string>m.mkext</string></dict>");
    assert_int_equal(loader_boot("net=dhcp args=debug=8"), OK);
    assert_string_equal((const char *)host_memory(host_launched()->boot_args) + 4,
                        "-v debug=1 debug=8");
    assert_true(console_has("configuration: sawboot/0A0002\n"));
    assert_true(console_has("m.mkext"));
    /* The card's own goes before it. */
    serve_plist("sawboot/01-52-54-00-12-34-56", "<dict><key>Kernel</key><string>k</string></dict>");
    assert_int_equal(loader_boot("net=dhcp"), ERROR_TFTP_SERVER);
    assert_non_null(strstr(error_detail(), "\"k\""));
    assert_int_equal(loader_boot("net=dhcp config=none"), ERROR_NET_NO_FILE);
    assert_non_null(strstr(error_detail(), ""));
    serve_plist("x", "<dict><key>Kernel</key>");
    assert_int_equal(loader_boot("net=dhcp config=x"), ERROR_CONFIG_XML);
    assert_non_null(strstr(error_detail(), "x: line 1"));
}

static void test_configuration_beside_the_file(void **state)
{
    (void)state;
    flow_server.boot_file = "net/kernel";
    flow_serve("net/kernel", kernel.bytes, kernel.length);
    assert_int_equal(loader_boot("args=-x"), OK);
    assert_false(console_has("configuration"));
    serve_plist("net/com.apple.Boot.plist",
                "<dict><key>Kernel Flags</key><string>-s</string></dict>");
    assert_int_equal(loader_boot("args=-x"), OK);
    assert_string_equal((const char *)host_memory(host_launched()->boot_args) + 4, "-s -x");
    serve_plist("net/broken", "");
    assert_int_equal(loader_boot("config=net/broken"), ERROR_CONFIG_XML);
    assert_non_null(strstr(error_detail(), "net/broken: line 1"));
    assert_int_equal(loader_boot("config=none args=-x"), OK);
    assert_string_equal((const char *)host_memory(host_launched()->boot_args) + 4, "-x");
}

/* It is asked for one name that it does not have, and not for long. */
static void test_configuration_of_a_silent_server(void **state)
{
    uint64_t start;

    (void)state;
    flow_server.silent_about_missing = true;
    start = platform_milliseconds();
    assert_int_equal(loader_boot("args=-x"), OK);
    assert_in_range(platform_milliseconds() - start, 17000, 19000);
    assert_true(console_has("note: nobody answers for com.apple.Boot.plist"));
    flow_server.boot_file = "";
    start = platform_milliseconds();
    assert_int_equal(loader_boot("net=dhcp"), ERROR_TFTP_NO_ANSWER);
    assert_in_range(platform_milliseconds() - start, 17000, 19000);
    assert_non_null(strstr(error_detail(), "\"sawboot/01-52-54-00-12-34-56\""));
    assert_non_null(strstr(error_detail(), "5 requests in 17 s"));
    /* Other files get their whole time. */
    assert_int_equal(loader_boot("file=k"), ERROR_TFTP_NO_ANSWER);
    assert_non_null(strstr(error_detail(), "in 60 s"));
}

static void test_static_address(void **state)
{
    (void)state;
    flow_server.dhcp_answers = false;
    assert_int_equal(loader_boot("net=static:10.0.2.15/24,,10.0.2.2 file=mach_kernel"), OK);
    assert_non_null(host_launched());
}

#define CARD "/pci@f2000000/rtl8139@f"

/* Firmware's `boot <card>:...`: the card's ROM has started us, and the path says the rest. */
static void test_started_from_card(void **state)
{
    static const struct pci_device other = {.vendor = 0x10EC,
                                            .device = 0x8139,
                                            .class_code = 0x020000,
                                            .path = "/pci@f2000000/other@e"};

    (void)state;
    host_add_card(&other, 0, false, NULL);
    flow_server.boot_file = "net/booter";
    flow_serve("net/beside", kernel.bytes, kernel.length);
    host_set_boot_path(CARD ":,mach_kernel");
    assert_int_equal(loader_boot("-v debug=0x8"), OK);
    assert_string_equal((const char *)host_memory(host_launched()->boot_args) + 4, "-v debug=0x8");
    assert_true(console_has("started from the card " CARD ", file mach_kernel\n"));
    assert_false(console_has("other@e\n  station"));
    host_set_boot_path(CARD ":0,\\\\beside");
    assert_int_equal(loader_boot(""), OK);
    /* The path's other card is broken, and no other is tried. */
    host_set_boot_path("/pci@f2000000/other@e:,mach_kernel");
    assert_int_not_equal(loader_boot(""), OK);
    assert_int_equal(loader_boot("nic=0"), OK);
    /* A path that does not concern us. */
    host_set_boot_path("/pci@f2000000/mac-io@17/ata-4@1f000/@0:9,mach_kernel");
    assert_int_equal(loader_boot("nic=0"), ERROR_TFTP_SERVER);
    /* No requests: all of it stands in the path. */
    flow_server.dhcp_answers = false;
    host_set_boot_path(CARD ":bootp,10.0.2.2,mach_kernel,10.0.2.15,,5,5,255.255.255.0");
    assert_int_equal(loader_boot(""), OK);
    assert_true(console_has("static: address 10.0.2.15, mask 255.255.255.0, gateway none"));
}

/* The server of the path is asked, whatever DHCP says, and words win. */
static void test_server_of_the_path(void **state)
{
    (void)state;
    flow_server.boot_file = "something-else";
    host_set_boot_path(CARD ":10.0.2.7,mach_kernel");
    assert_int_equal(loader_boot(""), ERROR_TFTP_NO_ANSWER);
    assert_non_null(strstr(error_detail(), "10.0.2.7"));
    assert_int_equal(loader_boot("net=dhcp"), OK);
    assert_int_equal(loader_boot("net=dhcp file=absent"), ERROR_TFTP_SERVER);
    host_set_boot_path(CARD ":10.0.2.700,mach_kernel");
    assert_int_equal(loader_boot(""), ERROR_ARGUMENTS);
    assert_int_equal(loader_boot("net=dhcp file=mach_kernel"), OK);
}

static void test_client_program(void **state)
{
    static struct builder program;
    const struct launch *launch;

    (void)state;
    build_elf(&program);
    flow_serve("boot/yaboot", program.bytes, program.length);
    assert_int_equal(loader_boot("file=boot/yaboot args=hello there"), OK);
    launch = host_launched();
    assert_non_null(launch);
    assert_int_equal(launch->handover, HANDOVER_OPENFIRMWARE_CLIENT);
    assert_memory_equal(host_memory(ELF_TEXT),
                        program.bytes + get_be32(program.bytes + ELF_SEGMENT(0) + 4),
                        get_be32(program.bytes + ELF_SEGMENT(0) + 16));
    assert_true(console_has("ELF image"));
}

/* Such a program finds the archive of driver= on the card's node: one, thin and good. */
static void test_client_driver(void **state)
{
    static uint8_t fat[128 + sizeof flow_package], bad[sizeof flow_package];
    static struct builder program;
    size_t length = flow_build_package();
    const struct launch *launch;

    (void)state;
    build_elf(&program);
    flow_serve("yaboot", program.bytes, program.length);
    put_be32(fat, 0xCAFEBABE);
    put_be32(fat + 4, 1);
    put_be32(fat + 8, 18);
    put_be32(fat + 16, 128);
    put_be32(fat + 20, (uint32_t)length);
    memcpy(fat + 128, flow_package, length);
    flow_serve("fat.mkext", fat, 128 + length);
    memcpy(bad, flow_package, length);
    bad[100] ^= 1;
    flow_serve("bad.mkext", bad, length);
    expect_refusal("file=yaboot driver=bad.mkext", ERROR_MKEXT_CHECKSUM, "driver=bad.mkext");
    expect_refusal("file=yaboot driver=fat.mkext driver=fat.mkext", ERROR_OPTION_VALUE,
                   "one place");
    assert_int_equal(loader_boot("file=yaboot driver=fat.mkext"), OK);
    launch = host_launched();
    assert_non_null(launch);
    assert_int_equal(launch->client_driver_length, length);
}

static void test_refusals(void **state)
{
    static uint8_t cut[BUILDER_ROOM], bad[600];
    size_t length = flow_build_package();

    (void)state;
    expect_refusal("flie=x", ERROR_OPTION_UNKNOWN, "flie=x");
    expect_refusal("nic=7", ERROR_NIC_CHOICE, "nic=7");
    expect_refusal("nic=10ec:8139", ERROR_NIC_CHOICE, "10ec:8139");
    expect_refusal("nic=/pci@f2000000/nothing@1", ERROR_NIC_CHOICE, "nothing@1");
    expect_refusal("net=nonsense", ERROR_NET_OPTION, "nonsense");
    expect_refusal("file=absent", ERROR_TFTP_SERVER, "File not found");

    memcpy(cut, kernel.bytes, kernel.length);
    flow_serve("cut", cut, kernel.length / 2);
    expect_refusal("file=cut", ERROR_IMAGE_TRUNCATED, "cut: ");

    memcpy(bad, flow_package, length);
    bad[100] ^= 1;
    flow_serve("bad.mkext", bad, length);
    expect_refusal("driver=bad.mkext", ERROR_MKEXT_CHECKSUM, "driver=bad.mkext");
    expect_refusal("mkext=bad.mkext", ERROR_MKEXT_CHECKSUM, "mkext=bad.mkext");
    expect_refusal("driver=mach_kernel", ERROR_MKEXT_MAGIC, "mach_kernel");

    flow_serve("page", (const uint8_t *)"<html>not here</html>", 21);
    expect_refusal("file=page", ERROR_IMAGE_KIND, "HTML");
    flow_server.boot_file = "";
    expect_refusal("", ERROR_NET_NO_FILE, "no file=");
}

static void test_choice_of_the_card(void **state)
{
    (void)state;
    assert_int_equal(loader_boot("nic=0"), OK);
    assert_int_equal(loader_boot("nic=1af4:5b00"), OK);
    assert_int_equal(loader_boot("nic=/pci@f2000000/rtl8139@f"), OK);
    assert_int_equal(loader_boot("nic=/pci@f2000000/rtl8139@f:,\\mach_kernel"), OK);
    assert_true(console_has("card 0: 1af4:5b00 scripted card at /pci@f2000000/rtl8139@f"));
}

/* The range of the launched tree's memory map whose name begins like this; NULL: none. */
static const uint8_t *find_range(const char *prefix)
{
    const uint8_t *boot_args = host_memory(host_launched()->boot_args), *range = NULL;
    struct devtree tree;
    const struct devtree_node *map;

    assert_int_equal(devtree_unflatten(&tree, true, host_memory(get_be32(boot_args + 0x1F0)),
                                       get_be32(boot_args + 0x1F4)),
                     OK);
    map = devtree_find(&tree, "/chosen/memory-map");
    assert_non_null(map);
    for (const struct devtree_property *at = map->first_property; at != NULL; at = at->next)
        if (strncmp(at->name, prefix, strlen(prefix)) == 0)
            range = host_memory(get_be32(at->value));
    devtree_free(&tree);
    return range;
}

static const char kext_plist[] = "<plist><dict><key>CFBundleExecutable</key>"
                                 "<string>Card</string></dict></plist>";

/* A thin Mach-O object: magic, cputype, cpusubtype, filetype. */
static const uint8_t *kext_executable(uint32_t cpu_type)
{
    static uint8_t executable[700];

    memset(executable, 0x3C, sizeof executable);
    put_be32(executable, 0xFEEDFACE);
    put_be32(executable + 4, cpu_type);
    put_be32(executable + 12, 1);
    return executable;
}

static void expect_kext(void)
{
    const uint8_t *header = find_range("Driver-"), *executable = kext_executable(18);

    assert_non_null(header);
    assert_int_equal(get_be32(header + 4), sizeof kext_plist);
    assert_memory_equal(host_memory(get_be32(header)), kext_plist, sizeof kext_plist);
    assert_int_equal(get_be32(header + 12), 700);
    assert_memory_equal(host_memory(get_be32(header + 8)), executable, 700);
}

/* A kernel extension as its folder, in both of its forms, over TFTP. */
static void test_kext_folders(void **state)
{
    (void)state;
    flow_serve("Card.kext/Contents/Info.plist", (const uint8_t *)kext_plist, sizeof kext_plist - 1);
    flow_serve("Card.kext/Contents/MacOS/Card", kext_executable(18), 700);
    flow_serve("flat/Card.kext/Info.plist", (const uint8_t *)kext_plist, sizeof kext_plist - 1);
    flow_serve("flat/Card.kext/Card", kext_executable(18), 700);
    assert_int_equal(loader_boot("driver=Card.kext"), OK);
    expect_kext();
    assert_int_equal(loader_boot("driver=tftp://10.0.2.2/flat/Card.kext/"), OK);
    expect_kext();
    assert_int_equal(host_claimed(), 0);
}

static void test_kext_refusals(void **state)
{
    (void)state;
    flow_serve("Card.kext/Contents/Info.plist", (const uint8_t *)kext_plist, sizeof kext_plist - 1);
    expect_refusal("driver=No.kext", ERROR_TFTP_SERVER, "driver=No.kext");
    expect_refusal("driver=Card.kext", ERROR_TFTP_SERVER, "Contents/MacOS/Card");
    flow_serve("Card.kext/Contents/MacOS/Card", kext_executable(7), 700);
    expect_refusal("driver=Card.kext", ERROR_MKEXT_CPU, "driver=Card.kext/Contents/MacOS/Card");
    flow_serve("Bad.kext/Contents/Info.plist", (const uint8_t *)"bplist00", 8);
    expect_refusal("driver=Bad.kext", ERROR_KEXT_PLIST, "driver=Bad.kext");
}

/* A package whose file time is its number. */
static uint8_t numbered[4][sizeof flow_package];
static void serve_numbered(const char *name, uint32_t number)
{
    size_t length = flow_build_package();

    put_be32(flow_package + 44, number);
    put_be32(flow_package + 12, adler32(flow_package + 16, length - 16));
    memcpy(numbered[number], flow_package, length);
    flow_serve(name, numbered[number], length);
}

/*
 * Several archives and folders: the first archive of driver= is the node's, everything else is in
 * the memory map: driver= in its order, then mkext= in its own.
 */
static void test_several_drivers(void **state)
{
    static const int expected[] = {-1, 2, -1, 3, 0}; /* a folder: -1 */
    const uint8_t *boot_args;
    const struct devtree_property *node;
    struct devtree tree;
    size_t found = 0;

    (void)state;
    serve_numbered("zero.mkext", 0);
    serve_numbered("one.mkext", 1);
    serve_numbered("two.mkext", 2);
    serve_numbered("three.mkext", 3);
    flow_serve("Card.kext/Contents/Info.plist", (const uint8_t *)kext_plist, sizeof kext_plist - 1);
    flow_serve("Card.kext/Contents/MacOS/Card", kext_executable(18), 700);
    assert_int_equal(loader_boot("mkext=three.mkext driver=Card.kext driver=one.mkext "
                                 "driver=two.mkext driver=Card.kext mkext=zero.mkext"),
                     OK);
    boot_args = host_memory(host_launched()->boot_args);
    assert_int_equal(devtree_unflatten(&tree, true, host_memory(get_be32(boot_args + 0x1F0)),
                                       get_be32(boot_args + 0x1F4)),
                     OK);
    node =
        devtree_get(devtree_find(&tree, "/pci@f2000000/rtl8139@f"), "driver,AAPL,MacOSX,PowerPC");
    assert_non_null(node);
    assert_memory_equal(node->value, numbered[1], flow_build_package());
    for (const struct devtree_property *at =
             devtree_find(&tree, "/chosen/memory-map")->first_property;
         at != NULL; at = at->next) {
        const uint8_t *range = host_memory(get_be32(at->value));

        if (strncmp(at->name, "Driver", 6) != 0)
            continue;
        assert_in_range(found, 0, 4);
        if (expected[found] < 0)
            assert_int_equal(strncmp(at->name, "Driver-", 7), 0);
        else
            assert_memory_equal(range, numbered[expected[found]], flow_build_package());
        found++;
    }
    assert_int_equal(found, 5);
    devtree_free(&tree);
    assert_int_equal(host_claimed(), 0);
}

/* Version 2 is a good archive, but not for these kernels. */
static void test_mkext_version_2(void **state)
{
    static const char plist[] = "<dict><key>_MKEXTInfoDictionaries</key><array><dict/></array>"
                                "</dict>";
    size_t length = 44 + sizeof plist;

    (void)state;
    flow_build_package();
    put_be32(flow_package + 8, (uint32_t)length);
    put_be32(flow_package + 16, 0x02002001);
    put_be32(flow_package + 24, 18);
    put_be32(flow_package + 28, 0);
    put_be32(flow_package + 0x20, 44);
    put_be32(flow_package + 0x24, 0);
    put_be32(flow_package + 0x28, sizeof plist);
    memcpy(flow_package + 44, plist, sizeof plist);
    put_be32(flow_package + 12, adler32(flow_package + 16, length - 16));
    flow_serve("v2.mkext", flow_package, length);
    expect_refusal("mkext=v2.mkext", ERROR_MKEXT_VERSION, "mkext=v2.mkext");
    expect_refusal("driver=v2.mkext", ERROR_MKEXT_VERSION, "driver=v2.mkext");
    expect_refusal("driver=v2.mkext driver=v2.mkext", ERROR_MKEXT_VERSION, "driver=v2.mkext");
}

static void test_compressed_kernel(void **state)
{
    static uint8_t packed[BUILDER_ROOM + PACKED_EXTRA(BUILDER_ROOM)];

    (void)state;
    flow_serve("mach_kernel.gz", packed, packed_stored_gzip(packed, kernel.bytes, kernel.length));
    assert_int_equal(loader_boot("file=mach_kernel.gz"), OK);
    expect_segment(sample.text);
    expect_segment(sample.data);
    assert_int_equal(host_claimed(), 0);
}

/* --- Files that came with the loader ------------------------------------------------------------
 */

/* A Darwin kernel for PowerPC finds its root through the card; nothing is sent for this. */
static void test_modules_alone(void **state)
{
    (void)state;
    host_add_module("/boot/mach_kernel", kernel.bytes, kernel.length);
    expect_refusal("args=-v", ERROR_NIC_NONE, "card's node");
    assert_int_equal(flow_server.frames_sent, 0);
    assert_true(console_has("taken as kernel"));
    expect_refusal("module=module:x", ERROR_FETCH_MODULE, "module=module:x");
    assert_int_equal(flow_server.frames_sent, 0);
}

/* With a net= the card is opened all the same. */
static void test_modules_with_network(void **state)
{
    (void)state;
    flow_serve("nic.mkext", flow_package, flow_build_package());
    host_add_module("/boot/mach_kernel", kernel.bytes, kernel.length);
    host_add_module("other.mkext", flow_package, flow_build_package());
    assert_int_equal(loader_boot("driver=nic.mkext"), OK);
    expect_segment(sample.text);
    assert_memory_equal(find_range("DriversPackage-"), flow_package, flow_build_package());
    assert_int_equal(loader_boot("net=dhcp"), OK);
    assert_true(flow_server.frames_sent > 0);
    assert_int_equal(host_claimed(), 0);
}

/* An alias of the firmware's tree names a card too. */
static void test_choice_by_alias(void **state)
{
    static const char path[] = "/pci@f2000000/rtl8139@f";
    static uint8_t flat[GOLDEN_LENGTH + 256];
    struct devtree tree;
    size_t length;

    (void)state;
    assert_int_equal(platform_device_tree(&tree), OK);
    assert_int_equal(devtree_set(&tree, devtree_find(&tree, "/aliases"), "enet", path, sizeof path),
                     OK);
    length = devtree_flat_length(&tree);
    assert_true(length <= sizeof flat);
    assert_int_equal(devtree_flatten(&tree, true, flat, length), OK);
    devtree_free(&tree);
    expect_refusal("nic=enet", ERROR_NIC_CHOICE, "enet");
    host_set_tree(flat, length);
    assert_int_equal(loader_boot("nic=enet"), OK);
    assert_non_null(host_launched());
}

static void test_no_card(void **state)
{
    (void)state;
    host_reset(MEMORY);
    expect_refusal("", ERROR_NIC_NONE, "every device");
}

static void test_no_link(void **state)
{
    (void)state;
    host_scripted_link(false);
    expect_refusal("", ERROR_NIC_LINK, "1 card(s) tried for 15 s");
    assert_int_equal(flow_server.frames_sent, 0);
}

/* A key ends the wait, and the message says so. */
static void test_link_wait_stopped(void **state)
{
    (void)state;
    host_scripted_link(false);
    host_type("x");
    expect_refusal("", ERROR_NIC_LINK, "1 card(s) tried for 0 s");
    assert_true(console_has("stopped by a key"));
}

static unsigned times_shown(const char *text)
{
    unsigned count = 0;
    const char *at = host_console();

    for (; (at = strstr(at, text)) != NULL; at++)
        count++;
    return count;
}

/* A card that does not open is reported once, whether or not there is another. */
static void test_broken_card(void **state)
{
    const struct pci_device broken = {
        .vendor = 0x10EC, .device = 0x8139, .path = "/pci@f2000000/broken@e"};

    (void)state;
    host_add_card(&broken, 0, false, NULL);
    assert_int_equal(loader_boot(""), OK);
    assert_int_equal(times_shown("SB-NIC-03"), 1);
    host_set_arguments("nic=10ec:8139");
    host_type("exit\r");
    loader_main();
    assert_int_equal(times_shown("SB-NIC-03"), 2);
}

static void test_no_server(void **state)
{
    (void)state;
    flow_server.dhcp_answers = false;
    expect_refusal("", ERROR_NET_NO_ANSWER, "");
    assert_true(flow_server.frames_sent >= 5);
}

static void test_too_little_memory(void **state)
{
    (void)state;
    host_limit_claims(8192);
    expect_refusal("", ERROR_MEMORY_CLAIM, "");
}

/* loader_main explains a failure and asks; Enter tries again, words replace, exit leaves. */
static void test_prompt(void **state)
{
    (void)state;
    host_set_arguments("file=absent");
    host_type("\rfile=mach_kernel nic=9\rexit\r");
    loader_main();
    assert_null(host_launched());
    assert_true(console_has("SB-TFTP-01"));
    assert_true(console_has("SB-NIC-02"));
    assert_true(console_has("sawboot> exit"));
}

static void test_prompt_then_success(void **state)
{
    (void)state;
    host_set_arguments("file=absent");
    host_type("file=mach_kernel\r");
    loader_main();
    assert_non_null(host_launched());
}

/* Firmware that has more to boot gets the machine back if nobody presses a key. */
static void test_nobody_there(void **state)
{
    uint64_t before;

    (void)state;
    host_set_arguments("nic=9");
    host_set_patience(10);
    before = platform_milliseconds();
    loader_main();
    assert_in_range(platform_milliseconds() - before, 10000, 11000);
    assert_true(console_has("SB-NIC-02"));
    assert_true(console_has("A key within 10 s leads to the prompt."));
    assert_false(console_has("sawboot> "));
}

static void test_somebody_there(void **state)
{
    (void)state;
    host_set_arguments("nic=9");
    host_set_patience(10);
    host_type("xexit\r");
    loader_main();
    assert_true(console_has("sawboot> exit"));
}

/* A key asks for the prompt before anything else is done. */
static void test_prompt_key(void **state)
{
    (void)state;
    host_press_prompt_key();
    host_type("exit\r");
    loader_main();
    assert_true(console_has("SB-NET-03"));
    assert_true(console_has("sawboot> exit"));
    assert_false(console_has("opening card"));
    assert_int_equal(flow_server.frames_sent, 0);
}

/* The same when all is ready for the jump: nothing is started, and the card is closed again. */
static void test_prompt_key_late(void **state)
{
    (void)state;
    host_press_prompt_key_late();
    expect_refusal("", ERROR_NET_STOPPED, "nothing was started");
    assert_true(console_has("opening card"));
    assert_true(flow_server.frames_sent != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_kernel_arrives, start),
        cmocka_unit_test_setup(test_card_is_silent_at_the_launch, start),
        cmocka_unit_test_setup(test_file_option_beats_server, start),
        cmocka_unit_test_setup(test_arguments_of_the_machine, start),
        cmocka_unit_test_setup(test_configuration_of_the_address, start),
        cmocka_unit_test_setup(test_configuration_beside_the_file, start),
        cmocka_unit_test_setup(test_configuration_of_a_silent_server, start),
        cmocka_unit_test_setup(test_static_address, start),
        cmocka_unit_test_setup(test_started_from_card, start),
        cmocka_unit_test_setup(test_server_of_the_path, start),
        cmocka_unit_test_setup(test_client_program, start),
        cmocka_unit_test_setup(test_client_driver, start),
        cmocka_unit_test_setup(test_refusals, start),
        cmocka_unit_test_setup(test_kext_folders, start),
        cmocka_unit_test_setup(test_kext_refusals, start),
        cmocka_unit_test_setup(test_several_drivers, start),
        cmocka_unit_test_setup(test_mkext_version_2, start),
        cmocka_unit_test_setup(test_compressed_kernel, start),
        cmocka_unit_test_setup(test_modules_alone, start),
        cmocka_unit_test_setup(test_modules_with_network, start),
        cmocka_unit_test_setup(test_choice_of_the_card, start),
        cmocka_unit_test_setup(test_choice_by_alias, start),
        cmocka_unit_test_setup(test_no_card, start),
        cmocka_unit_test_setup(test_no_link, start),
        cmocka_unit_test_setup(test_link_wait_stopped, start),
        cmocka_unit_test_setup(test_broken_card, start),
        cmocka_unit_test_setup(test_no_server, start),
        cmocka_unit_test_setup(test_too_little_memory, start),
        cmocka_unit_test_setup(test_prompt, start),
        cmocka_unit_test_setup(test_prompt_then_success, start),
        cmocka_unit_test_setup(test_nobody_there, start),
        cmocka_unit_test_setup(test_somebody_there, start),
        cmocka_unit_test_setup(test_prompt_key, start),
        cmocka_unit_test_setup(test_prompt_key_late, start),
    };
    return cmocka_run_group_tests(tests, golden_read, NULL);
}
