/* Expression: a formula in the means of observables' elements and in parameters, such as "beta * (m2 - m^2)".
 *
 *     sum      product { (+ | -) product }
 *     product  sign { (* | /) sign }
 *     sign     (- | +) sign | power
 *     power    primary [ ^ sign ]                       a^b^c is a^(b^c), -a^2 is -(a^2)
 *     primary  number | name | name [ index ] | function ( sum { , sum } ) | ( sum )
 *
 * Functions are exp log log10 sqrt sin cos tan abs min max pow; pi is the number, unless the model has that name. */

#ifndef ULAM_EXPRESSION_H
#define ULAM_EXPRESSION_H

#include <ulam/job.h>

#include "arena.h"

typedef struct ulam_expression {
    const struct ulam_instruction *instructions; /* [n_instructions], for a machine with a stack */
    size_t n_instructions;
    const size_t *elements; /* [n_elements] of a run, of whose means it is a function; each once */
    size_t n_elements;
} ulam_expression;

/* Reads a text in the names of the job's model; the observables have their places. What it makes lies in the arena.
 * ULAM_EINVAL says what is wrong, and *at receives the byte of the text where it is; ULAM_ENOMEM. */
ulam_status ulam_expression_read(ulam_expression *self, const char *text, const ulam_job *job, ulam_arena *arena,
                                 size_t *at, ulam_error *error);

/* Its value where the elements have these means[n_elements], in the order of self->elements, and the parameters these
 * values. Undefined is NaN. */
double ulam_expression_value(const ulam_expression *self, const ulam_value *values, const double *means);

#endif
