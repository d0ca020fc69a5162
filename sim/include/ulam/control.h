/* Control variates: numbers of a run whose means are known, and whose chance deviation tells of that of another number. */

#ifndef ULAM_CONTROL_H
#define ULAM_CONTROL_H

#include <stddef.h>

#include <ulam/accumulators.h>
#include <ulam/jackknife.h>
#include <ulam/job.h>
#include <ulam/moments.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    ULAM_MOST_CONTROLS = 16 /* of one observable */
};

typedef struct {
    ulam_estimate estimate;
    double reduction; /* variance of the plain mean over that of the estimate; NaN: undefined */
} ulam_controlled;

/* What k controls tell of a number of n runs: b = S^-1 c, the means' deviations d from what is known, and
 *
 *     value       = mean - b . d
 *     std_error^2 = s^2 (1/n + d . S^-1 d / (n - 1)),  s^2 = (n - 1) (sd^2 - b . c) / (n - k - 1)
 *
 * which is the regression of the number on the controls, taken at their known means, with Student's n - k - 1 degrees of
 * freedom (Lavenberg and Welch, Management Science 27 (1981) 322). c[k] are the covariances with the number, S[k][k] those
 * of the controls. Undefined with too few runs, and where a control does not vary or follows from the others. */
void ulam_control_variates(uint64_t n, double mean, double sd, size_t k, const double *d, const double *c,
                           const double *S, double level, ulam_controlled *result);

/* The same of one of a job's controlled observables at a point, by the figures[job->width] and what is kept beside. */
void ulam_controlled_estimate(const ulam_job *job, size_t controlled, size_t point, const ulam_summary *figures,
                              const ulam_accumulators *kept, double level, ulam_controlled *result);

#ifdef __cplusplus
}
#endif

#endif
