/* How much of a job is done: in runs, or in the sweeps of all chains. */

#ifndef ULAM_WORK_H
#define ULAM_WORK_H

#include <stddef.h>
#include <stdint.h>

#include "result_file.h"

/* "runs", or "sweeps". */
const char *ulam_work_unit(const ulam_result *result);

/* What is done at a point, and asked for. */
uint64_t ulam_work_done(const ulam_result *result, size_t point);
uint64_t ulam_work_asked(const ulam_result *result, size_t point);

#endif
