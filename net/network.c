/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lwIP over struct nic. A received frame is never copied here: lwIP gets a pbuf that points into
 * the card's buffer and has let go of it when the driver's handler returns.
 */
#include "net/network.h"

#include <string.h>

#include "boot/platform.h"
#include "boot/stack.h"
#include "console/console.h"
#include "drivers/nic.h"
#include "lib/bytes.h"
#include "lwip/etharp.h"
#include "lwip/init.h"
#include "lwip/netif.h"
#include "lwip/pbuf.h"
#include "lwip/sys.h"
#include "lwip/timeouts.h"
#include "lwip/udp.h"
#include "net/address.h"
#include "net/names.h"
#include "net/stack.h"
#include "net/tftp.h"

#define POLL_BUDGET      16 /* frames in one go, so that timers and keys get their turn */
#define KEY_INTERVAL_MS  100
#define LINK_INTERVAL_MS 100
#define KEY_ESCAPE       0x1B
#define KEY_CONTROL_C    0x03
#define FIRST_LOCAL_PORT 49152u /* RFC 6335 section 6: the dynamic ports */
#define REFUSERS_MAXIMUM 4

/* Frame layout: Ethernet II, RFC 791, RFC 768, RFC 792, RFC 826. */
#define ETHERNET_HEADER   14
#define ETHERNET_TYPE     12
#define IP_TOTAL_LENGTH   2
#define IP_FRAGMENT       6
#define IP_PROTOCOL       9
#define IP_SOURCE         12
#define IP_HEADER_MINIMUM 20
#define IP_MORE_OR_OFFSET 0x3FFF
#define UDP_LENGTH        4
#define UDP_HEADER        8
#define ICMP_HEADER       8
#define ICMP_UNREACHABLE  3
#define ICMP_PORT         3
#define ARP_LENGTH        28

static struct nic *card;
static struct netif interface;
static bool started_once, receiving;
static uint64_t keys_read_ms;
static uint32_t random_state;
static bool spanning_tree;
static bool link_up;
static uint64_t link_asked_ms, link_down_ms;
static struct refuser {
    uint32_t address;
    unsigned count;
} refusers[REFUSERS_MAXIMUM];

/* --- What lwIP asks of its port --------------------------------------------------------------- */

u32_t sys_now(void)
{
    return (u32_t)platform_milliseconds();
}

void network_diagnostics(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print_v(format, arguments);
    va_end(arguments);
}

void network_assertion_failed(const char *message, const char *file, int line)
{
    print("lwIP: %s (%s, line %d)\n", message, file, line);
    platform_exit();
}

/* --- Frames ----------------------------------------------------------------------------------- */

static void note_refusal(uint32_t from)
{
    for (size_t i = 0; i < REFUSERS_MAXIMUM; i++) {
        if (refusers[i].address == from || refusers[i].count == 0) {
            refusers[i].address = from;
            refusers[i].count++;
            return;
        }
    }
}

unsigned network_refusals(uint32_t from)
{
    for (size_t i = 0; i < REFUSERS_MAXIMUM; i++)
        if (refusers[i].count != 0 && refusers[i].address == from)
            return refusers[i].count;
    return 0;
}

/*
 * lwIP reads ARP packets, UDP headers and ICMP headers before it knows that they are all there, and
 * takes a datagram's length from the IP header alone. So lengths are checked here, once, and what
 * disagrees with itself goes no further.
 */
static bool ip_is_sound(const uint8_t *packet, size_t length)
{
    size_t header, total;

    if (length < IP_HEADER_MINIMUM || packet[0] >> 4 != 4)
        return false;
    header = (size_t)(packet[0] & 15) * 4;
    total = get_be16(packet + IP_TOTAL_LENGTH);
    if (header < IP_HEADER_MINIMUM || total < header || total > length)
        return false;
    if ((get_be16(packet + IP_FRAGMENT) & IP_MORE_OR_OFFSET) != 0)
        return false;
    packet += header;
    length = total - header;
    switch (packet[IP_PROTOCOL - (ptrdiff_t)header]) {
    case IP_PROTO_UDP:
        return length >= UDP_HEADER && get_be16(packet + UDP_LENGTH) == length;
    case IP_PROTO_ICMP:
        return length >= ICMP_HEADER;
    default:
        return false;
    }
}

static bool frame_is_sound(const uint8_t *frame, size_t length)
{
    if (length < ETHERNET_HEADER || length > NIC_FRAME_MAXIMUM)
        return false;
    switch (get_be16(frame + ETHERNET_TYPE)) {
    case ETHTYPE_ARP:
        return length >= ETHERNET_HEADER + ARP_LENGTH;
    case ETHTYPE_IP:
        return ip_is_sound(frame + ETHERNET_HEADER, length - ETHERNET_HEADER);
    default:
        return false;
    }
}

/* IEEE 802.1D: bridge group address, LLC 42 42 03. */
static bool frame_is_spanning_tree(const uint8_t *frame, size_t length)
{
    return length >= ETHERNET_HEADER + 3 && memcmp(frame, nic_bridge_group, 6) == 0 &&
           frame[ETHERNET_HEADER] == 0x42 && frame[ETHERNET_HEADER + 1] == 0x42;
}

/* A sound ICMP "port unreachable" (RFC 792) that some machine sent about a packet of ours. */
static bool is_refusal(const uint8_t *packet)
{
    const uint8_t *icmp = packet + (size_t)(packet[0] & 15) * 4;

    return packet[IP_PROTOCOL] == IP_PROTO_ICMP && icmp[0] == ICMP_UNREACHABLE &&
           icmp[1] == ICMP_PORT;
}

static void received_released(struct pbuf *pbuf)
{
    (void)pbuf; /* static: there is nothing to give back */
}

static void received(struct nic *nic, const uint8_t *frame, size_t length)
{
    static struct pbuf_custom wrapper;
    struct pbuf *pbuf;

    (void)nic;
    if (frame_is_spanning_tree(frame, length))
        spanning_tree = true;
    if (!frame_is_sound(frame, length))
        return;
    if (get_be16(frame + ETHERNET_TYPE) == ETHTYPE_IP && is_refusal(frame + ETHERNET_HEADER))
        note_refusal(address_from_bytes(frame + ETHERNET_HEADER + IP_SOURCE));

    wrapper.custom_free_function = received_released;
    pbuf = pbuf_alloced_custom(PBUF_RAW, (u16_t)length, PBUF_REF, &wrapper,
                               LWIP_CONST_CAST(void *, frame), (u16_t)length);
    /* One reference: every way through lwIP ends in pbuf_free before input returns. */
    LWIP_ASSERT("received frame does not fit its wrapper", pbuf != NULL);
    receiving = true;
    if (interface.input(pbuf, &interface) != ERR_OK)
        pbuf_free(pbuf);
    receiving = false;
    LWIP_ASSERT("received frame still in use", wrapper.pbuf.ref == 0);
}

static err_t transmit(struct netif *netif, struct pbuf *pbuf)
{
    static uint8_t flat[NIC_FRAME_MAXIMUM];
    const uint8_t *frame = pbuf->payload;

    (void)netif;
    if (pbuf->tot_len > sizeof flat)
        return ERR_BUF;
    if (pbuf->next != NULL) {
        pbuf_copy_partial(pbuf, flat, pbuf->tot_len, 0);
        frame = flat;
    }
    return card->driver->transmit(card, frame, pbuf->tot_len) == OK ? ERR_OK : ERR_IF;
}

/* --- The interface ---------------------------------------------------------------------------- */

static err_t interface_begin(struct netif *netif)
{
    netif->name[0] = 'e';
    netif->name[1] = 'n';
    netif->mtu = NETWORK_MTU;
    netif->hwaddr_len = 6;
    memcpy(netif->hwaddr, card->address, 6);
    netif->flags =
        NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET | NETIF_FLAG_LINK_UP;
    netif->output = etharp_output;
    netif->linkoutput = transmit;
    return ERR_OK;
}

error_t network_start(struct nic *nic)
{
    if (card != NULL)
        network_stop();
    if (!started_once) {
        lwip_init();
        started_once = true;
    }
    card = nic;
    spanning_tree = false;
    link_up = nic->driver->link(nic);
    link_asked_ms = platform_milliseconds();
    link_down_ms = 0;
    keys_read_ms = 0;
    memset(refusers, 0, sizeof refusers);
    /* Two machines that start at the same moment differ in the station address. */
    random_state = get_be32(nic->address + 2) ^ (uint32_t)platform_microseconds() * 2654435761u;
    if (netif_add_noaddr(&interface, NULL, interface_begin, netif_input) == NULL) {
        card = NULL;
        return fail(ERROR_NET_STACK, "adding the interface");
    }
    /* The stack's clock stood still while there was no card. */
    sys_restart_timeouts();
    netif_set_default(&interface);
    netif_set_up(&interface);
    return OK;
}

void network_stop(void)
{
    if (card == NULL)
        return;
    tftp_forget();
    names_forget();
    netif_set_down(&interface);
    netif_remove(&interface);
    card = NULL;
}

/*
 * Asks for the link now and then: to say so when it is lost, and because some cards bring a link up
 * again only step by step, one with each question (drivers/nic.h).
 */
static void watch_link(void)
{
    uint64_t now = platform_milliseconds();
    bool up;

    if (now - link_asked_ms < LINK_INTERVAL_MS)
        return;
    link_asked_ms = now;
    stack_check();
    up = card->driver->link(card);
    if (!up)
        link_down_ms = now;
    if (up != link_up)
        print(up ? "\n  the link is up again\n" : "\n  the link is down\n");
    link_up = up;
}

void network_poll(void)
{
    if (card == NULL)
        return;
    watch_link();
    card->driver->poll(card, received, POLL_BUDGET);
    sys_check_timeouts();
}

struct netif *network_interface(void)
{
    return card != NULL ? &interface : NULL;
}

bool network_receiving(void)
{
    return receiving;
}

unsigned network_burst(void)
{
    return card->driver->burst;
}

const uint8_t *network_station(void)
{
    return card->address;
}

void network_set_address(uint32_t address, uint32_t netmask, uint32_t gateway)
{
    ip4_addr_t ip = {address}, mask = {netmask}, router = {gateway};

    netif_set_addr(&interface, &ip, &mask, &router);
}

bool network_local(uint32_t address)
{
    uint32_t own = netif_ip4_addr(&interface)->addr, mask = netif_ip4_netmask(&interface)->addr;

    return ((own ^ address) & mask) == 0;
}

bool network_reachable(uint32_t address)
{
    return network_local(address) || netif_ip4_gw(&interface)->addr != 0;
}

void network_find_again(uint32_t address)
{
    ip4_addr_t hop = {network_local(address) ? address : netif_ip4_gw(&interface)->addr};

    etharp_request(&interface, &hop);
}

bool network_link(void)
{
    return card->driver->link(card);
}

const char *network_link_text(void)
{
    return network_link() ? "" : ", the link is down";
}

uint64_t network_link_down_ms(void)
{
    return link_down_ms;
}

bool network_spanning_tree(void)
{
    return spanning_tree;
}

/* xorshift32 (Marsaglia 2003); a state of zero would stay zero. */
uint32_t network_random(void)
{
    random_state ^= (uint32_t)platform_microseconds();
    if (random_state == 0)
        random_state = 0x9E3779B9u;
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state;
}

uint32_t network_spread(uint32_t milliseconds)
{
    return milliseconds - milliseconds / 4 + network_random() % (milliseconds / 2 + 1);
}

bool network_interrupted(void)
{
    uint64_t now = platform_milliseconds();
    int key;

    if (now - keys_read_ms < KEY_INTERVAL_MS)
        return false;
    keys_read_ms = now;
    key = platform_read_key();
    return key == KEY_ESCAPE || key == KEY_CONTROL_C;
}

/* --- UDP -------------------------------------------------------------------------------------- */

struct udp_pcb *network_open_udp(uint16_t port)
{
    struct udp_pcb *endpoint = udp_new();

    if (endpoint == NULL)
        return NULL;
    for (unsigned tries = 0; tries < 16; tries++) {
        uint16_t local =
            port != 0 ? port : (uint16_t)(FIRST_LOCAL_PORT + network_random() % 16384u);

        if (udp_bind(endpoint, IP4_ADDR_ANY, local) == ERR_OK)
            return endpoint;
    }
    udp_remove(endpoint);
    return NULL;
}

void network_close_udp(struct udp_pcb *endpoint)
{
    if (endpoint != NULL)
        udp_remove(endpoint);
}

bool network_send_udp(struct udp_pcb *endpoint, uint32_t to, uint16_t port, const uint8_t *bytes,
                      size_t length)
{
    struct pbuf *pbuf;
    ip_addr_t address = {to};
    bool sent;

    if (card == NULL || length > NETWORK_PACKET_MAXIMUM)
        return false;
    pbuf = pbuf_alloc(PBUF_TRANSPORT, (u16_t)length, PBUF_RAM);
    if (pbuf == NULL)
        return false;
    pbuf_take(pbuf, bytes, (u16_t)length);
    sent = udp_sendto_if_src(endpoint, pbuf, &address, port, &interface,
                             netif_ip4_addr(&interface)) == ERR_OK;
    pbuf_free(pbuf);
    return sent;
}
