/* What the parts of a job's reading share: job_read.c calls the others in the order of this page. */

#ifndef ULAM_JOB_PARTS_H
#define ULAM_JOB_PARTS_H

#include <ulam/job.h>
#include <ulam/open_model.h>
#include <ulam/program.h>

#include "value.h"
#include "yaml_tree.h"

enum {
    ULAM_MOST_POINTS = 10000000
};

/* Files that a job names, in the order of their first mention. */
typedef struct ulam_job_file {
    ulam_hashed_file hashed;
    struct ulam_job_file *next;
} ulam_job_file;

struct ulam_job_storage {
    ulam_arena arena;
    char *path; /* of the job file */
    ulam_job_file *files;
    bool *swept;              /* [n_parameters] */
    uint64_t block;           /* the job's own; 0: the model's */
    char *part;               /* as it was asked for; NULL: the whole */
    ulam_catalogue catalogue; /* a copy: its opener closes the model */
    ulam_open_model opened;   /* the model, if it is not built in */
};

/* The values of one swept parameter. */
typedef struct {
    size_t length; /* 0: not swept */
    ulam_value *values;
    const ulam_yaml_node *node; /* where they stand */
    size_t axis;                /* index + 1, once it has one */
} ulam_job_column;

/* The keys of a job file. */
typedef enum {
    ULAM_KEY_MODEL,
    ULAM_KEY_SEED,
    ULAM_KEY_PARAMS,
    ULAM_KEY_SWEEP,
    ULAM_KEY_ZIP,
    ULAM_KEY_POINTS,
    ULAM_KEY_RUNS,
    ULAM_KEY_UNTIL,
    ULAM_KEY_CONFIDENCE,
    ULAM_KEY_STREAMS,
    ULAM_KEY_BLOCK,
    ULAM_KEY_OUTPUT,
    ULAM_KEY_CHECKPOINT,
    ULAM_KEY_ON_FAILURE,
    ULAM_KEY_MAX_FAILED,
    ULAM_KEY_ISOLATE,
    ULAM_KEY_RUN_TIMEOUT,
    ULAM_KEY_SAMPLES,
    ULAM_KEY_COMPRESS,
    ULAM_KEY_QUANTILES,
    ULAM_KEY_HISTOGRAM,
    ULAM_KEY_COVARIANCE,
    ULAM_KEY_DERIVED,
    ULAM_KEY_COMPARE,
    ULAM_KEY_CONTROL,
    ULAM_KEY_ANTITHETIC,
    ULAM_KEY_THERMALIZE,
    ULAM_KEY_SWEEPS,
    ULAM_KEY_MEASURE_EVERY,
    ULAM_KEY_SERIES,
    ULAM_KEYS,
} ulam_job_key;

typedef struct {
    ulam_job *job;
    struct ulam_job_storage *storage;
    const ulam_job_source *source;
    const ulam_catalogue *catalogue;
    ulam_reader *packed;         /* the files come from here; NULL: from disk */
    const unsigned char *object; /* [object_size] of the packed model; NULL: none came with it */
    size_t object_size;
    ulam_yaml tree;
    const ulam_yaml_node *key[ULAM_KEYS]; /* NULL: not given */
    const ulam_model *model;
    const char **names;                /* [n_parameters] */
    const ulam_yaml_node **fixed_node; /* [n_parameters], where a fixed value stands; NULL: it does not */
    ulam_value *fixed;                 /* [n_parameters] */
    ulam_job_column *columns;          /* [n_parameters] */
    uint64_t runs;                     /* of every point */
    uint64_t *point_runs;              /* [n_points] from a column of the points file; NULL: none */
    struct ulam_kept *kept;            /* the statistics asked for so far */
    ulam_error *error;
} ulam_job_reading;

/* Index of the parameter of that name, or SIZE_MAX. */
size_t ulam_job_parameter(const ulam_job_reading *self, const char *name);

/* Fails for a parameter that the model does not have, at the key that names it. */
ulam_status ulam_job_fail_unknown(const ulam_job_reading *self, const ulam_yaml_node *key);

/* Reads the content of a file, whose path starts at the job file's folder; at most `limit` bytes. */
ulam_status ulam_job_load(ulam_job_reading *self, const char *path, size_t limit, const ulam_hashed_file **file,
                          ulam_error *error);
ulam_file_source ulam_job_files(ulam_job_reading *self);

/* Whether the job names or may name that file: it is there on disk, or it is the next of the packed ones. */
bool ulam_job_has_file(ulam_job_reading *self, const char *path);

/* Reads a whole file into bytes, with a NUL behind that is not counted. The message has no position. */
ulam_status ulam_job_read_file(const char *path, size_t limit, ulam_bytes *bytes, ulam_error *error);

/* The path as opened: relative ones start at the job file's folder. In the job's arena; NULL: out of memory. */
char *ulam_job_resolve(ulam_job_reading *self, const char *path);

/* Reads `model`: finds it in the catalogue, or has the catalogue's opener open it. */
ulam_status ulam_job_read_model(ulam_job_reading *self);

/* Reads a mapping behind `model` that declares a program, into the job's arena. */
ulam_status ulam_job_read_program(ulam_job_reading *self, const ulam_yaml_node *mapping, const ulam_program **program);

/* Reads the program's `parameters` and `observables` (NULL: not given). */
ulam_status ulam_job_read_declared_parameters(ulam_job_reading *self, const ulam_yaml_node *node,
                                              ulam_program *program);
ulam_status ulam_job_read_declared_observables(ulam_job_reading *self, const ulam_yaml_node *node,
                                               ulam_program *program);

/* Fails for a key that is none of names, in a mapping that messages call `what`. */
ulam_status ulam_job_check_keys(const ulam_job_reading *self, const ulam_yaml_node *mapping, const char *what,
                                const char *const *names, size_t n);

/* The text behind a key, copied into the job's arena; NULL: the key is not there. */
ulam_status ulam_job_copy_text(ulam_job_reading *self, const ulam_yaml_node *mapping, const char *name,
                               const char **text);

/* Fails for a key that must be given, at at the end of the job file. */
ulam_status ulam_job_fail_missing(const ulam_job_reading *self, ulam_job_key which, const char *expected);

/* Makes the replacements of the source in the tree. */
ulam_status ulam_job_replace(ulam_job_reading *self);

/* Reads `runs: ...`-like counts: an integer of [1, most]. */
ulam_status ulam_job_read_count(const char *what, const char *text, uint64_t most, uint64_t *count, ulam_error *error);

/* Fails for a key that is not given. */
ulam_status ulam_job_fail_missing(const ulam_job_reading *self, ulam_job_key which, const char *expected);

/* Reads a time into *seconds, which stays as it is where node is NULL. */
ulam_status ulam_job_read_duration(const ulam_yaml_node *node, const char *name, double *seconds, ulam_error *error);

/* The scalar behind a key that is given, of which `expected` tells what it should be. */
ulam_status ulam_job_read_scalar(const ulam_job_reading *self, ulam_job_key which, const char *expected,
                                 const char **text);

/* Reads true or false; `expected` is said where it is neither. */
ulam_status ulam_job_read_boolean(const ulam_yaml_node *node, const char *name, const char *expected, bool *value,
                                  ulam_error *error);

/* The count behind a key that is given. */
ulam_status ulam_job_read_key_count(const ulam_job_reading *self, ulam_job_key which, uint64_t most, uint64_t *count);

/* Reads `antithetic`, and judges the keys that do not go with it, runs and block. */
ulam_status ulam_job_read_antithetic(ulam_job_reading *self);

/* Whether so many runs are whole pairs, where runs are paired. ULAM_EINVAL, without a position. */
ulam_status ulam_job_judge_pairs(const ulam_job_reading *self, const char *what, uint64_t runs, ulam_error *error);

/* Reads how the job is carried out, and which part of it is asked for. */
ulam_status ulam_job_read_conduct(ulam_job_reading *self);
ulam_status ulam_job_read_part(ulam_job_reading *self);

/* Reads which raw values are kept; after the conduct. */
ulam_status ulam_job_read_samples(ulam_job_reading *self);

/* Reads `params`. */
ulam_status ulam_job_read_params(ulam_job_reading *self);

/* Read `points`, or `sweep` and `zip`, into columns and the job's axes. */
ulam_status ulam_job_read_points(ulam_job_reading *self);
ulam_status ulam_job_read_sweep(ulam_job_reading *self);

/* Adds the axes of a sweep, groups of zip (NULL: none) as one; adds an axis. */
ulam_status ulam_job_add_axes(ulam_job_reading *self, const ulam_yaml_node *sweep, const ulam_yaml_node *zip);
ulam_status ulam_job_add_axis(ulam_job_reading *self, const char *name, size_t length, size_t *parameters, size_t n);

/* Two equal entries of an axis, as the hashes of their values tell. */
ulam_status ulam_job_find_twins(const ulam_job_reading *self, const ulam_axis *axis, bool *found, size_t *first,
                                size_t *second);

/* Takes defaults for what is neither fixed nor swept; fails for what has none. */
ulam_status ulam_job_take_defaults(ulam_job_reading *self);

/* Reads `confidence`, and `until` or the runs of every point. */
ulam_status ulam_job_read_confidence(ulam_job_reading *self);
ulam_status ulam_job_read_runs(ulam_job_reading *self);

/* Reads how long chains are; before the runs, whose targets may end them earlier. */
ulam_status ulam_job_read_chain(ulam_job_reading *self);

/* Refuses more sweeps than can be counted, and a series that is too long; after the points. */
ulam_status ulam_job_check_lengths(ulam_job_reading *self);

/* Refuses what is not made for chains; after all that may ask for it. */
ulam_status ulam_job_check_chain(ulam_job_reading *self);

/* Finds what the targets name, once the observables have their places. */
ulam_status ulam_job_place_targets(ulam_job_reading *self);

/* Makes the points, their keys, runs and blocks, and the observables' extents, and lets the model judge them. */
ulam_status ulam_job_make_points(ulam_job_reading *self);

/* Reads `quantiles`, `histogram` and `covariance`, which name observables: after the points are made. */
ulam_status ulam_job_read_statistics(ulam_job_reading *self);

/* Reads `derived`, and the model's own: before the statistics are settled, because they need groups. */
ulam_status ulam_job_read_derived(ulam_job_reading *self);

/* How many there are, their names, and the index of one in the job, also before they are read. */
size_t ulam_job_count_derived(const ulam_job_reading *self);
void ulam_job_list_derived(const ulam_job_reading *self, const char **names);
bool ulam_job_find_derived(const ulam_job_reading *self, const char *name, size_t length, size_t *derived);

/* Reads `compare`, for which groups of the scalars are kept. */
ulam_status ulam_job_read_compare(ulam_job_reading *self);

/* Finds a controlled estimate's index in the job by its name, "price_controlled", also before they are read. */
bool ulam_job_find_controlled(const ulam_job_reading *self, const char *name, size_t length, size_t *controlled);

/* The observable that one of a run's numbers belongs to. */
size_t ulam_job_observable_of(const ulam_job *self, size_t element);

/* Reads `control`, for which covariances are kept. */
ulam_status ulam_job_read_control(ulam_job_reading *self);

/* Finds the groups of the derived quantities, once the statistics are settled. */
ulam_status ulam_job_settle_derived(ulam_job_reading *self);

/* Gives the job the statistics that were asked for. */
ulam_status ulam_job_settle_statistics(ulam_job_reading *self);

/* The text of job->statistics in the job's identity: "moments, quantiles of price (...)". ULAM_ENOMEM. */
ulam_status ulam_job_write_statistics(const ulam_job *self, ulam_bytes *bytes);

/* Appends the canonical text of a point with these values. ULAM_ENOMEM. */
ulam_status ulam_job_write_canonical(const ulam_job *job, const size_t *order, const ulam_value *values,
                                     ulam_bytes *bytes);

/* The parameters' indices in the order of their names into order[n_parameters]. */
void ulam_job_sort_parameters(const ulam_model *model, size_t *order);

/* As ulam_job_read(); with packed, files come from there and the model judges nothing anew. */
ulam_status ulam_job_read_packed(ulam_job *self, const ulam_job_source *source, ulam_reader *packed,
                                 const ulam_catalogue *catalogue, ulam_error *error);

#endif
