/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The 8254x's EEPROM: through EERD where the chip has it, else by its wires in EECD.
 *
 * EERD exists in two layouts. A read of word 0 is the same request in both, and the done bit that
 * comes up tells which one it is. The 82544 and older have no EERD and share the wires with nobody;
 * from the 82540 on the wires have to be asked for (REQ) and granted (GNT).
 */
#include "boot/platform.h"
#include "console/console.h"
#include "drivers/deadline.h"
#include "drivers/e1000/e1000.h"
#include "drivers/e1000/registers.h"
#include "drivers/serial_eeprom.h"

#define EERD_US          10000 /* a Microwire word takes about 30 us, an SPI one less */
#define GRANT_US         5000
#define SPI_READY_US     10000
#define MICROWIRE_US     50 /* half a clock period that the slowest parts follow */
#define SPI_US           1
#define EERD_DATA_SHIFT  16
#define EERD_SMALL_SHIFT 8
#define EERD_LARGE_SHIFT 2

/* SPI EEPROMs (25040 and later): read, read status, busy bit, ninth address bit in the command */
#define SPI_READ        0x03
#define SPI_READ_STATUS 0x05
#define SPI_BUSY        0x01
#define SPI_ADDRESS_8   0x08

/* Starts a read and waits for one of `done`. 0: none came. Else EERD's contents. */
static uint32_t eerd_read(struct e1000 *card, uint32_t address, uint32_t done)
{
    deadline_t deadline = deadline_after_us(EERD_US);
    bool late;

    e1000_write(card, E1000_EERD, EERD_START | address);
    do {
        uint32_t value;

        late = deadline_passed(deadline);
        value = e1000_read(card, E1000_EERD);
        if ((value & done) && value != 0xFFFFFFFFu)
            return value;
    } while (!late);
    return 0;
}

static void detect(struct e1000 *card)
{
    bool can_be_spi = card->chip >= E1000_82541;

    if (card->chip > E1000_82544) {
        uint32_t value = eerd_read(card, 0, EERD_DONE_SMALL | EERD_DONE_LARGE);

        if (value & EERD_DONE_SMALL) {
            card->eeprom = E1000_EEPROM_EERD_SMALL;
            return;
        }
        if (value & EERD_DONE_LARGE) {
            card->eeprom = E1000_EEPROM_EERD_LARGE;
            return;
        }
        print_verbose("%s: EERD does not answer, using the EEPROM's wires\n", card->nic->pci.path);
    }
    card->eeprom = can_be_spi && (e1000_read(card, E1000_EECD) & EECD_TYPE_SPI)
                       ? E1000_EEPROM_SPI
                       : E1000_EEPROM_MICROWIRE;
}

static void drive(struct e1000 *card, bool cs, bool clock, bool data, uint32_t microseconds)
{
    e1000_write(card, E1000_EECD,
                card->eecd | (cs ? EECD_CS : 0) | (clock ? EECD_SK : 0) | (data ? EECD_DI : 0));
    e1000_flush(card);
    platform_delay_us(microseconds);
}

static void drive_microwire(void *context, bool selected, bool clock, bool data)
{
    drive(context, selected, clock, data, MICROWIRE_US);
}

/* SPI parts are selected by a low CS. */
static void drive_spi(void *context, bool selected, bool clock, bool data)
{
    drive(context, !selected, clock, data, SPI_US);
}

static bool sample(void *context)
{
    const struct e1000 *card = context;

    return (e1000_read(card, E1000_EECD) & EECD_DO) != 0;
}

static bool acquire(struct e1000 *card)
{
    deadline_t deadline = deadline_after_us(GRANT_US);
    bool late;

    card->eecd = e1000_read(card, E1000_EECD) & ~(EECD_CS | EECD_SK | EECD_DI);
    if (card->chip <= E1000_82544)
        return true;
    card->eecd |= EECD_REQ;
    e1000_write(card, E1000_EECD, card->eecd);
    do {
        late = deadline_passed(deadline);
        if (e1000_read(card, E1000_EECD) & EECD_GNT)
            return true;
    } while (!late);
    card->eecd &= ~EECD_REQ;
    e1000_write(card, E1000_EECD, card->eecd);
    print_verbose("%s: the EEPROM's wires are not granted\n", card->nic->pci.path);
    return false;
}

static void yield(struct e1000 *card)
{
    if (card->chip <= E1000_82544)
        return;
    card->eecd &= ~EECD_REQ;
    e1000_write(card, E1000_EECD, e1000_read(card, E1000_EECD) & ~EECD_REQ);
}

static bool read_microwire(struct e1000 *card, unsigned word, uint16_t *value)
{
    const struct serial_lines lines = {.context = card, .drive = drive_microwire, .sample = sample};

    if (!acquire(card))
        return false;
    *value = microwire_read(&lines, card->eecd & EECD_SIZE ? 8 : 6, word);
    yield(card);
    return true;
}

/* After a write by somebody else the part is busy for up to 5 ms. */
static bool spi_ready(const struct serial_lines *lines)
{
    deadline_t deadline = deadline_after_us(SPI_READY_US);
    bool late;

    do {
        uint32_t status;

        late = deadline_passed(deadline);
        serial_begin(lines);
        serial_out(lines, SPI_READ_STATUS, 8);
        status = serial_in(lines, 8);
        serial_end(lines);
        if (!(status & SPI_BUSY))
            return true;
    } while (!late);
    return false;
}

static bool read_spi(struct e1000 *card, unsigned word, uint16_t *value)
{
    const struct serial_lines lines = {.context = card, .drive = drive_spi, .sample = sample};
    unsigned address = word * 2; /* SPI parts count bytes */
    unsigned address_bits;
    uint32_t command = SPI_READ, bytes;

    if (!acquire(card))
        return false;
    address_bits = card->eecd & EECD_ADDR_BITS ? 16 : 8;
    if (address_bits == 8 && address > 0xFF)
        command |= SPI_ADDRESS_8;
    if (!spi_ready(&lines)) {
        yield(card);
        return false;
    }
    serial_begin(&lines);
    serial_out(&lines, command, 8);
    serial_out(&lines, address, address_bits);
    bytes = serial_in(&lines, 16);
    serial_end(&lines);
    yield(card);
    *value = (uint16_t)(bytes >> 8 | bytes << 8); /* the low byte of a word comes first */
    return true;
}

bool e1000_eeprom_read(struct e1000 *card, unsigned word, uint16_t *value)
{
    uint32_t eerd;

    if (card->eeprom == E1000_EEPROM_UNKNOWN)
        detect(card);
    switch (card->eeprom) {
    case E1000_EEPROM_EERD_SMALL:
        eerd = eerd_read(card, word << EERD_SMALL_SHIFT, EERD_DONE_SMALL);
        break;
    case E1000_EEPROM_EERD_LARGE:
        eerd = eerd_read(card, word << EERD_LARGE_SHIFT, EERD_DONE_LARGE);
        break;
    case E1000_EEPROM_SPI:
        return read_spi(card, word, value);
    default:
        return read_microwire(card, word, value);
    }
    *value = (uint16_t)(eerd >> EERD_DATA_SHIFT);
    return eerd != 0;
}
