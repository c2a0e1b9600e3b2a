/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * devtree: the tree that the kernel would get, after a dry run; before, the firmware's own.
 */
#include "darwin/devtree.h"

#include <stdlib.h>
#include <string.h>

#include "boot/commands/command.h"
#include "boot/commands/dry_run.h"
#include "boot/commands/session.h"
#include "boot/platform.h"
#include "console/console.h"
#include "console/dump.h"
#include "console/prompt.h"
#include "darwin/devtree_show.h"
#include "net/fetch.h"
#include "net/names.h"
#include "net/network.h"
#include "net/tftp_send.h"

/* The tree in question and its flattened form, which is the dry run's or from malloc. */
struct subject {
    const struct dry_run *run; /* NULL: the firmware's */
    struct devtree tree;
    bool big_endian;
    uint8_t *flat;
    size_t flat_length;
};

static error_t take_firmwares(struct subject *subject)
{
    error_t error = platform_device_tree(&subject->tree);

    if (error != OK)
        return error;
    subject->big_endian = true;
    if (subject->tree.root->first_child == NULL) {
        devtree_free(&subject->tree);
        return fail(ERROR_DEVTREE_PATH, "this machine's firmware has no device tree; dryrun makes "
                                        "the kernel's");
    }
    return OK;
}

static error_t take(struct subject *subject)
{
    memset(subject, 0, sizeof *subject);
    subject->run = dry_run_last();
    if (subject->run == NULL || subject->run->tree_length == 0) {
        subject->run = NULL;
        return take_firmwares(subject);
    }
    subject->big_endian = subject->run->big_endian;
    return devtree_unflatten(&subject->tree, subject->big_endian, subject->run->tree,
                             subject->run->tree_length);
}

static error_t flatten(struct subject *subject)
{
    if (subject->run != NULL) {
        subject->flat = subject->run->tree;
        subject->flat_length = subject->run->tree_length;
        return OK;
    }
    subject->flat_length = devtree_flat_length(&subject->tree);
    subject->flat = malloc(subject->flat_length);
    if (subject->flat == NULL)
        return fail(ERROR_MEMORY_HEAP, "%u bytes of flattened tree",
                    (unsigned)subject->flat_length);
    return devtree_flatten(&subject->tree, subject->big_endian, subject->flat,
                           subject->flat_length);
}

static void give_back(struct subject *subject)
{
    if (subject->run == NULL)
        free(subject->flat);
    devtree_free(&subject->tree);
}

/* Looks the server up where it has a name; without one it is the boot server. */
static error_t find_server(struct fetch_uri *uri)
{
    if (uri->host_length != 0)
        return names_find(uri->host, uri->host_length, &uri->server);
    return uri->server != 0 ? OK : fail(ERROR_FETCH_URI, "devtree dump: say tftp://server/name");
}

static error_t send(const char *text, const struct subject *subject)
{
    struct session session;
    struct fetch_uri uri;
    error_t error = fetch_parse(text, &uri);

    if (error == OK && strcmp(uri.scheme, "tftp") != 0)
        error = fail(ERROR_FETCH_URI, "\"%s\": only tftp:// can be written to", text);
    if (error == OK)
        error = session_begin(&session);
    if (error != OK)
        return error;
    error = find_server(&uri);
    if (error == OK)
        error = tftp_send(&uri, subject->flat, subject->flat_length);
    if (error == OK)
        print("%u bytes are in \"%s\" on %s\n", (unsigned)subject->flat_length, uri.path,
              network_address_text(uri.server));
    session_end(&session);
    return error;
}

static error_t dump(const char *where, struct subject *subject)
{
    error_t error = flatten(subject);

    if (error != OK)
        return error;
    if (where[0] != '\0')
        return send(where, subject);
    if (subject->run != NULL)
        dry_run_dump_tree(subject->run);
    else
        dump_print("devtree", "byte-order=big", subject->flat, subject->flat_length,
                   prompt_interrupted);
    return OK;
}

static error_t show(const char *path, const struct subject *subject)
{
    const struct devtree_node *node = devtree_find(&subject->tree, path);

    if (node == NULL)
        return fail(ERROR_DEVTREE_PATH, "there is no node \"%s\"", path);
    devtree_show(node, subject->big_endian, prompt_interrupted);
    return OK;
}

static error_t run(char *arguments)
{
    static struct subject subject;
    const char *what = command_next_word(&arguments);
    error_t error = take(&subject);

    if (error != OK)
        return error;
    if (strcmp(what, "dump") == 0)
        error = dump(arguments, &subject);
    else if (what[0] != '\0')
        error = show(what, &subject);
    else
        devtree_list(&subject.tree, prompt_interrupted);
    if (error == OK && what[0] == '\0')
        print("(%s)\n", subject.run != NULL ? "as the kernel would get it"
                                            : "the firmware's; after dryrun the kernel's");
    give_back(&subject);
    return error;
}

COMMAND(devtree_command) = {
    .name = "devtree",
    .arguments = "[PATH | dump [tftp://...]]",
    .summary = "the device tree, a node of it, or its bytes",
    .run = run,
};
