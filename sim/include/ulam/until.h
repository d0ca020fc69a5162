/* Until: how precisely a job's numbers shall be known, instead of how many runs it gets. docs/statistics.md tells how a
 * point's end is decided. */

#ifndef ULAM_UNTIL_H
#define ULAM_UNTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The first rung of a job that does not say, rounded up to whole blocks. */
#define ULAM_LADDER_START UINT64_C(1024)

/* An estimate and the half-width that its interval shall have. Of several elements it holds when it does for all. */
typedef struct {
    const char *name;        /* as the job writes it: "price", "profile[3]" */
    bool is_derived;         /* of a derived quantity, and not of an observable's mean */
    bool is_controlled;      /* of an estimate by control variates */
    size_t derived;          /* index into the job's derived quantities, then; there are no elements */
    size_t controlled;       /* likewise into its controlled observables */
    size_t observable;       /* index into the model's */
    size_t element, length;  /* elements of a run: [element, element + length) */
    double error, rel_error; /* absolute, and relative to the estimate's size; INFINITY: not asked for */
} ulam_target;

typedef struct {
    const ulam_target *targets; /* [n_targets], owned by the job; 0: every point gets the runs it is asked for */
    size_t n_targets;
    double confidence; /* of the targets' intervals */
    uint64_t ladder;   /* the first rung, before it is rounded up to whole blocks; 0: there is no ladder and no trace */
    bool has_max_runs; /* the job names it: a target that is out of reach is pursued up to there */
    double max_time;   /* s of a session; INFINITY: any */
} ulam_until;

/* What has become of a point's targets. The numbers stand in result files. */
typedef enum {
    ULAM_TARGETS_OPEN,         /* there are none, or they do not hold yet */
    ULAM_TARGETS_REACHED,      /* at the run count where the point ended */
    ULAM_TARGETS_CONSTANT,     /* the same, but a number never varied: its interval has no width, and says nothing */
    ULAM_TARGETS_OUT_OF_REACH, /* the point was given up (docs/statistics.md) */
    ULAM_TARGETS_CUT_OFF,      /* only in a file: the point has the most runs that it may have */
} ulam_verdict;

#ifdef __cplusplus
}
#endif

#endif
