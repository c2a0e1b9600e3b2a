/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mkext: makes, lists, checks and unpacks mkext version 1 archives on the host. Reading and
 * writing is the loader's own code (darwin/mkext.c, darwin/mkext_write.c).
 *
 *   mkext create [-stored] [-date seconds] -o archive Foo.kext...
 *   mkext list archive...
 *   mkext verify archive...
 *   mkext extract [-o folder] archive
 */
#include <dirent.h>
#include <errno.h>
#include <expat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "darwin/mkext.h"
#include "darwin/mkext_write.h"
#include "lib/bytes.h"
#include "tools/common/tool.h"

#define KEXTS_MAXIMUM      4096
#define PATH_SIZE          4096
#define VALUE_SIZE         256
#define PLUGIN_DEPTH       8
#define IDENTIFIER_MAXIMUM 63 /* KMOD_MAX_NAME less the NUL, <mach/kmod.h> */

const char tool_name[] = "mkext";

static void die_of(error_t error, const char *path)
{
    die("%s: %s: %s (%s)", path, error_code(error), error_summary(error), error_detail());
}

/* --- Files -------------------------------------------------------------------------------- */

static void join(char path[PATH_SIZE], const char *folder, const char *name)
{
    int length = snprintf(path, PATH_SIZE, "%s/%s", folder, name);
    if (length < 0 || length >= PATH_SIZE) {
        die("%s/%s: the path is too long", folder, name);
    }
}

static bool is_regular(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

static void make_folder(const char *path)
{
    if (mkdir(path, 0777) != 0 && errno != EEXIST) {
        die("%s: %s", path, strerror(errno));
    }
}

/* --- Info.plist --------------------------------------------------------------------------- */

struct info {
    char identifier[VALUE_SIZE];
    char version[VALUE_SIZE];
    char package_type[VALUE_SIZE];
    char executable[VALUE_SIZE];
    bool has_libraries;
};

/* Where the parser is: only keys and strings directly in <plist><dict> count. */
struct plist_reader {
    struct info *info;
    unsigned depth;
    bool in_key, in_string;
    char key[VALUE_SIZE], text[VALUE_SIZE];
    size_t text_length;
    bool too_long;
};

#define TOP_LEVEL 3 /* plist, dict, key or string */

static void begin_element(void *data, const XML_Char *name, const XML_Char **attributes)
{
    struct plist_reader *reader = data;
    (void)attributes;
    reader->depth++;
    reader->in_key = reader->depth == TOP_LEVEL && strcmp(name, "key") == 0;
    reader->in_string = reader->depth == TOP_LEVEL && strcmp(name, "string") == 0;
    reader->text_length = 0;
}

static void add_text(void *data, const XML_Char *text, int length)
{
    struct plist_reader *reader = data;
    if (!reader->in_key && !reader->in_string) {
        return;
    }
    if ((size_t)length >= VALUE_SIZE - reader->text_length) {
        reader->too_long = true;
        return;
    }
    memcpy(reader->text + reader->text_length, text, (size_t)length);
    reader->text_length += (size_t)length;
}

static void end_element(void *data, const XML_Char *name)
{
    struct plist_reader *reader = data;
    struct info *info = reader->info;
    const struct {
        const char *key;
        char *value;
    } wanted[] = {
        {"CFBundleIdentifier", info->identifier},
        {"CFBundleVersion", info->version},
        {"CFBundlePackageType", info->package_type},
        {"CFBundleExecutable", info->executable},
    };
    (void)name;
    reader->text[reader->text_length] = 0;
    if (reader->in_key) {
        memcpy(reader->key, reader->text, reader->text_length + 1);
        if (strcmp(reader->key, "OSBundleLibraries") == 0) {
            info->has_libraries = true;
        }
    }
    for (size_t i = 0; reader->in_string && i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        if (strcmp(reader->key, wanted[i].key) == 0) {
            if (reader->too_long) {
                die("%s is longer than %d characters", wanted[i].key, VALUE_SIZE - 1);
            }
            memcpy(wanted[i].value, reader->text, reader->text_length + 1);
        }
    }
    reader->too_long = false;
    reader->in_key = reader->in_string = false;
    reader->text_length = 0;
    reader->depth--;
}

static void parse_plist(const char *path, const uint8_t *bytes, size_t length, struct info *info)
{
    struct plist_reader reader = {.info = info};
    XML_Parser parser = XML_ParserCreate(NULL);
    memset(info, 0, sizeof(*info));
    if (parser == NULL || length > INT32_MAX) {
        die("%s: cannot be parsed", path);
    }
    if (length >= 6 && memcmp(bytes, "bplist", 6) == 0) {
        die("%s: is a binary property list; the kernel reads XML ones only", path);
    }
    XML_SetUserData(parser, &reader);
    XML_SetElementHandler(parser, begin_element, end_element);
    XML_SetCharacterDataHandler(parser, add_text);
    if (XML_Parse(parser, (const char *)bytes, (int)length, 1) != XML_STATUS_OK) {
        die("%s: line %lu: %s", path, (unsigned long)XML_GetCurrentLineNumber(parser),
            XML_ErrorString(XML_GetErrorCode(parser)));
    }
    XML_ParserFree(parser);
}

/* A name out of a property list that becomes part of a path must stay in its folder. */
static bool is_plain_name(const char *name)
{
    return name[0] != 0 && strchr(name, '/') == NULL && strcmp(name, ".") != 0 &&
           strcmp(name, "..") != 0;
}

/* What Mac OS X 10.3 to 10.5 insist on (xnu-handoff section 4.3). */
static void check_info(const char *path, const struct info *info)
{
    if (info->identifier[0] == 0 || strlen(info->identifier) > IDENTIFIER_MAXIMUM) {
        die("%s: CFBundleIdentifier is missing or longer than %d characters", path,
            IDENTIFIER_MAXIMUM);
    }
    if (strcmp(info->package_type, "KEXT") != 0) {
        die("%s: CFBundlePackageType is \"%s\", not \"KEXT\"", path, info->package_type);
    }
    if (info->version[0] == 0) {
        die("%s: CFBundleVersion is missing", path);
    }
    if (info->executable[0] != 0 && !is_plain_name(info->executable)) {
        die("%s: CFBundleExecutable \"%s\" is no file name", path, info->executable);
    }
    if (info->executable[0] != 0 && !info->has_libraries) {
        fprintf(stderr,
                "mkext: %s: note: no OSBundleLibraries; Mac OS X 10.3 and later want them with an "
                "executable\n",
                path);
    }
}

/* --- Create ------------------------------------------------------------------------------- */

struct collection {
    struct mkext_source sources[KEXTS_MAXIMUM];
    uint32_t count;
    bool has_date;
    uint32_t date;
};

static bool is_macho(const struct file *file)
{
    uint32_t magic = file->length >= 4 ? get_be32(file->bytes) : 0;
    return magic == 0xFEEDFACEu || magic == 0xCEFAEDFEu || magic == 0xCFFAEDFEu ||
           magic == 0xCAFEBABEu;
}

static int only_kexts(const struct dirent *entry)
{
    const char *end = strrchr(entry->d_name, '.');
    return end != NULL && end != entry->d_name && strcmp(end, ".kext") == 0;
}

/* Byte order, so that the archive does not depend on the user's language. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* Adds a .kext folder, then its plug-ins in the order of their names. */
static void collect(struct collection *collection, const char *folder, unsigned depth)
{
    char contents[PATH_SIZE], path[PATH_SIZE];
    struct info info;
    if (depth > PLUGIN_DEPTH || collection->count == KEXTS_MAXIMUM) {
        die("%s: too many kernel extensions, or plug-ins too deep", folder);
    }
    /* New bundles keep everything in Contents, old ones are flat. */
    join(contents, folder, "Contents");
    join(path, contents, "Info.plist");
    bool flat = !is_regular(path);
    if (flat) {
        join(contents, folder, ".");
        join(path, folder, "Info.plist");
    }
    struct mkext_source *source = &collection->sources[collection->count++];
    struct file plist = read_file(path);
    parse_plist(path, plist.bytes, plist.length, &info);
    check_info(path, &info);
    source->plist = plist.bytes;
    source->plist_length = plist.length;
    source->plist_modified = collection->has_date ? collection->date : plist.modified;
    if (info.executable[0] != 0) {
        char programs[PATH_SIZE];
        join(programs, contents, flat ? "." : "MacOS");
        join(path, programs, info.executable);
        struct file module = read_file(path);
        if (module.length == 0) {
            die("%s: is empty", path);
        }
        if (!is_macho(&module)) {
            fprintf(stderr, "mkext: %s: note: is no Mach-O file\n", path);
        }
        source->module = module.bytes;
        source->module_length = module.length;
        source->module_modified = collection->has_date ? collection->date : module.modified;
    }
    struct dirent **entries;
    join(path, contents, "PlugIns");
    int found = scandir(path, &entries, only_kexts, by_name);
    for (int i = 0; i < found; i++) {
        char plugin[PATH_SIZE];
        join(plugin, path, entries[i]->d_name);
        collect(collection, plugin, depth + 1);
        free(entries[i]);
    }
    if (found >= 0) {
        free(entries);
    }
}

static void free_sources(struct collection *collection)
{
    for (uint32_t i = 0; i < collection->count; i++) {
        free((void *)collection->sources[i].plist);
        free((void *)collection->sources[i].module);
    }
}

static uint32_t parse_date(const char *text)
{
    char *end;
    errno = 0;
    unsigned long long date = strtoull(text, &end, 10);
    if (errno != 0 || end == text || *end != 0 || date > UINT32_MAX) {
        die("date %s: seconds since 1970 are needed", text);
    }
    return (uint32_t)date;
}

static int usage(void)
{
    fputs("usage: mkext create [-stored] [-date seconds] -o archive Foo.kext...\n"
          "       mkext list archive...\n"
          "       mkext verify archive...\n"
          "       mkext extract [-o folder] archive\n"
          "\n"
          "create   makes a version 1 archive of .kext folders and their plug-ins;\n"
          "         -stored  without compression (not for Mac OS X 10.0 and 10.1)\n"
          "         -date    file times, in seconds since 1970; else SOURCE_DATE_EPOCH,\n"
          "                  else the files' own\n"
          "list     shows what is in an archive\n"
          "verify   checks an archive as the loader does\n"
          "extract  unpacks an archive into .kext folders\n",
          stderr);
    return 2;
}

static int create(int count, char **words)
{
    static struct collection collection;
    const char *output = NULL;
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    bool stored = false;
    int i = 0;
    if (epoch != NULL && epoch[0] != 0) {
        collection.has_date = true;
        collection.date = parse_date(epoch);
    }
    for (; i < count && words[i][0] == '-'; i++) {
        if (strcmp(words[i], "-stored") == 0) {
            stored = true;
        } else if (strcmp(words[i], "-o") == 0 && i + 1 < count) {
            output = words[++i];
        } else if (strcmp(words[i], "-date") == 0 && i + 1 < count) {
            collection.has_date = true;
            collection.date = parse_date(words[++i]);
        } else {
            return usage();
        }
    }
    if (output == NULL || i == count) {
        return usage();
    }
    for (; i < count; i++) {
        collect(&collection, words[i], 0);
    }
    size_t bound = mkext_write_bound(collection.sources, collection.count);
    uint8_t *archive = allocate(bound);
    size_t length;
    struct mkext_info info;
    error_t error =
        mkext_write(collection.sources, collection.count, stored, archive, bound, &length);
    if (error == OK) {
        error = mkext_check(archive, length, &info);
    }
    if (error != OK) {
        die_of(error, output);
    }
    write_file(output, archive, length);
    printf("%s: %u kernel extension(s), %zu bytes\n", output, (unsigned)info.count, length);
    free(archive);
    free_sources(&collection);
    return 0;
}

/* --- List, verify, extract ---------------------------------------------------------------- */

/* An archive of the user's: the whole file, and the thin archive in it. */
struct archive {
    struct file file;
    const uint8_t *bytes;
    size_t length;
    struct mkext_info info;
};

static error_t open_archive(const char *path, struct archive *archive)
{
    archive->file = read_file(path);
    error_t error = mkext_slice(archive->file.bytes, archive->file.length, MACH_CPU_POWERPC,
                                &archive->bytes, &archive->length);
    return error == OK ? mkext_check(archive->bytes, archive->length, &archive->info) : error;
}

/* To look at the files in it: of version 2 archives only `verify` knows more. */
static void open_version_1(const char *path, struct archive *archive)
{
    error_t error = open_archive(path, archive);
    if (error == OK) {
        error = mkext_check_version_1(archive->bytes, archive->length);
    }
    if (error != OK) {
        die_of(error, path);
    }
}

/* The caller frees it. */
static uint8_t *unpack(const char *path, const struct archive *archive,
                       const struct mkext_file *file)
{
    uint8_t *bytes = allocate(file->real_size);
    error_t error = mkext_unpack(archive->bytes, archive->length, file, bytes, file->real_size);
    if (error != OK) {
        die_of(error, path);
    }
    return bytes;
}

static struct mkext_entry entry_of(const char *path, const struct archive *archive, uint32_t index)
{
    struct mkext_entry entry;
    error_t error = mkext_entry(archive->bytes, archive->length, index, &entry);
    if (error != OK) {
        die_of(error, path);
    }
    return entry;
}

static void list_file(const char *what, const struct mkext_file *file)
{
    char date[32];
    time_t modified = (time_t)file->modified;
    struct tm broken_down;
    if (file->real_size == 0) {
        return;
    }
    strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", gmtime_r(&modified, &broken_down));
    printf("    %-6s %8u bytes", what, (unsigned)file->real_size);
    if (file->stored_size != 0) {
        printf(", LZSS %8u", (unsigned)file->stored_size);
    } else {
        printf(", stored       ");
    }
    printf("  at %8u  %s UTC\n", (unsigned)file->offset, date);
}

static int list(int count, char **words)
{
    for (int i = 0; i < count; i++) {
        struct archive archive;
        open_version_1(words[i], &archive);
        printf("%s: %u kernel extension(s), %u bytes, cputype %d, cpusubtype %d\n", words[i],
               (unsigned)archive.info.count, (unsigned)archive.info.length,
               (int)archive.info.cpu_type, (int)archive.info.cpu_subtype);
        for (uint32_t k = 0; k < archive.info.count; k++) {
            struct mkext_entry entry = entry_of(words[i], &archive, k);
            uint8_t *plist = unpack(words[i], &archive, &entry.plist);
            struct info info;
            parse_plist(words[i], plist, entry.plist.real_size, &info);
            printf("  %s %s\n", info.identifier, info.version);
            list_file("plist", &entry.plist);
            list_file("module", &entry.module);
            free(plist);
        }
        free(archive.file.bytes);
    }
    return count > 0 ? 0 : usage();
}

static int verify(int count, char **words)
{
    int failures = 0;
    for (int i = 0; i < count; i++) {
        struct archive archive;
        error_t error = open_archive(words[i], &archive);
        if (error != OK) {
            printf("%s: %s: %s (%s)\n", words[i], error_code(error), error_summary(error),
                   error_detail());
            failures++;
        } else {
            printf("%s: good, %u kernel extension(s)\n", words[i], (unsigned)archive.info.count);
        }
        free(archive.file.bytes);
    }
    return count > 0 ? failures != 0 : usage();
}

static void extract_entry(const char *path, const struct archive *archive, uint32_t index,
                          const char *folder)
{
    char name[VALUE_SIZE + 8], kext[PATH_SIZE], contents[PATH_SIZE], programs[PATH_SIZE];
    char to[PATH_SIZE];
    struct info info;
    struct mkext_entry entry = entry_of(path, archive, index);
    uint8_t *plist = unpack(path, archive, &entry.plist);
    parse_plist(path, plist, entry.plist.real_size, &info);
    if (!is_plain_name(info.identifier)) {
        die("%s: entry %u: CFBundleIdentifier \"%s\" is no file name", path, (unsigned)index,
            info.identifier);
    }
    snprintf(name, sizeof(name), "%s.kext", info.identifier);
    join(kext, folder, name);
    join(contents, kext, "Contents");
    make_folder(kext);
    make_folder(contents);
    join(to, contents, "Info.plist");
    write_file(to, plist, entry.plist.real_size);
    free(plist);
    if (entry.module.real_size != 0) {
        if (!is_plain_name(info.executable)) {
            die("%s: entry %u: CFBundleExecutable \"%s\" is no file name", path, (unsigned)index,
                info.executable);
        }
        uint8_t *module = unpack(path, archive, &entry.module);
        join(programs, contents, "MacOS");
        make_folder(programs);
        join(to, programs, info.executable);
        write_file(to, module, entry.module.real_size);
        free(module);
    }
    printf("%s\n", kext);
}

static int extract(int count, char **words)
{
    const char *folder = ".";
    struct archive archive;
    if (count >= 2 && strcmp(words[0], "-o") == 0) {
        folder = words[1];
        words += 2;
        count -= 2;
    }
    if (count != 1) {
        return usage();
    }
    open_version_1(words[0], &archive);
    make_folder(folder);
    for (uint32_t i = 0; i < archive.info.count; i++) {
        extract_entry(words[0], &archive, i, folder);
    }
    free(archive.file.bytes);
    return 0;
}

int main(int count, char **words)
{
    static const struct {
        const char *name;
        int (*run)(int count, char **words);
    } commands[] = {{"create", create}, {"list", list}, {"verify", verify}, {"extract", extract}};
    for (size_t i = 0; count >= 2 && i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (strcmp(words[1], commands[i].name) == 0) {
            return commands[i].run(count - 2, words + 2);
        }
    }
    return usage();
}
