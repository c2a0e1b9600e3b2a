/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mkext: makes, lists, checks, changes and unpacks mkext archives of both versions on the host. The
 * formats are read by the loader's own code (darwin/mkext.c, darwin/mkext_v2.c).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/mkext/folder.h"
#include "tools/mkext/list.h"
#include "tools/mkext/select.h"
#include "tools/mkext/sources.h"
#include "tools/mkext/verify.h"
#include "tools/mkext/write.h"

const char tool_name[] = "mkext";

struct wishes {
    unsigned version; /* 0: as the source has it, else 1 */
    bool stored, alone, has_date;
    uint32_t date;
    const char *output;
    const struct processor *processors[FAT_ROWS_MAXIMUM];
    uint32_t processor_count;
    const char **identifiers;
    size_t identifier_count;
};

static int usage(void)
{
    fputs(
        "usage: mkext create [options] -o archive Foo.kext|archive...\n"
        "       mkext convert [options] -o archive archive\n"
        "       mkext list archive...\n"
        "       mkext verify archive...\n"
        "       mkext extract [-arch name] [-id identifier]... [-alone] [-o folder] archive\n"
        "\n"
        "create   makes an archive of .kext folders with their plug-ins, and of what is in others\n"
        "convert  makes an archive of another one: same version, same processors\n"
        "list     shows what is in an archive\n"
        "verify   checks every field, stream and property list of an archive\n"
        "extract  unpacks an archive into .kext folders\n"
        "\n"
        "options of create and convert:\n"
        "-v1, -v2   the archive's version; -v2 for Mac OS X 10.6 and later, with -arch\n"
        "-arch      ppc, i386, x86_64: for this processor alone; may repeat for a fat archive\n"
        "-stored    without compression (not for Mac OS X 10.0 and 10.1)\n"
        "-id        only the kernel extension with this CFBundleIdentifier, and what it needs\n"
        "           (OSBundleLibraries); may repeat\n"
        "-alone     without what it needs\n"
        "-date      file times, in seconds since 1970; else SOURCE_DATE_EPOCH,\n"
        "           else the files' own\n",
        stderr);
    return 2;
}

/* --- Options ------------------------------------------------------------------------------------
 */

static uint32_t parse_date(const char *text)
{
    char *end;
    unsigned long long date;

    errno = 0;
    date = strtoull(text, &end, 10);
    if (errno != 0 || end == text || *end != 0 || date > UINT32_MAX)
        die("date %s: seconds since 1970 are needed", text);
    return (uint32_t)date;
}

static void add_processor(struct wishes *wishes, const char *name)
{
    const struct processor *processor = processor_called(name);

    if (processor == NULL)
        die("-arch %s: ppc, i386 and x86_64 are known", name);
    for (uint32_t i = 0; i < wishes->processor_count; i++)
        if (wishes->processors[i] == processor)
            die("-arch %s is there twice", name);
    if (wishes->processor_count == FAT_ROWS_MAXIMUM)
        die("too many processors");
    wishes->processors[wishes->processor_count++] = processor;
}

/* Takes an option and its value; returns how many words these are, 0 for no option. */
static int take_option(struct wishes *wishes, int count, char **words)
{
    const char *word = words[0];

    if (strcmp(word, "-v1") == 0 || strcmp(word, "-v2") == 0)
        wishes->version = (unsigned)(word[2] - '0');
    else if (strcmp(word, "-stored") == 0)
        wishes->stored = true;
    else if (strcmp(word, "-alone") == 0)
        wishes->alone = true;
    else if (count < 2)
        return 0;
    else if (strcmp(word, "-o") == 0)
        wishes->output = words[1];
    else if (strcmp(word, "-arch") == 0)
        add_processor(wishes, words[1]);
    else if (strcmp(word, "-id") == 0)
        wishes->identifiers[wishes->identifier_count++] = words[1];
    else if (strcmp(word, "-date") == 0) {
        wishes->has_date = true;
        wishes->date = parse_date(words[1]);
    } else
        return 0;
    return word[1] == 'v' || word[1] == 's' || strcmp(word, "-alone") == 0 ? 1 : 2;
}

/* Returns how many words the options are, or -1 if one of them is none. */
static int take_options(struct wishes *wishes, int count, char **words)
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    int taken = 0;

    memset(wishes, 0, sizeof *wishes);
    wishes->identifiers = allocate((size_t)count * sizeof *wishes->identifiers);
    if (epoch != NULL && epoch[0] != '\0') {
        wishes->has_date = true;
        wishes->date = parse_date(epoch);
    }
    while (taken < count && words[taken][0] == '-') {
        int more = take_option(wishes, count - taken, words + taken);

        if (more == 0)
            return -1;
        taken += more;
    }
    return taken;
}

/* --- Making archives ----------------------------------------------------------------------------
 */

static void set_dates(struct kexts *kexts, uint32_t date)
{
    for (size_t i = 0; i < kexts->count; i++)
        kexts->items[i].plist.modified = kexts->items[i].module.modified = date;
}

/* The thin archive for one processor. */
static void make_thin(const struct wishes *wishes, const struct source *sources, int count,
                      const struct processor *processor, struct buffer *out)
{
    struct kexts kexts = {0};
    uint32_t found = MKEXT_VERSION_1, wanted = wishes->version;
    struct mkext_info info;
    struct slice made;

    for (int i = 0; i < count; i++)
        source_read(&sources[i], processor, wishes->processor_count != 0, &kexts, &found);
    select_kexts(&kexts, wishes->identifiers, wishes->identifier_count, wishes->alone);
    if (kexts.count == 0)
        die("nothing is left for %s", processor->name);
    if (wishes->has_date)
        set_dates(&kexts, wishes->date);
    if (wanted == 0)
        wanted = found == MKEXT_VERSION_2 ? 2 : 1;
    if (wanted == 2 && processor->type == any_processor.type)
        die("an archive of version 2 is for one processor: say which with -arch");
    if (wanted == 2 && processor->type == MACH_CPU_POWERPC)
        note("no kernel for PowerPC reads version 2");
    if (wanted == 1)
        write_version_1(&kexts, processor, wishes->stored, out);
    else
        write_version_2(&kexts, processor, wishes->stored, out);
    made = (struct slice){.where = wishes->output, .bytes = out->bytes, .length = out->length};
    slice_check_or_die(&made, &info);
    printf("%s: version %u for %s, %zu kernel extension(s), %zu bytes\n", wishes->output, wanted,
           processor->name, kexts.count, out->length);
}

/* Without -arch: those of the first archive, or any. */
static void choose_processors(const struct wishes *wishes, const struct source *sources, int count,
                              struct processor *processors, uint32_t *processor_count)
{
    const struct archive *first = sources[0].is_archive ? &sources[0].archive : NULL;

    *processor_count = wishes->processor_count;
    for (uint32_t i = 0; i < wishes->processor_count; i++)
        processors[i] = *wishes->processors[i];
    if (*processor_count != 0)
        return;
    *processor_count = first != NULL && first->is_fat ? first->count : 1;
    processors[0] = any_processor;
    for (uint32_t i = 0; first != NULL && i < first->count; i++) {
        struct mkext_info info;

        slice_check_or_die(&first->slices[i], &info);
        processors[i] =
            (struct processor){processor_name(first->slices[i].type, first->slices[i].subtype),
                               first->slices[i].type, first->slices[i].subtype};
    }
    for (int i = 0; i < count; i++)
        if (!sources[i].is_archive && processors[0].type != any_processor.type)
            die("%s: folders and an archive for %s: say with -arch which processor it is for",
                sources[i].path, processors[0].name);
}

static int make(const struct wishes *wishes, int count, char **words)
{
    struct source *sources = allocate((size_t)count * sizeof *sources);
    struct processor processors[FAT_ROWS_MAXIMUM];
    uint32_t processor_count;
    struct buffer out = {.big = true};

    for (int i = 0; i < count; i++)
        source_open(words[i], &sources[i]);
    choose_processors(wishes, sources, count, processors, &processor_count);
    if (processor_count == 1) {
        make_thin(wishes, sources, count, &processors[0], &out);
    } else {
        fat_begin(&out, processor_count);
        for (uint32_t i = 0; i < processor_count; i++) {
            struct buffer thin = {.big = true};

            make_thin(wishes, sources, count, &processors[i], &thin);
            fat_add(&out, i, processors[i].type, processors[i].subtype, thin.bytes, thin.length);
            free(thin.bytes);
        }
    }
    write_file(wishes->output, out.bytes, out.length);
    return 0;
}

static int create(int count, char **words)
{
    struct wishes wishes;
    int taken = take_options(&wishes, count, words);

    if (taken < 0 || taken == count || wishes.output == NULL)
        return usage();
    if (wishes.version == 0)
        wishes.version = 1;
    return make(&wishes, count - taken, words + taken);
}

static int convert(int count, char **words)
{
    struct wishes wishes;
    int taken = take_options(&wishes, count, words);

    if (taken < 0 || taken + 1 != count || wishes.output == NULL)
        return usage();
    if (!archive_recognise(words[taken]))
        die("%s: is no mkext archive", words[taken]);
    return make(&wishes, 1, words + taken);
}

/* --- The others ---------------------------------------------------------------------------------
 */

static int list(int count, char **words)
{
    for (int i = 0; i < count; i++)
        list_file(words[i]);
    return count > 0 ? 0 : usage();
}

static int verify(int count, char **words)
{
    int failures = 0;

    for (int i = 0; i < count; i++) {
        char message[ARCHIVE_MESSAGE_SIZE];
        size_t kexts;

        if (verify_file(words[i], &kexts, message)) {
            printf("%s: good, %zu kernel extension(s)\n", words[i], kexts);
        } else {
            printf("%s\n", message);
            failures++;
        }
    }
    return count > 0 ? failures != 0 : usage();
}

/* Of a fat archive each slice gets a folder of its own. */
static int extract(int count, char **words)
{
    struct wishes wishes;
    struct source source;
    int taken = take_options(&wishes, count, words);
    struct processor processors[FAT_ROWS_MAXIMUM];
    uint32_t processor_count;
    const char *folder;

    if (taken < 0 || taken + 1 != count)
        return usage();
    folder = wishes.output != NULL ? wishes.output : ".";
    source_open(words[taken], &source);
    if (!source.is_archive)
        die("%s: is no mkext archive", words[taken]);
    choose_processors(&wishes, &source, 1, processors, &processor_count);
    make_folder(folder);
    for (uint32_t i = 0; i < processor_count; i++) {
        struct kexts kexts = {0};
        uint32_t version;

        source_read(&source, &processors[i], wishes.processor_count != 0, &kexts, &version);
        select_kexts(&kexts, wishes.identifiers, wishes.identifier_count, wishes.alone);
        folder_write(processor_count > 1 ? text_of("%s/%s", folder, processors[i].name) : folder,
                     &kexts);
    }
    return 0;
}

int main(int count, char **words)
{
    static const struct {
        const char *name;
        int (*run)(int count, char **words);
    } commands[] = {{"create", create},
                    {"convert", convert},
                    {"list", list},
                    {"verify", verify},
                    {"extract", extract}};

    for (size_t i = 0; count >= 2 && i < sizeof commands / sizeof *commands; i++)
        if (strcmp(words[1], commands[i].name) == 0)
            return commands[i].run(count - 2, words + 2);
    return usage();
}
