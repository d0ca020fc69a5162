/* In what a file's job and another differ, in words: a line each, "seed: 1 in the file, 2 in the job". */

#ifndef ULAM_DIFFERENCE_H
#define ULAM_DIFFERENCE_H

#include <stdio.h>

#include "result_file.h"
#include "stored.h"

/* An identity text, and what messages call the one whose it is. */
typedef struct {
    const char *text;
    const char *name;
} ulam_named_identity;

/* The lines that only one has, or both have with other values. With accept_model the model's fingerprint may differ. */
void ulam_identity_difference(FILE *out, const ulam_named_identity *one, const ulam_named_identity *other,
                              bool accept_model);

/* What keeps a file's points from being some of the job's: a point that the job lacks, runs that it does not ask for.
 * `points` is what ulam_read_points() finds in the file. */
void ulam_stored_difference(FILE *out, const ulam_stored *stored, const ulam_result *points, const ulam_job *job);

/* "3 of 10", or "the whole". */
const char *ulam_part_text(char text[48], uint64_t part, uint64_t parts);

#endif
