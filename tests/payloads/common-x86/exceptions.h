/* SPDX-License-Identifier: BSD-2-Clause */
/* A processor exception becomes a failure in the report, and the verdict. */
#ifndef PAYLOADS_X86_EXCEPTIONS_H
#define PAYLOADS_X86_EXCEPTIONS_H

#include <stdint.h>

void exceptions_install(void);
/* Called by vectors.S. Never returns. */
void exception(uintptr_t vector, uintptr_t error, uintptr_t address) __attribute__((noreturn));

#endif
