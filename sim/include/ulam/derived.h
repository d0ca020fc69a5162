/* Derived quantities: functions of observables' means, estimated from the sums of the groups. */

#ifndef ULAM_DERIVED_H
#define ULAM_DERIVED_H

#include <stddef.h>

#include <ulam/jackknife.h>
#include <ulam/job.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A job's derived quantity at a point, from all runs in the groups[job->statistics->n_grouped] and from those without
 * each. Of numbers that not all runs have (NaN), a group's share is that of the number that most have. ULAM_ENOMEM. */
ulam_status ulam_derived_replicate(const ulam_job *job, size_t derived, size_t point, const ulam_groups *groups,
                                   ulam_replicates *replicates);

/* Likewise of the mean of an element that has groups. */
ulam_status ulam_element_replicate(const ulam_job *job, size_t element, const ulam_groups *groups,
                                   ulam_replicates *replicates);

/* The point with which a point is compared, where the job compares. */
size_t ulam_job_baseline(const ulam_job *job, size_t point);

/* Its jackknife estimate; undefined where groups is NULL. ULAM_ENOMEM. */
ulam_status ulam_derived_estimate(const ulam_job *job, size_t derived, size_t point, const ulam_groups *groups,
                                  double level, ulam_estimate *estimate);

#ifdef __cplusplus
}
#endif

#endif
