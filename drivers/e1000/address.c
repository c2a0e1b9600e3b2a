/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where an 8254x has its station address:
 *  1. RAL0/RAH0 with the valid bit: the chip put it there from the EEPROM after the reset, and has
 *     changed it for the second port of a dual-port chip already.
 *  2. The EEPROM's words 0 to 2, if its checksum is right. Dual-port chips have one EEPROM: the
 *     second port's address differs in the last bit, which we have to change.
 *  3. RAL0/RAH0 without the valid bit, if the six bytes make an address: some virtual 82545EM
 *     come up like that, and have an EEPROM whose sum is wrong.
 */
#include <string.h>

#include "console/console.h"
#include "drivers/e1000/e1000.h"
#include "drivers/e1000/registers.h"
#include "lib/bytes.h"

#define EEPROM_WORDS    64
#define EEPROM_CHECKSUM 0xBABA /* words 0 to 63 add up to this */

static bool from_registers(const struct e1000 *card, uint8_t address[6])
{
    uint32_t high = e1000_read(card, E1000_RAH(0));

    put_le32(address, e1000_read(card, E1000_RAL(0)));
    put_le16(address + 4, (uint16_t)high);
    return (high & RAH_AV) != 0;
}

static bool from_eeprom(struct e1000 *card, uint8_t address[6])
{
    uint16_t sum = 0;

    for (unsigned word = 0; word < EEPROM_WORDS; word++) {
        uint16_t value;

        if (!e1000_eeprom_read(card, word, &value)) {
            print_verbose("%s: EEPROM word %u cannot be read\n", card->nic->pci.path, word);
            return false;
        }
        sum = (uint16_t)(sum + value);
        if (word < 3)
            put_le16(address + 2 * word, value);
    }
    if (sum != EEPROM_CHECKSUM) {
        print_verbose("%s: EEPROM checksum %04x instead of %04x\n", card->nic->pci.path, sum,
                      EEPROM_CHECKSUM);
        return false;
    }
    if ((card->chip == E1000_82546 || card->chip == E1000_82546_REV3) &&
        (e1000_read(card, E1000_STATUS) & STATUS_FUNC))
        address[5] ^= 1;
    return true;
}

error_t e1000_find_address(struct e1000 *card)
{
    uint8_t registers[6], eeprom[6];
    uint8_t *address = card->nic->address;
    bool marked_valid = from_registers(card, registers);

    if (marked_valid && nic_address_valid(registers)) {
        memcpy(address, registers, 6);
        return OK;
    }
    if (from_eeprom(card, eeprom) && nic_address_valid(eeprom)) {
        memcpy(address, eeprom, 6);
        return OK;
    }
    if (nic_address_valid(registers)) {
        memcpy(address, registers, 6);
        return OK;
    }
    return fail(ERROR_NIC_ADDRESS,
                "%s: RAL0/RAH0 have %02x:%02x:%02x:%02x:%02x:%02x, the EEPROM none",
                card->nic->pci.path, registers[0], registers[1], registers[2], registers[3],
                registers[4], registers[5]);
}
