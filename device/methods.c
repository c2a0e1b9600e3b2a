/* SPDX-License-Identifier: BSD-2-Clause */
#include "device/methods.h"

#include <string.h>

#include "console/console.h"
#include "device/firmware.h"
#include "device/load.h"
#include "device/node.h"

#define TRUE     0xFFFFFFFFu /* Forth's */
#define FAILURE  0xFFFFFFFFu /* -1 */
#define NO_FRAME 0xFFFFFFFEu /* -2: IEEE 1275-1994, 3.8.3, `read` of a network device */

#define ETHERNET_HEADER 14

void methods_show_error(error_t error)
{
    print("%s: %s (%s)\n", error_code(error), error_summary(error), error_detail());
}

/* open ( -- okay? ): it is open already, or there would be no instance. */
static bool open_again(struct instance *instance, const uint32_t *arguments, uint32_t *result)
{
    (void)instance;
    (void)arguments;
    *result = TRUE;
    return true;
}

/* close ( -- ): the instance lives on until the service `close` ends it, and so does the card. */
static bool close_not_yet(struct instance *instance, const uint32_t *arguments, uint32_t *result)
{
    (void)instance;
    (void)arguments;
    (void)result;
    return true;
}

/* read ( addr len -- actual ): one frame, cut to the buffer. */
static bool read_frame(struct instance *instance, const uint32_t *arguments, uint32_t *result)
{
    uint32_t size = arguments[0] < NIC_FRAME_MAXIMUM ? arguments[0] : NIC_FRAME_MAXIMUM;
    uint8_t *to = firmware_writable(arguments[1], size);
    size_t length;

    *result = FAILURE;
    if (to == NULL || size == 0)
        return true;
    length = card_receive(instance->card, to, size);
    *result = length != 0 ? (uint32_t)length : NO_FRAME;
    return true;
}

/* write ( addr len -- actual ): one frame. */
static bool write_frame(struct instance *instance, const uint32_t *arguments, uint32_t *result)
{
    uint32_t length = arguments[0];
    const uint8_t *frame = NULL;

    if (length >= ETHERNET_HEADER && length <= NIC_FRAME_MAXIMUM)
        frame = firmware_memory(arguments[1], length);
    *result =
        frame != NULL && card_transmit(instance->card, frame, length) == OK ? length : FAILURE;
    return true;
}

/* seek ( pos.lo pos.hi -- status ): frames have no position but the next. */
static bool seek_frame(struct instance *instance, const uint32_t *arguments, uint32_t *result)
{
    (void)instance;
    *result = arguments[0] == 0 && arguments[1] == 0 ? 0 : FAILURE;
    return true;
}

static void announce(const struct network_config *config)
{
    node_announce_reply(config, NULL);
}

/* load ( addr -- size ) */
static bool load(struct instance *instance, const uint32_t *arguments, uint32_t *result)
{
    error_t error = load_file(instance, arguments[0], result, announce);

    if (error != OK)
        methods_show_error(error);
    return error == OK;
}

static const struct method {
    const char *name;
    uint32_t arguments;
    bool (*call)(struct instance *instance, const uint32_t *arguments, uint32_t *result);
} methods[] = {
    {"open", 0, open_again},   {"close", 0, close_not_yet}, {"read", 2, read_frame},
    {"write", 2, write_frame}, {"seek", 2, seek_frame},     {"load", 1, load},
};

static const struct method *find(const char *name)
{
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
        if (strcmp(methods[i].name, name) == 0)
            return &methods[i];
    return NULL;
}

bool methods_have(const char *name)
{
    return find(name) != NULL;
}

bool methods_call(struct instance *instance, const char *name, const uint32_t *arguments,
                  uint32_t count, uint32_t *result)
{
    const struct method *method = find(name);

    return method != NULL && count >= method->arguments &&
           method->call(instance, arguments, result);
}
