/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Registers of an RTL8139 (RTL8139C(L) data sheet, section 5). Of statistics it has one: frames
 * that found no room. ISR is cleared by writing, so that reading it does no harm.
 */
#include "drivers/nic_inspect.h"
#include "drivers/rtl8139/registers.h"

/* The data sheet, sections 5.17 to 5.25. */
#define RTL_BMCR   0x62
#define RTL_BMSR   0x64
#define RTL_ANAR   0x66
#define RTL_ANLPAR 0x68
#define RTL_ANER   0x6A
#define RTL_DIS    0x6C /* times that the link was lost */
#define RTL_FCSC   0x6E /* false carriers */
#define RTL_REC    0x72 /* receive errors of the PHY */

static const struct {
    const char *name;
    uint8_t offset, width;
} registers[] = {
    {"MAR0", RTL_MAR0, 4},       {"MAR4", RTL_MAR0 + 4, 4}, {"TSD0", RTL_TSD(0), 4},
    {"TSD1", RTL_TSD(1), 4},     {"TSD2", RTL_TSD(2), 4},   {"TSD3", RTL_TSD(3), 4},
    {"RBSTART", RTL_RBSTART, 4}, {"CR", RTL_CR, 1},         {"CAPR", RTL_CAPR, 2},
    {"CBR", RTL_CBR, 2},         {"IMR", RTL_IMR, 2},       {"ISR", RTL_ISR, 2},
    {"TCR", RTL_TCR, 4},         {"RCR", RTL_RCR, 4},       {"CONFIG1", RTL_CONFIG1, 1},
    {"MSR", RTL_MSR, 1},         {"BMCR", RTL_BMCR, 2},     {"BMSR", RTL_BMSR, 2},
    {"ANAR", RTL_ANAR, 2},       {"ANLPAR", RTL_ANLPAR, 2}, {"ANER", RTL_ANER, 2},
};

static void inspect(struct nic *nic, struct nic_readings *readings)
{
    const struct io_window *window = &nic->registers;

    for (size_t i = 0; i < sizeof registers / sizeof registers[0]; i++) {
        unsigned offset = registers[i].offset, width = registers[i].width;
        uint32_t value = width == 1   ? io_read8(window, offset)
                         : width == 2 ? io_read16(window, offset)
                                      : io_read32(window, offset);

        nic_reading_add(readings, registers[i].name, value, 2 * width);
    }
    nic_reading_add(readings, "MPC", io_read32(window, RTL_MPC) & 0xFFFFFF, 0);
    nic_reading_add(readings, "DIS", io_read16(window, RTL_DIS), 0);
    nic_reading_add(readings, "FCSC", io_read16(window, RTL_FCSC), 0);
    nic_reading_add(readings, "REC", io_read16(window, RTL_REC), 0);
}

NIC_INSPECTOR(rtl8139_inspector) = {.driver = "rtl8139", .inspect = inspect};
