/* SPDX-License-Identifier: BSD-2-Clause */
/* What is made of the packets that a PXE ROM got, and when the boot server is asked again. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>

#include "boot/chain.h"
#include "boot/host/host.h"
#include "lib/bytes.h"
#include "net/address.h"
#include "net/dhcp_packet.h"
#include "peer.h"

/* After the rest, for it makes a macro of fail. */
#include <cmocka.h>

#define OURSELVES "sawboot-x86.pxe"

struct packet {
    uint8_t bytes[400];
    size_t length;
};

static struct network_config config;
static struct options options;
static struct packet ack, proxy;
static const char *served; /* the file that the server names to us */
static unsigned queries;

static void put_address(struct packet *packet, size_t offset, const char *text)
{
    address_to_bytes(peer_address(text), packet->bytes + offset);
}

static void option(struct packet *packet, uint8_t code, const void *value, size_t length)
{
    packet->bytes[packet->length++] = code;
    packet->bytes[packet->length++] = (uint8_t)length;
    memcpy(packet->bytes + packet->length, value, length);
    packet->length += length;
}

static void address_option(struct packet *packet, uint8_t code, const char *text)
{
    uint32_t address = peer_address(text);

    option(packet, code, &address, 4);
}

static void begin(struct packet *packet, uint32_t transaction, uint8_t type)
{
    memset(packet, 0, sizeof *packet);
    packet->bytes[DHCP_OP] = DHCP_REPLY;
    packet->bytes[DHCP_HTYPE] = 1;
    packet->bytes[DHCP_HLEN] = 6;
    put_be32(packet->bytes + DHCP_XID, transaction);
    memcpy(packet->bytes + DHCP_CHADDR, peer_client_station, 6);
    put_be32(packet->bytes + DHCP_COOKIE, DHCP_COOKIE_VALUE);
    packet->length = DHCP_OPTIONS;
    option(packet, DHCP_MESSAGE_TYPE, &type, 1);
}

static void name_file(struct packet *packet, const char *name)
{
    strcpy((char *)packet->bytes + DHCP_FILE, name);
}

/* The server of the wire: grants 10.0.2.15 and names `served`. */
static void receive(const struct peer_datagram *datagram)
{
    struct packet answer;
    uint8_t type = 0;

    if (datagram->to_port != DHCP_SERVER_PORT)
        return;
    queries++;
    dhcp_option(datagram->bytes, datagram->length, DHCP_MESSAGE_TYPE, &type, 1);
    begin(&answer, get_be32(datagram->bytes + DHCP_XID),
          type == DHCP_IS_DISCOVER ? DHCP_IS_OFFER : DHCP_IS_ACK);
    put_address(&answer, DHCP_YIADDR, "10.0.2.15");
    address_option(&answer, DHCP_SERVER_ID, "10.0.2.2");
    name_file(&answer, served);
    peer_send(peer_address("10.0.2.2"), 67, 0xFFFFFFFFu, 68, answer.bytes, answer.length);
}

static void lend(void)
{
    struct platform_lease lease = {ack.bytes, ack.length, proxy.bytes, proxy.length};

    host_set_lease(&lease);
}

static int set_up(void **state)
{
    (void)state;
    peer_start();
    host_clock_step_us(500);
    peer_on_receive(receive);
    memset(&config, 0xA5, sizeof config);
    memset(&options, 0, sizeof options);
    memset(&proxy, 0, sizeof proxy);
    begin(&ack, 0x11223344, DHCP_IS_ACK);
    put_address(&ack, DHCP_YIADDR, "10.0.2.77");
    put_address(&ack, DHCP_SIADDR, "10.0.2.5");
    address_option(&ack, DHCP_NETMASK, "255.255.255.0");
    address_option(&ack, DHCP_ROUTER, "10.0.2.1");
    address_option(&ack, DHCP_SERVER_ID, "10.0.2.2");
    name_file(&ack, OURSELVES);
    served = "mach_kernel";
    queries = 0;
    error_clear();
    lend();
    return 0;
}

static error_t ask(void)
{
    error_t error = chain_configure(&options, &config);

    return error == OK ? chain_check(&options, &config) : error;
}

static void test_lease_is_enough_when_a_file_is_known(void **state)
{
    (void)state;
    options.file = "mach_kernel";
    assert_int_equal(ask(), OK);
    assert_int_equal(queries, 0);
    assert_int_equal(config.method, NETWORK_DHCP);
    assert_int_equal(config.address, peer_address("10.0.2.77"));
    assert_int_equal(config.netmask, peer_address("255.255.255.0"));
    assert_int_equal(config.gateway, peer_address("10.0.2.1"));
    assert_int_equal(config.server, peer_address("10.0.2.5"));
    assert_int_equal(config.reply_length, ack.length);
    assert_memory_equal(config.reply, ack.bytes, ack.length);
    assert_non_null(strstr(host_console(), "as the PXE ROM got it"));
}

/* ProxyDHCP: the address is from one server, the names are from another. */
static void test_names_of_a_proxy(void **state)
{
    (void)state;
    begin(&proxy, 0x55667788, DHCP_IS_ACK);
    address_option(&proxy, DHCP_SERVER_ID, "10.0.2.9");
    name_file(&proxy, "other.pxe");
    put_address(&ack, DHCP_SIADDR, "0.0.0.0");
    lend();
    options.file = "mach_kernel";
    assert_int_equal(ask(), OK);
    assert_int_equal(config.address, peer_address("10.0.2.77"));
    assert_int_equal(config.server, peer_address("10.0.2.9"));
    assert_string_equal(config.file, "other.pxe");
    assert_int_equal(config.reply_length, ack.length);

    put_address(&proxy, DHCP_SIADDR, "10.0.2.10");
    assert_int_equal(ask(), OK);
    assert_int_equal(config.server, peer_address("10.0.2.10"));
    assert_int_equal(queries, 0);
    assert_non_null(strstr(host_console(), "gateway 10.0.2.1, from 10.0.2.2"));
}

/* It names a server alone: the file is still the first packet's. */
static void test_server_of_a_proxy(void **state)
{
    (void)state;
    begin(&proxy, 0x55667788, DHCP_IS_ACK);
    put_address(&proxy, DHCP_SIADDR, "10.0.2.10");
    lend();
    options.file = "mach_kernel";
    assert_int_equal(ask(), OK);
    assert_int_equal(config.server, peer_address("10.0.2.10"));
    assert_string_equal(config.file, OURSELVES);
    options.file = NULL;
    served = OURSELVES;
    assert_int_equal(ask(), ERROR_NET_ITSELF);
}

/* Some ROMs keep an answer of nobody: it names neither file nor server. */
static void test_empty_reply_changes_nothing(void **state)
{
    (void)state;
    begin(&proxy, 0x55667788, DHCP_IS_ACK);
    address_option(&proxy, DHCP_SERVER_ID, "10.0.2.9");
    lend();
    options.file = "mach_kernel";
    assert_int_equal(ask(), OK);
    assert_int_equal(config.server, peer_address("10.0.2.5"));
    assert_string_equal(config.file, OURSELVES);
    options.file = NULL;
    served = OURSELVES;
    assert_int_equal(ask(), ERROR_NET_ITSELF);
}

static void test_asks_for_the_file(void **state)
{
    (void)state;
    assert_int_equal(ask(), OK);
    assert_int_equal(queries, 2); /* DISCOVER, REQUEST */
    assert_string_equal(config.file, "mach_kernel");
    assert_int_equal(config.address, peer_address("10.0.2.15"));
}

static void test_words_ask_anew(void **state)
{
    (void)state;
    options.file = "mach_kernel";
    options.net = "dhcp";
    served = OURSELVES; /* does not matter: file= counts */
    assert_int_equal(ask(), OK);
    assert_int_equal(queries, 2);
}

static void test_ourselves_again(void **state)
{
    (void)state;
    served = OURSELVES;
    assert_int_equal(ask(), ERROR_NET_ITSELF);
    assert_int_equal(queries, 2);
    assert_non_null(strstr(error_detail(), "\"" OURSELVES "\" from 10.0.2.2"));
    /* The proxy named us, not the server of the lease. */
    begin(&proxy, 0x55667788, DHCP_IS_ACK);
    name_file(&proxy, "other.pxe");
    lend();
    assert_int_equal(ask(), OK);
    served = "other.pxe";
    assert_int_equal(ask(), ERROR_NET_ITSELF);
    served = "";
    assert_int_equal(ask(), OK);
}

/* A lease that is not for this card, or none at all, is not used. */
static void test_foreign_leases(void **state)
{
    static const size_t lengths[] = {0, 1, DHCP_FIXED_LENGTH - 1};

    (void)state;
    options.file = "mach_kernel";
    ack.bytes[DHCP_CHADDR + 5] ^= 1;
    assert_int_equal(ask(), OK);
    assert_int_equal(queries, 2);
    ack.bytes[DHCP_CHADDR + 5] ^= 1;
    put_address(&ack, DHCP_YIADDR, "0.0.0.0");
    assert_int_equal(ask(), OK);
    assert_int_equal(queries, 4);
    put_address(&ack, DHCP_YIADDR, "10.0.2.77");
    ack.bytes[DHCP_OPTIONS + 2] = DHCP_IS_OFFER;
    assert_int_equal(ask(), OK);
    assert_int_equal(queries, 6);
    ack.bytes[DHCP_OPTIONS + 2] = DHCP_IS_NAK;
    assert_int_equal(ask(), OK);
    assert_int_equal(queries, 8);
    ack.bytes[DHCP_OPTIONS + 2] = DHCP_IS_ACK;
    for (unsigned i = 0; i < 3; i++) {
        ack.length = lengths[i];
        lend();
        assert_int_equal(ask(), OK);
        assert_int_equal(queries, 10 + 2 * i);
    }
    options.file = NULL;
    assert_int_equal(ask(), OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_lease_is_enough_when_a_file_is_known, set_up),
        cmocka_unit_test_setup(test_names_of_a_proxy, set_up),
        cmocka_unit_test_setup(test_server_of_a_proxy, set_up),
        cmocka_unit_test_setup(test_empty_reply_changes_nothing, set_up),
        cmocka_unit_test_setup(test_asks_for_the_file, set_up),
        cmocka_unit_test_setup(test_words_ask_anew, set_up),
        cmocka_unit_test_setup(test_ourselves_again, set_up),
        cmocka_unit_test_setup(test_foreign_leases, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
