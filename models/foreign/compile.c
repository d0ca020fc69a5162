/* One call of a compiler: the source goes in through standard input, so that what is compiled is what was hashed. */

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "compiler.h"
#include "file.h"
#include "process.h"

/* Where GSL is, whose header <ulam/gsl.h> includes, if the compiler does not know by itself. */
#ifdef ULAM_GSL_FOLDER
#define ULAM_GSL_FLAGS "-I", ULAM_GSL_FOLDER,
#else
#define ULAM_GSL_FLAGS
#endif

/* As the built-in models are compiled. Never for the machine at hand alone: other ranks may be older. */
const char *const ulam_compiler_flags[] = {
    "-O3",   "-ffp-contract=off", "-fno-math-errno",     "-fno-trapping-math",
    "-fPIC", "-shared",           "-fvisibility=hidden", "-D_GNU_SOURCE=1",
    NULL,
};

/* The source as a file in memory, headed by a line that tells the compiler its name. -1: errno says why. */
static int open_source(const char *name, const ulam_file *source)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out) return -1;
    fputs("#line 1 \"", out);
    for (const char *at = name; *at; at++) {
        if (*at == '"' || *at == '\\') fputc('\\', out);
        fputc(*at, out);
    }
    fputs("\"\n", out);
    fwrite(source->content, 1, source->size, out);
    int descriptor = -1;
    if (fclose(out) == 0) descriptor = ulam_file_in_memory("source", text, size);
    free(text);
    return descriptor;
}

/* The first file that was included from beside the source, of a list as `-MMD` writes it, into found[size]. */
static bool find_local_include(const char *list, char *found, size_t size)
{
    bool in_target = true;
    for (const char *at = list; *at;) {
        at += strspn(at, " \t\n");
        if (*at == '\\' && at[1] == '\n') {
            at += 2;
            continue;
        }
        size_t n = 0;
        for (; *at && !isspace((unsigned char)*at); at++) {
            if (*at == '\\' && at[1] == ' ') at++;
            if (n + 1 < size) found[n++] = *at;
        }
        found[n] = '\0';
        if (!in_target && n > 0 && *found != '/' && *found != '-' && *found != '<') return true;
        if (n > 0 && found[n - 1] == ':') in_target = false;
    }
    return false;
}

static ulam_status judge_includes(const ulam_compiler *self, const char *name, const char *list_path, ulam_error *error)
{
    char found[256];
    ulam_bytes list = {0};
    ulam_status status = ulam_file_read(list_path, &list, NULL);
    if (status) return ulam_fail(error, status, "%s made nothing of %s; is it a compiler?", self->words[0], name);
    if (!status && ulam_bytes_put(&list, "", 1)) status = ulam_fail_memory(error, "compiling a model");
    if (!status && find_local_include((const char *)list.data, found, sizeof found))
        status = ulam_fail(error, ULAM_EINVAL,
                           "%s includes \"%s\": a model that is compiled here is one file, since the result file keeps "
                           "its source; put the two together, or build a shared object and name that",
                           name, found);
    ulam_bytes_free(&list);
    return status;
}

static ulam_status judge_outcome(const ulam_compiler *self, const char *name, int outcome, ulam_error *error)
{
    if (WIFEXITED(outcome) && WEXITSTATUS(outcome) == 0) return ULAM_OK;
    if (WIFSIGNALED(outcome))
        return ulam_fail(error, ULAM_ESYSTEM, "%s was killed by signal %d while it compiled %s", self->path,
                         WTERMSIG(outcome), name);
    return ulam_fail(error, ULAM_EINVAL, "%s does not compile: %s says why above", name, self->words[0]);
}

/* The command line, up to a NULL; only the array is to be freed. NULL: out of memory. */
static const char **make_command(const ulam_compiler *self, const char *const *arguments)
{
    size_t n = 0, flags = 0, most = 0;
    while (ulam_compiler_flags[flags]) flags++;
    while (arguments[most]) most++;
    const char **command = calloc(ULAM_COMPILER_WORDS + flags + most + 1, sizeof *command);
    if (!command) return NULL;
    for (char *const *word = self->words; *word; word++) command[n++] = *word;
    for (size_t i = 0; i < flags; i++) command[n++] = ulam_compiler_flags[i];
    for (size_t i = 0; i < most; i++) command[n++] = arguments[i];
    return command;
}

ulam_status ulam_compile(const ulam_compiler *self, const ulam_language *language, const char *headers,
                         const char *name, const ulam_file *source, const char *object, ulam_error *error)
{
    char list[PATH_MAX + 8];
    int outcome = 0;
    snprintf(list, sizeof list, "%s.d", object);
    const char *const arguments[] = {
        language->standard, "-I", headers, ULAM_GSL_FLAGS "-MMD", "-MF", list, "-o", object, "-x",
        language->language, "-",  NULL,
    };
    const char **command = make_command(self, arguments);
    if (!command) return ulam_fail_memory(error, "compiling a model");
    const int input = open_source(name, source);
    ulam_status status =
        input < 0 ? ulam_fail(error, ULAM_ESYSTEM, "cannot hand %s to the compiler: %s", name, strerror(errno))
                  : ulam_process_run(self->path, (char *const *)command, input, &outcome, error);
    if (!status) status = judge_outcome(self, name, outcome, error);
    if (!status) status = judge_includes(self, name, list, error);
    if (input >= 0) close(input);
    unlink(list);
    free(command);
    return status;
}
