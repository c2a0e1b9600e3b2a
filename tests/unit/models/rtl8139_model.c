/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/models/rtl8139_model.h"

#include <string.h>

#include "boot/host/host.h"
#include "lib/bytes.h"

#define CAPR_LAG 16u

static void violate(struct rtl8139_model *m, const char *what)
{
    if (m->violations++ == 0)
        m->violation = what;
}

static unsigned ring_length(const struct rtl8139_model *m)
{
    return 8192u << (m->rcr >> 11 & 3);
}

static void reset(struct rtl8139_model *m)
{
    m->resets++;
    m->command = m->reset_hangs ? 0x10 : 0;
    m->isr = 0;
    m->tcr = m->version;
    m->rcr = 0;
    m->rbstart = 0;
    m->read_at = m->write_at = 0;
    m->overflowed = false;
    m->slot = 0;
    for (unsigned i = 0; i < 4; i++)
        m->tsd[i] = 0x2000;
    memcpy(m->idr, m->eeprom_address, 6);
}

static bool unlocked(const struct rtl8139_model *m)
{
    return (m->config & 0xC0) == 0xC0;
}

/* --- Receive ----------------------------------------------------------------------------- */

static unsigned room(const struct rtl8139_model *m)
{
    unsigned used = (m->write_at - m->read_at) & (ring_length(m) - 1);

    return ring_length(m) - used;
}

static bool admit(struct rtl8139_model *m, size_t length)
{
    if (!(m->command & 0x08) || m->overflowed || !(m->rcr & 0x0F)) {
        m->lost++;
        return false;
    }
    if (length + 8 + 4 >= room(m)) {
        m->isr |= 0x10;
        m->overflowed = true;
        m->lost++;
        return false;
    }
    return true;
}

static uint8_t *ring(struct rtl8139_model *m)
{
    return host_memory(m->rbstart);
}

static void place(struct rtl8139_model *m, unsigned at, const uint8_t *frame, size_t length)
{
    uint8_t *header = ring(m) + at;

    if (!(m->rcr & 0x80))
        violate(m, "a ring without WRAP");
    memcpy(header + 4, frame, length);
    memset(header + 4 + length, 0xCC, 4); /* the CRC */
    put_le16(header, 0x2001);
    put_le16(header + 2, (uint16_t)(length + 4));
}

static unsigned after(const struct rtl8139_model *m, unsigned at, size_t length)
{
    return (unsigned)((at + 4 + length + 4 + 3) & ~(size_t)3) & (ring_length(m) - 1);
}

/* rtl8139_can_receive and rtl8139_do_receive there. */
static bool fits(struct rtl8139_model *m, size_t length)
{
    if (m->read_at == m->write_at)
        return true;
    if (room(m) < 1514)
        return false;
    if (((length + 8 + 3) & ~(size_t)3) < room(m))
        return true;
    m->isr |= 0x10;
    return false;
}

static void put(struct rtl8139_model *m, const uint8_t *frame, size_t length)
{
    place(m, m->write_at, frame, length);
    m->write_at = after(m, m->write_at, length);
    m->isr |= 0x01;
}

static void try_kept(struct rtl8139_model *m)
{
    unsigned taken = 0;

    for (; taken < m->kept_count && fits(m, m->kept_length[taken]); taken++)
        put(m, m->kept[taken], m->kept_length[taken]);
    m->kept_count -= taken;
    for (unsigned i = 0; i < m->kept_count; i++) {
        m->kept[i] = m->kept[taken + i];
        m->kept_length[i] = m->kept_length[taken + i];
    }
}

static bool receive_or_keep(struct rtl8139_model *m, const uint8_t *frame, size_t length)
{
    if (!(m->command & 0x08) || !(m->rcr & 0x0F) || m->kept_count == RTL_MODEL_KEPT) {
        m->lost++;
        return false;
    }
    if (m->kept_count == 0 && fits(m, length)) {
        put(m, frame, length);
    } else {
        m->kept[m->kept_count] = frame;
        m->kept_length[m->kept_count++] = length;
    }
    return true;
}

bool rtl8139_model_receive(struct rtl8139_model *m, const uint8_t *frame, size_t length)
{
    if (m->keeps_frames)
        return receive_or_keep(m, frame, length);
    if (!admit(m, length))
        return false;
    put(m, frame, length);
    return true;
}

bool rtl8139_model_begin(struct rtl8139_model *m, size_t length)
{
    if (!admit(m, length))
        return false;
    put_le16(ring(m) + m->write_at, 0x2001);
    put_le16(ring(m) + m->write_at + 2, 0xFFF0);
    m->write_at = after(m, m->write_at, length);
    return true;
}

void rtl8139_model_finish(struct rtl8139_model *m, const uint8_t *frame, size_t length)
{
    place(m, (unsigned)(m->write_at - ((8 + length + 3) & ~(size_t)3)) & (ring_length(m) - 1),
          frame, length);
    m->isr |= 0x01;
}

void rtl8139_model_bad_header(struct rtl8139_model *m, uint16_t status, uint16_t length,
                              size_t follows)
{
    put_le16(ring(m) + m->write_at, status);
    put_le16(ring(m) + m->write_at + 2, length);
    m->write_at = (unsigned)(m->write_at + 4 + follows) & ~3u & (ring_length(m) - 1);
}

/* --- Transmit ---------------------------------------------------------------------------- */

static bool stalled(const struct rtl8139_model *m)
{
    for (unsigned i = 0; i < 4; i++) {
        if (m->tsd[i] & 0x40000000)
            return true;
    }
    return false;
}

static void send(struct rtl8139_model *m, unsigned slot)
{
    size_t length = m->tsd[slot] & 0x1FFF;

    m->waiting[slot] = false;
    if (m->sent_count < RTL_MODEL_SENT) {
        memcpy(m->sent[m->sent_count], host_memory(m->tsad[slot]), length);
        m->sent_length[m->sent_count++] = length;
    }
    m->tsd[slot] |= 0x2000;
    if (m->aborts != 0) {
        m->aborts--;
        m->tsd[slot] |= 0x40000000;
    } else if (m->underruns != 0) {
        m->underruns--;
        m->tsd[slot] |= 0x4000;
    } else {
        m->tsd[slot] |= 0x8000;
    }
}

/* In slot order; an aborted frame holds up the others. */
static void send_waiting(struct rtl8139_model *m)
{
    for (unsigned i = 0; i < 4; i++) {
        unsigned slot = (m->slot + i) % 4;

        if (m->waiting[slot] && (m->command & 0x04) && !m->transmitter_dead && !stalled(m))
            send(m, slot);
    }
}

static void write_tsd(struct rtl8139_model *m, unsigned slot, uint32_t value)
{
    size_t length = value & 0x1FFF;

    if (slot != m->slot)
        violate(m, "slots out of turn");
    if (!(m->tsd[slot] & 0x2000))
        violate(m, "a busy slot written");
    if (length < 60 || length > 1514)
        violate(m, "frame length");
    m->slot = (slot + 1) % 4;
    m->tsd[slot] = value & ~0x2000u;
    m->waiting[slot] = true;
    send_waiting(m);
}

/* --- Registers ----------------------------------------------------------------------------- */

static void write_command(struct rtl8139_model *m, uint8_t value)
{
    if (value & 0x10) {
        reset(m);
        return;
    }
    if (m->command & 0x10)
        return;
    if ((m->command & 0x08) && !(value & 0x08) && m->last_moment != NULL) {
        const uint8_t *frame = m->last_moment;

        m->last_moment = NULL;
        rtl8139_model_receive(m, frame, m->last_moment_length);
    }
    if (!(m->command & 0x08) && (value & 0x08)) {
        m->receiver_starts++;
        if (!m->keeps_frames)
            m->read_at = m->write_at = 0;
        m->overflowed = false;
        if (m->rbstart == 0)
            violate(m, "receiver on without a ring");
    }
    if (!(value & 0x04)) {
        m->slot = 0;
        for (unsigned i = 0; i < 4; i++) {
            m->tsd[i] = 0x2000;
            m->waiting[i] = false;
        }
    }
    m->command = m->receiver_hangs ? (m->command | value) & 0x0C : value & 0x0C;
}

static void write_isr(struct rtl8139_model *m, uint16_t value)
{
    /* With the receiver off there is nothing in the FIFO, and QEMU has none. */
    if ((m->command & 0x08) && !m->keeps_frames && (value & m->isr & 0x50) &&
        m->read_at != m->write_at)
        violate(m, "overflow cleared while the ring is not empty");
    m->isr &= (uint16_t)~value;
}

static void write_model(void *context, unsigned offset, unsigned width, uint32_t value)
{
    struct rtl8139_model *m = context;

    if (offset < 8) {
        if (width != 4 || !unlocked(m))
            violate(m, "IDR written otherwise than as 32 bits, unlocked");
        else
            put_le32(m->idr + offset, value);
    } else if (offset >= 0x10 && offset < 0x30) {
        if (width != 4)
            violate(m, "TSD or TSAD not 32 bits wide");
        if (offset < 0x20)
            write_tsd(m, (offset - 0x10) / 4, value);
        else
            m->tsad[(offset - 0x20) / 4] = value;
    } else {
        switch (offset) {
        case 0x08:
        case 0x0C:
            m->mar[(offset - 8) / 4] = value;
            break;
        case 0x30:
            m->rbstart = value;
            break;
        case 0x37:
            write_command(m, (uint8_t)value);
            break;
        case 0x38:
            m->read_at = (value + CAPR_LAG) & (ring_length(m) - 1);
            if (m->keeps_frames)
                try_kept(m);
            break;
        case 0x3C:
            if (value != 0)
                violate(m, "a cause unmasked");
            break;
        case 0x3E:
            write_isr(m, (uint16_t)value);
            break;
        case 0x40:
            if (width != 4)
                violate(m, "TCR not 32 bits wide");
            if (m->command & 0x04)
                m->tcr = m->version | (value & ~1u);
            if (value & 1) {
                for (unsigned i = 0; i < 4; i++)
                    m->tsd[i] &= ~0x40000000u;
                send_waiting(m);
            }
            break;
        case 0x44:
            if (width != 4)
                violate(m, "RCR not 32 bits wide");
            m->rcr = value;
            m->read_at = m->write_at = 0;
            break;
        case 0x4C:
            break;
        case 0x50:
            m->config = (uint8_t)value;
            if ((value & 0xC0) == 0x80)
                serial_model_wires(&m->eeprom, value & 8, value & 4, value & 2);
            break;
        case 0x52:
            if (!unlocked(m))
                violate(m, "CONFIG1 written while locked");
            m->config1 = (uint8_t)value;
            break;
        case 0x5B:
            m->hltclk = (uint8_t)value;
            break;
        default:
            violate(m, "a write to a register that has no business here");
        }
    }
}

static uint32_t read_model(void *context, unsigned offset, unsigned width)
{
    struct rtl8139_model *m = context;

    if (offset < 6 && width == 1)
        return m->idr[offset];
    if (offset >= 0x10 && offset < 0x20)
        return m->tsd[(offset - 0x10) / 4];
    switch (offset) {
    case 0x37:
        return m->command | (m->read_at == m->write_at ? 1u : 0u);
    case 0x38:
        return (m->read_at - CAPR_LAG) & 0xFFFF;
    case 0x3A:
        return m->write_at;
    case 0x3E:
        return m->isr;
    case 0x40:
        return m->tcr;
    case 0x50:
        return (m->config & ~1u) | (m->eeprom.output ? 1u : 0u);
    case 0x52:
        return m->config1;
    case 0x58:
        return m->link ? 0xD0 : 0xD4;
    case 0x08:
    case 0x0C:
        return m->mar[(offset - 8) / 4];
    case 0x30:
        return m->rbstart;
    case 0x44:
        return m->rcr;
    case 0x3C: /* IMR: no cause is ever unmasked */
    case 0x4C: /* MPC, and what the PHY counts: DIS, FCSC, REC */
    case 0x6C:
    case 0x6E:
    case 0x72:
        return 0;
    case 0x62: /* BMCR to ANER of a PHY that has negotiated 100 Mbit/s full duplex */
        return 0x3100;
    case 0x64:
        return m->link ? 0x782D : 0x7809;
    case 0x66:
        return 0x01E1;
    case 0x68:
        return m->link ? 0x45E1 : 0;
    case 0x6A:
        return 1;
    default:
        violate(m, "a read of a register that has no business here");
        return 0;
    }
}

void rtl8139_model_init(struct rtl8139_model *m, const uint8_t address[6])
{
    memset(m, 0, sizeof *m);
    m->io.context = m;
    m->io.read = read_model;
    m->io.write = write_model;
    m->version = 0x74000000; /* 8139C */
    m->tcr = m->version;
    m->link = true;
    m->eeprom.address_bits = 6;
    m->eeprom.words[0] = 0x8129;
    m->eeprom.words[1] = 0x10EC;
    for (unsigned i = 0; i < 3; i++)
        m->eeprom.words[7 + i] = get_le16(address + 2 * i);
    memcpy(m->eeprom_address, address, 6);
}
