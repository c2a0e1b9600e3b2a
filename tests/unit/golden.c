/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/golden.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>
#undef fail /* error.h has one */

uint8_t golden[GOLDEN_LENGTH + 1];

int golden_read(void **state)
{
    FILE *file = fopen("tests/golden/bootx-mac99-rtl8139.devtree", "rb");
    size_t length;

    (void)state;
    if (file == NULL)
        return -1;
    length = fread(golden, 1, sizeof golden, file);
    fclose(file);
    return length == GOLDEN_LENGTH ? 0 : -1;
}

struct devtree golden_tree(void)
{
    struct devtree tree;

    assert_int_equal(devtree_unflatten(&tree, true, golden, GOLDEN_LENGTH), OK);
    return tree;
}
