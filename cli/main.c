/* ulam: the command line. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ulam/lanes.h>
#include <ulam/nearest.h>

#include "libraries.h"
#include "subcommands.h"

typedef struct {
    const char *name;
    const char *summary;
    int (*main)(int argc, char **argv);
} subcommand;

static const subcommand subcommands[] = {
    {"run", "carry a job out, and write its result file", ulam_run_main},
    {"check", "read a job file and say what it would do; runs nothing", ulam_check_main},
    {"show", "print a result file as tables", ulam_show_main},
    {"watch", "show how a job goes on", ulam_watch_main},
    {"plot", "draw a picture of a result file", ulam_plot_main},
    {"report", "write an HTML page about a result file", ulam_report_main},
    {"export", "write a result file as CSV or JSON Lines", ulam_export_main},
    {"replay", "perform one run of a result file again", ulam_replay_main},
    {"merge", "join result files of one job", ulam_merge_main},
    {"models", "list the built-in models, or describe one", ulam_models_main},
    {"new", "write the first files of a model of your own", ulam_new_main},
};

enum {
    N_SUBCOMMANDS = sizeof subcommands / sizeof *subcommands
};

static void print_help(FILE *stream)
{
    fputs("usage: ulam COMMAND [OPTION]... [ARGUMENT]...\n"
          "\n"
          "Monte Carlo simulation: a model, a short job file, one HDF5 file with error bars.\n"
          "\n"
          "commands:\n",
          stream);
    for (size_t i = 0; i < N_SUBCOMMANDS; i++)
        fprintf(stream, "  %-8s %s\n", subcommands[i].name, subcommands[i].summary);
    fputs("\n"
          "  ulam COMMAND --help    what a command takes\n"
          "  ulam --version         version, and the libraries it works with\n"
          "\n"
          "exit status: 0 complete; 1 failed; 2 bad input; 3 stopped early with a valid file\n",
          stream);
}

static int unknown(const char *name)
{
    const char *names[N_SUBCOMMANDS];
    for (size_t i = 0; i < N_SUBCOMMANDS; i++) names[i] = subcommands[i].name;
    const char *near = ulam_nearest(name, names, N_SUBCOMMANDS);
    fprintf(stderr, "ulam: no command '%s'", name);
    if (near) fprintf(stderr, "; did you mean '%s'?", near);
    fputs(near ? "\n" : "; 'ulam --help' lists them\n", stderr);
    return 2;
}

static const subcommand *find(const char *name)
{
    for (size_t i = 0; i < N_SUBCOMMANDS; i++)
        if (strcmp(name, subcommands[i].name) == 0) return &subcommands[i];
    return NULL;
}

/* `ulam help run` is `ulam run --help`. */
static int help_on(char *name)
{
    const subcommand *found = find(name);
    return found ? found->main(2, (char *[]){name, "--help", NULL}) : unknown(name);
}

static void print_version(void)
{
    char *libraries = ulam_all_libraries();
    printf("ulam %s (%s)\n", ULAM_VERSION, libraries ? libraries : "");
    free(libraries);
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : NULL;
    if (!name) {
        print_help(stderr);
        return 2;
    }
    if (strcmp(name, "help") == 0 && argc > 2) return help_on(argv[2]);
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        print_help(stdout);
        return 0;
    }
    if (strcmp(name, "--version") == 0) {
        print_version();
        return 0;
    }
    const subcommand *found = find(name);
    if (!found) return unknown(name);
    ulam_error error = {0};
    if (ulam_lanes_check_build(&error)) {
        fprintf(stderr, "ulam: %s\n", error.message);
        return 2;
    }
    return found->main(argc - 1, argv + 1);
}
