/* Dimensions that array observables bring along: what their elements are indexed by. Observables whose elements have the
 * same name, unit and coordinates share one. */

#ifndef ULAM_ELEMENTS_H
#define ULAM_ELEMENTS_H

#include <ulam/job.h>

#include "labelled.h"

typedef struct {
    const char *wanted; /* its declared name, or the observable's */
    const char *suffix; /* behind that in the latter case */
    const char *unit;   /* NULL: none */
    size_t length;
    double *coordinate; /* [points * length], owned; NULL: 0, 1, 2, ... */
    size_t dimension;   /* of the group */
    const char
        *variable;  /* the array of the coordinates: the dimension itself, or, where they differ between points, one
                             that stands on the sweep's dimensions too */
    bool auxiliary; /* it is the latter */
} ulam_elements;

typedef struct {
    ulam_elements *list; /* [count], owned */
    size_t count;
} ulam_elements_list;

void ulam_elements_free(ulam_elements_list *self);

/* The dimension of an array observable's elements, made in the group if it is new; axes[n_axes] are the dimensions of the
 * sweep. NULL: it failed, which the group's file knows. Valid until the next call. */
const ulam_elements *ulam_elements_of(ulam_elements_list *self, ulam_labelled *group, const ulam_job *job,
                                      size_t observable, const size_t *axes);

#endif
