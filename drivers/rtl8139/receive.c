/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The RTL8139's receive ring.
 *
 * A frame is taken when the chip says that the ring is not empty (CR.BUFE), or its header is there
 * where something else stood in the empty ring; if that has a real length, and the write position
 * (CBR) is past its end. ISR.ROK is no part of the decision: it is late on some chips, and BUFE
 * alone is early on some machines. The header alone is early in QEMU, which writes it first.
 *
 * Registers are far away, and an emulator's farther still: they are read when the memory at the
 * next header's place has changed, else once in a millisecond.
 */
#include "boot/platform.h"
#include "drivers/deadline.h"
#include "drivers/rtl8139/registers.h"
#include "drivers/rtl8139/rtl8139.h"
#include "lib/bytes.h"

#define CAPR_LAG         16u
#define LENGTH_SHORTEST  64u   /* with CRC */
#define LENGTH_LONGEST   1522u /* with CRC and a VLAN tag */
#define RECEIVER_STOP_US 200
/* As many frames as a full ring can hold. */
#define LOOKS_MAXIMUM (RTL_RING_LENGTH / (HEADER_LENGTH + LENGTH_SHORTEST))
/* The longest frame takes 1.3 ms at 10 Mbit/s: one that is not complete by then never will be. */
#define UNFINISHED_MS 20

/*
 * MAR is a set of 64 hashes: the upper six bits of the Ethernet CRC of the group's address, most
 * significant bit first (as Linux's 8139too and QEMU compute it).
 */
static unsigned group_hash(const uint8_t address[6])
{
    uint32_t crc = 0xFFFFFFFFu;

    for (unsigned i = 0; i < 48; i++) {
        bool bit = (crc >> 31 ^ (address[i / 8] >> i % 8 & 1)) != 0;

        crc = crc << 1 ^ (bit ? 0x04C11DB7u : 0);
    }
    return crc >> 26;
}

/*
 * Between a header in the empty ring and the look at CBR. The frame behind it is not whole at once;
 * an emulator that is still writing it makes whoever reads a register meanwhile sleep, which takes
 * longer than this. On a wire of 100 Mbit/s the frame itself took up to 120 us.
 */
#define SETTLE_US 8

enum ring_state { RING_QUIET, RING_EMPTY, RING_UNFINISHED, RING_DAMAGED, RING_FRAME };

/*
 * RBSTART goes first: with the receiver on, nothing may go to where it pointed before. The data
 * sheet and real chips want RE and TE set before RCR and TCR are written, QEMU ignores TCR else.
 * Writing RCR with RE newly set puts CBR back to 0. CAPR is written on both sides of it: in front
 * of it so that a chip never sees CBR at 0 and CAPR where it was; behind it because QEMU, whose CBR
 * stays until then, may have kept frames back for want of room, and tries them again at a write of
 * CAPR alone. There is none to come in an empty ring.
 */
void rtl8139_receive_start(struct nic *nic)
{
    struct rtl8139 *card = nic->state;
    const struct io_window *w = &nic->registers;
    unsigned hash = group_hash(nic_bridge_group);

    card->offset = card->known = card->kept = 0;
    card->quiet = false;
    card->asked_ms = 0;
    card->draining = false;
    card->waiting = false;
    io_write32(w, RTL_RBSTART, card->bus);
    io_write8(w, RTL_CR, CR_RE | CR_TE);
    io_write32(w, RTL_TCR, TCR_IFG_NORMAL | TCR_BURST_1024);
    io_write16(w, RTL_CAPR, (uint16_t)(0 - CAPR_LAG));
    io_write16(w, RTL_ISR, ISR_ROK | ISR_RER | ISR_RXOVW | ISR_FOVW);
    /* A receiver that was off may have lost its groups. */
    io_write32(w, RTL_MAR0, hash < 32 ? 1u << hash : 0);
    io_write32(w, RTL_MAR0 + 4, hash >= 32 ? 1u << (hash - 32) : 0);
    io_write32(w, RTL_RCR,
               RCR_APM | RCR_AM | RCR_AB | RCR_WRAP | RCR_BURST_1024 | RCR_RING_32K |
                   RCR_WHOLE_FRAME);
    io_write16(w, RTL_CAPR, (uint16_t)(0 - CAPR_LAG));
}

static void receiver_stop(struct nic *nic)
{
    const struct io_window *w = &nic->registers;
    deadline_t deadline = deadline_after_us(RECEIVER_STOP_US);
    bool late;

    io_write8(w, RTL_CR, CR_TE);
    do {
        late = deadline_passed(deadline);
    } while ((io_read8(w, RTL_CR) & CR_RE) && !late);
}

static void receiver_restart(struct nic *nic)
{
    receiver_stop(nic);
    rtl8139_receive_start(nic);
    nic->counters.receiver_restarts++;
}

/* What stands at a header's place; the chip changes it behind the compiler's back. */
static uint32_t word_at(const struct rtl8139 *card, unsigned offset)
{
    const volatile uint8_t *at = card->memory + offset;

    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* From a frame's header to the next one. */
static unsigned step(unsigned length)
{
    return (HEADER_LENGTH + length + 3) & ~3u;
}

static void give_back(struct nic *nic)
{
    struct rtl8139 *card = nic->state;

    if (card->kept == 0)
        return;
    card->kept = 0;
    io_write16(&nic->registers, RTL_CAPR, (uint16_t)(card->offset - CAPR_LAG));
}

/*
 * Asks the chip how much there is. What shall stand at a header's place in the empty ring is read
 * in front of the register that says that nothing has come there yet: BUFE, or CBR if it is just
 * behind the frame that is there. If the next header should be the same, the next look in time
 * finds it. BUFE follows CAPR late on some chips; CBR tells then that there is no frame.
 */
static enum ring_state ask(struct nic *nic)
{
    struct rtl8139 *card = nic->state;
    const struct io_window *w = &nic->registers;
    uint32_t word = word_at(card, card->offset);
    unsigned expected = step(word >> 16);
    bool announced = card->quiet && word != card->stale;

    if (!announced) {
        if (card->quiet && platform_milliseconds() == card->asked_ms)
            return RING_QUIET;
        give_back(nic);
        card->stale = word;
        if (io_read8(w, RTL_CR) & CR_BUFE)
            return RING_EMPTY;
    } else {
        card->stale = word_at(card, (card->offset + expected) & (RTL_RING_LENGTH - 1));
        platform_delay_us(SETTLE_US);
    }
    card->known = (io_read16(w, RTL_CBR) - card->offset) & (RTL_RING_LENGTH - 1);
    card->quiet = announced && card->known == expected;
    dma_read_barrier();
    return RING_FRAME;
}

static enum ring_state inspect(struct nic *nic, const uint8_t **frame, unsigned *length)
{
    struct rtl8139 *card = nic->state;
    const uint8_t *header = card->memory + card->offset;
    unsigned status;

    if (card->known < HEADER_LENGTH) {
        enum ring_state state = ask(nic);

        if (state != RING_FRAME)
            return state;
        if (card->known < HEADER_LENGTH) {
            card->known = 0;
            return RING_UNFINISHED; /* what stands there is from the ring's last round */
        }
    }
    status = get_le16(header);
    *length = get_le16(header + 2);
    if (*length != HEADER_UNFINISHED &&
        (!(status & HEADER_ROK) || *length < LENGTH_SHORTEST || *length > LENGTH_LONGEST))
        return RING_DAMAGED;
    if (*length == HEADER_UNFINISHED || card->known < HEADER_LENGTH + *length) {
        card->known = 0; /* ask again */
        return RING_UNFINISHED;
    }
    *frame = header + HEADER_LENGTH;
    return RING_FRAME;
}

static void advance(struct nic *nic, unsigned length)
{
    struct rtl8139 *card = nic->state;
    unsigned taken = step(length);

    /* No header any more: the next one there will be told from it. */
    put_le32(card->memory + card->offset, 0);
    card->offset = (card->offset + taken) & (RTL_RING_LENGTH - 1);
    card->known = card->known > taken ? card->known - taken : 0;
    card->kept += taken;
    if (card->kept >= RTL_KEPT_BACK)
        give_back(nic);
}

/* True if the frame at the head has been unfinished for too long. */
static bool stuck(struct rtl8139 *card)
{
    uint64_t now = platform_milliseconds();

    if (!card->waiting) {
        card->waiting = true;
        card->waiting_since_ms = now;
        return false;
    }
    return now - card->waiting_since_ms >= UNFINISHED_MS;
}

/*
 * The ring is empty. Returns true if it has to be looked at once more. The causes are read once in
 * a millisecond: after an overflow the ring stays empty.
 *
 * After an overflow the receiver has to be started anew. That empties the ring, so it happens only
 * when every frame has been handed out: the receiver is switched off here, what came in since the
 * last look is handed out, and when the ring is empty again it is started.
 * The causes are cleared here, with CAPR at its place, and nowhere else: cleared while the ring is
 * full (from the transmit path, say), the chip puts its FIFO over the next frame.
 */
static bool empty_ring(struct nic *nic)
{
    struct rtl8139 *card = nic->state;
    uint64_t now;
    uint16_t causes;

    if (card->draining) {
        receiver_restart(nic);
        return false;
    }
    card->quiet = true;
    now = platform_milliseconds();
    if (now == card->asked_ms)
        return false;
    card->asked_ms = now;
    causes = io_read16(&nic->registers, RTL_ISR);
    if (causes & (ISR_RXOVW | ISR_FOVW)) {
        nic->counters.receive_overflows++;
        receiver_stop(nic);
        card->draining = true;
        card->quiet = false;
        return true;
    }
    if (causes & (ISR_ROK | ISR_RER))
        io_write16(&nic->registers, RTL_ISR, causes & (ISR_ROK | ISR_RER));
    return false;
}

unsigned rtl8139_poll(struct nic *nic, nic_receive receive, unsigned budget)
{
    struct rtl8139 *card = nic->state;
    unsigned count = 0;

    /* A ring's worth of looks at most, so that a flood of unusable frames does not keep us here. */
    for (unsigned looked = 0; looked < LOOKS_MAXIMUM && count < budget; looked++) {
        const uint8_t *frame = NULL;
        unsigned length = 0;

        switch (inspect(nic, &frame, &length)) {
        case RING_QUIET:
            return count;
        case RING_EMPTY:
            card->waiting = false;
            if (!empty_ring(nic))
                return count;
            break;
        case RING_UNFINISHED:
            if (stuck(card)) {
                nic->counters.receive_errors++;
                receiver_restart(nic);
            }
            return count;
        case RING_DAMAGED:
            /*
             * The length cannot be believed, so where the next frame starts is not known: only a
             * restart brings chip and driver together again.
             */
            nic->counters.receive_errors++;
            receiver_restart(nic);
            return count;
        case RING_FRAME:
            card->waiting = false;
            if (length - FRAME_CRC <= NIC_FRAME_MAXIMUM) {
                nic->counters.received++;
                receive(nic, frame, length - FRAME_CRC);
                count++;
            } else {
                nic->counters.receive_errors++;
            }
            advance(nic, length);
            break;
        }
    }
    return count;
}
