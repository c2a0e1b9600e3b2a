/* SPDX-License-Identifier: BSD-2-Clause */
#include "device/call.h"

#include <string.h>

#include "device/firmware.h"

#define CELL   4u
#define HEADER (3 * CELL)

static uint32_t read_cell(const uint8_t *at)
{
    uint32_t cell; /* in the processor's order, at any alignment */

    memcpy(&cell, at, sizeof cell);
    return cell;
}

bool call_read(uint32_t array, struct call *call)
{
    const uint8_t *header = firmware_memory(array, HEADER);

    if (header == NULL)
        return false;
    call->array = array;
    call->service = read_cell(header);
    call->argument_count = read_cell(header + CELL);
    call->result_count = read_cell(header + 2 * CELL);
    return call->argument_count <= CALL_CELLS_MAXIMUM && call->result_count <= CALL_CELLS_MAXIMUM &&
           firmware_writable(array, HEADER + CELL * (call->argument_count + call->result_count)) !=
               NULL;
}

uint32_t call_argument(const struct call *call, uint32_t index)
{
    if (index >= call->argument_count)
        return 0;
    return read_cell(firmware_memory(call->array + HEADER + CELL * index, CELL));
}

void call_set_result(const struct call *call, uint32_t index, uint32_t value)
{
    if (index < call->result_count)
        memcpy(
            firmware_writable(call->array + HEADER + CELL * (call->argument_count + index), CELL),
            &value, CELL);
}

uint32_t call_result(const struct call *call, uint32_t index)
{
    if (index >= call->result_count)
        return 0;
    return read_cell(
        firmware_memory(call->array + HEADER + CELL * (call->argument_count + index), CELL));
}

bool call_text(uint32_t address, char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        const uint8_t *at = firmware_memory(address + (uint32_t)i, 1);

        text[i] = at != NULL ? (char)*at : '\0';
        if (text[i] == '\0')
            return at != NULL;
    }
    text[size - 1] = '\0';
    return false;
}
