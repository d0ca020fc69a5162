/* Jobs: a model, its points, a seed, how many runs, what to write. */

#ifndef ULAM_JOB_H
#define ULAM_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ulam/bytes.h>
#include <ulam/model.h>
#include <ulam/statistics.h>
#include <ulam/status.h>
#include <ulam/until.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The seed of a job that names none. */
#define ULAM_DEFAULT_SEED UINT64_C(20261121)

/* What a job is read from. */
typedef struct {
    const char *path; /* of the job file: named in messages, and where its relative paths start */
    const char *text; /* [size]; NULL: read from path */
    size_t size;
    const char *const *set; /* [n_set] of "name=value", each replaces or adds a fixed parameter */
    size_t n_set;
    const char *runs; /* replace the job's own; NULL: keep it */
    const char *seed;
    const char *output;
    const char *part; /* "K/N": only the K-th of N equal parts of each point's runs; NULL: all */
} ulam_job_source;

typedef enum {
    ULAM_STREAMS_INDEPENDENT, /* each point draws its own numbers */
    ULAM_STREAMS_COMMON,      /* run r draws the same numbers at every point */
} ulam_streams;

/* A dimension of the results: a swept parameter, or several that advance together. */
typedef struct {
    char *name; /* the parameter's, or "point" where several advance together */
    size_t length;
    size_t *parameters; /* [n_parameters], indices into the model's */
    size_t n_parameters;
} ulam_axis;

typedef enum {
    ULAM_ON_FAILURE_STOP,   /* the first failed run ends the job */
    ULAM_ON_FAILURE_RECORD, /* failed runs are counted, listed and left out */
} ulam_on_failure;

/* How a job is carried out. No part of its identity: it may change from session to session. */
typedef struct {
    double checkpoint; /* s between writes of the result file; INFINITY: only at the end */
    ulam_on_failure on_failure;
    uint64_t max_failed; /* recorded failures that are still borne; one more ends the job */
    bool isolate;        /* runs are performed in a child process */
    double run_timeout;  /* s that a run may take, with isolate; INFINITY: any */
    bool compress;       /* samples are packed once the job is complete */
} ulam_conduct;

typedef struct {
    const ulam_value *values; /* [model->n_parameters] */
    uint64_t key;             /* of its streams */
    uint64_t first;           /* run: where a part begins, a multiple of block; 0 of a whole job */
    uint64_t runs;            /* performed are the runs first <= r < runs; with targets, at most these */
    uint64_t block;           /* runs that are summed together, at least 1; of chains, those of a bundle */
} ulam_point;

/* Where an observable's elements stand among the job->width numbers of a run. */
typedef struct {
    size_t offset;
    size_t length; /* 1 for a scalar */
    bool scalar;
} ulam_extent;

/* Levels at which quantiles are shown. No part of a job's identity. */
typedef struct {
    double *level; /* [n], ascending */
    size_t n;      /* 0: none */
} ulam_levels;

/* A derived quantity of a job: its model's own, or one of the job file. No part of the job's identity, but the groups that
 * it needs are. */
typedef struct {
    const ulam_derived *declared;
    const struct ulam_expression *expression; /* NULL: declared->of */
    const size_t
        *group; /* [n_groups] indices among statistics->grouped: of whose means it is a function, in this order */
    size_t n_groups;
} ulam_derived_plan;

/* A number of a run whose mean is known, and a scalar observable whose estimate it improves. No part of the job's identity,
 * but the covariances that they need are. */
typedef struct {
    size_t element, observable;
    bool is_exact; /* the mean is what the model's theory says */
    double mean;   /* otherwise */
} ulam_control;

typedef struct {
    size_t element, observable;
    const ulam_control *controls; /* [n_controls] */
    size_t n_controls;
} ulam_controlled_plan;

/* How long a job's chains are, in sweeps. How many a chain makes in all is no part of the job's identity, the rest is. */
typedef struct {
    uint64_t thermalize; /* before the first that counts */
    uint64_t sweeps;     /* behind these, a multiple of every; with targets, at most; 0: runs are not chains */
    uint64_t every;      /* from one measurement to the next */
    uint64_t bin;        /* measurements whose mean is an entry of the series that is kept; 0: none is */
} ulam_chain_plan;

typedef struct {
    const ulam_model *model;
    const char *model_source;           /* text of a model that is not built in; NULL: it is, or it has none */
    const struct ulam_service *service; /* <ulam/program.h>, performs its runs; NULL: the model's functions do */
    uint64_t seed;
    ulam_streams streams;
    bool antithetic; /* runs 2 k and 2 k + 1 are a pair, whose mean counts as one value */
    ulam_conduct conduct;
    ulam_chain_plan chain;
    double confidence; /* of the intervals that are shown and asked for */
    ulam_until until;
    uint64_t part, parts; /* this is the part-th (1, 2, ...) of so many; 1 of 1: the whole */
    char *text;           /* a job file that, read afresh, gives this job: as it was written, with replacements made */
    char *output;         /* path of the result file */

    ulam_axis *axes; /* [n_axes]; none: a single point */
    size_t n_axes;
    ulam_point *points; /* [n_points]; in row-major order of the axes: the last axis varies fastest */
    size_t n_points;

    ulam_extent *extents; /* [model->n_observables] */
    size_t width;
    const ulam_statistics *statistics; /* that are kept beside the moments; NULL: none */
    const ulam_levels *levels;         /* [n_observables]; NULL: no quantiles are kept */

    const ulam_derived_plan *derived; /* [n_derived], the model's first */
    size_t n_derived;

    const ulam_controlled_plan *controlled; /* [n_controlled] */
    size_t n_controlled;

    /* [n_axes] the index at which a comparison's points are, SIZE_MAX: along this axis any; NULL: nothing is compared */
    const size_t *baseline;
    char *compared; /* that in words: "strike = 100" */

    size_t *samples; /* [n_samples], ascending: observables whose value in each run is kept; none: no samples are */
    size_t n_samples;

    struct ulam_job_storage *storage; /* what the above point to */
} ulam_job;

/* Reads and judges a job file (YAML, or JSON, which is YAML). ULAM_EINVAL: "file:line:column: what is wrong, what was
 * expected, the nearest valid name", also where it or a file it names is not there or may not be read; ULAM_EIO: reading one
 * failed otherwise. With at most 10^4 points the model's setup judges each. Whatever it returns, ulam_job_free() may be
 * called. */
ulam_status ulam_job_read(ulam_job *self, const ulam_job_source *source, const ulam_catalogue *catalogue,
                          ulam_error *error);
void ulam_job_free(ulam_job *self);

/* Whether the job's runs are chains. */
static inline bool ulam_job_has_chains(const ulam_job *job) { return job->chain.sweeps > 0; }

/* Everything the job is made from, files included, so that another process can have the same job without a file. Unpacking
 * does not ask the model's setup again. */
ulam_status ulam_job_pack(const ulam_job *self, ulam_bytes *bytes);
ulam_status ulam_job_unpack(ulam_job *self, ulam_reader *reader, const ulam_catalogue *catalogue, ulam_error *error);

/* The point's canonical text, of which its key is the hash: "model\nname=value\n..." with names sorted and reals in
 * hexadecimal. Owned by the caller. NULL: out of memory. */
char *ulam_job_point_text(const ulam_job *self, size_t point);

/* A value as a job file would spell it, shortest form that reads back to the same bits. Owned by the caller. NULL: out
 * of memory. */
char *ulam_value_text(const ulam_parameter *parameter, ulam_value value);

/* The name of one of the job->width numbers of a run: "price", "profile[3]". Owned by the caller. NULL: out of memory. */
char *ulam_job_element_name(const ulam_job *self, size_t element);

/* The kind of an observable's values as they are counted: what is the mean of a pair is no indicator. */
ulam_kind ulam_job_unit_kind(const ulam_job *self, size_t observable);

/* What makes two jobs the same, a "name: value" line each: model and its fingerprint, seed, streams, fixed parameters,
 * antithetic pairs, block sizes, statistics, the ladder where it does not start at ULAM_LADDER_START, the dimensions of the sweep in order
 * ("swept: kind, point (strike, rate)"). Runs, targets, points and the output are not in it. Owned by the caller. NULL: out of memory. */
char *ulam_job_identity(const ulam_job *self);

#ifdef __cplusplus
}
#endif

#endif
