/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/models/e1000_model.h"

#include <string.h>

#include "boot/host/host.h"
#include "lib/bytes.h"

#define REG(m, offset) ((m)->registers[(offset) / 4])

static void violate(struct e1000_model *m, const char *what)
{
    if (m->violations++ == 0)
        m->violation = what;
}

uint32_t e1000_model_register(const struct e1000_model *m, unsigned offset)
{
    return REG(m, offset);
}

/* The 82542's places, brought to those of the later chips (Linux e1000_hw.h, E1000_82542_*). */
static unsigned new_place(struct e1000_model *m, unsigned offset)
{
    static const struct {
        uint16_t old, later;
    } moved[] = {{0x108, 0x2820}, {0x110, 0x2800}, {0x114, 0x2804}, {0x118, 0x2808},
                 {0x120, 0x2810}, {0x128, 0x2818}, {0x160, 0x2168}, {0x168, 0x2160},
                 {0x420, 0x3800}, {0x424, 0x3804}, {0x428, 0x3808}, {0x430, 0x3810},
                 {0x438, 0x3818}, {0x440, 0x3820}};

    if (!m->old_places)
        return offset;
    for (unsigned i = 0; i < sizeof moved / sizeof moved[0]; i++) {
        if (offset == moved[i].old)
            return moved[i].later;
    }
    if (offset >= 0x40 && offset < 0xC0)
        return 0x5400 + offset - 0x40;
    if (offset >= 0x200 && offset < 0x400)
        return 0x5200 + offset - 0x200;
    if (offset >= 0x600 && offset < 0x800)
        return 0x5600 + offset - 0x600;
    if (offset >= 0x1000)
        violate(m, "a register that the 82542 does not have");
    return offset;
}

static void load_address(struct e1000_model *m)
{
    uint8_t address[6];

    for (unsigned i = 0; i < 3; i++)
        put_le16(address + 2 * i, m->eeprom.words[i]);
    if (m->second_port)
        address[5] ^= 1;
    REG(m, 0x5400) = get_le32(address);
    REG(m, 0x5404) = get_le16(address + 4) | (m->marks_valid ? 0x80000000u : 0);
}

static void reset(struct e1000_model *m)
{
    m->resets++;
    if (m->phy_reset_first && m->phy_resets == 0)
        violate(m, "MAC reset before the PHY's");
    if (REG(m, 0x0100) & 2)
        violate(m, "reset with the receiver on");
    m->reset_at_us = platform_microseconds();
    memset(m->registers, 0, sizeof m->registers);
    REG(m, 0x5820) = 0x00002000; /* MANC.ARP_EN, from the EEPROM */
    REG(m, 0x5400) = m->left_by_reset[0];
    REG(m, 0x5404) = m->left_by_reset[1];
    if (m->loads_by_itself)
        load_address(m);
    if (m->link_lost_in_reset)
        m->link = false;
}

/* --- PHY --------------------------------------------------------------------------------- */

static uint16_t phy_read(const struct e1000_model *m, unsigned number)
{
    if (number == 1)
        return m->link ? 0x796D : 0x7949;
    switch ((m->phy_page & ~31u) | number) {
    case 0x20D0:
        return m->fuse;
    case 0x20D1:
        return m->spare_fuse;
    }
    return m->phy[number & 31];
}

static void phy_write(struct e1000_model *m, unsigned number, uint16_t value)
{
    if (number == 31) {
        m->phy_page = value;
        return;
    }
    if (m->phy_write_count < 64) {
        m->phy_writes[m->phy_write_count].number =
            (uint16_t)(number < 16 && m->phy_page < 16 ? number : (m->phy_page & ~31u) | number);
        if (number == 0)
            m->phy_writes[m->phy_write_count].number = 0;
        m->phy_writes[m->phy_write_count++].value = value;
    }
    m->phy[number & 31] = value;
}

static void write_mdic(struct e1000_model *m, uint32_t value)
{
    unsigned number = value >> 16 & 31;

    if ((value >> 21 & 31) != 1)
        violate(m, "PHY address");
    if (m->phy_silent)
        return;
    if (value & 0x04000000)
        phy_write(m, number, (uint16_t)value);
    REG(m, 0x20) = (value & 0xFFFF0000) | 0x10000000 |
                   (value & 0x08000000 ? phy_read(m, number) : (value & 0xFFFF));
}

/* One rising edge of MDC: IEEE 802.3 clause 22 frames, after any number of ones. */
static void mdio_edge(struct e1000_model *m, bool host_drives, bool data)
{
    if (m->mdio_out_left != 0) {
        if (host_drives)
            violate(m, "both drive MDIO");
        /* the first clock is the turnaround, which the PHY drives low */
        m->mdio_out = m->mdio_out_left == 17 ? false : m->mdio_data >> (m->mdio_out_left - 1) & 1;
        m->mdio_out_left--;
        return;
    }
    if (!host_drives) {
        m->mdio_bits = 0;
        return;
    }
    if (m->mdio_bits == 0 && data)
        return; /* preamble */
    m->mdio_in = m->mdio_bits == 0 ? 0 : m->mdio_in << 1 | data;
    m->mdio_bits++;
    if (m->mdio_bits == 14 && (m->mdio_in >> 10 & 3) == 2) {
        if ((m->mdio_in >> 5 & 31) != 1)
            violate(m, "PHY address");
        m->mdio_data = phy_read(m, m->mdio_in & 31);
        m->mdio_out_left = 17;
        m->mdio_bits = 0;
    } else if (m->mdio_bits == 32) {
        violate(m, "an MDIO frame that is no read");
        m->mdio_bits = 0;
    }
}

/* --- Receive ------------------------------------------------------------------------------- */

static bool link_up(const struct e1000_model *m)
{
    uint32_t ctrl = REG(m, 0x0000);

    if (m->fibre) {
        if (m->partner_is_silent_until_forced)
            return m->link && (ctrl & 0x40);
        return m->link && !(ctrl & 0x48) && (REG(m, 0x178) & 0x80000000);
    }
    return m->link && (ctrl & 0x40);
}

static bool put_frame(struct e1000_model *m, const uint8_t *bytes, size_t length, uint8_t status,
                      uint8_t errors)
{
    uint32_t count = REG(m, 0x2808) / 16, head = REG(m, 0x2810);
    uint8_t *descriptor = host_memory(REG(m, 0x2800) + head * 16);

    if (head == REG(m, 0x2818)) {
        m->lost++;
        return false;
    }
    if (descriptor[12] != 0)
        violate(m, "a descriptor given with a status");
    memcpy(host_memory(get_le64(descriptor)), bytes, length);
    put_le16(descriptor + 8, (uint16_t)length);
    descriptor[13] = errors;
    descriptor[12] = status;
    REG(m, 0x2810) = (head + 1) % count;
    return true;
}

bool e1000_model_receive(struct e1000_model *m, const uint8_t *frame, size_t length, uint8_t errors)
{
    uint8_t with_crc[16384];
    size_t at = 0;

    if (!(REG(m, 0x0100) & 2) || !link_up(m)) {
        m->lost++;
        return false;
    }
    memcpy(with_crc, frame, length);
    memset(with_crc + length, 0xCC, 4);
    length += 4;
    while (length - at > 2048) {
        if (!put_frame(m, with_crc + at, 2048, 1, 0))
            return false;
        at += 2048;
    }
    return put_frame(m, with_crc + at, length - at, 3, errors);
}

/* --- Transmit ------------------------------------------------------------------------------ */

static void send(struct e1000_model *m)
{
    uint32_t count = REG(m, 0x3808) / 16;

    while (REG(m, 0x3810) != REG(m, 0x3818) && (REG(m, 0x0400) & 2) && !m->transmitter_dead) {
        uint8_t *descriptor = host_memory(REG(m, 0x3800) + REG(m, 0x3810) * 16);
        size_t length = get_le16(descriptor + 8);

        if ((descriptor[11] & 3) != 3)
            violate(m, "a frame without EOP and IFCS");
        if (length < 60 || length > 1514)
            violate(m, "frame length");
        if (m->sent_count < E1000_MODEL_SENT) {
            m->sent_from[m->sent_count] = (uint32_t)get_le64(descriptor);
            memcpy(m->sent[m->sent_count], host_memory(get_le64(descriptor)), length);
            m->sent_length[m->sent_count++] = length;
        }
        if (descriptor[11] & 8)
            descriptor[12] |= 1;
        REG(m, 0x3810) = (REG(m, 0x3810) + 1) % count;
    }
}

/* --- Registers ------------------------------------------------------------------------------- */

static void write_ctrl(struct e1000_model *m, uint32_t value)
{
    uint32_t before = REG(m, 0x0000);

    REG(m, 0x0000) = value;
    if ((value & 0x80000000) && !(before & 0x80000000))
        m->phy_resets++;
    if (value & 0x02000000) { /* MDC is an output */
        bool mdc = (value & 0x00200000) != 0;

        if (mdc && !m->mdc)
            mdio_edge(m, (value & 0x01000000) != 0, (value & 0x00100000) != 0);
        m->mdc = mdc;
    }
    if ((value & 0x04000000) && !m->reset_by_shadow) {
        reset(m);
        if (m->reset_hangs)
            REG(m, 0x0000) = 0x04000000;
    }
}

static void write_eecd(struct e1000_model *m, uint32_t value)
{
    bool allowed = !m->wants_request || ((value & 0x40) && m->grants);

    REG(m, 0x0010) = value;
    if (allowed)
        serial_model_wires(&m->eeprom, m->eeprom.spi ? !(value & 2) : (value & 2) != 0,
                           (value & 1) != 0, (value & 4) != 0);
}

static void write_eerd(struct e1000_model *m, uint32_t value)
{
    unsigned word = m->eerd == EERD_SMALL ? value >> 8 & 0xFF : value >> 2 & 0x3FFF;

    REG(m, 0x0014) = value;
    if (!(value & 1) || m->eerd == EERD_NONE)
        return;
    REG(m, 0x0014) =
        (uint32_t)m->eeprom.words[word & 0xFF] << 16 | (m->eerd == EERD_SMALL ? 0x10 : 0x02);
}

static void write_model(void *context, unsigned offset, unsigned width, uint32_t value)
{
    struct e1000_model *m = context;

    if (width != 4 || offset >= sizeof m->registers || offset % 4 != 0) {
        violate(m, "an access that is not 32 bits wide");
        return;
    }
    if (m->resets != 0 && platform_microseconds() - m->reset_at_us < 1000)
        violate(m, "touched during the reset");
    offset = new_place(m, offset);
    switch (offset) {
    case 0x0000:
        write_ctrl(m, value);
        break;
    case 0x0004:
        if ((value & 0x04000000) && m->reset_by_shadow)
            reset(m);
        break;
    case 0x0010:
        write_eecd(m, value);
        break;
    case 0x0014:
        write_eerd(m, value);
        break;
    case 0x0018:
        if ((value & 0x2000) && !m->reload_ignored)
            load_address(m);
        if ((REG(m, 0x18) & 0x110) != 0x110 && (value & 0x110) == 0x110)
            m->phy_resets++;
        REG(m, 0x18) = value & ~0x2000u;
        break;
    case 0x0020:
        write_mdic(m, value);
        break;
    case 0x00D0:
        violate(m, "a cause unmasked");
        break;
    case 0x0100:
        m->receive_control_writes++;
        if (m->receiver_hangs && (REG(m, 0x100) & 2))
            value |= 2;
        REG(m, 0x0100) = value;
        break;
    case 0x2818:
        if (value == REG(m, 0x2810) && (REG(m, 0x100) & 2))
            violate(m, "receive tail equal to head");
        REG(m, offset) = value;
        break;
    case 0x0400:
    case 0x3818:
        REG(m, offset) = value;
        send(m);
        break;
    case 0x5404:
        if ((value & 0x80000000) && REG(m, 0x5400) == 0)
            violate(m, "RAH before RAL");
        REG(m, offset) = value;
        break;
    default:
        REG(m, offset) = value;
    }
}

static uint32_t read_model(void *context, unsigned offset, unsigned width)
{
    struct e1000_model *m = context;

    if (width != 4 || offset >= sizeof m->registers || offset % 4 != 0) {
        violate(m, "an access that is not 32 bits wide");
        return 0;
    }
    if (m->resets != 0 && platform_microseconds() - m->reset_at_us < 1000)
        violate(m, "touched during the reset");
    offset = new_place(m, offset);
    switch (offset) {
    case 0x0000: {
        uint32_t value = REG(m, 0);

        if (!(value & 0x01000000) && (value & 0x02000000)) /* MDIO is an input */
            value = (value & ~0x00100000u) | (m->mdio_out ? 0x00100000u : 0);
        return value;
    }
    case 0x0008:
        if (REG(m, 8) == 0xFFFFFFFF)
            return 0xFFFFFFFF;
        return (link_up(m) ? 2u : 0) | (m->second_port ? 4u : 0) | (m->fibre ? 0x20u : 0) | 0x80;
    case 0x0010:
        return (REG(m, 0x10) & 0x47) | (m->eeprom.output ? 8u : 0) |
               (m->grants && (REG(m, 0x10) & 0x40) ? 0x80u : 0) |
               (!m->eeprom.spi && m->eeprom.address_bits == 8 ? 0x200u : 0) |
               (m->eeprom.spi && m->eeprom.address_bits == 16 ? 0x400u : 0) |
               (m->eeprom.spi ? 0x2000u : 0);
    case 0x0180:
        return m->partner_negotiates ? 0x20000000 : 0;
    default:
        return REG(m, offset);
    }
}

void e1000_model_checksum(struct e1000_model *m)
{
    uint16_t sum = 0;

    for (unsigned i = 0; i < 63; i++)
        sum = (uint16_t)(sum + m->eeprom.words[i]);
    m->eeprom.words[63] = (uint16_t)(0xBABA - sum);
}

void e1000_model_init(struct e1000_model *m, const uint8_t address[6])
{
    memset(m, 0, sizeof *m);
    m->io.context = m;
    m->io.read = read_model;
    m->io.write = write_model;
    m->eerd = EERD_SMALL;
    m->grants = true;
    m->wants_request = true;
    m->loads_by_itself = true;
    m->marks_valid = true;
    m->link = true;
    m->eeprom.address_bits = 6;
    for (unsigned i = 0; i < 3; i++)
        m->eeprom.words[i] = get_le16(address + 2 * i);
    for (unsigned i = 3; i < 256; i++)
        m->eeprom.words[i] = (uint16_t)(i * 0x1357);
    e1000_model_checksum(m);
    REG(m, 0x0000) = 0x40; /* SLU, from the EEPROM */
    load_address(m);
}
