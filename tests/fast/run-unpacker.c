/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run-unpacker UNPACKER PACKED OUT: calls the code that unpacks the loader for PCs as the ROM of a
 * card does, somewhere in memory that cannot be written to. Ends with 3 if that says that the
 * packed bytes are damaged, with 4 if it wrote behind the program's end.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "boot/unpack/packed.h"

#define CANARY 0x5A

static uint8_t file[0x40000];

static size_t read_file(const char *path)
{
    FILE *in = fopen(path, "rb");
    size_t length = in != NULL ? fread(file, 1, sizeof file, in) : 0;

    if (length == 0 || length == sizeof file)
        exit(2);
    fclose(in);
    return length;
}

int main(int count, char **arguments)
{
    uint8_t *code = mmap(NULL, 0x10000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct predictor *predictor = malloc(sizeof *predictor);
    size_t length, size;
    uint8_t *out, *behind;
    uint32_t good, ignored;
    FILE *written;

    if (count != 4 || code == MAP_FAILED || predictor == NULL)
        return 2;
    length = read_file(arguments[1]);
    code += 0x123; /* any address will do */
    for (size_t i = 0; i < length; i++)
        code[i] = file[i];
    mprotect(code - 0x123, 0x10000, PROT_READ | PROT_EXEC);
    for (uint8_t *at = (uint8_t *)predictor; at != (uint8_t *)(predictor + 1); at++)
        *at = CANARY;

    length = read_file(arguments[2]);
    size = packed_length(file);
    out = malloc(size + 1);
    if (out == NULL)
        return 2;
    out[size] = CANARY;
    __asm__ volatile("push %%ebp; call *%[code]; pop %%ebp"
                     : "=a"(good), "=b"(ignored), "=c"(ignored), "=S"(ignored), "=D"(behind)
                     : [code] "0"(code), "1"(predictor), "2"(length), "3"(file), "4"(out)
                     : "edx", "memory", "cc");
    if (good != 1)
        return 3;
    if (out[size] != CANARY)
        return 4;
    written = fopen(arguments[3], "wb");
    if (written == NULL || fwrite(out, 1, size, written) != size || fclose(written) != 0)
        return 2;
    return 0;
}
