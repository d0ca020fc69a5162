/* A result file as columns with a row a point, for programs that read neither HDF5 nor YAML. */

#ifndef ULAM_EXPORT_COLUMNS_H
#define ULAM_EXPORT_COLUMNS_H

#include <stdio.h>

#include "result_file.h"
#include "sample_values.h"

typedef enum {
    ULAM_EXPORT_CSV,
    ULAM_EXPORT_JSON_LINES,
} ulam_export_format;

/* Writes the result to out: swept parameters, or all of them; runs; every figure of every observable, arrays element by
 * element. Reals have the digits that read back to the same bits. ULAM_ENOMEM; whether out took it all, ferror() says. */
ulam_status ulam_export_result(const ulam_result *result, bool all_parameters, ulam_export_format format, FILE *out,
                               ulam_error *error);

/* The same of samples: a row a run that was done, a column a number of it. */
ulam_status ulam_export_samples(const ulam_result *result, ulam_sample_values *samples, ulam_export_format format,
                                FILE *out, ulam_error *error);

#endif
