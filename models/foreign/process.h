/* Other programs, started and waited for. */

#ifndef ULAM_PROCESS_H
#define ULAM_PROCESS_H

#include <ulam/bytes.h>
#include <ulam/status.h>

/* Runs the program at path with its arguments (argv, up to a NULL) and standard input from a descriptor; its standard output
 * goes to standard error. outcome receives what waitpid() gives. ULAM_ESYSTEM: it could not be started. */
ulam_status ulam_process_run(const char *path, char *const *argv, int input, int *outcome, ulam_error *error);

/* Appends what the program writes to standard output; its messages are dropped. ULAM_ESYSTEM, ULAM_ENOMEM. */
ulam_status ulam_process_output(const char *path, char *const *argv, ulam_bytes *output, ulam_error *error);

#endif
