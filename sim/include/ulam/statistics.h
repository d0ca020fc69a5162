/* Statistics: what is kept of a point's runs beside the moments of every element. The same at every point of a job, and
 * part of its identity. */

#ifndef ULAM_STATISTICS_H
#define ULAM_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ulam/status.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    ULAM_PILOT_RUNS = 4096 /* at most, of a point's first block */
};

/* Quantiles of an element: its values are counted in buckets of relative width 2^-bits about a centre. */
typedef struct {
    size_t element; /* among the job->width numbers of a run */
    unsigned bits;  /* 1 to 12: the accuracy is 2^-(bits + 1) */
    double centre;  /* NaN: the median of the pilot */
} ulam_sketch_plan;

/* A histogram of an element, in bins of equal width over [low, high). */
typedef struct {
    size_t element;
    size_t bins;
    double low, high; /* NaN: what the pilot spans, and more */
} ulam_histogram_plan;

/* Two elements whose covariance is kept. */
typedef struct {
    size_t first, second; /* first < second */
} ulam_element_pair;

typedef struct {
    const ulam_sketch_plan *sketches; /* [n_sketches], by element */
    size_t n_sketches;
    const ulam_histogram_plan *histograms; /* [n_histograms], by element */
    size_t n_histograms;
    const ulam_element_pair *pairs; /* [n_pairs], by first and then second element */
    size_t n_pairs;
    const size_t *grouped; /* [n_grouped], ascending: elements of which sums are kept for each group of runs too */
    size_t n_grouped;
    size_t n_antithetic; /* elements of which antithetic pairs are counted: all, or 0: runs are */
} ulam_statistics;

/* Where an element's groups are among all that are kept; SIZE_MAX: it has none. */
size_t ulam_statistics_group(const ulam_statistics *self, size_t element);

/* Where two elements' covariance is among all that are kept; SIZE_MAX: it is not. */
size_t ulam_statistics_pair(const ulam_statistics *self, size_t a, size_t b);

/* A quantity's values: value[i * step] for i < n. */
typedef struct {
    const double *value;
    size_t n, step;
} ulam_series;

/* The values of a block's successful runs, in the order of the runs: of element e in the i-th of them,
 * value[e * element_step + i * run_step]. Or of its antithetic pairs, which are counted like runs: the means. */
typedef struct {
    const double *value;
    const double *half; /* of pairs, as value: half of the first run's less the second's; NULL: of runs */
    size_t n;
    size_t run_step, element_step;
    uint64_t first;      /* the block's first run, or pair */
    const uint64_t *run; /* [n] the indices of the runs; NULL: first, first + 1, ... */
} ulam_block_values;

static inline ulam_series ulam_block_series(const ulam_block_values *block, size_t element)
{
    const ulam_series series = {block->value + element * block->element_step, block->n, block->run_step};
    return series;
}

static inline ulam_series ulam_block_half_series(const ulam_block_values *block, size_t element)
{
    const ulam_series series = {block->half + element * block->element_step, block->n, block->run_step};
    return series;
}

/* Centres and edges are needed before a point's first value is counted, on every rank, and must not depend on who counts
 * what. Those that are not declared follow from the pilot: the first runs, at most ULAM_PILOT_RUNS, of the point's block
 * 0, whatever runs the job asks for. The frame is the array of them all: the centres, then low and high of each
 * histogram. */
bool ulam_statistics_need_pilot(const ulam_statistics *self);
size_t ulam_statistics_frame_size(const ulam_statistics *self);

/* How many runs the pilot of a point with such blocks has. */
uint64_t ulam_pilot_runs(uint64_t block);

/* Finds the frame of a point from its pilot:
 * - the centre: the median of the element's values (NaN left out), of an even number the lower one; 0 without a value;
 * - low and high: their range and a quarter of it more at each end, but not across 0 from above. Where all are equal, as
 *   far from them as they are from 0, at least 1/2. 0 and 1 without a value.
 * What is declared stands. ULAM_ENOMEM. */
ulam_status ulam_pilot_frame(const ulam_statistics *self, const ulam_block_values *pilot, double *frame);

#ifdef __cplusplus
}
#endif

#endif
