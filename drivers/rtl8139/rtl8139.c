/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Realtek RTL8129, RTL8130, RTL8139 to D and C+ in its old mode, RTL8100 and clones.
 *
 * IMR stays 0 for good. The chips are older than PCI 2.3 and have no interrupt disable bit in the
 * command register, so an unmasked cause pulls a level-triggered line that the firmware may have
 * shared and enabled, with nobody there to release it. (QEMU never overflows the ring of a driver
 * with IMR 0: it keeps the frames until there is room. Real chips set ISR all the same.)
 * The C+ mode is left off by not touching its registers: in QEMU a mere write of CPCR turns it on.
 */
#include <string.h>

#include "boot/platform.h"
#include "console/console.h"
#include "drivers/deadline.h"
#include "drivers/rtl8139/registers.h"
#include "drivers/rtl8139/rtl8139.h"
#include "lib/bytes.h"

#define RESET_US          100000
#define TRANSMIT_US       100000 /* a frame at 10 Mbit/s with all 16 collisions: below 50 ms */
#define STOP_US           20000
#define TRANSMIT_OFFSET   (RTL_RING_LENGTH + RTL_RING_PAD)
#define MEMORY_LENGTH     (TRANSMIT_OFFSET + RTL_TRANSMIT_SLOTS * RTL_TRANSMIT_ROOM)
#define MEMORY_ALIGNMENT  4096u
#define STATE_ALIGNMENT   4096u
#define THRESHOLD_INITIAL (8 * TSD_THRESHOLD_1) /* 256 bytes */
#define THRESHOLD_LARGEST (63 * TSD_THRESHOLD_1)

static const struct nic_id ids[] = {
    {0x10EC, 0x8139, NIC_ANY, NIC_ANY, "Realtek RTL8139", 0},
    {0x10EC, 0x8138, NIC_ANY, NIC_ANY, "Realtek RTL8139B CardBus", 0},
    {0x10EC, 0x8129, NIC_ANY, NIC_ANY, "Realtek RTL8129", 0},
    {0x1113, 0x1211, NIC_ANY, NIC_ANY, "Accton EN1207D (RTL8139)", 0},
    {0x1500, 0x1360, NIC_ANY, NIC_ANY, "Delta 8139 (RTL8139)", 0},
    {0x4033, 0x1360, NIC_ANY, NIC_ANY, "Addtron 8139 (RTL8139)", 0},
    {0x1186, 0x1300, NIC_ANY, NIC_ANY, "D-Link DFE-538TX (RTL8139)", 0},
    {0x1186, 0x1340, NIC_ANY, NIC_ANY, "D-Link DFE-690TXD (RTL8139)", 0},
    {0x13D1, 0xAB06, NIC_ANY, NIC_ANY, "AboCom FE2000VX (RTL8139)", 0},
    {0x1259, 0xA117, NIC_ANY, NIC_ANY, "Allied Telesyn (RTL8139)", 0},
    {0x1259, 0xA11E, NIC_ANY, NIC_ANY, "Allied Telesyn (RTL8139)", 0},
    {0x14EA, 0xAB06, NIC_ANY, NIC_ANY, "Planex FNW-3603-TX (RTL8139)", 0},
    {0x14EA, 0xAB07, NIC_ANY, NIC_ANY, "Planex FNW-3800-TX (RTL8139)", 0},
    {0x11DB, 0x1234, NIC_ANY, NIC_ANY, "Sega Dreamcast broadband adapter (RTL8139)", 0},
    {0x1432, 0x9130, NIC_ANY, NIC_ANY, "Edimax (RTL8139)", 0},
    {0x02AC, 0x1012, NIC_ANY, NIC_ANY, "SpeedStream 1012 (RTL8139)", 0},
    {0x018A, 0x0106, NIC_ANY, NIC_ANY, "LevelOne FPC-0106TX (RTL8139)", 0},
    {0x126C, 0x1211, NIC_ANY, NIC_ANY, "Northern Telecom 1211 (RTL8139)", 0},
    {0x1743, 0x8139, NIC_ANY, NIC_ANY, "Peppercon ROL/F-100 (RTL8139)", 0},
    {0x021B, 0x8139, NIC_ANY, NIC_ANY, "Compaq HNE-300 (RTL8139)", 0},
    /* Clones with numbers of their own or blank ones (ffff:8139), told by their subsystem */
    {NIC_ANY, 0x8139, 0x10EC, 0x8139, "RTL8139 clone", 0},
    {NIC_ANY, 0x8139, 0x1186, 0x1300, "D-Link RTL8139 clone", 0},
    {NIC_ANY, 0x8139, 0x13D1, 0xAB06, "AboCom RTL8139 clone", 0},
};

/*
 * TCR's version bits: 8139, 8139A and A-G (40000000 to 70800000) can sleep and stop their clock;
 * 8139B (78000000), 8130, 8100, and C, D, C+ (74xxxxxx) use those bits otherwise.
 */
static bool can_sleep(uint32_t tcr)
{
    return (tcr & 0x78000000u) != 0x78000000u && (tcr & 0x7C000000u) != 0x74000000u;
}

static void wake(struct nic *nic, uint32_t tcr)
{
    const struct io_window *w = &nic->registers;

    if (!can_sleep(tcr))
        return;
    io_write8(w, RTL_HLTCLK, HLTCLK_RUN);
    io_write8(w, RTL_9346CR, CFG_UNLOCK);
    io_write8(w, RTL_CONFIG1,
              (uint8_t)(io_read8(w, RTL_CONFIG1) & ~(CONFIG1_SLEEP | CONFIG1_PWRDN)));
    io_write8(w, RTL_9346CR, CFG_NORMAL);
}

static bool reset(const struct io_window *w)
{
    deadline_t deadline = deadline_after_us(RESET_US);
    bool late;

    io_write8(w, RTL_CR, CR_RST);
    do {
        late = deadline_passed(deadline);
        if (!(io_read8(w, RTL_CR) & CR_RST))
            return true;
    } while (!late);
    return false;
}

/* The EEPROM's address, else what the chip has loaded or firmware has set (IDR). */
static error_t read_address(struct nic *nic)
{
    const struct io_window *w = &nic->registers;

    if (rtl8139_eeprom_address(w, nic->address))
        return OK;
    print_verbose("%s: no address in the EEPROM, taking the one in IDR\n", nic->pci.path);
    for (unsigned i = 0; i < 6; i++)
        nic->address[i] = io_read8(w, RTL_IDR0 + i);
    if (nic_address_valid(nic->address))
        return OK;
    return fail(ERROR_NIC_ADDRESS, "%s: %02x:%02x:%02x:%02x:%02x:%02x", nic->pci.path,
                nic->address[0], nic->address[1], nic->address[2], nic->address[3], nic->address[4],
                nic->address[5]);
}

/* What the chip compares the destination with. Writes to IDR must be 32 bits wide. */
static void set_address(struct nic *nic)
{
    const struct io_window *w = &nic->registers;

    io_write8(w, RTL_9346CR, CFG_UNLOCK);
    io_write32(w, RTL_IDR0, get_le32(nic->address));
    io_write32(w, RTL_IDR0 + 4, get_le16(nic->address + 4));
    io_write8(w, RTL_9346CR, CFG_NORMAL);
}

static uint32_t slot_bus(const struct rtl8139 *card, unsigned slot)
{
    return card->bus + TRANSMIT_OFFSET + slot * RTL_TRANSMIT_ROOM;
}

static void release(struct nic *nic)
{
    struct rtl8139 *card = nic->state;

    platform_dma_free(&nic->pci, card->memory, MEMORY_LENGTH, card->bus);
    platform_release(card, sizeof *card);
    nic->state = NULL;
}

static error_t take_memory(struct nic *nic)
{
    struct rtl8139 *card = platform_claim(sizeof *card, STATE_ALIGNMENT);

    if (card == NULL)
        return fail(ERROR_NIC_MEMORY, "%s: %u bytes", nic->pci.path, (unsigned)sizeof *card);
    memset(card, 0, sizeof *card);
    card->memory = platform_dma_allocate(&nic->pci, MEMORY_LENGTH, MEMORY_ALIGNMENT, &card->bus);
    if (card->memory == NULL) {
        platform_release(card, sizeof *card);
        return fail(ERROR_NIC_MEMORY, "%s: %u bytes for rings", nic->pci.path, MEMORY_LENGTH);
    }
    nic->state = card;
    return OK;
}

static error_t rtl8139_open(struct nic *nic)
{
    struct io_window *w = &nic->registers;
    struct rtl8139 *card;
    uint32_t tcr;
    error_t error;

    error = pci_map_registers(&nic->pci, PCI_MEMORY_OR_IO, RTL_REGISTERS_LENGTH, w);
    if (error != OK)
        return error;
    tcr = io_read32(w, RTL_TCR);
    if (tcr == 0xFFFFFFFFu)
        return fail(ERROR_NIC_REGISTERS, "%s: TCR reads as all ones", nic->pci.path);
    print_verbose("%s: chip version %08x, reset\n", nic->pci.path, (unsigned)(tcr & TCR_VERSION));
    wake(nic, tcr);
    if (!reset(w))
        return fail(ERROR_NIC_RESET, "%s: CR.RST is still set after %u ms", nic->pci.path,
                    RESET_US / 1000);
    error = read_address(nic);
    if (error != OK)
        return error;
    error = take_memory(nic);
    if (error != OK)
        return error;
    card = nic->state;
    card->threshold = THRESHOLD_INITIAL;

    set_address(nic);
    io_write16(w, RTL_IMR, 0);
    io_write16(w, RTL_ISR, 0xFFFF);
    for (unsigned i = 0; i < RTL_TRANSMIT_SLOTS; i++)
        io_write32(w, RTL_TSAD(i), slot_bus(card, i));
    io_write32(w, RTL_MPC, 0);
    rtl8139_receive_start(nic);
    return OK;
}

/* Takes note of how a slot's last frame ended. True if the slot is free. Leaves ISR alone. */
static bool slot_free(struct nic *nic, unsigned slot)
{
    struct rtl8139 *card = nic->state;
    uint32_t status;

    if (!card->slot_busy[slot])
        return true;
    status = io_read32(&nic->registers, RTL_TSD(slot));
    if (!(status & (TSD_TOK | TSD_TUN | TSD_TABT)))
        return false;
    if (status & TSD_TABT) {
        /* The transmitter stands still until the abort is cleared. */
        nic->counters.transmit_errors++;
        io_write32(&nic->registers, RTL_TCR, TCR_IFG_NORMAL | TCR_BURST_1024 | TCR_CLRABT);
    } else if (status & TSD_TUN) {
        nic->counters.transmit_errors++;
        if (card->threshold < THRESHOLD_LARGEST)
            card->threshold += TSD_THRESHOLD_1;
    }
    card->slot_busy[slot] = false;
    return true;
}

static bool wait_slot(struct nic *nic, unsigned slot, uint32_t microseconds)
{
    deadline_t deadline = deadline_after_us(microseconds);
    bool late;

    do {
        late = deadline_passed(deadline);
        if (slot_free(nic, slot))
            return true;
    } while (!late);
    return false;
}

/* Turning the transmitter off and on makes all slots free and the first one the next. */
static void transmitter_restart(struct nic *nic)
{
    struct rtl8139 *card = nic->state;
    const struct io_window *w = &nic->registers;
    uint8_t receiver = card->draining ? 0 : CR_RE;

    io_write8(w, RTL_CR, receiver);
    (void)io_read8(w, RTL_CR);
    io_write8(w, RTL_CR, (uint8_t)(receiver | CR_TE));
    io_write32(w, RTL_TCR, TCR_IFG_NORMAL | TCR_BURST_1024);
    memset(card->slot_busy, 0, sizeof card->slot_busy);
    card->slot = 0;
}

static error_t rtl8139_transmit(struct nic *nic, const uint8_t *frame, size_t length)
{
    struct rtl8139 *card = nic->state;
    unsigned slot = card->slot;
    uint8_t *buffer = card->memory + TRANSMIT_OFFSET + slot * RTL_TRANSMIT_ROOM;

    if (length > NIC_FRAME_MAXIMUM)
        return fail(ERROR_NIC_TRANSMIT, "%s: a frame of %u bytes", nic->pci.path, (unsigned)length);
    /* All slots, not only ours: an aborted frame holds up those behind it until it is noticed. */
    for (unsigned i = 0; i < RTL_TRANSMIT_SLOTS; i++)
        (void)slot_free(nic, i);
    if (!wait_slot(nic, slot, TRANSMIT_US)) {
        nic->counters.transmit_errors++;
        transmitter_restart(nic);
        return fail(ERROR_NIC_TRANSMIT, "%s: slot %u is still busy after %u ms", nic->pci.path,
                    slot, TRANSMIT_US / 1000);
    }
    memcpy(buffer, frame, length);
    if (length < NIC_FRAME_MINIMUM) {
        /* Zeros, not what an earlier frame left there: neither the chip nor QEMU pads. */
        memset(buffer + length, 0, NIC_FRAME_MINIMUM - length);
        length = NIC_FRAME_MINIMUM;
    }
    dma_write_barrier();
    io_write32(&nic->registers, RTL_TSD(slot), card->threshold | (uint32_t)length);
    card->slot_busy[slot] = true;
    card->slot = (slot + 1) % RTL_TRANSMIT_SLOTS;
    nic->counters.transmitted++;
    return OK;
}

static bool rtl8139_link(struct nic *nic)
{
    return !(io_read8(&nic->registers, RTL_MSR) & MSR_LINKB);
}

/* Off means: nothing is masked in, both directions off, no DMA under way. */
static bool stop(struct nic *nic)
{
    const struct io_window *w = &nic->registers;
    deadline_t deadline = deadline_after_us(STOP_US);
    bool late;

    io_write16(w, RTL_IMR, 0);
    io_write8(w, RTL_CR, 0);
    do {
        late = deadline_passed(deadline);
        if (!(io_read8(w, RTL_CR) & (CR_RE | CR_TE))) {
            io_write16(w, RTL_ISR, 0xFFFF);
            /* The reset ends what DMA is left and forgets where the ring was. */
            return reset(w);
        }
    } while (!late);
    return false;
}

static void rtl8139_close(struct nic *nic)
{
    struct rtl8139 *card = nic->state;
    deadline_t deadline = deadline_after_us(STOP_US);

    /* Frames already given to the card still go out: the last one may be an acknowledgement. */
    for (unsigned i = 0; i < RTL_TRANSMIT_SLOTS; i++) {
        unsigned slot = (card->slot + i) % RTL_TRANSMIT_SLOTS;

        while (!slot_free(nic, slot) && !deadline_passed(deadline))
            ;
    }
    if (!stop(nic)) {
        print("%s: the card does not stop; it is cut off from memory\n", nic->pci.path);
        pci_disable_master(&nic->pci);
    }
    release(nic);
}

NIC_DRIVER(rtl8139_driver) = {
    .name = "rtl8139",
    .ids = ids,
    .id_count = sizeof ids / sizeof ids[0],
    .burst = RTL_BURST,
    .open = rtl8139_open,
    .close = rtl8139_close,
    .transmit = rtl8139_transmit,
    .poll = rtl8139_poll,
    .link = rtl8139_link,
};
