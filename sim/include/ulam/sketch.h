/* Sketch: counts of values in buckets whose width is relative to their distance from a centre, so that quantiles are known
 * to a relative accuracy wherever the values lie. Counts add up, so that a sketch is the same whatever the order of the
 * runs.
 *
 * The buckets are those of DDSketch (Masson, Rim and Lee, VLDB 2019), but linear within a power of two: |x - centre| is
 * cut to `bits` binary digits behind its first. A value is at most 2^-(bits + 1) |x - centre| from its bucket's middle,
 * unless it is closer to the centre than the least normal number, 2.2e-308. */

#ifndef ULAM_SKETCH_H
#define ULAM_SKETCH_H

#include <stddef.h>
#include <stdint.h>

#include <ulam/statistics.h>
#include <ulam/status.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    ULAM_SKETCH_MOST_BITS = 12
};

/* The buckets on either side of the centre are numbered by their distance from it; [0] below it, [1] above. */
typedef struct {
    double centre; /* NaN: not known yet, and nothing is counted */
    unsigned bits;
    uint32_t low[2];    /* the number of the first bucket that there is room for */
    uint32_t length[2]; /* and of how many from there on */
    uint64_t *count; /* [2 + length[0] + length[1]]: values equal to the centre; NaN, which nobody asks for; the buckets
                           below, then those above. NULL: nothing is counted yet. Owned */
} ulam_sketch;

/* An empty sketch, which owns no memory. */
void ulam_sketch_init(ulam_sketch *self, const ulam_sketch_plan *plan);
void ulam_sketch_free(ulam_sketch *self);

/* Counts the finite values of a series; NaN are left out. The centre is known. ULAM_ENOMEM. */
ulam_status ulam_sketch_add(ulam_sketch *self, ulam_series values);

/* Adds other's counts. ULAM_EINVAL: about another centre; ULAM_ENOMEM. */
ulam_status ulam_sketch_merge(ulam_sketch *self, const ulam_sketch *other);

/* How many values were counted. */
uint64_t ulam_sketch_total(const ulam_sketch *self);

/* A part of the line in which a value lies. */
typedef struct {
    double low, middle, high;
} ulam_bucket;

/* The bucket of the rank-th value in ascending order (1: the least); 1 <= rank <= total. */
ulam_bucket ulam_sketch_find(const ulam_sketch *self, uint64_t rank);

#ifdef __cplusplus
}
#endif

#endif
