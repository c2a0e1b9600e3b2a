/* SPDX-License-Identifier: BSD-2-Clause */
#include "bootx.h"

#define REPLY_FILE        108 /* RFC 951: `file` */
#define FILE_LENGTH       128
#define NOT_FOUND_SECONDS 20 /* for ten tries: a server that says so is heard at once */

static char *append(char *to, const char *text)
{
    memcpy(to, text, strlen(text) + 1);
    return to + strlen(text);
}

/* Up to the last separator and that; "" if there is none. */
static void cut_to_folder(char *text)
{
    uint32_t end = 0;
    for (uint32_t i = 0; text[i] != '\0'; i++) {
        if (text[i] == '/')
            text[i] = '\\';
        if (text[i] == '\\' || text[i] == ',')
            end = i + 1;
    }
    text[end] = '\0';
}

/* The folder of the boot file, from the server's reply or else from bootpath. */
static void find_folder(uint32_t chosen, const char *bootpath, char *folder)
{
    static char reply[VALUE_LENGTH];
    uint32_t length = get_property(chosen, "bootp-response", reply, sizeof(reply));
    if (length == NOTHING)
        length = get_property(chosen, "bsdp-response", reply, sizeof(reply));
    if (check(length != NOTHING && length >= REPLY_FILE + FILE_LENGTH && length <= sizeof(reply),
              "/chosen has bootp-response or bsdp-response (%u bytes)", length)) {
        memcpy(folder, reply + REPLY_FILE, FILE_LENGTH);
        folder[FILE_LENGTH] = '\0';
        say("       the server's file: %s\n", folder);
    } else {
        while (*bootpath != ',' && *bootpath != '\0')
            bootpath++;
        append(folder, *bootpath == ',' ? bootpath + 1 : bootpath);
    }
    cut_to_folder(folder);
}

/* Extensions are beside the kernel and called like it. */
static void name_extensions(struct boot_paths *paths)
{
    append(append(paths->extensions, paths->kernel), ".mkext");
}

bool find_paths(struct boot_paths *paths)
{
    static char bootpath[PATH_LENGTH], folder[PATH_LENGTH], arguments[2 * PATH_LENGTH], type[32];
    uint32_t chosen = find_device("/chosen");
    uint32_t length = get_property(chosen, "bootpath", bootpath, sizeof(bootpath) - 1);
    say("       bootpath %s\n", bootpath);
    if (!check(length != NOTHING && length > 1 && length < sizeof(bootpath) &&
                   bootpath[length - 1] == '\0',
               "/chosen bootpath ends with its NUL (%u bytes)", length))
        return false;
    uint32_t colon = 0;
    while (bootpath[colon] != ':' && bootpath[colon] != '\0')
        colon++;
    /* BootX looks for both without looking for an end. */
    if (!check(bootpath[colon] == ':', "bootpath has the ':' that BootX runs on without"))
        return false;
    uint32_t comma = colon;
    while (bootpath[comma] != ',' && bootpath[comma] != '\0')
        comma++;
    check(bootpath[comma] == ',', "and a ',' behind it");
    memcpy(paths->device, bootpath, colon + 1);
    paths->device[colon + 1] = '\0';
    check(is_handle(find_device(bootpath)), "finddevice finds it as it stands");
    get_text(find_device(bootpath), "device_type", type, sizeof(type));
    check(strcmp(type, "network") == 0, "its device_type is network (%s)", type);

    /* The result is used as an index. */
    length = get_property(chosen, "bootargs", arguments, sizeof(arguments) - 1);
    check(length != NOTHING && length < sizeof(arguments), "/chosen has bootargs (%u bytes)",
          length);
    arguments[length < sizeof(arguments) ? length : 0] = '\0';
    if (arguments[0] != '\0') {
        append(paths->kernel, arguments);
    } else {
        find_folder(chosen, bootpath, folder);
        append(append(append(append(paths->kernel, paths->device), ","), folder), "mach.macosx");
    }
    name_extensions(paths);
    say("       kernel %s\n       extensions %s\n", paths->kernel, paths->extensions);
    return true;
}

uint32_t load_file(const char *path)
{
    uint32_t length = 0, tries;
    for (tries = 1; tries <= TRIES && length == 0; tries++) {
        uint32_t instance = open_device(path);
        if (!is_handle(instance))
            continue;
        if (client_method("load", instance, 1, 1, layout->load) == 0 &&
            client_results[1] != NOTHING)
            length = client_results[1];
        close_device(instance);
    }
    say("       %s: %u bytes, %u tries\n", path, length, tries - 1);
    return length;
}

void look_for_plist(const struct boot_paths *paths)
{
    static const char *const names[] = {
        ",\\Library\\Preferences\\SystemConfiguration\\com.apple.Boot.plist",
        ",\\\\com.apple.Boot.plist",
    };
    static char path[2 * PATH_LENGTH], words[PATH_LENGTH];
    get_text(find_device("/options"), "boot-args", words, sizeof(words));
    bool found = false;
    for (uint32_t i = 2 - layout->plists; i < 2 && !found; i++) {
        append(append(path, paths->device), names[i]);
        uint32_t start = milliseconds(), length = load_file(path);
        found = length != 0;
        check(milliseconds() - start < NOT_FOUND_SECONDS * 1000u, "the answer comes soon (%u ms)",
              milliseconds() - start);
        if (found)
            check(memcmp((void *)layout->load, "<?xml", 5) == 0, "it is the property list");
    }
    if (layout->plists != 0)
        check(found == words_have(words, "expect-plist"), "com.apple.Boot.plist is %sfound",
              found ? "" : "not ");
}
