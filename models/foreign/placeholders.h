/* Values in braces: "{beta}" in a command or a template stands for a parameter's value, {seed}, {seed31}, {run} and {point}
 * for those of the run; "{{beta}}" is "{beta}" itself, and any other brace is a brace. */

#ifndef ULAM_PLACEHOLDERS_H
#define ULAM_PLACEHOLDERS_H

#include <ulam/bytes.h>
#include <ulam/job.h>
#include <ulam/status.h>

/* What they stand for. */
typedef struct {
    const ulam_job *job;
    size_t point;
    uint64_t run;
    const char *folder; /* where the paths of files start */
} ulam_filling;

/* ULAM_EINVAL: "file:line:column: ..." of a name in braces that stands for nothing. */
ulam_status ulam_placeholders_check(const ulam_model *model, const ulam_file *template, ulam_error *error);

/* Appends the text with values filled in. ULAM_ENOMEM. */
ulam_status ulam_placeholders_fill(const ulam_filling *filling, const char *text, ulam_bytes *bytes);

#endif
