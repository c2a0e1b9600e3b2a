/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Card registers: PCI registers are little-endian; these read and write them by their number,
 * whatever the processor's order, and in program order (PowerPC: eieio).
 * On the host they go to a register model, so that drivers can be tested.
 */
#ifndef DRIVERS_IO_H
#define DRIVERS_IO_H

#include <stddef.h>
#include <stdint.h>

struct io_model; /* host only: tests/unit */

struct io_window {
    volatile uint8_t *base; /* mapped registers; unused for x86 I/O ports and for models */
    uint32_t length;
    uint16_t port; /* x86 I/O ports: the first port */
    uint8_t is_port;
    struct io_model *model;
};

#if defined(__powerpc__) && !defined(SAWBOOT_HOST)

static inline uint8_t io_read8(const struct io_window *w, unsigned offset)
{
    uint8_t value;
    /* twi + isync: the value is here before anything after it starts (polling then memory) */
    __asm__ volatile("lbzx %0,0,%1\n\ttwi 0,%0,0\n\tisync"
                     : "=r"(value)
                     : "r"(w->base + offset)
                     : "memory");
    return value;
}
static inline uint16_t io_read16(const struct io_window *w, unsigned offset)
{
    uint16_t value;
    __asm__ volatile("lhbrx %0,0,%1\n\ttwi 0,%0,0\n\tisync"
                     : "=r"(value)
                     : "r"(w->base + offset)
                     : "memory");
    return value;
}
static inline uint32_t io_read32(const struct io_window *w, unsigned offset)
{
    uint32_t value;
    __asm__ volatile("lwbrx %0,0,%1\n\ttwi 0,%0,0\n\tisync"
                     : "=r"(value)
                     : "r"(w->base + offset)
                     : "memory");
    return value;
}
static inline void io_write8(const struct io_window *w, unsigned offset, uint8_t value)
{
    __asm__ volatile("sync\n\tstbx %0,0,%1\n\teieio"
                     :
                     : "r"(value), "r"(w->base + offset)
                     : "memory");
}
static inline void io_write16(const struct io_window *w, unsigned offset, uint16_t value)
{
    __asm__ volatile("sync\n\tsthbrx %0,0,%1\n\teieio"
                     :
                     : "r"(value), "r"(w->base + offset)
                     : "memory");
}
static inline void io_write32(const struct io_window *w, unsigned offset, uint32_t value)
{
    __asm__ volatile("sync\n\tstwbrx %0,0,%1\n\teieio"
                     :
                     : "r"(value), "r"(w->base + offset)
                     : "memory");
}
/* Orders a card's write of a descriptor (seen done) before our reads of what it describes. */
static inline void dma_read_barrier(void)
{
    __asm__ volatile("sync" ::: "memory");
}
/* Orders our writes to memory before the register write that tells the card. */
static inline void dma_write_barrier(void)
{
    __asm__ volatile("sync" ::: "memory");
}

#elif defined(__i386__) && !defined(SAWBOOT_HOST)

static inline uint8_t io_read8(const struct io_window *w, unsigned offset)
{
    if (w->is_port) {
        uint8_t value;
        __asm__ volatile("inb %w1,%0" : "=a"(value) : "Nd"((uint16_t)(w->port + offset)));
        return value;
    }
    return w->base[offset];
}
static inline uint16_t io_read16(const struct io_window *w, unsigned offset)
{
    if (w->is_port) {
        uint16_t value;
        __asm__ volatile("inw %w1,%0" : "=a"(value) : "Nd"((uint16_t)(w->port + offset)));
        return value;
    }
    return *(const volatile uint16_t *)(w->base + offset);
}
static inline uint32_t io_read32(const struct io_window *w, unsigned offset)
{
    if (w->is_port) {
        uint32_t value;
        __asm__ volatile("inl %w1,%0" : "=a"(value) : "Nd"((uint16_t)(w->port + offset)));
        return value;
    }
    return *(const volatile uint32_t *)(w->base + offset);
}
static inline void io_write8(const struct io_window *w, unsigned offset, uint8_t value)
{
    if (w->is_port)
        __asm__ volatile("outb %0,%w1" : : "a"(value), "Nd"((uint16_t)(w->port + offset)));
    else
        w->base[offset] = value;
}
static inline void io_write16(const struct io_window *w, unsigned offset, uint16_t value)
{
    if (w->is_port)
        __asm__ volatile("outw %0,%w1" : : "a"(value), "Nd"((uint16_t)(w->port + offset)));
    else
        *(volatile uint16_t *)(w->base + offset) = value;
}
static inline void io_write32(const struct io_window *w, unsigned offset, uint32_t value)
{
    if (w->is_port)
        __asm__ volatile("outl %0,%w1" : : "a"(value), "Nd"((uint16_t)(w->port + offset)));
    else
        *(volatile uint32_t *)(w->base + offset) = value;
}
static inline void dma_read_barrier(void)
{
    __asm__ volatile("" ::: "memory");
}
static inline void dma_write_barrier(void)
{
    __asm__ volatile("" ::: "memory");
}

#else /* the host: boot/host/io.c asks the window's model */

uint8_t io_read8(const struct io_window *w, unsigned offset);
uint16_t io_read16(const struct io_window *w, unsigned offset);
uint32_t io_read32(const struct io_window *w, unsigned offset);
void io_write8(const struct io_window *w, unsigned offset, uint8_t value);
void io_write16(const struct io_window *w, unsigned offset, uint16_t value);
void io_write32(const struct io_window *w, unsigned offset, uint32_t value);
void dma_read_barrier(void);
void dma_write_barrier(void);

#endif

/*
 * A register model for tests: `context` is the model's own; width is 1, 2 or 4 bytes; values are
 * the register's number.
 */
struct io_model {
    void *context;
    uint32_t (*read)(void *context, unsigned offset, unsigned width);
    void (*write)(void *context, unsigned offset, unsigned width, uint32_t value);
};

#endif
