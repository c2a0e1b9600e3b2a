/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "darwin/plist.h"
#include "random.h"

#define PROLOG                                                \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"            \
    "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" " \
    "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"

static const char sample[] =
    PROLOG "<!-- a <dict> that is none -->\n"
           "<plist version=\"1.0\">\n"
           "<dict>\n"
           "\t<key>CFBundleIdentifier</key>\n\t<string>org.example.a</string>\n"
           "\t<key>IOKitPersonalities</key>\n"
           "\t<dict><key>One</key><dict><key>CFBundleExecutable</key><string>wrong</string></dict>"
           "<key>Two</key><dict/></dict>\n"
           "\t<key>Number</key><integer size=\"64\" ID=\"1\"> 0x2c\n</integer>\n"
           "\t<key>Same</key><integer IDREF=\"1\"/>\n"
           "\t<key>Bytes</key><data>AAEC\n AwQ=</data>\n"
           "\t<key>When</key><date>2001-01-01T00:00:00Z</date>\n"
           "\t<key>Half</key><real>0.5</real>\n"
           "\t<key>Yes</key><true/><key>No</key><false></false>\n"
           "\t<key>CFBundleExecutable</key><string ID='7'>right</string>\n"
           "\t<key>a &lt;b&gt; &amp; <![CDATA[<c> & ]]>d</key><string>&quot;&apos;&#65;&#x2014;"
           "<!-- nothing --></string>\n"
           "\t<key>List</key><array><string>x</string><array><integer>1</integer></array><dict/>"
           "<string/></array>\n"
           "</dict>\n"
           "</plist>\n";

/* A copy of exactly that length, so that a sanitizer sees each byte read beyond it. */
static uint8_t *copy_of(const char *text, size_t length)
{
    uint8_t *copy = malloc(length != 0 ? length : 1);

    assert_non_null(copy);
    memcpy(copy, text, length);
    return copy;
}

static void expect_text(const struct plist_value *dict, const char *key, enum plist_kind kind,
                        const char *expected)
{
    struct plist_value value;
    char text[64];

    if (!plist_find(dict, key, &value))
        fail_msg("no %s", key);
    assert_int_equal(value.kind, kind);
    assert_true(plist_text(&value, text, sizeof text));
    assert_string_equal(text, expected);
}

static void test_sample(void **state)
{
    uint8_t *bytes = copy_of(sample, sizeof sample - 1);
    struct plist_value root, value, key;
    struct plist_cursor cursor;
    uint64_t number;
    char text[16];
    unsigned count = 0;

    (void)state;
    assert_true(plist_open(bytes, sizeof sample - 1, &root));
    assert_int_equal(root.kind, PLIST_DICT);
    expect_text(&root, "CFBundleIdentifier", PLIST_STRING, "org.example.a");
    /* Only the top level counts, however deep another one came first. */
    expect_text(&root, "CFBundleExecutable", PLIST_STRING, "right");
    expect_text(&root, "a <b> & <c> & d", PLIST_STRING, "\"'A\xE2\x80\x94");
    expect_text(&root, "Bytes", PLIST_DATA, "AAEC\n AwQ=");
    expect_text(&root, "When", PLIST_DATE, "2001-01-01T00:00:00Z");
    expect_text(&root, "Half", PLIST_REAL, "0.5");
    expect_text(&root, "Yes", PLIST_TRUE, "");
    expect_text(&root, "No", PLIST_FALSE, "");
    assert_true(plist_find(&root, "Number", &value));
    assert_true(plist_integer(&value, &number));
    assert_int_equal(number, 0x2c);
    assert_true(plist_find(&root, "Same", &value));
    assert_int_equal(value.kind, PLIST_REFERENCE);
    assert_false(plist_integer(&value, &number));
    assert_false(plist_text(&value, text, sizeof text));
    assert_false(plist_find(&root, "CFBundle", &value));
    assert_false(plist_find(&root, "CFBundleExecutables", &value));
    assert_false(plist_find(&root, "", &value));

    assert_true(plist_find(&root, "IOKitPersonalities", &value));
    cursor = plist_members(&value);
    while (plist_next(&cursor, &key, &value)) {
        assert_true(plist_text(&key, text, sizeof text));
        assert_string_equal(text, count++ == 0 ? "One" : "Two");
        assert_int_equal(value.kind, PLIST_DICT);
        assert_int_equal(plist_find(&value, "CFBundleExecutable", &key), count == 1);
    }
    assert_int_equal(count, 2);
    free(bytes);
}

static void test_array(void **state)
{
    static const enum plist_kind kinds[] = {PLIST_STRING, PLIST_ARRAY, PLIST_DICT, PLIST_STRING};
    struct plist_value root, list, item, key;
    struct plist_cursor cursor;
    size_t count = 0;

    (void)state;
    assert_true(plist_open((const uint8_t *)sample, sizeof sample - 1, &root));
    assert_true(plist_find(&root, "List", &list));
    assert_int_equal(list.kind, PLIST_ARRAY);
    assert_false(plist_find(&list, "x", &item)); /* no dict */
    cursor = plist_members(&list);
    for (; plist_next(&cursor, NULL, &item); count++) {
        assert_in_range(count, 0, 3);
        assert_int_equal(item.kind, kinds[count]);
    }
    assert_int_equal(count, 4);
    /* A plain value has no members. */
    assert_true(plist_find(&root, "Bytes", &item));
    cursor = plist_members(&item);
    assert_false(plist_next(&cursor, &key, &item));
}

static bool opens(const char *text)
{
    struct plist_value root;
    uint8_t *bytes = copy_of(text, strlen(text));
    bool good = plist_open(bytes, strlen(text), &root);

    free(bytes);
    return good;
}

static void test_forms(void **state)
{
    static const char *const good[] = {
        "<dict/>",
        "<plist><dict></dict></plist>",
        "<plist><dict></dict>", /* what follows the value is not looked at */
        "\xEF\xBB\xBF<plist version='1.0'><array/></plist>",
        "<?xml version=\"1.0\"?><!DOCTYPE plist [ <!ENTITY a \"]>\"> ]><dict/>",
        "<!DOCTYPE plist SYSTEM 'file://localhost/a>b'><dict/>",
        "  <!-- a --><?b?>\n<dict  ID='' />",
        "<string>a</string>",
        "<array><set><true/></set></array>",
        "<dict><key/><true/></dict>",
        "<dict ><key >a</key ><integer size=\"32\" >1</integer ></dict >",
    };
    static const char *const bad[] = {
        "",
        " ",
        "x",
        "bplist00",
        "\xFE\xFF\0<",
        "<",
        "<>",
        "<dict",
        "<dict>",
        "</dict>",
        "<plist/>",
        "<plist></plist>",
        "</plist><dict/>",
        "<!DOCTYPE plist <dict/>",
        "<!DOCTYPE plist [ <dict/>",
        "<!DOCTYPE plist \"<dict/>",
        "<!DOCTYPE plist '<dict/>",
        "<!-- <dict/>",
        "<? <dict/>",
        "<key>a</key>",
        "<html></html>",
        "<dict><true/></dict>",
        "<dict><key>a</key></dict>",
        "<dict><key>a</key><key>b</key><true/></dict>",
        "<dict><key>a</key><true/></array>",
        "<dict><key>a</key><true/></plist>",
        "<array><key>a</key></array>",
        "<array>text</array>",
        "<array><true/>",
        "<array><true></array>",
        "<array><string>a</strings></array>",
        "<array><string>a</strin</array>",
        "<array><string>a<b/></string></array>",
        "<array><string><![CDATA[a</string></array>",
        "<array><string><!-- a</string></array>",
        "<array><!-- </array>",
        "<array><string a></string></array>",
        "<array><string a=b></string></array>",
        "<array><string a=\"b></string></array>",
        "<array><string a='b></string></array>",
        "<array><string =\"b\"></string></array>",
        "<array><string/ ></array>",
        "</array/>",
        "<array></array/>",
    };

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!opens(good[i]))
            fail_msg("refused: %s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (opens(bad[i]))
            fail_msg("taken: %s", bad[i]);
}

static void test_depth(void **state)
{
    char text[2 * 8 * (PLIST_DEPTH_MAXIMUM + 1) + 1];

    (void)state;
    for (unsigned depth = PLIST_DEPTH_MAXIMUM; depth <= PLIST_DEPTH_MAXIMUM + 1; depth++) {
        text[0] = '\0';
        for (unsigned i = 0; i < depth; i++)
            strcat(text, "<array>");
        for (unsigned i = 0; i < depth; i++)
            strcat(text, "</array>");
        assert_int_equal(opens(text), depth <= PLIST_DEPTH_MAXIMUM);
    }
}

/* One string in a list: its text, or NULL if it has none that can be had. */
static const char *text_of(const char *content, char *text, size_t size)
{
    char list[256];
    struct plist_value value;
    uint8_t *bytes;
    bool good;

    snprintf(list, sizeof list, "<string>%s</string>", content);
    bytes = copy_of(list, strlen(list));
    assert_true(plist_open(bytes, strlen(list), &value));
    good = plist_text(&value, text, size);
    free(bytes);
    return good ? text : NULL;
}

static void test_text(void **state)
{
    static const char *const bad[] = {
        "&",
        "&lt",
        "&;",
        "&nbsp;",
        "&#;",
        "&#x;",
        "&#0;",
        "&#x0;",
        "&#xD800;",
        "&#xDFFF;",
        "&#x110000;",
        "&#1114112;",
        "&#xFFFFFFFFFF;",
        "&#a;",
        "&#xg;",
        "&#-1;",
        "& lt;",
        "&aaaaaaaaaaaaaaaaaaaaaaaaaaa;",
    };
    char text[32];
    struct plist_value value;

    (void)state;
    assert_string_equal(text_of("&#xe9;&#x7ff;&#x800;&#xFFFF;&#65536;&#x10FFFF;", text, 32),
                        "\xC3\xA9\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF\xF0\x90\x80\x80\xF4\x8F\xBF\xBF");
    assert_string_equal(text_of("a<![CDATA[&lt;]]]]><![CDATA[>]]>b", text, 32), "a&lt;]]>b");
    assert_string_equal(text_of("", text, 1), "");
    assert_string_equal(text_of("1234567", text, 8), "1234567");
    assert_null(text_of("12345678", text, 8));
    assert_null(text_of("", text, 0));
    assert_null(text_of("&#xe9;", text, 2));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (text_of(bad[i], text, sizeof text) != NULL)
            fail_msg("taken: %s", bad[i]);
    assert_true(plist_open((const uint8_t *)"<string>a\0b</string>", 20, &value));
    assert_false(plist_text(&value, text, sizeof text));
    assert_true(plist_open((const uint8_t *)"<dict/>", 7, &value));
    assert_false(plist_text(&value, text, sizeof text));
}

static void expect_integer(const char *content, bool good, uint64_t expected)
{
    char list[128];
    struct plist_value value;
    uint64_t number;

    snprintf(list, sizeof list, "<integer>%s</integer>", content);
    assert_true(plist_open((const uint8_t *)list, strlen(list), &value));
    if (plist_integer(&value, &number) != good)
        fail_msg("integer %s", content);
    if (good)
        assert_true(number == expected);
}

static void test_integers(void **state)
{
    struct plist_value value;
    uint64_t number;

    (void)state;
    expect_integer("0", true, 0);
    expect_integer("44", true, 44);
    expect_integer("0x2c", true, 0x2c);
    expect_integer("\n 0XffFF\t", true, 0xFFFF);
    expect_integer("18446744073709551615", true, UINT64_MAX);
    expect_integer("0xFFFFFFFFFFFFFFFF", true, UINT64_MAX);
    expect_integer("18446744073709551616", false, 0);
    expect_integer("0x10000000000000000", false, 0);
    expect_integer("", false, 0);
    expect_integer(" ", false, 0);
    expect_integer("0x", false, 0);
    expect_integer("-1", false, 0);
    expect_integer("1a", false, 0);
    expect_integer("1 2", false, 0);
    expect_integer("0000000000000000000000000000000000000000000000000000000000000000001", false, 0);
    assert_true(plist_open((const uint8_t *)"<string>1</string>", 18, &value));
    assert_false(plist_integer(&value, &number));
}

/* Reads everything that can be reached. Returns the number of values. */
static unsigned walk(const struct plist_value *value, unsigned depth)
{
    struct plist_cursor cursor = plist_members(value);
    struct plist_value key, member;
    unsigned count = 1;
    uint64_t number;
    char text[40];

    assert_in_range(depth, 0, PLIST_DEPTH_MAXIMUM);
    plist_text(value, text, sizeof text);
    plist_integer(value, &number);
    plist_find(value, "CFBundleExecutable", &member);
    while (plist_next(&cursor, &key, &member))
        count += walk(&member, depth + 1);
    return count;
}

static void test_references(void **state)
{
    static const char list[] = "<dict><key>A</key><array ID='x'><dict><key>B</key>"
                               "<string ID=\"2\">two</string></dict></array>"
                               "<key>C</key><string IDREF=\"2\"/><key>D</key><array IDREF='x'/>"
                               "<key>E</key><string IDREF=\"3\"/><key>F</key><string/></dict>";
    struct plist_value root, value, meant;
    char text[8];

    (void)state;
    assert_true(plist_open((const uint8_t *)list, strlen(list), &root));
    assert_true(plist_find(&root, "C", &value));
    assert_int_equal(value.kind, PLIST_REFERENCE);
    assert_true(plist_resolve(&root, &value, &meant));
    assert_int_equal(meant.kind, PLIST_STRING);
    assert_true(plist_text(&meant, text, sizeof text));
    assert_string_equal(text, "two");
    assert_true(plist_find(&root, "D", &value));
    assert_true(plist_resolve(&root, &value, &meant));
    assert_int_equal(meant.kind, PLIST_ARRAY);
    assert_true(plist_find(&root, "E", &value));
    assert_false(plist_resolve(&root, &value, &meant));
    assert_true(plist_find(&root, "F", &value));
    assert_false(plist_resolve(&root, &value, &meant));
}

static void test_cut(void **state)
{
    size_t end = (size_t)(strstr(sample, "</dict>\n</plist>") - sample) + strlen("</dict>");
    struct plist_value root;

    (void)state;
    for (size_t length = 0; length < sizeof sample - 1; length++) {
        uint8_t *bytes = copy_of(sample, length);

        if (plist_open(bytes, length, &root) != (length >= end))
            fail_msg("cut at %u of %u", (unsigned)length, (unsigned)end);
        free(bytes);
    }
    assert_true(plist_open((const uint8_t *)sample, sizeof sample - 1, &root));
    assert_int_equal(walk(&root, 0), 21);
}

static void test_mutations(void **state)
{
    static const char interesting[] = "<>/&;\"'![]-?=\0 ";
    uint32_t seed = 11;
    unsigned taken = 0;

    (void)state;
    for (unsigned round = 0; round < 20000; round++) {
        size_t length = sizeof sample - 1;
        uint8_t *bytes = copy_of(sample, length);
        struct plist_value root;

        for (unsigned change = 0; change <= round % 4; change++) {
            uint32_t random = random_next(&seed);

            bytes[random_next(&seed) % length] =
                random % 2 != 0 ? (uint8_t)(random >> 8)
                                : (uint8_t)interesting[(random >> 8) % (sizeof interesting - 1)];
        }
        if (plist_open(bytes, length, &root)) {
            taken++;
            walk(&root, 0);
        }
        free(bytes);
    }
    assert_in_range(taken, 1000, 19000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sample),     cmocka_unit_test(test_array),
        cmocka_unit_test(test_forms),      cmocka_unit_test(test_depth),
        cmocka_unit_test(test_text),       cmocka_unit_test(test_integers),
        cmocka_unit_test(test_references), cmocka_unit_test(test_cut),
        cmocka_unit_test(test_mutations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
