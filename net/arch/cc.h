/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What lwIP wants to know about compiler and processor (lwip/arch.h lists the names). The byte
 * order comes from the compiler, so one file serves every target.
 */
#ifndef ARCH_CC_H
#define ARCH_CC_H

#include <stdint.h>

/* lwIP's LITTLE_ENDIAN and BIG_ENDIAN are the compiler's __ORDER_..._ENDIAN__ numbers. */
#ifndef BYTE_ORDER
#define BYTE_ORDER __BYTE_ORDER__
#endif

/* lwIP's own character tests do; ctype's need a table of the C library. */
#define LWIP_NO_CTYPE_H 1

/* The packed wire structures of lwip/prot: no padding and no alignment, on every processor. */
#define PACK_STRUCT_STRUCT __attribute__((packed))

#define LWIP_PLATFORM_DIAG(message)  \
    do {                             \
        network_diagnostics message; \
    } while (0)
#define LWIP_PLATFORM_ASSERT(message) network_assertion_failed(message, __FILE__, __LINE__)

/* All in net/network.c. */
void network_diagnostics(const char *format, ...) __attribute__((format(printf, 1, 2)));
void network_assertion_failed(const char *message, const char *file, int line)
    __attribute__((noreturn));
uint32_t network_random(void);

#endif
