/* What the subcommands' option parsing shares. */

#ifndef ULAM_OPTIONS_H
#define ULAM_OPTIONS_H

#include <getopt.h>

#include <ulam/status.h>

/* How a subcommand is called. */
typedef struct {
    const char *command;          /* "show" */
    const char *help;             /* what --help prints */
    const char *letters;          /* the short options, as getopt_long() takes them, with ':' in front */
    const struct option *options; /* the long ones, among them "help" as 'h' */
} ulam_usage;

/* The next option's code, with its value in optarg. -1: it was the last, or *status has become the exit status: 0 after
 * --help, 2 after an option that there is not, for which the nearest one is named. */
int ulam_next_option(const ulam_usage *usage, int argc, char **argv, int *status);

/* The only operand, or NULL after a message that it is missing or one of several. `what` is as in the usage: "JOB". */
const char *ulam_only_operand(const char *command, const char *what, int argc, char **argv);

/* The name of what a subcommand makes of a file, where none is asked for: the file's with another ending ('.png'), in the
 * working folder, since the file's folder may be somebody else's. Owned by the caller; NULL: no memory. */
char *ulam_default_output(const char *file, const char *ending);

/* The exit status that goes with a library status: 2 for bad input, 1 otherwise, 0 for ULAM_OK. */
int ulam_exit_status(ulam_status status);

#endif
