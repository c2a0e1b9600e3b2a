/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernels and programs, and what they are wrapped in: those of the unit tests. */
#include <stdio.h>
#include <string.h>

#include "lib/bytes.h"
#include "tests/fuzz/seeds.h"
#include "tests/unit/image_builder.h"
#include "tests/unit/packed.h"

static struct builder sample;
/* Inside other files. */
static struct builder macho, macho_i386, macho_x86_64, xcoff, elf;

static void seed_sample(const char *target, const char *name)
{
    seed(target, name, sample.bytes, sample.length);
}

/* For the target launch: what comes to its end. The names are unique. */
static void seed_launch(const struct builder *kernel, const char *name)
{
    seed("launch", name, kernel->bytes, kernel->length);
}

static void build_samples(void)
{
    struct macho_sample powerpc;
    struct macho_x86_sample x86;

    build_macho(&macho, &powerpc);
    build_macho_x86(&macho_i386, false, &x86);
    build_macho_x86(&macho_x86_64, true, &x86);
    build_xcoff(&xcoff);
    build_elf(&elf);
}

static void seed_programs(void)
{
    seed("macho", "powerpc", macho.bytes, macho.length);
    seed("macho", "i386", macho_i386.bytes, macho_i386.length);
    seed("macho", "x86_64", macho_x86_64.bytes, macho_x86_64.length);
    seed_launch(&macho, "powerpc");
    seed_launch(&macho_i386, "i386");
    seed_launch(&macho_x86_64, "x86_64");
    seed_launch(&xcoff, "xcoff");
    seed_launch(&elf, "elf");
    seed("xcoff", "program", xcoff.bytes, xcoff.length);
    seed("elf", "program", elf.bytes, elf.length);
    build_elf_kernel(&sample, false);
    seed_sample("elf", "kernel32");
    seed_launch(&sample, "kernel32");
    build_elf_kernel(&sample, true);
    seed_sample("elf", "kernel64");
    seed_launch(&sample, "kernel64");
    build_kludge(&sample);
    seed_sample("multiboot", "kernel");
    seed_sample("elf", "kludge");
    seed_launch(&sample, "kludge");
    build_bzimage(&sample);
    seed_sample("linux", "kernel");
    /* pref_address and init_size, as they fit the target's machine. */
    builder_set64(&sample, 0x258, 4u << 20);
    builder_set32(&sample, 0x260, 2u << 20);
    seed_launch(&sample, "linux");
}

/* --- Fat files ------------------------------------------------------------------------------- */

#define FAT_ROW 20u

/* A fat file in either byte order; slices begin at multiples of 16 to stay small. */
static void build_fat(const struct builder *const slices[], const uint32_t types[], uint32_t count,
                      bool little)
{
    size_t at = round_up(8 + count * FAT_ROW, 16);

    builder_start(&sample, little);
    builder_put32(&sample, 0xcafebabe);
    builder_put32(&sample, count);
    for (uint32_t i = 0; i < count; i++) {
        builder_put32(&sample, types[i]);
        builder_put32(&sample, 0);
        builder_put32(&sample, (uint32_t)at);
        builder_put32(&sample, (uint32_t)slices[i]->length);
        builder_put32(&sample, 4);
        at += round_up(slices[i]->length, 16);
    }
    for (uint32_t i = 0; i < count; i++) {
        while (sample.length % 16 != 0)
            builder_put8(&sample, 0);
        builder_bytes(&sample, slices[i]->bytes, slices[i]->length);
    }
}

static void seed_fat(void)
{
    static const uint32_t types[] = {18, 7, 0x01000007};
    const struct builder *const kernels[] = {&macho, &macho_i386, &macho_x86_64};

    build_fat(kernels, types, 1, false);
    seed_sample("fat", "powerpc");
    build_fat(kernels, types, 1, true);
    seed_sample("fat", "swapped");
    build_fat(kernels + 1, types + 1, 2, false);
    seed_sample("fat", "x86");
    build_fat(kernels, types, 3, false);
    seed_sample("fat", "three");
}

/* --- Packed ones -------------------------------------------------------------------------------
 */

static void seed_packed(void)
{
    static uint8_t out[2 * BUILDER_ROOM];
    size_t length;

    build_compressed(&sample, xcoff.bytes, xcoff.length);
    seed_sample("compressed", "xcoff");
    build_compressed(&sample, macho.bytes, macho.length);
    seed_sample("compressed", "macho");
    length = packed_stored_gzip(out, xcoff.bytes, xcoff.length);
    seed("gzip", "xcoff", out, length);
    length += packed_stored_gzip(out + length, elf.bytes, elf.length);
    memset(out + length, 0, 16);
    seed("gzip", "two", out, length + 16);
    length = packed_gzip(out, &packed_words);
    seed("gzip", "words", out, length);
    length = packed_zlib(out, &packed_words);
    seed("inflate", "words", out, length);
    length = packed_zlib(out, &packed_steps);
    seed("inflate", "steps", out, length);
    length = packed_stored_zlib(out, xcoff.bytes, 64);
    seed("inflate", "stored", out, length);
}

static void seed_chrp(const char *name, const char *script, const struct builder *program)
{
    builder_start(&sample, false);
    builder_text(&sample, script, strlen(script));
    if (program != NULL)
        builder_bytes(&sample, program->bytes, program->length);
    seed_sample("chrp", name);
}

void seeds_of_images(void)
{
    build_samples();
    seed_programs();
    seed_fat();
    seed_packed();
    seed_chrp("xcoff", "<CHRP-BOOT>\nload-base\n</CHRP-BOOT>\n\004", &xcoff);
    seed_chrp("elf", "<CHRP-BOOT>\r\" </CHRP-BOOT>\" </CHRP-BOOT>\r\r", &elf);
    seed_chrp("script", "<CHRP-BOOT>\n\" hd:,yaboot\" $boot\n</CHRP-BOOT>\n", NULL);
}
