/* A result file as one self-contained HTML page. */

#ifndef ULAM_REPORT_PAGE_H
#define ULAM_REPORT_PAGE_H

#include <stdio.h>

#include "result_file.h"

/* Writes the page: what was run and how it went, pictures, the table of estimates, failed runs, and how to have it again. `file` is
 * the result file's path, as commands in the page name it. ULAM_ENOMEM; whether out took it all, ferror() says. */
ulam_status ulam_report_write(const ulam_result *result, const char *file, FILE *out, ulam_error *error);

#endif
