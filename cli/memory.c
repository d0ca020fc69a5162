#include <math.h>
#include <stdlib.h>

#include <ulam/chain_sums.h>
#include <ulam/state.h>

#include "memory.h"
#include "samples.h"

/* Bytes that a point's statistics beside the moments take in memory, about, and packed. */
static double memory_of_statistics(const ulam_statistics *kept, double *packed)
{
    enum {
        OCTAVES = 30, /* of distances from a centre, on each side, that values fill */
        EXACT = 80    /* an accumulator of a few limbs, and packed */
    };
    double bytes = 0;
    *packed = 0;
    for (size_t i = 0; kept && i < kept->n_sketches; i++) {
        bytes += 2 * OCTAVES * (double)(8u << kept->sketches[i].bits);
        *packed += OCTAVES * (double)(2u << kept->sketches[i].bits);
    }
    for (size_t i = 0; kept && i < kept->n_histograms; i++) {
        bytes += 16 * (double)kept->histograms[i].bins;
        *packed += 12 * (double)kept->histograms[i].bins;
    }
    if (kept) bytes += EXACT * (5 * (double)kept->n_pairs + ULAM_GROUPS * (double)kept->n_grouped);
    if (kept) *packed += EXACT * (5 * (double)kept->n_pairs + ULAM_GROUPS * (double)kept->n_grouped) / 2;
    return bytes;
}

/* Elements that a rank has in hand: those of a run, or of the runs of many points that it answers together. */
static double elements_in_hand(const ulam_job *job)
{
    const double together = 16384, width = (double)job->width;
    return fmax(width, fmin(together, width * (double)job->n_points));
}

/* Bytes of what is kept of one element of one chain after n measurements. */
static double size_of_chain_sums(uint64_t n)
{
    enum {
        HEAD = 64,
        SEGMENT = sizeof(ulam_chain_segment),
        LEVEL = sizeof(ulam_chain_level)
    };
    double size = HEAD + SEGMENT * (double)(n / ulam_chain_sums_width(n) + 1);
    for (; n > ULAM_CHAIN_LAGS; n /= 4) size += LEVEL;
    return size;
}

/* Bytes of a block's state at a point. 0: the model refuses it. */
static double size_of_state(const ulam_job *job, const ulam_point *at)
{
    const ulam_model *model = job->model;
    const bool bundled = ulam_chain_bundle_size(model->chain, at->values) > 1;
    void *point = calloc(1, model->point_size ? model->point_size : 1);
    ulam_error error = {0};
    double size = 0;
    if (!point) return 0;
    if (!model->setup || !model->setup(at->values, point, &error)) {
        const void *made = model->setup ? point : (const void *)at->values;
        size = (double)(bundled ? model->chain->bundle->size(made) : model->chain->size(made));
    }
    if (model->setup && model->teardown) model->teardown(point);
    free(point);
    return size;
}

/* Measurements of a chain that its memory is told for; of a job with targets, a million. */
static uint64_t measurements(const ulam_job *job)
{
    const uint64_t most = job->chain.sweeps / job->chain.every, assumed = 1000000;
    return job->until.n_targets && most > assumed ? assumed : most;
}

/* Blocks that a rank has in hand: those it makes in half a second if a sweep takes 0.1 us for each chain and 5 ns for
 * each byte of the state. */
static double blocks_in_hand(const ulam_job *job, double blocks, double chains, double state)
{
    const double assigned = 0.5, seconds = 1e-7 * chains + 5e-9 * state;
    const double sweeps = (double)job->chain.thermalize + (double)measurements(job) * (double)job->chain.every;
    return fmax(1, fmin(blocks, assigned / (sweeps * seconds)));
}

/* Rank 0 has the records of all chains, the same compressed, these in the file's image too, and the series. Of a block in another's
 * hands there are its record before and after, and the messages that bring and take them. */
static ulam_memory memory_of_chains(const ulam_job *job)
{
    enum {
        COPIES = 4,
        POINTS_ASKED = 1000 /* the others are like the last of them */
    };
    static const double compressed = 0.5;
    ulam_memory memory = {0};
    double state = 0;
    if (!ulam_job_has_chains(job)) return memory;
    const uint64_t n = measurements(job);
    const double width = (double)job->width, sums = width * size_of_chain_sums(n);
    const double series = job->chain.bin ? width * sizeof(double) * (double)(n / job->chain.bin) : 0;
    for (size_t p = 0; p < job->n_points; p++) {
        const ulam_point *point = &job->points[p];
        const double runs = (double)(point->runs - point->first), chains = fmin((double)point->block, runs);
        const double blocks = ceil(runs / (double)point->block);
        if (p < POINTS_ASKED) state = size_of_state(job, point);
        const double in_hand = blocks_in_hand(job, blocks, chains, state) * (state + chains * (sums + series));
        memory.root += (1 + 2 * compressed) * (blocks * state + runs * sums) + 3 * runs * series;
        memory.others = fmax(memory.others, COPIES * in_hand);
    }
    memory.root += memory.others / COPIES;
    return memory;
}

ulam_memory ulam_memory_of(const ulam_job *job)
{
    enum {
        SUMS = 210,          /* an element's four accumulators of a few limbs */
        GROWING = 250,       /* the same while values are added */
        SENT = 160,          /* the same on their way to rank 0 */
        IN_FILE = 180,       /* its figures, as they are collected and in the image of the file */
        POINT_IN_FILE = 120, /* a point's counts, and where it begins */
        SCHEDULED = 130      /* what is known of a point's hand-out and progress */
    };
    const double points = (double)job->n_points, elements = points * (double)job->width;
    const double values = (double)job->model->n_parameters * sizeof(ulam_value);
    const double in_job = points * ((double)sizeof(ulam_point) + values), in_hand = elements_in_hand(job);
    double packed;
    const double more = memory_of_statistics(job->statistics, &packed);
    uint64_t block = 0;
    for (size_t i = 0; i < job->n_points; i++) block = job->points[i].block > block ? job->points[i].block : block;
    const double of_runs = (double)block * ((double)job->width * sizeof(double) + (double)ulam_job_sample_size(job));
    const double point = (double)sizeof(ulam_point_state) + SCHEDULED + POINT_IN_FILE + values;
    const ulam_memory chains = memory_of_chains(job);
    return (ulam_memory){.root = in_job + of_runs + in_hand * GROWING + points * point + elements * (SUMS + IN_FILE) +
                                 points * (more + packed) + chains.root,
                         .others = in_job + of_runs + in_hand * (GROWING + SENT) + more + chains.others};
}
