/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first process of Linux for Power Macs in grub.t: says what came in the initial RAM disk, from
 * the token that stands in it to the sum of all bytes of its large file, and waits.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
    char token[64] = "none";
    static uint8_t block[16384];
    uint32_t sum = 0;
    unsigned long length = 0;

    FILE *file = fopen("/token", "r");
    if (file != NULL) {
        if (fgets(token, sizeof token, file) == NULL) {
            token[0] = '\0';
        }
        fclose(file);
    }
    int noise = open("/noise", O_RDONLY);
    ssize_t got;
    while (noise >= 0 && (got = read(noise, block, sizeof block)) > 0) {
        /* Rotated, so that the order of the bytes matters. */
        for (ssize_t i = 0; i < got; i++) {
            sum = (sum << 5 | sum >> 27) + block[i];
        }
        length += (unsigned long)got;
    }
    printf("initrd: token %s, %lu bytes of noise with the sum %08lx\n", token, length,
           (unsigned long)sum);
    fflush(stdout);
    for (;;) {
        pause();
    }
}
