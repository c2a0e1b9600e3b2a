/* SPDX-License-Identifier: BSD-2-Clause */
#include "loader/client.h"

#include <string.h>

#include "boot/platform.h"

#define PATH_LENGTH 512

_Static_assert(LAUNCH_PIECES_MAXIMUM >= IMAGE_PIECES_MAXIMUM, "every piece of a plan has a place");

static error_t with_colon(const char *path, const char **result)
{
    static char copy[PATH_LENGTH];
    size_t length = strlen(path);

    *result = path;
    if (strchr(path, ':') != NULL)
        return OK;
    if (length + 2 > PATH_LENGTH)
        return fail(ERROR_DEVTREE_PATH, "the boot path %.60s...", path);
    memcpy(copy, path, length);
    memcpy(copy + length, ":", 2);
    *result = copy;
    return OK;
}

/* Destinations are below 4 GB by image_plan_add, so only the source needs a look. */
static error_t add_piece(const uint8_t *image, const struct image_piece *piece,
                         struct launch *launch)
{
    struct relocator_piece *moved = &launch->pieces[launch->piece_count];
    physical_address source = 0;

    if (piece->file_size != 0)
        source = platform_physical(image + piece->file_offset);
    if (source > UINT32_MAX || piece->file_size > UINT32_MAX - source)
        return fail(ERROR_MEMORY_RANGE, "%s was fetched to 0x%llx, above 4 GB", piece->name,
                    (unsigned long long)source);
    moved->destination = (uint32_t)piece->address;
    moved->source = (uint32_t)source;
    moved->copy = (uint32_t)piece->file_size;
    moved->size = (uint32_t)piece->memory_size;
    launch->piece_count++;
    launch_label(launch, LAUNCH_KERNEL, piece->name, piece->address, piece->memory_size);
    return OK;
}

error_t client_prepare(const struct image_plan *plan, const uint8_t *image, const char *arguments,
                       const char *path, struct launch *launch)
{
    error_t error;

    memset(launch, 0, sizeof *launch);
    if (plan->handover != HANDOVER_OPENFIRMWARE_CLIENT)
        return fail(ERROR_LAUNCH_KIND, "%s is no Open Firmware client program", plan->format);
    error = with_colon(path, &launch->client_path);
    for (size_t i = 0; i < plan->piece_count && error == OK; i++)
        error = add_piece(image, &plan->pieces[i], launch);
    if (error != OK)
        return error;
    launch->handover = plan->handover;
    launch->entry = plan->entry;
    launch->table_of_contents = (uint32_t)plan->table_of_contents;
    launch->client_arguments = arguments != NULL ? arguments : "";
    return OK;
}
