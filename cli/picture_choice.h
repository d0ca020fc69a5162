/* What of a result a picture shows: chosen in picture_choose.c, collected in picture_collect.c. */

#ifndef ULAM_PICTURE_CHOICE_H
#define ULAM_PICTURE_CHOICE_H

#include "picture.h"

#define ULAM_NO_PARAMETER SIZE_MAX

typedef struct {
    const ulam_result *result;
    const ulam_picture_request *request;
    ulam_error *error;
    const ulam_result_observable *y;
    size_t element;     /* of y, along whose index x does not run */
    bool along_element; /* x is the index of an array */
    size_t x, by;       /* indices into result->parameters; ULAM_NO_PARAMETER */
    size_t *cut;        /* [n_dimensions] the index at which to cut; owned */
} ulam_choice;

/* The dimension that a parameter varies along, and how many values it has. */
size_t ulam_choice_dimension(const ulam_choice *self, size_t parameter);
size_t ulam_choice_length(const ulam_choice *self, size_t parameter);

/* A parameter's value as the job file spells it. */
const char *ulam_choice_text(const ulam_choice *self, size_t parameter, size_t index);

/* The point at index x along the parameter x and index by along the other; elsewhere at the cut. */
size_t ulam_choice_point(const ulam_choice *self, size_t x, size_t by);

/* Fills the picture in; false: out of memory. */
bool ulam_picture_collect(const ulam_choice *self, ulam_picture *picture);

#endif
