/* The result file: HDF5 that answers on its own, and the checkpoint that a job goes on from. docs/file-format.md. */

#ifndef ULAM_RESULT_FILE_H
#define ULAM_RESULT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <ulam/job.h>
#include <ulam/state.h>
#include <ulam/status.h>

enum {
    ULAM_FILE_FORMAT = 1
};

/* One session's entry in /provenance. Texts are owned by whoever made the entry. */
typedef struct {
    char *command;
    char *hosts;     /* comma-separated */
    char *libraries; /* "name version, ..." */
    char *start;     /* ISO 8601, UTC */
    char *end;
    uint64_t ranks;
    uint64_t runs; /* done in the session */
    double seconds;
} ulam_session;

typedef struct {
    ulam_session *sessions; /* [count], oldest first, owned */
    size_t count;
} ulam_provenance;

void ulam_provenance_free(ulam_provenance *self);

/* Writes the file anew and puts it in path's place: a reader finds the old or the new one, whole. `status` is "complete" if
 * the state is. ULAM_EIO names the file and the reason; the old file is then untouched and nothing is left beside it. */
ulam_status ulam_result_write(const char *path, const ulam_state *state, const ulam_provenance *provenance,
                              ulam_error *error);

/* Judges that path can be written, without touching what stands there. ULAM_EIO. */
ulam_status ulam_result_check_path(const char *path, ulam_error *error);

/* What to make of a file for a job. */
typedef enum {
    ULAM_FILE_ABSENT,
    ULAM_FILE_SAME,  /* of this job; the state has been read */
    ULAM_FILE_OTHER, /* of another: `difference` says how */
} ulam_file_relation;

/* Compares path with the state's job and, if the job is the same, reads state and provenance from it. Points are known
 * again by their values: those that the file lacks start empty. The job may ask for more points and for more runs than the
 * file holds, not for fewer. With accept_model the model may be another version. `difference` receives what differs, a
 * line each, old and new; owned by the caller; NULL unless ULAM_FILE_OTHER. ULAM_EFORMAT: damaged or foreign; ULAM_EIO;
 * ULAM_ENOMEM. */
ulam_status ulam_result_resume(const char *path, ulam_state *state, bool accept_model, ulam_provenance *provenance,
                               ulam_file_relation *relation, char **difference, ulam_error *error);

/* Reads the job from which a file was made, with the contents of the files that it names; its output is path. `whole`:
 * if the file is of a part, the job of all parts. ULAM_EIO, ULAM_EFORMAT, ULAM_EINVAL (as ulam_job_read(), and of a file
 * that pools several jobs), ULAM_ENOMEM.
 * Whatever it returns, ulam_job_free() may be called. */
ulam_status ulam_result_read_job(ulam_job *job, const char *path, bool whole, const ulam_catalogue *catalogue,
                                 ulam_error *error);

/* Renames the file at path to NAME.old-YYYYMMDDTHHMMSS.h5 (UTC; a number behind it if that is taken), never over another.
 * `aside` receives the new path, owned by the caller. Where no file is, nothing is done, and it is NULL. ULAM_EIO,
 * ULAM_ENOMEM. */
ulam_status ulam_result_set_aside(const char *path, char **aside, ulam_error *error);

/* Joins files of one job with different runs (its parts, or partial files) into one at `out`, which is replaced. The job is
 * the first file's. Of files that differ in the seed alone, the runs that their results cover are pooled. Points and runs that no file holds stay open: `missing` receives a line for each such gap, NULL if there
 * is none; owned by the caller. ULAM_EINVAL, each naming the files: a file twice, runs that two of them hold, files of
 * different jobs or of another version of the model; ULAM_EIO, ULAM_EFORMAT, ULAM_ENOMEM. */
ulam_status ulam_result_merge(const char *out, const char *const *paths, size_t n, const ulam_catalogue *catalogue,
                              char **missing, ulam_error *error);

/* Quantiles of an observable, each with a confidence interval, whose ends may be infinite. */
typedef struct {
    size_t n_levels;            /* 0: none are kept */
    double *level;              /* [n_levels], ascending, between 0 and 1 */
    double *value, *low, *high; /* [points * length * n_levels] each */
} ulam_result_quantiles;

/* How many runs gave an observable a value in each bin. */
typedef struct {
    size_t bins;             /* 0: none is kept */
    uint64_t *count;         /* [points * length * bins] */
    uint64_t *below, *above; /* [points * length] */
    double *edge;            /* [points * length * (bins + 1)]: bin i takes edge i <= x < edge i + 1; NaN: no run yet */
} ulam_result_histogram;

/* Covariances of numbers of a run. NaN: not kept, or not defined. */
typedef struct {
    size_t n;                         /* 0: none are kept */
    char **name;                      /* [n]: "price", "profile[3]" */
    double *covariance, *correlation; /* [points * n * n] each */
} ulam_result_covariance;

/* What a table shows, from the file alone. */
typedef struct {
    char *name;
    char *unit; /* NULL: none */
    char *help;
    /* [n_points * length] of chains, behaviour along them, times in sweeps; ess_error is the mean's standard error by
     * autocorrelation alone (docs/statistics.md); NULL: runs are not chains */
    double *tau, *tau_error, *ess, *ess_error, *rhat, *drift;
    /* [points * length] how many times less the variance is: a controlled estimate's than the plain mean's, or antithetic
     * pairs' than independent runs', with its error (NULL: not told); NULL: neither */
    double *reduction, *reduction_error;
    bool difference; /* to the point that it is compared with; derived as well */
    bool derived;    /* a derived quantity, a scalar: without sd, skewness, excess_kurtosis, min, max, which are NULL */
    bool scalar;
    size_t length;                                                          /* elements a point, 1 for a scalar */
    char *dimension;                                                        /* of an array's elements; NULL: a scalar */
    char *dimension_unit;                                                   /* NULL: none */
    double *coordinate;                                                     /* [points * length]; NULL: a scalar */
    double *mean, *std_error, *sd, *skewness, *excess_kurtosis, *min, *max; /* [points * length] each */
    double *low, *high; /* [points * length]: a confidence interval of the mean */
    uint64_t *count;    /* [points * length]; NULL: the runs that succeeded */
    double *exact;      /* [points * length]; NULL: not known */
    ulam_result_quantiles quantiles;
    ulam_result_histogram histogram;
    double *trace_mean, *trace_std_error; /* [points * rungs], of a scalar, once the trace has been read; else NULL */
} ulam_result_observable;

typedef struct {
    char *name;
    char *unit;      /* NULL: none */
    char **text;     /* [n_points] the value at each point, as a job file spells it */
    char *dimension; /* of the results, that it varies along; NULL: it is the same at every point */
    bool is_text;    /* a word, a path, a list: not a number */
} ulam_result_parameter;

typedef struct {
    char *name; /* of a parameter, or of several that advance together */
    size_t length;
} ulam_result_dimension;

typedef struct {
    char *model, *version, *job, *identity;
    char *model_source; /* text of a model that was not built in; NULL: none */
    uint64_t seed;      /* of a file that pools jobs of several: the least */
    uint64_t *seeds;    /* [n_seeds], ascending; none: the file is of one job */
    size_t n_seeds;
    bool complete;
    size_t n_points;
    uint64_t part, parts;    /* the file holds the part-th of so many; 1 of 1: the whole */
    uint64_t *runs, *failed; /* [n_points] */
    uint64_t *runs_asked;    /* [n_points]; of a part: its own */
    uint64_t *first;         /* [n_points] the first run that the file is asked to hold */
    uint64_t *sweeps,
        *sweeps_asked; /* [n_points] of each chain: those that the results cover, and those it is to make, behind
                                        the thermalisation; NULL: runs are not chains */
    uint64_t thermalize, every; /* then: sweeps of the thermalisation, and from one measurement to the next */
    char *until;                /* what the targets are, in words; NULL: the job has none */
    uint64_t *ending;           /* [n_points] a ulam_verdict each; NULL: the job has no targets */
    double *target_ratio; /* [n_points] the largest half-width over what is asked for; NAN: not known; NULL likewise */
    ulam_failure *failures; /* [n_failures] all that were recorded, sorted by point and run */
    size_t n_failures;
    ulam_dropped_run *dropped; /* [n_dropped] runs that were in hand at the last stop and could not be finished */
    size_t n_dropped;
    ulam_result_parameter *parameters;
    size_t n_parameters;
    ulam_result_dimension *dimensions; /* [n_dimensions], in the order of the sweep */
    size_t n_dimensions;
    size_t *swept; /* [n_swept] parameters that vary, dimension by dimension */
    size_t n_swept;
    ulam_result_observable *observables; /* [n_observables], derived quantities behind the others */
    size_t n_observables;
    char **samples; /* [n_samples] observables of which the value in each run is kept; none: no samples are */
    size_t n_samples;
    char **warnings; /* [n_warnings] what chains are to be doubted for */
    size_t n_warnings;
    char *compared;    /* what differences are to, "strike = 100"; NULL: there are none */
    bool antithetic;   /* runs are paired, and pairs are what errors count */
    double confidence; /* of all intervals */
    ulam_result_covariance covariance;
    ulam_provenance provenance;
    size_t n_rungs;      /* 0: there is no trace, or it has not been read */
    uint64_t *rung_runs; /* [n_points * n_rungs], of chains the sweeps of each; 0: not reached */
} ulam_result;

/* Reads a result file. ULAM_EIO, ULAM_EFORMAT. Whatever it returns, ulam_result_free() may be called. */
ulam_status ulam_result_read(ulam_result *self, const char *path, ulam_error *error);
void ulam_result_free(ulam_result *self);

/* Reads how the estimates settled, too, from the same file. Without a trace in it n_rungs is 0. ULAM_EIO, ULAM_EFORMAT. */
ulam_status ulam_result_read_trace(ulam_result *self, const char *path, ulam_error *error);

/* Puts '?' for whatever in its texts a terminal could take for a command, or would turn round or break lines at; job and
 * source stay as they are. For showing: nothing more can be read from the file by its names. */
void ulam_result_make_printable(ulam_result *self);

/* "HDF5 1.10.8", as it runs. */
void ulam_result_library(char text[32]);

/* "1, 2, 3"; of many, the first ten and how many more. */
void ulam_seeds_list(const uint64_t *seeds, size_t n, FILE *out);

#endif
