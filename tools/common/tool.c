/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/common/tool.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void die(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fprintf(stderr, "%s: ", tool_name);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

void *allocate(size_t length)
{
    void *memory = calloc(1, length != 0 ? length : 1);

    if (memory == NULL)
        die("no memory for %zu bytes", length);
    return memory;
}

struct file read_file(const char *path)
{
    struct file file = {0};
    struct stat status;
    FILE *stream = fopen(path, "rb");

    if (stream == NULL || fstat(fileno(stream), &status) != 0)
        die("%s: %s", path, strerror(errno));
    if (!S_ISREG(status.st_mode))
        die("%s: is no file", path);
    file.length = (size_t)status.st_size;
    file.modified = (uint32_t)status.st_mtime;
    file.bytes = allocate(file.length + 1);
    if (fread(file.bytes, 1, file.length, stream) != file.length)
        die("%s: cannot be read completely", path);
    fclose(stream);
    return file;
}

void write_file(const char *path, const uint8_t *bytes, size_t length)
{
    FILE *stream = fopen(path, "wb");

    if (stream == NULL)
        die("%s: %s", path, strerror(errno));
    if (fwrite(bytes, 1, length, stream) != length || fclose(stream) != 0)
        die("%s: cannot be written completely", path);
}
