/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The client interface in front of the firmware's (device/): a client program's calls, good, odd
 * and hostile, against a scripted firmware and two cards on a scripted wire.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include "boot/host/host.h"
#include "device/cards.h"
#include "device/device.h"
#include "device/firmware.h"
#include "firmware_model.h"
#include "lib/bytes.h"
#include "net/stack.h"
#include "peer.h"
#include "peer_tftp.h"
#include "random.h"

#include <cmocka.h> /* last: it has a macro `fail` */

#define CARD_PATH  "/pci@f2000000/rtl8139@f"
#define OTHER_PATH "/pci@f2000000/pci1b36,1@11/ethernet@1"
#define VENDOR     0x1AF4
#define DEVICE     0x5B01
#define NONE       0xFFFFFFFFu
#define NO_FRAME   0xFFFFFFFEu

/* The client's memory: where the argument array is, where text is put, and a buffer. */
#define ARRAY  0x8002u /* at an odd place: nobody says that it is aligned */
#define TEXTS  0x10000u
#define BUFFER 0x20000u
#define LOAD   0x100000u

/* --- Two cards -------------------------------------------------------------------------------- */

static unsigned opened[2], closed[2];
static bool open_fails, up;

static error_t card_opens(struct nic *nic)
{
    if (open_fails)
        return ERROR_NIC_RESET;
    opened[nic->pci.slot]++;
    memcpy(nic->address, peer_client_station, 6);
    nic->address[5] += nic->pci.slot;
    return OK;
}

static void card_closes(struct nic *nic)
{
    closed[nic->pci.slot]++;
}

static error_t card_transmits(struct nic *nic, const uint8_t *frame, size_t length)
{
    return peer_nic()->driver->transmit(nic, frame, length);
}

static unsigned card_polls(struct nic *nic, nic_receive receive, unsigned budget)
{
    return peer_nic()->driver->poll(nic, receive, budget);
}

static bool card_link(struct nic *nic)
{
    (void)nic;
    return up;
}

static const struct nic_id ids[] = {{VENDOR, DEVICE, NIC_ANY, NIC_ANY, "card of a test", 0}};
NIC_DRIVER(test_device_driver) = {
    .name = "test",
    .ids = ids,
    .id_count = 1,
    .open = card_opens,
    .close = card_closes,
    .transmit = card_transmits,
    .poll = card_polls,
    .link = card_link,
};

static bool is_running(unsigned slot)
{
    return opened[slot] != closed[slot];
}

/* --- A client program ------------------------------------------------------------------------- */

static uint32_t texts_end;
static uint32_t argument_count, result_count;
static bool passed; /* the call went on to the firmware */

static uint32_t put_text(const char *text)
{
    uint32_t at = texts_end;

    memcpy(host_memory(at), text, strlen(text) + 1);
    texts_end += (uint32_t)strlen(text) + 1;
    return at;
}

static void put_cell(uint32_t index, uint32_t value)
{
    memcpy(host_memory(ARRAY + 4 * index), &value, 4);
}

static uint32_t result(uint32_t index)
{
    uint32_t value;

    memcpy(&value, host_memory(ARRAY + 4 * (3 + argument_count + index)), 4);
    return value;
}

/* What interface_entry.S does with an answer. */
static int32_t answer_of(uint32_t array)
{
    enum device_answer answer = device_call(array);

    passed = answer == DEVICE_PASS;
    return passed ? firmware_call(array) : (int32_t)answer;
}

/* Calls a service; results are 0xAAAAAAAA before, and one more behind them stays so. */
static int32_t call_cells(const char *service, const uint32_t *arguments, uint32_t count,
                          uint32_t results)
{
    int32_t answer;

    put_cell(0, put_text(service));
    put_cell(1, argument_count = count);
    put_cell(2, result_count = results);
    for (uint32_t i = 0; i < count; i++)
        put_cell(3 + i, arguments[i]);
    for (uint32_t i = 0; i <= results; i++)
        put_cell(3 + count + i, 0xAAAAAAAA);
    answer = answer_of(ARRAY);
    assert_int_equal(result(results), 0xAAAAAAAA);
    return answer;
}

#define CALL(service, results, ...)                      \
    call_cells(service, (const uint32_t[]){__VA_ARGS__}, \
               sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t), results)

static uint32_t find(const char *path)
{
    assert_int_equal(CALL("finddevice", 1, put_text(path)), 0);
    return result(0);
}

static uint32_t open_path(const char *path)
{
    assert_int_equal(CALL("open", 1, put_text(path)), 0);
    return result(0);
}

static void close_handle(uint32_t handle)
{
    assert_int_equal(CALL("close", 0, handle), 0);
    assert_false(passed);
}

/* --- The machine ------------------------------------------------------------------------------ */

static struct network_config config;
static struct device_boot boot;
static struct nic boot_nic;
static size_t devices;

static void add_card(unsigned slot, const char *path)
{
    struct pci_device pci = {.vendor = VENDOR, .device = DEVICE, .class_code = 0x020000};

    pci.slot = (uint8_t)slot;
    snprintf(pci.path, sizeof pci.path, "%s", path);
    host_add_card(&pci, 0, false, NULL);
    firmware_model_add(path);
}

/* A machine with both cards, before the devices have been made. */
static int make_machine(void **state)
{
    (void)state;
    device_stop();
    peer_start();
    network_stop();
    firmware_model_reset();
    add_card(0, CARD_PATH);
    add_card(1, OTHER_PATH);
    memset(opened, 0, sizeof opened);
    memset(closed, 0, sizeof closed);
    open_fails = false;
    up = true;
    texts_end = TEXTS;
    firmware_model.room = 0x100000;

    memset(&config, 0, sizeof config);
    config.method = NETWORK_DHCP;
    config.address = peer_address("10.0.2.15");
    config.netmask = peer_address("255.255.255.0");
    config.gateway = peer_address("10.0.2.1");
    config.server = peer_address("10.0.2.2");
    snprintf(config.file, sizeof config.file, "boot/reply");
    config.reply[0] = 2;
    memcpy(config.reply + 108, "boot/reply", 11);
    put_be32(config.reply + 236, 0x63825363);
    config.reply[240] = 255;
    config.reply_length = 300;
    memset(&boot_nic, 0, sizeof boot_nic);
    snprintf(boot_nic.pci.path, sizeof boot_nic.pci.path, CARD_PATH);
    memcpy(boot_nic.address, peer_client_station, 6);
    boot = (struct device_boot){.nic = &boot_nic,
                                .network = &config,
                                .server = peer_address("10.0.2.2"),
                                .file = "boot/program",
                                .bootpath = CARD_PATH ":,boot\\program",
                                .bootargs = "hello"};
    return 0;
}

static int start(void **state)
{
    make_machine(state);
    assert_int_equal(device_start(&boot, &devices), OK);
    memset(opened, 0, sizeof opened);
    memset(closed, 0, sizeof closed);
    return 0;
}

/* Whatever a test did: nothing stays open and nothing claimed. */
static int stop(void **state)
{
    (void)state;
    device_stop();
    assert_false(is_running(0));
    assert_false(is_running(1));
    assert_int_equal(host_claimed(), 0);
    return 0;
}

static void assert_property(const char *path, const char *name, const void *value, size_t length)
{
    size_t found;
    const uint8_t *bytes = firmware_model_get(path, name, &found);

    assert_non_null(bytes);
    assert_int_equal(found, length);
    assert_memory_equal(bytes, value, length);
}

#define ASSERT_TEXT(path, name, text) assert_property(path, name, text, sizeof text)

/* --- What is in the tree ---------------------------------------------------------------------- */

static void test_nodes_become_network_devices(void **state)
{
    uint8_t address[6];

    (void)state;
    assert_int_equal(device_start(&boot, &devices), OK);
    assert_int_equal(devices, 2);
    assert_int_equal(opened[0], 0); /* its address is known from the boot */
    assert_int_equal(opened[1], 1);
    assert_false(is_running(1));
    ASSERT_TEXT(CARD_PATH, "device_type", "network");
    ASSERT_TEXT(OTHER_PATH, "device_type", "network");
    ASSERT_TEXT(CARD_PATH, "network-type", "ethernet");
    ASSERT_TEXT(CARD_PATH, "removable", "network");
    ASSERT_TEXT(CARD_PATH, "category", "net");
    assert_property(CARD_PATH, "max-frame-size", "\0\0\x05\xEA", 4);
    assert_property(CARD_PATH, "address-bits", "\0\0\0\x30", 4);
    ASSERT_TEXT(CARD_PATH, "compatible", "pci1af4,5b01");
    assert_property(CARD_PATH, "local-mac-address", peer_client_station, 6);
    memcpy(address, peer_client_station, 6);
    address[5]++;
    assert_property(OTHER_PATH, "local-mac-address", address, 6);
    assert_property(OTHER_PATH, "mac-address", address, 6);
}

static void test_what_firmware_says_stays(void **state)
{
    static const uint8_t its_own[6] = {0x00, 0x05, 0x02, 1, 2, 3}, nonsense[6] = {0};
    size_t length;

    (void)state;
    firmware_model_set(CARD_PATH, "device_type", "ethernet", 9);
    firmware_model_set(CARD_PATH, "network-type", "wire", 5);
    firmware_model_set(CARD_PATH, "compatible", "pci1086,100e", 12); /* not even with its NUL */
    firmware_model_set(OTHER_PATH, "compatible", "x\0pci1af4,5b01\0y", 17);
    firmware_model_set(CARD_PATH, "local-mac-address", its_own, 6);
    firmware_model_set(CARD_PATH, "mac-address", nonsense, 6);
    firmware_model_set("/aliases", "enet", "/pci/built-in", 14);
    assert_int_equal(device_start(&boot, &devices), OK);
    ASSERT_TEXT(CARD_PATH, "device_type", "network");
    ASSERT_TEXT(CARD_PATH, "network-type", "wire");
    ASSERT_TEXT(CARD_PATH, "compatible", "pci1086,100e\0pci1af4,5b01");
    ASSERT_TEXT(OTHER_PATH, "compatible", "x\0pci1af4,5b01\0y");
    assert_property(CARD_PATH, "local-mac-address", its_own, 6);
    assert_property(CARD_PATH, "mac-address", peer_client_station, 6);
    ASSERT_TEXT("/aliases", "enet", "/pci/built-in");
    ASSERT_TEXT("/aliases", "net", CARD_PATH);
    assert_int_equal(find("enet"), NONE); /* it is not ours to resolve */
    assert_non_null(firmware_model_get("/chosen", "bootp-response", &length));
}

static void test_chosen(void **state)
{
    (void)state;
    assert_int_equal(device_start(&boot, &devices), OK);
    ASSERT_TEXT("/chosen", "bootpath", CARD_PATH ":,boot\\program");
    ASSERT_TEXT("/chosen", "bootargs", "hello");
    ASSERT_TEXT("/aliases", "enet", CARD_PATH);
    assert_property("/chosen", "dhcp-response", config.reply, config.reply_length);
    assert_property("/chosen", "bootp-response", config.reply, config.reply_length);
}

static void test_replies_of_other_kinds(void **state)
{
    size_t length;
    const uint8_t *reply;

    (void)state;
    config.method = NETWORK_STATIC;
    config.reply_length = 0;
    assert_int_equal(device_start(&boot, &devices), OK);
    assert_null(firmware_model_get("/chosen", "bootp-response", &length));
    assert_null(firmware_model_get("/chosen", "dhcp-response", &length));

    /* An empty file field gets the name of what was booted. */
    config.method = NETWORK_BOOTP;
    config.reply_length = 300;
    memset(config.reply + 108, 0, 128);
    assert_int_equal(device_start(&boot, &devices), OK);
    assert_null(firmware_model_get("/chosen", "dhcp-response", &length));
    reply = firmware_model_get("/chosen", "bootp-response", &length);
    assert_non_null(reply);
    assert_int_equal(length, 300);
    assert_string_equal((const char *)reply + 108, "boot/program");

    /* But not if options stand there (RFC 2132, 9.3). */
    memcpy(config.reply + 240, "\x34\x01\x01\xFF", 4);
    assert_int_equal(device_start(&boot, &devices), OK);
    assert_property("/chosen", "bootp-response", config.reply, 300);

    /* The folder of a NetBoot server's files stands in its own answer, the address in the other. */
    config.method = NETWORK_BSDP;
    memcpy(config.bsdp_reply, config.reply, 300);
    strcpy((char *)config.bsdp_reply + 108, "x/booter");
    config.bsdp_reply_length = 296;
    assert_int_equal(device_start(&boot, &devices), OK);
    assert_property("/chosen", "dhcp-response", config.reply, 300);
    assert_property("/chosen", "bsdp-response", config.bsdp_reply, 296);
    assert_property("/chosen", "bootp-response", config.bsdp_reply, 296);
}

static void test_a_card_that_fails_is_no_device(void **state)
{
    size_t length;

    (void)state;
    open_fails = true;
    assert_int_equal(device_start(&boot, &devices), OK);
    assert_int_equal(devices, 1);
    assert_null(firmware_model_get(OTHER_PATH, "device_type", &length));
    assert_int_equal(open_path(OTHER_PATH), MODEL_UNKNOWN_RESULT);
    assert_true(passed);
}

/* --- Properties that firmware does not take
 * --------------------------------------------------------- */

static uint32_t get_property(uint32_t node, const char *name, uint32_t size)
{
    memset(host_memory(BUFFER), 0xEE, 64);
    assert_int_equal(CALL("getprop", 1, node, put_text(name), BUFFER, size), 0);
    return result(0);
}

static void check_overlay(void)
{
    uint32_t node, seen = 0;
    char name[40] = "";

    assert_int_equal(device_start(&boot, &devices), OK);
    node = find(CARD_PATH);
    assert_int_equal(get_property(node, "device_type", 64), 8);
    assert_false(passed);
    assert_string_equal((char *)host_memory(BUFFER), "network");
    assert_int_equal(get_property(node, "device_type", 3), 8); /* cut, but its length is told */
    assert_memory_equal(host_memory(BUFFER), "net\xEE", 4);
    assert_int_equal(CALL("getproplen", 1, node, put_text("mac-address")), 0);
    assert_int_equal(result(0), 6);
    assert_int_equal(get_property(node, "reg", 64), 5); /* firmware's own */
    assert_true(passed);
    assert_int_equal(get_property(node, "no-such", 64), NONE);

    /* nextprop shows firmware's first, then ours, each once. */
    while (true) {
        assert_int_equal(CALL("nextprop", 1, node, put_text(name), BUFFER), 0);
        if (result(0) != 1)
            break;
        memcpy(name, host_memory(BUFFER), sizeof name - 1);
        seen += strcmp(name, "reg") == 0 ? 1 : 0x100;
        if (seen > 0x10000)
            break;
    }
    assert_int_equal(result(0), 0);
    assert_int_equal(seen, 0x901); /* nine of ours */
    assert_int_equal(CALL("nextprop", 1, node, put_text("no-such"), BUFFER), 0);
    assert_int_equal(result(0), NONE);
    assert_int_equal(CALL("nextprop", 1, node, put_text("address-bits"), 0), 0);
    assert_true(result(0) == 0 || result(0) == NONE);

    /* The client's own setprop, and /chosen and the aliases. */
    assert_int_equal(CALL("setprop", 1, node, put_text("mine"), put_text("yes"), 4), 0);
    assert_int_equal(result(0), 4);
    assert_int_equal(get_property(node, "mine", 64), 4);
    assert_string_equal((char *)host_memory(BUFFER), "yes");
    assert_int_equal(CALL("setprop", 1, node, put_text("mine"), put_text("no"), 3), 0);
    assert_int_equal(get_property(node, "mine", 64), 3);
    assert_string_equal((char *)host_memory(BUFFER), "no");
    assert_int_equal(CALL("setprop", 1, node, put_text("mine"), BUFFER, 0x100000), 0);
    assert_int_equal(result(0), NONE);
    assert_int_equal(get_property(find("/chosen"), "bootpath", 64),
                     sizeof CARD_PATH + sizeof ":,boot\\program" - 1);
    assert_int_equal(find("enet"), node);
    assert_int_equal(find("net:x"), node);
    assert_int_not_equal(open_path("net:,file"), 0);
    assert_false(passed);
}

static void test_overlay(void **state)
{
    (void)state;
    firmware_model_set(CARD_PATH, "reg", "\0\0\0\0", 5);
    firmware_model.refuses_properties = true;
    check_overlay();
}

static void test_driver(void **state)
{
    static const uint8_t driver[] = "MKXTMOSX and more", other[] = "the ROM's";
    uint32_t node;

    (void)state;
    boot.driver = driver;
    boot.driver_length = sizeof driver;
    assert_int_equal(device_start(&boot, &devices), OK);
    node = find(CARD_PATH);
    /* The card's ROM may have put one there: the words go first. */
    assert_true(firmware_set_property(node, "driver,AAPL,MacOSX,PowerPC", other, sizeof other));
    assert_int_equal(CALL("getproplen", 1, node, put_text("driver,AAPL,MacOSX,PowerPC")), 0);
    assert_int_equal(result(0), sizeof driver);
    assert_int_equal(get_property(node, "driver,AAPL,MacOSX,PowerPC", 64), sizeof driver);
    assert_memory_equal(host_memory(BUFFER), driver, sizeof driver);
    assert_false(passed);

    /* Without driver= the node is as it was. */
    boot.driver = NULL;
    assert_int_equal(device_start(&boot, &devices), OK);
    assert_int_equal(get_property(node, "driver,AAPL,MacOSX,PowerPC", 64), sizeof other);
    assert_true(passed);
}

static void test_overlay_where_firmware_says_yes_and_forgets(void **state)
{
    (void)state;
    firmware_model_set(CARD_PATH, "reg", "\0\0\0\0", 5);
    firmware_model.loses_properties = true;
    assert_int_equal(device_start(&boot, &devices), OK);
    assert_int_equal(get_property(find(CARD_PATH), "device_type", 64), 8);
    assert_false(passed);
}

static void test_properties_of_others_are_firmwares(void **state)
{
    (void)state;
    firmware_model.refuses_properties = true;
    assert_int_equal(CALL("setprop", 1, find("/memory"), put_text("x"), put_text("y"), 2), 0);
    assert_true(passed);
    assert_int_equal(result(0), NONE);
    assert_int_equal(CALL("nextprop", 1, find("/memory"), put_text(""), BUFFER), 0);
    assert_true(passed);
    assert_int_equal(CALL("getprop", 1, 0, put_text("name"), BUFFER, 4), 0);
    assert_true(passed);
}

/* --- finddevice
 * ------------------------------------------------------------------------------------- */

static void test_finddevice(void **state)
{
    uint32_t node;

    (void)state;
    node = find(CARD_PATH);
    assert_true(node != NONE && node != 0);
    assert_int_equal(find(CARD_PATH ":,boot\\program"), node);
    assert_int_equal(find("enet"), node);
    assert_int_equal(find("enet:1.2.3.4,file"), node);
    assert_int_equal(find(OTHER_PATH ":"), find(OTHER_PATH));
    assert_int_equal(find("/chosen:x"), NONE); /* none of ours: as firmware has it */
    assert_int_equal(find("/nothing"), NONE);
    assert_int_equal(find(""), NONE);
    assert_int_equal(find(":"), NONE);
    assert_int_equal(CALL("finddevice", 1, 0), 0);
    assert_int_equal(result(0), NONE);
    assert_int_equal(CALL("finddevice", 0, put_text("enet")), 0);
    firmware_model.writes_no_results = true;
    assert_int_equal(find("/nothing"), NONE);
}

/* --- open and close
 * --------------------------------------------------------------------------------- */

static void test_open_starts_and_close_stops_the_card(void **state)
{
    uint32_t first, second, other;

    (void)state;
    first = open_path(CARD_PATH);
    assert_true(first != 0 && first != NONE);
    assert_false(passed);
    assert_int_equal(opened[0], 1);
    assert_int_equal(opened[1], 0);
    second = open_path("enet:,x");
    other = open_path(OTHER_PATH ":");
    assert_true(second != 0 && other != 0 && second != first && other != first && other != second);
    assert_int_equal(opened[0], 1);
    assert_int_equal(opened[1], 1);
    close_handle(first);
    assert_true(is_running(0));
    close_handle(first); /* again: nobody is hurt */
    assert_true(is_running(0));
    close_handle(second);
    assert_false(is_running(0));
    assert_true(is_running(1));
    close_handle(other);
    assert_false(is_running(1));
}

static void test_open_of_others_is_firmwares(void **state)
{
    (void)state;
    assert_int_equal(open_path("/memory"), MODEL_UNKNOWN_RESULT);
    assert_true(passed);
    assert_int_equal(open_path("/memory:" CARD_PATH), MODEL_UNKNOWN_RESULT);
    assert_int_equal(CALL("close", 0, MODEL_UNKNOWN_RESULT), 0);
    assert_true(passed);
    assert_string_equal(firmware_model.last_service, "close");
}

static void test_open_refused(void **state)
{
    uint32_t handles[32];
    size_t count = 0;

    (void)state;
    assert_int_equal(CALL("open", 1, 0), 0);
    assert_int_equal(result(0), 0);
    assert_int_equal(open_path(CARD_PATH ":one,two,three,four,five,six"), 0);
    assert_false(passed);
    assert_non_null(strstr(host_console(), "SB-ARG-01"));
    assert_int_equal(CALL("open", 0, put_text(CARD_PATH)), 0); /* nowhere to put a handle */
    assert_int_equal(opened[0], 0);
    assert_int_equal(call_cells("open", NULL, 0, 1), -1);

    while (count < 32 && (handles[count] = open_path(CARD_PATH)) != 0)
        count++;
    assert_int_equal(count, 8);
    assert_non_null(strstr(host_console(), "SB-DEV-02"));
    while (count-- > 0)
        close_handle(handles[count]);
    assert_false(is_running(0));
}

static void test_open_of_a_broken_card(void **state)
{
    (void)state;
    open_fails = true;
    assert_int_equal(open_path(CARD_PATH), 0);
    assert_non_null(strstr(host_console(), "SB-NIC-04"));
    open_fails = false;
    close_handle(open_path(CARD_PATH));
}

static void test_open_waits_for_the_link(void **state)
{
    uint64_t before;

    (void)state;
    up = false;
    before = platform_milliseconds();
    assert_int_equal(open_path(CARD_PATH), 0);
    assert_true(platform_milliseconds() - before >= 15000);
    assert_non_null(strstr(host_console(), "SB-NIC-07"));
    assert_false(is_running(0));
    before = platform_milliseconds();
    assert_int_equal(open_path(CARD_PATH), 0);
    assert_true(platform_milliseconds() - before < 3000); /* not as long again */
    up = true;
    assert_int_not_equal(open_path(CARD_PATH), 0);
    assert_true(is_running(0));
}

/* --- Frames
 * ----------------------------------------------------------------------------------------- */

static uint32_t read_frame(uint32_t handle, uint32_t address, uint32_t length)
{
    assert_int_equal(CALL("read", 1, handle, address, length), 0);
    assert_false(passed);
    return result(0);
}

static uint32_t write_frame(uint32_t handle, uint32_t address, uint32_t length)
{
    assert_int_equal(CALL("write", 1, handle, address, length), 0);
    assert_false(passed);
    return result(0);
}

static void deliver(uint8_t fill, size_t length)
{
    uint8_t frame[NIC_FRAME_MAXIMUM];

    memset(frame, fill, length);
    peer_send_frame(frame, length);
    host_clock_advance_us(1000);
}

static void test_each_frame_is_read_once(void **state)
{
    uint32_t first, second;

    (void)state;
    first = open_path(CARD_PATH);
    second = open_path(CARD_PATH);
    assert_int_equal(read_frame(first, BUFFER, 1514), NO_FRAME);
    deliver(1, 60);
    deliver(2, 1514);
    deliver(3, 100);
    assert_int_equal(read_frame(first, BUFFER, 1514), 60);
    assert_int_equal(*host_memory(BUFFER + 59), 1);
    assert_int_equal(read_frame(second, BUFFER, 2048), 1514);
    assert_int_equal(*host_memory(BUFFER + 1513), 2);
    memset(host_memory(BUFFER), 0xEE, 100);
    assert_int_equal(read_frame(first, BUFFER, 14), 14); /* cut */
    assert_int_equal(*host_memory(BUFFER + 13), 3);
    assert_int_equal(*host_memory(BUFFER + 14), 0xEE);
    assert_int_equal(read_frame(second, BUFFER, 1514), NO_FRAME);
}

static void test_odd_reads(void **state)
{
    uint32_t handle;

    (void)state;
    handle = open_path(CARD_PATH);
    deliver(1, 60);
    assert_int_equal(read_frame(handle, 0, 1514), NONE);
    assert_int_equal(read_frame(handle, BUFFER, 0), NONE);
    assert_int_equal(read_frame(handle, PEER_MEMORY - 100, 1514), NONE);
    assert_int_equal(read_frame(handle, 0xFFFFFFF0, 1514), NONE);
    firmware_model.resident = BUFFER;
    firmware_model.resident_length = 4096;
    assert_int_equal(read_frame(handle, BUFFER - 1000, 1514), NONE);
    firmware_model.resident_length = 0;
    assert_int_equal(read_frame(handle, BUFFER, 0xFFFFFFFF), 60); /* no frame is longer than 1514 */
    assert_int_equal(CALL("read", 1, handle), 0);
    assert_int_equal(result(0), NONE);
    assert_int_equal(CALL("read", 0, handle, BUFFER, 1514), 0);
    assert_int_equal(call_cells("read", NULL, 0, 1), -1);
    close_handle(handle);
    assert_int_equal(read_frame(handle, BUFFER, 1514), NONE); /* it is ours, and closed */
    assert_int_equal(read_frame(handle + 1, BUFFER, 1514), NONE);
    firmware_model.resident = 0x30000; /* nor is anything else there the firmware's */
    firmware_model.resident_length = 0x1000;
    assert_int_equal(read_frame(0x30FFF, BUFFER, 1514), NONE);
}

static void test_writes(void **state)
{
    uint32_t handle;

    (void)state;
    handle = open_path(CARD_PATH);
    memset(host_memory(BUFFER), 0x11, 2048);
    assert_int_equal(write_frame(handle, BUFFER, 42), 42);
    assert_int_equal(peer_last_frame_length, 42);
    assert_int_equal(peer_last_frame[41], 0x11);
    assert_int_equal(write_frame(handle, BUFFER, 1514), 1514);
    assert_int_equal(peer_last_frame_length, 1514);
    assert_int_equal(write_frame(handle, BUFFER, 1515), NONE);
    assert_int_equal(write_frame(handle, BUFFER, 13), NONE);
    assert_int_equal(write_frame(handle, BUFFER, 0), NONE);
    assert_int_equal(write_frame(handle, BUFFER, 0xFFFFFFFF), NONE);
    assert_int_equal(write_frame(handle, 0, 60), NONE);
    assert_int_equal(write_frame(handle, PEER_MEMORY - 10, 60), NONE);
    assert_int_equal(peer_last_frame_length, 1514);
    peer_transmit_fails(true);
    assert_int_equal(write_frame(handle, BUFFER, 60), NONE);
}

static void test_reads_and_writes_of_others_are_firmwares(void **state)
{
    (void)state;
    assert_int_equal(CALL("write", 1, 0xFFF12345, BUFFER, 60), 0);
    assert_true(passed);
    /* These two are nobody's. */
    assert_int_equal(read_frame(0, BUFFER, 60), NONE);
    assert_int_equal(read_frame(NONE, BUFFER, 60), NONE);
    close_handle(0);
    assert_int_equal(CALL("seek", 1, 0xFFF12345, 0, 0), 0);
    assert_true(passed);
}

static void test_seek(void **state)
{
    uint32_t handle;

    (void)state;
    handle = open_path(CARD_PATH);
    assert_int_equal(CALL("seek", 1, handle, 0, 0), 0);
    assert_int_equal(result(0), 0);
    assert_int_equal(CALL("seek", 1, handle, 0, 1), 0);
    assert_int_equal(result(0), NONE);
    assert_int_equal(CALL("seek", 1, handle, 1, 0), 0);
    assert_int_equal(result(0), NONE);
}

/* --- Methods
 * ---------------------------------------------------------------------------------------- */

static void test_call_method(void **state)
{
    uint32_t handle;

    (void)state;
    handle = open_path(CARD_PATH);
    /* read ( addr len -- actual ): the top of the stack is first. */
    deliver(7, 64);
    assert_int_equal(CALL("call-method", 2, put_text("read"), handle, 1514, BUFFER), 0);
    assert_int_equal(result(0), 0);
    assert_int_equal(result(1), 64);
    assert_int_equal(*host_memory(BUFFER), 7);
    assert_int_equal(CALL("call-method", 4, put_text("read"), handle, 1514, BUFFER, 9, 9), 0);
    assert_int_equal(result(1), NO_FRAME);
    assert_int_equal(result(2), 0); /* there are no such results */
    assert_int_equal(result(3), 0);
    assert_int_equal(CALL("call-method", 2, put_text("write"), handle, 60, BUFFER), 0);
    assert_int_equal(result(1), 60);
    assert_int_equal(CALL("call-method", 2, put_text("seek"), handle, 0, 0), 0);
    assert_int_equal(result(1), 0);
    assert_int_equal(CALL("call-method", 2, put_text("open"), handle), 0);
    assert_int_equal(result(0), 0);
    assert_int_equal(result(1), NONE); /* Forth's true */
    assert_int_equal(CALL("call-method", 1, put_text("close"), handle), 0);
    assert_int_equal(result(0), 0);
    assert_true(is_running(0));
}

static void test_call_method_fails(void **state)
{
    static const char longest[] = "a-name-that-is-longer-than-any-method-has-one";
    uint32_t handle;

    (void)state;
    handle = open_path(CARD_PATH);
    assert_int_equal(CALL("call-method", 2, put_text("no-such"), handle), 0);
    assert_int_not_equal(result(0), 0);
    assert_int_equal(result(1), 0);
    assert_int_equal(CALL("call-method", 2, put_text(longest), handle), 0);
    assert_int_not_equal(result(0), 0);
    assert_int_equal(CALL("call-method", 2, 0, handle), 0);
    assert_int_not_equal(result(0), 0);
    assert_int_equal(CALL("call-method", 2, put_text("read"), handle, 1514), 0);
    assert_int_not_equal(result(0), 0);
    assert_int_equal(CALL("call-method", 1, put_text("load"), handle), 0);
    assert_int_not_equal(result(0), 0);
    assert_int_equal(CALL("call-method", 0, put_text("open"), handle), 0);
    assert_int_equal(CALL("call-method", 1, put_text("open")), -1);
    close_handle(handle);
    assert_int_equal(CALL("call-method", 2, put_text("open"), handle), 0);
    assert_int_not_equal(result(0), 0);
    assert_false(passed);
    assert_int_equal(CALL("call-method", 2, put_text("open"), 0xFFF12345), 0);
    assert_true(passed);
}

static void test_test(void **state)
{
    static const char *const methods[] = {"open", "close", "read", "write", "seek", "load"};

    (void)state;
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(CALL("test-method", 1, find(CARD_PATH), put_text(methods[i])), 0);
        assert_int_equal(result(0), 0);
    }
    assert_int_equal(CALL("test-method", 1, find(CARD_PATH), put_text("draw-logo")), 0);
    assert_int_not_equal(result(0), 0);
    assert_int_equal(CALL("test-method", 1, find(CARD_PATH), 0), 0);
    assert_int_not_equal(result(0), 0);
    assert_int_equal(CALL("test-method", 1, find("/memory"), put_text("open")), 0);
    assert_true(passed);
    assert_int_equal(CALL("test", 1, put_text("call-method")), 0);
    assert_int_equal(result(0), 0);
    assert_false(passed);
    assert_int_equal(CALL("test", 1, put_text("interpret")), 0);
    assert_true(passed);
    assert_int_equal(CALL("test", 1, 0), 0);
    assert_int_not_equal(result(0), 0);
}

/* --- Instances to paths
 * ------------------------------------------------------------------------------ */

static uint32_t path_of(uint32_t handle, uint32_t size)
{
    memset(host_memory(BUFFER), 0xEE, 256);
    assert_int_equal(CALL("instance-to-path", 1, handle, BUFFER, size), 0);
    return result(0);
}

static void test_instance_to_path(void **state)
{
    static const char path[] = CARD_PATH ":,dir\\file";
    uint32_t plain, named, length = sizeof path - 1;

    (void)state;
    plain = open_path("enet");
    named = open_path("enet:,dir\\file");
    assert_int_equal(path_of(plain, 256), strlen(CARD_PATH));
    assert_string_equal((char *)host_memory(BUFFER), CARD_PATH);
    assert_int_equal(path_of(named, 256), length);
    assert_string_equal((char *)host_memory(BUFFER), path);
    assert_int_equal(path_of(named, length + 3), length);
    assert_int_equal(*host_memory(BUFFER + length + 1), 0xEE); /* one NUL and no more */
    assert_int_equal(path_of(named, length), length);          /* no room for the NUL */
    assert_int_equal(*host_memory(BUFFER + length - 1), 'e');
    assert_int_equal(*host_memory(BUFFER + length), 0xEE);
    assert_int_equal(path_of(named, 4), length);
    assert_memory_equal(host_memory(BUFFER), "/pci\xEE", 5);
    assert_int_equal(path_of(named, 0), length);
    assert_int_equal(path_of(named, 0xFFFFFFFF), length);
    assert_int_equal(CALL("instance-to-path", 1, named, 0, 256), 0);
    assert_int_equal(result(0), NONE);
    assert_int_equal(CALL("instance-to-interposed-path", 1, named, BUFFER, 256), 0);
    assert_int_equal(result(0), length);
    assert_int_equal(CALL("instance-to-package", 1, named), 0);
    assert_int_equal(result(0), find(CARD_PATH));
    close_handle(named);
    assert_int_equal(path_of(named, 256), NONE);
    assert_int_equal(CALL("instance-to-package", 1, named), 0);
    assert_int_equal(result(0), NONE);
    assert_false(passed);
    assert_int_equal(CALL("instance-to-package", 1, 0xFFF12345), 0);
    assert_true(passed);
    assert_int_equal(CALL("instance-to-path", 1, 0xFFF12345, BUFFER, 256), 0);
    assert_true(passed);
}

/* --- Memory
 * ----------------------------------------------------------------------------------------- */

static void test_memory(void **state)
{
    static const uint8_t available[16] = {0, 0x10, 0, 0, 0, 0x20, 0, 0};
    uint32_t node;

    (void)state;
    firmware_model.claim_result = 0x300000;
    assert_int_equal(CALL("claim", 1, 0x300000, 0x1000, 0), 0);
    assert_int_equal(result(0), 0x300000);
    assert_int_equal(firmware_model.claimed_address, 0x300000);
    assert_int_equal(firmware_model.claimed_length, 0x1000);
    assert_int_equal(firmware_model.claimed_alignment, 0);
    assert_int_equal(firmware_model.calls, 0);
    firmware_model.release_result = true;
    assert_int_equal(CALL("release", 0, 0x300000, 0x1000), 0);
    assert_false(passed);
    firmware_model.release_result = false;
    assert_int_equal(CALL("release", 0, 0x300000, 0x1000), 0);
    assert_true(passed);
    assert_int_equal(CALL("claim", 1, 1, 2), -1);

    firmware_model_set("/memory", "available", "firmware", 8);
    node = find("/memory");
    assert_int_equal(get_property(node, "available", 64), 8);
    assert_true(passed);
    firmware_model.available = available;
    firmware_model.available_length = 16;
    assert_int_equal(get_property(node, "available", 64), 16);
    assert_memory_equal(host_memory(BUFFER), available, 16);
    assert_int_equal(get_property(node, "available", 8), 16);
    assert_int_equal(*host_memory(BUFFER + 8), 0xEE);
    assert_int_equal(CALL("getproplen", 1, node, put_text("available")), 0);
    assert_int_equal(result(0), 16);
    assert_int_equal(CALL("getprop", 1, node, put_text("available"), 0, 64), 0);
    assert_int_equal(result(0), NONE);
    assert_int_equal(get_property(find("/chosen"), "available", 64), NONE);
    assert_true(passed);
}

/* --- load
 * ------------------------------------------------------------------------------------------- */

static uint32_t length_loaded;

/* The catch result. */
static uint32_t load(uint32_t handle, uint32_t address)
{
    assert_int_equal(CALL("call-method", 2, put_text("load"), handle, address), 0);
    assert_false(passed);
    length_loaded = result(1);
    return result(0);
}

static void test_load(void **state)
{
    struct peer_tftp *server = peer_tftp_start(100000);
    uint32_t handle;

    (void)state;
    handle = open_path("enet:,Sub\\file");
    memset(host_memory(LOAD), 0xEE, 100010);
    assert_int_equal(load(handle, LOAD), 0);
    assert_int_equal(length_loaded, 100000);
    assert_memory_equal(host_memory(LOAD), peer_pattern(0), PEER_PATTERN);
    assert_memory_equal(host_memory(LOAD + PEER_PATTERN), peer_pattern(0), 100000 - PEER_PATTERN);
    assert_int_equal(*host_memory(LOAD + 100000), 0xEE);
    assert_string_equal(server->path, "Sub/file");
    assert_int_equal(server->requests, 1);
    assert_int_equal(CALL("call-method", 1, put_text("load"), handle, LOAD),
                     0); /* no size wanted */
    assert_int_equal(result(0), 0);
}

static void test_load_without_a_name_takes_the_boot_file(void **state)
{
    struct peer_tftp *server = peer_tftp_start(5);

    (void)state;
    assert_int_equal(load(open_path(CARD_PATH), LOAD), 0);
    assert_int_equal(length_loaded, 5);
    assert_string_equal(server->path, "boot/program");
    assert_int_equal(load(open_path(CARD_PATH ":,\\\\beside"), LOAD), 0);
    assert_string_equal(server->path, "boot/beside");
}

static void test_load_up_to_the_last_byte(void **state)
{
    struct peer_tftp *server = peer_tftp_start(10000);
    uint32_t handle;

    (void)state;
    handle = open_path("enet:,f");
    firmware_model.room = 10000;
    assert_int_equal(load(handle, LOAD), 0);
    assert_int_equal(length_loaded, 10000);

    /* Announced: not a byte is written. */
    firmware_model.room = 9999;
    memset(host_memory(LOAD), 0xEE, 10010);
    assert_int_not_equal(load(handle, LOAD), 0);
    assert_int_equal(length_loaded, 0);
    assert_int_equal(*host_memory(LOAD), 0xEE);
    assert_non_null(strstr(host_console(), "SB-DEV-01"));

    /* Found out on the way: nothing behind the room. */
    server->no_size = true;
    assert_int_not_equal(load(handle, LOAD), 0);
    assert_int_equal(length_loaded, 0);
    assert_int_equal(*host_memory(LOAD), *peer_pattern(0));
    for (size_t i = 9999; i < 10010; i++)
        assert_int_equal(*host_memory((physical_address)(LOAD + i)), 0xEE);
    firmware_model.room = 0;
    assert_int_not_equal(load(handle, LOAD), 0);
    assert_int_equal(load(handle, 0) == 0, false);
}

static void test_load_fails(void **state)
{
    struct peer_tftp *server = peer_tftp_start(10000);
    uint32_t handle;

    (void)state;
    server->refuse_all = true;
    server->error_number = 1;
    server->error_text = "File not found";
    handle = open_path("enet:,missing");
    assert_int_not_equal(load(handle, LOAD), 0);
    assert_int_equal(length_loaded, 0);
    assert_non_null(strstr(host_console(), "SB-TFTP-01"));
    server->refuse_all = false;
    assert_int_equal(load(handle, LOAD), 0); /* the instance is as good as before */
}

static void test_many_loads_in_a_row(void **state)
{
    struct peer_tftp *server = peer_tftp_start(3000);

    (void)state;
    for (unsigned i = 0; i < 60; i++) {
        uint32_t handle = open_path("enet:,f");

        server->refuse_all = i % 3 == 0;
        server->error_number = 1;
        server->error_text = "no";
        assert_int_not_equal(handle, 0);
        assert_int_equal(load(handle, LOAD) == 0, i % 3 != 0);
        close_handle(handle);
        assert_false(is_running(0));
        assert_int_equal(host_claimed(), 0);
    }
    assert_int_equal(opened[0], 60);
}

static void test_load_with_addresses(void **state)
{
    struct peer_tftp *server = peer_tftp_start(700);

    (void)state;
    /* Server, file, client, gateway: no DHCP. */
    assert_int_equal(load(open_path("enet:10.0.2.2,dir/f,10.0.2.15,10.0.2.1"), LOAD), 0);
    assert_string_equal(server->path, "dir/f");
    /* The same on a card that has no address of its own yet. */
    assert_int_equal(load(open_path(OTHER_PATH ":10.0.2.2,g,10.0.2.15,10.0.2.1"), LOAD), 0);
    assert_string_equal(server->path, "g");
    /* The client alone: the server is the one that the card was told. */
    assert_int_equal(load(open_path("enet:,h,10.0.2.15"), LOAD), 0);
    assert_string_equal(server->path, "h");
    /* And afterwards the card has its own address again. */
    assert_int_equal(load(open_path("enet:,i"), LOAD), 0);
    assert_string_equal(server->path, "i");
}

/* A DHCP server that answers as little as will do. */
static unsigned dhcp_requests;

static void answer_dhcp(const struct peer_datagram *datagram)
{
    uint8_t answer[300] = {0};
    uint8_t type = 0;

    if (datagram->to_port != 67)
        return;
    dhcp_requests++;
    for (size_t at = 240; at + 2 < datagram->length && datagram->bytes[at] != 255;
         at += 2u + datagram->bytes[at + 1])
        if (datagram->bytes[at] == 53)
            type = datagram->bytes[at + 2];
    memcpy(answer, datagram->bytes, 44);
    answer[0] = 2;
    put_be32(answer + 16, 0x0A00020F);
    put_be32(answer + 20, 0x0A000202);
    memcpy(answer + 108, "by-dhcp", 8);
    put_be32(answer + 236, 0x63825363);
    memcpy(answer + 240, "\x35\x01\x02\x36\x04\x0A\x00\x02\x02\x01\x04\xFF\xFF\xFF\x00\xFF", 16);
    answer[242] = type == 1 ? 2 : 5;
    peer_send(peer_address("10.0.2.2"), 67, 0xFFFFFFFF, 68, answer, sizeof answer);
}

static void test_load_asks_for_an_address(void **state)
{
    size_t length;
    const uint8_t *reply;
    uint32_t handle;

    (void)state;
    /* The boot was over the other card, so this one has no address. There is no TFTP server. */
    handle = open_path(OTHER_PATH ":,x");
    peer_on_receive(answer_dhcp);
    dhcp_requests = 0;
    assert_int_not_equal(load(handle, LOAD), 0);
    assert_non_null(strstr(host_console(), "SB-TFTP-02"));
    assert_int_equal(dhcp_requests, 2);
    reply = firmware_model_get("/chosen", "bootp-response", &length);
    assert_non_null(reply);
    assert_string_equal((const char *)reply + 108, "by-dhcp");
    /* It is asked for once. */
    assert_int_not_equal(load(handle, LOAD), 0);
    assert_int_equal(dhcp_requests, 2);
    /* Unless the arguments want it. */
    close_handle(handle);
    handle = open_path("enet:dhcp,10.0.2.2,x");
    assert_int_not_equal(handle, 0);
    assert_int_not_equal(load(handle, LOAD), 0);
    assert_int_equal(dhcp_requests, 4);
    close_handle(handle);
    /* The last answer belongs to one card. */
    handle = open_path(OTHER_PATH ":,x");
    assert_int_not_equal(load(handle, LOAD), 0);
    assert_int_equal(dhcp_requests, 6);
}

static void test_load_gets_no_address(void **state)
{
    (void)state;
    assert_int_not_equal(load(open_path(OTHER_PATH ":,x"), LOAD), 0);
    assert_non_null(strstr(host_console(), "SB-NET-02"));
}

/* --- The end
 * ---------------------------------------------------------------------------------------- */

static void check_stopped(uint32_t handle)
{
    assert_false(is_running(0));
    assert_false(is_running(1));
    assert_int_equal(read_frame(handle, BUFFER, 1514), NONE);
    assert_int_equal(write_frame(handle, BUFFER, 60), NONE);
    assert_int_equal(open_path(CARD_PATH), 0);
    assert_false(passed);
    assert_int_not_equal(load(handle, LOAD), 0);
    assert_int_equal(open_path("/memory"), MODEL_UNKNOWN_RESULT);
    assert_true(passed);
    assert_int_equal(CALL("interpret", 1, put_text("words")), 0);
    assert_true(passed);
}

static void test_the_end(void **state)
{
    static const char *const services[] = {"quiesce", "boot", "chain", "exit"};

    for (size_t i = 0; i < 4; i++) {
        uint32_t handle;

        start(state);
        handle = open_path(CARD_PATH);
        assert_int_not_equal(handle, 0);
        assert_int_not_equal(open_path(OTHER_PATH), 0);
        assert_int_equal(call_cells(services[i], NULL, 0, 0), 0);
        assert_true(passed);
        assert_string_equal(firmware_model.last_service, services[i]);
        assert_int_equal(firmware_model.leaves, i == 3);
        check_stopped(handle);
    }
}

static void test_enter_changes_nothing(void **state)
{
    uint32_t handle;

    (void)state;
    handle = open_path(CARD_PATH);
    assert_int_equal(call_cells("enter", NULL, 0, 0), 0);
    assert_true(passed);
    assert_int_equal(read_frame(handle, BUFFER, 1514), NO_FRAME);
}

/* --- Hostile arrays
 * ---------------------------------------------------------------------------------- */

static void test_unknown_services_pass(void **state)
{
    (void)state;
    assert_int_equal(CALL("milliseconds", 1, 0), 0);
    assert_true(passed);
    assert_int_equal(CALL("no-such-service", 1, 0), -1);
    assert_true(passed);
    /* More cells than OpenBIOS takes. */
    assert_int_equal(CALL("interpret", 8, 1, 2, 3, 4, 5, 6, 7, 8), 0);
    assert_true(passed);
    assert_int_equal(CALL("open", 8, put_text(CARD_PATH), 2, 3, 4, 5, 6, 7, 8), 0);
    assert_false(passed);
    assert_int_not_equal(result(0), 0);
}

static void test_hostile_arrays(void **state)
{
    static const uint32_t counts[] = {65, 0x3FFFFFFF, 0x40000000, 0x7FFFFFFF, 0xFFFFFFFF};

    (void)state;
    assert_int_equal(answer_of(0), -1);
    assert_int_equal(answer_of(PEER_MEMORY - 8), -1);
    assert_int_equal(answer_of(0xFFFFFFFC), -1);
    assert_int_equal(answer_of(0xFFFFFFFF), -1);
    put_cell(0, put_text("open"));
    for (size_t i = 0; i < 5; i++) {
        put_cell(1, counts[i]);
        put_cell(2, 1);
        assert_int_equal(answer_of(ARRAY), -1);
        put_cell(1, 1);
        put_cell(2, counts[i]);
        assert_int_equal(answer_of(ARRAY), -1);
    }
    put_cell(0, 0);
    put_cell(2, 1);
    assert_int_equal(answer_of(ARRAY), -1);
    /* A name without an end, at the end of memory. */
    memset(host_memory(PEER_MEMORY - 20), 'x', 20);
    put_cell(0, PEER_MEMORY - 20);
    assert_int_equal(device_call(ARRAY), DEVICE_REFUSED);
    put_cell(0, put_text("open"));
    put_cell(3, PEER_MEMORY - 20);
    assert_int_equal(device_call(ARRAY), DEVICE_PASS);
    /* Names of 64 KB. */
    memset(host_memory(0x30000), 'a', 0x10000);
    put_cell(0, 0x30000);
    assert_int_equal(answer_of(ARRAY), -1);
    memcpy(host_memory(0x30000), CARD_PATH ":", strlen(CARD_PATH ":"));
    *host_memory(0x40000) = '\0';
    assert_int_equal(CALL("open", 1, 0x30000), 0);
    assert_false(passed);
    assert_int_equal(result(0), 0);
    assert_non_null(strstr(host_console(), "SB-ARG-02"));
    /* An array that would be written over the loader. */
    firmware_model.resident = ARRAY;
    firmware_model.resident_length = 4096;
    assert_int_equal(answer_of(ARRAY), -1);
}

/* Whatever comes: no access outside of the client's memory (the sanitizers watch), an end. */
static void test_random_calls(void **state)
{
    static const char *const services[] = {"test",     "finddevice",  "open",
                                           "close",    "read",        "write",
                                           "seek",     "getproplen",  "getprop",
                                           "nextprop", "call-method", "instance-to-path",
                                           "setprop",  "test-method", "instance-to-package",
                                           "claim",    "release"};
    static const char *const words[] = {"enet:", "enet:,x", "read", "write", "device_type", "mine"};
    uint32_t random = 12345;
    uint32_t handle, node, texts[6];

    (void)state;
    node = find(CARD_PATH);
    handle = open_path(CARD_PATH);
    for (size_t i = 0; i < 6; i++)
        texts[i] = put_text(words[i]);
    for (unsigned round = 0; round < 20000; round++) {
        uint32_t keep = texts_end, cells[6];
        const uint32_t values[] = {
            0,    1,        handle,          node,     ARRAY,       BUFFER,
            1514, NONE,     PEER_MEMORY - 3, 64,       0x80000000u, texts[0],
            0xF,  texts[1], texts[2],        texts[3], texts[4],    texts[5]};

        for (size_t i = 0; i < 6; i++)
            cells[i] = values[random_next(&random) % (sizeof values / sizeof *values)];
        put_cell(0, put_text(services[random_next(&random) % 17]));
        put_cell(1, random_next(&random) % 7);
        put_cell(2, random_next(&random) % 4);
        for (uint32_t i = 0; i < 6; i++)
            put_cell(3 + i, cells[i]);
        /* Firmware is not asked: it would believe anything. */
        device_call(ARRAY);
        texts_end = keep;
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
#define BARE(name) cmocka_unit_test_setup_teardown(name, make_machine, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BARE(test_nodes_become_network_devices),
        BARE(test_what_firmware_says_stays),
        BARE(test_chosen),
        BARE(test_replies_of_other_kinds),
        BARE(test_a_card_that_fails_is_no_device),
        BARE(test_overlay),
        BARE(test_driver),
        BARE(test_overlay_where_firmware_says_yes_and_forgets),
        TEST(test_properties_of_others_are_firmwares),
        TEST(test_finddevice),
        TEST(test_open_starts_and_close_stops_the_card),
        TEST(test_open_of_others_is_firmwares),
        TEST(test_open_refused),
        TEST(test_open_of_a_broken_card),
        TEST(test_open_waits_for_the_link),
        TEST(test_each_frame_is_read_once),
        TEST(test_odd_reads),
        TEST(test_writes),
        TEST(test_reads_and_writes_of_others_are_firmwares),
        TEST(test_seek),
        TEST(test_call_method),
        TEST(test_call_method_fails),
        TEST(test_test),
        TEST(test_instance_to_path),
        TEST(test_memory),
        TEST(test_load),
        TEST(test_load_without_a_name_takes_the_boot_file),
        TEST(test_load_up_to_the_last_byte),
        TEST(test_load_fails),
        TEST(test_many_loads_in_a_row),
        TEST(test_load_with_addresses),
        TEST(test_load_asks_for_an_address),
        TEST(test_load_gets_no_address),
        TEST(test_the_end),
        TEST(test_enter_changes_nothing),
        TEST(test_unknown_services_pass),
        TEST(test_hostile_arrays),
        TEST(test_random_calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
