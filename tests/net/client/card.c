/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/net/client/card.h"

#include <string.h>

#include "boot/host/host.h"
#include "console/error.h"
#include "tests/unit/models/e1000_model.h"
#include "tests/unit/models/rtl8139_model.h"

/* The longest frames that they take, without the FCS: RTL8139 data sheet, RCR's long packets; 8254x
 * manual, RCTL.LPE off. */
#define RTL8139_LONGEST 1788
#define E1000_LONGEST   1518

enum kind { SCRIPTED, RTL8139, E1000 };

static enum kind kind;
static uint8_t station[6];
static card_sent sent_handler;
static card_pump pump_handler;
static struct rtl8139_model rtl8139;
static struct e1000_model e1000;
static struct nic nic;
/* The driver that the network sees: the card's own, with the pump in front of it. */
static const struct nic_driver *own;
static struct nic_driver pumped;

/* Takes out of the model what the driver has sent. */
static void collect(void)
{
    if (kind == RTL8139) {
        for (unsigned i = 0; i < rtl8139.sent_count; i++)
            sent_handler(rtl8139.sent[i], rtl8139.sent_length[i]);
        rtl8139.sent_count = 0;
    } else if (kind == E1000) {
        for (unsigned i = 0; i < e1000.sent_count; i++)
            sent_handler(e1000.sent[i], e1000.sent_length[i]);
        e1000.sent_count = 0;
    }
}

static error_t transmit(struct nic *card, const uint8_t *frame, size_t length)
{
    error_t error = own->transmit(card, frame, length);

    collect();
    return error;
}

static unsigned poll(struct nic *card, nic_receive receive, unsigned budget)
{
    pump_handler();
    return own->poll(card, receive, budget);
}

static void scripted_sent(void *context, const uint8_t *frame, size_t length)
{
    uint8_t padded[NIC_FRAME_MINIMUM] = {0};

    (void)context;
    if (length < sizeof padded) {
        memcpy(padded, frame, length);
        frame = padded;
        length = sizeof padded;
    }
    sent_handler(frame, length);
}

bool card_insert(const char *name, const uint8_t address[6], card_sent sent, card_pump pump)
{
    struct pci_device pci = {.class_code = 0x020000, .path = "/pci@f2000000/network@f"};

    memcpy(station, address, sizeof station);
    sent_handler = sent;
    pump_handler = pump;
    if (strcmp(name, "scripted") == 0) {
        kind = SCRIPTED;
        host_add_scripted_card(address, scripted_sent, NULL);
    } else if (strcmp(name, "rtl8139") == 0) {
        kind = RTL8139;
        pci.vendor = 0x10EC;
        pci.device = 0x8139;
        rtl8139_model_init(&rtl8139, address);
        host_add_card(&pci, 1, false, &rtl8139.io);
    } else if (strcmp(name, "e1000") == 0) {
        kind = E1000;
        pci.vendor = 0x8086;
        pci.device = 0x100E;
        e1000_model_init(&e1000, address);
        host_add_card(&pci, 0, false, &e1000.io);
    } else {
        return false;
    }
    return true;
}

struct nic *card_open(void)
{
    error_t error;

    if (nic_find(&nic, 1) != 1)
        return NULL;
    own = nic.driver;
    pumped = *own;
    pumped.transmit = transmit;
    pumped.poll = poll;
    nic.driver = &pumped;
    error = nic_open(&nic);
    if (error == OK && nic_wait_link(&nic, 1, 10000) == NULL)
        error = fail(ERROR_NIC_LINK, "in 10 s");
    if (error == OK)
        return &nic;
    error_show(error);
    return NULL;
}

void card_close(void)
{
    nic_close(&nic);
}

static bool is_for_us(const uint8_t *frame)
{
    static const uint8_t everybody[6] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};

    return memcmp(frame, station, 6) == 0 || memcmp(frame, everybody, 6) == 0 ||
           memcmp(frame, nic_bridge_group, 6) == 0;
}

void card_deliver(const uint8_t *frame, size_t length)
{
    if (length < 14) {
        /* Nothing to tell whose it is; only the card without registers hands such things on. */
        if (kind == SCRIPTED)
            host_deliver(frame, length);
        return;
    }
    if (!is_for_us(frame))
        return;
    if (kind == SCRIPTED)
        host_deliver(frame, length);
    else if (kind == RTL8139 && length <= RTL8139_LONGEST)
        rtl8139_model_receive(&rtl8139, frame, length);
    else if (kind == E1000 && length <= E1000_LONGEST)
        e1000_model_receive(&e1000, frame, length, 0);
}

const char *card_violation(void)
{
    if (kind == RTL8139 && rtl8139.violations != 0)
        return rtl8139.violation;
    return kind == E1000 && e1000.violations != 0 ? e1000.violation : NULL;
}
