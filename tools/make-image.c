/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes the unusual boot files that the tests need out of usual ones:
 *
 *     make-image compress IN OUT        kernel in Apple's 'comp'/'lzss' container
 *     make-image fat IN OUT             fat file: an i386 slice of nothing, then the PowerPC kernel
 *     make-image i386 OUT               a Mach-O kernel for the wrong processor
 *     make-image chrp IN OUT            <CHRP-BOOT> script with the program behind it
 *     make-image odd-xcoff IN OUT       XCOFF with all section flags zero and, like Linux's
 *                                       zImage.coff, a section at address 0 that must not be loaded
 *     make-image noise BYTES OUT        bytes that do not compress, the same every time
 *     make-image damage OFFSET IN OUT   one bit changed
 *
 * Formats: Apple's <mach-o/fat.h> and kernel container (compressed_kernel_header), CHRP
 * binding section 11 (bootinfo), AIX <xcoff.h>.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/adler32.h"
#include "lib/bytes.h"
#include "lib/lzss.h"
#include "tools/common/tool.h"

const char tool_name[] = "make-image";

static struct file new_file(size_t length)
{
    return (struct file){.bytes = allocate(length), .length = length};
}

static void write_image(const char *path, struct file file)
{
    write_file(path, file.bytes, file.length);
}

static struct file compress(struct file kernel)
{
    const size_t header = 0x180; /* the data begins here, after room for platform and path names */
    struct file out = new_file(header + lzss_pack_bound(kernel.length));
    size_t packed = lzss_pack(kernel.bytes, kernel.length, out.bytes + header, out.length - header);
    if (packed == 0)
        die("the kernel does not pack");
    memcpy(out.bytes, "complzss", 8);
    put_be32(out.bytes + 0x08, adler32(kernel.bytes, kernel.length));
    put_be32(out.bytes + 0x0C, (uint32_t)kernel.length);
    put_be32(out.bytes + 0x10, (uint32_t)packed);
    out.length = header + packed;
    return out;
}

/* A header with one empty thread command: enough to be recognised, nothing that could run. */
static struct file i386_kernel(void)
{
    struct file out = new_file(28 + 16 + 64);
    put_le32(out.bytes, 0xFEEDFACE);
    put_le32(out.bytes + 4, 7); /* CPU_TYPE_I386 */
    put_le32(out.bytes + 8, 3);
    put_le32(out.bytes + 12, 2); /* MH_EXECUTE */
    put_le32(out.bytes + 16, 1);
    put_le32(out.bytes + 20, 16 + 64);
    put_le32(out.bytes + 28, 5); /* LC_UNIXTHREAD */
    put_le32(out.bytes + 32, 16 + 64);
    put_le32(out.bytes + 36, 1); /* i386_THREAD_STATE */
    put_le32(out.bytes + 40, 16);
    return out;
}

static struct file fat(struct file kernel)
{
    struct file other = i386_kernel();
    const uint32_t first = 4096, second = 8192;
    struct file out = new_file(second + kernel.length);
    const uint32_t header[] = {0xCAFEBABE,
                               2,
                               7,
                               3,
                               first,
                               (uint32_t)other.length,
                               12,
                               18,
                               0,
                               second,
                               (uint32_t)kernel.length,
                               12};
    for (size_t i = 0; i < sizeof(header) / sizeof(header[0]); i++)
        put_be32(out.bytes + 4 * i, header[i]);
    memcpy(out.bytes + first, other.bytes, other.length);
    memcpy(out.bytes + second, kernel.bytes, kernel.length);
    return out;
}

static struct file chrp(struct file program)
{
    /*
     * The script finds the program 14 bytes behind the start of the end tag, moves it to load-base
     * and starts it: that is what firmware does with it. Sawboot takes the program by itself.
     */
    static const char script[] =
        "<CHRP-BOOT>\n"
        "<COMPATIBLE>\nMacRISC MacRISC3 MacRISC4\n</COMPATIBLE>\n"
        "<DESCRIPTION>\nSawboot test program\n</DESCRIPTION>\n"
        "<BOOT-SCRIPT>\n"
        "load-base\n"
        "begin\n"
        "  dup 6 \" &lt;/CHRP\" $= if 6 + dup 6 \" -BOOT&gt;\" $= else 1+ false then\n"
        "until\n"
        "8 + dup load-base - load-size swap - load-base swap move\n"
        "init-program go\n"
        "</BOOT-SCRIPT>\n"
        "</CHRP-BOOT>\n\004";
    size_t length = sizeof(script) - 1;
    struct file out = new_file(length + program.length);
    memcpy(out.bytes, script, length);
    memcpy(out.bytes + length, program.bytes, program.length);
    return out;
}

static struct file odd_xcoff(struct file program)
{
    enum { HEADER = 20, SECTION = 40, NOTE = 64 };
    if (program.length < HEADER || get_be16(program.bytes) != 0x01DF)
        die("not an XCOFF file");
    unsigned sections = get_be16(program.bytes + 2), auxiliary = get_be16(program.bytes + 16);
    size_t table = HEADER + auxiliary, end = table + (size_t)SECTION * sections;
    if (end > program.length)
        die("the section headers lie outside the file");
    /* The new section header goes behind the others; everything after moves up. */
    struct file out = new_file(program.length + SECTION + NOTE);
    memcpy(out.bytes, program.bytes, end);
    memcpy(out.bytes + end + SECTION, program.bytes + end, program.length - end);
    put_be16(out.bytes + 2, (uint16_t)(sections + 1));
    for (unsigned i = 0; i < sections; i++) {
        uint8_t *header = out.bytes + table + (size_t)SECTION * i;
        if (get_be32(header + 20) != 0)
            put_be32(header + 20, get_be32(header + 20) + SECTION);
        put_be32(header + 36, 0);
    }
    uint8_t *extra = out.bytes + end;
    memcpy(extra, "image", 5);
    put_be32(extra + 16, NOTE);
    put_be32(extra + 20, (uint32_t)(program.length + SECTION));
    memset(out.bytes + program.length + SECTION, 0xEE, NOTE);
    return out;
}

static struct file noise(size_t length)
{
    struct file out = new_file(length);
    uint32_t state = 0x2545F491;
    for (size_t i = 0; i < length; i++) {
        state ^= state << 13; /* Marsaglia's xorshift32 */
        state ^= state >> 17;
        state ^= state << 5;
        out.bytes[i] = (uint8_t)(state >> 11);
    }
    return out;
}

static struct file damage(struct file file, size_t offset)
{
    if (offset >= file.length)
        die("offset %zu lies outside the file", offset);
    file.bytes[offset] ^= 0x10;
    return file;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (strcmp(what, "i386") == 0 && argc == 3)
        write_image(argv[2], i386_kernel());
    else if (strcmp(what, "compress") == 0 && argc == 4)
        write_image(argv[3], compress(read_file(argv[2])));
    else if (strcmp(what, "fat") == 0 && argc == 4)
        write_image(argv[3], fat(read_file(argv[2])));
    else if (strcmp(what, "chrp") == 0 && argc == 4)
        write_image(argv[3], chrp(read_file(argv[2])));
    else if (strcmp(what, "odd-xcoff") == 0 && argc == 4)
        write_image(argv[3], odd_xcoff(read_file(argv[2])));
    else if (strcmp(what, "noise") == 0 && argc == 4)
        write_image(argv[3], noise(strtoul(argv[2], NULL, 0)));
    else if (strcmp(what, "damage") == 0 && argc == 5)
        write_image(argv[4], damage(read_file(argv[3]), strtoul(argv[2], NULL, 0)));
    else
        die("usage: make-image compress|fat|i386|chrp|odd-xcoff|noise|damage ... (see the source)");
    return 0;
}
