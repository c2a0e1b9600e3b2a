/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#undef fail /* error.h has one */

#include "darwin/devtree.h"
#include "lib/bytes.h"
#include "tests/unit/golden.h"

static void test_golden_comes_back_identical(void **state)
{
    (void)state;
    static uint8_t out[GOLDEN_LENGTH];
    struct devtree tree = golden_tree();
    assert_int_equal(devtree_flat_length(&tree), GOLDEN_LENGTH);
    memset(out, 0xEE, sizeof out);
    assert_int_equal(devtree_flatten(&tree, true, out, sizeof out), OK);
    assert_memory_equal(out, golden, GOLDEN_LENGTH);
    assert_int_equal(devtree_flatten(&tree, true, out, sizeof out - 1), ERROR_DEVTREE_FLAT);
    devtree_free(&tree);
}

/* Counts and lengths turn round for a little-endian kernel; values do not. */
static void test_little_endian(void **state)
{
    (void)state;
    static uint8_t little[GOLDEN_LENGTH], big[GOLDEN_LENGTH];
    struct devtree tree = golden_tree();
    assert_int_equal(devtree_flatten(&tree, false, little, sizeof little), OK);
    devtree_free(&tree);
    assert_int_equal(get_le32(little), 9);
    assert_int_equal(get_le32(little + 4), 12);
    assert_memory_equal(little + 8, golden + 8, 32);
    assert_int_equal(get_le32(little + 40), 4);
    assert_memory_equal(little + 44, golden + 44, 4);
    assert_int_equal(devtree_unflatten(&tree, false, little, sizeof little), OK);
    assert_int_equal(devtree_flatten(&tree, true, big, sizeof big), OK);
    assert_memory_equal(big, golden, GOLDEN_LENGTH);
    devtree_free(&tree);
}

static void test_find(void **state)
{
    (void)state;
    struct devtree tree = golden_tree();
    struct devtree_node *card = devtree_find(&tree, "/pci@f2000000/rtl8139@f");
    assert_non_null(card);
    assert_int_equal(card->handle, 0xfff66124);
    assert_ptr_equal(devtree_find_handle(&tree, 0xfff66124), card);
    assert_null(devtree_find_handle(&tree, 0));
    assert_null(devtree_find_handle(&tree, 0x12345678));
    assert_ptr_equal(devtree_find(&tree, "/pci@f2000000/rtl8139@f:,\\mach_kernel"), card);
    assert_ptr_equal(devtree_find(&tree, "/pci/rtl8139"), card);
    assert_ptr_equal(devtree_find(&tree, "/pci/@f"), card);
    assert_ptr_equal(devtree_find(&tree, "//pci//rtl8139/"), card);
    assert_null(devtree_find(&tree, "/pci@f2000000/rtl8139@e"));
    assert_null(devtree_find(&tree, "/pci@f2000000/rtl8139@"));
    assert_null(devtree_find(&tree, "/pci@f2000000/rtl813@f"));
    assert_null(devtree_find(&tree, "/pci@f2000000/@1"));
    assert_null(devtree_find(&tree, "/chosen@0"));
    assert_null(devtree_find(&tree, "enet"));
    assert_null(devtree_find(&tree, ""));
    assert_ptr_equal(devtree_find(&tree, "/"), tree.root);
    assert_ptr_equal(devtree_find(&tree, "/pci/mac-io/escc/ch-a@13020"),
                     devtree_find(&tree, "/pci@f2000000/mac-io@c/escc@13000/ch-a"));
    devtree_free(&tree);
}

static void test_path(void **state)
{
    (void)state;
    struct devtree tree = golden_tree();
    char path[64];
    assert_int_equal(devtree_path(tree.root, path, sizeof path), OK);
    assert_string_equal(path, "/");
    assert_int_equal(devtree_path(tree.root, path, 2), OK);
    assert_int_equal(devtree_path(tree.root, path, 1), ERROR_DEVTREE_PATH);
    assert_int_equal(devtree_path(tree.root, path, 0), ERROR_DEVTREE_PATH);
    const char *card = "/pci@f2000000/rtl8139@f";
    for (size_t size = 0; size < sizeof path; size++) {
        error_t error = devtree_path(devtree_find(&tree, card), path, size);
        assert_int_equal(error, size > strlen(card) ? OK : ERROR_DEVTREE_PATH);
        if (error == OK)
            assert_string_equal(path, card);
    }
    /* Every node of a real tree is found again by its own path. */
    for (struct devtree_node *node = tree.root; node != NULL; node = devtree_next(node)) {
        char long_path[256];
        assert_int_equal(devtree_path(node, long_path, sizeof long_path), OK);
        assert_ptr_equal(devtree_find(&tree, long_path), node);
    }
    devtree_free(&tree);
}

static void test_properties(void **state)
{
    (void)state;
    struct devtree tree;
    assert_int_equal(devtree_create(&tree), OK);
    struct devtree_node *root = tree.root;
    assert_int_equal(devtree_set_string(&tree, root, "name", "device-tree"), OK);
    assert_int_equal(devtree_set_be32(&tree, root, "cells", 0x01020304), OK);
    assert_int_equal(devtree_set(&tree, root, "empty", NULL, 0), OK);
    assert_string_equal(devtree_get_string(root, "name"), "device-tree");
    assert_memory_equal(devtree_get(root, "cells")->value, "\1\2\3\4", 4);
    assert_int_equal(devtree_get(root, "empty")->length, 0);
    assert_null(devtree_get(root, "absent"));

    /* A replaced value keeps its place in the order. */
    assert_int_equal(devtree_set_string(&tree, root, "name", "x"), OK);
    assert_ptr_equal(root->first_property, devtree_get(root, "name"));
    assert_ptr_equal(root->last_property, devtree_get(root, "empty"));

    static uint8_t large[3 << 20];
    large[sizeof large - 1] = 7;
    assert_int_equal(devtree_set(&tree, root, "copied", large, sizeof large), OK);
    assert_ptr_not_equal(devtree_get(root, "copied")->value, large);
    assert_memory_equal(devtree_get(root, "copied")->value, large, sizeof large);
    assert_int_equal(devtree_set_reference(&tree, root, "referred", large, sizeof large), OK);
    assert_ptr_equal(devtree_get(root, "referred")->value, large);

    assert_int_equal(devtree_set(&tree, root, "1234567890123456789012345678901", "", 1), OK);
    assert_int_equal(devtree_set(&tree, root, "12345678901234567890123456789012", "", 1),
                     ERROR_DEVTREE_NAME);
    assert_int_equal(devtree_set_reference(&tree, root, "huge", large, UINT32_MAX),
                     ERROR_MEMORY_HEAP);
    devtree_free(&tree);
    assert_null(tree.root);
    devtree_free(&tree);
}

static size_t given_back;

static void count_and_free(void *memory, size_t length)
{
    given_back += length;
    free(memory);
}

/* What a tree was left is given back with the tree, once each, and not before. */
static void test_adopt(void **state)
{
    (void)state;
    struct devtree tree;
    assert_int_equal(devtree_create(&tree), OK);
    given_back = 0;
    for (size_t i = 0; i < 3; i++) {
        char name[8];
        uint8_t *value = malloc(100000);
        assert_non_null(value);
        memset(value, (int)i, 100000);
        snprintf(name, sizeof(name), "ndrv%u", (unsigned)i);
        assert_int_equal(devtree_adopt(&tree, value, 100000, count_and_free), OK);
        assert_int_equal(devtree_set_reference(&tree, tree.root, name, value, 100000), OK);
    }
    /* The tree's own memory goes on. */
    assert_int_equal(devtree_set_string(&tree, tree.root, "name", "device-tree"), OK);
    assert_string_equal(devtree_get_string(tree.root, "name"), "device-tree");
    assert_int_equal(devtree_get(tree.root, "ndrv2")->value[99999], 2);
    assert_int_equal(given_back, 0);
    devtree_free(&tree);
    assert_int_equal(given_back, 300000);
}

static void test_remove(void **state)
{
    (void)state;
    struct devtree tree;
    assert_int_equal(devtree_create(&tree), OK);
    const char *names[] = {"a", "b", "c"};
    for (size_t i = 0; i < 3; i++)
        devtree_set_be32(&tree, tree.root, names[i], (uint32_t)i);
    devtree_remove(tree.root, "absent");
    devtree_remove(tree.root, "b");
    assert_null(devtree_get(tree.root, "b"));
    assert_string_equal(tree.root->first_property->next->name, "c");
    devtree_remove(tree.root, "c");
    assert_string_equal(tree.root->last_property->name, "a");
    devtree_set_be32(&tree, tree.root, "d", 3);
    assert_string_equal(tree.root->first_property->next->name, "d");
    devtree_remove(tree.root, "a");
    assert_string_equal(tree.root->first_property->name, "d");
    devtree_remove(tree.root, "d");
    assert_null(tree.root->first_property);
    assert_null(tree.root->last_property);
    devtree_set_be32(&tree, tree.root, "e", 4);
    assert_string_equal(tree.root->first_property->name, "e");
    devtree_free(&tree);
}

static void test_strings(void **state)
{
    (void)state;
    struct devtree tree;
    assert_int_equal(devtree_create(&tree), OK);
    devtree_set(&tree, tree.root, "compatible", "PowerMac3,1\0MacRISC\0MacRISC2", 29);
    assert_true(devtree_has_string(tree.root, "compatible", "PowerMac3,1"));
    assert_true(devtree_has_string(tree.root, "compatible", "MacRISC"));
    assert_true(devtree_has_string(tree.root, "compatible", "MacRISC2"));
    assert_false(devtree_has_string(tree.root, "compatible", "MacRISC3"));
    assert_false(devtree_has_string(tree.root, "compatible", "Mac"));
    assert_false(devtree_has_string(tree.root, "compatible", ""));
    assert_false(devtree_has_string(tree.root, "absent", "MacRISC"));
    devtree_set(&tree, tree.root, "compatible", "open", 4);
    assert_false(devtree_has_string(tree.root, "compatible", "open"));
    assert_null(devtree_get_string(tree.root, "compatible"));
    devtree_set(&tree, tree.root, "compatible", NULL, 0);
    assert_null(devtree_get_string(tree.root, "compatible"));
    assert_null(devtree_get_string(tree.root, "absent"));
    devtree_free(&tree);
}

/* The kernel's reader would stop at a node without properties. */
static void test_node_without_properties(void **state)
{
    (void)state;
    struct devtree tree;
    uint8_t out[128];
    assert_int_equal(devtree_create(&tree), OK);
    assert_non_null(devtree_add(&tree, tree.root));
    assert_int_equal(devtree_flat_length(&tree), 2 * (8 + 36 + 4));
    assert_int_equal(devtree_flatten(&tree, true, out, sizeof out), OK);
    assert_int_equal(get_be32(out), 1);
    assert_int_equal(get_be32(out + 4), 1);
    assert_string_equal((char *)out + 8, "name");
    assert_int_equal(get_be32(out + 40), 1);
    assert_memory_equal(out + 44, "\0\0\0\0", 4);
    devtree_free(&tree);
}

static void test_truncated(void **state)
{
    (void)state;
    struct devtree tree;
    for (size_t length = 0; length < GOLDEN_LENGTH; length += length < 1000 ? 1 : 37) {
        /* A copy of exactly that size, so that the sanitizer sees a read beyond it. */
        uint8_t *copy = malloc(length != 0 ? length : 1);
        memcpy(copy, golden, length);
        assert_int_equal(devtree_unflatten(&tree, true, copy, length), ERROR_DEVTREE_FLAT);
        assert_null(tree.root);
        free(copy);
    }
    assert_int_equal(devtree_unflatten(&tree, true, golden, GOLDEN_LENGTH + 1), ERROR_DEVTREE_FLAT);
    assert_int_equal(devtree_unflatten(&tree, false, golden, GOLDEN_LENGTH), ERROR_DEVTREE_FLAT);
}

/* Small trees by hand: each entry breaks one rule. */
static void test_damaged(void **state)
{
    (void)state;
    uint8_t good[8 + 36 + 4] = {0};
    uint8_t bad[sizeof good];
    struct devtree tree;
    put_be32(good, 1);
    strcpy((char *)good + 8, "name");
    put_be32(good + 40, 3);
    memcpy(good + 44, "ab", 3);
    assert_int_equal(devtree_unflatten(&tree, true, good, sizeof good), OK);
    assert_string_equal(devtree_get_string(tree.root, "name"), "ab");
    devtree_free(&tree);

    memcpy(bad, good, sizeof bad);
    put_be32(bad, 0);
    assert_int_equal(devtree_unflatten(&tree, true, bad, sizeof bad), ERROR_DEVTREE_FLAT);
    assert_non_null(strstr(error_detail(), "no properties"));

    memcpy(bad, good, sizeof bad);
    memset(bad + 8, 'x', 32);
    assert_int_equal(devtree_unflatten(&tree, true, bad, sizeof bad), ERROR_DEVTREE_FLAT);
    assert_non_null(strstr(error_detail(), "no end"));

    memcpy(bad, good, sizeof bad);
    bad[8] = 0;
    assert_int_equal(devtree_unflatten(&tree, true, bad, sizeof bad), ERROR_DEVTREE_FLAT);

    static const uint32_t lengths[] = {5, 8, 0x7FFFFFFF, 0x80000003, 0xFFFFFFFD, 0xFFFFFFFF};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        memcpy(bad, good, sizeof bad);
        put_be32(bad + 40, lengths[i]);
        assert_int_equal(devtree_unflatten(&tree, true, bad, sizeof bad), ERROR_DEVTREE_FLAT);
        assert_non_null(strstr(error_detail(), "longer than the tree"));
    }

    memcpy(bad, good, sizeof bad);
    put_be32(bad + 4, 0xFFFFFFFF);
    assert_int_equal(devtree_unflatten(&tree, true, bad, sizeof bad), ERROR_DEVTREE_FLAT);
    assert_non_null(strstr(error_detail(), "cut off"));

    /* The same property twice: which one would the kernel take? */
    uint8_t twice[8 + 2 * 40];
    put_be32(twice, 2);
    put_be32(twice + 4, 0);
    memcpy(twice + 8, good + 8, 40);
    memcpy(twice + 48, good + 8, 40);
    assert_int_equal(devtree_unflatten(&tree, true, twice, sizeof twice), ERROR_DEVTREE_FLAT);
    assert_non_null(strstr(error_detail(), "twice"));
}

static void test_deep(void **state)
{
    (void)state;
    struct devtree tree;
    assert_int_equal(devtree_create(&tree), OK);
    struct devtree_node *node = tree.root;
    for (unsigned depth = 1; depth < 64; depth++)
        node = devtree_add(&tree, node);
    static uint8_t flat[65 * 48];
    struct devtree again;
    assert_int_equal(devtree_flatten(&tree, true, flat, sizeof flat), OK);
    assert_int_equal(devtree_unflatten(&again, true, flat, devtree_flat_length(&tree)), OK);
    devtree_free(&again);
    devtree_add(&tree, node);
    assert_int_equal(devtree_flatten(&tree, true, flat, sizeof flat), OK);
    assert_int_equal(devtree_unflatten(&again, true, flat, sizeof flat), ERROR_DEVTREE_FLAT);
    assert_non_null(strstr(error_detail(), "too deeply"));
    devtree_free(&tree);
}

/* Whatever a damaged tree becomes, it is refused or comes back as it was read. */
static void test_mutations(void **state)
{
    (void)state;
    static uint8_t bad[GOLDEN_LENGTH], out[GOLDEN_LENGTH];
    uint32_t seed = 20524;
    unsigned accepted = 0;
    for (unsigned round = 0; round < 300; round++) {
        memcpy(bad, golden, sizeof bad);
        for (unsigned change = 0; change <= round % 4; change++) {
            seed = seed * 1664525u + 1013904223u;
            bad[seed % GOLDEN_LENGTH] = (uint8_t)(seed >> 24);
        }
        struct devtree tree;
        if (devtree_unflatten(&tree, true, bad, sizeof bad) == OK) {
            accepted++;
            assert_int_equal(devtree_flat_length(&tree), GOLDEN_LENGTH);
            assert_int_equal(devtree_flatten(&tree, true, out, sizeof out), OK);
            assert_memory_equal(out, bad, 8);
            devtree_free(&tree);
        }
    }
    assert_true(accepted > 0 && accepted < 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_comes_back_identical),
        cmocka_unit_test(test_little_endian),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_path),
        cmocka_unit_test(test_properties),
        cmocka_unit_test(test_adopt),
        cmocka_unit_test(test_remove),
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_node_without_properties),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_deep),
        cmocka_unit_test(test_mutations),
    };
    return cmocka_run_group_tests(tests, golden_read, NULL);
}
