/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shows what the loader sees in a file, and what it would do with a kernel on a machine: with the
 * loader's own parsers and its own flow. docs/inspect.md is for its users.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "boot/host/host.h"
#include "tools/common/tool.h"
#include "tools/inspect/describe.h"
#include "tools/inspect/dump.h"
#include "tools/inspect/machine.h"
#include "tools/inspect/plan.h"
#include "tools/inspect/server.h"
#include "tools/inspect/tree_compare.h"

#ifndef MACHINES
#define MACHINES "tools/inspect/machines"
#endif

#define FORMAT_VERSION 1 /* of the JSON; counts up when a key changes its meaning or goes */
#define WORDS_LENGTH   2048
#define PATH_LENGTH    1024

const char tool_name[] = "inspect";

static int usage(void)
{
    fprintf(stderr,
            "usage: inspect [-json] [-cpu CPU] [-as KIND] file...\n"
            "       inspect tree [-json] file file\n"
            "       inspect extract [-cpu CPU] [-number N] -o output file\n"
            "       inspect plan [-json] [-machine MACHINE] [-root folder] [-bootfile name]\n"
            "                    [-svg output] [-tree output] [-bootargs output] words...\n"
            "\n"
            "file     what the loader sees in it; KIND forces what it is taken for:\n"
            "         %s\n"
            "tree     two device trees, property by property\n"
            "extract  the dump number N out of a log, or a kernel without its wrappings\n"
            "plan     what the loader would do with these words (file=... mkext=... args=...)\n"
            "         on a machine: a description, or one of tools/inspect/machines\n"
            "CPU      ppc, i386 or x86_64\n",
            describe_kinds());
    return 2;
}

/* --- Words ------------------------------------------------------------------------------------ */

struct request {
    bool json;
    bool has_cpu;
    enum image_cpu cpu;
    const char *kind, *output, *machine, *folder, *svg, *tree, *boot_args, *boot_file;
    unsigned long number; /* 0: not given */
    char **words;
    size_t count;
};

static bool take_cpu(struct request *request, const char *name)
{
    static const struct {
        const char *name;
        enum image_cpu cpu;
    } known[] = {
        {"ppc", IMAGE_CPU_POWERPC}, {"i386", IMAGE_CPU_I386}, {"x86_64", IMAGE_CPU_X86_64}};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].name, name) == 0) {
            request->has_cpu = true;
            request->cpu = known[i].cpu;
            return true;
        }
    return false;
}

static bool take_number(struct request *request, const char *text)
{
    char *end;

    request->number = strtoul(text, &end, 10);
    return end != text && *end == '\0' && request->number != 0;
}

/* Options, then words. False: they are not understood. */
static bool parse(int count, char **words, struct request *request)
{
    struct {
        const char *name;
        const char **value;
    } texts[] = {{"-as", &request->kind},
                 {"-o", &request->output},
                 {"-machine", &request->machine},
                 {"-root", &request->folder},
                 {"-svg", &request->svg},
                 {"-tree", &request->tree},
                 {"-bootargs", &request->boot_args},
                 {"-bootfile", &request->boot_file}};
    int i = 0;

    memset(request, 0, sizeof *request);
    for (; i < count && words[i][0] == '-'; i++) {
        bool known = false;

        if (strcmp(words[i], "-json") == 0) {
            request->json = true;
            continue;
        }
        if (strcmp(words[i], "--") == 0) {
            i++;
            break;
        }
        if (i + 1 == count)
            return false;
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
            if (strcmp(words[i], texts[k].name) == 0) {
                *texts[k].value = words[i + 1];
                known = true;
            }
        if (strcmp(words[i], "-cpu") == 0)
            known = take_cpu(request, words[i + 1]);
        if (strcmp(words[i], "-number") == 0)
            known = take_number(request, words[i + 1]);
        if (!known)
            return false;
        i++;
    }
    request->words = words + i;
    request->count = (size_t)(count - i);
    return true;
}

static struct value *new_document(void)
{
    struct value *document = document_create();

    put_number(document, "inspect", FORMAT_VERSION)->only_json = true;
    return document;
}

static void print(const struct request *request, struct value *document)
{
    (request->json ? print_json : print_text)(stdout, document);
    document_free(document);
}

/* Exactly the file's bytes, so that a sanitizer sees each one read beyond them. */
static struct file read_subject(const char *path, struct subject *subject,
                                const struct request *request)
{
    struct file file = read_file(path);
    uint8_t *exact = malloc(file.length != 0 ? file.length : 1);

    if (exact == NULL)
        die("%s: no memory", path);
    memcpy(exact, file.bytes, file.length);
    free(file.bytes);
    file.bytes = exact;
    *subject = (struct subject){file.bytes, file.length, request->has_cpu, request->cpu};
    return file;
}

/* --- inspect file... -------------------------------------------------------------------------- */

static int inspect_files(int count, char **words)
{
    struct value *document = new_document(), *files = put_list(document, "files");
    struct request request;
    bool all_good = true;

    if (!parse(count, words, &request) || request.count == 0)
        return usage();
    for (size_t i = 0; i < request.count; i++) {
        struct value *out = put_object(files, NULL);
        struct subject subject;
        struct file file = read_subject(request.words[i], &subject, &request);
        bool good;

        put_text(out, "file", request.words[i]);
        put_number(out, "size", file.length);
        error_clear();
        if (request.kind == NULL)
            good = describe(&subject, out);
        else if (!describe_as(&subject, request.kind, out, &good))
            return usage();
        put_boolean(out, "good", good);
        all_good = all_good && good;
        free(file.bytes);
    }
    print(&request, document);
    return all_good ? 0 : 1;
}

/* --- inspect tree ----------------------------------------------------------------------------- */

/* A flattened tree, or the first dump of one in a log. */
static struct devtree read_tree(const char *path, const struct request *request)
{
    struct subject subject;
    struct file file = read_subject(path, &subject, request);
    struct devtree tree;
    struct dump dump = {0};
    bool big_endian;
    size_t at = 0;
    error_t error;

    if (is_log(&subject))
        while (dump_next(file.bytes, file.length, &at, &dump)) {
            if (strcmp(dump.name, "devtree") == 0)
                break;
            free(dump.bytes);
            dump.bytes = NULL;
        }
    if (dump.bytes != NULL && dump.problem[0] != '\0')
        die("%s, line %u: %s", path, dump.line, dump.problem);
    error = dump.bytes != NULL ? tree_read(dump.bytes, dump.count, &tree, &big_endian)
                               : tree_read(file.bytes, file.length, &tree, &big_endian);
    if (error != OK)
        die("%s: %s (%s)", path, error_summary(error), error_detail());
    free(dump.bytes);
    free(file.bytes);
    return tree;
}

static int compare_trees(int count, char **words)
{
    struct value *document = new_document();
    struct request request;
    struct devtree first, second;
    size_t differences;

    if (!parse(count, words, &request) || request.count != 2)
        return usage();
    first = read_tree(request.words[0], &request);
    second = read_tree(request.words[1], &request);
    put_text(document, "first", request.words[0]);
    put_text(document, "second", request.words[1]);
    differences = tree_compare(&first, &second, put_list(document, "differences"));
    put_number(document, "count", differences);
    devtree_free(&first);
    devtree_free(&second);
    print(&request, document);
    return differences == 0 ? 0 : 1;
}

/* --- inspect extract -------------------------------------------------------------------------- */

static void extract_dump(const struct request *request, const char *path, const struct file *file)
{
    struct dump dump;
    unsigned long number = 0, wanted = request->number != 0 ? request->number : 1;
    size_t at = 0;

    while (dump_next(file->bytes, file->length, &at, &dump)) {
        if (++number == wanted) {
            if (dump.problem[0] != '\0')
                die("%s, line %u: %s", path, dump.line, dump.problem);
            write_file(request->output, dump.bytes, dump.count);
            printf("%s: %s, line %u, %zu bytes\n", request->output, dump.name, dump.line,
                   dump.count);
        }
        free(dump.bytes);
    }
    if (number < wanted)
        die("%s: it has %lu dumps", path, number);
    if (request->number == 0 && number > 1)
        printf("%lu more are in it; -number chooses\n", number - 1);
}

static int extract(int count, char **words)
{
    struct request request;
    struct subject subject;
    struct file file;
    error_t error;

    if (!parse(count, words, &request) || request.count != 1 || request.output == NULL)
        return usage();
    file = read_subject(request.words[0], &subject, &request);
    if (is_log(&subject)) {
        extract_dump(&request, request.words[0], &file);
    } else {
        size_t length = 0;
        uint8_t *bytes = kernel_unwrap(&subject, &length, &error);

        if (bytes == NULL)
            die("%s: %s: %s (%s)", request.words[0], error_code(error), error_summary(error),
                error_detail());
        write_file(request.output, bytes, length);
        printf("%s: %zu bytes\n", request.output, length);
        free(bytes);
    }
    free(file.bytes);
    return 0;
}

/* --- inspect plan ----------------------------------------------------------------------------- */

/* A file, or the name of a description that comes with the tool. */
static void find_machine(const char *name, char path[PATH_LENGTH])
{
    snprintf(path, PATH_LENGTH, "%s", name);
    if (strchr(name, '/') == NULL && access(name, R_OK) != 0)
        snprintf(path, PATH_LENGTH, MACHINES "/%s", name);
}

/* As a shell's user gives them: what has blanks in it is one value. */
static void join_words(const struct request *request, char words[WORDS_LENGTH])
{
    bool in_arguments = false;
    size_t used = 0;

    words[0] = '\0';
    for (size_t i = 0; i < request->count; i++) {
        const char *word = request->words[i];
        bool quoted;

        in_arguments = in_arguments || word[0] == '-' || strncmp(word, "args=", 5) == 0;
        quoted = !in_arguments && strpbrk(word, " \t") != NULL && strchr(word, '"') == NULL;
        used += (size_t)snprintf(words + used, WORDS_LENGTH - used, "%s%s%s%s", i != 0 ? " " : "",
                                 quoted ? "\"" : "", word, quoted ? "\"" : "");
        if (used >= WORDS_LENGTH)
            die("the words have more than %d characters", WORDS_LENGTH - 1);
    }
}

static void write_row(const struct plan *plan, enum launch_content content, const char *what,
                      const char *path)
{
    const struct launch_row *row = plan_find(plan, content);

    if (row == NULL)
        die("this kernel is given no %s", what);
    write_file(path, host_memory(row->address), row->length);
}

static int show_plan(int count, char **words)
{
    static struct machine machine;
    static struct plan plan;
    struct value *document = new_document();
    struct request request;
    char path[PATH_LENGTH], line[WORDS_LENGTH];

    if (!parse(count, words, &request))
        return usage();
    find_machine(request.machine != NULL ? request.machine : "mac99-256", path);
    machine_read(path, &machine);
    join_words(&request, line);
    machine_start(&machine);
    server_set_folder(request.folder);
    server_set_boot_file(request.boot_file);
    plan_run(line, &plan);
    plan_describe(&plan, &machine, line, document);
    print(&request, document);
    if (plan.launched && request.svg != NULL) {
        FILE *stream = fopen(request.svg, "w");

        if (stream == NULL)
            die("%s cannot be written", request.svg);
        plan_draw(&plan, &machine, line, stream);
        if (fclose(stream) != 0)
            die("%s cannot be written completely", request.svg);
    }
    if (plan.launched && request.tree != NULL)
        write_row(&plan, LAUNCH_DEVICE_TREE, "device tree", request.tree);
    if (plan.launched && request.boot_args != NULL)
        write_row(&plan, LAUNCH_BOOT_ARGS, "boot_args", request.boot_args);
    machine_free(&machine);
    return plan.launched ? 0 : 1;
}

int main(int count, char **words)
{
    static const struct {
        const char *name;
        int (*run)(int count, char **words);
    } commands[] = {{"tree", compare_trees}, {"extract", extract}, {"plan", show_plan}};

    host_reset_sparse(4u << 20); /* the parsers' notes go to a console */
    for (size_t i = 0; count >= 2 && i < sizeof commands / sizeof *commands; i++)
        if (strcmp(words[1], commands[i].name) == 0)
            return commands[i].run(count - 2, words + 2);
    return count >= 2 ? inspect_files(count - 1, words + 1) : usage();
}
