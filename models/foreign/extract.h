/* Observables found in what a program wrote. */

#ifndef ULAM_EXTRACT_H
#define ULAM_EXTRACT_H

#include <ulam/bytes.h>
#include <ulam/program.h>
#include <ulam/status.h>

/* Finds every observable of the job in text[size], which has a NUL behind it, and puts it into values[element * stride].
 * ULAM_ERUN: one is not there, or is no number. */
ulam_status ulam_extract(const ulam_program *program, const ulam_job *job, const char *text, size_t size,
                         double *values, size_t stride, ulam_error *cause);

#endif
