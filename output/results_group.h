/* What the parts of /results share while it is written. */

#ifndef ULAM_RESULTS_GROUP_H
#define ULAM_RESULTS_GROUP_H

#include <ulam/confidence.h>
#include <ulam/state.h>

#include "elements.h"
#include "labelled.h"

enum {
    ULAM_DERIVED_FIGURES = 4,  /* value, standard error and the interval's ends */
    ULAM_RESULTS_MORE_AXES = 2 /* an array's behind those of the sweep: its elements, and levels, bins or the like */
};

/* A derived quantity, a controlled estimate or a difference. Texts: NULL, there is none. */
typedef struct {
    char *name, *long_name; /* owned */
    const char *unit, *expression;
    size_t derived;    /* SIZE_MAX: it is none */
    size_t controlled; /* likewise */
    size_t element;
    bool is_difference; /* to the point that it is compared with */
} ulam_results_estimate;

typedef struct {
    ulam_labelled group;
    const ulam_state *state;
    const ulam_job *job;
    size_t *axes;           /* [n_axes] dimensions of the sweep, and room for ULAM_RESULTS_MORE_AXES */
    char *coordinates;      /* names of the arrays that label dimensions beside the dimensions' own; NULL: none */
    const char **names;     /* [n_observables * ULAM_FIGURES] */
    const char *pairs_name; /* of the number of antithetic pairs */
    ulam_results_estimate *estimates; /* [n_estimates], owned */
    size_t n_estimates;
    double *reduction;          /* [n_controlled][n_points] factors by which variances fall, owned */
    const char **derived_names; /* [n_estimates * ULAM_DERIVED_FIGURES] */
    ulam_summary *summary;      /* [n_points * width] */
    ulam_bounds *bounds;        /* [n_points * width], of the means */
    double *values;             /* [n_points * width], scratch */
    ulam_elements_list elements;
    char **warnings; /* [n_warnings] of chains, owned */
    size_t n_warnings, found_warnings;
} ulam_results_group;

/* "first second", or second alone where first is NULL. Owned by the caller. NULL: out of memory. */
char *ulam_join_words(const char *first, const char *second);

/* Makes an array over the sweep, the elements (NULL: a scalar's) and, where it has one, a last dimension of its own, and
 * closes it: its name is the observable's with suffix behind; `words` are said of the observable in its long name. */
typedef struct {
    size_t observable;
    const char *suffix, *words;
    bool has_unit;
    const ulam_elements *elements;
    const size_t *last; /* dimension; NULL: none */
    bool is_interval;   /* an end of an interval, of the job's confidence */
} ulam_results_array;
void ulam_results_put(ulam_results_group *self, const ulam_results_array *array, ulam_h5_type type, const void *values);

/* A dimension of an observable's own, named with suffix behind it; coordinates NULL: 0, 1, 2, ... */
size_t ulam_results_dimension(ulam_results_group *self, size_t observable, const char *suffix, size_t length,
                              const double *coordinates, bool has_unit);

/* The quantiles and the histogram of an observable, if they are kept. */
void ulam_write_quantiles(ulam_results_group *self, size_t observable, const ulam_elements *elements);
void ulam_write_histogram(ulam_results_group *self, size_t observable, const ulam_elements *elements);

/* Of chains, how an observable's measurements behave along them; and, behind the last, what is to be warned of. */
void ulam_write_chains(ulam_results_group *self, size_t observable, const ulam_elements *elements);
void ulam_write_warnings(ulam_results_group *self);
/* What antithetic pairs gain an observable, if runs are paired. */
void ulam_write_antithetic(ulam_results_group *self, size_t observable, const ulam_elements *elements);

/* Lists the derived quantities and differences; takes their names; writes them. */
bool ulam_list_estimates(ulam_results_group *self);
void ulam_free_estimates(ulam_results_group *self);
void ulam_take_derived_names(ulam_results_group *self);
void ulam_write_derived(ulam_results_group *self);

/* The covariances and correlations of all observables, if some are kept. */
void ulam_write_covariance(ulam_results_group *self);

#endif
