/* SPDX-License-Identifier: BSD-2-Clause */
#include "drivers/nic_inspect.h"

#include <string.h>

static struct nic_readings last;
static char last_path[PCI_PATH_LENGTH]; /* of the card; "": none was closed yet */

void nic_reading_add(struct nic_readings *readings, const char *name, uint64_t value,
                     unsigned digits)
{
    if (readings->count < NIC_READINGS_MAXIMUM)
        readings->list[readings->count++] = (struct nic_reading){name, value, (uint8_t)digits};
}

bool nic_inspect(struct nic *nic, struct nic_readings *readings)
{
    readings->count = 0;
    TABLE_FOREACH (nic_inspectors, inspector)
        if (strcmp((*inspector)->driver, nic->driver->name) == 0) {
            (*inspector)->inspect(nic, readings);
            return true;
        }
    return false;
}

void nic_inspect_last(struct nic *nic)
{
    nic_inspect(nic, &last);
    memcpy(last_path, nic->pci.path, sizeof last_path);
}

const struct nic_readings *nic_inspected_last(const struct nic *nic)
{
    return last_path[0] != '\0' && strcmp(last_path, nic->pci.path) == 0 ? &last : NULL;
}
