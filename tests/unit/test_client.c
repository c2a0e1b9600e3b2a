/* SPDX-License-Identifier: BSD-2-Clause */
#include "loader/client.h"

#include "boot/host/host.h"
#include "boot/platform.h"
#include "tests/unit/image_builder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h> /* last: it has a macro `fail` */

#define MEMORY (8u << 20)

static struct builder file;
static struct launch launch;
static uint8_t *image; /* the file in the simulated machine's memory */

static int build(void **state)
{
    (void)state;
    build_elf(&file);
    assert_int_equal(try_builder(&file), OK);
    host_reset(MEMORY);
    image = platform_claim(file.length, 4096);
    assert_non_null(image);
    memcpy(image, file.bytes, file.length);
    return 0;
}

static void test_launch(void **state)
{
    (void)state;
    memset(&launch, 0xa5, sizeof launch);
    assert_int_equal(client_prepare(&tried_plan, image, "console=ttyPZ0", "enet:,x", &launch), OK);
    assert_int_equal(launch.handover, HANDOVER_OPENFIRMWARE_CLIENT);
    assert_int_equal(launch.entry, ELF_TEXT + 0x10);
    assert_int_equal(launch.table_of_contents, 0);
    assert_string_equal(launch.client_arguments, "console=ttyPZ0");
    assert_string_equal(launch.client_path, "enet:,x");
    assert_null(launch.owned);
    assert_int_equal(launch.piece_count, 2);
    assert_int_equal(launch.pieces[1].destination, ELF_TEXT + 0x1000);
    assert_int_equal(launch.pieces[1].source, platform_physical(image) + 0x200);
    assert_int_equal(launch.pieces[1].copy, 0x40);
    assert_int_equal(launch.pieces[1].size, 0x2000);
}

static void test_every_byte_arrives(void **state)
{
    const uint8_t *text, *data;

    (void)state;
    assert_int_equal(client_prepare(&tried_plan, image, NULL, "enet:", &launch), OK);
    assert_int_equal(platform_launch(&launch), OK);
    assert_non_null(host_launched());
    text = host_memory(ELF_TEXT);
    data = host_memory(ELF_TEXT + 0x1000);
    assert_memory_equal(text, file.bytes + 0x100, 0x100);
    assert_memory_equal(data, file.bytes + 0x200, 0x40);
    for (size_t i = 0x40; i < 0x2000; i++)
        assert_int_equal(data[i], 0);
    assert_int_equal(data[0x2000], 0xa5); /* nothing beyond */
    assert_int_equal(text[0x100], 0xa5);
}

static void test_xcoff_brings_its_table_of_contents(void **state)
{
    (void)state;
    build_xcoff(&file);
    assert_int_equal(try_builder(&file), OK);
    memcpy(image, file.bytes, file.length);
    assert_int_equal(client_prepare(&tried_plan, image, NULL, "enet:", &launch), OK);
    assert_int_equal(launch.entry, XCOFF_ENTRY);
    assert_int_equal(launch.table_of_contents, XCOFF_TOC);
    assert_string_equal(launch.client_arguments, "");
    assert_int_equal(launch.piece_count, 3);
    assert_int_equal(launch.pieces[2].copy, 0); /* .bss */
    assert_int_equal(launch.pieces[2].source, 0);
    assert_int_equal(launch.pieces[2].size, 0x1000);
}

static void test_path_gets_a_colon(void **state)
{
    char path[601];

    (void)state;
    assert_int_equal(client_prepare(&tried_plan, image, NULL, "/pci@f2000000/ethernet@e", &launch),
                     OK);
    assert_string_equal(launch.client_path, "/pci@f2000000/ethernet@e:");
    assert_int_equal(client_prepare(&tried_plan, image, NULL, "", &launch), OK);
    assert_string_equal(launch.client_path, ":");
    memset(path, 'p', 600);
    path[600] = '\0';
    assert_int_equal(client_prepare(&tried_plan, image, NULL, path, &launch), ERROR_DEVTREE_PATH);
    path[510] = '\0';
    assert_int_equal(client_prepare(&tried_plan, image, NULL, path, &launch), OK);
    assert_int_equal(strlen(launch.client_path), 511);
    path[510] = 'p';
    path[511] = '\0';
    assert_int_equal(client_prepare(&tried_plan, image, NULL, path, &launch), ERROR_DEVTREE_PATH);
    path[599] = ':'; /* any length is good if nothing has to be added */
    path[511] = 'p';
    assert_int_equal(client_prepare(&tried_plan, image, NULL, path, &launch), OK);
    assert_ptr_equal(launch.client_path, path);
}

static void test_kernels_are_no_clients(void **state)
{
    struct macho_sample sample;

    (void)state;
    build_macho(&file, &sample);
    assert_int_equal(try_builder(&file), OK);
    assert_int_equal(client_prepare(&tried_plan, image, NULL, "enet:", &launch), ERROR_LAUNCH_KIND);
}

static void test_release(void **state)
{
    size_t claimed = host_claimed();

    (void)state;
    memset(&launch, 0, sizeof launch);
    launch_release(&launch); /* owns nothing */
    launch.owned_length = 0x3000;
    launch.owned = platform_claim(launch.owned_length, 4096);
    assert_non_null(launch.owned);
    launch_release(&launch);
    assert_int_equal(host_claimed(), claimed);
    launch_release(&launch); /* once is enough */
    assert_int_equal(host_claimed(), claimed);
}

static void test_image_above_4_gb(void **state)
{
    (void)state;
    /* As far from the simulated memory's start as no 32-bit address reaches. */
    tried_plan.pieces[1].file_offset = UINT64_C(0x100000000);
    if (sizeof(void *) == 8)
        assert_int_equal(client_prepare(&tried_plan, image, NULL, "enet:", &launch),
                         ERROR_MEMORY_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_launch, build),
        cmocka_unit_test_setup(test_every_byte_arrives, build),
        cmocka_unit_test_setup(test_xcoff_brings_its_table_of_contents, build),
        cmocka_unit_test_setup(test_path_gets_a_colon, build),
        cmocka_unit_test_setup(test_kernels_are_no_clients, build),
        cmocka_unit_test_setup(test_release, build),
        cmocka_unit_test_setup(test_image_above_4_gb, build),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
