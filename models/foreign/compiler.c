#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compiler.h"
#include "process.h"

static const ulam_language languages[] = {
    {{".c"}, "C", "CC", "cc", "c", "-std=gnu17"},
    {{".cc", ".cpp", ".cxx"}, "C++", "CXX", "c++", "c++", "-std=gnu++17"},
};

const ulam_language *ulam_language_of(const char *path)
{
    const size_t length = strlen(path);
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++)
        for (const char *const *ending = languages[i].endings; *ending; ending++) {
            const size_t size = strlen(*ending);
            if (length > size && strcmp(path + length - size, *ending) == 0) return &languages[i];
        }
    return NULL;
}

/* The command as the shell would find it, owned by the caller; NULL: it is not there, or memory ran out. */
static char *find_command(const char *name)
{
    char path[PATH_MAX];
    if (strchr(name, '/')) return access(name, X_OK) == 0 ? strdup(name) : NULL;
    for (const char *folder = getenv("PATH"); folder && *folder;) {
        const size_t length = strcspn(folder, ":");
        const int n = snprintf(path, sizeof path, "%.*s%s%s", (int)length, folder, length ? "/" : "./", name);
        if (n > 0 && (size_t)n < sizeof path && access(path, X_OK) == 0) return strdup(path);
        folder += length + (folder[length] == ':');
    }
    return NULL;
}

static ulam_status split(ulam_compiler *self, const ulam_language *language, ulam_error *error)
{
    const char *given = getenv(language->variable);
    size_t n = 0;
    if (!given || !given[strspn(given, " ")]) given = language->command;
    self->text = strdup(given);
    if (!self->text) return ulam_fail_memory(error, "looking for a compiler");
    char *rest = self->text;
    for (char *word; (word = strtok_r(rest, " ", &rest)); self->words[n++] = word)
        if (n + 1 == ULAM_COMPILER_WORDS)
            return ulam_fail(error, ULAM_EINVAL, "%s has more than %d words, expected a compiler", language->variable,
                             ULAM_COMPILER_WORDS - 1);
    return ULAM_OK;
}

ulam_status ulam_compiler_find(ulam_compiler *self, const ulam_language *language, ulam_error *error)
{
    *self = (ulam_compiler){0};
    const ulam_status status = split(self, language, error);
    if (status) return status;
    self->path = find_command(self->words[0]);
    if (!self->path) return ULAM_OK;
    char *command[ULAM_COMPILER_WORDS + 1] = {0};
    size_t n = 0;
    for (; self->words[n]; n++) command[n] = self->words[n];
    command[n] = "--version";
    return ulam_process_output(self->path, command, &self->version, error);
}

void ulam_compiler_free(ulam_compiler *self)
{
    free(self->text);
    free(self->path);
    ulam_bytes_free(&self->version);
    *self = (ulam_compiler){0};
}
