/* Statistics as the keys of a job file ask for them, one after another, until ulam_job_settle_statistics() gives them to
 * the job. */

#ifndef ULAM_JOB_KEPT_H
#define ULAM_JOB_KEPT_H

#include "job_parts.h"

typedef struct ulam_kept {
    ulam_sketch_plan *sketches; /* [width] */
    size_t n_sketches;
    ulam_histogram_plan *histograms; /* [width] */
    size_t n_histograms;
    ulam_element_pair *pairs; /* in no order, some perhaps twice */
    size_t n_pairs;
    bool *grouped; /* [width] */
} ulam_kept;

/* Nothing is kept so far. ULAM_ENOMEM. */
ulam_status ulam_job_begin_statistics(ulam_job_reading *self);

/* The observable that a scalar names. ULAM_EINVAL says where, and which there are. */
ulam_status ulam_job_find_observable(const ulam_job_reading *self, const ulam_yaml_node *node, size_t *observable);

/* The elements that a scalar names: "profile[3]" is one, "profile" all of an array. ULAM_EINVAL as above. */
ulam_status ulam_job_find_elements(const ulam_job_reading *self, const ulam_yaml_node *node, ulam_extent *elements);

/* Each keeps something more, of all elements of an observable, or of two elements or one; what is wrong with it stands at
 * node. ULAM_EINVAL, ULAM_ENOMEM. */
ulam_status ulam_job_keep_sketches(ulam_job_reading *self, const ulam_yaml_node *node, size_t observable,
                                   const ulam_sketch_plan *plan);
ulam_status ulam_job_keep_histograms(ulam_job_reading *self, const ulam_yaml_node *node, size_t observable,
                                     const ulam_histogram_plan *plan);
ulam_status ulam_job_keep_pair(ulam_job_reading *self, const ulam_yaml_node *node, size_t first, size_t second);
void ulam_job_keep_groups(ulam_job_reading *self, size_t element);

#endif
