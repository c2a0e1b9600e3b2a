/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/openfirmware/client.h"

#include <string.h>

#include "lib/bytes.h"

/* The argument array of IEEE 1275-1994, 6.3.1: service name, two counts, arguments, results. */
struct call {
    of_cell service, argument_count, result_count;
    of_cell cells[OF_CELLS];
};

static of_cell entry_point;

static of_cell cell_of(const void *pointer)
{
    return (of_cell)(uintptr_t)pointer;
}

void of_connect(of_cell entry)
{
    entry_point = entry;
}

of_cell of_entry(void)
{
    return entry_point;
}

bool of_call(const char *service, const of_cell *arguments, unsigned argument_count,
             of_cell *results, unsigned result_count)
{
    if (entry_point == 0 || argument_count > OF_CELLS || result_count > OF_CELLS - argument_count)
        return false;
    struct call call = {cell_of(service), argument_count, result_count, {0}};
    for (unsigned i = 0; i < argument_count; i++)
        call.cells[i] = arguments[i];
    for (unsigned i = 0; i < result_count; i++)
        call.cells[argument_count + i] = results[i];

    int (*firmware)(struct call *) = (int (*)(struct call *))(uintptr_t)entry_point;
    /* The firmware reads and writes `call` behind the compiler's back. */
    __asm__ volatile("" ::: "memory");
    int answer = firmware(&call);
    __asm__ volatile("" ::: "memory");
    if (answer != 0)
        return false;
    for (unsigned i = 0; i < result_count; i++)
        results[i] = call.cells[argument_count + i];
    return true;
}

/* A service with up to three arguments and one result, which is `missing` if there is no answer. */
static of_cell call_for_one(const char *service, unsigned argument_count, of_cell a, of_cell b,
                            of_cell c, of_cell missing)
{
    of_cell arguments[3] = {a, b, c};
    of_cell result = missing;
    return of_call(service, arguments, argument_count, &result, 1) ? result : missing;
}

bool of_call_method(of_cell instance, const char *method, const of_cell *arguments,
                    unsigned argument_count, of_cell *results, unsigned result_count)
{
    if (argument_count > OF_CELLS - 3 || result_count > OF_CELLS - 3 - argument_count)
        return false;
    of_cell in[OF_CELLS] = {cell_of(method), instance};
    of_cell out[OF_CELLS];
    for (unsigned i = 0; i < argument_count; i++)
        in[2 + i] = arguments[i];
    /*
     * The catch result. After a Forth exception OpenBIOS reports success and stores nothing, so
     * it has to look like a failure from the start.
     */
    out[0] = OF_NONE;
    for (unsigned i = 0; i < result_count; i++)
        out[1 + i] = results[i];
    if (!of_call("call-method", in, 2 + argument_count, out, 1 + result_count) || out[0] != 0)
        return false;
    for (unsigned i = 0; i < result_count; i++)
        results[i] = out[1 + i];
    return true;
}

bool of_has_method(of_cell node, const char *method)
{
    /* The result is "missing?": a firmware without test-method leaves it to the call itself. */
    return call_for_one("test-method", 2, node, cell_of(method), 0, 0) == 0;
}

static of_cell node_or_none(of_cell node)
{
    return of_exists(node) ? node : 0;
}

of_cell of_peer(of_cell node)
{
    return node_or_none(call_for_one("peer", 1, node, 0, 0, 0));
}

of_cell of_child(of_cell node)
{
    return node_or_none(call_for_one("child", 1, node, 0, 0, 0));
}

of_cell of_parent(of_cell node)
{
    return node_or_none(call_for_one("parent", 1, node, 0, 0, 0));
}

of_cell of_find(const char *path)
{
    return node_or_none(call_for_one("finddevice", 1, cell_of(path), 0, 0, OF_NONE));
}

int32_t of_property_length(of_cell node, const char *name)
{
    if (!of_exists(node))
        return -1;
    int32_t length = (int32_t)call_for_one("getproplen", 2, node, cell_of(name), 0, OF_NONE);
    return length < 0 ? -1 : length;
}

int32_t of_property(of_cell node, const char *name, void *buffer, size_t size)
{
    if (!of_exists(node))
        return -1;
    of_cell arguments[4] = {node, cell_of(name), cell_of(buffer), (of_cell)size};
    of_cell result = OF_NONE;
    if (!of_call("getprop", arguments, 4, &result, 1) || (int32_t)result < 0)
        return -1;
    return result > size ? (int32_t)size : (int32_t)result;
}

uint32_t of_property_number(of_cell node, const char *name, uint32_t fallback)
{
    uint8_t value[4];
    return of_property(node, name, value, sizeof value) == 4 ? get_be32(value) : fallback;
}

bool of_property_text(of_cell node, const char *name, char *text, size_t size)
{
    int32_t length = of_property(node, name, text, size - 1);
    if (length < 0) {
        text[0] = '\0';
        return false;
    }
    text[length] = '\0';
    return true;
}

bool of_property_has(of_cell node, const char *name, const char *text)
{
    char list[512];
    int32_t length = of_property(node, name, list, sizeof list - 1);
    if (length <= 0)
        return false;
    list[length] = '\0';
    for (int32_t at = 0; at < length; at += (int32_t)strlen(list + at) + 1)
        if (strcmp(list + at, text) == 0)
            return true;
    return false;
}

bool of_next_property(of_cell node, const char *previous, char *name)
{
    name[0] = '\0';
    of_cell answer = call_for_one("nextprop", 3, node, cell_of(previous), cell_of(name), 0);
    name[127] = '\0';
    return answer == 1 && name[0] != '\0';
}

bool of_set_property(of_cell node, const char *name, const void *value, size_t length)
{
    of_cell arguments[4] = {node, cell_of(name), cell_of(value), (of_cell)length};
    of_cell result = OF_NONE;
    return of_call("setprop", arguments, 4, &result, 1) && (int32_t)result >= 0;
}

bool of_path(of_cell node, char *path, size_t size)
{
    of_cell length =
        call_for_one("package-to-path", 3, node, cell_of(path), (of_cell)(size - 1), OF_NONE);
    if (length == OF_NONE || length >= size) {
        path[0] = '\0';
        return false;
    }
    path[length] = '\0';
    return true;
}

of_cell of_open(const char *path)
{
    return node_or_none(call_for_one("open", 1, cell_of(path), 0, 0, 0));
}

void of_close(of_cell instance)
{
    if (of_exists(instance))
        of_call("close", &instance, 1, NULL, 0);
}

of_cell of_instance_node(of_cell instance)
{
    return node_or_none(call_for_one("instance-to-package", 1, instance, 0, 0, OF_NONE));
}

int32_t of_write(of_cell instance, const void *bytes, size_t length)
{
    return (int32_t)call_for_one("write", 3, instance, cell_of(bytes), (of_cell)length, OF_NONE);
}

int32_t of_read(of_cell instance, void *bytes, size_t length)
{
    return (int32_t)call_for_one("read", 3, instance, cell_of(bytes), (of_cell)length, OF_NONE);
}

of_cell of_claim(uint32_t address, uint32_t length, uint32_t alignment)
{
    return call_for_one("claim", 3, address, length, alignment, OF_NONE);
}

void of_release(uint32_t address, uint32_t length)
{
    of_cell arguments[2] = {address, length};
    of_call("release", arguments, 2, NULL, 0);
}

of_cell of_milliseconds(void)
{
    return call_for_one("milliseconds", 0, 0, 0, 0, OF_NONE);
}

void of_quiesce(void)
{
    of_call("quiesce", NULL, 0, NULL, 0);
}

void of_exit(void)
{
    of_call("exit", NULL, 0, NULL, 0);
}
