/* SPDX-License-Identifier: BSD-2-Clause */
#include "client.h"

#include <stdarg.h>

#include "../common/report.h"
#include "../common/strings.h"

uint32_t client_results[CLIENT_CELLS];

static uint32_t chosen, stdout_instance = NOTHING;

uint32_t client_raw(uint32_t *array)
{
    uint32_t (*interface)(uint32_t *) = (uint32_t(*)(uint32_t *))client_entry.r5;
    /* The other side reads and writes memory behind the compiler's back. */
    __asm__ volatile("" ::: "memory");
    uint32_t answer = interface(array);
    __asm__ volatile("" ::: "memory");
    return answer;
}

struct array {
    uint32_t service, counts[2], cells[2 * CLIENT_CELLS];
};

static uint32_t call(struct array *array)
{
    uint32_t count = array->counts[0], results = array->counts[1];
    memset(&array->cells[count], 0xFF, 4 * results);
    uint32_t answer = client_raw(&array->service);
    memset(client_results, 0xFF, sizeof(client_results));
    if (answer == 0)
        memcpy(client_results, &array->cells[count], 4 * results);
    return answer;
}

static uint32_t call_v(const char *service, uint32_t count, uint32_t results, va_list arguments)
{
    struct array array = {cell_of(service), {count, results}, {0}};
    for (uint32_t i = 0; i < count; i++)
        array.cells[i] = va_arg(arguments, uint32_t);
    return call(&array);
}

uint32_t client_call(const char *service, uint32_t count, uint32_t results, ...)
{
    va_list arguments;
    va_start(arguments, results);
    uint32_t answer = call_v(service, count, results, arguments);
    va_end(arguments);
    return answer;
}

uint32_t client_one(const char *service, uint32_t count, ...)
{
    va_list arguments;
    va_start(arguments, count);
    call_v(service, count, 1, arguments);
    va_end(arguments);
    return client_results[0];
}

uint32_t client_method(const char *method, uint32_t instance, uint32_t count, uint32_t results, ...)
{
    struct array array = {
        cell_of("call-method"), {2 + count, 1 + results}, {cell_of(method), instance}};
    va_list arguments;
    va_start(arguments, results);
    for (uint32_t i = 0; i < count; i++)
        array.cells[2 + i] = va_arg(arguments, uint32_t);
    va_end(arguments);
    call(&array);
    return client_results[0];
}

uint32_t client_interpret(const char *forth, uint32_t results)
{
    client_call("interpret", 1, 1 + results, forth);
    return client_results[0];
}

uint32_t find_device(const char *path)
{
    return client_one("finddevice", 1, path);
}

uint32_t get_property(uint32_t node, const char *name, void *value, uint32_t size)
{
    return client_one("getprop", 4, node, name, value, size);
}

const char *get_text(uint32_t node, const char *name, char *text, uint32_t size)
{
    uint32_t length = get_property(node, name, text, size);
    if (length == NOTHING || length == 0 || length > size || text[length - 1] != '\0')
        text[0] = '\0';
    return text;
}

uint32_t get_word(uint32_t node, const char *name, uint32_t otherwise)
{
    uint32_t word;
    uint32_t length = get_property(node, name, &word, 4);
    return length != NOTHING && length >= 4 ? word : otherwise;
}

const char *path_of(uint32_t node)
{
    static char path[PATH_LENGTH];
    uint32_t length = client_one("package-to-path", 3, node, path, sizeof(path) - 1);
    path[length < sizeof(path) ? length : 0] = '\0';
    return path;
}

uint32_t next_node(uint32_t node)
{
    uint32_t next = client_one("child", 1, node);
    while (!is_handle(next) && is_handle(node)) {
        next = client_one("peer", 1, node);
        node = client_one("parent", 1, node);
    }
    return is_handle(next) && is_handle(node) ? next : 0;
}

uint32_t open_device(const char *path)
{
    uint32_t instance = client_one("open", 1, path);
    return is_handle(instance) ? instance : 0;
}

void close_device(uint32_t instance)
{
    client_call("close", 1, 0, instance);
}

uint32_t claim(uint32_t address, uint32_t length, uint32_t alignment)
{
    return client_one("claim", 3, address, length, alignment);
}

void release(uint32_t address, uint32_t length)
{
    client_call("release", 2, 0, address, length);
}

uint32_t milliseconds(void)
{
    return client_one("milliseconds", 0);
}

static void put(char character)
{
    static char line[128];
    static uint32_t length;
    if (character == '\n')
        line[length++] = '\r';
    line[length++] = character;
    if (character != '\n' && length + 2 < sizeof(line))
        return;
    client_one("write", 3, stdout_instance, line, length);
    length = 0;
}

bool client_console(void)
{
    chosen = client_entry.r5 != 0 ? find_device("/chosen") : NOTHING;
    if (!is_handle(chosen))
        return false;
    stdout_instance = get_word(chosen, "stdout", NOTHING);
    report_to(put);
    return true;
}

const char *client_words(void)
{
    static char words[VALUE_LENGTH];
    return get_text(chosen, "bootargs", words, sizeof(words));
}
