/* ulam new: the first files of a model, to be changed. */

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "new_templates.h"
#include "options.h"
#include "subcommands.h"

static const char help[] =
    "usage: ulam new [--chain | --command | --python] NAME\n"
    "\n"
    "Writes two files into the current directory: NAME.c, a commented model in C, and NAME.yaml, a job that runs it.\n"
    "'ulam run NAME.yaml' compiles the model by itself. Files that exist are left alone.\n"
    "\n"
    "options:\n"
    "      --chain    a Markov chain instead of single runs: how a chain begins, and what one sweep does\n"
    "      --command  a program instead, NAME.py, that is asked for each run by a line; any language can do that\n"
    "      --python   a Python function instead, in NAME.py; it needs the Python package ulam\n"
    "  -h, --help     this text\n";

static const struct option options[] = {{"chain", no_argument, NULL, 'm'},
                                        {"command", no_argument, NULL, 'c'},
                                        {"python", no_argument, NULL, 'p'},
                                        {"help", no_argument, NULL, 'h'},
                                        {NULL, 0, NULL, 0}};

typedef struct {
    const char *ending;
    const char *text;
    const char *meaning;
} template;

/* What a model is started from: cli/templates, where NAME stands for the model's. */
static const template in_c[] = {
    {".c", model_c, "the model: parameters, observables, and what one run does"},
    {".yaml", job_yaml, "the job: the parameters' values, and how many runs"},
};
static const template as_chain[] = {
    {".c", chain_c, "the model: parameters, observables, how a chain begins, and what one sweep does"},
    {".yaml", chain_yaml, "the job: the parameters' values, how many chains, and how long they are"},
};
static const template as_command[] = {
    {".py", command_py, "the model: what one run does"},
    {".yaml", command_yaml, "the job: parameters, observables, the parameters' values, and how many runs"},
};
static const template in_python[] = {
    {".py", model_py, "the model: what one run does"},
    {".yaml", command_yaml, "the job: parameters, observables, the parameters' values, and how many runs"},
};

enum {
    N_FILES = 2, /* of each kind */
    LONGEST_NAME = 64,
    LONGEST_PATH = LONGEST_NAME + 8
};

static bool judge_name(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    const size_t length = strlen(name);
    const bool good = length > 0 && length <= LONGEST_NAME && strspn(name, letters) == length && *name != '_' &&
                      !(*name >= '0' && *name <= '9');
    if (!good)
        fprintf(stderr,
                "ulam new: a model cannot be named '%s'; expected letters, digits and underscores, a letter first, at "
                "most %d\n",
                name, (int)LONGEST_NAME);
    return good;
}

static bool is_in_python(const template *files) { return files == as_command || files == in_python; }

/* A file of these names would be imported instead of the module that the model needs. */
static bool judge_python_name(const char *name)
{
    static const char *const taken[] = {"ulam", "numpy", "random", "json"};
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
        if (strcmp(name, taken[i]) != 0) continue;
        fprintf(stderr, "ulam new: %s.py would hide Python's module '%s'; choose another name\n", name, name);
        return false;
    }
    return true;
}

/* Writes a template with the name in it, into a new file. */
static bool write_new(const char *path, const char *text, const char *name)
{
    FILE *out = fopen(path, "wx");
    if (!out) return false;
    for (const char *at; (at = strstr(text, "NAME")); text = at + 4) {
        fwrite(text, 1, (size_t)(at - text), out);
        fputs(name, out);
    }
    fputs(text, out);
    const bool written = !ferror(out);
    return fclose(out) == 0 && written;
}

static bool judge_path(const char *path)
{
    if (access(path, F_OK) != 0) return true;
    fprintf(stderr, "ulam new: %s exists; choose another name, or move it away\n", path);
    return false;
}

static int write_all(const template files[N_FILES], const char *name)
{
    char path[LONGEST_PATH];
    for (size_t i = 0; i < N_FILES; i++) {
        snprintf(path, sizeof path, "%s%s", name, files[i].ending);
        if (!judge_path(path)) return 2;
    }
    for (size_t i = 0; i < N_FILES; i++) {
        snprintf(path, sizeof path, "%s%s", name, files[i].ending);
        if (write_new(path, files[i].text, name)) continue;
        fprintf(stderr, "ulam new: cannot write %s: %s\n", path, strerror(errno));
        if (errno != EEXIST) unlink(path);
        while (i-- > 0) {
            snprintf(path, sizeof path, "%s%s", name, files[i].ending);
            unlink(path);
        }
        return 1;
    }
    for (size_t i = 0; i < N_FILES; i++) printf("%s%-5s  %s\n", name, files[i].ending, files[i].meaning);
    printf("\nTo run it: ulam run %s.yaml && ulam show %s.h5\n", name, name);
    return 0;
}

int ulam_new_main(int argc, char **argv)
{
    static const ulam_usage usage = {"new", help, ":h", options};
    const template *files = in_c;
    int status = -1;
    for (int option; (option = ulam_next_option(&usage, argc, argv, &status)) != -1;)
        files = option == 'm' ? as_chain : option == 'c' ? as_command : in_python;
    if (status >= 0) return status;
    const char *name = ulam_only_operand("new", "NAME", argc, argv);
    if (!name || !judge_name(name) || (is_in_python(files) && !judge_python_name(name))) return 2;
    return write_all(files, name);
}
