/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes the unusual boot files that the tests need out of usual ones:
 *
 *     make-image compress IN OUT        kernel in Apple's 'comp'/'lzss' container
 *     make-image fat IN OUT             fat file: an i386 slice of nothing, then the PowerPC kernel
 *     make-image fat-of IN... OUT       fat file of thin Mach-O files
 *     make-image chrp IN OUT            <CHRP-BOOT> script with the program behind it
 *     make-image odd-xcoff IN OUT       XCOFF with all section flags zero and, like Linux's
 *                                       zImage.coff, a section at address 0 that must not be loaded
 *     make-image seal IN OUT            fills in the digests of a multiboot kernel
 *                                       (tests/payloads/multiboot/seal.h)
 *     make-image ramdisk BYTES OUT      a RAM disk that says its own length and CRC-32
 *     make-image noise BYTES OUT        bytes that do not compress, the same every time
 *     make-image crc FILE               prints the CRC-32 in hexadecimal
 *     make-image damage OFFSET IN OUT   one bit changed
 *
 * Formats: Apple's <mach-o/fat.h>, kernel container (compressed_kernel_header), CHRP
 * binding section 11 (bootinfo), AIX <xcoff.h>.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/adler32.h"
#include "lib/bytes.h"
#include "lib/lzss.h"
#include "tools/common/buffer.h"
#include "tools/common/crc32.h"
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

/* --- Files for several processors --------------------------------------------------------- */

struct processor {
    uint32_t type, subtype; /* <mach/machine.h> */
};

/* What a thin Mach-O file says that it is for. */
static struct processor processor_of(const struct file *file, const char *path)
{
    if (file->length >= 32) {
        uint32_t big = get_be32(file->bytes), little = get_le32(file->bytes);
        if (big == 0xFEEDFACE || big == 0xFEEDFACF)
            return (struct processor){get_be32(file->bytes + 4), get_be32(file->bytes + 8)};
        if (little == 0xFEEDFACE || little == 0xFEEDFACF)
            return (struct processor){get_le32(file->bytes + 4), get_le32(file->bytes + 8)};
    }
    die("%s is no Mach-O file", path);
}

static struct file fat_of(char **paths, uint32_t count)
{
    const uint32_t alignment = 12; /* a power of two */
    struct buffer header = {.big = true}, slices = {.big = true};
    uint32_t first = (uint32_t)round_up(8 + 20 * (uint64_t)count, 1u << alignment);

    append_32(&header, 0xCAFEBABE);
    append_32(&header, count);
    for (uint32_t i = 0; i < count; i++) {
        struct file slice = read_file(paths[i]);
        struct processor processor = processor_of(&slice, paths[i]);
        append_32(&header, processor.type);
        append_32(&header, processor.subtype);
        append_32(&header, first + (uint32_t)slices.length);
        append_32(&header, (uint32_t)slice.length);
        append_32(&header, alignment);
        append(&slices, slice.bytes, slice.length);
        if (i + 1 < count)
            append_padding(&slices, 1u << alignment);
        free(slice.bytes);
    }
    append_padding(&header, 1u << alignment);
    append(&header, slices.bytes, slices.length);
    return (struct file){.bytes = header.bytes, .length = header.length};
}

/* --- Others ----------------------------------------------------------------------------------- */

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

/* 16 bytes of name, the length, the CRC-32 of all that follows these 24 bytes; then noise. */
static struct file ram_disk(size_t length)
{
    if (length < 32 || length > UINT32_MAX)
        die("a RAM disk of %zu bytes is not possible", length);
    struct file out = noise(length);
    memset(out.bytes, 0, 16);
    memcpy(out.bytes, "SawbootRAMDisk", 14);
    put_le32(out.bytes + 16, (uint32_t)length);
    put_le32(out.bytes + 20, crc32(out.bytes + 24, length - 24));
    return out;
}

/* Each mark is followed by the length of what stands before it and room for the CRC-32 of that. */
static struct file seal(struct file file)
{
    static const char mark[] = "SawbootSealedBy0"; /* tests/payloads/multiboot/seal.h */
    enum { MARK = 16, SEAL = MARK + 8 };
    unsigned count = 0;
    for (size_t at = 0; at + SEAL <= file.length; at++) {
        if (memcmp(file.bytes + at, mark, MARK) != 0)
            continue;
        uint32_t length = get_le32(file.bytes + at + MARK);
        if (length > at)
            die("a seal is for more than there is before it");
        put_le32(file.bytes + at + MARK + 4, crc32(file.bytes + at - length, length));
        count++;
    }
    if (count == 0)
        die("there is no seal");
    return file;
}

static struct file damage(struct file file, size_t offset)
{
    if (offset >= file.length)
        die("offset %zu lies outside the file", offset);
    file.bytes[offset] ^= 0x10;
    return file;
}

static void print_crc(struct file file)
{
    printf("%08x\n", (unsigned)crc32(file.bytes, file.length));
}

static bool simple(const char *what, int count, char **words)
{
    static const struct {
        const char *name;
        struct file (*make)(struct file file);
    } makers[] = {{"compress", compress},
                  {"fat", fat},
                  {"chrp", chrp},
                  {"odd-xcoff", odd_xcoff},
                  {"seal", seal}};
    for (size_t i = 0; count == 2 && i < sizeof(makers) / sizeof(makers[0]); i++) {
        if (strcmp(makers[i].name, what) == 0) {
            write_image(words[1], makers[i].make(read_file(words[0])));
            return true;
        }
    }
    return false;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    char **words = argv + 2;
    int count = argc - 2;
    if (simple(what, count, words))
        return 0;
    if (strcmp(what, "fat-of") == 0 && count >= 2)
        write_image(words[count - 1], fat_of(words, (uint32_t)count - 1));
    else if (strcmp(what, "crc") == 0 && count == 1)
        print_crc(read_file(words[0]));
    else if (strcmp(what, "ramdisk") == 0 && count == 2)
        write_image(words[1], ram_disk(strtoul(words[0], NULL, 0)));
    else if (strcmp(what, "noise") == 0 && count == 2)
        write_image(words[1], noise(strtoul(words[0], NULL, 0)));
    else if (strcmp(what, "damage") == 0 && count == 3)
        write_image(words[2], damage(read_file(words[1]), strtoul(words[0], NULL, 0)));
    else
        die("usage: make-image COMMAND ... (see the source)");
    return 0;
}
