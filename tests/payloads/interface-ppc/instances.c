/* SPDX-License-Identifier: BSD-2-Clause */
#include "interface.h"

/* instance-to-path and its sister give the card's path, and its arguments behind it. */
static void check_path_of(const struct card *card, const char *service, uint32_t instance)
{
    char path[PATH_LENGTH];
    memset(path, 0x77, sizeof(path));
    uint32_t length = client_one(service, 3, instance, path, sizeof(path) - 1);
    path[length < sizeof(path) ? length : 0] = '\0';
    uint32_t own = (uint32_t)strlen(card->path);
    check(strncmp(path, card->path, own) == 0 && (path[own] == ':' || path[own] == '\0'),
          "%s begins with the card's path (%s)", service, path);
    check(length < sizeof(path) && strcmp(path + own, ":,\\folder\\file") == 0,
          "and has the arguments behind it");
    uint32_t whole = length;
    memset(path, 0x77, sizeof(path));
    length = client_one(service, 3, instance, path, 5);
    check(path[5] == 0x77 && memcmp(path, card->path, 5) == 0 && length >= 5 && length <= whole,
          "%s into 5 bytes writes 5 (%u)", service, length);
}

static void check_opens(const struct card *card, const char *arguments)
{
    const char *path = card_path(card, arguments);
    uint32_t instance = open_device(path);
    check(is_handle(instance), "open of %s", path);
    check(client_one("instance-to-package", 1, instance) == card->node,
          "instance-to-package gives the card's node");
    if (is_handle(instance))
        close_device(instance);
}

void check_instances(const struct card *card)
{
    static const char *const methods[] = {"open", "close", "read", "write", "load"};
    check_opens(card, NULL);
    check_opens(card, "");
    check_opens(card, "10.0.2.2,\\folder\\file,10.0.2.15,10.0.2.2,3,3");
    check_opens(card, ",\\folder\\file");

    uint32_t instance = card_open(card, ",\\folder\\file");
    check_path_of(card, "instance-to-path", instance);
    check_path_of(card, "instance-to-interposed-path", instance);
    uint32_t again = card_open(card, "");
    say("       opened twice: 0x%x, 0x%x\n", instance, again);
    check(again != instance, "opened a second time, it is another instance, or none");
    if (is_handle(again))
        close_device(again);
    check(client_one("instance-to-package", 1, instance) == card->node,
          "closing that leaves the first one open");
    check(frames_pass(card, instance), "and frames pass through it");

    for (uint32_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
        check(client_one("test-method", 2, card->node, methods[i]) == 0,
              "test-method finds the method %s", methods[i]);
    check(client_one("test-method", 2, card->node, "no-such-method") != 0,
          "test-method does not find no-such-method");
    check(client_method("no-such-method", instance, 0, 0) != 0,
          "call-method of no-such-method fails");
    check(client_method("no-such-method", instance, 3, 2, 1, 2, 3) != 0,
          "also with arguments and results");
    say("       seek returns 0x%x\n", client_one("seek", 3, instance, 0, 0));
    check((int32_t)client_one("seek", 3, instance, 0, 0) <= 1, "seek is answered");
    close_device(instance);
}

/* Everything that takes an instance, with one that is none. */
static void check_wrong(const struct card *card, const char *what, uint32_t wrong)
{
    static uint8_t frame[ETHERNET_MOST + 2];
    char path[PATH_LENGTH];
    memset(path, 0x77, sizeof(path));
    memset(frame, 0x77, sizeof(frame));
    check((int32_t)client_one("read", 3, wrong, frame, ETHERNET_MOST) <= 0 && frame[0] == 0x77,
          "%s (0x%x): read gives nothing", what, wrong);
    check((int32_t)client_one("write", 3, wrong, frame, 60) <= 0, "%s: write takes nothing", what);
    check(client_one("seek", 3, wrong, 0, 0) != 0 || client_results[0] == NOTHING, "%s: seek fails",
          what);
    check(!is_handle(client_one("instance-to-package", 1, wrong)),
          "%s: instance-to-package gives nothing", what);
    check((int32_t)client_one("instance-to-path", 3, wrong, path, sizeof(path)) <= 0,
          "%s: instance-to-path gives nothing", what);
    guard_fill(area, PAGE);
    check(client_method("load", wrong, 1, 1, area) != 0 && guard_is_whole(area, PAGE),
          "%s: load fails", what);
    close_device(wrong);
    (void)card;
}

void check_wrong_instances(const struct card *card)
{
    uint32_t instance = card_open(card, ",\\folder\\file");
    /* Inside of what an instance is an address of, as the one that the loader gave out. */
    check_wrong(card, "a handle that is 4 too high", instance + 4);
    check_wrong(card, "a handle that is 1 too high", instance + 1);
    check_wrong(card, "the interface's entry as a handle", client_entry.r5);
    close_device(instance);
    check_wrong(card, "a closed instance", instance);
    check_wrong(card, "the instance 0", 0);
    check_wrong(card, "the instance -1", NOTHING);

    uint32_t handles[20], count = 0;
    while (count < 20 && is_handle(handles[count] = card_open(card, "")))
        count++;
    say("       %u instances at once\n", count);
    while (count > 0)
        close_device(handles[--count]);
    instance = card_open(card, "");
    check(is_handle(instance) && frames_pass(card, instance),
          "after many instances and wrong ones, the card works");
    close_device(instance);
    char *name = (char *)area;
    memset(name, 'a', 65536);
    name[65536] = '\0';
    memcpy(name, card->path, strlen(card->path));
    name[strlen(card->path)] = ':';
    instance = open_device(name);
    if (is_handle(instance)) {
        check(client_method("load", instance, 1, 1, area + 0x20000) != 0,
              "a file name of 64 KB does not load");
        close_device(instance);
    }
    memset(name, 'a', 65536);
    instance = card_open(card, "");
    check(client_method(name, instance, 0, 0) != 0, "no method has a name of 64 KB");
    /* The firmware hears of it, and prints it. */
    name[200] = '\0';
    check(client_call(name, 0, 0) != 0, "nor a service one of 200 characters");
    check(frames_pass(card, instance), "frames pass after that");
    close_device(instance);
}
