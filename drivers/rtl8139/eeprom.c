/* SPDX-License-Identifier: BSD-2-Clause */
/* The RTL8139's 93C46 or 93C56, by the wires in 9346CR. */
#include "boot/platform.h"
#include "drivers/rtl8139/registers.h"
#include "drivers/rtl8139/rtl8139.h"
#include "drivers/serial_eeprom.h"
#include "lib/bytes.h"

#define ADDRESS_BITS_93C46 6
#define ADDRESS_BITS_93C56 8
#define SIGNATURE          0x8129 /* word 0 of a programmed part */
#define ADDRESS_WORD       7      /* words 7 to 9, low byte first */
#define HALF_PERIOD_US     1      /* 93C46 at 5 V: 250 ns suffice */

static void drive(void *context, bool selected, bool clock, bool data)
{
    const struct io_window *registers = context;

    io_write8(registers, RTL_9346CR,
              (uint8_t)(CFG_EEPROM | (selected ? CFG_EECS : 0) | (clock ? CFG_EESK : 0) |
                        (data ? CFG_EEDI : 0)));
    (void)io_read8(registers, RTL_9346CR); /* the write has to arrive before the wait starts */
    platform_delay_us(HALF_PERIOD_US);
}

static bool sample(void *context)
{
    const struct io_window *registers = context;

    return (io_read8(registers, RTL_9346CR) & CFG_EEDO) != 0;
}

bool rtl8139_eeprom_address(const struct io_window *registers, uint8_t address[6])
{
    struct io_window window = *registers;
    const struct serial_lines lines = {.context = &window, .drive = drive, .sample = sample};
    unsigned address_bits = ADDRESS_BITS_93C56;
    bool programmed;

    /*
     * The parts do not say their size. A 93C46 that gets eight address bits has begun to put out
     * data by then, so that the signature comes out shifted; then it is asked again with six.
     */
    programmed = microwire_read(&lines, address_bits, 0) == SIGNATURE;
    if (!programmed) {
        address_bits = ADDRESS_BITS_93C46;
        programmed = microwire_read(&lines, address_bits, 0) == SIGNATURE;
    }
    if (programmed) {
        for (unsigned i = 0; i < 3; i++)
            put_le16(address + 2 * i, microwire_read(&lines, address_bits, ADDRESS_WORD + i));
    }
    io_write8(registers, RTL_9346CR, CFG_NORMAL);
    return programmed && nic_address_valid(address);
}
