/* SPDX-License-Identifier: BSD-2-Clause */
/* The small image's formatter, against the C library's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/format.h"

static int format(char *out, size_t size, const char *text, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, text);
    length = format_text(out, size, text, arguments);
    va_end(arguments);
    return length;
}

#define SAME(...)                                                       \
    do {                                                                \
        char ours[80], theirs[80];                                      \
        memset(ours, '?', sizeof ours);                                 \
        assert_int_equal(format(ours, sizeof ours, __VA_ARGS__),        \
                         snprintf(theirs, sizeof theirs, __VA_ARGS__)); \
        assert_string_equal(ours, theirs);                              \
    } while (0)

static void numbers(void **state)
{
    (void)state;
    SAME("%d %i %u", 0, -1, 4294967295u);
    SAME("%d|%5d|%-5d|%05d", INT32_MIN, -42, -42, -42);
    SAME("%x %X %08x %04X %3x|%-8x|", 0xabcu, 0xABCu, 0xdeadu, 0xFu, 0x12345u, 0x12u);
    SAME("%llu %lld %016llx", (unsigned long long)UINT64_MAX, (long long)INT64_MIN,
         0x0123456789abcdefULL);
    SAME("%lu %ld %zu %02hhu %hu", 123456789ul, -5l, (size_t)77, 7, 65535);
    SAME("%jd %td", (intmax_t)-9, (ptrdiff_t)-9);
    SAME("%*u|%-*u|", 6, 42u, 6, 42u);
    SAME("%8llu", 1234ULL);
    SAME("%p", (void *)0x1234);
}

static void texts(void **state)
{
    static const char bytes[3] = {'a', 'b', 'c'}; /* no zero behind */

    (void)state;
    SAME("%s", "");
    SAME("%s %10s|%-10s|", "one", "two", "three");
    SAME("%.3s|%.*s|%5.1s|%.0s|", "abcdef", 2, "xyz", "long", "none");
    SAME("%.*s", 3, bytes);
    SAME("%c%c%3c|%-3c|", 'x', 'y', 'z', 'w');
    SAME("100%% of %s", "it");
}

static void room(void **state)
{
    char out[8];

    (void)state;
    memset(out, '?', sizeof out);
    assert_int_equal(format(out, 4, "%s", "abcdef"), 6);
    assert_string_equal(out, "abc");
    assert_int_equal(out[4], '?');
    assert_int_equal(format(out, 1, "%u", 12u), 2);
    assert_string_equal(out, "");
    out[0] = '?';
    assert_int_equal(format(out, 0, "%08x", 1u), 8);
    assert_int_equal(out[0], '?');
    assert_int_equal(format(out, sizeof out, "ab%"), 2); /* ends within a conversion */
    assert_string_equal(out, "ab");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),
        cmocka_unit_test(texts),
        cmocka_unit_test(room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
