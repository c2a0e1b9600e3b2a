/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In libFuzzer's place on the processors that have none: runs a target over inputs that were found
 * elsewhere. Their names come from standard input, a line for each.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#define LONGEST (1u << 20)

static void run(const char *path)
{
    static uint8_t room[LONGEST];
    FILE *file = fopen(path, "rb");
    size_t length = file != NULL ? fread(room, 1, sizeof room, file) : 0;
    uint8_t *bytes = malloc(length != 0 ? length : 1);

    if (file == NULL || fclose(file) != 0 || bytes == NULL) {
        fprintf(stderr, "%s: cannot be read\n", path);
        exit(2);
    }
    memcpy(bytes, room, length);
    LLVMFuzzerTestOneInput(bytes, length);
    free(bytes);
}

/* For the targets' mutators, which nobody calls here. */
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t length, size_t room)
{
    (void)bytes;
    (void)room;
    return length;
}

int main(void)
{
    static char path[1024];
    unsigned count = 0;

    while (fgets(path, sizeof path, stdin) != NULL) {
        path[strcspn(path, "\n")] = '\0';
        /* The last one that is named is the one that went wrong. */
        printf("%s\n", path);
        fflush(stdout);
        run(path);
        count++;
    }
    printf("%u inputs\n", count);
    return count != 0 ? 0 : 1;
}
