/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/fuzz/seeds.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *folder;

static void die(const char *what)
{
    fprintf(stderr, "fuzz-seeds: %s: %s\n", what, strerror(errno));
    exit(1);
}

void seed(const char *target, const char *name, const void *bytes, size_t length)
{
    char path[512];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", folder, target);
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
        die(path);
    snprintf(path, sizeof path, "%s/%s/%s", folder, target, name);
    file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes, 1, length, file) != length || fclose(file) != 0)
        die(path);
}

int main(int count, char **arguments)
{
    if (count != 2) {
        fputs("usage: fuzz-seeds FOLDER\n", stderr);
        return 2;
    }
    folder = arguments[1];
    seeds_of_images();
    seeds_of_archives();
    seeds_of_packets();
    seeds_of_roms();
    return 0;
}
