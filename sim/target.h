/* Targets: whether a point's runs so far are as precise as its job asks. */

#ifndef ULAM_TARGET_H
#define ULAM_TARGET_H

#include <ulam/state.h>

typedef struct {
    ulam_verdict verdict;
    /* The largest of the half-widths over what is asked for: 1 and less is reached. INFINITY: not known, or relative to an
     * estimate of 0. */
    double ratio;
    bool constant; /* a number that never varied is among those judged */
} ulam_judgement;

/* Judges a job's targets by the sums of a point's first `length` runs, or of its chains after so many measurements, at a rung
 * of its ladder. ULAM_ENOMEM. */
ulam_status ulam_targets_judge(const ulam_job *job, size_t point, const ulam_tally *tally, uint64_t length,
                               ulam_judgement *judgement);

#endif
