#include <stdio.h>
#include <string.h>

#include <ulam/nearest.h>

#include "options.h"

enum {
    MOST_OPTIONS = 64
};

static const char *nearest_option(const char *given, const struct option *options)
{
    const char *names[MOST_OPTIONS];
    size_t n = 0;
    while (n < MOST_OPTIONS && options[n].name) {
        names[n] = options[n].name;
        n++;
    }
    char word[64];
    snprintf(word, sizeof word, "%s", given + strspn(given, "-"));
    word[strcspn(word, "=")] = '\0';
    return ulam_nearest(word, names, n);
}

static int refuse(const char *command, int code, char **argv, const struct option *options)
{
    const char *given = argv[optind - 1];
    if (code == ':') {
        fprintf(stderr, "ulam %s: option '%s' needs a value\n", command, given);
        return 2;
    }
    if (optopt && strncmp(given, "--", 2) != 0) {
        fprintf(stderr, "ulam %s: no option '-%c'; 'ulam %s --help' lists them\n", command, optopt, command);
        return 2;
    }
    const char *near = nearest_option(given, options);
    fprintf(stderr, "ulam %s: no option '%s'", command, given);
    if (near) fprintf(stderr, "; did you mean '--%s'?", near);
    fputs("\n", stderr);
    return 2;
}

int ulam_next_option(const ulam_usage *usage, int argc, char **argv, int *status)
{
    opterr = 0;
    const int code = getopt_long(argc, argv, usage->letters, usage->options, NULL);
    if (code == 'h') {
        fputs(usage->help, stdout);
        *status = 0;
        return -1;
    }
    if (code == '?' || code == ':') {
        *status = refuse(usage->command, code, argv, usage->options);
        return -1;
    }
    return code;
}

const char *ulam_only_operand(const char *command, const char *what, int argc, char **argv)
{
    if (optind >= argc) {
        fprintf(stderr, "ulam %s: %s is missing; 'ulam %s --help' says how it is called\n", command, what, command);
        return NULL;
    }
    if (optind + 1 < argc) {
        fprintf(stderr, "ulam %s: one %s at a time: '%s' is one too many\n", command, what, argv[optind + 1]);
        return NULL;
    }
    return argv[optind];
}

char *ulam_default_output(const char *file, const char *ending)
{
    const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file, *dot = strrchr(name, '.');
    const int stem = (int)(dot && dot > name ? (size_t)(dot - name) : strlen(name));
    char *output = NULL;
    return asprintf(&output, "%.*s%s", stem, name, ending) < 0 ? NULL : output;
}

int ulam_exit_status(ulam_status status)
{
    if (status == ULAM_OK) return 0;
    return status == ULAM_EINVAL || status == ULAM_EIDENTITY ? 2 : 1;
}
