/* SPDX-License-Identifier: BSD-2-Clause */
#include "clock.h"

#include "processor.h"

/* Intel 8254: counter 2, whose gate and output are in port 61h of every PC. */
#define PIT_HZ       1193182u
#define PIT_COUNTER  0x42
#define PIT_COMMAND  0x43
#define PIT_MODE_0   0xB0 /* counter 2, low byte then high byte, interrupt on terminal count */
#define PIT_LATCH    0x80
#define GATE_PORT    0x61
#define GATE_ON      0x01
#define GATE_SPEAKER 0x02
#define GATE_OUTPUT  0x20
#define COUNT_FIRST  0xFFFFu
#define COUNT_LAST   0x4000u /* 41 ms later */
#define SAMPLES      16
#define ATTEMPTS     8
#define POLLS        2000000u

struct moment {
    uint64_t stamp;
    uint32_t count;
};

static uint32_t read_count(void)
{
    port_write_8(PIT_COMMAND, PIT_LATCH);
    uint32_t low = port_read_8(PIT_COUNTER);
    return low | (uint32_t)port_read_8(PIT_COUNTER) << 8;
}

/* The best of some readings: one that nothing came between, as emulators and hosts do. */
static struct moment now(void)
{
    struct moment best = {0, 0};
    uint64_t shortest = UINT64_MAX;
    for (int i = 0; i < SAMPLES; i++) {
        uint64_t before = time_stamp();
        uint32_t count = read_count();
        uint64_t took = time_stamp() - before;
        if (took < shortest) {
            shortest = took;
            best.stamp = before + took / 2;
            best.count = count;
        }
    }
    return best;
}

/* 0: the counter does not count, or ran out before it was read. */
static uint64_t measure(void)
{
    uint8_t gate = (uint8_t)(port_read_8(GATE_PORT) & ~(GATE_SPEAKER | GATE_ON));
    port_write_8(GATE_PORT, gate);
    port_write_8(PIT_COMMAND, PIT_MODE_0);
    port_write_8(PIT_COUNTER, COUNT_FIRST & 0xFF);
    port_write_8(PIT_COUNTER, COUNT_FIRST >> 8);
    port_write_8(GATE_PORT, gate | GATE_ON);
    struct moment first = now();
    for (uint32_t polls = 0; read_count() > COUNT_LAST && polls < POLLS;)
        polls++;
    struct moment last = now();
    if ((port_read_8(GATE_PORT) & GATE_OUTPUT) != 0 || last.count >= first.count)
        return 0;
    return (last.stamp - first.stamp) * PIT_HZ / (first.count - last.count);
}

uint64_t tsc_frequency(void)
{
    static uint64_t frequency;
    for (int i = 0; i < ATTEMPTS && frequency == 0; i++)
        frequency = measure();
    return frequency;
}

void wait_milliseconds(uint32_t milliseconds)
{
    uint64_t length = tsc_frequency() / 1000 * milliseconds, start = time_stamp();
    while (time_stamp() - start < length) {
    }
}

bool frequencies_agree(uint64_t a, uint64_t b)
{
    uint64_t distance = a > b ? a - b : b - a;
    return a != 0 && b != 0 && distance < b / 20;
}

uint32_t megahertz(uint64_t frequency)
{
    return (uint32_t)(frequency / 1000000);
}
