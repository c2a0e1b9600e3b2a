/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * XNU's boot_args, field by field, under Apple's names. darwin/boot_args_fields.h tells each as
 * text; here numbers become numbers again.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "darwin/boot_args_fields.h"
#include "lib/bytes.h"
#include "tools/inspect/describe.h"

#define BANKS      "PhysicalDRAM"
#define PAGE_SHIFT 12

static void put_bank(struct value *out, const char *text)
{
    struct value *list = document_find(out, BANKS), *row;
    uint32_t base, size;
    char unit[8];

    if (sscanf(text, "%" SCNx32 ", %" SCNx32 " %7s", &base, &size, unit) != 3)
        return;
    row = put_object(list != NULL ? list : put_list(out, BANKS), NULL);
    put_address(row, "base", strcmp(unit, "pages") == 0 ? (uint64_t)base << PAGE_SHIFT : base);
    put_number(row, "size", strcmp(unit, "pages") == 0 ? (uint64_t)size << PAGE_SHIFT : size);
}

/* "text" in quotes; numbers as "7" or "12 (c)"; addresses as eight or more digits. */
static void put_field(void *context, const char *name, const char *text)
{
    struct value *out = context;
    size_t length = strlen(text);

    if (strncmp(name, BANKS "[", strlen(BANKS "[")) == 0)
        put_bank(out, text);
    else if (text[0] == '"' && length >= 2)
        put_bytes_as_text(out, name, text + 1, length - 2);
    else if (length == 1 || strchr(text, ' ') != NULL)
        put_number(out, name, strtoull(text, NULL, 10));
    else
        put_address(out, name, strtoull(text, NULL, 16));
}

bool describe_boot_args(const struct subject *subject, struct value *out)
{
    const uint8_t *bytes = subject->bytes;
    /* The version, the second half of the first word, is small: where its zero is tells. */
    bool big_endian = subject->length >= 4 && get_be16(bytes + 2) < get_le16(bytes + 2);

    put_text(out, "processor", big_endian ? "PowerPC" : "x86");
    if (boot_args_describe(bytes, subject->length, big_endian, put_field, out))
        return true;
    put_refusal(out, fail(ERROR_OPTION_LENGTH,
                          "%u bytes are no boot_args, or of a version that is not known",
                          (unsigned)subject->length));
    return false;
}
