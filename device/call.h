/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One call of the client interface (IEEE 1275-1994, 6.3.1): an array of cells, with the service's
 * name, the numbers of arguments and results, then these. The array is read where it is: it is the
 * client's, and firmware may be given it as well.
 */
#ifndef DEVICE_CALL_H
#define DEVICE_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct call {
    uint32_t array; /* where it is */
    uint32_t service;
    uint32_t argument_count, result_count;
};

/* More cells than any service has are not looked at. */
#define CALL_CELLS_MAXIMUM 32

/* False if there is no such array in memory. */
bool call_read(uint32_t array, struct call *call);
/* The argument, counted from 0; 0 if there are not so many. */
uint32_t call_argument(const struct call *call, uint32_t index);
/* Results that the caller has no cell for are dropped. */
void call_set_result(const struct call *call, uint32_t index, uint32_t value);
uint32_t call_result(const struct call *call, uint32_t index);

/*
 * Copies the client's text at an address. False if there is none or it does not fit `size` with
 * its NUL; then `text` is what there is of it. It always ends with a NUL.
 */
bool call_text(uint32_t address, char *text, size_t size);

#endif
