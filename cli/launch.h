/* `ulam run -n N`: the launcher started from here. */

#ifndef ULAM_LAUNCH_H
#define ULAM_LAUNCH_H

#include <ulam/status.h>

/* Set for the ranks where progress goes to a terminal, which they cannot see through the launcher's pipe. */
#define ULAM_TERMINAL_VARIABLE "ULAM_TERMINAL"

/* Replaces this process by a launcher that starts `ranks` processes of it with the arguments argv (argv[0] is the
 * subcommand's name). Returns only if that fails: ULAM_ESYSTEM. */
ulam_status ulam_launch(int ranks, int argc, char **argv, ulam_error *error);

/* Says on standard error that more ranks run on this host than it has cores, if that is so. */
void ulam_warn_oversubscribed(int ranks);

#endif
