/* SPDX-License-Identifier: BSD-2-Clause */
/* Logs of a console with dumps of the loader's in them. */
#include <stdlib.h>
#include <string.h>

#include "tools/inspect/describe.h"
#include "tools/inspect/dump.h"

bool is_log(const struct subject *subject)
{
    return dump_find(subject->bytes, subject->length);
}

/* What a dump holds, by its name; of others only the size is told. */
static bool describe_content(const struct dump *dump, struct value *out)
{
    struct subject content = {.bytes = dump->bytes, .length = dump->count};

    if (strcmp(dump->name, "devtree") == 0)
        return describe_tree(&content, put_object(out, "device_tree"));
    if (strcmp(dump->name, "bootargs") == 0)
        return describe_boot_args(&content, put_object(out, "boot_args"));
    return true;
}

bool describe_log(const struct subject *subject, struct value *out)
{
    struct value *list = put_list(out, "dumps");
    struct dump dump;
    size_t at = 0;
    bool good = true, any = false;

    while (dump_next(subject->bytes, subject->length, &at, &dump)) {
        struct value *row = put_object(list, NULL);

        any = true;
        put_text(row, "name", dump.name);
        put_number(row, "line", dump.line);
        put_number(row, "length", dump.length);
        put_address(row, "crc32", dump.crc32);
        if (dump.has_address)
            put_address(row, "address", dump.address);
        if (dump.byte_order[0] != '\0')
            put_text(row, "byte_order", dump.byte_order);
        put_boolean(row, "good", dump.problem[0] == '\0');
        if (dump.problem[0] != '\0') {
            put_text(row, "problem", dump.problem);
            good = false;
        } else {
            good = describe_content(&dump, row) && good;
        }
        free(dump.bytes);
    }
    return good && any;
}
