/* SPDX-License-Identifier: BSD-2-Clause */
/* The first serial port, COM1, polled: 115200 baud, 8 bits, no parity. */
#ifndef PAYLOADS_X86_SERIAL_H
#define PAYLOADS_X86_SERIAL_H

void serial_open(void);
void serial_put(char character);

#endif
