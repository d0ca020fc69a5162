/* What the subcommands' option parsing shares. */

#ifndef ULAM_OPTIONS_H
#define ULAM_OPTIONS_H

#include <getopt.h>

#include <ulam/status.h>

/* Reports the option that getopt_long() has just refused (it returned '?' or ':', with opterr 0 and an optstring that
 * starts with ':'), with the nearest one there is. Returns 2. */
int ulam_option_refused(const char *command, int code, char **argv, const struct option *options);

/* The only operand, or NULL after a message that it is missing or one of several. `what` is as in the usage: "JOB". */
const char *ulam_only_operand(const char *command, const char *what, int argc, char **argv);

/* The name of what a subcommand makes of a file, where none is asked for: the file's with another ending ('.png'), in the
 * working folder, since the file's folder may be somebody else's. Owned by the caller; NULL: no memory. */
char *ulam_default_output(const char *file, const char *ending);

/* The exit status that goes with a library status: 2 for bad input, 1 otherwise, 0 for ULAM_OK. */
int ulam_exit_status(ulam_status status);

#endif
