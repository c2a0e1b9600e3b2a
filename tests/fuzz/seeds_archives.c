/* SPDX-License-Identifier: BSD-2-Clause */
/* mkext archives of both versions, what is inside (property lists, LZSS), and device trees. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "darwin/devtree.h"
#include "darwin/mkext.h"
#include "darwin/mkext_format.h"
#include "darwin/mkext_write.h"
#include "lib/adler32.h"
#include "lib/bytes.h"
#include "lib/lzss.h"
#include "tests/fuzz/seeds.h"
#include "tests/unit/packed.h"

#define ROOM 4096

static uint8_t out[ROOM];
static size_t length;

static const char info_plist[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"PropertyList-1.0.dtd\">\n"
    "<plist version=\"1.0\"><dict><key>CFBundleIdentifier</key><string>org.example.a</string>"
    "<key>CFBundleExecutable</key><string>A</string></dict></plist>\n";
/* Behind the magic, nothing of it is read. */
static const uint8_t module[] = "\376\355\372\316\0\0\0\22a module, a module, a module";

/* --- Version 1 ---------------------------------------------------------------------------------
 */

static void seed_version_1(const char *name, uint32_t count, bool stored)
{
    struct mkext_source source = {.plist = (const uint8_t *)info_plist,
                                  .plist_length = sizeof info_plist - 1,
                                  .module = module,
                                  .module_length = sizeof module};
    struct mkext_source sources[] = {source, source, source};

    sources[1].module_length = 0; /* it has only properties */
    if (mkext_write(sources, count, stored, out, sizeof out, &length) != OK)
        abort();
    seed("mkext1", name, out, length);
}

/* Two of them in a fat file: rows of cputype, cpusubtype, offset, size, alignment. */
static void seed_fat(void)
{
    static const uint32_t cpu_types[] = {18, 7};
    const struct mkext_source source = {.plist = (const uint8_t *)info_plist,
                                        .plist_length = sizeof info_plist - 1};
    size_t at = 48;

    put_be32(out, 0xCAFEBABE);
    put_be32(out + 4, 2);
    for (unsigned i = 0; i < 2; i++) {
        uint8_t *row = out + 8 + 20 * i;

        if (mkext_write(&source, 1, i != 0, out + at, sizeof out - at, &length) != OK)
            abort();
        put_be32(row, cpu_types[i]);
        put_be32(row + 4, 0);
        put_be32(row + 8, (uint32_t)at);
        put_be32(row + 12, (uint32_t)length);
        put_be32(row + 16, 0);
        at += length;
    }
    seed("fat", "mkext", out, at);
}

/* --- Version 2: as kextcache writes them (xnu-handoff section 5.4)
 * --------------------------------
 */

static void put_file(uint32_t *at, const uint8_t *bytes, uint32_t stored, uint32_t real)
{
    *at = (uint32_t)length;
    put_be32(out + length + MKEXT2_AT_STORED_SIZE, stored);
    put_be32(out + length + MKEXT2_AT_REAL_SIZE, real);
    length += MKEXT2_AT_DATA;
    memcpy(out + length, bytes, stored != 0 ? stored : real);
    length += stored != 0 ? stored : real;
}

static void put_list(const char *list, bool pack)
{
    size_t size = strlen(list) + 1, stored;

    put_be32(out + MKEXT2_AT_PLIST_OFFSET, (uint32_t)length);
    put_be32(out + MKEXT2_AT_PLIST_SIZE, (uint32_t)size);
    stored = pack ? packed_stored_zlib(out + length, (const uint8_t *)list, size) : 0;
    put_be32(out + MKEXT2_AT_PLIST_STORED, (uint32_t)stored);
    if (!pack)
        memcpy(out + length, list, size);
    length += pack ? stored : size;
}

static void seed_version_2(const char *name, bool pack)
{
    static char list[2048];
    uint8_t packed[512];
    uint32_t plain_at, packed_at, resource_at;
    uint32_t stored = (uint32_t)packed_zlib(packed, &packed_words);

    memset(out, 0, MKEXT2_HEADER_SIZE);
    length = MKEXT2_HEADER_SIZE;
    put_file(&packed_at, packed, stored, (uint32_t)packed_words.length);
    put_file(&plain_at, module, 0, sizeof module);
    put_file(&resource_at, (const uint8_t *)"text", 0, 4);
    snprintf(list, sizeof list,
             "<plist version=\"1.0\"><dict><key>_MKEXTInfoDictionaries</key><array>"
             "<dict><key>CFBundleIdentifier</key><string ID=\"1\">a</string>"
             "<key>_MKEXTBundlePath</key><string>/a.kext</string>"
             "<key>_MKEXTExecutable</key><integer size=\"32\" ID=\"2\">0x%x</integer>"
             "<key>_MKEXTResources</key><dict><key>t</key><integer>%u</integer></dict></dict>"
             "<dict><key>_MKEXTExecutable</key><integer>%u</integer></dict>"
             "<dict><key>_MKEXTExecutable</key><integer IDREF=\"2\"/></dict>"
             "</array></dict></plist>",
             (unsigned)packed_at, (unsigned)resource_at, (unsigned)plain_at);
    put_list(list, pack);
    put_be32(out + MKEXT_AT_MAGIC, MKEXT_MAGIC);
    put_be32(out + MKEXT_AT_SIGNATURE, MKEXT_SIGNATURE);
    put_be32(out + MKEXT_AT_LENGTH, (uint32_t)length);
    put_be32(out + MKEXT_AT_VERSION, MKEXT_VERSION_2);
    put_be32(out + MKEXT_AT_COUNT, 3);
    put_be32(out + MKEXT_AT_CPU_TYPE, 7);
    put_be32(out + MKEXT_AT_CPU_SUBTYPE, 3);
    put_be32(out + MKEXT_AT_ADLER32, adler32(out + MKEXT_AT_VERSION, length - MKEXT_AT_VERSION));
    seed("mkext2", name, out, length);
}

/* --- Inside -------------------------------------------------------------------------------------
 */

static void seed_lzss(const char *name, const void *bytes, size_t size)
{
    seed("lzss", name, out, lzss_pack(bytes, size, out, sizeof out));
}

/* --- Trees ---------------------------------------------------------------------------------------
 */

/* Branches of the golden tree (tests/golden), as trees of their own. */
static void seed_trees(void)
{
    static uint8_t golden[1 << 15];
    FILE *file = fopen("tests/golden/bootx-mac99-rtl8139.devtree", "rb");
    size_t size = file != NULL ? fread(golden, 1, sizeof golden, file) : 0;
    struct devtree tree;
    unsigned count = 0;

    if (file == NULL || fclose(file) != 0 || devtree_unflatten(&tree, true, golden, size) != OK)
        abort();
    for (struct devtree_node *node = tree.root; node != NULL; node = devtree_next(node)) {
        struct devtree_node whole = *node;
        struct devtree branch = {.root = &whole};
        char name[16];

        whole.parent = whole.next = NULL;
        for (struct devtree_node *child = node->first_child; child != NULL; child = child->next)
            child->parent = &whole;
        size = devtree_flat_length(&branch);
        if (size <= sizeof out && (node->first_child != NULL || count < 3)) {
            snprintf(name, sizeof name, "branch%u", ++count);
            /* Every third one as a PC has it. */
            if (devtree_flatten(&branch, count % 3 != 0, out, size) != OK)
                abort();
            seed("devtree", name, out, size);
        }
        for (struct devtree_node *child = node->first_child; child != NULL; child = child->next)
            child->parent = node;
    }
    devtree_free(&tree);
}

void seeds_of_archives(void)
{
    static uint8_t far[6000];

    seed_trees();
    seed_version_1("packed", 1, false);
    seed_version_1("stored", 1, true);
    seed_version_1("three", 3, false);
    seed_fat();
    seed_version_2("packed", true);
    seed_version_2("plain", false);
    seed_lzss("plist", info_plist, sizeof info_plist);
    /* Longer than the ring, and with matches as far back as they go. */
    for (size_t i = 0; i < sizeof far; i++)
        far[i] = (uint8_t)(i % 4000 < 40 ? i % 4000 : ' ');
    seed_lzss("far", far, sizeof far);
    seed("lzss_pack", "plist", info_plist, sizeof info_plist - 1);
    seed("lzss_pack", "far", far, sizeof far);
    seed("plist", "info", info_plist, sizeof info_plist - 1);
}
