/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pack IN.elf OUT: packs the loader's image for Power Macs or PCs (boot/unpack/packed.h).
 * pack -unpack IN OUT: back to the flat program.
 *
 * The image is one piece in memory and in the file (link.ld); what is before the end of .text is
 * taken as instructions. The output is unpacked once more before it is written.
 */
#include <stdlib.h>
#include <string.h>

#include "boot/unpack/packed.h"
#include "lib/bytes.h"
#include "lib/crc32.h"
#include "tools/common/elf.h"
#include "tools/common/tool.h"

/* The header has three bytes for the instructions; a loader has less than a megabyte. */
#define MEMORY_MAXIMUM 0x1000000u

const char tool_name[] = "pack";

struct program {
    uint8_t *bytes;
    uint32_t length, memory, code_length;
    unsigned processor;
};

static bool is_loaded(const struct elf_section *section)
{
    return (section->flags & ELF_ALLOCATE) != 0 && section->size != 0;
}

static struct program read_program(const char *path)
{
    struct elf elf = elf_open(path);
    uint64_t start = UINT64_MAX, file_end = 0, end = 0, code_end = 0;
    struct program program;

    if (elf.wide || !((elf.machine == ELF_MACHINE_POWERPC && elf.big) ||
                      (elf.machine == ELF_MACHINE_I386 && !elf.big)))
        die("%s is not for 32-bit PowerPC or x86", path);
    program.processor = elf.machine == ELF_MACHINE_I386 ? CONTEXTS_X86 : CONTEXTS_POWERPC;
    for (uint32_t i = 0; i < elf.section_count; i++) {
        struct elf_section section = elf_section(&elf, i);
        uint64_t section_end = section.address + section.size;

        if (!is_loaded(&section))
            continue;
        start = section.address < start ? section.address : start;
        end = section_end > end ? section_end : end;
        if (section.content != NULL && section_end > file_end)
            file_end = section_end;
        if ((section.flags & ELF_EXECUTE) != 0 && section_end > code_end)
            code_end = section_end;
    }
    if (file_end == 0 || end - start > MEMORY_MAXIMUM)
        die("%s has nothing to pack, or too much", path);
    program.length = (uint32_t)(file_end - start);
    program.memory = (uint32_t)(end - start);
    program.code_length = code_end > start ? (uint32_t)(code_end - start) : 0;
    program.bytes = allocate(program.length);
    for (uint32_t i = 0; i < elf.section_count; i++) {
        struct elf_section section = elf_section(&elf, i);

        if (is_loaded(&section) && section.content != NULL)
            memcpy(program.bytes + (section.address - start), section.content, section.size);
    }
    return program;
}

struct coder {
    struct packed_range range;
    uint8_t *out;
    size_t made;
};

static void encode_bit(struct coder *coder, struct predictor *predictor, unsigned bit)
{
    uint32_t middle = packed_middle(&coder->range, predictor_guess(predictor));
    struct packed_range before = coder->range;
    unsigned settled = packed_narrow(&coder->range, middle, bit);
    uint32_t front = bit != 0 ? before.low : middle + 1;

    for (; settled > 0; settled--) {
        coder->out[coder->made++] = (uint8_t)(front >> 24);
        front <<= 8;
    }
    predictor_learn(predictor, bit);
}

/* Room for the worst case: a bit that is guessed to be the other one with 65535 to 1. */
#define WORST_RATIO 16

static size_t pack(const struct program *program, struct predictor *predictor, uint8_t *out)
{
    struct coder coder = {.range = {0, UINT32_MAX}, .out = out, .made = PACKED_HEADER};
    uint8_t *bytes = allocate(program->length);

    memcpy(bytes, program->bytes, program->length);
    packed_calls_absolute(program->processor, bytes, program->code_length);
    put_be32(out, program->length);
    put_be32(out + 4, program->memory);
    put_be32(out + 8, program->processor << 24 | program->code_length);
    put_be32(out + 12, crc32_ieee(program->bytes, program->length));
    predictor_begin(predictor, program->processor, bytes, program->code_length);
    for (uint32_t i = 0; i < program->length; i++)
        for (unsigned bit = 8; bit > 0; bit--)
            encode_bit(&coder, predictor, bytes[i] >> (bit - 1) & 1u);
    /* The two ends differ in their first byte. With zeros behind it, the next one is in between. */
    out[coder.made++] = (uint8_t)((coder.range.low >> 24) + 1);
    free(bytes);
    return coder.made;
}

static uint8_t *unpack(const uint8_t *packed, size_t length, struct predictor *predictor)
{
    uint8_t *out;

    if (length < PACKED_HEADER || packed_length(packed) > MEMORY_MAXIMUM)
        die("this is nothing packed");
    out = allocate(packed_length(packed) + 1);
    if (!packed_unpack(packed, length, predictor, out))
        die("the packed bytes are damaged");
    return out;
}

int main(int count, char **arguments)
{
    struct predictor *predictor = allocate(sizeof *predictor);
    uint8_t *out, *back;

    if (count == 4 && strcmp(arguments[1], "-unpack") == 0) {
        struct file in = read_file(arguments[2]);

        out = unpack(in.bytes, in.length, predictor);
        write_file(arguments[3], out, packed_length(in.bytes));
    } else if (count == 3) {
        struct program program = read_program(arguments[1]);
        size_t length;

        out = allocate((size_t)program.length * WORST_RATIO + PACKED_HEADER + 1);
        length = pack(&program, predictor, out);
        back = unpack(out, length, predictor);
        if (memcmp(back, program.bytes, program.length) != 0)
            die("what was packed does not unpack");
        write_file(arguments[2], out, length);
        free(back);
        free(program.bytes);
    } else {
        die("usage: pack IN.elf OUT, or pack -unpack IN OUT");
    }
    free(out);
    free(predictor);
    return 0;
}
