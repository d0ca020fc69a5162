/* Models: declared parameters and observables, and the functions that perform one run.
 *
 * A model is one constant ulam_model. It knows nothing of ranks, files or jobs. */

#ifndef ULAM_MODEL_H
#define ULAM_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ulam/chain.h>
#include <ulam/lanes.h>
#include <ulam/rng.h>
#include <ulam/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Grows when ulam_model or what it is called with changes its layout or meaning. */
enum {
    ULAM_MODEL_INTERFACE = 5
};

/* Defined by what compiles the model. */
#ifndef ULAM_MODEL_SOURCE
#define ULAM_MODEL_SOURCE NULL
#endif

typedef enum {
    ULAM_REAL,
    ULAM_INTEGER,
    ULAM_BOOLEAN,
    ULAM_CHOICE, /* one of declared words */
    ULAM_STRING,
    ULAM_FILE,  /* the content of a file */
    ULAM_REALS, /* an array of reals */
} ulam_type;

typedef struct {
    size_t length;
    const double *values; /* [length] */
} ulam_reals;

typedef struct {
    const char *path;    /* as the job gives it */
    const char *content; /* [size], and a NUL behind it */
    size_t size;
} ulam_file;

/* A parameter's value, read by its declared type. What it points to belongs to the job. */
typedef union ulam_value {
    double real;
    int64_t integer;
    bool boolean;
    size_t choice; /* index into the declaration's choices */
    const char *string;
    const ulam_file *file;
    const ulam_reals *reals;
} ulam_value;

typedef struct {
    const char *name; /* letters, digits and underscores; starts with a letter */
    ulam_type type;
    const char *default_value;  /* written as in a job file; NULL: the job must give one */
    const char *unit;           /* NULL: none */
    const char *bounds;         /* of a real, an integer, or each element of reals: "[0, 1)", "(0, inf)"; NULL: any */
    const char *const *choices; /* of a choice: NULL-terminated words */
    const char *length;         /* of reals: bounds on how many there are, "[1, 100]"; NULL: any */
    const char *help;
} ulam_parameter;

typedef enum {
    ULAM_NUMBER,
    ULAM_INDICATOR, /* 0 or 1: its mean is a probability */
    ULAM_COUNT,     /* integers */
} ulam_kind;

typedef struct {
    const char *name; /* may not end in a suffix of the result file: _stderr, _sd, _min, ... */
    ulam_kind kind;
    const char *unit; /* NULL: none. Time units are written short: "s", "d" */
    const char *help;
    size_t length;           /* elements of an array; 0: a scalar, or an array by length_from */
    const char *length_from; /* the integer parameter that is the array's length, the same at all points; NULL: none */
    const char
        *dimension; /* of an array: what its elements are indexed by, "time"; NULL: the observable's name + "_index" */
    const char *dimension_unit;
    /* In the functions below and in ulam_model, values[n_parameters] stand in the order of the parameters' declaration.
     * Coordinates of an array's elements into coordinate[length]; NULL: 0, 1, 2, ... */
    void (*coordinate)(const ulam_value *values, double *coordinate);
    /* Exact means, where theory knows them, into exact[length or 1]; NaN where it does not. NULL: not known. */
    void (*exact)(const ulam_value *values, double *exact);
    bool may_be_nan; /* a NaN is "no value in this run" and counted apart, not a failed run */
} ulam_observable;

/* A derived quantity: a function of the means of a run's numbers, such as a ratio, with an error bar of its own. */
typedef struct {
    const char *name; /* as an observable's */
    const char *unit; /* NULL: none */
    const char *help;
    const char *expression; /* as in a job file, "energy2 - energy^2"; NULL: what `of` computes */
    /* Of the means of all elements of a run, in their order; takes no random numbers, and gives NaN where it is undefined.
     * NULL: the expression. */
    double (*of)(const ulam_value *values, const double *means);
} ulam_derived;

typedef struct ulam_model {
    uint32_t interface;    /* ULAM_MODEL_INTERFACE */
    const char *name;      /* as a parameter's */
    const char *summary;   /* one line */
    const char *reference; /* where it is described; NULL: nowhere */
    const char *source;    /* ULAM_MODEL_SOURCE: a fingerprint of its source text, by which a resumed job knows it */

    const ulam_parameter *parameters; /* [n_parameters] */
    size_t n_parameters;
    const ulam_observable *observables; /* [n_observables] */
    size_t n_observables;

    /* Runs that are summed together: a job's results depend on it in their last bits, so it is a function of the
     * parameters alone. NULL: 1. Large where a run is short (4096 for nanoseconds), 1 where it takes milliseconds. */
    uint64_t (*block)(const ulam_value *values);

    /* Called once a point on each rank: computes what its runs share into point, which is point_size zeroed bytes, or
     * refuses the values together with a message. NULL: point is the values themselves (const ulam_value *). A point is
     * used by one thread at a time and may hold scratch memory, which teardown (NULL: nothing to do) frees; teardown is
     * called after a failed setup too. */
    size_t point_size;
    ulam_status (*setup)(const ulam_value *values, void *point, ulam_error *error);
    void (*teardown)(void *point);

    /* One run: draws from rng, and sets every element of out, the observables one after another in the order of their
     * declaration. Allocates nothing. A run that cannot be completed calls ulam_run_fail() and returns. NULL: a run is a
     * chain. */
    void (*run)(const void *point, ulam_rng *rng, double *out);

    /* ULAM_LANES consecutive runs in step, or NULL: out[element * ULAM_LANES + lane], each number the same bits as run
     * gives. out is aligned as a double. Made by ULAM_LANES_KERNEL. Where out is left NaN, or is set to a NaN or an
     * infinity, run performs that lane's run and has the last word: a lane that fails is left NaN, and so is every lane of
     * a point that the kernel is not made for. May be called for runs that are not part of the job. */
    void (*run_lanes)(const void *point, ulam_lanes *lanes, double *out);

    const ulam_derived *derived; /* [n_derived] */
    size_t n_derived;

    const ulam_chain *chain; /* NULL: a run is not a chain */
} ulam_model;

/* What a model in a file of its own ends with: ULAM_MODEL(needle) tells the program that loads the file which ulam_model
 * is meant. */
#if defined(__GNUC__)
#define ULAM_EXPORT __attribute__((visibility("default")))
#else
#define ULAM_EXPORT
#endif
ULAM_EXPORT const ulam_model *ulam_model_of_file(void);
#define ULAM_MODEL(model)                                                                                              \
    const ulam_model *ulam_model_of_file(void) { return &(model); }

/* Judges a declaration: names, defaults, bounds and functions. ULAM_EINVAL names what is wrong with it. */
ulam_status ulam_model_check(const ulam_model *model, ulam_error *error);

/* The models that a job may name. */
typedef struct {
    const ulam_model *const *models; /* [count], sorted by name */
    size_t count;
    const struct ulam_model_opener *opener; /* <ulam/open_model.h>, of models from elsewhere; NULL: there are none */
} ulam_catalogue;

/* The model of that name, or NULL. */
const ulam_model *ulam_catalogue_find(const ulam_catalogue *catalogue, const char *name);

#ifdef __cplusplus
}
#endif

#endif
