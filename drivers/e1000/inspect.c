/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Registers and statistics of an 8254x (Software Developer's Manual, sections 13.4 and 13.7).
 * Statistics are cleared by reading; nobody else reads them. ICR is left alone.
 */
#include "drivers/e1000/e1000.h"
#include "drivers/e1000/registers.h"
#include "drivers/nic_inspect.h"

#define PHY_REGISTERS 6 /* those that IEEE 802.3 clause 22 fixes, up to the partner's ability */

static const struct {
    const char *name;
    uint16_t offset;
} registers[] = {
    {"CTRL", E1000_CTRL},         {"STATUS", E1000_STATUS}, {"EECD", E1000_EECD},
    {"CTRL_EXT", E1000_CTRL_EXT}, {"RCTL", E1000_RCTL},     {"TCTL", E1000_TCTL},
    {"TIPG", E1000_TIPG},         {"RDBAL", E1000_RDBAL},   {"RDLEN", E1000_RDLEN},
    {"RDH", E1000_RDH},           {"RDT", E1000_RDT},       {"TDBAL", E1000_TDBAL},
    {"TDLEN", E1000_TDLEN},       {"TDH", E1000_TDH},       {"TDT", E1000_TDT},
    {"RAL0", E1000_RAL(0)},       {"RAH0", E1000_RAH(0)},
};

/* On all chips of the family, the 82542 included. */
static const struct {
    const char *name;
    uint16_t offset;
    bool wide; /* 64 bits: the upper half behind it, read last, clears both */
} statistics[] = {
    {"CRCERRS", 0x4000, false}, {"SYMERRS", 0x4008, false}, {"RXERRC", 0x400C, false},
    {"MPC", 0x4010, false},     {"SCC", 0x4014, false},     {"ECOL", 0x4018, false},
    {"MCC", 0x401C, false},     {"LATECOL", 0x4020, false}, {"COLC", 0x4028, false},
    {"DC", 0x4030, false},      {"SEC", 0x4038, false},     {"RLEC", 0x4040, false},
    {"XONRXC", 0x4048, false},  {"XOFFRXC", 0x4050, false}, {"GPRC", 0x4074, false},
    {"BPRC", 0x4078, false},    {"MPRC", 0x407C, false},    {"GPTC", 0x4080, false},
    {"GORC", 0x4088, true},     {"GOTC", 0x4090, true},     {"RNBC", 0x40A0, false},
    {"RUC", 0x40A4, false},     {"RFC", 0x40A8, false},     {"ROC", 0x40AC, false},
    {"RJC", 0x40B0, false},     {"TPR", 0x40D0, false},     {"TPT", 0x40D4, false},
};

static void inspect(struct nic *nic, struct nic_readings *readings)
{
    static const char *const phy_names[PHY_REGISTERS] = {"PHY.PCTRL",  "PHY.PSTATUS", "PHY.PHYID",
                                                         "PHY.EPHYID", "PHY.ANA",     "PHY.LPA"};
    struct e1000 *card = nic->state;

    for (size_t i = 0; i < sizeof registers / sizeof registers[0]; i++)
        nic_reading_add(readings, registers[i].name, e1000_read(card, registers[i].offset), 8);
    for (unsigned i = 0; card->medium == E1000_COPPER && i < PHY_REGISTERS; i++) {
        uint16_t value;

        if (e1000_phy_read(card, i, &value))
            nic_reading_add(readings, phy_names[i], value, 4);
    }
    for (size_t i = 0; i < sizeof statistics / sizeof statistics[0]; i++) {
        uint64_t value = e1000_read(card, statistics[i].offset);

        if (statistics[i].wide)
            value |= (uint64_t)e1000_read(card, statistics[i].offset + 4u) << 32;
        nic_reading_add(readings, statistics[i].name, value, 0);
    }
}

NIC_INSPECTOR(e1000_inspector) = {.driver = "e1000", .inspect = inspect};
